"""How big is big?"""

from __future__ import annotations

import numpy as np
from manim import UP, FadeIn, FadeOut, LaggedStart, VGroup
from manim import rate_functions as rates

from gptviz import maths
from gptviz.drawing.base import theme
from gptviz.drawing.base.text import Words
from gptviz.film import Film, Need
from gptviz.recording import published
from gptviz.recording.families import ModelFamily, ParameterTally, architecture
from gptviz.recording.number import Claim, Count, derive

from .giants import FACT, GIANT, OTHER, SAND, Giants
from .yard import DRAWN, GRAIN, Box, Strip, View, Yard, fitted

TALLEST, HIGH = 1.9, 2.4  # units to a metre at which a person fits in; units of a box, at most
UNDERFOOT = 0.125  # metres: a person that stands here has the first grain under a foot
NAME = 40.0  # size of type of a box's name
CLOSE = View(9.5, 0.5, -2.0)  # the smallest box, large


class ModelFamilyFilm(Giants, Film):
    """How big is big?"""

    family = Need(ModelFamily())
    tally = Need(ParameterTally())
    settings = {"metres": GRAIN, "megabytes": 1e-6, "gigabytes": 1e-9}
    cards = True
    waivers = {"twists:Crate": "boxes are seen from a step back, and grow out of one grain"}

    def construct(self) -> None:
        self.models = self.family.models
        self.small, self.large = self.models[0], self.models[-1]
        self.own, self.name = self.tally.sizes, self.tally.credit("model")
        self.plan()
        self.riddle()
        self.title_card(self.yard, 2.0)
        self.front()
        self.sisters()
        self.files()
        self.window()
        self.years()
        self.gpt3()
        self.rumour()
        self.close()

    # Sizes in the yard
    # ---------------------------------------------------------------------------------------------

    def metres(self, numbers):
        """How long so many grains in a row are."""
        return derive(maths.product, [numbers, self.setting("metres")])

    def plan(self) -> None:
        """Where every box stands."""
        self.boxes, left = [], 0.0
        for model in self.models:
            box = box_of(model, left, SAND)
            self.boxes.append(box)
            left = box.right + 0.28 * box.width
        self.stand = self.boxes[-1].reach + 0.45
        self.total = architecture.gpt3_total()
        width = float(published.GPT3_D_MODEL) * GRAIN
        height = float(self.total) / float(published.GPT3_D_MODEL) ** 2 * GRAIN
        self.giant = Box(self.stand + 0.9, width, height, GIANT, kind="quoted", shown=0.0)
        side = float(published.GPT4_RUMOUR) ** (1 / 3) * GRAIN
        self.unknown = Box(
            self.giant.reach + 1.0, side, side, theme.SECONDARY, kind="rumour", shown=0.0
        )
        self.row = fitted(0.0, self.stand + 0.4, -0.45)
        first = self.boxes[0]
        first.laid = first.filled = first.risen = first.shown = 0.0
        self.yard = Yard(View(2500.0, GRAIN * 0.7, -1.3))
        self.yard.put(first)

    # One grain, one box
    # ---------------------------------------------------------------------------------------------

    def riddle(self) -> None:
        """A person, and room for a guess."""
        yard = self.yard
        yard.stands, yard.walked = UNDERFOOT, 1.0
        yard.see(View(2.35, 0.6, -1.6))
        guess = Words("?", 300, theme.SECONDARY).place([1.9, -0.6, 0], "center")
        with self.beat(
            "Imagine every number in a language model is a grain of sand.",
            "How much sand would that be?",
        ) as said:
            self.play(FadeIn(yard), run_time=theme.QUICK)
            self.play(yard.go(View(2.15, 0.75, -1.6), said.left(0)))
            said.until(1)
            self.play(FadeIn(guess, scale=0.5), run_time=theme.MOVE)
            self.play(guess.animate(rate_func=rates.there_and_back).scale(1.2), run_time=1.4)
        self.grain(guess)

    def grain(self, guess) -> None:
        """Down to one grain, at the person's feet."""
        first, yard = self.boxes[0], self.yard
        with self.beat("Let’s start with one grain, a millimetre wide.") as said:
            near = View(2200.0, GRAIN * 0.7, -1.3)

            def down(share: float) -> None:
                first.shown = 1.0
                yard.walked = float(np.clip(4.8 - 5 * share, 0, 1))

            self.play(FadeOut(guess), run_time=theme.QUICK)
            self.play(yard.go(near, max(said.left() - 0.4, 2.2), down))
            wide = Words("{m:.0f} mm", 60, m=self.one_grain())
            middle = (GRAIN / 2 - near.middle) * near.scale
            wide.place([middle, -2.0, 0], "center")
            self.play(FadeIn(wide), run_time=theme.QUICK)
            self.wait(0.5)
        self.pour(wide)

    def one_grain(self):
        """A grain's width in millimetres."""
        return derive(maths.ratio, self.setting("metres"), self.setting("metres"))

    def pour(self, wide) -> None:
        """A row, a square, a box."""
        first, yard = self.boxes[0], self.yard
        with self.beat(
            "GPT-2 small works with rows of {d:,} numbers.",
            "Let’s fill a square with rows.",
            "Then we stack squares, until all {n:round3} numbers have a grain.",
            d=self.small["d_model"],
            n=self.small["total"],
        ) as said:
            self.play(FadeOut(wide), run_time=theme.QUICK)

            def lay(share: float) -> None:
                scale = yard.view.scale
                reach = 6.0 / scale + yard.view.middle
                first.laid = min(1.0, GRAIN / first.width + reach / first.width * share**2)

            row = View(420.0, 0.0145, -0.6)
            self.play(yard.go(row, said.left(0), lay))
            said.until(1)

            def fill(share: float) -> None:
                scale = yard.view.scale
                first.laid = 1.0 if share >= 1 else min(1.0, 16.0 / scale / first.width)
                first.filled = (
                    min(1.0, share**0.5 * 10.0 / scale / first.width) if share < 1 else 1.0
                )

            self.play(yard.go(View(9.5, 0.5, -1.4), max(said.span(1), 2.4), fill))
            said.until(2)
            self.play(
                yard.go(
                    CLOSE,
                    max(said.left() - 0.4, 2.0),
                    lambda share: setattr(first, "risen", share),
                    rate_func=rates.ease_in_out_sine,
                )
            )

    def front(self) -> None:
        """What bands, columns and the plain part are."""
        small, first, yard = self.small, self.boxes[0], self.yard
        near = View(10.4, 0.42, -2.0)
        with self.beat(
            "On its front, every band is one of {l:words} layers.",
            "Every column is one of {h:words} heads.",
            "The plain part underneath is its table of tokens.",
            hold=1.0,
            l=small["layers"],
            h=small["heads"],
        ) as said:
            self.play(yard.go(near, 1.2))
            tags = self.front_tags()
            self.play(self.glow(bands=1.0, columns=0.0), FadeIn(tags[0]))
            said.until(1)
            self.play(self.glow(columns=1.0), FadeIn(tags[1]))
            said.until(2)
            self.play(self.glow(bands=0.4, columns=0.4, table=1.0), FadeIn(tags[2]))
        self.play(FadeOut(tags), run_time=theme.QUICK)
        first.lit = {}

    def glow(self, **lit: float):
        """Lights parts of the first box's front: bands, columns, table."""
        before = dict(self.boxes[0].lit)

        def step(share: float) -> None:
            for part, end in lit.items():
                start = before.get(part, DRAWN.get(part, 0.0))
                self.boxes[0].lit[part] = start + (end - start) * share

        return self.yard.go(self.yard.view, 1.0, step)

    def front_tags(self) -> VGroup:
        """What bands, columns and the plain part are, written where they are."""
        small, first, at = self.small, self.boxes[0], self.yard.at
        base = first.table * first.height
        x, middle = first.width / 2, (base + first.height) / 2
        drop = theme.units(44) * 0.36
        places = (at(0.0, 0.0, middle) - [0.25, drop, 0], at(x + 0.04, 0.0, first.height), at(x))
        layers = Words("{n:words} layers", 40, n=small["layers"])
        heads = Words("{n:words} heads in each", 44, theme.GROUND, n=small["heads"])
        table = Words("table of tokens", 44, theme.GROUND)
        return VGroup(
            layers.place(places[0], "right"),
            heads.place(places[1] + [0, 0.22, 0], "center"),
            table.place(places[2] + [0, base * self.yard.view.scale / 2 - drop, 0], "center"),
        )

    # The family
    # ---------------------------------------------------------------------------------------------

    def sisters(self) -> None:
        yard = self.yard
        names = ("d_model", "layers", "heads")
        shapes = [[model[name] for name in names] for model in self.models]
        with self.beat(
            "It wouldn’t reach your knees.",
            "But GPT-2 came in {k:words} sizes.",
            Claim(
                maths.all_grew,
                (shapes[:-1], shapes[1:]),
                "Each is wider than the last, with more layers and more heads.",
            ),
            k=Count(self.models, "sizes"),
        ) as said:
            first = View(2.7, self.boxes[0].right + 0.5, -1.9)
            yard.stands = self.boxes[0].reach + 0.4
            self.play(
                yard.go(
                    first,
                    max(said.left(0), 1.8),
                    lambda share: setattr(yard, "walked", min(2 * share, 1.0)),
                )
            )
            said.until(1)
            for box in self.boxes[1:]:
                box.risen = box.shown = 0.0
                yard.put(box)
            start = yard.stands

            def rise(share: float) -> None:
                yard.stands = start + (self.stand - start) * min(share * 1.6, 1.0)
                for i, box in enumerate(self.boxes[1:]):
                    part = float(np.clip(share * 2.2 - 0.4 * (i + 1), 0, 1))
                    box.shown, box.risen = min(part * 4, 1.0), part

            self.play(yard.go(self.row, max(said.left(1), 2.6), rise))
            said.until(2)
            self.facts = VGroup(*[self.fact(i) for i in range(len(self.models))])
            self.play(
                LaggedStart(*[FadeIn(each) for each in self.facts], lag_ratio=0.3), run_time=1.8
            )

    def fact(self, index: int) -> VGroup:
        """A size's name, layers, heads and width, below its box."""
        model, box = self.models[index], self.boxes[index]
        x, y = self.yard.at(box.left + box.width / 2)[:2]
        lines = (
            Words("{n:,} layers", FACT, theme.SECONDARY, n=model["layers"]),
            Words("{n:,} heads each", FACT, theme.SECONDARY, n=model["heads"]),
            Words("{n:,} wide", FACT, theme.SECONDARY, n=model["d_model"]),
        )
        return VGroup(
            Words("{t}", 34, theme.TEXT, t=model.title).place([x, y - 0.46, 0], "center"),
            *[
                words.place([x, y - 0.87 - 0.4 * row, 0], "center")
                for row, words in enumerate(lines)
            ],
        )

    def files(self) -> None:
        """How many numbers, and how many bytes."""
        yard = self.yard
        counts, sizes = VGroup(), VGroup()
        for model, box in zip(self.models, self.boxes, strict=True):
            middle = (box.left + box.right) / 2
            x, y = yard.at(middle, box.width, box.height)[:2]
            unit = "gigabytes" if float(model["bytes"]) >= 1e9 else "megabytes"
            size = derive(maths.product, [model["bytes"], self.setting(unit)])
            template = "{b:.2f} GB" if unit == "gigabytes" else "{b:.0f} MB"
            counts.add(Words("{n:,}", 32, n=model["total"]).place([x, y + 0.22, 0], "center"))
            sizes.add(Words(template, 32, b=size).place([x, y + 0.7, 0], "center"))
        with self.beat(
            "The largest contains {r:~3} times as many numbers as the smallest.",
            hold=1.3,
            r=self.large.times(self.small),
        ):
            self.play(
                LaggedStart(*[FadeIn(each, shift=UP * 0.2) for each in counts], lag_ratio=0.3),
                run_time=1.6,
            )
            self.play(
                LaggedStart(*[FadeIn(each, shift=UP * 0.2) for each in sizes], lag_ratio=0.3),
                run_time=1.6,
            )
        self.play(FadeOut(self.facts), FadeOut(counts), FadeOut(sizes), run_time=theme.QUICK)

    def window(self) -> None:
        """Another model beside the smallest, and how much both read at once."""
        yard, small, own = self.yard, self.small, self.own
        first = self.boxes[0]
        self.other = box_of(own, first.reach + 0.12, OTHER)
        self.other.shown = 0.0
        yard.put(self.other)
        near = fitted(0.0, self.other.reach, 0.0, 9.6)
        near = near._replace(scale=min(near.scale, HIGH / self.other.height))
        tags = [self.tag(small.title, first, near), self.tag(self.name, self.other, near)]
        with self.beat(
            "Here’s another model.",
            "Let’s roll out a strip of paper, a millimetre for each token it can read at once.",
        ) as said:

            def leave(share: float) -> None:
                yard.walked = max(0.0, 1 - share * 2)
                for box in self.boxes[1:]:
                    box.shown = max(0.0, 1 - share * 2)
                self.other.shown = share

            self.play(yard.go(near, 1.6, leave))
            self.play(*[FadeIn(each) for each in tags], run_time=theme.QUICK)
            said.until(1)
            lengths = self.roll(said, near)
        self.longer(tags, lengths)

    def roll(self, said, near: View) -> list[float]:
        """The first of two strips rolls out; gives the lengths of both in metres."""
        yard = self.yard
        lengths = [float(each["positions"]) * GRAIN for each in (self.small, self.own)]
        strips = self.strips = [
            yard.unroll(Strip(0.0, length, 1.0 + i * 0.82, colour, high=0.34))
            for i, (length, colour) in enumerate(zip(lengths, (SAND, OTHER), strict=True))
        ]
        self.play(yard.go(near, max(said.left(), 1.5), lambda s: setattr(strips[0], "rolled", s)))
        return lengths

    def longer(self, tags, lengths) -> None:
        """The other model's strip, and as much of the yard as it needs."""
        yard, small, own = self.yard, self.small, self.own
        near, strips = yard.view, self.strips
        yard.stands = self.other.reach + 0.5
        far = fitted(0.0, max(*lengths, self.other.reach + 1.0), 0.0)
        view = far if far.scale < near.scale else near

        def out(share: float) -> None:
            strips[1].rolled = share
            yard.walked = max(0.0, 2 * share - 1) if view.scale < TALLEST else 0.0

        with self.beat(
            "That’s GPT-2’s strip.",
            Claim(
                maths.is_larger,
                (own["positions"], small["positions"]),
                "This one is {r:~} times as long.",
                "This one isn’t longer.",
            ),
            hold=0.8,
            r=derive(maths.ratio, own["positions"], small["positions"]),
        ) as said:
            self.play(FadeOut(VGroup(*tags)), run_time=theme.QUICK)
            self.play(yard.go(view, max(said.left() - 0.6, 2.4), out))
            self.tokens = VGroup(
                *[
                    Words("{n:,} tokens", 36, n=each["positions"]).place(
                        [float(yard.at(0.0)[0]), yard.view.ground - strip.below + 0.12, 0]
                    )
                    for each, strip in zip((small, own), strips, strict=True)
                ]
            )
            self.play(FadeIn(self.tokens), run_time=theme.QUICK)

    def tag(self, title, box: Box, view: View):
        """A box's name, where it stands when it is seen from a view."""
        x = (box.left + box.width / 2 - view.middle) * view.scale
        return Words("{t}", NAME, t=title).place([x, view.ground - 0.5, 0], "center")


def box_of(model, left: float, colour: str) -> Box:
    """A model as a box that stands at a place (metres): as many grains as it has numbers."""
    sheet = float(model["d_model"]) ** 2
    return Box(
        left,
        float(model["d_model"]) * GRAIN,
        float(model["total"]) / sheet * GRAIN,
        colour,
        int(model["layers"]),
        int(model["heads"]),
        float(model.tables),
    )
