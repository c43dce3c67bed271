"""Where do words live?"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from manim import Create, FadeIn, FadeOut, LaggedStart, VGroup, VMobject, linear, smooth

from gptviz.drawing import naming, theme
from gptviz.drawing.cells import painted, rectangles, segments, stroked
from gptviz.drawing.figures import FigureLine
from gptviz.drawing.focus import Focus
from gptviz.drawing.motion import Dim, Follow, Glide, Light
from gptviz.drawing.space import VectorSpace3D
from gptviz.drawing.strips import Strips
from gptviz.drawing.text import Numeral, Words
from gptviz.film import Film
from gptviz.recording.number import Count
from gptviz.recording.requests import WordColumns, WordNeighbours, WordSlice

LISTED = 6         # neighbours in a list
FAINT = 0.3        # of a vector that is not spoken of
NEARER = 8         # degrees by which words spoken of lie nearer than side by side
LARGER = 1.2       # than a space that the camera may see from 25 degrees up
LEFT, SIDE, RIGHT = -2.4, 2.6, 6.5     # the middle of the space, where the list begins, where it ends
STRIP = (-4.9, 11.4)                   # where strips begin, and how long they are
FIRST, SECOND = 40, 25                 # degrees that the camera turns while the words are introduced
SCALE = -1.65                          # the line of all cosines
BAR = 12.2                             # a whole, as a length


class WordSpace(Film):
    """Where do words live?"""

    needs = {
        "near": WordNeighbours(words=("tower", "cat", "jump", "king", "navy", "Navy", "wikipedia"), top=8, sought=(("cat", "dog"), ("cat", "beast"), ("cat", "monster"))),  # noqa: E501
        "columns": WordColumns(words=("tower", "cat", "king", "dog")),
        "space": WordSlice(words=("tower", "cat", "king", "red", "music", "jump"), neighbours=3, cloud=1500),
    }
    chains = (("near", "columns", "space"),)

    def construct(self) -> None:
        self.near, self.space = self.rec["near"], self.rec["space"]
        for part in (self.whole_vectors, self.three_directions, self.neighbours, self.sought, self.deception,
                     self.close):
            part()

    def whole_vectors(self) -> None:
        """Words as lists of numbers; near ones look alike, and the cosine counts how much."""
        rec = self.rec["columns"]
        words = rec.words
        strips = Strips([rec.vector(word) for word in words], words, STRIP[1], 0.58, 0.86, 36)
        strips.shift([STRIP[0], 2.1, 0])
        with self.beat("Each word is {n:,} numbers, learned from the company it keeps.", shows="columns",
                       n=rec.components):
            self.play(LaggedStart(*[FadeIn(strip) for strip in strips], lag_ratio=0.4), run_time=1.8)
        ticks = np.array([cosine_at(c) for c in (-1, 0, 1)])
        line = stroked(segments([ticks[0], *(ticks + [0, 0.1, 0])], [ticks[2], *(ticks - [0, 0.1, 0])]),
                       theme.SECONDARY, 2.0)
        ends = VGroup(*[Words(text, theme.LABEL, theme.SECONDARY).place(cosine_at(c) - [0, 0.45, 0], align) for
                        text, c, align in (("opposite", -1, "left"), ("unrelated", 0, "center"),
                                           ("the same way", 1, "right"))])
        with self.beat("Do two words point the same way? The cosine of their angle tells.", shows="columns"):
            self.play(Create(line), FadeIn(ends), run_time=theme.MOVE)
        rows = {word: strips[i] for i, word in enumerate(words)}
        mark, at = painted(rectangles(np.array([[-0.07, -0.07, 0.07, 0.07]])), theme.FOCUS), 0.0
        for which, text in (("alike", "Of these, {a} and {b} point most nearly the same way: cosine {c:.2f}."),
                            ("opposed", "Least alike are {a} and {b}: cosine {c:.2f}.")):
            pair = rec.pair(which)
            others = [strip for word, strip in rows.items() if word not in pair]
            cosine = rec.cosine(*pair)
            with self.beat(text, shows="columns", a=pair[0], b=pair[1], c=cosine):
                self.play(Dim(*others), Light(*[rows[word] for word in pair]), run_time=theme.MOVE)
                self.play(Follow(mark, slide(at, float(cosine)), run_time=theme.MOVE))
                value = Numeral(cosine, ".2f", theme.TITLE, theme.FOCUS, "center")
                self.play(FadeIn(value.place(cosine_at(float(cosine)) + [0, 0.2, 0], "center")), run_time=theme.QUICK)
            self.play(FadeOut(value), run_time=theme.QUICK)
            at = float(cosine)
        self.clear_stage()

    def three_directions(self) -> None:
        """The words along their three main directions, and what these hold."""
        rec = self.space
        held, everything = rec.slice("shown").held, rec.slice("all")
        three = Count(everything.shares, "directions")
        self.box = box = self.space_of("shown")
        heads = [i for i, word in enumerate(self.order) if word in self.heads()]
        start, names = naming.places(box, heads, range(0, 360, 5), FIRST + SECOND)
        box.look(start, box.elevation).put_names(names).set_lit(self.named()).set_colour(theme.TEXT, *heads)
        facts = VGroup(Words("{k:words} directions hold", theme.STATEMENT, theme.SECONDARY, k=three)
                       .place([SIDE, 1.8, 0]),
                       Numeral(held, ".1%", 84).place([SIDE, 0.85, 0]),
                       Words("of how these words differ", theme.STATEMENT, theme.SECONDARY).place([SIDE, 0.3, 0]))
        specks = Words("specks: {n:,} other words", theme.LABEL, theme.SECONDARY,
                       n=Count(rec.slice("shown").cloud, "other words")).place([theme.LEFT_EDGE, -2.15, 0])
        box.shift([-LEFT, 0, 0])
        with self.beat("Nobody can draw {n:,} directions. Here are the {k:words} where these words differ most.",
                       shows="space", n=rec.components, k=three):
            self.play(FadeIn(box), FadeIn(specks), run_time=theme.QUICK)
            self.play(box.turn(FIRST, run_time=4.6, rate_func=linear))
        with self.beat("They hold {p:.0%} of how these words differ. The rest is not in the picture.", shows="space",
                       p=held):
            self.play(aside(box, LEFT, SECOND, 3.0))
            self.play(FadeIn(facts), run_time=theme.QUICK)
        other = VGroup(Numeral(everything.held, ".1%", 56, theme.SECONDARY).place([SIDE, -1.1, 0]),
                       Words("of how all words differ", theme.STATEMENT, theme.SECONDARY).place([SIDE, -1.65, 0]))
        with self.beat("Of how all {n:,} words differ, the best {k:words} directions hold {p:.1%}.", shows="space",
                       n=rec.vocabulary, k=three, p=everything.held):
            self.play(FadeIn(other), run_time=theme.QUICK)
        self.play(FadeOut(facts), FadeOut(other), FadeOut(specks), run_time=theme.QUICK)

    def heads(self) -> list[Any]:
        """The words that were asked for; the others are their neighbours."""
        return [word for word, _ in self.space.groups]

    def named(self, *groups) -> dict[int, float]:
        """How bright each word is: those asked for, or those of a group, alone have their names."""
        heads = self.heads() if not groups else groups[0]
        return {i: 1.0 if word in heads else FAINT for i, word in enumerate(self.order)}

    def face(self, group: Sequence[Any]) -> float:
        """Puts the names of a group where they are clear of all else, and gives the camera's turn to that view.

        The view is one that has the words to the right, or somewhat nearer or farther, whichever leaves most room.
        """
        rows = [self.order.index(word) for word in group]
        wanted = self.box.azimuth + rightward(self.box, np.mean(self.box.points_3d[rows], axis=0), NEARER)
        start, names = naming.places(self.box, rows, [wanted + d for d in (0, 5, -5, 10, -10, 15, -15, 20, -20)])
        self.box.put_names(names)
        return float((start - self.box.azimuth + 180) % 360 - 180)

    def neighbours(self) -> None:
        """A word and the words nearest to it, in all dimensions; lit where the slice shows them."""
        near, box = self.near, self.box
        groups = [(word, words) for word, words in self.space.groups if word in near.words][:2]
        for number, (word, words) in enumerate(groups):
            group = (word, *words)
            rows = [self.order.index(each) for each in group]
            table = self.table(word, [(each.word, each.cosine, ".3") for each in near.nearest(word)], "cosine")
            first = near.nearest(word)[0]
            with self.beat("By all {n:,} numbers, the word nearest to {w} is {b}: cosine {c:.2f}.",
                           shows=("near", "space"), w=word, b=first.word, c=first.cosine, n=near.components):
                self.play(Glide(box, lambda: box.set_colour(theme.SECONDARY, *range(len(self.order)))
                                .set_lit(self.named(())), run_time=theme.QUICK))
                self.play(box.turn(self.face(group), run_time=1.4), FadeIn(table[0]))
                self.play(Glide(box, lambda group=group, rows=rows: box.set_lit(self.named(group))
                                .set_colour(theme.TEXT, *rows).set_colour(theme.FOCUS, rows[0]), run_time=theme.MOVE))
                self.play(LaggedStart(*[FadeIn(row) for row in table[1:]], lag_ratio=0.3), run_time=1.2)
            self.play(FadeOut(table), run_time=theme.QUICK)
            if number == 0:
                straight = self.table(word, [(each.word, each.distance, ".2f") for each in
                                             near.nearest_by_distance(word)], "distance")
                with self.beat("Measure the distance instead, and the length of a vector counts, too.", shows="near"):
                    self.play(FadeIn(straight), run_time=theme.MOVE)
                self.play(FadeOut(straight), run_time=theme.QUICK)
        self.clear_stage()

    def table(self, word, rows, what: str) -> VGroup:
        """The words nearest to a word, with a number each; first the names of the columns."""
        table = VGroup(VGroup(Words("near {w}", theme.STATEMENT, theme.FOCUS, w=word).place([SIDE, 2.0, 0]),
                              Words(what, theme.LABEL, theme.SECONDARY).place([RIGHT, 2.0, 0], "right")))
        for i, (name, number, spec) in enumerate(rows[:LISTED]):
            y = 1.3 - i * 0.62
            table.add(VGroup(Words(name, 32).place([SIDE, y, 0]),
                             Numeral(number, spec, 32, theme.SECONDARY, "right").place([RIGHT, y, 0], "right")))
        return table

    def sought(self) -> None:
        """What a source says of a word's neighbours: in which place these words truly are."""
        near, rows = self.near, VGroup()
        known = range(int(near.size("sought", "words sought")))
        for i in sorted(known, key=lambda i: float(near.value(f"sought.{i}.place"))):
            word, of = near.text(f"sought.{i}.word"), near.text(f"sought.{i}.of")
            rows.add(FigureLine(word, near.value(f"sought.{i}.place"), ",", 1.15 - len(rows) * 0.95, size=64, left=-4.5,
                                right=4.5))
        for i in range(int(near.size("sought_missing", "words sought in vain"))):
            word, of = near.text(f"sought_missing.{i}.1"), near.text(f"sought_missing.{i}.0")
            y = 1.15 - len(rows) * 0.95
            rows.add(VGroup(Words(word, 48, theme.SECONDARY).place([-4.5, y, 0]), Words(
                "has no vector here", theme.STATEMENT, theme.SECONDARY).place([4.5, y, 0], "right")))
        if not rows:
            return
        head = VGroup(Words("near {w}", theme.TITLE, theme.FOCUS, w=of).place([-4.5, 2.1, 0]),
                      Words("place among {n:,}", theme.LABEL, theme.SECONDARY, n=near.vocabulary)
                      .place([4.5, 2.1, 0], "right"))
        with self.beat("Do beasts and monsters live close to {w}, as one film has it? Here are their places.",
                       shows="near", w=of):
            self.play(FadeIn(head), run_time=theme.QUICK)
            self.play(LaggedStart(*[FadeIn(row) for row in rows], lag_ratio=0.5), run_time=1.4)
        if near.missing:
            names = {f"m{i}": word for i, word in enumerate(near.missing)}
            text = "no vector in this spelling: " + ", ".join(f"{{{name}}}" for name in names)
            with self.beat("Spelling counts, and not every word has a place.", shows="near"):
                self.play(FadeIn(Words(text, theme.STATEMENT, theme.SECONDARY, **names).place([-4.5, -1.85, 0])))
        self.clear_stage()

    def deception(self) -> None:
        """Two words that look near in the slice of all words, and are not."""
        rec, every = self.space, self.space.slice("all")
        pair = every.deceptive
        box, cloud = self.space_of("all", [pair.first, pair.second]), self.specks("all")
        box.set_cloud(cloud, 0.6, 1.7).set_lit([])
        turn = rightward(box, box.points_3d[1] - box.points_3d[0])
        _, names = naming.places(box, (0, 1), [box.azimuth + turn])
        box.put_names(names).shift([-LEFT, 0, 0])
        with self.beat("But a slice can deceive. This one is made for all words; each speck is a word.", shows="space"):
            self.play(FadeIn(box), run_time=theme.MOVE)
            self.play(box.turn(turn, run_time=3.2, rate_func=smooth))
        longest = max(float(pair.drawn), float(pair.distance))
        facts = [VGroup(Words(text, theme.STATEMENT, theme.SECONDARY).place([SIDE, y, 0]),
                        Numeral(number, ".2f", 56, colour, "right").place([RIGHT, y, 0], "right"),
                        *([length(float(number) / longest, y - 0.45, colour)] if far else []))
                 for text, number, y, colour, far in (("drawn apart", pair.drawn, 1.6, theme.FOCUS, True),
                                                      ("truly apart", pair.distance, 0.1, theme.WRONG, True),
                                                      ("cosine", pair.cosine, -1.4, theme.TEXT, False))]
        with self.beat("Here {a} and {b} lie side by side: {d:.2f} apart.", shows="space", a=pair.first, b=pair.second,
                       d=pair.drawn):
            box.set_cloud(cloud, 0.25, 1.7)
            both = range(len(box.names))
            self.play(aside(box, LEFT, 0.0, theme.MOVE))
            self.play(Glide(box, lambda: box.set_lit(None).set_colour(theme.FOCUS, *both), run_time=theme.MOVE))
            self.play(FadeIn(facts[0]), run_time=theme.QUICK)
        with self.beat("In all {n:,} directions they are {d:.2f} apart, and their cosine is {c:.2f}.", shows="space",
                       n=rec.components, d=pair.distance, c=pair.cosine, hold=1.0):
            self.play(FadeIn(facts[1]), run_time=theme.MOVE)
            self.play(FadeIn(facts[2]), run_time=theme.QUICK)
        self.clear_stage()

    def specks(self, name: str) -> np.ndarray:
        """Where other words lie in a slice of all words, from their middle; the farthest hundredth is not drawn."""
        cloud = self.space.slice(name).cloud.array
        cloud = cloud - cloud.mean(axis=0)
        far = np.linalg.norm(cloud, axis=1)
        return np.asarray(cloud[far <= np.quantile(far, 0.99)])

    def space_of(self, name: str, pair=()) -> VectorSpace3D:
        """All words shown as arrows in a slice, or a pair of them as points among nameless others."""
        words, heads = list(self.space.words), self.heads()
        self.order = sorted(words, key=lambda word: heads.index(word) if word in heads else len(heads))
        chosen = pair or self.order
        places = self.space.numbers(f"{name}_coordinates")[[words.index(word) for word in chosen]]

        def made(unit: float | None = None) -> VectorSpace3D:
            middle = self.space.slice(name).cloud.array.mean(axis=0) if pair else np.zeros(3)
            return VectorSpace3D(chosen, places, None, 8.8, 4.9, 30 if pair else 28, drawn=not pair, camera=(25, 14),
                                 origin=middle, unit=unit, dot=0.16)

        if pair:
            return made(2.35 / float(np.linalg.norm(self.specks(name), axis=1).max())).shift([LEFT, 0.2, 0])
        return made(made().unit * LARGER).set_cloud(self.space.slice(name).cloud, 0.4, 0.9).shift([LEFT, 0.2, 0])

    def close(self) -> None:
        shown, every = self.space.slice("shown").held, self.space.slice("all").held
        lines = []
        for text, number, y, colour in (("of how these words differ", shown, 1.1, theme.SECONDARY),
                                        ("of how all words differ", every, -0.9, theme.TEXT)):
            whole, part = ([-BAR / 2, y - 0.62, -BAR / 2 + BAR * share, y - 0.4] for share in (1.0, float(number)))
            lines.append(VGroup(FigureLine(text, number, ".1%", y, colour, 84, -BAR / 2, BAR / 2, 40),
                                painted(rectangles(np.array([whole])), theme.HAIRLINE),
                                painted(rectangles(np.array([part])), colour)))
        head = Words("held by {k:words} directions", theme.STATEMENT, theme.SECONDARY,
                     k=Count(self.space.slice("all").shares, "directions")).place([-BAR / 2, 2.15, 0])
        with self.beat("A picture of words is only a shadow. To see what is near, ask all {n:,} numbers.",
                       shows="space", n=self.space.components, hold=1.6):
            self.play(FadeIn(head), LaggedStart(*[FadeIn(line) for line in lines], lag_ratio=0.5), run_time=1.4)
            self.play(Create(Focus(lines[-1][0].number)), run_time=theme.QUICK)


def cosine_at(cosine: float) -> np.ndarray:
    """Where a cosine lies on the line of all of them."""
    return np.array([STRIP[0] + STRIP[1] * (cosine + 1) / 2, SCALE, 0])


def slide(start: float, end: float):
    """Moves a mark along the line of cosines."""
    return lambda mark, share: mark.move_to(cosine_at(start + (end - start) * share))


def length(share: float, y: float, colour: str) -> VMobject:
    """A distance as a bar, of the list's width at most."""
    return painted(rectangles(np.array([[SIDE, y, SIDE + (RIGHT - SIDE) * share, y + 0.16]])), colour)


def aside(box: VectorSpace3D, way: float, turn: float, run_time: float) -> Follow:
    """Moves the space sideways while the camera turns on."""
    first, done = box.azimuth, [0.0]

    def step(space: VectorSpace3D, share: float) -> None:
        space.shift([way * (share - done[0]), 0, 0])
        done[0] = share
        space.look(first + turn * share, space.elevation)

    return Follow(box, step, run_time, rate_func=smooth)


def rightward(box: VectorSpace3D, direction: np.ndarray, nearer: float = 0.0) -> float:
    """By how many degrees a camera must turn until a direction (3) points to the right."""
    turn = np.degrees(np.arctan2(direction[1], direction[0])) - 90 + nearer - box.azimuth
    return float((turn + 180) % 360 - 180)
