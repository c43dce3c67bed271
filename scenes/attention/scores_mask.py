"""Who may look at whom?"""

import numpy as np
from manim import (
    RIGHT,
    Create,
    FadeIn,
    FadeOut,
    FadeTransform,
    LaggedStart,
    ReplacementTransform,
    VGroup,
    linear,
)

from gptviz import maths
from gptviz.drawing.arrays.products import DotProduct
from gptviz.drawing.base import theme
from gptviz.drawing.base.cells import hatched, segments, stroked
from gptviz.drawing.base.formula import Formula
from gptviz.drawing.base.motion import Dim, Follow, Glide, Vanish
from gptviz.drawing.base.text import Numeral, Words
from gptviz.drawing.chances.bars import Bar, ProbabilityBars
from gptviz.drawing.furniture.focus import Focus
from gptviz.drawing.heads.attention import AttentionArcs, AttentionGrid, QueriesAndKeys
from gptviz.drawing.heads.dividing import division
from gptviz.drawing.heads.headmap import head_name
from gptviz.drawing.tokens.tokens import TokenStrip, around, head, tail
from gptviz.film import Film, Need
from gptviz.recording import published
from gptviz.recording.families import AttentionHead
from gptviz.recording.number import Claim, Count, derive, derive_each

GRID = np.array([-3.45, 0.35, 0.0])  # the middle of the grid of scores
SIDE, PANEL = 0.75, 5.8  # where the right side begins, and how wide it is
ROW = 1  # the row of the source's table that is looked at
WIDE = 12.2  # a row of shares that add up to one
DOT = "{{ q : query }} dot {{ k : key }}"
COLORS = {"query": theme.QUERY, "key": theme.KEY}


class ScoresMask(Film):
    """Who may look at whom?"""

    dot = Need(AttentionHead(prompt="Tom and Lily went to the park. Tom and", inside=True))
    head = Need(
        AttentionHead(
            prompt="As the spaceship was approaching the", query="approaching", key="spaceship"
        )
    )
    settings = {"hidden divisor": 4.0}

    def construct(self) -> None:
        spot = self.head.chosen
        self.query, self.key = int(spot.query), int(spot.key)
        self.pair = {"q": self.head.prompt[self.query], "k": self.head.prompt[self.key]}
        self.one_product()
        self.all_scores()
        self.mask()
        self.weights()
        self.without_the_mask()
        self.the_source()
        self.shares_that_leak()
        self.close()

    def one_product(self) -> None:
        """One query and one key, and their dot product spelled out."""
        dot = self.dot
        query, key = int(dot.chosen.query), int(dot.chosen.key)
        shown = around(dot.prompt, min(query, key), max(query, key), 11.6, 34)
        strip = TokenStrip([dot.prompt[i] for i in shown], 34)
        strip.move_to([0.45, 2.1, 0])
        queries, keys = (
            dot.numbers("q")[shown.start : shown.stop],
            dot.numbers("k")[shown.start : shown.stop],
        )
        lists = QueriesAndKeys(strip.boxes, queries, keys, height=3.3)
        names = VGroup(
            Words("query", theme.LABEL, theme.QUERY), Words("key", theme.LABEL, theme.KEY)
        )
        left = lists.get_left()[0] - 0.35
        for name, y in zip(names, (0.35, -0.2), strict=True):
            name.place([left, y, 0], "right")
        with self.beat(
            "Every token asks a question, its query, and wears a label, its key.", shows="dot"
        ):
            self.play(LaggedStart(*[FadeIn(box) for box in strip], lag_ratio=0.12), run_time=1.0)
            self.play(
                FadeIn(names[0]),
                LaggedStart(*[FadeIn(each) for each in lists.queries], lag_ratio=0.12),
                run_time=0.8,
            )
            self.play(
                FadeIn(names[1]),
                LaggedStart(*[FadeIn(each) for each in lists.keys], lag_ratio=0.12),
                run_time=0.8,
            )
        asks, offers = query - shown.start, key - shown.start
        question, label = lists.queries[asks], lists.keys[max(offers, 0)]
        with self.beat(
            "Take one of each: the query of {q}, the key of {k}.",
            shows="dot",
            q=dot.prompt[query],
            k=dot.prompt[key],
        ):
            frames = VGroup(Focus(strip.boxes[asks], 0.05, theme.QUERY))
            if 0 <= offers != asks:
                frames.add(Focus(strip.boxes[offers], 0.05, theme.KEY))
            others = [
                each
                for each in (*lists.queries, *lists.keys)
                if each is not question and each is not label
            ]
            self.play(Dim(*others), *[Create(frame) for frame in frames], run_time=theme.MOVE)
        product = DotProduct(
            dot.numbers("q")[query],
            dot.numbers("k")[key],
            (7, 1),
            roles=("query", "key"),
            size=30,
            names=("query", "key", "product", "sum so far"),
        ).shift([0, -0.5, 0])
        with self.beat(
            "Both are lists of {n:,} numbers. Multiply them pair by pair.",
            shows="dot",
            n=dot.d_head,
        ):
            self.play(FadeOut(VGroup(*others)), FadeOut(names), run_time=theme.QUICK)
            self.play(
                FadeTransform(question, product.lines[0]),
                FadeTransform(label, product.lines[1]),
                run_time=theme.MOVE,
            )
            self.remove(*product.lines)
            self.add(product)
            self.play(
                Follow(
                    product,
                    lambda p, share: p.set_progress(share * p.terms),
                    run_time=3.0,
                    rate_func=linear,
                )
            )
        last = len(dot.numbers("q")[query]) - 1
        with self.beat(
            "Their sum is one score, {s:.2f}: how well the label fits the question.",
            shows="dot",
            s=dot.score(query, key),
        ):
            self.play(Create(product.lines[3].outline(0, last)), run_time=theme.QUICK)
        self.clear_stage()

    def all_scores(self) -> None:
        """The scores of a real head of a real run, then divided."""
        real = self.head
        self.grid = AttentionGrid(
            real.prompt,
            real.numbers("scores"),
            "scores",
            width=6.6,
            height=5.1,
            spec=".0f",
            masked=False,
            ranked=True,
            least=0.0,
        ).shift(GRID)
        for labels, colour in ((self.grid.rows, theme.QUERY), (self.grid.columns, theme.KEY)):
            for label in labels:
                label.letters.set_color(colour)
        self.name = head_name(real.chosen, theme.TITLE).place([SIDE, 2.1, 0])
        self.legend = VGroup(
            Words("row: its query", theme.STATEMENT, theme.QUERY).place([SIDE, 1.5, 0]),
            Words("column: its key", theme.STATEMENT, theme.KEY).place([SIDE + 2.9, 1.5, 0]),
        )
        other = real.provenance.model != self.dot.provenance.model
        score, scaled = real.score(self.query, self.key), real.scaled(self.query, self.key)
        raw = Formula(DOT, 72, colors=COLORS)
        value = Words("{s:.1f}", 56, s=score)
        raw.move_to([SIDE + raw.width / 2, 0.2, 0])
        value.place([SIDE, -0.85, 0])
        cell = self.grid.outline(self.query, self.key)
        with self.beat(
            "Now a whole text{where}: every query meets every key.",
            shows="head",
            where=", in another model" if other else "",
        ):
            self.play(
                FadeIn(self.grid), FadeIn(self.name), FadeIn(self.legend), run_time=theme.MOVE
            )
            self.play(Create(cell), FadeIn(raw), FadeIn(value), run_time=theme.MOVE)
        how = division(real)
        scaled_grid = Glide(
            self.grid, lambda: self.grid.set_values(real.numbers("scaled"), spec=".1f")
        )
        if how is None:
            with self.beat(
                "This model divides them by nothing: they stay as they are.", shows="head"
            ):
                self.play(scaled_grid)
            self.side, self.cell = VGroup(raw, value), cell
            return
        by = "{r:,}" if float(real.divisor).is_integer() else "{r:.2f}"
        divided = Formula(f"({DOT}) / {how.below}", 72, colors={**COLORS, "width": theme.SECONDARY})
        divided.move_to([SIDE + divided.width / 2, 0.2, 0])
        worth = Words(
            "{s:.1f} / " + by + " = {x:.1f}", 56, s=score, r=real.divisor, x=scaled
        ).place([SIDE, -1.25, 0])
        count = Words(how.label, theme.LABEL, theme.SECONDARY, **how.numbers)
        count.place([SIDE, -1.85, 0])
        with self.beat(how.said, shows="head"):
            self.play(ReplacementTransform(raw, divided), FadeOut(value), run_time=theme.MOVE)
            self.play(FadeIn(worth), FadeIn(count), run_time=theme.QUICK)
            self.play(scaled_grid)
        self.side, self.cell = VGroup(divided, worth, count), cell

    def mask(self) -> None:
        """The future is struck out."""
        real = self.head
        row = min(max(1, len(real.prompt) // 2 - 1), len(real.prompt) - 1)
        known, unknown = real.prompt[: row + 1], real.prompt[row + 1 :]
        read = VGroup(
            TokenStrip(tail(known, PANEL, 30), 30).place(SIDE, 0.3),
            Words(
                "{q} has read {n:,} tokens",
                theme.STATEMENT,
                theme.SECONDARY,
                q=real.prompt[row],
                n=Count(known, "tokens that were read"),
            ).place([SIDE, 0.55, 0]),
        )
        frame = self.grid.outline(row)
        if unknown:
            later = TokenStrip(head(unknown, PANEL, 30), 30).place(SIDE, -1.2)
            ahead = VGroup(
                later,
                Words(
                    "{n:,} still to come",
                    theme.STATEMENT,
                    theme.SECONDARY,
                    n=Count(unknown, "later tokens"),
                ).place([SIDE, -0.95, 0]),
            )
            for box in later.boxes:
                box.box.set_stroke(theme.WRONG)
        with self.beat(
            "In writing, later words do not exist yet; in training, they must stay hidden.",
            shows="head",
        ):
            self.play(
                FadeOut(self.side), ReplacementTransform(self.cell, frame), run_time=theme.QUICK
            )
            self.play(FadeIn(read), run_time=theme.QUICK)
            if unknown:
                self.play(FadeIn(ahead, shift=0.3 * RIGHT), run_time=theme.MOVE)
        rule = Formula("e^(- oo) = 0", 72)
        rule.move_to([SIDE + rule.width / 2, 0.2, 0])
        exact = Words("minus infinity leaves exactly nothing", theme.LABEL, theme.SECONDARY).place(
            [SIDE, -0.85, 0]
        )
        code = Words(
            "OpenAI's own code: \u201c{m:,.0f}\u201d",
            theme.LABEL,
            theme.SECONDARY,
            m=published.MASK_VALUE,
        )
        code.place([SIDE, -1.4, 0])
        going = VGroup(frame, read, *([ahead] if unknown else []))
        with self.beat(
            "So each score that looks ahead is struck out: minus infinity.", shows="head", hold=2.4
        ):
            self.play(FadeOut(going), run_time=theme.QUICK)
            self.play(
                Follow(self.grid, lambda grid, share: grid.set_mask(share), run_time=1.2),
                FadeIn(rule),
            )
            self.play(FadeIn(exact), FadeIn(code), run_time=theme.QUICK)
        self.side = VGroup(rule, exact, code)

    def weights(self) -> None:
        """Each row through softmax; the pair that is looked at."""
        real, spot = self.head, self.head.chosen
        share = Formula("e^x / (sum e^x)", 72)
        share.move_to([SIDE + share.width / 2, 0.2, 0])
        each = VGroup(
            share,
            Words(
                "each row adds up to {t:.2f}",
                theme.STATEMENT,
                theme.ATTENTION,
                t=derive(maths.total, [real.weight(self.query, k) for k in range(self.query + 1)]),
            ).place([SIDE, -1.25, 0]),
        )
        with self.beat(
            "Softmax turns each row into shares of one: how much that token looks at each.",
            shows="head",
        ):
            self.play(FadeOut(self.side), run_time=theme.QUICK)
            self.play(
                Glide(
                    self.grid,
                    lambda: self.grid.set_values(real.numbers("pattern"), "pattern", ".2f"),
                )
            )
            self.play(FadeIn(each), run_time=theme.QUICK)
        self.cell = self.grid.outline(self.query, self.key)
        share = Numeral(spot.weight, ".2f", 88, theme.ATTENTION).place([SIDE, 0.3, 0])
        look = self.looks(SIDE + PANEL / 2, -1.65, PANEL, 26, 1.15)
        strong = Claim(
            maths.is_majority,
            (
                spot.weight,
                derive(maths.total, [spot.weight, derive(maths.remainder, [spot.weight])]),
            ),
            "{q} looks at {k} with {w:.0%} of its weight.",
            "{q} looks at {k}, but with only {w:.0%} of its weight.",
        )
        with self.beat(strong, shows="head", w=spot.weight, hold=1.2, **self.pair):
            self.play(FadeOut(each), Create(self.cell), run_time=theme.QUICK)
            self.play(FadeIn(share), FadeIn(look[0]), run_time=theme.QUICK)
            self.play(Create(look[1]), run_time=theme.MOVE)
        self.side = VGroup(share, look)

    def looks(
        self, x: float, y: float, width: float, size: float, height: float, written: float = 0.0
    ) -> VGroup:
        """The text around the chosen pair, and arcs of what its query looks at."""
        real = self.head
        shown = around(real.prompt, self.key, self.query, width, size)
        strip = TokenStrip([real.prompt[i] for i in shown], size, width=2 * width)
        strip.move_to([x, y, 0])
        part = slice(shown.start, shown.stop)
        arcs = AttentionArcs(
            strip.boxes,
            real.numbers("pattern")[part, part],
            self.query - shown.start,
            height,
            written=written > 0,
            size=written,
        )
        return VGroup(strip, arcs)

    def without_the_mask(self) -> None:
        """One row of the same head, with and without the future."""
        real, most = self.head, 9
        count = len(real.prompt)
        query = min(max(1, count // 2 - 1), most // 2)
        keys = range(count)
        shown = list(keys) if count <= most else list(keys)[: most - 1]
        hidden = [k for k in keys if k >= len(shown)]
        row = self.grid.outline(query)
        masked, free = (
            [real.weight(query, k) for k in keys],
            [real.unmasked(query, k) for k in keys],
        )
        rest, free_rest = (
            derive(maths.total, each[len(shown) :]) if hidden else None for each in (masked, free)
        )
        largest = max(map(float, (*masked, *free, rest or 0, free_rest or 0)))
        more = (
            Words("{n:,} more", 30, theme.SECONDARY, n=Count(hidden, "later tokens"))
            if hidden
            else None
        )
        bars = ProbabilityBars(
            [real.prompt[k] for k in shown],
            masked[: len(shown)],
            rest,
            more,
            unit=2.6 / largest,
            room=3.4,
            columns=(2.2, 2.4),
            row=min(0.5, 3.6 / min(count, most)),
            size=30,
            limit=12,
            spec=".2f",
        ).shift([SIDE, 1.4, 0])
        for bar_row in bars.rows:
            bar_row.bar.set_fill(theme.ATTENTION)
        with self.beat(
            "Take the row of {q}. With the mask, what comes later gets exactly nothing.",
            shows="head",
            q=real.prompt[query],
        ):
            self.play(
                FadeOut(self.side),
                Vanish(self.legend),
                ReplacementTransform(self.cell, row),
                run_time=theme.MOVE,
            )
            self.play(FadeIn(bars, shift=0.4 * RIGHT), run_time=theme.MOVE)
        if count <= query + 1:
            self.clear_stage()
            return
        future = VGroup(*bars.rows[query + 1 :])
        with self.beat(
            "Without it, {p:.0%} of the row would go to words that come later.",
            shows="head",
            p=derive(maths.total, free[query + 1 :]),
        ):
            self.play(Glide(bars, lambda: bars.set_shares(free[: len(shown)], free_rest)))
            self.play(Create(Focus(future, color=theme.WRONG)), run_time=theme.QUICK)
        self.clear_stage()

    def the_source(self) -> None:
        """A published table whose softmax only comes out after a division that it does not
        mention."""
        scores, printed = published.SCORES[ROW], published.SOFTMAX[ROW]
        shown = Count([s for s in printed if s > 0], "scores left by the mask")
        kept, said = list(scores[: int(shown)]), list(printed[: int(shown)])
        divisor = self.setting("hidden divisor")
        lines = (
            ("\u201cThe Illustrated GPT-2\u201d prints these scores", kept, theme.SECONDARY),
            ("and as their softmax", said, theme.WRONG),
            ("their softmax is", derive_each(maths.softmax, kept), theme.PROBABILITY),
            (
                "divided first by {d:,}",
                derive_each(maths.softmax, kept, divisor),
                theme.PROBABILITY,
            ),
        )
        table = VGroup()
        for i, (text, numbers, colour) in enumerate(lines):
            y = 1.75 - i * 1.0 - (0.3 if i > 1 else 0.0)
            words = Words(text, theme.TITLE, theme.TEXT, d=divisor).place(
                [theme.LEFT_EDGE + 0.6, y, 0]
            )
            row = [
                Numeral(n, ".2f", 56, colour, "center").place([2.9 + 2.4 * j, y, 0], "center")
                for j, n in enumerate(numbers)
            ]
            table.add(VGroup(words, *row))
        with self.beat(
            "A well-known page prints two scores, and beside them their softmax.", shows="head"
        ):
            self.play(FadeIn(table[0]), run_time=theme.MOVE)
            self.play(FadeIn(table[1]), run_time=theme.MOVE)
        with self.beat("But that is not their softmax. This is.", shows="head"):
            self.play(FadeIn(table[2]), run_time=theme.MOVE)
        with self.beat(
            "The printed one does come out after a division that the page does not mention.",
            shows="head",
        ):
            self.play(FadeIn(table[3]), run_time=theme.MOVE)
            self.play(
                *[Create(Focus(VGroup(*table[i][1:]), 0.15)) for i in (1, 3)], run_time=theme.QUICK
            )
        self.clear_stage()

    def shares_that_leak(self) -> None:
        """Nine percentages, drawn in the same page for one row of weights, and what they add up
        to."""
        drawn, left, whole = published.IT_DRAWN, -WIDE / 2, 100.0
        pitch = WIDE / len(drawn)
        said = VGroup(
            *[
                Numeral(share, ".4g", 36, theme.SECONDARY, "center").place(
                    [left + (i + 0.5) * pitch, 2.1, 0], "center"
                )
                for i, share in enumerate(drawn)
            ]
        )
        ends = np.cumsum([0.0, *map(float, drawn)]) / whole * WIDE + left
        strip = VGroup(
            *[
                VGroup(
                    Bar(max(b - a - 0.03, 0.005), 0.5, theme.REST).shift([a, 1.1, 0]),
                    hatched((a, 0.85, max(b - 0.03, a + 0.005), 1.35)),
                )
                for a, b in zip(ends, ends[1:], strict=False)
            ]
        )
        middles = [[(a + b) / 2, 1.42, 0] for a, b in zip(ends, ends[1:], strict=False)]
        strip.add(
            stroked(
                segments([[left + (i + 0.5) * pitch, 1.92, 0] for i in range(len(drawn))], middles),
                theme.HAIRLINE,
                1.5,
            )
        )
        gap = Bar(left + WIDE - ends[-1], 0.5, theme.WRONG).shift([ends[-1], 1.1, 0])
        total = Words(
            "together {t:.2f} percent", 48, theme.WRONG, t=derive(maths.total, list(drawn))
        )
        total.place([left, 0.1, 0])
        real, last = self.head, len(self.head.prompt) - 1
        row = [real.weight(last, k) for k in range(last + 1)]
        stops = np.cumsum([0.0, *map(float, row)]) * WIDE + left
        full = VGroup(
            *[
                Bar(max(b - a - 0.03, 0.005), 0.5, theme.ATTENTION).shift([a, -0.95, 0])
                for a, b in zip(stops, stops[1:], strict=False)
            ]
        )
        true = Words(
            "a real row: {s:.2f} percent", 48, theme.PROBABILITY, s=derive(maths.percent, row)
        )
        true.place([left, -1.95, 0])
        with self.beat(
            "It also draws {n:words} shares of one row. They do not quite add up.",
            shows="head",
            n=Count(drawn, "percentages"),
        ):
            self.play(FadeIn(said), run_time=theme.QUICK)
            self.play(LaggedStart(*[FadeIn(part) for part in strip], lag_ratio=0.1), run_time=1.0)
            self.play(FadeIn(gap), FadeIn(total), run_time=theme.MOVE)
        with self.beat("A softmax loses nothing: a real row always adds up.", shows="head"):
            self.play(FadeIn(full, shift=0.3 * RIGHT), FadeIn(true), run_time=theme.MOVE)
        self.clear_stage()

    def close(self) -> None:
        """The whole formula, and the pair that was looked at."""
        how = division(self.head)
        score = f"({DOT}) / {how.below}" if how else DOT
        end = Formula(
            f'upright("softmax") ({score} + {{{{ upright("mask") : mask }}}})',
            84,
            colors={**COLORS, "mask": theme.WRONG},
        ).move_to([0, 1.7, 0])
        look = self.looks(0.0, -1.2, 12.6, 40, 1.5, written=48.0)
        with self.beat(
            "Ask, score, hide the future, share: {q} looks at {k}, {w:.2f}.",
            shows="head",
            hold=1.5,
            w=self.head.chosen.weight,
            **self.pair,
        ):
            self.play(FadeIn(end), run_time=theme.MOVE)
            self.play(FadeIn(look[0]), run_time=theme.QUICK)
            self.play(Create(look[1]), run_time=theme.MOVE)
