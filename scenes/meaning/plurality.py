"""Is there a direction for “more than one”?"""

import numpy as np
from manim import RIGHT, Create, FadeIn, FadeOut, GrowFromPoint, LaggedStart, ReplacementTransform, VGroup, linear

from gptviz import maths
from gptviz.drawing import theme
from gptviz.drawing.figures import FigureLine, FigureOver
from gptviz.drawing.focus import Focus
from gptviz.drawing.motion import Appear, Follow, Glide
from gptviz.drawing.ordered import OrderedWords, PairRows
from gptviz.drawing.plane import WordAxis
from gptviz.drawing.products import DotProduct
from gptviz.drawing.shadows import RulerPlane, ShadowPanel, ShadowTable
from gptviz.drawing.strips import Strips
from gptviz.drawing.swarm import Swarm
from gptviz.drawing.text import Words
from gptviz.film import Film
from gptviz.recording.number import Claim, Count, derive
from gptviz.recording.requests import PluralDirection, WordColumns, WordDirection
from gptviz.recording.statement import compose

MOST = 8           # rows of pairs that have room
KINDS = (("alike", "alike"), ("unrelated", "unrelated"), ("opposed", "the least alike"))


class Plurality(Film):
    """Is there a direction for “more than one”?"""

    needs = {
        "cats": WordDirection(start="cat", end="cats", words=("cat", "cats", "dog", "dogs", "mouse", "mice", "child", "children", "student", "students", "puppy", "puppies", "octopus", "octopuses", "octopi", "octopodes"), rising=("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")),  # noqa: E501
        "plurals": PluralDirection(start="cat", end="cats", shown=(("dog", "dogs"), ("mouse", "mice"), ("child", "children"), ("tree", "trees"), ("house", "houses"), ("student", "students"), ("woman", "women"), ("baby", "babies"), ("foot", "feet"), ("puppy", "puppies"), ("octopus", "octopuses")), rising=("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"), seed=2024, splits=1000),  # noqa: E501
        "signs": WordColumns(words=("cat", "dog", "king", "tower", "music", "jump", "red", "seven", "mother", "knife")),
        "gender": WordDirection(start="man", end="woman", words=("she", "he", "queen", "king", "mother", "father", "nurse", "doctor")),  # noqa: E501
        "size": WordDirection(start="small", end="large", words=("tiny", "huge", "town", "city", "village", "hill", "mountain", "pond", "lake", "mouse", "horse")),  # noqa: E501
    }
    chains = (("cats", "plurals", "signs", "gender", "size"),)

    def construct(self) -> None:
        self.cats, self.pairs = self.rec["cats"], self.rec["plurals"]
        self.one, self.more = self.both = (self.pairs.start, self.pairs.end)
        for part in (self.an_arrow, self.a_shadow, self.in_full, self.named_pairs, self.all_pairs,
                     self.numbers_stand_still, self.the_mean, self.unseen, self.other_halves, self.numbers_again,
                     self.other_directions, self.close):
            part()

    def tell(self, words, **fields):
        return self.beat(words, shows="plurals", **fields)

    def an_arrow(self) -> None:
        """Two words and what leads from one to the other, exact in the plane of both; beside it their numbers."""
        cats, both = self.cats, self.both
        plane = RulerPlane(both, *[tuple(ask(word) for word in both) for ask in (cats.along, cats.across)])
        plane.move([-3.6, 0.3, 0])
        words = compose("{b} \u2212 {a}", a=self.one, b=self.more)
        strips = Strips([*[cats.vector(word) for word in both], cats.direction], [*both, words], 4.6, 0.5, 1.0,
                        theme.STATEMENT).shift([2.0, 1.45, 0])
        with self.beat("A word is an arrow of {n:,} numbers. This is {a}.", shows="cats", n=cats.components,
                       a=self.one):
            self.add(plane)
            self.play(GrowFromPoint(plane.first, plane.on_screen((0, 0))), FadeIn(strips[0]), run_time=1.2)
        with self.beat("This is {word}. A third arrow leads from one to the other.", shows="cats", word=self.more):
            self.play(GrowFromPoint(plane.second, plane.on_screen((0, 0))), FadeIn(strips[1]), run_time=1.0)
            self.play(GrowFromPoint(plane.difference, plane.on_screen(plane.places[0])), FadeIn(strips[2]))
        name = Words(words, theme.STATEMENT, theme.FOCUS).place(plane.right_of())
        with self.beat("Lay it down as a ruler. Does it measure \u201cmore than one\u201d?", shows="cats"):
            self.play(plane.lay())
            self.play(FadeIn(name), run_time=theme.QUICK)
        self.plane, self.strips = plane, strips

    def a_shadow(self) -> None:
        """The dot product as a shadow; then three real pairs with its three signs."""
        cats, plane = self.cats, self.plane
        table = ShadowTable(self.both, [cats.along(word) for word in self.both], cats.length,
                            [cats.dot(word) for word in self.both])
        with self.beat("A word's shadow on the ruler, times its length: their dot product.", shows="cats"):
            shadows = [Create(plane.shadow(place, (1, 0), theme.TEXT)) for place in plane.places]
            self.play(FadeOut(self.strips), *shadows, run_time=1.2)
            self.play(FadeIn(table), run_time=theme.QUICK)
        self.clear_stage()
        signs, panels = self.rec["signs"], []
        for i, (kind, title) in enumerate(KINDS):
            base, other = signs.pair(kind)
            panels.append(ShadowPanel(base, other, (signs.norm(base), signs.norm(other)), signs.cosine(base, other),
                                      signs.dot(base, other), title).shift([-5.9 + 4.55 * i, -0.6, 0]))
        below = Claim(maths.is_negative, (signs.dot(*signs.pair("opposed")),),
                      "Two words alike: a long shadow. Unrelated: almost none. It can even fall backwards.",
                      "Two words alike: a long shadow. Unrelated: almost none.")
        with self.beat(below, shows="signs"):
            self.play(LaggedStart(*[FadeIn(panel) for panel in panels], lag_ratio=0.6), run_time=2.4)
        self.clear_stage()

    def in_full(self) -> None:
        """The same product in all its dimensions."""
        cats = self.cats
        word = next((pair.plural for pair in self.pairs.shown("one") if pair.plural in cats.words), self.more)
        product = DotProduct(cats.vector(word), cats.direction, (6, 1), None, ("weights", "weights"), "+.3f", 36,
                             (word, "the ruler", "product", "sum so far")).shift([0, 0.25, 0])
        with self.beat("In full it is {n:,} products, added up. For {word} they come to {d:.2f}.", shows="cats",
                       n=cats.components, word=word, d=cats.dot(word)):
            self.play(FadeIn(product), run_time=theme.QUICK)
            self.play(Follow(product, lambda p, s: p.set_progress(s * p.terms), run_time=3.0, rate_func=linear))
            self.play(Create(Focus(product.result)), run_time=theme.QUICK)
        self.clear_stage()

    def named_pairs(self) -> None:
        pairs, shown = self.pairs, self.pairs.shown("one")
        rows = PairRows([(p.singular, p.plural, p.singular_dot, p.plural_dot) for p in shown], 6.2, 0.42,
                        titles=("singular", "plural"), columns=(3.2, 4.6)).shift([-4.4, 1.9, 0])
        title = Words("the ruler", theme.SMALL, theme.SECONDARY).place([-4.55, rows.axis.get_y() - 0.08, 0], "right")
        frame = Focus(rows.rows[0], 0.06)
        ahead = Claim(maths.is_larger, (shown[0].plural_dot, shown[0].singular_dot),
                      "On the ruler {a} is at {x:.2f}, and {b} at {y:.2f}: further along.",
                      "On the ruler {a} is at {x:.2f}, and {b} at {y:.2f}: not further along.")
        with self.tell(ahead, a=shown[0].singular, b=shown[0].plural, x=shown[0].singular_dot, y=shown[0].plural_dot):
            self.play(FadeIn(rows.head), FadeIn(rows.axis), FadeIn(title), run_time=theme.QUICK)
            self.play(LaggedStart(*[FadeIn(row, shift=RIGHT * 0.3) for row in rows.rows], lag_ratio=0.3), run_time=2.2)
            self.play(Create(frame), run_time=theme.QUICK)
        share = derive(maths.share_greater, [p.plural_dot for p in shown], [p.singular_dot for p in shown])
        odd = shown[min(1, len(shown) - 1)]
        also = Claim(maths.is_larger, (odd.plural_dot, odd.singular_dot),
                     "Of these pairs {p:.0%} run along the ruler, {odd} as well.",
                     "Of these pairs {p:.0%} run along the ruler, but not {odd}.")
        with self.tell(also, p=share, odd=odd.plural):
            self.play(ReplacementTransform(frame, Focus(rows.rows[shown.index(odd)], 0.06)), run_time=theme.MOVE)
            if pairs.shown_missing:
                lacks = {f"m{i}": plural for i, (_, plural) in enumerate(pairs.shown_missing)}
                words = "not in this vocabulary: " + ", ".join(f"{{{name}}}" for name in lacks)
                self.play(FadeIn(Words(words, theme.LABEL, theme.SECONDARY, **lacks).place(
                    [theme.LEFT_EDGE, rows.get_bottom()[1] - 0.42, 0])), run_time=theme.QUICK)
        self.clear_stage()

    def gaps(self, arrow: str, held_out: bool = False) -> np.ndarray:
        """How much farther the plurals' shadows reach than the singulars' (pair)."""
        dots = self.pairs.dots(arrow, held_out).array
        return (dots[:, 1] - dots[:, 0]) / float(self.pairs.arrow_length(arrow))

    def swarm(self, values: np.ndarray) -> Swarm:
        every = np.concatenate([self.gaps("one"), self.gaps("mean")])
        swarm = Swarm(values, 12.6, 3.6, float(every.min()) - 0.05, float(every.max()) + 0.05, places=130)
        return swarm.shift([0, -1.7, 0]).name_sides("plural behind", "plural ahead \u2192")

    def named(self, words) -> Words:
        return Words(words, theme.STATEMENT, theme.SECONDARY).place([theme.LEFT_EDGE + 0.1, 2.1, 0])

    def all_pairs(self) -> None:
        pairs = self.pairs
        ruler = self.named(compose("ruler: {b} \u2212 {a}", a=self.one, b=self.more))
        swarm, share = self.swarm(self.gaps("one")), pairs.share_right("one")
        with self.tell("Now all {n:,} pairs that differ by an s. Every dot is one pair.", n=pairs.count):
            self.add(swarm.set_arrived(0), ruler)
            self.play(Follow(swarm, lambda s, share: s.set_arrived(share), run_time=2.6, rate_func=linear))
        with self.tell("{p:.1%} lie on the right side. A coin would get half of them.", p=share):
            self.play(FadeIn(FigureOver(share, ".1%", compose("of {n:,} pairs", n=pairs.count))), run_time=theme.MOVE)
        self.clear_stage()

    def chart(self) -> OrderedWords:
        """The number words on either ruler, at the height of their dot products."""
        both = [self.pairs.rising_dots(arrow).array for arrow in ("one", "mean")]
        return OrderedWords(self.pairs.rising, self.pairs.rising_dots("one"), 13.0, 2.3,
                            float(np.min(both)), float(np.max(both)), spec=".3f", size=28).shift([0, 0.95, 0])

    def order_score(self, arrow: str, color: str) -> Words:
        score = Words("order score (Spearman's rho): {rho:.3f}", 40, color, rho=self.pairs.rho(arrow))
        return score.place([theme.LEFT_EDGE + 0.1, -2.15, 0])

    def numbers_stand_still(self) -> None:
        pairs = self.pairs
        dots, rising = pairs.rising_dots("one"), pairs.rising
        with self.tell("A well-known film goes on: {a}, {b}, {c} should rise along it, too.",
                       a=rising[0], b=rising[1], c=rising[2]):
            self.play(FadeIn(self.chart()), run_time=theme.MOVE)
        claim = Claim(maths.is_rising, (dots,), "And they do rise, every one: their order scores {rho:.3f}.",
                      "Here they do not. Perfect order scores one; this scores {rho:.3f}.")
        with self.tell(claim, rho=pairs.rho("one"), hold=1.0):
            self.play(FadeIn(self.order_score("one", theme.TEXT if claim.held else theme.WRONG)), run_time=theme.QUICK)
        self.clear_stage()

    def the_mean(self) -> None:
        """Why one pair is not enough, and what a mean is made of."""
        pairs, cats = self.pairs, self.cats
        known = [p for p in pairs.shown("one") if p.singular in cats.words and p.plural in cats.words][:4]
        arrows = [cats.direction.array, *[cats.vector(p.plural).array - cats.vector(p.singular).array for p in known]]
        names = [compose("{b} \u2212 {a}", a=self.one, b=self.more),
                 *[compose("{b} \u2212 {a}", a=p.singular, b=p.plural) for p in known]]
        strips = Strips(arrows, names, 9.6, 0.42, 0.58).shift([-3.2, 2.0, 0])
        with self.beat("One pair is an anecdote: its arrow also holds what is special about {word}.",
                       shows=("cats", "plurals"), word=self.more):
            self.play(LaggedStart(*[FadeIn(strip) for strip in strips], lag_ratio=0.3), run_time=2.0)
        mean = Strips([pairs.numbers("mean").array], [compose("mean of {n:,}", n=pairs.learnt)], 9.6, 0.56, 0.56,
                      color=theme.FOCUS).shift([-3.2, strips.get_bottom()[1] - 0.6, 0])
        with self.tell("Average {n:,} pairs, drawn at random: what is special cancels out.", n=pairs.learnt):
            fall = [FadeOut(bar.copy(), shift=mean.bars.get_center() - bar.get_center()) for bar in strips.bars]
            self.play(LaggedStart(*fall, lag_ratio=0.15), FadeIn(mean), run_time=1.5)
        alike = Words("cosine with the first: {c:.2f}", theme.STATEMENT, c=pairs.arrows_alike).place([-3.2, -2.2, 0])
        with self.tell("The mean is a new ruler. Its cosine with the first is {c:.2f}.", c=pairs.arrows_alike):
            self.play(FadeIn(alike), Create(Focus(mean)), run_time=theme.QUICK)
        self.clear_stage()

    def unseen(self) -> None:
        pairs = self.pairs
        before, after = (pairs.share_right(arrow, held_out=True) for arrow in ("one", "mean"))
        swarm = self.swarm(self.gaps("one", held_out=True))
        ruler = self.named(compose("ruler: {b} \u2212 {a}", a=self.one, b=self.more))
        fresh = self.named(compose("ruler: mean of {n:,} pairs", n=pairs.learnt))
        old, new = (FigureOver(share, ".1%", compose("of {n:,} unseen pairs", n=pairs.held_out))
                    for share in (before, after))
        with self.tell("Test it on the {n:,} pairs that it never saw. Here, still the old ruler: {p:.1%}.",
                       n=pairs.held_out, p=before):
            self.play(FadeIn(swarm), FadeIn(old), FadeIn(ruler), run_time=theme.MOVE)
        claim = Claim(maths.is_larger, (after, before), "And with the new one: {p:.1%} lie right.",
                      "And with the new one, no better: {p:.1%}.")
        with self.tell(claim, p=after, hold=1.6):
            self.play(FadeOut(old[0]), FadeOut(ruler), FadeIn(fresh), run_time=theme.QUICK)
            self.play(Glide(swarm, lambda: swarm.set_values(self.gaps("mean", held_out=True)), run_time=2.4))
            self.play(FadeIn(new[0]), run_time=theme.QUICK)
        self.clear_stage()
        wrong, more = pairs.held_wrong[:MOST], pairs.held_wrong[MOST:]
        if not wrong:
            return
        rows = PairRows([(p.singular, p.plural, p.singular_dot, p.plural_dot) for p in wrong], 5.6, 0.5, 28,
                        titles=("word", "with an s"), columns=(3.8, 5.3), spec=".3f").shift([-4.4, 1.8, 0])
        if more:
            rows.rows.add(VGroup(Words("{n:,} more", theme.LABEL, theme.SECONDARY, n=Count(more, "pairs not shown"))
                                 .place([theme.LEFT_EDGE, -2.2, 0])))
        with self.tell("{n:,} lie wrong. Pairs were found by spelling alone, plurals or not.",
                       n=pairs.held_wrong_count):
            self.play(FadeIn(rows.head), FadeIn(rows.axis), run_time=theme.QUICK)
            self.play(LaggedStart(*[FadeIn(row) for row in rows.rows], lag_ratio=0.25), run_time=1.6)
        self.clear_stage()

    def other_halves(self) -> None:
        """The half was drawn at random: what others give; and plurals that are no word with an s."""
        pairs = self.pairs
        least, middle, most = pairs.spread("shares")
        room = (float(most) - float(least)) * 0.12
        low, high = float(least) - room, float(most) + room
        swarm = Swarm(pairs.splits("shares"), 12.0, 3.4, low, high, None, 70).shift([0, -1.3, 0])
        for value in (least, middle, most):
            swarm.mark(value, ".1%", 32)
        what = self.named(compose("{n:,} halves, drawn at random", n=pairs.setting("splits")))
        with self.tell("A lucky half? {n:,} others give {low:.1%} to {high:.1%} of what they never saw.",
                       n=pairs.setting("splits"), low=least, high=most):
            self.add(swarm.set_arrived(0), what)
            self.play(Follow(swarm, lambda s, share: s.set_arrived(share), run_time=2.0, rate_func=linear))
        self.clear_stage()
        lines = (("irregular", compose("irregular: {n:,}, as {word}", n=pairs.others("irregular"),
                                       word=pairs.shown("one")[1].plural)),
                 ("spelled", compose("with -es or -ies: {n:,}", n=pairs.others("spelled"))))
        rows = [FigureLine(words, pairs.others_right(name, "mean"), ".1%", 0.9 - 1.7 * i)
                for i, (name, words) in enumerate(lines) if pairs.others(name)]
        with self.tell("Is it only the letter s? Plurals made in other ways were never in the mean.", hold=1.0):
            self.play(LaggedStart(*[FadeIn(row) for row in rows], lag_ratio=0.5), run_time=1.2)
        self.clear_stage()

    def numbers_again(self) -> None:
        pairs, chart = self.pairs, self.chart()
        better = Claim(maths.is_larger, (pairs.rho("mean"), pairs.rho("one")),
                       "The number words on the new ruler: their order now scores {rho:.3f}.",
                       "The number words gain nothing: their order scores {rho:.3f}.")
        with self.tell(better, rho=pairs.rho("mean")):
            self.play(FadeIn(chart), run_time=theme.QUICK)
            self.play(Glide(chart, lambda: chart.set_values(pairs.rising_dots("mean")), run_time=1.8))
            self.play(FadeIn(self.order_score("mean", theme.FOCUS)), run_time=theme.QUICK)
        if (ranks := pairs.rising_ranks) is not None:
            rarer = Claim(maths.is_rising, (ranks,),
                          "But higher numbers are rarer words, too. Frequency would explain as much: {rho:.3f}.",
                          "Or is it how rare they are? Their ranks by frequency score {rho:.3f}.")
            with self.tell(rarer, rho=pairs.rank_rho("mean")):
                said = Words("below each: its rank by frequency", theme.LABEL, theme.SECONDARY)
                self.play(FadeIn(chart.below(ranks)), FadeIn(said.place([6.5, -2.15, 0], "right")))
        self.clear_stage()

    def other_directions(self) -> None:
        """Two more arrows, each of one pair: what else a direction can mean."""
        axes, names = VGroup(), []
        for need, y in (("gender", 1.25), ("size", -1.25)):
            rec = self.rec[need]
            ruler = compose("ruler: {b} \u2212 {a}", a=rec.asked("start"), b=rec.asked("end"))
            names.append(Words(ruler, theme.STATEMENT, theme.FOCUS).place([theme.LEFT_EDGE + 0.1, y + 0.95, 0]))
            sides = [1 if i % 2 else -1 for i in np.argsort(np.argsort([float(rec.dot(w)) for w in rec.words]))]
            axes.add(WordAxis(rec.words, [rec.dot(word) for word in rec.words], 13.0, 2.2, sides, written=False,
                              size=30).shift([0, y, 0]))
        with self.beat("Other pairs make other rulers. Each of these two is again one pair only.",
                       shows=("gender", "size")):
            for axis, name in zip(axes, names, strict=True):
                self.add(axis.set_fallen(0))
                self.play(Appear(axis.line), FadeIn(name), Follow(axis, lambda a, share: a.set_fallen(share)))
        self.clear_stage()

    def close(self) -> None:
        many = compose("the mean of {n:,}", n=self.pairs.learnt)
        rows = (("one pair", "one", theme.SECONDARY), (many, "mean", theme.TEXT))
        lines = [FigureLine(text, self.pairs.share_right(arrow, held_out=True), ".1%", 0.8 - 1.7 * i, colour)
                 for i, (text, arrow, colour) in enumerate(rows)]
        with self.tell("One example is a story. The mean is a direction.", hold=2.2):
            for line in lines:
                self.play(FadeIn(line), run_time=theme.MOVE)
            self.play(Create(Focus(lines[1][1])), run_time=theme.QUICK)
