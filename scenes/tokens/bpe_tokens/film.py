"""What does it read?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from manim import (
    DOWN,
    LEFT,
    RIGHT,
    UP,
    AnimationGroup,
    Create,
    FadeIn,
    FadeOut,
    LaggedStart,
    VGroup,
    linear,
)

from gptviz import maths
from gptviz.drawing.base import theme
from gptviz.drawing.base.motion import Appear, Dim, Follow, Roll, exchange
from gptviz.drawing.base.text import Numeral, Words
from gptviz.drawing.furniture.focus import Focus
from gptviz.drawing.model.map import map_of
from gptviz.drawing.tokens.pieces import Smile
from gptviz.drawing.tokens.plates import Plate, fly_in, in_line
from gptviz.film import Film, Need
from gptviz.recording.families import Merges
from gptviz.recording.number import Claim, Count

from .parts import CutText, Gluing, RisingTree, Spelling, commonest

WORD, TEXT, START, AFTER, SMALL, FACE = range(6)  # of the request's texts
WIDTH = theme.RIGHT_EDGE - theme.LEFT_EDGE - 0.4
CARD = (-6.2, -2.0, 6.2, 0.4)  # the map on the title card
SPELLED, ASKED = np.array([0, 1.5, 0]), np.array([0, -1.55, 0])  # the word, the tally below it
TALLY = 150  # type of the tally
TREE = (12.6, 5.3, 54)  # width, height and type of the tree
ROW = 1.8  # between the three ways of writing a name


class BpeTokens(Film):
    """What does it read?"""

    words = Need(
        Merges(
            prompt=" strawberry",
            others=("robot must obey orders", "Paris will", "to Paris", "paris", "\U0001f642"),
        ),
        main=True,
    )
    cards = True
    tokens = (1, 3)

    def construct(self) -> None:
        self.texts = self.words.texts
        self.word = self.texts[WORD]
        self.letter = commonest(self.word)
        self.count_letters()
        self.close_letters()
        self.question()
        self.cut_text()
        self.number_text()
        self.pairs()
        self.grow()
        self.three_ways()
        self.face()
        self.close()

    # The word
    # ---------------------------------------------------------------------------------------------

    def spelled(self, middle: Any, size: float, plates: VGroup) -> Spelling:
        return Spelling(self.word.tokens, plates, middle, 12.4, size)

    def tally(self, count: Count, middle: Any, size: float = TALLY) -> VGroup:
        """How many there are of the letter: the numeral, and what is counted."""
        number = Numeral(count, "d", size, align="right")
        name = Words("{l}", size, theme.SECONDARY, l=self.letter)
        wide = number.advance + 0.3 + name.advance
        left = middle[0] - wide / 2
        number.place([left + number.advance, middle[1], 0], "right")
        tally = VGroup(number, name.place([left + number.advance + 0.3, middle[1], 0]))
        if int(count) != 1:
            self.several(tally)
        return tally

    def several(self, tally: VGroup) -> Words:
        """What a tally gets when it counts more than one."""
        name = tally[1]
        mark = Words("\u2019s", name.size, theme.SECONDARY).place(name.baseline("right"))
        tally.add(mark)
        return mark

    def counted(self, places: list[int]) -> Count:
        return Count(places, f"{self.letter} in the word")

    def count_letters(self) -> None:
        """The letter that is counted in the word, one after another."""
        self.plates = in_line(self.word.tokens, 160, 9.6).move_to(SPELLED)
        self.spelling = word = self.spelled(SPELLED, 260, self.plates)
        self.found = found = word.places_of(self.letter)
        self.add(word)
        with self.beat(
            "How many {letter}\u2019s are in {word}?",
            "You look at the letters, and you count {n:words}.",
            letter=self.letter,
            word=self.word.text,
            n=self.counted(found),
        ) as said:
            self.play(word.read(max(said.span(0), 1.6), rate_func=linear))
            said.until(1)
            self.asked = self.tally(self.counted(found[:1]), ASKED)
            self.frames = VGroup(*[word.frame(place) for place in found])
            pause = max((said.left() - 0.5) / len(found) - 0.5, 0.1)
            for i, frame in enumerate(self.frames):
                turn = Roll((self.asked[0], self.counted(found[: i + 1])), run_time=0.5)
                self.play(
                    Create(frame),
                    turn if i else FadeIn(self.asked, shift=UP * 0.3),
                    *([FadeIn(self.several(self.asked))] if i == 1 else []),
                    run_time=0.5,
                )
                self.wait(pause)

    def close_letters(self) -> None:
        """The letters go onto plates, and the plates turn over."""
        with self.beat(
            "Now here\u2019s what a language model gets.",
            "How many {letter}\u2019s are in there?",
            letter=self.letter,
        ) as said:
            boxes = [plate.box.set_fill(opacity=0) for plate in self.plates]
            self.play(*[FadeOut(frame) for frame in self.frames], run_time=0.3)
            self.play(self.spelling.close(1.0))
            self.remove(self.spelling, *boxes)
            self.add(self.plates)
            turned = [plate.turn(1.0) for plate in self.plates]
            mark = Words("?", TALLY).place(self.asked[0].baseline("right"), "right")
            self.play(exchange([self.asked[0]], [mark]), run_time=theme.QUICK)
            self.play(LaggedStart(*turned, lag_ratio=0.3))
            said.until(1)
            self.play(self.plates.animate.scale(1.25), run_time=theme.MOVE)
            self.asked.remove(self.asked[0])
            self.asked.add(mark)

    def question(self) -> None:
        """The numbers go into the model: the film's question."""
        self.chart = map_of(self.words, CARD)
        with self.beat("So what does a language model read?"):
            self.play(
                FadeOut(self.asked, shift=DOWN * 0.4),
                self.plates.animate.scale(0.6).move_to([0, 2.2, 0]),
                run_time=0.5,
            )
            self.play(FadeIn(self.chart), run_time=0.4)
            self.play(self.enter(list(self.plates), 0.9), self.chart.light("tokens"))
            self.remove(self.plates)
            self.title_card(self.chart, 2.4)

    def enter(self, things: Sequence[Any], run_time: float) -> LaggedStart:
        """Tokens or their numbers fly into the map's boxes for tokens, around the rest of it."""
        moves = []
        for i, thing in enumerate(things):
            left, bottom, right, top = self.chart.box_of(f"tokens {i % 4}")
            middle = np.array([(left + right) / 2, (bottom + top) / 2, 0])
            x, y, _ = thing.get_center()
            above, ahead = y > middle[1], x < left
            turn = [middle[0] if above else min(x, left), middle[1] if ahead else y, 0]
            moves.append(fly_in(thing, middle, right - left, turn, run_time))
        return LaggedStart(*moves, lag_ratio=0.25, run_time=run_time)

    # A text
    # ---------------------------------------------------------------------------------------------

    def cut_text(self) -> None:
        """A text is cut into its tokens."""
        text = self.texts[TEXT]
        self.cut = CutText(text, 124, WIDTH, 2.35).shift(UP * 0.12)
        with self.beat(
            "Here\u2019s a short text. It\u2019s cut into pieces, called tokens.",
            "{w:words} words become {n:words} tokens.",
            w=text.word_count,
            n=text.token_count,
        ) as said:
            coming = FadeIn(self.cut, shift=RIGHT * 0.8, run_time=0.8)
            self.play(LaggedStart(self.chart.carry(run_time=1.0), coming, lag_ratio=0.45))
            said.until("cut")
            self.play(self.cut.cut(1.4))
            said.until(1)
            frame = Focus(VGroup(*[plate.box for plate in self.first_word()]))
            self.play(Create(frame), run_time=theme.MOVE)
            for plate in self.cut.plates[len(self.first_word()) :]:
                target = Focus(plate.box)
                self.play(frame.animate.become(target), run_time=0.35)
                self.remove(frame)
                frame = target
                self.add(frame)
            self.play(FadeOut(frame), run_time=0.3)

    def first_word(self) -> list[Plate]:
        """The plates of the text's first word."""
        length = len(self.texts[TEXT].pieces[0].states[-1])
        return list(self.cut.plates[:length])

    def number_text(self) -> None:
        """Each token's number; these go in."""
        plates = list(self.cut.plates)
        marks = [mark for plate in plates for mark in plate.marks]
        with self.beat(
            "A space stays with the word after it. We draw it as a dot.",
            "And every token has a number. The model gets nothing else.",
        ) as said:
            for mark in marks:
                mark.set_fill(opacity=1)
            self.play(
                LaggedStart(*[Appear(mark) for mark in marks], lag_ratio=0.5),
                run_time=max(said.left(0) - 0.4, 1.0),
            )
            said.until(1)
            turns = [plate.turn(0.8) for plate in plates]
            self.play(LaggedStart(*turns, lag_ratio=0.35), run_time=2.2)
            said.until("nothing")
            numbers = [plate.number.copy().set_fill(theme.TEXT, opacity=0) for plate in plates]

            def lift(_: CutText, __: float) -> None:
                for plate, number in zip(plates, numbers, strict=True):
                    plate.number.set_fill(opacity=float(number.get_fill_opacity() == 0))

            seconds = max(said.left(), 1.6)
            self.play(self.enter(numbers, seconds), Follow(self.cut, lift, seconds))
            self.remove(*numbers)

    # Where the pieces come from
    # ---------------------------------------------------------------------------------------------

    def pairs(self) -> None:
        """The letters of the word again, and which of them stand side by side."""
        self.piece = max(self.word.pieces, key=lambda piece: len(piece.merges))
        self.tree = tree = RisingTree(self.piece, *TREE).shift(UP * 0.65)
        tree.stand_alone(0.4)
        with self.beat(
            "Where do the pieces come from? Start with single letters.",
            "Take lots of text, and count which neighbors come together most often.",
        ) as said:
            leaves = [FadeIn(leaf, shift=DOWN * 0.8) for leaf in tree.leaves]
            going = AnimationGroup(FadeOut(self.chart), FadeOut(self.cut, shift=DOWN), run_time=0.6)
            coming = LaggedStart(*leaves, lag_ratio=0.06, run_time=1.2)
            self.play(AnimationGroup(going, coming))
            self.add(tree)
            said.until(1)
            if len(tree.leaves) > 1:
                self.play(tree.meet(max(said.left(), 2.0)))

    def grow(self) -> None:
        """Pair after pair is glued; on the way the word grows together."""
        tree, merges = self.tree, self.piece.merges
        gluing = Gluing(tree, self.piece, self.words.merge_count, [-4.9, 2.75, 0])
        if merges:
            ending = "At last, {left} meets {right}."
            fields = {"left": merges[-1].left, "right": merges[-1].right}
        else:
            ending, fields = "None of its letters is glued to another.", {}
        with self.beat(
            "Glue the most common pair together, and count again.",
            "Watch our word while that\u2019s done {m:round} times.",
            ending,
            m=self.words.merge_count,
            **fields,
        ) as said:
            self.play(*tree.stand_below(), FadeIn(gluing), run_time=0.9)
            self.play(gluing.run(max(said.left() - 0.4, 7.0)))
        self.name_ends(gluing)

    def name_ends(self, gluing: Gluing) -> None:
        """What is left of the word, as tokens with their numbers."""
        tree, ends = self.tree, self.piece.states[-1]
        number = Claim(
            maths.is_several,
            (Count(ends, "tokens"),),
            "{n:words} pieces are left, and these are their numbers.",
            "One piece is left, and this is its number.",
        )
        with self.beat(number, n=Count(ends, "tokens")):
            plates = [self.plate_on(node, i) for i, node in enumerate(tree.tops)]
            self.add(*plates)
            larger = 1.5 if len(plates) == 1 else 1.0
            self.play(Dim(tree), FadeOut(gluing), run_time=0.5)
            self.play(
                *[plate.animate.scale(larger).shift(DOWN * 0.15) for plate in plates],
                run_time=0.5,
            )
            self.play(LaggedStart(*[plate.turn(1.0) for plate in plates], lag_ratio=0.3))
        self.leaving = [tree, *plates]

    def plate_on(self, node: Any, hue: int) -> Plate:
        """A plate in place of a box of the tree."""
        plate = Plate(node.token, TREE[2], hue)
        plate.scale(node.box.height / plate.box.height).move_to(node.box)
        node.set_opacity(0)
        return plate

    # Names and signs
    # ---------------------------------------------------------------------------------------------

    def follow(self, *coming: Any, lag: float = 0.4) -> None:
        """What was spoken of goes, and what comes next follows it."""
        going = AnimationGroup(
            *[FadeOut(each, shift=LEFT * 1.5) for each in self.leaving], run_time=0.5
        )
        shown = [FadeIn(each, shift=LEFT * 1.5, run_time=0.8) for each in coming]
        self.play(LaggedStart(going, LaggedStart(*shown, lag_ratio=0.3), lag_ratio=lag))

    def three_ways(self) -> None:
        """A name at the start of a text, after a word, and in small letters."""
        rows, names = [], []
        for i, which in enumerate((START, AFTER, SMALL)):
            text = self.texts[which]
            row = in_line(text.tokens, 96, 9.0, 2 * i + 1)
            ahead = len(text.pieces[0].states[-1]) if which == AFTER else 0
            count = len(text.pieces[1 if ahead else 0].states[-1])
            name = VGroup(*row[ahead : ahead + count])
            room = theme.RIGHT_EDGE - 0.1 - row.width / 2  # of a row's middle, to each side
            x = float(np.clip(row.get_center()[0] - name.get_center()[0], -room, room))
            row.shift(np.array([x - row.get_center()[0], 2.35 - i * ROW - row.get_center()[1], 0]))
            rows.append(row)
            names.append(name)
        others = [p for row, name in zip(rows, names, strict=True) for p in row if p not in [*name]]
        with self.beat(
            "Take Paris at the start, after a word, or in small letters.",
            "Nothing in the numbers says it\u2019s the same name.",
            hold=1.2,
        ) as said:
            self.follow(*rows, lag=0.1)
            said.until(1)
            self.play(*([Dim(*others)] if others else []), run_time=0.4)
            self.play(
                LaggedStart(
                    *[AnimationGroup(*[plate.turn(0.9) for plate in name]) for name in names],
                    lag_ratio=0.5,
                ),
                run_time=2.2,
            )
        self.leaving = rows

    def face(self) -> None:
        """A sign that is no letter."""
        text = self.texts[FACE]
        piece = text.pieces[0]
        smile = Smile(1.75, theme.TEXT).move_to([-4.5, 0.7, 0])
        tree = RisingTree(piece, 8.0, 5.0, 68)
        tree.move_to([2.3, 0.6, 0])
        tree.shift(UP * (-1.2 - tree.leaves[0].box.get_center()[1]))
        with self.beat(
            "A smiley is no letter. A computer stores it as {n:words} bytes.",
            "Bytes are on the list too, so it can read even this.",
            hold=2.2,
            n=text.byte_count,
        ) as said:
            self.follow(smile)
            homes = [leaf.get_center() for leaf in tree.leaves]
            for leaf in tree.leaves:
                leaf.scale(0.2).move_to(smile)
            self.play(
                LaggedStart(
                    *[
                        leaf.animate.scale(5).move_to(home)
                        for leaf, home in reversed([*zip(tree.leaves, homes, strict=True)])
                    ],
                    lag_ratio=0.3,
                ),
                run_time=2.0,
            )
            said.until(1)
            self.add(tree)
            if piece.merges:
                self.play(tree.merge(1.6, rate_func=linear))
            plates = [self.plate_on(node, i + 2) for i, node in enumerate(tree.tops)]
            self.add(*plates)
            self.play(LaggedStart(*[plate.turn(0.9) for plate in plates], lag_ratio=0.4))
        self.leaving = [smile, tree, *plates]

    def close(self) -> None:
        """Both again: the letters that you see, and the number that it reads."""
        plates = in_line(self.word.tokens, 130, 7.6).move_to([-0.4, -0.75, 0])
        word = self.spelled([-0.4, 1.85, 0], 140, plates)
        found = word.places_of(self.letter)
        frames = VGroup(*[word.frame(place) for place in found])
        sides = VGroup(
            Words("you see", 46, theme.SECONDARY).place([theme.LEFT_EDGE + 0.1, 1.6, 0]),
            Words("it reads", 46, theme.SECONDARY).place([theme.LEFT_EDGE + 0.1, -0.95, 0]),
        )
        tally = self.tally(self.counted(found[:1]), [5.4, 1.5, 0], 96)
        digits = "".join(str(int(plate.token.id)) for plate in plates)
        unseen = [place for place, sign in enumerate(digits) if sign == self.letter]
        nothing = Count(unseen, f"{self.letter} in the number")
        blank = self.tally(nothing, [5.4, -1.1, 0], 96)
        none = Claim(
            maths.is_several,
            (Count(list(plates), "tokens"),),
            "The numbers hold none.",
            "The number holds none.",
        )
        with self.beat(
            "Here\u2019s what you see, and here\u2019s what it reads.",
            "The letters hold {n:words} {letter}\u2019s.",
            none,
            "It reads numbers, and each one stands for a piece of text.",
            n=self.counted(found),
            letter=self.letter,
        ) as said:
            self.follow(plates)
            self.add(word.set_closed(1.0))
            rising = Follow(word, lambda word, share: word.set_closed(1 - share), 1.2)
            self.play(rising, FadeIn(sides[0], shift=RIGHT * 0.3))
            turned = LaggedStart(*[plate.turn(0.9) for plate in plates], lag_ratio=0.3)
            self.play(turned, FadeIn(sides[1], shift=RIGHT * 0.3))
            said.until(1)
            self.play(FadeIn(tally, shift=LEFT * 0.3), Create(frames[0]), run_time=0.5)
            for i, frame in enumerate(frames[1:], start=2):
                turn = Roll((tally[0], self.counted(found[:i])), run_time=0.5)
                self.play(Create(frame), turn, *([FadeIn(self.several(tally))] if i == 2 else []))
            said.until(2)
            self.play(FadeIn(blank, shift=LEFT * 0.3), run_time=theme.MOVE)
            said.until(3)
            for back in (True, False):  # what it stands for has letters to count, the number none
                shown = (FadeOut if back else FadeIn)(VGroup(sides[1], blank))
                self.play(LaggedStart(*[p.turn(0.9, back) for p in plates], lag_ratio=0.3), shown)
                self.wait(0.6)
        self.remove(plates, word, frames, sides, tally, blank)
        picture = VGroup(sides, word, frames, tally, plates, blank)
        self.add(picture)
        self.end_card("It reads numbers, and each stands for a piece of text.", picture)
