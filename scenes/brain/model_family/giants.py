"""The second half of the film model_family: when the models came, GPT-3 by its printed sizes, and
GPT-4, of which there is a rumour."""

from __future__ import annotations

from manim import FadeIn, FadeOut, VGroup

from gptviz import maths
from gptviz.drawing.base import theme
from gptviz.drawing.base.text import Words
from gptviz.recording import published
from gptviz.recording.number import derive

from .yard import Box, View, fitted
from .years import Years

SAND, OTHER, GIANT = theme.HUES[2], theme.HUES[0], theme.HUES[1]
FACT = 30.0  # size of type of what is told of a box
STOPS = (
    (published.LSTM, "LSTM"),
    (published.TRANSFORMER, "transformer"),
    (published.DECODER, "decoder only"),
    (published.GPT2, "GPT-2"),
    (published.GPT3, "GPT-3"),
    (published.GPT4, "GPT-4"),
)


class Giants:
    """What the film goes on with, once the family stands in the yard."""

    def years(self) -> None:
        yard = self.yard
        self.line = Years([(published.year(source), name) for source, name in STOPS])
        line = self.line
        note = Words(
            "“{l:d}” layers, “{n:,}” tokens",
            FACT,
            l=published.DECODER_LAYERS,
            n=published.DECODER_CONTEXT,
        ).place([line.places[2], 2.05, 0], "center")
        start, walked = yard.stands, yard.walked
        with self.beat(
            "All of them follow a plan from {year}, the transformer.",
            "GPT-2 came out in {out}.",
            year=published.year(published.TRANSFORMER),
            out=published.year(published.GPT2),
        ) as said:
            strips = self.strips

            def back(share: float) -> None:
                for strip in strips:
                    strip.rolled = min(strip.rolled, max(0.0, 1 - 3 * share))
                self.other.shown = max(0.0, 1 - 2 * share)
                yard.stands = start if share < 0.5 else self.stand
                yard.walked = max(walked * (1 - 2 * share), 2 * share - 1)
                for box in self.boxes[1:]:
                    box.shown = max(0.0, 2 * share - 1)

            self.play(FadeOut(self.tokens), run_time=theme.QUICK)
            lower = self.row._replace(ground=-1.6)
            self.play(
                yard.go(lower, 1.6, back),
                FadeIn(VGroup(line.line, line.marker, line.stops[0])),
            )
            self.play(*line.go(1, 0.8))
            self.play(*line.go(2, 0.6), FadeIn(note))
            said.until(1)
            self.play(*line.go(3, 0.8))
            self.wait(0.6)
            self.play(FadeOut(note), run_time=theme.QUICK)
        for strip in self.strips:
            strip.shown = 0.0

    def gpt3(self) -> None:
        """GPT-3 by the sizes that were printed, and how often the smallest box fits in."""
        yard, giant, first = self.yard, self.giant, self.boxes[0]
        giant.tile = (first.width, first.height)
        yard.put(giant)
        self.far = far = fitted(0.0, giant.reach, -1.1)
        with self.beat(
            "GPT-3 came out in {out}.",
            "Only its sizes were printed.",
            "It holds {r:round} of our first box.",
            out=published.year(published.GPT3),
            r=derive(maths.ratio, self.total, self.small["total"]),
        ) as said:
            seconds = max(said.span(0), 2.2)
            self.play(
                yard.go(far, seconds, lambda share: lay_out(giant, share)),
                *self.line.go(4, seconds),
            )
            said.until(1)
            x, y = yard.at(giant.left)[:2]
            facts = Words(
                "GPT-3: “{l:d}” layers, “{h:d}” heads each, “{d:,}” wide,\n“{n:,}” tokens at once",
                FACT,
                l=published.GPT3_LAYERS,
                h=published.GPT3_HEADS,
                d=published.GPT3_D_MODEL,
                n=published.GPT3_CONTEXT,
            ).place([x, y - 0.45, 0])
            self.play(FadeIn(facts), run_time=theme.MOVE)
            said.until(2)
            seconds = max(said.span(2) - 0.2, 1.8)
            self.play(yard.go(far, seconds, lambda share: setattr(giant, "tiled", share)))
        self.told = facts

    def rumour(self) -> None:
        yard, unknown = self.yard, self.unknown
        yard.put(unknown)
        far = fitted(0.0, unknown.reach, -1.7, 11.0)
        with self.beat(
            "GPT-4’s size is a rumour, so this is only an outline.",
            hold=1.7,
        ) as said:

            def come(share: float) -> None:
                unknown.shown = min(1.0, 4 * share)
                unknown.risen = unknown.filled = share

            seconds = max(said.span(0) - 2.6, 1.6)
            self.play(FadeOut(self.told), run_time=theme.QUICK)
            self.play(yard.go(far, seconds, come), *self.line.go(5, seconds))
            x, y = yard.at(unknown.left + unknown.width / 2)[:2]
            self.guess = Words("rumour: “{n:round}” numbers", FACT, n=published.GPT4_RUMOUR).place(
                [x, y - 0.45, 0], "center"
            )
            self.play(FadeIn(self.guess), run_time=theme.MOVE)

    def close(self) -> None:
        """The sandbox and the pool."""
        yard, unknown, giant = self.yard, self.unknown, self.giant
        box = self.boxes[-1]
        sandbox = View(2.3, box.left + 1.3, -1.6)
        first, second = (published.year(source) for source in (published.GPT2, published.GPT3))
        with self.beat(
            "In {year}, big was a sandbox.",
            "By {later}, it was a swimming pool.",
            year=first,
            later=second,
        ) as said:

            def near(share: float) -> None:
                unknown.risen = unknown.filled = unknown.shown = max(0.0, 1 - 4 * share)
                lay_out(giant, max(0.0, 1 - 2 * share))
                for other in self.boxes[:-1]:
                    other.shown = 1 - share

            self.play(FadeOut(self.guess), run_time=theme.QUICK)
            self.play(yard.go(sandbox, max(said.span(0), 2.0), near), *self.line.go(3, 2.0))
            said.until(1)

            def wide(share: float) -> None:
                for other in self.boxes[:-1]:
                    other.shown = share
                lay_out(giant, share)

            seconds = max(said.left(), 2.4)
            self.play(
                yard.go(self.far._replace(ground=-1.4), seconds, wide), *self.line.go(4, seconds)
            )
            middles = (self.boxes[-1].right / 2, giant.left + giant.width / 2)
            dates = VGroup(
                *[
                    Words("{year}", 48, year=year).place(yard.at(x) - [0, 0.62, 0], "center")
                    for x, year in zip(middles, (first, second), strict=True)
                ]
            )
            self.play(FadeIn(dates), run_time=theme.QUICK)
        picture = VGroup(yard, dates)
        self.add(picture)
        self.end_card("Big was a sandbox, and then it was a swimming pool.", picture)


def lay_out(box: Box, share: float) -> None:
    """A box comes from its front to its back, so that it stays under the line of years."""
    box.shown = min(1.0, 4 * share)
    box.filled = share**2
