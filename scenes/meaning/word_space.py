"""Where do words live?"""

import numpy as np
from manim import Create, FadeIn, FadeOut, LaggedStart, VGroup, linear

from gptviz.drawing import theme
from gptviz.drawing.figures import FigureLine
from gptviz.drawing.focus import Focus
from gptviz.drawing.motion import Glide
from gptviz.drawing.space import VectorSpace3D
from gptviz.drawing.strips import Strips
from gptviz.drawing.text import Numeral, Words
from gptviz.film import Film
from gptviz.recording.number import Count
from gptviz.recording.requests import WordColumns, WordNeighbours, WordSlice
from gptviz.recording.statement import compose

LISTED = 6         # neighbours in a list
FAINT = 0.3        # of a vector that is not spoken of
NEARER = 8         # degrees by which words spoken of lie nearer than side by side
LARGER = 1.2       # than a space that the camera may see from 25 degrees up
SIDE = 2.6         # where the list begins


class WordSpace(Film):
    """Where do words live?"""

    needs = {
        "near": WordNeighbours(words=("tower", "cat", "jump", "king", "navy", "Navy", "wikipedia"), top=8, sought=(("cat", "dog"), ("cat", "beast"), ("cat", "monster"))),  # noqa: E501
        "columns": WordColumns(words=("tower", "cat", "king", "dog")),
        "space": WordSlice(words=("tower", "cat", "king", "red", "music", "jump"), neighbours=3, cloud=1500),
    }
    chains = (("near", "columns", "space"),)
    waivers = {"gone": "names step aside while the camera turns, and come back"}

    def construct(self) -> None:
        self.near, self.space = self.rec["near"], self.rec["space"]
        for part in (self.whole_vectors, self.three_directions, self.neighbours, self.sought, self.deception,
                     self.close):
            part()

    def whole_vectors(self) -> None:
        """Words as lists of numbers; near ones look alike, and the cosine counts how much."""
        rec = self.rec["columns"]
        words = rec.words
        strips = Strips([rec.vector(word) for word in words], words, 10.6, 0.62, 0.95, 36).shift([-4.1, 1.75, 0])
        with self.beat("Each word is {n:,} numbers, learnt from the company that it keeps.", shows="columns",
                       n=rec.components):
            self.play(LaggedStart(*[FadeIn(strip) for strip in strips], lag_ratio=0.4), run_time=1.8)
        alike, least = rec.pair("alike"), rec.pair("opposed")
        rows = {word: strips[i] for i, word in enumerate(words)}
        for pair, text in ((alike, "Of these, {a} and {b} point most nearly the same way: cosine {c:.2f}."),
                           (least, "Of these, {a} and {b} point apart the most: cosine {c:.2f}.")):
            frames = [Focus(rows[word]) for word in pair]
            with self.beat(text, shows="columns", a=pair[0], b=pair[1], c=rec.cosine(*pair)):
                self.play(*[Create(frame) for frame in frames], run_time=theme.MOVE)
                value = Words("cosine {c:.2f}", 44, theme.FOCUS, c=rec.cosine(*pair)).place([-4.1, -2.15, 0])
                self.play(FadeIn(value), run_time=theme.QUICK)
            self.play(*[FadeOut(each) for each in (*frames, value)], run_time=theme.QUICK)
        self.clear_stage()

    def three_directions(self) -> None:
        """The words along their three main directions, and what these hold."""
        rec = self.space
        held, everything = rec.slice("shown").held, rec.slice("all")
        self.box = self.space_of("shown")
        facts = VGroup(Words("{k:words} directions hold", theme.LABEL, theme.SECONDARY,
                             k=Count(everything.shares, "directions")).place([SIDE, 1.6, 0]),
                       Numeral(held, ".1%", 72).place([SIDE, 0.75, 0]),
                       Words("of how these words differ", theme.LABEL, theme.SECONDARY).place([SIDE, 0.25, 0]))
        with self.beat("Nobody can draw {n:,} directions. These are the main ones of the words shown.",
                       shows="space", n=rec.components):
            self.box.set_lit(self.named())
            self.play(FadeIn(self.box), run_time=theme.QUICK)
            self.play(self.box.turn(60, run_time=4.6, rate_func=linear))
        with self.beat("They hold {p:.0%} of how these words differ. The rest is not in the picture.", shows="space",
                       p=held):
            self.play(FadeIn(facts), run_time=theme.QUICK)
            self.play(self.box.turn(35, run_time=3.0, rate_func=linear))
        other = VGroup(Numeral(everything.held, ".1%", 48, theme.SECONDARY).place([SIDE, -1.0, 0]),
                       Words("for all words alike", theme.LABEL, theme.SECONDARY).place([SIDE, -1.5, 0]))
        with self.beat("Fitted to all {n:,} words, {k:words} directions hold {p:.1%}.", shows="space",
                       n=rec.vocabulary, k=Count(everything.shares, "directions"), p=everything.held):
            self.play(FadeIn(other), run_time=theme.QUICK)
        self.play(FadeOut(facts), FadeOut(other), run_time=theme.QUICK)

    def named(self, *groups) -> dict[int, float]:
        """How bright each word is: those asked for, or those of a group, alone have their names."""
        heads = [word for word, _ in self.space.groups] if not groups else groups[0]
        return {i: 1.0 if word in heads else FAINT for i, word in enumerate(self.order)}

    def sideways(self, words) -> float:
        """How far the camera must turn, in degrees, to have some words right of the origin, a little nearer."""
        middle = np.mean([self.box.points_3d[self.order.index(word)] for word in words], axis=0)
        return rightward(self.box, middle, NEARER)

    def neighbours(self) -> None:
        """A word and the words nearest to it, in all dimensions; lit where the slice shows them."""
        near = self.near
        groups = [(word, words) for word, words in self.space.groups if word in near.words][:2]
        for number, (word, words) in enumerate(groups):
            group = (word, *words)
            table = self.table(word, [(each.word, each.cosine, ".3") for each in near.nearest(word)], "cosine")
            first = near.nearest(word)[0]
            with self.beat("Nearest to {w} is {b}, cosine {c:.2f}, in all {n:,} directions.", shows=("near", "space"),
                           w=word, b=first.word, c=first.cosine, n=near.components):
                self.play(Glide(self.box, lambda: self.box.set_lit(self.named(())), run_time=theme.QUICK))
                self.play(self.box.turn(self.sideways(group), run_time=1.4), FadeIn(table[0]))
                self.play(Glide(self.box, lambda group=group: self.box.set_lit(self.named(group)),
                                run_time=theme.MOVE))
                self.play(LaggedStart(*[FadeIn(row) for row in table[1:]], lag_ratio=0.3), run_time=1.2)
            self.play(FadeOut(table), run_time=theme.QUICK)
            if number == 0:
                straight = self.table(word, [(each.word, each.distance, ".2f") for each in
                                             near.nearest_by_distance(word)], "distance")
                with self.beat("Distance in place of the angle: now the length of a vector counts, too.", shows="near"):
                    self.play(FadeIn(straight), run_time=theme.MOVE)
                self.play(FadeOut(straight), run_time=theme.QUICK)
        self.clear_stage()

    def table(self, word, rows, what: str) -> VGroup:
        """The words nearest to a word, with a number each; first the names of the columns."""
        table = VGroup(VGroup(Words("near {w}", theme.STATEMENT, theme.FOCUS, w=word).place([SIDE, 2.0, 0]),
                              Words(what, theme.LABEL, theme.SECONDARY).place([6.5, 2.0, 0], "right")))
        for i, (name, number, spec) in enumerate(rows[:LISTED]):
            y = 1.3 - i * 0.62
            table.add(VGroup(Words(name, 32).place([SIDE, y, 0]),
                             Numeral(number, spec, 32, theme.SECONDARY, "right").place([6.5, y, 0], "right")))
        return table

    def sought(self) -> None:
        """What a source says of a word's neighbours: in which place these words truly are."""
        near, rows = self.near, VGroup()
        for i in range(int(near.size("sought", "words sought"))):
            word, of = near.text(f"sought.{i}.word"), near.text(f"sought.{i}.of")
            rows.add(FigureLine(word, near.value(f"sought.{i}.place"), ",", 0.9 - len(rows) * 1.15, size=72, left=-4.5,
                                right=4.5))
        for i in range(int(near.size("sought_missing", "words sought in vain"))):
            word, of = near.text(f"sought_missing.{i}.1"), near.text(f"sought_missing.{i}.0")
            y = 0.9 - len(rows) * 1.15
            rows.add(VGroup(Words(word, 48, theme.SECONDARY).place([-4.5, y, 0]), Words(
                "not in this vocabulary", theme.STATEMENT, theme.SECONDARY).place([4.5, y, 0], "right")))
        if not rows:
            return
        head = VGroup(Words("near {w}", 40, theme.FOCUS, w=of).place([-4.5, 1.95, 0]),
                      Words("place among {n:,}", theme.LABEL, theme.SECONDARY, n=near.vocabulary)
                      .place([4.5, 1.95, 0], "right"))
        with self.beat("Beasts and monsters close to {w}, as a film has it? Here are their places.", shows="near",
                       w=of):
            self.play(FadeIn(head), run_time=theme.QUICK)
            self.play(LaggedStart(*[FadeIn(row) for row in rows], lag_ratio=0.5), run_time=1.4)
        if near.missing:
            names = {f"m{i}": word for i, word in enumerate(near.missing)}
            text = "not in this vocabulary: " + ", ".join(f"{{{name}}}" for name in names)
            with self.beat("Spelling counts, and not every word has a place.", shows="near"):
                self.play(FadeIn(Words(text, theme.STATEMENT, theme.SECONDARY, **names).place([-4.5, -2.15, 0])))
        self.clear_stage()

    def deception(self) -> None:
        """Two words that look near in the slice of all words, and are not."""
        rec, every = self.space, self.space.slice("all")
        pair = every.deceptive
        box = self.space_of("all", [pair.first, pair.second])
        cloud = every.cloud.array - every.cloud.array.mean(axis=0)
        box.set_cloud(cloud, 0.6).set_lit([])
        with self.beat("A slice can deceive. This one is made for all words; each speck is one.", shows="space"):
            self.play(FadeIn(box), run_time=theme.MOVE)
            self.play(box.turn(rightward(box, box.points_3d[1] - box.points_3d[0]), run_time=3.2, rate_func=linear))
        facts = [VGroup(Words(text, theme.STATEMENT, theme.SECONDARY).place([SIDE, 1.35 - 1.2 * i, 0]),
                        Numeral(number, spec, 56, colour, "right").place([6.5, 1.3 - 1.2 * i, 0], "right"))
                 for i, (text, number, spec, colour) in enumerate((
                     ("drawn apart", pair.drawn, ".2f", theme.TEXT), ("truly apart", pair.distance, ".2f", theme.WRONG),
                     ("cosine", pair.cosine, ".2f", theme.TEXT)))]
        with self.beat("Here {a} and {b} lie side by side: {d:.2f} apart.", shows="space", a=pair.first, b=pair.second,
                       d=pair.drawn):
            box.set_cloud(cloud, 0.12)
            both = range(len(box.names))
            self.play(Glide(box, lambda: box.set_lit(None).set_colour(theme.FOCUS, *both), run_time=theme.MOVE))
            self.play(FadeIn(facts[0]), run_time=theme.QUICK)
        with self.beat("In all {n:,} directions they are {d:.2f} apart, and their cosine is {c:.2f}.", shows="space",
                       n=rec.components, d=pair.distance, c=pair.cosine, hold=1.0):
            self.play(FadeIn(facts[1]), FadeIn(facts[2]), run_time=theme.QUICK)
        self.clear_stage()

    def space_of(self, name: str, pair=()) -> VectorSpace3D:
        """All words shown as arrows in a slice, or a pair of them as points among nameless others."""
        words, heads = list(self.space.words), [word for word, _ in self.space.groups]
        self.order = sorted(words, key=lambda word: heads.index(word) if word in heads else len(heads))
        middle = self.space.slice(name).cloud.array.mean(axis=0) if pair else np.zeros(3)

        def made(chosen, unit=None) -> VectorSpace3D:
            places = self.space.numbers(f"{name}_coordinates")[[words.index(word) for word in chosen]]
            return VectorSpace3D(chosen, places, None, 8.8, 4.9, 30 if pair else 24, drawn=not pair, camera=(25, 14),
                                 origin=middle, unit=unit)

        return made(pair or self.order, made(self.order).unit * (1.0 if pair else LARGER)).shift([-2.4, 0.1, 0])

    def close(self) -> None:
        rows = ((compose("held by {k:words} directions, of these words",
                         k=Count(self.space.slice("all").shares, "directions")), self.space.slice("shown").held),
                ("of all words", self.space.slice("all").held))
        lines = [FigureLine(text, number, ".1%", 0.7 - 1.5 * i, colour, 92, words_size=40)
                 for i, ((text, number), colour) in enumerate(zip(rows, (theme.SECONDARY, theme.TEXT), strict=True))]
        with self.beat("A picture of words is a shadow. What is near is for all the numbers to say.", shows="space",
                       hold=1.6):
            self.play(LaggedStart(*[FadeIn(line) for line in lines], lag_ratio=0.5), run_time=1.4)
            self.play(Create(Focus(lines[-1].number)), run_time=theme.QUICK)


def rightward(box: VectorSpace3D, direction: np.ndarray, nearer: float = 0.0) -> float:
    """By how many degrees a camera must turn until a direction (3) points to the right."""
    turn = np.degrees(np.arctan2(direction[1], direction[0])) - 90 + nearer - box.azimuth
    return float((turn + 180) % 360 - 180)
