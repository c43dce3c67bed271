"""How does it know the order?"""

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
    GrowFromPoint,
    LaggedStart,
    VGroup,
    smooth,
)
from manim import rate_functions as rates

from gptviz import maths
from gptviz.drawing.arrays.strips import sign_key
from gptviz.drawing.base import theme
from gptviz.drawing.base.motion import Follow, Roll
from gptviz.drawing.base.picture import Picture
from gptviz.drawing.base.text import Numeral, Words
from gptviz.drawing.furniture.focus import Focus
from gptviz.drawing.model.map import map_of
from gptviz.drawing.tokens.tokens import TokenStrip
from gptviz.film import Film, Need
from gptviz.recording.families import PlacedTokens, PositionVectors
from gptviz.recording.number import Claim, Count, derive_each

from .parts import AddedRow, Places, likeness_tints, strip_of

MIDDLE = (theme.TOP_EDGE + theme.STAGE_BOTTOM) / 2
HIGH = theme.TOP_EDGE - theme.STAGE_BOTTOM
WIDE = theme.RIGHT_EDGE - theme.LEFT_EDGE
ANCHOR = 99  # the hundredth place
TYPE, BIG = 36, 64  # sizes of type, in pixels
STRIP, HALF = 11.4, 5.9  # widths of a token's numbers: alone, and of two side by side


class Positions(Film):
    """How does it know the order?"""

    vectors = Need(PositionVectors(anchors=(0, ANCHOR)), main=True)
    words = Need(PlacedTokens(prompt="The dog bit the man.", other="The man bit the dog."))
    cards = True
    waivers = {"twists:Places": "the places fly out of one column to where they lie"}

    def construct(self) -> None:
        self.riddle()
        self.map = map_of(self.vectors).set_lit("positions")
        going = [FadeOut(each) for each in self.stage()]
        self.play(LaggedStart(AnimationGroup(*going), FadeIn(self.map), lag_ratio=0.5))
        self.title_card(self.map)
        self.table()
        self.spiral()
        self.alike()
        self.ends()
        self.added()
        self.close()

    # The riddle
    # ---------------------------------------------------------------------------------------------

    def riddle(self) -> None:
        words = self.words
        first, second = TokenStrip(words.prompt, 54), TokenStrip(words.other, 54)
        first.move_to([0, 2.55, 0])
        second.move_to([0, -1.35, 0])
        with self.beat(
            "{a} {b}",
            "The same words, but very different news.",
            a=words.asked("prompt"),
            b=words.asked("other"),
            shows="words",
            hold=2.6,
        ) as said:
            self.play(
                LaggedStart(*[FadeIn(b, shift=UP * 0.2) for b in first.boxes], lag_ratio=0.15),
                run_time=1.0,
            )
            for moves in self._reordered(first, second):
                self.play(*[box.animate.move_to(at) for box, at in moves], run_time=0.55)
            said.until(1)
            moved = [first.boxes[words.place(0)], second.boxes[words.place(1)]]
            self.frames = VGroup(*[Focus(box) for box in moved])
            self.play(*[Create(frame) for frame in self.frames], run_time=0.8)
        limit = 2.2 * float(np.std(words.array("word")))
        rows = VGroup(*[strip_of(words.array("word"), STRIP, 0.8, 0, limit) for _ in moved])
        for row, y in zip(rows, (1.45, -0.25), strict=True):
            row.move_to([0, y, 0])
        with self.beat(
            "To a model, each word is a list of numbers.",
            "And the list for {word} is the same in both.",
            "So how can it tell who bit whom?",
            word=words.prompt[words.place(0)],
            shows="words",
            hold=2.9,
        ) as said:
            self.play(
                *[
                    GrowFromPoint(row, box.get_edge_center(side))
                    for row, box, side in zip(rows, moved, (DOWN, UP), strict=True)
                ],
                run_time=1.4,
            )
            said.until(1)
            self.play(rows[1].animate.next_to(rows[0], DOWN, 0.0), run_time=1.4)
            said.until(2)
            self.play(rows[1].animate.move_to([0, -0.25, 0]), run_time=1.2)

    def _reordered(self, first: TokenStrip, second: TokenStrip) -> list[list]:
        """Where each box of the second text goes, in three steps, out of one of the first that holds
        the same token: straight down, along its own lane, and into the row."""
        free, down, along, into = list(first.boxes), [], [], []
        for i, box in enumerate(second.boxes):
            home = box.get_center()
            source = next((each for each in free if each.token.id == box.token.id), box)
            way = 0
            if source is not box:
                free.remove(source)
                box.move_to(source)
                way = int(np.sign(i - first.boxes.index(source)))
            lane = home[1] + (0.0, 0.95, 1.9)[way]  # those that go left pass above the others
            down.append((box, [box.get_x(), lane, 0]))
            along.append((box, [home[0], lane, 0]))
            into.append((box, home))
        return [down, along, into]

    # The table of places
    # ---------------------------------------------------------------------------------------------

    def table(self) -> None:
        vectors = self.vectors
        plain = np.asarray(vectors.array("vectors"), dtype=np.float64)
        colours = theme.diverging(plain, 2.0 * float(np.std(plain)))
        wide, high = 9.6, HIGH - 0.5
        left, top = theme.LEFT_EDGE, MIDDLE + high / 2
        picture = Picture(colours, wide, high)
        notes = [
            Words("{n:,} places", 48, n=vectors.positions),
            Words("{d:,} numbers each", 48, d=vectors.d_model),
        ]
        for note, y in zip(notes, (1.4, 0.6), strict=True):
            note.place([left + wide + 0.35, y, 0])
            if note.advance > (room := theme.RIGHT_EDGE - left - wide - 0.35):
                note.scale(room / note.advance, about_point=note.baseline())

        def pour(_, share: float) -> None:
            rows = round((0.1 + 0.9 * share) * len(colours))
            picture.set_colours(colours[:rows])
            picture.set_sides(left, top - high * rows / len(colours), left + wide, top)

        model = vectors.credit("model")
        with self.beat(
            "It keeps a second list, one for every place in a text.",
            "{model} learned {n:~} of them.",
            model=model,
            n=vectors.positions,
            shows="vectors",
            hold=2.8,
        ) as said:
            self.add(picture)
            self.play(
                FadeOut(self.map, run_time=theme.SLOW, rate_func=rates.ease_in_cubic),
                Follow(picture, pour, said.left(0), rate_func=rates.ease_out_cubic),
            )
            said.until(1)
            self.play(FadeIn(notes[0], shift=LEFT * 0.2), run_time=theme.QUICK)
            self.play(FadeIn(notes[1], shift=LEFT * 0.2), run_time=theme.QUICK)
        self.places = Places(
            vectors.coordinates,
            WIDE,
            HIGH,
            (28.0, 20.0),
        ).shift([0, MIDDLE, 0])
        self.places.column = (left, -high / 2, high / 2)
        self.places.unfolded = 0.0
        self.places.set_axes(0.0).draw()
        share = Numeral(vectors.explained_together, ".1%", BIG, align="right")
        share.place([theme.RIGHT_EDGE, 2.75, 0], "right")
        under = Words("in {k:words} directions", TYPE, theme.SECONDARY, k=self._directions)
        under.place([theme.RIGHT_EDGE, 2.25, 0], "right")
        written = derive_each(maths.tenths_of_percent, vectors.explained)
        each = dict(zip("abc", written, strict=False))
        sums = Words("{a:.1%} + {b:.1%} + {c:.1%}", TYPE, theme.SECONDARY, **each)
        sums.place([theme.RIGHT_EDGE, 1.75, 0], "right")
        self.share = VGroup(share, under, sums)

        def fold(_, share: float) -> None:
            picture.set_sides(left, top - high, left + wide * (1 - share) + 0.02, top)

        with self.beat(
            "That's {d} numbers for every place.",
            "But {k:words} directions hold {p:~%} of what sets them apart.",
            d=vectors.d_model,
            k=self._directions,
            p=vectors.explained_together,
            shows="vectors",
        ) as said:
            self.play(*[note.animate.set_opacity(0.4) for note in notes], run_time=theme.MOVE)
            said.until(1)
            self.play(
                Follow(picture, fold, 0.9, rate_func=rates.ease_in_sine),
                self.places.unfold(1.8),
                *[FadeOut(note, run_time=theme.QUICK) for note in notes],
                FadeIn(self.share),
            )
            self.remove(picture)
            self.play(self.places.turn(40, 0, max(said.left(), 1.0)))

    # The spiral
    # ---------------------------------------------------------------------------------------------

    def spiral(self) -> None:
        vectors, places = self.vectors, self.places
        form = Claim(
            maths.is_spiral,
            (vectors.coordinates,),
            "It's a spiral, and it winds around {t:~} times.",
            "They wind about, but it's no spiral.",
        )
        with self.beat(
            "Now join the places in order, and look.",
            form,
            t=vectors.turns,
            shows="vectors",
        ) as said:
            self.play(
                Follow(places, lambda p, share: p.show_joined(share), said.left(0) + 0.6),
            )
            self.play(places.turn(90, 0, max(said.left(), 1.5)))
        count = len(places.all_places)
        with self.beat(
            "Let's fly along it.",
            "Nobody drew this shape. It's what training left behind.",
            shows="vectors",
        ) as said:
            self.play(
                FadeOut(self.share),
                places.fly(places.path[count // 12], 1.8, 30, 0, 1.5),
            )
            self.play(places.ride(count * 5 // 6, 110, max(said.left(), 4.0)))
            self.play(places.fly((0, 0, 0), 1.0, 30, 0, 1.4))

    def alike(self) -> None:
        vectors, places = self.vectors, self.places
        cosines = vectors.likeness(ANCHOR)
        far = vectors.least_like(ANCHOR)
        next_one = ANCHOR + 1
        close = Claim(
            maths.is_nearly_all,
            (cosines[next_one],),
            "The next one points almost the same way.",
            "The next one points a similar way.",
        )
        against = Claim(
            maths.is_negative,
            (cosines[far],),
            "The least alike even point against each other.",
            "Even the least alike have something in common.",
        )
        board = self._board(cosines, next_one)
        with self.beat(
            "Look at place {n}.", close, n=self._counted(ANCHOR), shows="vectors"
        ) as said:
            rings = [places.mark("anchor", ANCHOR), places.mark("walker", ANCHOR)]
            self.play(*[FadeIn(ring) for ring in rings], run_time=theme.QUICK)
            said.until(1)
            self.play(
                FadeIn(board),
                Follow(places, lambda p, s: p.mark("walker", next_one if s > 0.5 else ANCHOR)),
            )
        with self.beat(
            "Walk along the line, and watch how alike they are.",
            against,
            shows="vectors",
        ) as said:
            self.play(
                places.tint(likeness_tints(cosines), 1.0),
            )

            def walk(_, share: float) -> None:
                at = round(next_one + (far - next_one) * share)
                places.mark("walker", at)
                self.where.set_value(self._counted(at))
                self.likeness.set_value(cosines[at])

            self.play(Follow(VGroup(places, board), walk, max(said.left(0), 2.0), rate_func=smooth))
        with self.beat(
            "So from two places, the model can tell what's near.", shows="vectors"
        ) as said:
            self.play(places.turn(50, 0, said.left()))
        self.board = board

    @property
    def _directions(self) -> Count:
        return Count(self.vectors.explained, "directions that are drawn")

    def _counted(self, index: int) -> Count:
        """A place, counted from 1."""
        return Count.position(index, self.vectors.coordinates, "places", first=1)

    def _board(self, cosines, index: int) -> VGroup:
        """How alike the hundredth place and another are: what the mark on the line stands at."""
        right = theme.RIGHT_EDGE
        head = Words("place {n} and place", TYPE, theme.SECONDARY, n=self._counted(ANCHOR)).place(
            [right - 1.15, 2.95, 0], "right"
        )
        self.where = Numeral(self._counted(index), "d", TYPE, align="right")
        self.where.place([right, 2.95, 0], "right")
        self.likeness = Numeral(cosines[index], ".3f", BIG, align="right")
        self.likeness.place([right, 2.2, 0], "right")
        name = Words("cosine", TYPE, theme.SECONDARY).place([right - 2.6, 2.2, 0], "right")
        return VGroup(head, self.where, name, self.likeness, sign_key(right, 1.6))

    def ends(self) -> None:
        vectors, places = self.vectors, self.places
        last = int(vectors.positions) - 1
        apart = Claim(
            maths.is_twice,
            (vectors.norm(0), vectors.median_norm),
            "One place stands apart, the very first.",
            "The first place doesn't stand out much.",
        )
        plain = np.tile(theme.rgb(theme.DATA_HIGH), (last + 1, 1))
        place, length, board = self._length(0)
        with self.beat(
            apart,
            "Its numbers are {r:~} times as large as usual.",
            r=vectors.norm_ratio(0),
            shows="vectors",
        ) as said:
            self.play(FadeOut(self.board), places.tint(plain, 0.8), run_time=theme.MOVE)
            places.unmark()
            places.mark("end", 0)
            self.play(
                places.fly(places.all_places[0] * (0, 0, 0.5), 1.1, 40, 0, 1.6), FadeIn(board)
            )
            said.until(1)
            self.play(places.turn(25, 0, max(said.left(), 1.0)))
        usual = (vectors.median_norm, vectors.norm(last))
        nothing = Claim(
            maths.is_twice,
            usual,
            "And the very last one is almost nothing.",
            "And the very last one isn't nothing, either.",
        )
        why = Claim(
            maths.is_twice,
            usual,
            "It's hardly a place at all, and nobody is quite sure why.",
            "Its numbers are {r:~} times as large as usual.",
        )
        with self.beat(nothing, why, r=vectors.norm_ratio(last), shows="vectors") as said:
            self.play(
                places.fly(places.all_places[last] * (0, 0, 0.5), 1.1, 40, 0, 1.6),
                places.carry_mark("end", last, 1.6),
                Roll((place, self._counted(last)), (length, vectors.norm(last)), run_time=1.6),
            )
            said.until(1)
            self.play(places.turn(30, 0, said.left()))
        self.board = board

    def _length(self, index: int) -> tuple[Numeral, Numeral, VGroup]:
        """How long a place's vector is, beside the median: the place, its length, and all of it."""
        right = theme.LEFT_EDGE + 2.8  # the end of its lines
        place = Numeral(self._counted(index), ",", TYPE, align="right")
        place.place([right, 1.75, 0], "right")
        length = Numeral(self.vectors.norm(index), ".2f", BIG, align="right")
        length.place([right, 2.8, 0], "right")
        usual = Words(
            "the median is {m:.2f}", TYPE, theme.SECONDARY, m=self.vectors.median_norm
        ).place([right, 2.3, 0], "right")
        names = [
            Words(text, TYPE, theme.SECONDARY).place([x, y, 0], "right")
            for text, x, y in (("place", right - 1.15, 1.75), ("length", right - 1.4, 2.8))
        ]
        return place, length, VGroup(place, length, usual, *names)

    # The sum
    # ---------------------------------------------------------------------------------------------

    def added(self) -> None:
        words = self.words
        word = words.prompt[words.place(0)]
        limit = 2.2 * float(np.std(words.array("sums")))
        pairs = [
            AddedRow(
                words.word, words.place_vectors[i], words.sums[i], HALF, 0.75, 1.55, limit
            ).shift([left, 2.35, 0])
            for i, left in enumerate((theme.LEFT_EDGE + 0.15, theme.RIGHT_EDGE - HALF - 0.15))
        ]
        labels = [
            VGroup(
                Words(word, TYPE).place([left, 2.9, 0]),
                Words("place {n}", TYPE, n=words.counted(i)).place([left, 1.35, 0]),
                Words("both, added up", TYPE).place([left, -0.2, 0]),
            )
            for i, left in enumerate((theme.LEFT_EDGE + 0.15, theme.RIGHT_EDGE - HALF - 0.15))
        ]
        both = list(zip(pairs, labels, strict=True))
        with self.beat(
            "And now the trick. The two lists are simply added, number by number.",
            "Here's {word} in place {a}, and {word} in place {b}.",
            word=word,
            a=words.counted(0),
            b=words.counted(1),
            shows="words",
            hold=1.3,
        ) as said:
            self.play(
                FadeOut(self.places),
                FadeOut(self.board),
                *[FadeIn(VGroup(p.word, t[0]), shift=RIGHT * 0.6) for p, t in both],
                run_time=theme.MOVE,
            )
            self.play(
                *[FadeIn(VGroup(p.place, t[1]), shift=LEFT * 0.6) for p, t in both],
                run_time=theme.MOVE,
            )
            said.until(1)
            self.play(*[FadeIn(t[2]) for t in labels], run_time=theme.QUICK)
            self.add(*[p.sum for p in pairs])
            self.play(*[p.add_up(max(said.left() - 0.4, 2.0)) for p in pairs])
        likeness = Words("cosine {c:.2f}", 48, c=words.likeness).place([0, -1.75, 0], "center")
        with self.beat(
            "One word, two places, and two different lists.",
            "That's how a model can tell who bit whom.",
            shows="words",
            hold=2.3,
        ) as said:
            self.play(
                *[Create(Focus(p.sum)) for p in pairs],
                run_time=0.8,
            )
            said.until(1)
            self.play(FadeIn(likeness, shift=UP * 0.2), run_time=0.8)

    def close(self) -> None:
        self.places.unmark()
        self.places.middle, self.places.zoom = np.zeros(3), 1.0
        self.places.draw()
        going = [FadeOut(each) for each in self.stage()]
        self.play(*going, FadeIn(self.places), run_time=theme.MOVE)
        self.end_card("A place is a vector, too.", self.places)
