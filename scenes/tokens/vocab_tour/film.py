"""What are its fifty thousand words?"""

from __future__ import annotations

from typing import Any

import numpy as np
from manim import DOWN, UP, Create, FadeIn, FadeOut, Group, LaggedStart, VGroup
from manim import LEFT as TO_LEFT

from gptviz import maths
from gptviz.drawing.base import theme
from gptviz.drawing.base.cells import segments, stroked
from gptviz.drawing.base.motion import Dim, Light
from gptviz.drawing.base.text import Numeral, Words
from gptviz.drawing.model.map import map_of
from gptviz.drawing.tokens.plates import Plate, fly_in, in_line
from gptviz.film import Film, Need
from gptviz.recording import published
from gptviz.recording.address import Printed
from gptviz.recording.families import Vocabulary, VocabularyOrder
from gptviz.recording.number import Claim, Count, Word

from .parts import SIDE, Head, Tiles, by_length, drawable, tinted

CARD = (-6.2, -2.0, 6.2, 0.4)  # the map on the title card
LEFT, RIGHT = theme.LEFT_EDGE + 0.1, theme.RIGHT_EDGE - 0.1
ROOM = (LEFT, theme.STAGE_BOTTOM + 0.05, RIGHT, 2.35)
LEFT_ROOM, RIGHT_ROOM = (LEFT, -0.6, -0.25, 1.85), (0.25, -0.6, RIGHT, 1.85)
LINE = 2.72  # the baseline of what stands above the cells
STRANGE, SPACE, CAPITAL, DIGIT, SCRIPT, BYTE, LONGEST = 0, 0, 1, 2, 4, 3, 5  # hues


class VocabTour(Film):
    """What are its fifty thousand words?"""

    order = Need(
        VocabularyOrder(
            first=320,
            longest=1,
            samples=0,
            examples=60,
            named=(" SolidGoldMagikarp",),
            texts=("12345",),
        )
    )
    vocabulary = Need(Vocabulary())
    other = Need(VocabularyOrder(first=0, longest=0, samples=0, examples=0, texts=("12345",)))
    chains = (("order", "vocabulary"),)
    cards = True

    def construct(self) -> None:
        order = self.order
        self.ask("What are its {n:round} words?", n=order.vocab)
        self.own = ("order", "vocabulary")
        self.strange = (order.named or order.longest)[0]
        self.entry = int(self.strange.id)
        self.greys = by_length(self.order.lengths.array)
        self.examples, self.second = VGroup(), None
        self.hook()
        self.question()
        self.everything()
        self.first_ones()
        self.glued()
        self.spaces()
        self.classes()
        self.longest()
        self.two_lists()
        self.answer()

    # A strange word
    # ---------------------------------------------------------------------------------------------

    def hook(self) -> None:
        """A word that nobody says, and its number."""
        self.plate = plate = in_line([self.strange], 120, 11.4, STRANGE)[0]
        plate.move_to([0, 0.6, 0])
        self.add(plate)
        known = Claim(
            maths.is_nothing,
            (Count(self.order.named, "named entries"),),
            "Here\u2019s a word that a language model knows.",
            "A language model knows the word {word}.",
        )
        with self.beat(
            known,
            "It even has a number of its own.",
            "But who would ever say that? So how did it get in?",
            word=self.strange,
            shows="order",
            hold=3.2,
        ) as said:
            self.play(plate.animate.scale(1.12), run_time=max(said.span(0) + 0.3, 2.0))
            said.until(1)
            self.play(plate.turn(1.0))
            said.until(2)
            self.play(plate.turn(1.0, back=True))

    def question(self) -> None:
        """It goes into the table of the model: the film's question."""
        self.chart = map_of(self.order, CARD)
        with self.beat("So what are its {n:round} words?", n=self.order.vocab, shows="order"):
            self.play(self.plate.animate.scale(0.6).move_to([0, 2.2, 0]), run_time=0.5)
            self.play(FadeIn(self.chart), run_time=0.4)
            left, bottom, right, top = self.chart.box_of("embedding")
            middle = np.array([(left + right) / 2, (bottom + top) / 2, 0])
            turn = [middle[0], self.plate.get_center()[1], 0]
            self.play(
                fly_in(self.plate, middle, (right - left) * 0.6, turn, 1.0),
                self.chart.light("embedding"),
            )
            self.remove(self.plate)
            self.title_card(self.chart, 2.4)

    # All of them
    # ---------------------------------------------------------------------------------------------

    def everything(self) -> None:
        """Every entry is a cell, in the order of the ids."""
        order = self.order
        self.tiles = Tiles(len(order.classes), ROOM, order.first).paint(self.greys)
        self.head = Head(order.vocab, "entries", LINE)
        with self.beat(
            "Here they all are, in the order of their numbers.",
            "Each one is a tiny square. The longer it is, the brighter.",
            shows=self.own,
            hold=1.2,
        ) as said:
            self.play(FadeOut(self.chart), FadeIn(self.head.what), run_time=0.4)
            self.add(self.head, self.tiles.paint(shown=0))
            pouring = self.tiles.pour(self.head.number, order.vocab, max(said.left() - 0.3, 3.5))
            self.play(*pouring)

    def first_ones(self) -> None:
        """The entries of a single byte."""
        order = self.order
        single = (order.lengths.array == 1) & ~order.belongs("special")
        ahead = [int(i) for i in np.flatnonzero(single[: int(single.sum())])]
        first = Claim(
            maths.adds_up,
            (order.byte_entries, [Count(ahead, "bytes among as many first entries")]),
            "The first {b:,} are single bytes.",
            "Near the start stand {b:,} single bytes.",
        )
        start = int(np.flatnonzero(single)[0])
        with self.beat(
            first,
            "They hold all our letters, digits and signs, one by one.",
            b=order.byte_entries,
            shows=self.own,
        ) as said:
            self.play(
                *self.head.write(order.byte_entries, "single bytes"),
                self.tiles.wash(tinted(self.greys, single, BYTE), 1.0),
            )
            self.play(self.tiles.look(self.tiles.view_of(start, 8.5), max(said.left(), 2.5)))

    def glued(self) -> None:
        """The first entries that were glued together."""
        longer = (self.order.lengths.array > 1) & ~self.order.belongs("special")
        start = int(np.flatnonzero(longer)[0])
        near = self.tiles.view_of(start, 4.2)
        with self.beat(
            "Then come {m:round} more, each glued together from two.",
            "The most common pairs came first.",
            m=self.vocabulary.merge_count,
            shows=self.own,
        ) as said:
            self.play(
                *self.head.write(self.vocabulary.merge_count, "glued from two"),
                self.tiles.look(near, max(said.span(0), 2.0)),
            )
            said.until(1)
            along = near._replace(x=near.x + 6.0)
            self.play(self.tiles.look(along, max(said.left() + 0.6, 2.4)))

    # What they are
    # ---------------------------------------------------------------------------------------------

    def spaces(self) -> None:
        """Those that begin with a space."""
        order = self.order
        with self.beat(
            "Let\u2019s step back and color them.",
            "{p:~%} begin with a space, as words in a text do.",
            p=order.share("space"),
            shows=self.own,
        ) as said:
            self.play(self.tiles.look(self.tiles.home, max(said.span(0), 1.8)))
            said.until(1)
            self.show_class("space", "begin with a space", SPACE, max(said.left(), 2.5))

    def show_class(self, name: str, what: str, hue: int, seconds: float) -> None:
        """A class washes over the cells; above them its count, and a few of its entries."""
        old, order = self.examples, self.order
        known = [token for token in order.examples(name) if drawable(token)]
        longest = sorted(known[::-1], key=lambda token: -len(str(token)))[:3]
        self.examples = VGroup(*[Plate(token, 40, hue, 10) for token in longest])
        pen = theme.RIGHT_EDGE - 0.1
        for plate in reversed(self.examples):
            plate.move_to([pen - plate.wide / 2, LINE + 0.3, 0])
            pen -= plate.wide + 0.15
        coming = [FadeIn(plate, shift=DOWN * 0.3) for plate in self.examples]
        self.play(
            *self.head.write(order.count(name), what),
            self.tiles.wash(tinted(self.greys, order.belongs(name), hue, 0.6), seconds),
            LaggedStart(FadeOut(old), *coming, lag_ratio=0.6, run_time=1.2),
        )

    def classes(self) -> None:
        """Capitals, digits, other alphabets."""
        order = self.order
        none = Claim(
            maths.is_nothing,
            (order.count("script"),),
            "Not one holds a letter of another alphabet.",
            "All other alphabets together get {r:~%}.",
        )
        with self.beat(
            "{p:~%} hold a capital letter, with a space or without.",
            "{q:~%} hold a digit.",
            none,
            p=order.share("capital"),
            q=order.share("digit"),
            r=order.share("script"),
            shows=self.own,
        ) as said:
            for i, (name, what, hue) in enumerate(
                (
                    ("capital", "hold a capital letter", CAPITAL),
                    ("digit", "hold a digit", DIGIT),
                    ("script", "use another alphabet", SCRIPT),
                )
            ):
                said.until(i)
                self.show_class(name, what, hue, max(said.left(i), 2.2))

    def longest(self) -> None:
        """The entry with the most bytes comes out of its cell."""
        token = self.order.longest[0]
        size = min(60.0, 12.7 / theme.units(1) / (0.6 * len(str(token)) + 0.9))
        plate = Plate(token, size, LONGEST, 200).move_to([0, 0.1, 0])
        start = self.tiles.place_of(int(token.id))
        garbled = set(str(token)) <= {"\u00c3", "\u00c2"}  # what UTF-8 becomes when read as Latin-1
        with self.beat(
            "And here\u2019s the longest, with {n:,} characters.",
            "It\u2019s text from the web, garbled again and again."
            if garbled
            else "It\u2019s an entry like all the others.",
            n=self.order.characters(token),
            shows=self.own,
        ) as said:
            name = self.head.write(self.order.characters(token), "characters")
            self.play(FadeOut(self.examples), Dim(self.tiles.picture), *name)
            plate.scale(0.02).move_to(start)
            self.play(plate.animate.scale(50).move_to([0, 0.1, 0]), run_time=1.4)
            said.until(1)
            self.play(plate.turn(1.0))
            self.play(plate.turn(1.0, back=True))
        self.leaving = VGroup(plate)

    # Another list
    # ---------------------------------------------------------------------------------------------

    def two_lists(self) -> None:
        """Entries with digits in two lists, and one number cut by each."""
        order, other = self.order, self.other
        if order.provenance.model == other.provenance.model:
            going = FadeOut(VGroup(self.leaving, self.head))
            self.play(going, Light(self.tiles.picture), run_time=0.6)
            self.leaving = VGroup()
            return
        second = Tiles(len(other.classes), RIGHT_ROOM)
        second.paint(tinted(by_length(other.lengths.array), other.belongs("digit"), DIGIT, 0.6))
        sides = [
            self.side(each, (room[0] + room[2]) / 2)
            for each, room in ((order, LEFT_ROOM), (other, RIGHT_ROOM))
        ]
        with self.beat(
            "This list holds {a:~} entries with a digit.",
            "Another model\u2019s list holds {b:words}.",
            a=order.count("digit"),
            b=other.count("digit"),
            shows=("order", "other"),
        ) as said:
            self.play(FadeOut(self.leaving), FadeOut(self.head), run_time=0.5)
            self.play(Light(self.tiles.picture), self.tiles.carry(LEFT_ROOM, 1.2))
            self.play(
                self.tiles.wash(tinted(self.greys, order.belongs("digit"), DIGIT, 0.6), 1.5),
                FadeIn(sides[0][0], shift=DOWN * 0.3),
            )
            said.until(1)
            self.play(FadeIn(second, shift=TO_LEFT * 1.5), run_time=0.8)
            few = np.flatnonzero(other.belongs("digit")).tolist()
            frame = second.frame(few, 0.04) if len(few) <= SIDE else VGroup()
            self.play(FadeIn(sides[1][0], shift=DOWN * 0.3), Create(frame), run_time=theme.MOVE)
        with self.beat(
            "So the same number is {x:words} pieces here, and {y:words} there.",
            x=Count(order.texts[0], "tokens"),
            y=Count(other.texts[0], "tokens"),
            shows=("order", "other"),
            hold=1.0,
        ):
            for _, plates in sides:
                self.play(LaggedStart(*[FadeIn(p, shift=UP * 0.4) for p in plates], lag_ratio=0.3))
        self.leaving = VGroup(*[part for side in sides for part in side], frame)
        self.second = second

    def side(self, order: Any, x: float) -> tuple[VGroup, VGroup]:
        """What stands above and below one list: its model and count, and the cut number."""
        name = Words("{m}", 40, theme.SECONDARY, align="center", m=order.credit("model"))
        name.place([x, 3.05, 0], "center")
        number = Numeral(order.count("digit"), ",", 84)
        what = Words("hold a digit", 40, theme.SECONDARY)
        wide = number.advance + 0.25 + what.advance
        number.place([x - wide / 2, 2.15, 0])
        what.place([x + wide / 2, 2.15, 0], "right")
        plates = in_line(order.texts[0], 76, 5.8, DIGIT, 0).move_to([x, -1.45, 0])
        return VGroup(name, number, what), plates

    def mark(self, plate: Plate) -> VGroup:
        """A frame around the strange word's cell, and a line from there to its plate."""
        frame = self.tiles.frame([self.entry])
        start, end = frame.get_top(), plate.box.get_bottom()
        line = stroked(segments([start], [[start[0], end[1], 0]]), theme.FOCUS, 4.0)
        return VGroup(frame, line)

    def layers(self) -> Any:
        """All colours of the film at once (entry, rgb)."""
        order = self.order
        colours = tinted(self.greys, order.belongs("space"), SPACE)
        for name, hue in (("capital", CAPITAL), ("digit", DIGIT), ("script", SCRIPT)):
            colours[order.belongs(name)] = theme.rgb(theme.HUES[hue])
        return colours

    # The answer
    # ---------------------------------------------------------------------------------------------

    def answer(self) -> None:
        """The strange word in its place, and what the list is made of."""
        order, tiles = self.order, self.tiles
        plate = in_line([self.strange], 56, 7.0, STRANGE)[0]
        above = [LEFT + plate.width / 2, LINE + 0.24, 0]
        source = Word(published.authors(published.GLITCH), Printed(published.GLITCH))
        source = Words("{s}", 30, theme.SECONDARY, s=source).place([RIGHT, LINE + 0.1, 0], "right")
        how = (
            "On Reddit, a user of that name posted number after number.",
            "It probably came up so often that it got a place.",
        )
        with self.beat(
            "And our strange word?" if order.named else "And our word?",
            *(how if order.named else ("It came up often enough to get a place.",)),
            shows=self.own,
            hold=2.8,
        ) as said:
            going = [FadeOut(each, run_time=0.5) for each in (self.leaving, self.second) if each]
            self.play(*going, tiles.carry(ROOM, 1.4))
            plate.scale(0.05).move_to(tiles.place_of(self.entry))
            self.play(plate.animate.scale(20).move_to(above), run_time=1.2)
            mark = self.mark(plate)
            self.play(Create(mark), run_time=1.2)
            if order.named:
                self.play(FadeIn(source, shift=DOWN * 0.3))
                said.until(2)
                self.play(plate.turn(1.0))
        with self.beat(
            "So its words are whatever came up most often in the text that was counted.",
            shows=self.own,
            hold=1.2,
        ) as said:
            back = [FadeOut(source), plate.turn(1.0, back=True)] if order.named else []
            self.play(*back, tiles.wash(self.layers(), max(said.left() - 0.4, 3.0)))
        self.remove(tiles, mark, plate)
        picture = Group(tiles, mark, plate)
        self.add(picture)
        self.end_card("Whatever came up most often in the text that was counted.", picture)
