"""Where do words live?"""

from collections.abc import Sequence
from itertools import combinations
from typing import Any

import numpy as np
from manim import FadeIn, FadeOut, LaggedStart, VGroup, linear, smooth

from gptviz import maths
from gptviz.drawing.arrays.strips import Strips, chained, sign_key
from gptviz.drawing.base import theme
from gptviz.drawing.base.motion import Appear, Dim, Follow, Glide, Light
from gptviz.drawing.base.text import Numeral, Words
from gptviz.drawing.vectors import naming
from gptviz.drawing.vectors.cosines import CosineLine
from gptviz.drawing.vectors.space import VectorSpace3D
from gptviz.drawing.vectors.unfolding import sides, unfolding_space
from gptviz.drawing.vectors.viewpoints import clear_view, ride
from gptviz.drawing.vectors.wordlists import FigureUnder, NearTable, PlaceTable, WordLine
from gptviz.film import Film, Need
from gptviz.recording.families import WordColumns, WordNeighbours, WordSlice
from gptviz.recording.number import Claim, Count, Setting, derive
from gptviz.recording.statement import compose

LISTED = 6  # neighbours in a list
LARGER = 1.15  # than a space that the camera may see from 25 degrees up
FAINT = 0.4  # of a vector that is not spoken of
LEFT, SIDE, RIGHT = -2.4, 2.6, 6.5  # the middle of the space, where the list begins, where it ends
STRIP = (-4.9, 11.4)  # where strips begin, and how long they are
FIRST, SECOND = 30, 15  # degrees that the camera turns while the words are introduced
TONES = theme.sequential(np.linspace(0.15, 1.0, 10), 0.0, 1.0)  # of specks, by depth
LOW = -2.15  # the line of figures below the last picture
EDGE, MIDST = 6.4, 0.7  # how far from its middle the last picture may reach, how high that is


class WordSpace(Film):
    """Where do words live?"""

    near = Need(
        WordNeighbours(
            words=("tower", "cat", "jump", "king", "navy", "Navy", "wikipedia"),
            top=8,
            sought=(("cat", "dog"), ("cat", "beast"), ("cat", "monster")),
        )
    )
    columns = Need(WordColumns(words=("tower", "cat", "king", "dog")))
    space = Need(
        WordSlice(words=("tower", "cat", "king", "red", "music", "jump"), neighbours=3, cloud=1500)
    )
    chains = (("near", "columns", "space"),)
    settings = {"opposite": -1.0, "unrelated": 0.0, "same": 1.0, "turned": 0.0}

    def construct(self) -> None:
        for part in (
            self.whole_vectors,
            self.three_directions,
            self.neighbours,
            self.sought,
            self.deception,
        ):
            part()

    def whole_vectors(self) -> None:
        """Words as lists of numbers; near ones look alike, and the cosine counts how much."""
        rec = self.columns
        words = chained(rec.words, rec.pair("alike"), rec.pair("opposed"))
        strips = Strips(
            [rec.vector(word) for word in words], words, STRIP[1], 0.56, 0.76, 36, bordered=True
        )
        strips.shift([STRIP[0], 1.95, 0])
        key = sign_key(STRIP[0] + STRIP[1], 2.47)
        with self.beat(
            "Each word is {n:,} numbers, learned from the company it keeps.",
            shows="columns",
            n=rec.components,
        ):
            self.play(
                LaggedStart(*[FadeIn(strip) for strip in strips], lag_ratio=0.4),
                FadeIn(key),
                run_time=1.8,
            )
        line = CosineLine(
            [
                (self.setting("opposite"), "opposite way"),
                (self.setting("unrelated"), "unrelated"),
                (self.setting("same"), "same way"),
            ],
            *STRIP,
            -1.55,
        )
        with self.beat(
            "Take each as an arrow. The cosine of their angle tells how alike two point.",
            shows="columns",
        ):
            self.play(FadeIn(line), run_time=theme.MOVE)
            self.play(line.run(-1.0, 2.2))
            self.play(line.run(0.0, 1.1))
        rows, pairs = (
            {word: strips[i] for i, word in enumerate(words)},
            list(combinations(words, 2)),
        )
        others = Count(pairs[1:], "other pairs")
        for which, text in (
            ("alike", "Of these, {a} and {b} point most nearly the same way: cosine {c:.2f}."),
            ("opposed", "Of all {n:words} pairs, {a} and {b} are least alike: cosine {c:.2f}."),
        ):
            pair = rec.pair(which)
            rest = [word for word in words if word not in pair]
            cosine = rec.cosine(*pair)
            value = Numeral(cosine, ".2f", theme.TITLE, theme.FOCUS, "center")
            with self.beat(
                text, shows="columns", a=pair[0], b=pair[1], c=cosine, n=Count(pairs, "pairs")
            ):
                more = (
                    []
                    if which == "alike"
                    else [
                        Appear(
                            line.ticks(
                                [rec.cosine(*each) for each in pairs if set(each) != set(pair)]
                            )
                        ),
                        FadeIn(
                            Words(
                                "grey marks: the other {n:words} pairs",
                                theme.LABEL,
                                theme.SECONDARY,
                                n=others,
                            ).place([STRIP[0], 2.47, 0])
                        ),
                    ]
                )
                self.play(
                    line.run(float(cosine), 1.2),
                    Dim(*[rows[word] for word in rest]),
                    Light(*[rows[word] for word in pair]),
                    *more,
                )
                self.play(
                    FadeIn(value.place(line.at(float(cosine)) + [0, 0.28, 0], "center")),
                    run_time=theme.QUICK,
                )
            if which == "alike":
                self.play(FadeOut(value), run_time=0.2)
        self.clear_stage()

    def three_directions(self) -> None:
        """The words along their three main directions, and what these hold."""
        rec, shown = self.space, self.space.slice("shown")
        three, many = Count(shown.shares, "directions"), Count(rec.words, "words")
        self.box = box = self.arrows()
        rows = [i for i, word in enumerate(self.order) if word in self.heads()]
        views = [
            a for a in range(0, 360, 5) if 15 <= (a + FIRST) % 90 <= 55
        ]  # no axis towards the eye at a rest
        start, self.names = naming.places(box, rows, views, FIRST + SECOND)
        box.look(start, box.elevation).put_names(self.names).set_lit(self.named())
        table = VGroup(
            *[
                WordLine(word, words, SIDE, RIGHT, 1.75 - i * 0.6)
                for i, (word, words) in enumerate(rec.groups)
            ]
        )
        with self.beat(
            "Here are {m:words} words as arrows: {h:words}, and the nearest to each of them.",
            shows="space",
            m=many,
            h=Count(rows, "words asked for"),
        ):
            self.play(FadeIn(box), run_time=theme.MOVE)
            self.play(LaggedStart(*[FadeIn(row) for row in table], lag_ratio=0.3), run_time=1.6)
        with self.beat(
            "Nobody can draw {n:,} directions. These are the {k:words} where these words differ most.",
            shows="space",
            n=rec.components,
            k=three,
        ):
            self.play(box.turn(FIRST, run_time=4.6, rate_func=linear))

        def glow(box: VectorSpace3D, share: float) -> None:
            box.set_cloud(shown.cloud, 0.45 + 0.4 * share, 1.0 + 0.35 * share)

        short = Claim(
            maths.is_twice,
            tuple(
                derive(maths.median, [derive(maths.norm, place) for place in places])
                for places in (rec.numbers("shown_coordinates"), shown.cloud)
            ),
            "The specks, {s:,} other words, stay in the middle: the directions are not theirs.",
            "The specks are {s:,} other words. The directions were not chosen for them.",
        )
        with self.beat(short, shows="space", s=Count(shown.cloud, "other words")):
            self.play(Follow(box, glow, theme.MOVE))
        facts = VGroup(
            Words(
                "these {k:words} directions keep", theme.STATEMENT, theme.SECONDARY, k=three
            ).place([SIDE, 1.3, 0]),
            Numeral(shown.held, ".1%", 84).place([SIDE, 0.3, 0]),
            Words("of what tells these words apart", theme.LABEL, theme.SECONDARY).place(
                [SIDE, -0.25, 0]
            ),
        )
        with self.beat(
            "They keep {p:.1%} of what tells these words apart. The rest is not in the picture.",
            shows="space",
            p=shown.held,
        ):
            self.play(
                FadeOut(table), Follow(box, lambda box, share: glow(box, 1 - share), theme.MOVE)
            )
            self.play(FadeIn(facts, run_time=theme.QUICK), box.turn(SECOND, run_time=2.4))
        self.play(FadeOut(facts), run_time=theme.QUICK)

    def heads(self) -> list[Any]:
        """The words that were asked for; the others are their neighbours."""
        return [word for word, _ in self.space.groups]

    def named(self, *groups) -> dict[int, float]:
        """How bright each word is: those asked for, or those of a group, alone have their names."""
        heads = self.heads() if not groups else groups[0]
        return {i: 1.0 if word in heads else FAINT for i, word in enumerate(self.order)}

    def shown(self, word: Any, group: Sequence[Any], *more: Any) -> None:
        """Lights a word, turns to where its group can be told apart, its name riding along, and
        lights the group."""
        box, rows = self.box, [self.order.index(each) for each in group]
        self.play(
            Glide(
                box,
                lambda: (
                    box.set_colour(theme.SECONDARY, *range(len(self.order)))
                    .set_colour(theme.FOCUS, rows[0])
                    .set_lit(self.named([word]))
                ),
                run_time=theme.QUICK,
            )
        )
        turn, names = clear_view(box, rows)
        self.play(ride(box, self.names, names, turn, 1.6), *more)
        self.names = names
        self.play(
            Glide(
                box,
                lambda: box.set_lit(self.named(group)).set_colour(theme.TEXT, *rows[1:]),
                run_time=theme.MOVE,
            )
        )

    def neighbours(self) -> None:
        """A word and the words nearest to it, in all dimensions; lit where the picture shows
        them."""
        near = self.near
        (word, words), (other, others) = [
            group for group in self.space.groups if group[0] in near.words
        ][:2]
        first, n = near.nearest(word)[0], near.components
        table = NearTable(
            word,
            [(each.word, (each.cosine,)) for each in near.nearest(word)[:LISTED]],
            ["cosine: large is near"],
            SIDE,
            RIGHT,
        )
        with self.beat(
            "Among {v:,} words, the one nearest to {w} is {b}: cosine {c:.2f}.",
            shows=("near", "space"),
            w=word,
            b=first.word,
            c=first.cosine,
            v=near.vocabulary,
        ):
            self.shown(word, (word, *words), FadeIn(table[0]))
            self.play(LaggedStart(*[FadeIn(row) for row in table[1:]], lag_ratio=0.3), run_time=1.2)
        self.play(FadeOut(table), run_time=theme.QUICK)
        known = [each.word for each in near.nearest(word)]
        straight = near.nearest_by_distance(word)[:LISTED]
        new = [each for each in straight if each.word not in known[:LISTED]]
        table = NearTable(
            word,
            [(each.word, (each.distance,)) for each in straight],
            ["distance: small is near"],
            SIDE,
            RIGHT,
            bright=[each.word for each in new],
        )
        own, fields = near.norm(word), {}
        says = "Plain distance counts the length of an arrow, too. Here it changes little."
        if new:
            longest = derive(
                maths.largest,
                [derive(maths.longest_possible, own, each.cosine, each.distance) for each in new],
            )
            fields = {"x": longest, "w": word, "y": own}
            says = Claim(
                maths.is_larger,
                (own, longest),
                "By plain distance short arrows come near: gold ones measure {x:.1f} at most, {w} {y:.1f}.",
                "Plain distance counts the length of an arrow, too. It lets the gold ones in.",
            )
        with self.beat(says, shows="near", **fields):
            self.play(FadeIn(table), run_time=theme.MOVE)
        self.play(FadeOut(table), run_time=theme.QUICK)
        self.disagreement(other, others, n)
        self.clear_stage()

    def disagreement(self, word: Any, words: Sequence[Any], n: Any) -> None:
        """The nearest word in the picture beside the nearest by all numbers."""
        cosines = {each.word: each.cosine for each in self.near.nearest(word)}
        place = self.space.slice("shown").coordinates
        drawn = {each: derive(maths.distance, place(word), place(each)) for each in words}
        seen = min(drawn, key=lambda each: float(drawn[each]))
        table = NearTable(
            word,
            [(each, (drawn[each], cosines[each])) for each in words],
            ["in picture", "cosine"],
            SIDE,
            RIGHT,
        )
        for row, which in ((table[1 + words.index(seen)], 1), (table[1], 2)):
            row[which].set_fill(theme.FOCUS)
        says = Claim(
            maths.is_larger,
            (drawn[words[0]], drawn[seen]),
            "In the picture {s} is nearest to {w}. By all {n:,} numbers it is {b}.",
            "Nearest to {w} is {b}, in the picture and by all {n:,} numbers.",
        )
        with self.beat(says, shows=("near", "space"), s=seen, w=word, b=words[0], n=n):
            self.shown(word, (word, *words), FadeIn(table[0]))
            self.play(LaggedStart(*[FadeIn(row) for row in table[1:]], lag_ratio=0.3), run_time=1.2)

    def sought(self) -> None:
        """What a source says of a word's neighbours: in which place these words truly are."""
        near, v = self.near, self.near.vocabulary
        known = sorted(
            range(int(near.size("sought", "words sought"))),
            key=lambda i: float(near.value(f"sought.{i}.place")),
        )
        if not known:
            return
        lost = [
            near.text(f"sought_missing.{i}.1")
            for i in range(int(near.size("sought_missing", "in vain")))
        ]
        of, last = near.text(f"sought.{known[-1]}.of"), near.text(f"sought.{known[-1]}.word")
        table = PlaceTable(
            of,
            [
                (
                    near.text(f"sought.{i}.word"),
                    near.value(f"sought.{i}.place"),
                    near.value(f"sought.{i}.cosine"),
                )
                for i in known
            ],
            lost,
            v,
        )
        beyond = derive(maths.share_beyond, near.value(f"sought.{known[-1]}.place"), v)
        says = Claim(
            maths.is_nearly_all,
            (beyond,),
            "Is {m} near {w}? Yes: {p:.1%} of all words are farther away.",
            "Is {m} near {w}? {p:.1%} of all words are farther away.",
        )
        with self.beat(says, shows="near", m=last, w=of, p=beyond):
            self.play(LaggedStart(*[FadeIn(row) for row in table], lag_ratio=0.4), run_time=1.8)
        if near.missing:
            names = {f"m{i}": word for i, word in enumerate(near.missing)}
            text = "missing in this spelling: " + ", ".join(f"{{{name}}}" for name in names)
            twin = next(
                (
                    (here, gone)
                    for gone in near.missing
                    for here in near.words
                    if here.lower() == gone.lower()
                ),
                None,
            )
            says = (
                "Capitals count: {a} is among these {v:,} words, {b} is not."
                if twin
                else "Spelling counts, and not every word is among these {v:,}."
            )
            with self.beat(
                says, shows="near", v=v, **(dict(zip("ab", twin, strict=True)) if twin else {})
            ):
                self.play(
                    FadeIn(
                        Words(text, theme.STATEMENT, theme.SECONDARY, **names).place(
                            [-4.5, -1.95, 0]
                        )
                    )
                )
        self.clear_stage()

    def deception(self) -> None:
        """Two words that look near in the picture of all words, and the turn that shows how far
        apart they are."""
        rec, every, n = self.space, self.space.slice("all"), self.space.components
        pair, words = every.deceptive, list(self.space.words)
        a, b = words.index(pair.first), words.index(pair.second)
        three = Count(every.shares, "directions")
        box, turned, specks = unfolding_space(
            rec.words,
            rec.numbers("vectors"),
            rec.numbers("all_coordinates"),
            every.cloud,
            (a, b),
            EDGE,
            camera=(25, 14),
            dot=0.2,
        )
        box.set_cloud(specks, 0.95, 2.2, TONES).set_lit([]).shift([0, 0.2, 0])
        box.look(box.azimuth - 70, box.elevation)
        faint = dict.fromkeys(range(len(words)), FAINT)
        about = VGroup(
            *[
                Words(text, theme.LABEL, theme.SECONDARY, m=Count(specks, "specks drawn")).place(
                    [theme.LEFT_EDGE, LOW + up, 0]
                )
                for up, text in (
                    (0.38, "specks: {m:,} of these words"),
                    (0, "yellow is near, blue far"),
                )
            ]
        )
        with self.beat(
            "A new picture, made for all {v:,} words: its {k:words} directions keep only {p:.1%}.",
            shows="space",
            v=rec.vocabulary,
            p=every.held,
            k=three,
        ):
            self.play(FadeIn(box), FadeIn(about), run_time=theme.MOVE)
            self.play(box.turn(70, run_time=4.0, rate_func=smooth))
        _, near = naming.places(box, (a, b), [box.azimuth])
        apart = FigureUnder(
            "apart, in this picture", pair.drawn, ".2f", theme.LEFT_EDGE, LOW, theme.FOCUS
        )
        with self.beat(
            "In this picture {a} and {b} lie side by side: {d:.2f} apart.",
            shows="space",
            a=pair.first,
            b=pair.second,
            d=pair.drawn,
        ):
            self.play(
                FadeOut(about),
                Follow(
                    box,
                    lambda box, share: box.set_cloud(specks, 0.95 - 0.5 * share, 2.2).set_axes(
                        1 - share
                    ),
                ),
                run_time=theme.MOVE,
            )
            box.put_names(near)
            self.play(
                Glide(
                    box,
                    lambda: box.set_lit(faint | {a: 1.0, b: 1.0}).set_colour(theme.FOCUS, a, b),
                    run_time=theme.MOVE,
                )
            )
            start, way = box.points_3d[a], box.points_3d[b] - box.points_3d[a]
            self.play(
                Follow(
                    box,
                    lambda box, share: box.connect(
                        "pair", start, start + way * share, style="line"
                    ),
                ),
                FadeIn(apart),
                run_time=theme.MOVE,
            )
        box.points_3d, beside = turned.at(1), sides(words, rec.groups, (pair.first, pair.second))
        kin = [a, b, *beside]
        _, far = naming.places(box, kin, [box.azimuth])
        ends = box.project(box.points_3d)[0][:, 1]
        lift, done = MIDST - box.anchor.at([0, 0])[1] - (ends.min() + ends.max()) / 2, [0.0]
        box.points_3d = turned.at(0)

        def fly(box: VectorSpace3D, share: float) -> None:
            box.points_3d = turned.at(share)
            box.shift([0, lift * (share - done[0]), 0])
            done[0] = share
            box.set_cloud(specks + turned.shift(share), 0.45 * max(1 - 3 * share, 0.0), 2.2)
            box.put_names({i: near[i] + (far[i] - near[i]) * share for i in (a, b)})
            box.connect("pair", *box.points_3d[[a, b]], style="line")

        behind = Words(
            "the specks stay behind: of each, only {k:words} numbers are recorded",
            theme.LABEL,
            theme.SECONDARY,
            k=three,
        ).place([EDGE, LOW, 0], "right")
        with self.beat(
            "Now turn to a direction the picture left out: the one in which the two differ.",
            shows="space",
        ):
            self.play(FadeIn(behind), run_time=theme.QUICK)
            self.play(
                Follow(box, fly, 4.5),
                Follow(
                    apart[1],
                    lambda number, share: number.set_value(
                        derive(
                            maths.distance_turned,
                            pair.drawn,
                            pair.distance,
                            Setting(share, "turned"),
                        )
                    ),
                    4.5,
                ),
            )
        self.play(FadeOut(behind), run_time=theme.QUICK)
        two = every.nearest
        others = VGroup(
            FigureUnder("cosine of the two", pair.cosine, ".2f", -1.3, LOW),
            FigureUnder(
                compose("for comparison: {a} to {b}", a=two.first, b=two.second),
                two.distance,
                ".2f",
                2.6,
                LOW,
            ),
        )
        own, other = (
            [rec.distance(words[i], words[end[0] if same else end[1]]) for i, end in beside.items()]
            for same in (True, False)
        )
        says = Claim(
            maths.all_grew,
            (own, other),
            "{d:.2f}: their distance in all {n:,} numbers. Each has its own neighbours on its side.",
            "{d:.2f}: their distance in all {n:,} numbers. Their neighbours were turned, too.",
        )
        with self.beat(says, shows="space", n=n, d=pair.distance):
            box.put_names(far)
            self.play(
                Glide(
                    box,
                    lambda: box.set_lit(
                        faint | {i: 1.0 if i in (a, b) else 0.8 for i in kin}
                    ).set_colour(theme.TEXT, *[i for i in kin if i not in (a, b)]),
                    run_time=theme.MOVE,
                )
            )
            self.play(
                LaggedStart(*[FadeIn(each) for each in others], lag_ratio=0.5), run_time=theme.MOVE
            )
        with self.beat(
            "A picture keeps {k:words} directions. To see what is near, ask all {n:,} numbers.",
            shows="space",
            n=n,
            k=three,
            hold=1.6,
        ):
            self.play(Light(others[1]), run_time=theme.QUICK)

    def arrows(self) -> VectorSpace3D:
        """All words shown as arrows in their own three directions; ``order`` has those asked for
        first."""
        words, heads = list(self.space.words), self.heads()
        self.order = sorted(
            words, key=lambda word: heads.index(word) if word in heads else len(heads)
        )
        places = self.space.numbers("shown_coordinates")[[words.index(word) for word in self.order]]
        box = VectorSpace3D(
            self.order, places, None, 8.8, 4.9, 28, camera=(25, 20), deep=0.5, axes=theme.REST
        )
        box.unit *= LARGER
        return (
            box.set_colour(theme.TEXT, *range(len(words)))
            .set_cloud(self.space.slice("shown").cloud, 0.45, 1.0)
            .shift([LEFT, 0.2, 0])
        )
