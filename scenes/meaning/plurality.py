"""Is there a direction for “more than one”?"""

import numpy as np
from manim import (
    RIGHT,
    Create,
    FadeIn,
    FadeOut,
    GrowFromPoint,
    LaggedStart,
    ReplacementTransform,
    VGroup,
    linear,
)

from gptviz import maths
from gptviz.drawing.arrays.products import DotProduct
from gptviz.drawing.arrays.strips import Strips
from gptviz.drawing.base import theme
from gptviz.drawing.base.motion import Appear, Follow, Glide
from gptviz.drawing.base.text import Words
from gptviz.drawing.furniture.figures import FigureLine, FigureOver
from gptviz.drawing.furniture.focus import Focus
from gptviz.drawing.vectors.ordered import OrderedWords, PairRows
from gptviz.drawing.vectors.plane import WordAxis
from gptviz.drawing.vectors.shadows import RulerPlane, ShadowPanel, ShadowTable
from gptviz.drawing.vectors.swarm import Swarm
from gptviz.film import Film, Need
from gptviz.recording.families import PluralDirection, WordColumns, WordDirection
from gptviz.recording.number import Claim, Count, derive
from gptviz.recording.statement import compose, listed

MOST = 8  # rows of pairs that have room
KINDS = {"alike": "alike", "unrelated": "unrelated", "opposed": "the least alike"}


class Plurality(Film):
    """Is there a direction for “more than one”?"""

    cats = Need(
        WordDirection(
            start="cat",
            end="cats",
            words=(
                "cat",
                "cats",
                "dog",
                "dogs",
                "mouse",
                "mice",
                "child",
                "children",
                "student",
                "students",
                "puppy",
                "puppies",
                "octopus",
                "octopuses",
                "octopi",
                "octopodes",
            ),
            rising=("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
        )
    )
    plurals = Need(
        PluralDirection(
            start="cat",
            end="cats",
            shown=(
                ("dog", "dogs"),
                ("mouse", "mice"),
                ("child", "children"),
                ("tree", "trees"),
                ("house", "houses"),
                ("student", "students"),
                ("woman", "women"),
                ("baby", "babies"),
                ("foot", "feet"),
                ("puppy", "puppies"),
                ("octopus", "octopuses"),
            ),
            rising=("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
            seed=2024,
            splits=1000,
        )
    )
    signs = Need(
        WordColumns(
            words=(
                "cat",
                "dog",
                "king",
                "tower",
                "music",
                "jump",
                "red",
                "seven",
                "mother",
                "knife",
            )
        )
    )
    gender = Need(
        WordDirection(
            start="man",
            end="woman",
            words=("she", "he", "queen", "king", "mother", "father", "nurse", "doctor"),
        )
    )
    size = Need(
        WordDirection(
            start="small",
            end="large",
            words=(
                "tiny",
                "huge",
                "town",
                "city",
                "village",
                "hill",
                "mountain",
                "pond",
                "lake",
                "mouse",
                "horse",
            ),
        )
    )
    chains = (("cats", "plurals", "signs", "gender", "size"),)

    def construct(self) -> None:
        self.pairs = self.plurals
        self.one, self.more = self.both = (self.pairs.start, self.pairs.end)
        self.arrow = compose("{b} \u2212 {a}", a=self.one, b=self.more)
        for part in (
            self.an_arrow,
            self.a_shadow,
            self.in_full,
            self.named_pairs,
            self.all_pairs,
            self.numbers_stand_still,
            self.the_mean,
            self.unseen,
            self.other_halves,
            self.numbers_again,
            self.other_directions,
            self.close,
        ):
            part()

    def tell(self, words, **fields):
        return self.beat(words, shows="plurals", **fields)

    def an_arrow(self) -> None:
        """Two words and what leads from one to the other, exact in the plane of both; beside it
        their numbers."""
        cats, both = self.cats, self.both
        plane = RulerPlane(
            both,
            *[tuple(ask(word) for word in both) for ask in (cats.along, cats.across)],
            6.6,
            4.9,
        )
        plane.move([-3.3, 0.25, 0])
        numbers = [*map(cats.vector, both), cats.direction]
        strips = Strips(numbers, [*both, self.arrow], 4.4, 0.62, 1.15, 36).shift([2.15, 1.6, 0])
        with self.beat(
            "To a computer, a word can be {n:,} numbers: an arrow. This one is {a}.",
            shows="cats",
            n=cats.components,
            a=self.one,
        ):
            self.add(plane)
            self.play(
                GrowFromPoint(plane.first, plane.on_screen((0, 0))), FadeIn(strips[0]), run_time=1.2
            )
        with self.beat(
            "And this is {word}. A third arrow leads from one to the other.",
            shows="cats",
            word=self.more,
        ):
            self.play(
                GrowFromPoint(plane.second, plane.on_screen((0, 0))),
                FadeIn(strips[1]),
                run_time=1.0,
            )
            self.play(
                GrowFromPoint(plane.difference, plane.on_screen(plane.places[0])), FadeIn(strips[2])
            )
        name = Words(self.arrow, theme.STATEMENT, theme.FOCUS).place(plane.right_of())
        with self.beat(
            "Lay it down as a ruler. Does it measure \u201cmore than one\u201d?", shows="cats"
        ):
            self.play(plane.lay())
            self.play(FadeIn(name), run_time=theme.QUICK)
        self.plane, self.strips = plane, strips

    def a_shadow(self) -> None:
        """The dot product as a shadow; then three real pairs with its three signs."""
        cats, plane, both = self.cats, self.plane, self.both
        table = ShadowTable(
            both, [cats.along(w) for w in both], cats.length, [cats.dot(w) for w in both]
        )
        with self.beat(
            "The shadow of a word on the ruler, times the ruler's length: the dot product.",
            shows="cats",
        ):
            shadows = [
                plane.shadow(plane.places[i], (1, 0), (theme.SECONDARY, theme.TEXT)[i])
                for i in range(2)
            ]
            self.play(FadeOut(self.strips), *map(Create, shadows), run_time=1.2)
            self.play(FadeIn(table), run_time=theme.QUICK)
        self.clear_stage()
        signs, panels = self.signs, []
        for i, (kind, title) in enumerate(KINDS.items()):
            base, other = signs.pair(kind)
            panels.append(
                ShadowPanel(
                    base,
                    other,
                    (signs.norm(base), signs.norm(other)),
                    signs.cosine(base, other),
                    signs.dot(base, other),
                    title,
                ).shift([-5.9 + 4.55 * i, -0.4, 0])
            )
        below = Claim(
            maths.is_negative,
            (signs.dot(*signs.pair("opposed")),),
            "Similar words: a long shadow. Unrelated: almost none. It can even fall backwards.",
            "Similar words: a long shadow. Unrelated: almost none.",
        )
        with self.beat(below, shows="signs"):
            self.play(
                LaggedStart(*[FadeIn(panel) for panel in panels], lag_ratio=0.6), run_time=2.4
            )
        self.clear_stage()

    def in_full(self) -> None:
        cats = self.cats
        word = next(
            (pair.plural for pair in self.pairs.shown("one") if pair.plural in cats.words),
            self.more,
        )
        product = DotProduct(
            cats.vector(word),
            cats.direction,
            (6, 1),
            None,
            ("weights", "weights"),
            "+.3f",
            36,
            (word, "the ruler", "product", "sum so far"),
        ).shift([0, 0.25, 0])
        with self.beat(
            "In full it is {n:,} products, added up. For {word} they come to {d:.2f}.",
            shows="cats",
            n=cats.components,
            word=word,
            d=cats.dot(word),
        ):
            self.play(FadeIn(product), run_time=theme.QUICK)
            self.play(
                Follow(
                    product,
                    lambda p, s: p.set_progress(s * p.terms),
                    run_time=3.0,
                    rate_func=linear,
                )
            )
            self.play(Create(Focus(product.result)), run_time=theme.QUICK)
        self.clear_stage()

    def named_pairs(self) -> None:
        pairs, shown = self.pairs, self.pairs.shown("one")
        rows = PairRows(
            [(p.singular, p.plural, p.singular_dot, p.plural_dot) for p in shown],
            6.2,
            0.42,
            titles=("singular", "plural"),
            columns=(3.2, 4.6),
        ).shift([-4.4, 1.9, 0])
        title = Words("the ruler", theme.SMALL, theme.SECONDARY).place(
            [-4.55, rows.axis.get_y() - 0.08, 0], "right"
        )
        frame = Focus(rows.rows[0], 0.06)
        ahead = Claim(
            maths.is_larger,
            (shown[0].plural_dot, shown[0].singular_dot),
            "On this ruler {a} scores {x:.2f} and {b} {y:.2f}: farther along.",
            "On this ruler {a} scores {x:.2f} and {b} {y:.2f}: no farther along.",
        )
        with self.tell(
            ahead,
            a=shown[0].singular,
            b=shown[0].plural,
            x=shown[0].singular_dot,
            y=shown[0].plural_dot,
        ):
            self.play(*map(FadeIn, (rows.head, rows.axis, title)), run_time=theme.QUICK)
            self.play(
                LaggedStart(*[FadeIn(row, shift=RIGHT * 0.3) for row in rows.rows], lag_ratio=0.3),
                run_time=2.2,
            )
            self.play(Create(frame), run_time=theme.QUICK)
        share = derive(
            maths.share_greater, [p.plural_dot for p in shown], [p.singular_dot for p in shown]
        )
        odd = shown[:2][-1]
        also = Claim(
            maths.is_larger,
            (odd.plural_dot, odd.singular_dot),
            "{p:.0%} of these pairs run along the ruler, {a} and {odd} too.",
            "{p:.0%} of these pairs run along the ruler, but not {a} and {odd}.",
        )
        with self.tell(also, p=share, a=odd.singular, odd=odd.plural):
            self.play(
                ReplacementTransform(frame, Focus(rows.rows[shown.index(odd)], 0.06)),
                run_time=theme.MOVE,
            )
            if pairs.shown_missing:
                lacks = listed([plural for _, plural in pairs.shown_missing])
                note = Words(
                    "not in this vocabulary: {lacks}", theme.LABEL, theme.SECONDARY, lacks=lacks
                )
                self.play(
                    FadeIn(note.place([theme.LEFT_EDGE, rows.get_bottom()[1] - 0.42, 0])),
                    run_time=theme.QUICK,
                )
        self.clear_stage()

    def gaps(self, arrow: str, held_out: bool = False) -> np.ndarray:
        """How much farther the plurals' shadows reach than the singulars' (pair)."""
        dots = self.pairs.dots(arrow, held_out).array
        return (dots[:, 1] - dots[:, 0]) / float(self.pairs.arrow_length(arrow))

    def swarm(self, values: np.ndarray, width: float = 12.6, height: float = 3.6) -> Swarm:
        every = np.concatenate([self.gaps("one"), self.gaps("mean")])
        return Swarm(
            values, width, height, float(every.min()) - 0.05, float(every.max()) + 0.05, places=130
        )

    def large(self, values: np.ndarray) -> Swarm:
        return (
            self.swarm(values)
            .shift([0, -1.7, 0])
            .name_sides("plural behind", "plural ahead \u2192")
        )

    def named(self, words: str, color: str = theme.SECONDARY, **fields) -> Words:
        return Words(words, theme.STATEMENT, color, **fields).place([theme.LEFT_EDGE + 0.1, 2.1, 0])

    def all_pairs(self) -> None:
        pairs = self.pairs
        swarm, share = self.large(self.gaps("one")), pairs.share_right("one")
        with self.tell(
            "Now all {n:,} pairs that differ by an s. Each mark is one pair.", n=pairs.count
        ):
            self.add(swarm.set_arrived(0), self.named("ruler: {arrow}", arrow=self.arrow))
            self.play(
                Follow(swarm, lambda s, share: s.set_arrived(share), run_time=2.6, rate_func=linear)
            )
            if pairs.pair(far := int(np.argmax(self.gaps("one"))), "one").plural == self.more:
                own = Words("the ruler's own pair", theme.LABEL, theme.SECONDARY)
                self.play(
                    FadeIn(own.place(swarm.place_of(far) + [0.1, 0.2, 0], "right")),
                    run_time=theme.QUICK,
                )
        with self.tell(
            "{p:.1%} land on the right side. Tossing a coin would get half of them.", p=share
        ):
            self.play(
                FadeIn(FigureOver(share, ".1%", compose("of {n:,} pairs", n=pairs.count))),
                run_time=theme.MOVE,
            )
        self.clear_stage()

    def chart(self) -> OrderedWords:
        """The number words on either ruler, at the height of their dot products."""
        both = [self.pairs.rising_dots(arrow).array for arrow in ("one", "mean")]
        return OrderedWords(
            self.pairs.rising,
            self.pairs.rising_dots("one"),
            13.0,
            2.3,
            float(np.min(both)),
            float(np.max(both)),
            spec=".3f",
            size=28,
        ).shift([0, 0.95, 0])

    def order_score(self, arrow: str, color: str) -> Words:
        score = "order score (Spearman's rho): {rho:.3f}"
        return Words(score, 40, color, rho=self.pairs.rho(arrow)).place(
            [theme.LEFT_EDGE + 0.1, -1.95, 0]
        )

    def numbers_stand_still(self) -> None:
        pairs = self.pairs
        dots, rising = pairs.rising_dots("one"), pairs.rising
        with self.tell(
            "A well-known film goes on: {a}, {b}, {c} and so on should rise along it, too.",
            a=rising[0],
            b=rising[1],
            c=rising[2],
        ):
            self.play(FadeIn(self.chart()), run_time=theme.MOVE)
        claim = Claim(
            maths.is_rising,
            (dots,),
            "And they do rise, every one: their order scores {rho:.3f}.",
            "Here they do not. Perfect order scores one; this scores {rho:.3f}.",
        )
        with self.tell(claim, rho=pairs.rho("one"), hold=1.0):
            self.play(
                FadeIn(self.order_score("one", theme.TEXT if claim.held else theme.WRONG)),
                run_time=theme.QUICK,
            )
        self.clear_stage()

    def the_mean(self) -> None:
        """Why one pair is not enough, and what a mean is made of."""
        pairs, cats = self.pairs, self.cats
        alike = [p for p in pairs.shown("one") if p.plural == f"{p.singular}s"]
        known = [p for p in alike if {p.singular, p.plural} <= {*cats.words}][:4]
        arrows = [
            cats.direction.array,
            *[cats.vector(p.plural).array - cats.vector(p.singular).array for p in known],
        ]
        names = [self.arrow, *[compose("{b} \u2212 {a}", a=p.singular, b=p.plural) for p in known]]
        strips = Strips(arrows, names, 9.6, 0.46, 0.62).shift([-3.2, 2.2, 0])
        with self.beat(
            "One pair is an anecdote: its arrow also holds what sets {word} apart.",
            shows=("cats", "plurals"),
            word=self.more,
        ):
            self.play(
                LaggedStart(*[FadeIn(strip) for strip in strips], lag_ratio=0.3), run_time=2.0
            )
        mean = Strips(
            [pairs.numbers("mean").array],
            [compose("mean of {n:,}", n=pairs.learnt)],
            9.6,
            0.56,
            0.56,
            color=theme.FOCUS,
        ).shift([-3.2, strips.get_bottom()[1] - 0.6, 0])
        with self.tell(
            "Average {n:,} pairs picked at random: what is special to each mostly cancels.",
            n=pairs.learnt,
        ):
            fall = [
                FadeOut(bar.copy(), shift=mean.bars.get_center() - bar.get_center())
                for bar in strips.bars
            ]
            self.play(LaggedStart(*fall, lag_ratio=0.15), FadeIn(mean), run_time=1.5)
        alike = Words(
            "cosine with the first: {c:.2f}", theme.STATEMENT, c=pairs.arrows_alike
        ).place([-3.2, -2.0, 0])
        with self.tell(
            "The mean is a new ruler. Its cosine with the first is {c:.2f}.", c=pairs.arrows_alike
        ):
            self.play(FadeIn(alike), Create(Focus(mean)), run_time=theme.QUICK)
        self.clear_stage()

    def unseen(self) -> None:
        pairs = self.pairs
        before, after = (pairs.share_right(arrow, held_out=True) for arrow in ("one", "mean"))
        swarm = self.large(self.gaps("one", held_out=True))
        ruler = self.named("ruler: {arrow}", arrow=self.arrow)
        fresh = self.named("ruler: mean of {n:,} pairs", n=pairs.learnt)
        old, new = (
            FigureOver(share, ".1%", compose("of the other {n:,} pairs", n=pairs.held_out))
            for share in (before, after)
        )
        with self.tell(
            "The test: the other {n:,} pairs. The old ruler gets {p:.1%} of them right.",
            n=pairs.held_out,
            p=before,
        ):
            self.play(FadeIn(swarm), FadeIn(old), FadeIn(ruler), run_time=theme.MOVE)
        claim = Claim(
            maths.is_larger,
            (after, before),
            "Now with the new ruler: {p:.1%} land on the right side.",
            "With the new ruler it gets no better: {p:.1%}.",
        )
        with self.tell(claim, p=after, hold=1.6):
            self.play(FadeOut(old[0]), FadeOut(ruler), FadeIn(fresh), run_time=theme.QUICK)
            self.play(
                Glide(
                    swarm, lambda: swarm.set_values(self.gaps("mean", held_out=True)), run_time=2.4
                )
            )
            self.play(FadeIn(new[0]), run_time=theme.QUICK)
        self.clear_stage()
        if not (wrong := pairs.held_wrong[:MOST]):
            return
        rows = PairRows(
            [(p.singular, p.plural, p.singular_dot, p.plural_dot) for p in wrong],
            5.6,
            0.5,
            28,
            titles=("word", "with an s"),
            columns=(3.8, 5.3),
            spec=".3f",
        ).shift([-4.4, 1.8, 0])
        if more := Count(pairs.held_wrong[MOST:], "pairs not shown"):
            rows.rows.add(VGroup(self.named("{n:,} more", n=more).shift([0, -4.3, 0])))
        with self.tell(
            "{n:,} land wrong. Pairs were found by spelling alone: some may be no plurals.",
            n=pairs.held_wrong_count,
        ):
            self.play(FadeIn(rows.head), FadeIn(rows.axis), run_time=theme.QUICK)
            self.play(
                LaggedStart(*[FadeIn(row) for row in rows.rows], lag_ratio=0.25), run_time=1.6
            )
        self.clear_stage()

    def other_halves(self) -> None:
        """The half was drawn at random: what others give; and plurals that are no word with an
        s."""
        pairs = self.pairs
        least, middle, most = pairs.spread("shares")
        room = (most - least) * 0.12
        swarm = Swarm(pairs.splits("shares"), 12.0, 3.4, least - room, most + room, None, 70).shift(
            [0, -1.3, 0]
        )
        for value in (least, middle, most):
            swarm.mark(value, ".1%", 32)
        halves = pairs.setting("splits")
        with self.tell(
            "Just luck? {n:,} other halves get {a:.1%} to {b:.1%} right.", n=halves, a=least, b=most
        ):
            self.add(swarm.set_arrived(0), self.named("{n:,} halves, drawn at random", n=halves))
            self.play(
                Follow(swarm, lambda s, share: s.set_arrived(share), run_time=2.0, rate_func=linear)
            )
        self.clear_stage()
        rows, y = VGroup(), 1.5
        for name, words in (
            ("irregular", "{n:,} irregular plurals"),
            ("spelled", "{n:,} with -es or -ies"),
        ):
            if count := pairs.others(name):
                line = FigureLine(
                    compose(words, n=count), pairs.others_right(name, "mean"), ".1%", y, size=84
                )
                some = listed([pairs.text(f"{name}.{i}.1") for i in range(int(count))], 6)
                rows.add(
                    VGroup(
                        line,
                        Words(some, theme.STATEMENT, theme.SECONDARY).place([-5.6, y - 0.65, 0]),
                    )
                )
                y -= 2.0
        with self.tell(
            "Only spelling? Plurals made in other ways were never in the mean.", hold=3.8
        ):
            self.play(LaggedStart(*[FadeIn(row) for row in rows], lag_ratio=0.5), run_time=1.2)
        self.clear_stage()

    def numbers_again(self) -> None:
        pairs, chart = self.pairs, self.chart()
        better = Claim(
            maths.is_larger,
            (pairs.rho("mean"), pairs.rho("one")),
            "The number words on the new ruler: their order now scores {rho:.3f}.",
            "The number words gain nothing: their order scores {rho:.3f}.",
        )
        with self.tell(better, rho=pairs.rho("mean")):
            self.play(FadeIn(chart), run_time=theme.QUICK)
            self.play(
                Glide(chart, lambda: chart.set_values(pairs.rising_dots("mean")), run_time=1.8)
            )
            self.play(FadeIn(self.order_score("mean", theme.FOCUS)), run_time=theme.QUICK)
        if (ranks := pairs.rising_ranks) is not None:
            rarer = Claim(
                maths.is_rising,
                (ranks,),
                "But higher numbers are rarer words, too. Frequency would explain as much: {rho:.3f}.",
                "Or is it how rare they are? Their ranks by frequency score {rho:.3f}.",
            )
            with self.tell(rarer, rho=pairs.rank_rho("mean")):
                said = Words("below each: its rank by frequency", theme.LABEL, theme.SECONDARY)
                self.play(FadeIn(chart.below(ranks)), FadeIn(said.place([6.5, -1.95, 0], "right")))
        self.clear_stage()

    def other_directions(self) -> None:
        """Two more arrows, each of one pair: what else a direction can mean."""
        axes, names = VGroup(), []
        for need, y in (("gender", 1.25), ("size", -1.25)):
            rec = self.rec[need]
            name = self.named(
                "ruler: {b} \u2212 {a}", theme.FOCUS, a=rec.asked("start"), b=rec.asked("end")
            )
            names.append(name.shift([0, y - 1.15, 0]))
            sides = [
                1 if i % 2 else -1
                for i in np.argsort(np.argsort([float(rec.dot(w)) for w in rec.words]))
            ]
            axes.add(
                WordAxis(
                    rec.words,
                    [rec.dot(word) for word in rec.words],
                    13.0,
                    2.2,
                    sides,
                    written=False,
                    size=30,
                ).shift([0, y, 0])
            )
        with self.beat(
            "Other pairs make other rulers. Each of these two is made of just one pair.",
            shows=("gender", "size"),
        ):
            for axis, name in zip(axes, names, strict=True):
                self.add(axis.set_fallen(0))
                self.play(
                    Appear(axis.line),
                    FadeIn(name),
                    Follow(axis, lambda a, share: a.set_fallen(share)),
                )
        self.clear_stage()

    def close(self) -> None:
        """The unseen pairs on both rulers, one below the other."""
        pairs, parts = self.pairs, []
        many = compose("the mean of {n:,} pairs", n=pairs.learnt)
        for words, arrow, y, colour in (
            ("one pair", "one", 0.45, theme.SECONDARY),
            (many, "mean", -2.1, theme.TEXT),
        ):
            figure = FigureOver(
                pairs.share_right(arrow, held_out=True), ".1%", words, 6.5, y + 0.95, colour
            )
            parts.append(
                (self.swarm(self.gaps(arrow, held_out=True), 8.6, 2.0).shift([-2.2, y, 0]), figure)
            )
        with self.tell("One example is a story. The mean is a direction.", hold=2.2):
            for swarm, figure in parts:
                self.play(FadeIn(swarm), FadeIn(figure), run_time=theme.MOVE)
            self.play(Create(Focus(parts[1][1].number)), run_time=theme.QUICK)
