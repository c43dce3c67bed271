"""Who may look at whom?"""

import numpy as np
from manim import Create, FadeIn, FadeOut, LaggedStart, ReplacementTransform, VGroup, linear

from gptviz import maths
from gptviz.drawing import theme
from gptviz.drawing.attention import AttentionGrid
from gptviz.drawing.bars import ProbabilityBars
from gptviz.drawing.focus import Focus
from gptviz.drawing.formula import Formula
from gptviz.drawing.motion import Follow, Glide, Vanish
from gptviz.drawing.products import DotProduct
from gptviz.drawing.text import Numeral, Words
from gptviz.drawing.tokens import TokenStrip, tail
from gptviz.film import Film
from gptviz.recording import published
from gptviz.recording.number import Claim, Count, derive, derive_each
from gptviz.recording.requests import AttentionHead

GRID = np.array([-3.3, 0.42, 0.0])        # the middle of the grid of scores
SIDE = 0.75                               # where the right side begins
ROW = 1                                   # the row of the source's table that is looked at


class ScoresMask(Film):
    """Who may look at whom?"""

    needs = {
        "dot": AttentionHead(prompt="Tom and Lily went to the park. Tom and", inside=True),
        "head": AttentionHead(prompt="As the spaceship was approaching the", query="approaching", key="spaceship"),
    }
    settings = {"hidden divisor": 4.0}

    def construct(self) -> None:
        self.one_product()
        self.all_scores()
        self.mask()
        self.weights()
        self.without_the_mask()
        self.the_source()

    def one_product(self) -> None:
        """One query and one key, and their dot product spelled out."""
        dot = self.rec["dot"]
        query, key = int(dot.chosen.query), int(dot.chosen.key)
        strip = TokenStrip(tail(dot.prompt, 12.6, 32), 32)
        strip.move_to([0, 1.9, 0])
        left_out = len(dot.prompt) - len(strip.boxes)
        asks, offers = Focus(strip.boxes[query - left_out], color=theme.QUERY), None
        with self.beat("Every token asks a question, its query, and offers an answer, its key.", shows="dot"):
            self.play(LaggedStart(*[FadeIn(box) for box in strip], lag_ratio=0.12), run_time=1.2)
        names = VGroup(Words("query", theme.LABEL, theme.QUERY, align="center"),
                       Words("key", theme.LABEL, theme.KEY, align="center"))
        names[0].place(strip.boxes[query - left_out].get_bottom() - np.array([0, 0.38, 0]), "center")
        with self.beat("Take the query of {q} and the key of {k}.", shows="dot",
                       q=dot.prompt[query], k=dot.prompt[key]):
            self.play(Create(asks), FadeIn(names[0]), run_time=theme.QUICK)
            if key >= left_out:
                offers = Focus(strip.boxes[key - left_out], color=theme.KEY)
                names[1].place(strip.boxes[key - left_out].get_bottom() - np.array([0, 0.38, 0]), "center")
                self.play(Create(offers), FadeIn(names[1]), run_time=theme.QUICK)
        product = DotProduct(dot.numbers("q")[query], dot.numbers("k")[key], (7, 1), roles=("query", "key"),
                             names=("query", "key", "product", "sum so far")).shift([0, -0.75, 0])
        with self.beat("Both are lists of {n:,} numbers. Multiply them pair by pair.", shows="dot", n=dot.d_head):
            self.play(FadeIn(product), run_time=theme.QUICK)
            self.play(Follow(product, lambda p, share: p.set_progress(share * p.terms), run_time=3.0,
                             rate_func=linear))
        result = Focus(product.result)
        with self.beat("The sum is one score: {s:.2f}. How well the answer fits the question.", shows="dot",
                       s=dot.score(query, key)):
            self.play(Create(result), run_time=theme.QUICK)
        self.clear_stage()

    def all_scores(self) -> None:
        """The scores of a real head of a real run, then divided."""
        head = self.rec["head"]
        self.grid = AttentionGrid(head.prompt, head.numbers("scores"), "scores", width=6.4, height=5.2, spec=".0f",
                                  masked=False, limit=float(np.abs(head.array("scores")).max())).shift(GRID)
        self.name = Words("layer {l:,}, head {h:,}", theme.TITLE, theme.FOCUS, l=head.chosen.layer,
                          h=head.chosen.head).place([SIDE, 2.1, 0])
        self.legend = VGroup(Words("rows ask", theme.STATEMENT, theme.QUERY).place([SIDE, 1.5, 0]),
                             Words("columns answer", theme.STATEMENT, theme.KEY).place([SIDE + 2.1, 1.5, 0]))
        other = head.provenance.model != self.rec["dot"].provenance.model
        with self.beat("Now a whole text{where}: every query meets every key.", shows="head",
                       where=" in another model" if other else ""):
            self.play(FadeIn(self.grid), FadeIn(self.name), FadeIn(self.legend), run_time=theme.MOVE)
        formula = Formula("{{ q dot k : score }} / sqrt({{ d : width }})", 72,
                          colors={"score": theme.TEXT, "width": theme.SECONDARY}).move_to([SIDE + 1.2, 0.3, 0])
        value = Words("d = {d:,}, so divide by {r:.3}", theme.STATEMENT, theme.SECONDARY, d=head.d_head,
                      r=head.divisor) if not float(head.divisor).is_integer() else Words(
            "d = {d:,}, so divide by {r:,}", theme.STATEMENT, theme.SECONDARY, d=head.d_head, r=head.divisor)
        value.place([SIDE, -0.75, 0])
        with self.beat("Long lists make large sums, so each is divided by the root of their length.", shows="head"):
            self.play(FadeIn(formula), FadeIn(value), run_time=theme.MOVE)
            self.play(Glide(self.grid, lambda: self.grid.set_values(head.numbers("scaled"), spec=".1f")))
        self.side = VGroup(formula, value)

    def mask(self) -> None:
        """The future is struck out."""
        with self.beat("When it writes, the words to the right do not exist yet.", shows="head"):
            self.play(FadeOut(self.side), run_time=theme.QUICK)
        rule = Words("minus infinity: e to that power\nis exactly zero", theme.STATEMENT, theme.SECONDARY,
                     leading=1.5).place([SIDE, 0.55, 0])
        code = Words("OpenAI's own code: \u201c{m:,.0f}\u201d", theme.LABEL, theme.SECONDARY, m=published.MASK_VALUE)
        code.place([SIDE, -0.55, 0])
        with self.beat("So each score that looks ahead is struck out: minus infinity.", shows="head"):
            self.play(Follow(self.grid, lambda grid, share: grid.set_mask(share), run_time=1.2), FadeIn(rule))
            self.play(FadeIn(code), run_time=theme.QUICK)
        self.side = VGroup(rule, code)

    def weights(self) -> None:
        """Each row through softmax; the pair that is looked at."""
        head = self.rec["head"]
        with self.beat("Softmax turns each row into shares of one: how much each token is looked at.", shows="head"):
            self.play(FadeOut(self.side), run_time=theme.QUICK)
            self.play(Glide(self.grid, lambda: self.grid.set_values(head.numbers("pattern"), "pattern", ".2f")))
        spot = head.chosen
        query, key = int(spot.query), int(spot.key)
        cell = self.grid.outline(query, key)
        share = Numeral(spot.weight, ".2f", 88, theme.ATTENTION).place([SIDE, 0.1, 0])
        pair = Words("{q} looks at {k}", theme.STATEMENT, q=head.prompt[query], k=head.prompt[key])
        pair.place([SIDE, -0.55, 0])
        strong = Claim(maths.is_majority, (spot.weight, derive(maths.total, [spot.weight, derive(
            maths.remainder, [spot.weight])])), "{q} looks at {k}, with {w:.0%} of its weight.",
            "{q} looks at {k}, but with only {w:.0%} of its weight.")
        with self.beat(strong, shows="head", q=head.prompt[query], k=head.prompt[key], w=spot.weight, hold=1.2):
            self.play(Create(cell), FadeIn(share), FadeIn(pair), run_time=theme.MOVE)
        self.side, self.cell = VGroup(share, pair), cell

    def without_the_mask(self) -> None:
        """One row of the same head, with and without the future."""
        head = self.rec["head"]
        query = max(1, len(head.prompt) // 2 - 1)
        keys = range(len(head.prompt))
        row = self.grid.outline(query)
        with self.beat("And without the mask? Take the row of {q}.", shows="head", q=head.prompt[query]):
            self.play(FadeOut(self.side), ReplacementTransform(self.cell, row), run_time=theme.MOVE)
        shown = list(keys)[:9]
        tokens = [head.prompt[k] for k in shown]
        bars = ProbabilityBars(tokens, [head.weight(query, k) for k in shown], unit=3.4, row=min(0.5, 3.9 / len(shown)),
                               columns=(2.2, 2.4), size=30, limit=12, spec=".2f")
        bars.shift([SIDE, 1.4, 0])
        for bar_row in bars.rows:
            bar_row.bar.set_fill(theme.ATTENTION)
        with self.beat("With it, what comes later gets exactly nothing.", shows="head"):
            self.play(Vanish(self.legend), FadeIn(bars), run_time=theme.MOVE)
        future = VGroup(*[bars.rows[i] for i, k in enumerate(shown) if k > query])
        ahead = derive(maths.total, [head.unmasked(query, k) for k in keys if k > query])
        with self.beat("Without it, {p:.0%} of the row would go to words that are not there yet.", shows="head",
                       p=ahead):
            self.play(Glide(bars, lambda: bars.set_shares([head.unmasked(query, k) for k in shown])))
            self.play(Create(Focus(future, color=theme.WRONG)), run_time=theme.QUICK)
        self.clear_stage()

    def the_source(self) -> None:
        """A published table whose softmax only comes out after a division that it does not mention."""
        scores, printed = published.SCORES[ROW], published.SOFTMAX[ROW]
        shown = Count([s for s in printed if s > 0], "scores left by the mask")
        kept, said = list(scores[:int(shown)]), list(printed[:int(shown)])
        divisor = self.setting("hidden divisor")
        lines = (("\u201cThe Illustrated GPT-2\u201d prints these scores", kept, theme.SECONDARY),
                 ("and as their softmax", said, theme.WRONG),
                 ("their softmax is", derive_each(maths.softmax, kept), theme.PROBABILITY),
                 ("divided first by {d:,}", derive_each(maths.softmax, kept, divisor), theme.PROBABILITY))
        table = VGroup()
        for i, (text, numbers, colour) in enumerate(lines):
            y = 1.75 - i * 1.0 - (0.3 if i > 1 else 0.0)
            words = Words(text, theme.TITLE, theme.TEXT, d=divisor).place([theme.LEFT_EDGE + 0.6, y, 0])
            row = [Numeral(n, ".2f", 56, colour, "right").place([3.6 + 2.4 * j, y, 0], "right")
                   for j, n in enumerate(numbers)]
            table.add(VGroup(words, *row))
        with self.beat("A well-known page prints two scores, and two shares beside them.", shows="head"):
            self.play(FadeIn(table[0]), FadeIn(table[1]), run_time=theme.MOVE)
        with self.beat("But these are not their softmax.", shows="head"):
            self.play(FadeIn(table[2]), run_time=theme.MOVE)
        with self.beat("They come out only after a division that the page does not mention.", shows="head"):
            self.play(FadeIn(table[3]), run_time=theme.MOVE)
        self.clear_stage()
        self.shares_that_leak()
        head = self.rec["head"]
        spot = head.chosen
        end = Formula("upright(\"softmax\") ({{ q dot k : score }} / sqrt(d) + {{ upright(\"mask\") : mask }})", 84,
                      colors={"score": theme.ATTENTION, "mask": theme.WRONG}).move_to([0, 0.5, 0])
        with self.beat("Ask, score, hide the future, share: {q} to {k}, {w:.2f}.", shows="head", hold=1.5,
                       q=head.prompt[int(spot.query)], k=head.prompt[int(spot.key)], w=spot.weight):
            self.play(FadeIn(end), run_time=theme.MOVE)

    def shares_that_leak(self) -> None:
        """Nine percentages, drawn in the same page for one row of weights, and what they add up to."""
        drawn = published.IT_DRAWN
        width = (theme.RIGHT_EDGE - theme.LEFT_EDGE) / len(drawn)
        row = VGroup(*[Numeral(share, ".4g", theme.STATEMENT, theme.SECONDARY, "center").place(
            [theme.LEFT_EDGE + (i + 0.5) * width, 1.2, 0], "center") for i, share in enumerate(drawn)])
        total = Words("together {t:.2f} percent", 56, theme.WRONG, align="center", t=derive(maths.total, list(drawn)))
        total.place([0, -0.2, 0], "center")
        real = self.rec["head"]
        last = len(real.prompt) - 1
        true = Words("a real row: {s:.2f} percent", 56, theme.PROBABILITY, align="center", s=derive(
            maths.percent, [real.weight(last, k) for k in range(last + 1)])).place([0, -1.3, 0], "center")
        with self.beat("It also draws the {n:words} percentages of one row. Softmax loses nothing: these do.",
                       shows="head", n=Count(drawn, "percentages")):
            self.play(FadeIn(row), run_time=theme.MOVE)
            self.play(FadeIn(total), FadeIn(true), run_time=theme.MOVE)
        self.clear_stage()
