"""Can you add words?"""

from manim import (
    Circle,
    Create,
    FadeIn,
    FadeOut,
    GrowFromPoint,
    LaggedStart,
    ReplacementTransform,
    RoundedRectangle,
    VGroup,
)

from gptviz import maths
from gptviz.drawing.arrays.strips import Strips
from gptviz.drawing.base import theme
from gptviz.drawing.base.motion import dim_all_but
from gptviz.drawing.base.text import Numeral, Words
from gptviz.drawing.chances.bars import Bar
from gptviz.drawing.furniture.figures import FigureLine
from gptviz.drawing.furniture.focus import Focus
from gptviz.drawing.vectors.analogy import AnalogyPlane, ArrowAngle, SignedBars
from gptviz.film import Film, Need
from gptviz.recording.families import WordAnalogies, WordRelation
from gptviz.recording.number import Claim, Count, derive
from gptviz.recording.statement import compose, listed

NEAREST = 5  # words around a landing place, as many as are listed
LINES, ROW, COLUMN = 1.85, 0.535, -1.9  # of the table of sums
HOPED, PLACE = 2.5, 4.7  # its columns of words that were hoped for, and of their places


class Analogies(Film):
    """Can you add words?"""

    sums = Need(
        WordAnalogies(
            analogies=(
                ("king", "man", "woman", "queen"),
                ("Berlin", "Germany", "Japan", "Tokyo"),
                ("Berlin", "Germany", "Italy", "Rome"),
                ("Paris", "France", "Italy", "Rome"),
                ("brother", "boy", "girl", "sister"),
                ("father", "man", "woman", "mother"),
                ("dogs", "dog", "cat", "cats"),
                ("Italy", "Germany", "Hitler", "Mussolini"),
                ("Germany", "Japan", "sushi", "bratwurst"),
            ),
            top=8,
        )
    )
    royal = Need(
        WordRelation(
            start="king",
            end="queen",
            pairs=(
                ("boy", "girl"),
                ("son", "daughter"),
                ("father", "mother"),
                ("nephew", "niece"),
                ("brother", "sister"),
                ("uncle", "aunt"),
                ("husband", "wife"),
            ),
        )
    )
    family = Need(
        WordRelation(
            start="man",
            end="woman",
            pairs=(
                ("king", "queen"),
                ("boy", "girl"),
                ("son", "daughter"),
                ("father", "mother"),
                ("nephew", "niece"),
                ("brother", "sister"),
                ("uncle", "aunt"),
                ("husband", "wife"),
            ),
        )
    )
    chains = (("sums", "family", "royal"),)

    def construct(self) -> None:
        self.first = next(each for each in self.sums.analogies if each.complete)
        for part in (
            self.carry_over,
            self.nearest_words,
            self.how_far_off,
            self.whole_family,
            self.other_sums,
            self.close,
        ):
            part()

    def carry_over(self) -> None:
        """Three words, the arrow between two of them, carried to the third."""
        first = self.first
        names = {part: getattr(first, part) for part in "abcd"}
        plane = AnalogyPlane(
            {part: first.point(part).array for part in (*names, "landing")}, names, 6.7, 4.6
        )
        self.plane = plane.move([-3.05, 0.2, 0])
        self.chart = RoundedRectangle(
            corner_radius=0.15,
            width=7.1,
            height=4.75,
            stroke_width=0,
            fill_opacity=1,
            fill_color=theme.PANEL,
        ).move_to([-3.05, 0.2, 0])
        a, b, c, _ = (vector.array for vector in first.vectors)
        labels = [compose(text, **names) for text in ("{a}", "\u2212 {b}", "+ {c}", "= ?")]
        numbers = Strips([a, -b, c, a - b + c], labels, 4.1, 0.62, 1.08, 36).shift([2.45, 1.82, 0])
        with self.beat(
            "Take {a}, take away {b}, add {c}. Does that make a word?", shows="sums", **names
        ):
            self.play(FadeIn(self.chart), run_time=theme.QUICK)
            self.play(
                LaggedStart(*[FadeIn(plane.spots[part]) for part in "abc"], lag_ratio=0.5),
                LaggedStart(*[FadeIn(each) for each in numbers[:3]], lag_ratio=0.5),
                run_time=1.6,
            )
        with self.beat("An arrow leads from {b} to {c}.", shows="sums", **names):
            self.play(GrowFromPoint(plane.step, plane.on_screen(plane.places["b"])), run_time=1.0)
        self.goal = Circle(0.2, stroke_color=theme.FOCUS, stroke_width=3)
        self.goal.move_to(plane.on_screen(plane.places["landing"]))
        with self.beat(
            "Carry it over to {a} without turning it. Where does it land?", shows="sums", **names
        ):
            self.add(plane.carried)
            self.play(plane.carry_over(), FadeIn(numbers[3]), run_time=1.8)
            self.play(Create(self.goal), run_time=theme.QUICK)
        self.play(FadeOut(numbers), run_time=theme.QUICK)

    def nearest_words(self) -> None:
        """What lies nearest to the landing place, among all words."""
        first = self.first
        table, rows = VGroup(), first.nearest[:NEAREST]
        title = Words(
            "nearest of {n:,} words", theme.LABEL, theme.SECONDARY, n=self.sums.vocabulary
        )
        side = Words("cosine", theme.LABEL, theme.SECONDARY).place([6.5, 2.1, 0], "right")
        for i, each in enumerate(rows):
            y = 1.35 - i * 0.75
            colour = theme.SECONDARY if each.given else theme.TEXT
            words = compose("{w} (given)" if each.given else "{w}", w=each.word)
            table.add(
                VGroup(
                    Words(words, theme.TITLE, colour).place([1.3, y, 0]),
                    Numeral(each.cosine, ".3", theme.TITLE, colour, "right").place(
                        [6.5, y, 0], "right"
                    ),
                )
            )
        ahead = Claim(
            maths.is_larger,
            (rows[0].cosine, first.cosine),
            "The nearest word is {w}; {d} is number {p:,}.",
            "The nearest word is {d}: just what was hoped for.",
        )
        with self.beat(ahead, shows="sums", w=rows[0].word, d=first.d, p=first.place):
            self.play(FadeIn(title.place([1.3, 2.1, 0])), FadeIn(side), run_time=theme.QUICK)
            self.play(LaggedStart(*[FadeIn(row) for row in table], lag_ratio=0.3), run_time=1.4)
        others = [row for row, each in zip(table, rows, strict=True) if not each.given]
        best = Claim(
            maths.is_first,
            (first.place_others,),
            "Leave out the words that were given, and {d} comes first.",
            "Without the words that were given, {d} is number {p:,}.",
        )
        with self.beat(best, shows="sums", d=first.d, p=first.place_others):
            self.play(dim_all_but(list(table), others), run_time=theme.QUICK)
            self.play(FadeIn(self.plane.spots["d"]), Create(Focus(others[0])), run_time=theme.MOVE)
        self.clear_stage(
            self.chart,
            self.plane,
            *self.plane.spots.values(),
            self.plane.step,
            self.plane.carried,
            self.goal,
        )

    def how_far_off(self) -> None:
        """What the sum misses by, and how alike the two arrows are."""
        first, plane = self.first, self.plane
        unit = 3.7 / max(first.arrow_length, first.residual)
        facts = VGroup()
        for i, (text, number, colour) in enumerate(
            (
                ("length of the arrow", first.arrow_length, theme.FOCUS),
                ("it misses by", first.residual, theme.WRONG),
            )
        ):
            y = 1.75 - 1.55 * i
            bar = Bar(float(number) * unit, 0.3, colour).shift([1.3, y - 0.45, 0])
            facts.add(
                VGroup(
                    Words(text, theme.STATEMENT, theme.SECONDARY).place([1.3, y, 0]),
                    bar,
                    Numeral(number, ".2f", 44).place(bar.right() + [0.2, -0.12, 0]),
                )
            )
        farther = Claim(
            maths.is_larger,
            (first.residual, first.arrow_length),
            "But it misses {d} by {r:.2f}: more than the arrow's own length.",
            "It misses {d} by {r:.2f}; the arrow itself is {n:.2f} long.",
        )
        with self.beat(farther, shows="sums", d=first.d, r=first.residual, n=first.arrow_length):
            self.play(Create(plane.open_gap()), run_time=theme.MOVE)
            self.play(
                LaggedStart(*[FadeIn(fact) for fact in facts], lag_ratio=0.4), run_time=theme.MOVE
            )
        held = Words(
            "This flat picture holds {p:.1%} of how these words differ, but not all of this gap.",
            theme.LABEL,
            theme.SECONDARY,
            width=5.2,
            p=first.plane_held,
        ).place([1.3, -1.35, 0])
        inside, outside = (
            derive(maths.distance, first.point("landing")[part], first.point("d")[part])
            for part in (slice(None, 2), slice(2, None))
        )
        flat = Claim(
            maths.is_larger,
            (outside, inside),
            "Most of that gap points out of the picture, where it cannot be seen.",
            "Part of that gap points out of the picture, where it cannot be seen.",
        )
        with self.beat(flat, shows="sums", hold=5.3):
            self.play(FadeIn(held), run_time=theme.QUICK)
        self.play(
            FadeOut(facts),
            FadeOut(held),
            FadeOut(plane.gap),
            FadeOut(self.goal),
            run_time=theme.QUICK,
        )
        pair = self.pair([3.95, 0.5, 0])
        with self.beat(
            "This is the real arrow from {a} to {d}. How alike are the two?",
            shows="sums",
            a=first.a,
            d=first.d,
        ):
            self.play(
                GrowFromPoint(plane.other, plane.on_screen(plane.places["a"])), run_time=theme.MOVE
            )
            self.play(
                ReplacementTransform(plane.step.copy(), pair.first),
                ReplacementTransform(plane.other.copy(), pair.second),
                FadeIn(pair.names),
                run_time=1.4,
            )
        alike = VGroup(
            Words("cosine of the arrows", theme.STATEMENT, theme.SECONDARY).place([1.3, -1.95, 0]),
            Numeral(first.arrows_alike, ".3", 52, align="right").place([6.5, -1.95, 0], "right"),
        )
        with self.beat(
            "In all {n:,} dimensions the angle between them is {angle:.0f}\u00b0: a cosine of {c:.3}.",
            shows="sums",
            n=self.sums.components,
            angle=self.angle,
            c=first.arrows_alike,
        ):
            self.play(FadeIn(pair.bow), run_time=theme.QUICK)
            self.play(FadeIn(alike), run_time=theme.QUICK)
        self.clear_stage()

    def pair(self, middle, width: float = 4.6, height: float = 3.8) -> ArrowAngle:
        """The arrow that was carried over and the true one, at their true angle."""
        first = self.first
        a, _, _, d = first.vectors
        self.angle = derive(maths.angle, first.arrows_alike)
        names = (
            compose("{b} \u2192 {c}", b=first.b, c=first.c),
            compose("{a} \u2192 {d}", a=first.a, d=first.d),
        )
        return ArrowAngle(
            names, (first.arrow_length, derive(maths.distance, a, d)), self.angle, width, height
        ).shift(middle)

    def whole_family(self) -> None:
        """The same arrow against those of other pairs, best to worst; then another arrow, on the
        same scale."""
        family, royal, pairs = self.family, self.royal, self.family.pairs
        bars, heads, missing = self.bars(family)
        with self.beat(
            "Now compare the arrow from {a} to {b} with those of {n:words} other pairs.",
            shows="family",
            a=family.start,
            b=family.end,
            n=Count(pairs, "pairs"),
        ):
            self.play(FadeIn(heads), FadeIn(bars.axis), FadeIn(missing), run_time=theme.QUICK)
            self.play(
                LaggedStart(*[FadeIn(entry) for entry in bars.entries], lag_ratio=0.25),
                run_time=2.2,
            )
        mine = [i for i, p in enumerate(pairs) if (p.start, p.end) == (self.first.a, self.first.d)]
        frame = Focus(bars.entries[mine[0]] if mine else bars.entries[0])
        if mine:
            better = derive(maths.count_above, [p.cosine for p in pairs], pairs[mine[0]].cosine)
            beaten = Claim(
                maths.is_nothing,
                (better,),
                "The famous pair, {a} and {d}, fits best of all.",
                "The famous pair is {a} and {d}, but {n:words} of the others fit better.",
            )
            with self.beat(beaten, shows="family", n=better, a=self.first.a, d=self.first.d):
                self.play(Create(frame), run_time=theme.MOVE)
        last = pairs[-1]
        fails = Claim(
            maths.is_negative,
            (last.cosine,),
            "The last pair, {a} and {b}, fails: the arrow lands near {w}.",
            "The last pair is {a} and {b}: there the arrow lands near {w}.",
        )
        with self.beat(
            fails, shows="family", a=last.start, b=last.end, w=last.nearest_others[0].word
        ):
            turned = Focus(bars.entries[-1], color=theme.WRONG)
            self.play(*[FadeOut(frame) for _ in mine], Create(turned), run_time=theme.MOVE)
        after, names, lacks = self.bars(royal)
        means = [
            derive(
                maths.mean,
                [p.cosine for p in rec.pairs if (p.start, p.end) != (royal.start, royal.end)],
            )
            for rec in (family, royal)
        ]
        worse = Claim(
            maths.is_larger,
            tuple(means),
            "Use {a} to {b} instead: over the same pairs the mean drops from {x:.3} to {y:.3}.",
            "Use {a} to {b} instead: over the same pairs the mean goes from {x:.3} to {y:.3}.",
        )
        with self.beat(worse, shows="royal", a=royal.start, b=royal.end, x=means[0], y=means[1]):
            there = {(p.start, p.end): entry for p, entry in zip(pairs, bars.entries, strict=True)}
            kept = [
                (there.pop((p.start, p.end)), new)
                for p, new in zip(royal.pairs, after.entries, strict=True)
                if (p.start, p.end) in there
            ]
            heights = [old[1].get_y() for old, _ in kept]
            moved = (
                (0, 1) if heights == sorted(heights, reverse=True) else (0,)
            )  # names must not cross one another
            self.play(
                *[FadeOut(part) for part in (turned, heads, missing, *there.values())],
                *[FadeOut(old[part]) for old, _ in kept for part in range(4) if part not in moved],
                run_time=theme.QUICK,
            )
            self.play(
                ReplacementTransform(bars.axis, after.axis),
                *[
                    ReplacementTransform(old[part], new[part])
                    for old, new in kept
                    for part in moved
                ],
                run_time=1.2,
            )
            self.play(
                FadeIn(names),
                FadeIn(lacks),
                *[FadeIn(new[part]) for _, new in kept for part in range(4) if part not in moved],
                run_time=theme.QUICK,
            )
        self.clear_stage()

    def bars(self, rec) -> tuple[SignedBars, VGroup, VGroup]:
        """Pairs of words against one arrow, with the names of the columns, and the words that are
        missing."""
        every = [float(p.cosine) for each in (self.family, self.royal) for p in each.pairs]
        bars = SignedBars(
            [
                (
                    compose("{a} \u2192 {b}", a=p.start, b=p.end),
                    p.cosine,
                    p.nearest_others[0].word,
                    p.nearest_others[0].word == p.end,
                )
                for p in rec.pairs
            ],
            limits=(min(every), max(every)),
        )
        heads = VGroup(
            Words(
                "cosine with {a} \u2192 {b}", theme.LABEL, theme.SECONDARY, a=rec.start, b=rec.end
            ).place([bars.zero, 2.35, 0]),
            Words("the arrow lands near", theme.LABEL, theme.SECONDARY).place(
                [6.5, 2.35, 0], "right"
            ),
        )
        missing = VGroup()
        if rec.missing:
            lacks = Words(
                "not in this vocabulary: {lacks}",
                theme.LABEL,
                theme.SECONDARY,
                lacks=listed(rec.missing),
            )
            missing.add(lacks.place([-6.5, 1.75 - 0.52 * len(rec.pairs), 0]))
        return bars, heads, missing

    def other_sums(self) -> None:
        """Other sums, a line each: what comes first, and the place of the word that was hoped
        for."""
        sums = [each for each in self.sums.analogies if each is not self.first]
        known = [each for each in sums if each.complete and each.a != self.first.a]
        unknown = [each for each in sums if not each.complete]
        lines = {
            each: self.line(each, LINES - ROW * i) for i, each in enumerate([*known, *unknown])
        }
        columns = (
            ("lands near (not counting the given)", COLUMN, "left"),
            ("hoped for", HOPED, "left"),
            ("place", PLACE, "right"),
            ("arrows' cosine", 6.5, "right"),
        )
        heads = VGroup(
            *[
                Words(text, theme.LABEL, theme.SECONDARY).place([x, 2.45, 0], side)
                for text, x, side in columns
            ]
        )
        with self.beat(
            "Other sums. In yellow, the word hoped for; its place tells how near it came.",
            shows="sums",
        ):
            self.play(FadeIn(heads), run_time=theme.QUICK)
            self.play(
                LaggedStart(*[FadeIn(lines[each]) for each in known], lag_ratio=0.3), run_time=2.0
            )
        frames = []
        for wanted, words in (
            (True, "{a} \u2212 {b} + {c} lands nearest to {d}, out of {n:,} words."),
            (False, "{a} \u2212 {b} + {c} lands nearest to {w}; {d} is number {p:,}."),
        ):
            found = next(
                (e for e in known if maths.is_first(float(e.place_others)) == wanted), None
            )
            if found is not None:
                with self.beat(
                    words,
                    shows="sums",
                    a=found.a,
                    b=found.b,
                    c=found.c,
                    d=found.d,
                    p=found.place_others,
                    w=found.nearest_others[0].word,
                    n=self.sums.vocabulary,
                ):
                    new = Focus(lines[found])
                    self.play(
                        ReplacementTransform(frames[-1], new) if frames else Create(new),
                        run_time=theme.MOVE,
                    )
                    frames.append(new)
        if unknown:
            with self.beat(
                "Some famous sums cannot be checked: these {n:,} words lack theirs.",
                shows="sums",
                n=self.sums.vocabulary,
            ):
                self.play(
                    *[FadeOut(frame) for frame in frames[-1:]],
                    LaggedStart(*[FadeIn(lines[each]) for each in unknown], lag_ratio=0.3),
                    run_time=1.0,
                )
        self.clear_stage()

    def line(self, each, y: float) -> VGroup:
        """One sum: the words, the two nearest, the cosine of its arrows; or which words are
        missing."""
        line = VGroup(
            Words("{a} \u2212 {b} + {c}", 30, a=each.a, b=each.b, c=each.c).place([-6.5, y, 0])
        )
        if not each.complete:
            lacks = Words("not here: {lacks}", 30, theme.SECONDARY, lacks=listed(each.missing))
            return line.add(lacks.place([COLUMN, y, 0]))
        pen = COLUMN
        for near in each.nearest_others[:2]:
            word = Words(near.word, 30, theme.FOCUS if near.word == each.d else theme.TEXT).place(
                [pen, y, 0]
            )
            line.add(word)
            pen += max(2.1, word.advance + 0.3)
        line.add(Words(each.d, 30, theme.FOCUS).place([HOPED, y, 0]))
        return line.add(
            Numeral(each.place_others, ",", 30, theme.TEXT, "right").place([PLACE, y, 0], "right"),
            Numeral(each.arrows_alike, ".3", 30, theme.SECONDARY, "right").place(
                [6.5, y, 0], "right"
            ),
        )

    def close(self) -> None:
        first = self.first
        rows = (
            (
                compose("place of {d} among {n:,}", d=first.d, n=self.sums.vocabulary),
                first.place,
                ",",
            ),
            ("without the given words", first.place_others, ","),
            ("cosine of the arrows", first.arrows_alike, ".3"),
        )
        lines = [
            FigureLine(text, number, spec, 1.35 - 1.3 * i, theme.TEXT, 76, 0.5, 6.3, theme.TITLE)
            for i, (text, number, spec) in enumerate(rows)
        ]
        pair = self.pair([-3.4, 0.35, 0], 5.2, 4.7)
        with self.beat(
            "Directions carry meaning: roughly, and measurably.", shows="sums", hold=2.0
        ):
            self.play(FadeIn(pair), run_time=theme.MOVE)
            self.play(LaggedStart(*[FadeIn(line) for line in lines], lag_ratio=0.5), run_time=1.6)
            self.play(Create(Focus(lines[-1].number)), run_time=theme.QUICK)
