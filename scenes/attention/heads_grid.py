"""What do all the heads look at?"""

import numpy as np
from manim import (
    DOWN,
    Create,
    FadeIn,
    FadeOut,
    LaggedStart,
    ReplacementTransform,
    VGroup,
    linear,
)

from gptviz import maths
from gptviz.drawing import theme
from gptviz.drawing.attention import AttentionGrid
from gptviz.drawing.bars import Bar
from gptviz.drawing.focus import Focus
from gptviz.drawing.headgrid import HeadGrid
from gptviz.drawing.motion import Follow, Glide
from gptviz.drawing.text import Words
from gptviz.drawing.tokens import TokenStrip, tail
from gptviz.film import Film
from gptviz.recording.number import Claim
from gptviz.recording.requests import AttentionPatterns

GRID = np.array([-3.55, 0.28, 0.0])       # the middle of all heads
DETAIL = np.array([3.65, 0.86, 0.0])      # the middle of the head that is spoken of
NAME = np.array([3.65, -1.72, 0.0])       # its name's baseline
WHAT = NAME + np.array([0.0, -0.42, 0.0])
KINDS = (("previous", theme.FOCUS, "the token before"), ("duplicate", theme.NEGATIVE, "the same token again"),
         ("jump", theme.PROBABILITY, "one word for another"), ("reach", theme.VALUE, "a word far back"))


class HeadsGrid(Film):
    """What do all the heads look at?"""

    needs = {"run": AttentionPatterns(prompt="As the spaceship was approaching the")}
    main = "run"

    def construct(self) -> None:
        self.run = self.rec["run"]
        self.ask("What do {n:,} heads look at?", n=self.run.heads_in_all)
        self.split()
        self.all_at_once()
        self.sink()
        self.spotlights()
        self.close()

    def split(self) -> None:
        """A token's vector, cut into as many pieces as a layer has heads."""
        run = self.run
        heads, width = int(run.heads), 12.0
        whole = Bar(width, 0.55, theme.DATA_LOW).shift([-width / 2, 0.7, 0])
        count = Words("{n:,} numbers", 56, align="center", n=run.d_model).place([0, 1.45, 0], "center")
        with self.beat("Inside the model a token is a list of {n:,} numbers.", n=run.d_model):
            self.play(FadeIn(whole, shift=DOWN * 0.2), FadeIn(count), run_time=theme.MOVE)
        piece = width / heads
        parts = VGroup(*[
            Bar(piece * 0.94, 0.55, theme.DATA_LOW).shift([-width / 2 + i * piece + piece * 0.03, 0.7, 0])
            for i in range(heads)])
        shares = Words("{h:,} \u00d7 {d:,} numbers", 56, align="center", h=run.heads, d=run.d_head)
        shares.place([0, 1.45, 0], "center")
        with self.beat("Attention cuts it into {h:,} pieces of {d:,}, one for each head.", h=run.heads, d=run.d_head):
            self.play(FadeOut(whole), FadeIn(parts), FadeOut(count), FadeIn(shares), run_time=theme.MOVE)
        self.grid = HeadGrid(run.numbers("pattern"), width=6.2, height=5.4).shift(GRID)
        self.grid.set_revealed(0)
        frames = VGroup(*[self.grid.spotlight(layer, head, theme.HAIRLINE)
                          for layer in range(int(run.layers)) for head in range(heads)])
        top = VGroup(*frames[:heads])
        total = Words("{l:,} \u00d7 {h:,} = {n:,} heads", 64, l=run.layers, h=run.heads, n=run.heads_in_all)
        total.place([0.65, 0.35, 0])
        with self.beat("{l:,} layers, each with {h:,} heads: {n:,} of them.",
                       l=run.layers, h=run.heads, n=run.heads_in_all):
            moves = [ReplacementTransform(part, frame) for part, frame in zip(parts, top, strict=True)]
            self.play(FadeOut(shares), *moves, run_time=theme.SLOW)
            self.play(LaggedStart(*[FadeIn(frame, shift=DOWN * 0.06) for frame in frames[heads:]], lag_ratio=0.02),
                      FadeIn(self.grid.labels), FadeIn(total), run_time=theme.SLOW)
        self.frames, self.total = frames, total

    def all_at_once(self) -> None:
        run = self.run
        strip = TokenStrip(tail(run.prompt, 6.2, 28), 28, width=6.2)
        strip.move_to([3.55, 1.9, 0])
        with self.beat("All of them read the same text at once."):
            self.play(FadeOut(self.total), run_time=theme.QUICK)
            self.play(LaggedStart(*[FadeIn(box) for box in strip], lag_ratio=0.2), run_time=1.2)
        reading = Words("row: a token that asks\ncolumn: a token that answers\nbright: a strong look",
                        theme.STATEMENT, theme.SECONDARY, leading=1.6).place([0.65, 0.75, 0])
        with self.beat("Every small square is one head: which token looks back at which.", hold=2.0):
            self.add(self.grid)
            self.play(Follow(self.grid, lambda grid, share: grid.set_revealed(share * (len(run.prompt) + 1)),
                             run_time=3.2, rate_func=linear), FadeOut(self.frames), FadeIn(reading))
        self.strip, self.reading = strip, reading

    def sink(self) -> None:
        """Most heads look at the first token."""
        run = self.run
        lit = np.where(np.asarray(run.array("first")) > float(run.sink_bound), 1.0, theme.DIM)
        most = Claim(maths.is_majority, (run.sinks, run.heads_in_all),
                     "{n:,} of them give most of their weight to the first token.",
                     "Only {n:,} of them give most of their weight to the first token.")
        counted = Words("{n:,} of {all:,}", 64, theme.ATTENTION, n=run.sinks, all=run.heads_in_all)
        counted.place([0.65, 0.35, 0])
        under = Words("heads: more than {b:.0%} on the first token", theme.LABEL, theme.SECONDARY, b=run.sink_bound)
        under.place([0.65, -0.2, 0])
        with self.beat(most, n=run.sinks, hold=1.2):
            self.play(FadeOut(self.reading), run_time=theme.QUICK)
            self.play(Glide(self.grid, lambda: self.grid.set_lit(lit), run_time=theme.MOVE),
                      FadeIn(counted), FadeIn(under))
        first = Focus(self.strip.boxes[0])
        with self.beat("Where a head finds nothing, it has to look somewhere."):
            self.play(Create(first), run_time=theme.MOVE)
        self.play(Glide(self.grid, lambda: self.grid.set_lit(np.ones_like(lit)), run_time=theme.QUICK),
                  FadeOut(VGroup(counted, under, self.strip, first)))

    def spotlights(self) -> None:
        """Heads that stand out, one after another."""
        run = self.run
        previous = run.spotlight("previous")
        if previous is not None and previous.least is not None:
            always = Claim(maths.is_nearly_all, (previous.least,),
                           "This one looks at the token before: {w:.2f}, every time.",
                           "This one looks at the token before most: {w:.2f} on average.")
            value = previous.least if always.held else previous.score
            self.spotlight(previous, always, "looks one back", w=value)
        copy = run.spotlight("duplicate")
        if copy is not None:
            self.spotlight(copy, "This one finds a word again: from {q} back to {k}, {w:.2f}.",
                           "finds the same token again", w=copy.weight)
        jump = run.spotlight("jump")
        if jump is not None:
            self.spotlight(jump, "This one goes from {q} to {k}: {w:.2f}.", "finds its word", w=jump.weight)
        reach = run.spotlight("reach")
        if reach is not None:
            self.spotlight(reach, "And this one reaches far back: {q} finds {k}, {w:.2f}.",
                           "reaches back", w=reach.weight)

    def spotlight(self, spot, sentence, what: str, w) -> None:
        run, (layer, head) = self.run, spot.index
        detail = AttentionGrid(run.prompt, run.pattern(layer, head), width=5.9, height=4.1).shift(DETAIL)
        where = self.grid.spotlight(layer, head)
        name = Words("layer {l:,}, head {h:,}", theme.TITLE, theme.FOCUS, align="center",
                     l=spot.layer, h=spot.head).place(NAME, "center")
        words = Words(what, theme.STATEMENT, theme.SECONDARY, align="center").place(WHAT, "center")
        query, key = run.prompt[int(spot.query)], run.prompt[int(spot.key)]
        with self.beat(sentence, w=w, q=query, k=key, hold=1.2):
            self.play(Glide(self.grid, lambda: self.grid.set_lit(self.grid.lit_but((layer, head))),
                            run_time=theme.QUICK), Create(where))
            self.play(self.grid.grow(layer, head, detail), FadeIn(name), FadeIn(words))
            cell = detail.outline(int(spot.query), int(spot.key))
            self.play(Create(cell), run_time=theme.QUICK)
        self.play(FadeOut(VGroup(detail, cell, name, words, where)), run_time=theme.QUICK)

    def close(self) -> None:
        """All heads again, those that were shown coloured by what they do."""
        run = self.run
        tints, legend = {}, VGroup()
        for name, colour, words in KINDS:
            spot = run.spotlight(name)
            if spot is None or spot.index in tints:
                continue
            y = 1.6 - len(tints) * 0.85
            tints[spot.index] = colour
            place = Words("{l:,}.{h:,}", theme.TITLE, colour, l=spot.layer, h=spot.head).place([1.0, y, 0])
            legend.add(VGroup(place, Words(words, theme.STATEMENT).place([2.6, y, 0])))
        frames = VGroup(*[self.grid.spotlight(*index, colour) for index, colour in tints.items()])
        with self.beat("Each looks for something else. Nobody told them what."):
            self.play(Glide(self.grid, lambda: self.grid.set_tints(tints).set_lit(self.grid.lit_but(*tints)),
                            run_time=theme.MOVE), FadeIn(legend), FadeIn(frames))
        with self.beat("{n:,} questions, asked of every word at once.", n=run.heads_in_all, hold=1.5):
            lit = np.ones((int(run.layers), int(run.heads)))
            self.play(Glide(self.grid, lambda: self.grid.set_lit(lit), run_time=theme.SLOW))
