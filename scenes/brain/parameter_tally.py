"""Where are all the numbers?"""

import numpy as np
from manim import Create, FadeIn, FadeOut, LaggedStart, Line, ReplacementTransform, VGroup, linear

from gptviz import maths
from gptviz.drawing import theme
from gptviz.drawing.bars import Bar
from gptviz.drawing.cells import hatched
from gptviz.drawing.focus import Focus
from gptviz.drawing.motion import Follow, Glide
from gptviz.drawing.source import SourceSays
from gptviz.drawing.sums import Sum
from gptviz.drawing.tally import GROUPS, SizeSquares
from gptviz.drawing.tally import ParameterTally as Areas
from gptviz.drawing.text import Numeral, Words
from gptviz.film import Film
from gptviz.recording import published
from gptviz.recording.kinds import architecture
from gptviz.recording.number import Claim, Count, derive
from gptviz.recording.requests import ModelFamily, ParameterTally

MIDDLE = np.array([0.0, 1.2, 0.0])     # of all areas
LEFT, TOP, LINE = -6.4, -0.62, 0.42    # of the lines below them
NAMES = {"wte": "tokens", "wpe": "positions", "attention": "attention", "mlp": "MLPs", "layer_norm": "layer norms",
         "lm_head": "output"}
SIDE = 3.4                             # of the largest square on screen, in units


class WhereNumbersAre(Film):
    """Where are all the numbers?"""

    needs = {"tally": ParameterTally(), "family": ModelFamily()}

    def construct(self) -> None:
        self.rec_, self.sizes = self.rec["tally"], self.rec["tally"].sizes
        self.ask("Where are {n:,} numbers?", n=self.sizes["total"])
        self.tables()
        self.blocks()
        self.groups()
        self.published()
        self.four_sizes()
        self.larger()
        self.close()

    def new_tally(self) -> Areas:
        rec = self.rec_
        every = range(len(rec))
        tally = Areas(rec.counts, [rec.group_of(i) for i in every], [rec.block_of(i) for i in every],
                               12.8, 2.5, size=84).shift(MIDDLE)
        tally.total.place([6.4, -1.75, 0], "right")
        return tally

    def count(self, first: int, last: int, run_time: float) -> None:
        """Counts some tensors, one after another."""
        self.play(Follow(self.tally, lambda t, share: t.set_counted(first + (last - first) * share),
                         run_time=run_time, rate_func=linear))

    def tables(self) -> None:
        """The tables of tokens and of positions."""
        rec, sizes = self.rec_, self.sizes
        self.tally = self.new_tally().set_counted(0)
        with self.beat("What a model has learned is a list of numbers. Each area is a part of it.", shows="tally"):
            self.play(FadeIn(self.tally), run_time=theme.MOVE)
            self.count(0, len(rec), 2.0)
        with self.beat("Count again, slowly. First a row for each of {v:,} tokens: {n:,}.", shows="tally",
                       v=sizes["vocab"], n=rec.counts[0]):
            self.lines = [shaped(rec, 0, TOP)]
            self.count(0, 1, theme.MOVE)
            self.play(FadeIn(self.lines[0]), run_time=theme.QUICK)
        with self.beat("Then a row for each of {p:,} places in a text.", shows="tally", p=sizes["positions"]):
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
        with self.beat("Then a block: {k:words} matrices hold nearly all of its {n:,} numbers.", shows="tally",
                       k=Count(matrices, "matrices of a block"), n=sizes.block):
            self.play(*[FadeOut(line) for line in self.lines], run_time=theme.QUICK)
            self.count(first[0], first[-1] + 1, theme.MOVE)
            self.play(LaggedStart(*[FadeIn(line) for line in lines], lag_ratio=0.3), run_time=1.2)
        blocks = [i for i in range(len(rec)) if rec.block_of(i) is not None]
        with self.beat("Every block has the same shape. There are {l:,} of them.", shows="tally", l=sizes["layers"]):
            self.count(first[-1] + 1, blocks[-1] + 1, 2.5)
        with self.beat("A last layer norm, and that is all: {n:,}.", shows="tally", n=sizes["total"]):
            self.count(blocks[-1] + 1, len(rec), theme.QUICK)
            self.frame = Focus(self.tally.total, 0.14)
            self.play(FadeOut(lines), Create(self.frame), run_time=theme.MOVE)

    def groups(self) -> None:
        """What they are for."""
        sizes = self.sizes
        shown = [name for name in NAMES if float(sizes.group(name)) > 0]
        legend = VGroup(*[grouped(sizes, name, -0.55 - row * 0.37) for row, name in enumerate(shown)])
        with self.beat("The MLPs hold {m:.0%}, the tokens' table {w:.0%}, attention {a:.0%}.", shows="tally",
                       m=sizes.share("mlp"), w=sizes.share("wte"), a=sizes.share("attention")):
            self.play(FadeIn(legend), FadeOut(self.frame), run_time=theme.QUICK)
            for lit in (("mlp",), ("wte",), ("attention",), ()):
                self.play(Glide(self.tally, lambda lit=lit: self.tally.set_lit(*lit), run_time=theme.MOVE))
        once = Claim(maths.is_nothing, (sizes.group("lm_head"),),
                     "The way out uses the tokens' table again. It is counted once.",
                     "The way out has a table of its own, which counts too.")
        with self.beat(once, shows="tally"):
            self.play(Glide(self.tally, lambda: self.tally.set_lit("wte", "lm_head"), run_time=theme.MOVE),
                      Create(self.tally.outline(*self.tally.tensors_of("wte"))))
        self.clear_stage()

    def published(self) -> None:
        """What a well-known tally of GPT-2 small comes to, and what it leaves out."""
        small = self.rec["family"].models[0]
        missing = derive(maths.difference, small["total"], published.TALLY)
        short = derive(maths.difference, small["d_mlp"], published.TALLY_C_FC_BIAS)
        biases = derive(maths.product, [small["layers"], short])
        norm = derive(maths.layer_norm_parameters, small["d_model"])
        says = SourceSays(published.TALLY, small["total"], source="The Illustrated GPT-2", size=64).shift([0, 1.1, 0])
        with self.beat("A published tally of GPT-2 small comes to “{q:,}”.", shows="family", q=published.TALLY):
            self.play(FadeIn(says.quote), FadeIn(says.source), run_time=theme.MOVE)
        with self.beat("That is {m:,} too few.", shows="family", m=missing):
            self.play(FadeIn(says.truth), run_time=theme.MOVE)
        parts = Sum(((biases, "biases of c_fc"), (norm, "last layer norm"), (missing, "missing")), 64)
        parts.shift([0, -1.2, 0])
        found = Claim(maths.adds_up, (missing, [biases, norm]),
                      "Found: {l:,} biases were taken as “{b:,}” long, and the last norm forgotten.",
                      "Short biases and a forgotten norm explain a part of it.")
        with self.beat(found, shows="family", l=small["layers"], b=published.TALLY_C_FC_BIAS):
            self.play(LaggedStart(*[FadeIn(part) for part in parts.in_order], lag_ratio=0.3), run_time=2.0)
        self.clear_stage()

    def four_sizes(self) -> None:
        """The published sizes to scale."""
        models = self.rec["family"].models
        counts = [model["total"] for model in models]
        self.unit = float(counts[-1]) / SIDE ** 2
        names = [model.title for model in models]
        self.squares = SizeSquares(names, counts, self.unit, size=theme.LABEL).shift([0.9, -1.35, 0])
        first = VGroup(Words("first announced\nas “{n:M}”", theme.LABEL, theme.SECONDARY, n=published.GPT2_FIRST_CLAIM)
                       .place([-5.3, 1.3, 0]),
                       Line([-5.2, 0.75, 0], [-5.2, -0.3, 0], stroke_color=theme.SECONDARY, stroke_width=2))
        with self.beat("GPT-2 came in {n:words} sizes. The largest holds {t:.1f} times the smallest.", shows="family",
                       n=Count(models, "models"), t=models[-1].times(models[0])):
            self.play(FadeIn(self.squares), run_time=theme.MOVE)
            self.play(FadeIn(first), run_time=theme.QUICK)
        self.play(FadeOut(first), run_time=theme.QUICK)

    def larger(self) -> None:
        """GPT-3 in the same scale, by arithmetic with its published sizes."""
        models = self.rec["family"].models
        total = architecture.gpt3_total()
        wide = float(total) / (SIDE + 0.3) ** 2
        five = SizeSquares([*[model.title for model in models], "GPT-3"], [*self.squares.counts, total], wide,
                           quoted=[False] * len(models) + [True], size=theme.LABEL).shift([0.9, -1.35, 0])
        giant = VGroup(five.squares[-1], five.hatches[-1], *five.labels, *five.numerals)
        with self.beat("Step back, for GPT-3. It holds {t:,.0f} times as many as GPT-2 small.", shows="family",
                       t=derive(maths.ratio, total, models[0]["total"])):
            self.play(Follow(self.squares, lambda squares, share: squares.set_unit(
                self.unit * (wide / self.unit) ** share, 1 - 3 * share), run_time=theme.SLOW))
            self.play(FadeIn(giant), run_time=theme.MOVE)
        rows = (("tokens in", architecture.gpt3_embedding()), ("attention", architecture.gpt3_attention()),
                ("MLPs", architecture.gpt3_mlp()), ("tokens out", architecture.gpt3_embedding()), ("together", total))
        table = VGroup(*[VGroup(Words(name, theme.STATEMENT, theme.SECONDARY).place([0.95, 1.75 - i * 0.62, 0]),
                                Numeral(number, ",", theme.STATEMENT, align="right")
                                .place([6.5, 1.75 - i * 0.62, 0], "right")) for i, (name, number) in enumerate(rows)])
        mark = VGroup(hatched((0.95, -1.1, 6.5, -1.0), theme.SECONDARY, 0.1, 1.8, 0.9),
                      Words("quoted sizes, multiplied: Brown et al.", theme.SMALL, theme.SECONDARY)
                      .place([0.95, -1.5, 0]))
        with self.beat("Its numbers are not public. This is arithmetic with its published sizes.", shows="family"):
            self.play(FadeIn(mark), run_time=theme.QUICK)
            self.play(LaggedStart(*[FadeIn(row) for row in table], lag_ratio=0.3), run_time=2.4)
        with self.beat("They fill {k:,} matrices, if each head's maps count apart.", shows="family",
                       k=architecture.gpt3_matrices()):
            frame = Focus(table[-1], 0.12)
            self.play(Create(frame), run_time=theme.MOVE)
        share = derive(maths.ratio, architecture.gpt3_embedding(), total)
        with self.beat("Its tokens' table is {p:.2%} of that. In GPT-2 small it was {q:.0%}.", shows="family", p=share,
                       q=models[0].share("wte")):
            self.play(ReplacementTransform(frame, Focus(table[0], 0.12)), run_time=theme.MOVE)
        self.clear_stage()

    def close(self) -> None:
        """All of the model once more."""
        tally = self.new_tally()
        legend = VGroup(*[grouped(self.sizes, name, -0.55 - row * 0.37) for row, name in
                          enumerate(name for name in NAMES if float(self.sizes.group(name)) > 0)])
        with self.beat("Whatever a model knows is somewhere in here. There is nothing else.", shows="tally", hold=2.0):
            self.play(FadeIn(tally), FadeIn(legend), run_time=theme.MOVE)


def shaped(rec, index: int, y: float) -> VGroup:
    """A tensor's line: the colour of its group, its name, its shape, its count."""
    name, count, shape = rec.tensor(index)
    swatch = Bar(0.22, 0.22, GROUPS[rec.group_of(index)]).shift([LEFT, y + 0.09, 0])
    return VGroup(swatch, Words(name, theme.LABEL, font=theme.TOKEN_FACE).place([LEFT + 0.4, y, 0]),
                  Words("{r:,} × {c:,}", theme.LABEL, theme.SECONDARY, align="right", r=shape[0], c=shape[1])
                  .place([-0.35, y, 0], "right"),
                  Numeral(count, ",", theme.LABEL, align="right").place([1.75, y, 0], "right"))


def grouped(sizes, name: str, y: float) -> VGroup:
    """A group's line: its colour, what it is, its count, its share."""
    swatch = Bar(0.22, 0.22, GROUPS[name]).shift([LEFT, y + 0.09, 0])
    return VGroup(swatch, Words(NAMES[name], theme.LABEL).place([LEFT + 0.4, y, 0]),
                  Numeral(sizes.group(name), ",", theme.LABEL, theme.SECONDARY, "right").place([-1.6, y, 0], "right"),
                  Numeral(sizes.share(name), ".2%", theme.LABEL, align="right").place([-0.1, y, 0], "right"))
