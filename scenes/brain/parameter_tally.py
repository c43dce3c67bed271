"""Where are all the numbers?"""

import numpy as np
from manim import (
    DL,
    UR,
    Create,
    FadeIn,
    FadeOut,
    LaggedStart,
    Line,
    ReplacementTransform,
    VGroup,
    linear,
)

from gptviz import maths
from gptviz.drawing.arrays.sums import Sum
from gptviz.drawing.base import theme
from gptviz.drawing.base.cells import hatched, painted, rectangles
from gptviz.drawing.base.motion import Follow
from gptviz.drawing.base.text import Numeral, Words
from gptviz.drawing.chances.bars import Bar
from gptviz.drawing.furniture.focus import Focus
from gptviz.drawing.furniture.source import SourceSays
from gptviz.drawing.model.tally import GROUPS, ShareBars, SizeSquares
from gptviz.drawing.model.tally import ParameterTally as Areas
from gptviz.film import Film, Need
from gptviz.recording import published
from gptviz.recording.families import ModelFamily, ParameterTally, architecture
from gptviz.recording.number import Claim, Count, derive

LEFT, RIGHT = theme.LEFT_EDGE + 0.05, theme.RIGHT_EDGE - 0.05  # room for a frame
MIDDLE = np.array([0.0, 1.2, 0.0])  # of all areas
TOP, LINE = -0.62, 0.42  # of the lines below them
WHAT = {
    "wte.weight": "a row for each token",
    "wpe.weight": "a row for each place",
    "attn.c_attn.weight": "query, key, value",
    "attn.c_proj.weight": "joins the heads",
    "mlp.c_fc.weight": "wider",
    "mlp.c_proj.weight": "narrow again",
    "ln_f.weight": "last norm: scale",
    "ln_f.bias": "last norm: shift",
    "lm_head.weight": "a row for each token",
}
NAMES = {
    "wte": "tokens",
    "wpe": "positions",
    "attention": "attention",
    "mlp": "MLPs",
    "layer_norm": "layer norms",
    "lm_head": "output",
}
SIDE, FLOOR = 3.7, -1.35  # of the largest square on screen, in units; what all squares stand on


class WhereNumbersAre(Film):
    """Where are all the numbers?"""

    tally = Need(ParameterTally())
    family = Need(ModelFamily())

    def construct(self) -> None:
        self.rec_, self.sizes = self.tally, self.tally.sizes
        self.ask("Where are {n:,} numbers?", n=self.sizes["total"])
        self.tables()
        self.blocks()
        self.groups()
        self.published()
        self.four_sizes()
        self.larger()
        self.close()

    def new_tally(self, height: float = 2.5) -> Areas:
        rec = self.rec_
        every = range(len(rec))
        tally = Areas(
            rec.counts,
            [rec.group_of(i) for i in every],
            [rec.block_of(i) for i in every],
            RIGHT - LEFT,
            height,
            size=84,
        ).shift(MIDDLE + [0, (2.5 - height) / 2, 0])
        tally.total.place([RIGHT - 0.1, -1.75, 0], "right")
        return tally

    def scale(self) -> VGroup:
        """What an area on screen stands for: a square matrix of the model's width, true to
        scale."""
        wide, total = self.sizes["d_model"], self.sizes["total"]
        count = derive(maths.product, [wide, wide])
        side = np.sqrt(float(count) / float(total) * (RIGHT - LEFT) * 2.5)
        return VGroup(
            Bar(side, side, theme.SECONDARY).shift([LEFT, -1.75 + side / 2, 0]),
            Words(
                "{d:,} × {d:,} = {n:,} numbers", theme.LABEL, theme.SECONDARY, d=wide, n=count
            ).place([LEFT + side + 0.25, -1.75, 0]),
        )

    def count(self, first: int, last: int, run_time: float) -> None:
        """Counts some tensors, one after another."""
        self.play(
            Follow(
                self.drawn_tally,
                lambda t, share: t.set_counted(first + (last - first) * share),
                run_time=run_time,
                rate_func=linear,
            )
        )

    def tables(self) -> None:
        """The tables of tokens and of positions."""
        rec, sizes = self.rec_, self.sizes
        self.drawn_tally = self.new_tally().set_counted(0)
        with self.beat(
            "What a model has learned is a list of numbers. Each area is a part of it.",
            shows="tally",
        ):
            scale = self.scale()
            self.play(FadeIn(self.drawn_tally), FadeIn(scale), run_time=theme.MOVE)
            self.count(0, len(rec), 2.0)
        with self.beat(
            "Count slowly. First a row for each of {v:,} tokens: {n:,}.",
            shows="tally",
            v=sizes["vocab"],
            n=rec.counts[0],
        ):
            self.lines = [shaped(rec, 0, TOP)]
            self.play(FadeOut(scale), run_time=theme.QUICK)
            self.count(0, 1, theme.MOVE)
            self.play(FadeIn(self.lines[0]), run_time=theme.QUICK)
        if rec.anatomy.positions != "learned":
            return  # no table: places are told by turning queries and keys
        with self.beat(
            "Then a row for each of {p:,} places in a text.", shows="tally", p=sizes["positions"]
        ):
            second = shaped(rec, 1, TOP - LINE)
            self.count(1, 2, theme.QUICK)
            self.play(FadeIn(second), run_time=theme.QUICK)
            self.lines.append(second)

    def blocks(self) -> None:
        """The first block's matrices; then all blocks, and what is left."""
        rec, sizes = self.rec_, self.sizes
        first = [i for i in range(len(rec)) if rec.block_of(i) == 0]
        matrices = [i for i in first if len(rec.tensor(i)[2]) == 2]
        lines = VGroup(*[shaped(rec, i, TOP - row * LINE) for row, i in enumerate(matrices)])
        with self.beat(
            "Then a block: {k:words} matrices hold nearly all of its {n:,} numbers.",
            shows="tally",
            k=Count(matrices, "matrices of a block"),
            n=rec.block,
        ):
            self.play(*[FadeOut(line) for line in self.lines], run_time=theme.QUICK)
            self.count(first[0], first[-1] + 1, theme.MOVE)
            self.play(LaggedStart(*[FadeIn(line) for line in lines], lag_ratio=0.3), run_time=1.2)
        blocks = [i for i in range(len(rec)) if rec.block_of(i) is not None]
        with self.beat(
            "Every block has the same shape, and there are {l:,} of them.",
            shows="tally",
            l=sizes["layers"],
        ):
            self.count(first[-1] + 1, blocks[-1] + 1, 2.5)
        with self.beat(
            f"A last {rec.norm_name}, and that is all: {{n:,}}."
            if sizes.tied
            else f"A last {rec.norm_name}, an output matrix, and that is all: {{n:,}}.",
            shows="tally",
            n=sizes["total"],
        ):
            rest = VGroup(
                *[
                    shaped(rec, i, TOP - (i - blocks[-1] - 1) * LINE)
                    for i in range(blocks[-1] + 1, len(rec))
                ]
            )
            self.play(FadeOut(lines), run_time=theme.QUICK)
            self.count(blocks[-1] + 1, len(rec), theme.QUICK)
            self.lit = Focus(self.drawn_tally.total, 0.14)
            self.play(FadeIn(rest), Create(self.lit), run_time=theme.MOVE)
        self.lines = rest

    def groups(self) -> None:
        """What they are for."""
        sizes = self.sizes
        shown = [name for name in NAMES if float(sizes.group(name)) > 0]
        legend = VGroup(
            *[grouped(sizes, name, -0.55 - row * 0.37) for row, name in enumerate(shown)]
        )
        with self.beat(
            "The MLPs hold {m:.0%}, the token table {w:.0%}, attention {a:.0%}.",
            shows="tally",
            m=sizes.share("mlp"),
            w=sizes.share("wte"),
            a=sizes.share("attention"),
        ):
            self.play(FadeOut(self.lines), FadeOut(self.lit), run_time=theme.QUICK)
            self.play(FadeIn(legend), Follow(self.drawn_tally, Areas.set_gathered))
            labels = self.drawn_tally.named(NAMES, {name: sizes.share(name) for name in NAMES})
            self.play(
                LaggedStart(
                    *[
                        FadeIn(labels[name])
                        for name in ("mlp", "wte", "attention")
                        if name in labels
                    ],
                    lag_ratio=0.5,
                ),
                run_time=1.2,
            )
        once = Claim(
            maths.is_nothing,
            (sizes.group("lm_head"),),
            "The output layer reuses the token table, so it is counted once.",
            "The output layer has a table of its own, which counts too.",
        )
        with self.beat(once, shows="tally"):
            self.play(Create(self.drawn_tally.outline(*self.drawn_tally.tensors_of("wte"))))
        self.clear_stage()

    def published(self) -> None:
        """What a well-known tally of GPT-2 small comes to, and what it leaves out."""
        small = self.family.models[0]
        missing = derive(maths.difference, small["total"], published.TALLY)
        short = derive(maths.difference, small["d_mlp"], published.TALLY_C_FC_BIAS)
        biases = derive(maths.product, [small["layers"], short])
        norm = derive(maths.layer_norm_parameters, small["d_model"])
        says = SourceSays(
            published.TALLY, small["total"], source="The Illustrated GPT-2", size=84
        ).shift([0, 1.2, 0])
        with self.beat(
            "A published tally of GPT-2 small comes to “{q:,}”.", shows="family", q=published.TALLY
        ):
            self.play(FadeIn(says.quote), FadeIn(says.source), run_time=theme.MOVE)
        with self.beat("That is {m:,} too few.", shows="family", m=missing):
            self.play(FadeIn(says.truth), run_time=theme.MOVE)
        parts = Sum(
            ((biases, "cut off c_fc's biases"), (norm, "last layer norm"), (missing, "missing")), 84
        )
        parts.shift([0, -1.15, 0])
        found = Claim(
            maths.adds_up,
            (missing, [biases, norm]),
            "Found: {l:,} biases counted as “{b:,}” long, and the last layer norm left out.",
            "Short biases and a forgotten norm explain a part of it.",
        )
        with self.beat(found, shows="family", l=small["layers"], b=published.TALLY_C_FC_BIAS):
            self.play(
                LaggedStart(*[FadeIn(part) for part in parts.in_order], lag_ratio=0.3), run_time=2.0
            )
        self.clear_stage()

    def four_sizes(self) -> None:
        """The published sizes to scale."""
        models = self.family.models
        counts = [model["total"] for model in models]
        self.unit = float(counts[-1]) / SIDE**2
        names = [model.title for model in models]
        self.squares = SizeSquares(names, counts, self.unit, size=theme.LABEL).shift([0, FLOOR, 0])
        self.squares.shift([-VGroup(*self.squares.squares).get_center()[0], 0, 0])
        x, top, _ = self.squares.squares[0].get_top()
        first = VGroup(
            Words(
                "announced as “{n:M}”",
                theme.LABEL,
                theme.SECONDARY,
                n=published.GPT2_FIRST_CLAIM,
                align="right",
            ).place([x + 0.5, top + 0.75, 0], "right"),
            Line(
                [x, top + 0.6, 0], [x, top + 0.12, 0], stroke_color=theme.SECONDARY, stroke_width=2
            ),
        )
        with self.beat(
            "GPT-2 came in {n:words} sizes. The largest is {t:.1f} times the smallest.",
            shows="family",
            n=Count(models, "models"),
            t=models[-1].times(models[0]),
        ):
            self.play(FadeIn(self.squares), run_time=theme.MOVE)
            self.play(FadeIn(first), run_time=theme.QUICK)
        self.play(FadeOut(first), run_time=theme.QUICK)

    def larger(self) -> None:
        """GPT-3 in the same scale, by arithmetic with its published sizes."""
        models = self.family.models
        total = architecture.gpt3_total()
        wide, shift = float(total) / (SIDE + 0.3) ** 2, [LEFT + 6.25, FLOOR, 0]
        five = SizeSquares(
            [*[model.title for model in models], "GPT-3"],
            [*self.squares.counts, total],
            wide,
            quoted=[False] * len(models) + [True],
            size=theme.LABEL,
        ).shift(shift)
        giant = VGroup(five.squares[-1], five.hatches[-1], *five.labels, *five.numerals)
        start = self.squares.at(0, 0)[0]

        def back(squares, share: float) -> None:
            squares.shift([start + (shift[0] - start) * share - squares.at(0, 0)[0], 0, 0])
            squares.set_unit(self.unit * (wide / self.unit) ** share, 1 - 3 * share)

        with self.beat(
            "Zoom out to fit GPT-3: {t:,.0f} times as many numbers as GPT-2 small.",
            shows="family",
            t=derive(maths.ratio, total, models[0]["total"]),
        ):
            self.play(Follow(self.squares, back))
            self.play(FadeIn(giant), run_time=theme.MOVE)
        rows = (
            ("tokens in", "wte", architecture.gpt3_embedding()),
            ("attention", "attention", architecture.gpt3_attention()),
            ("MLPs", "mlp", architecture.gpt3_mlp()),
            ("tokens out", "wte", architecture.gpt3_embedding()),
        )
        shares = [(group, derive(maths.ratio, number, total)) for _, group, number in rows]
        square = five.squares[-1]
        (left, low), (right, high) = square.get_corner(DL)[:2], square.get_corner(UR)[:2]
        cuts = left + (right - left) * np.cumsum([0.0, *[float(share) for _, share in shares]])
        bands = VGroup(
            *[
                painted(rectangles(np.array([[cuts[i], low, cuts[i + 1], high]])), GROUPS[group])
                for i, (group, _) in enumerate(shares)
            ]
        )
        hatch = hatched((left, low, right, high), theme.GROUND, 0.18, 1.5, 0.7)
        table = VGroup(
            *[
                listed(name, number, 1.9 - i * 0.62, GROUPS.get(group))
                for i, (name, group, number) in enumerate((*rows, ("together", "", total)))
            ]
        )
        mark = VGroup(
            hatched((0.5, -0.95, RIGHT, -0.85), theme.SECONDARY, 0.1, 1.8, 0.9),
            Words(
                "sizes: Brown et al.; without biases, norms, positions",
                theme.SMALL,
                theme.SECONDARY,
            ).place([0.5, FLOOR, 0]),
        )
        with self.beat(
            "Its numbers are not public; multiply the sizes that its paper prints.", shows="family"
        ):
            self.play(FadeIn(mark), run_time=theme.QUICK)
            self.play(
                LaggedStart(*[FadeIn(row) for row in table], lag_ratio=0.3),
                FadeIn(bands),
                FadeIn(hatch),
                run_time=2.4,
            )
        with self.beat(
            "Those numbers fill {k:,} matrices, if each head's are counted one by one.",
            shows="family",
            k=architecture.gpt3_matrices(),
        ):
            self.play(Create(Focus(table[-1], 0.12)), run_time=theme.MOVE)
        small = [
            (name, models[0].share(name)) for name in NAMES if float(models[0].group(name)) > 0
        ]
        bars = ShareBars(
            (("GPT-2 small", small), ("GPT-3", shares)),
            (False, True),
            LEFT,
            1.7,
            RIGHT - LEFT,
            1.2,
            2.35,
        )
        tokens = VGroup(
            *[
                Words("token table {p:.2%}", theme.TITLE, theme.KEY, p=parts[0][1]).place(
                    [RIGHT, head.baseline()[1], 0], "right"
                )
                for parts, head in zip((small, shares), bars.heads, strict=True)
            ]
        )
        with self.beat(
            "Each of its token tables is {p:.2%} of that. In GPT-2 small, one is {q:.0%}.",
            shows="family",
            p=shares[0][1],
            q=small[0][1],
        ):
            self.clear_stage(bands)
            self.play(ReplacementTransform(bands, bars.parts[1]), run_time=theme.SLOW)
            self.play(
                FadeIn(bars.hatches),
                FadeIn(bars.parts[0]),
                FadeIn(bars.heads),
                FadeIn(tokens),
                run_time=theme.MOVE,
            )
        self.clear_stage()

    def close(self) -> None:
        """All of the model once more."""
        tally, pen, legend = self.new_tally(3.9), LEFT, VGroup()
        for name in (name for name in NAMES if float(self.sizes.group(name)) > 0):
            words = Words(NAMES[name], theme.STATEMENT).place([pen + 0.4, -2.0, 0])
            legend.add(Bar(0.24, 0.24, GROUPS[name]).shift([pen, -1.9, 0]), words)
            pen += words.advance + 1.05
        tally.remove(tally.total)
        with self.beat(
            "Whatever this model learned is in these numbers, and nowhere else.",
            shows="tally",
            hold=2.0,
        ):
            self.play(FadeIn(tally.set_counted(0)), FadeIn(legend), run_time=theme.MOVE)
            self.play(
                Follow(tally, lambda areas, share: areas.set_counted(share * len(self.rec_)), 2.5)
            )


def shaped(rec, index: int, y: float) -> VGroup:
    """A tensor's line: the colour of its group, its name, its shape, its count."""
    name, count, shape = rec.tensor(index)
    swatch = Bar(0.22, 0.22, GROUPS[rec.group_of(index)]).shift([LEFT, y + 0.09, 0])
    what = next((what for end, what in WHAT.items() if str(name).endswith(end)), "")
    sides = {"r": shape[0]} if len(shape) == 1 else {"r": shape[0], "c": shape[1]}
    return VGroup(
        swatch,
        Words(name, theme.LABEL, font=theme.TOKEN_FACE).place([LEFT + 0.4, y, 0]),
        *([Words(what, theme.LABEL, theme.SECONDARY).place([-3.2, y, 0])] if what else []),
        Words(
            "{r:,} × {c:,}" if len(sides) > 1 else "{r:,}",
            theme.LABEL,
            theme.SECONDARY,
            align="right",
            **sides,
        ).place([0.55, y, 0], "right"),
        Numeral(count, ",", theme.LABEL, align="right").place([2.0, y, 0], "right"),
    )


def listed(name: str, number, y: float, colour: str | None) -> VGroup:
    """A line of the table of GPT-3: the colour of its group, if it is one, what it is, its
    count."""
    words = Words(name, theme.STATEMENT, theme.SECONDARY).place([0.95, y, 0])
    count = Numeral(number, ",", theme.STATEMENT, align="right").place(
        [RIGHT - 0.12, y, 0], "right"
    )
    return VGroup(
        *[Bar(0.24, 0.24, colour).shift([0.5, y + 0.1, 0])] * (colour is not None), words, count
    )


def grouped(sizes, name: str, y: float) -> VGroup:
    """A group's line: its colour, what it is, its count, its share."""
    swatch = Bar(0.22, 0.22, GROUPS[name]).shift([LEFT, y + 0.09, 0])
    return VGroup(
        swatch,
        Words(NAMES[name], theme.LABEL).place([LEFT + 0.4, y, 0]),
        Numeral(sizes.group(name), ",", theme.LABEL, theme.SECONDARY, "right").place(
            [-1.6, y, 0], "right"
        ),
        Numeral(sizes.share(name), ".2%", theme.LABEL, align="right").place([-0.1, y, 0], "right"),
    )
