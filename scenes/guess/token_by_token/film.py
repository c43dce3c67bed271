"""What exactly comes out?"""

from __future__ import annotations

from typing import Any

import numpy as np
from manim import (
    DOWN,
    RIGHT,
    UP,
    AnimationGroup,
    Create,
    FadeIn,
    FadeOut,
    Group,
    LaggedStart,
    ReplacementTransform,
    VGroup,
    linear,
)

from gptviz import maths
from gptviz.drawing.base import theme
from gptviz.drawing.base.motion import Dim, Follow, Vanish
from gptviz.drawing.base.text import Numeral, Words
from gptviz.drawing.furniture.focus import Focus
from gptviz.drawing.model.map import CORNER, map_of
from gptviz.drawing.tokens.flow import Writing, fitted
from gptviz.drawing.tokens.replay import ReplayStrip
from gptviz.drawing.tokens.slot import NextSlot
from gptviz.drawing.tokens.tokens import TokenBox, TokenStrip, tail
from gptviz.film import Film, Need
from gptviz.recording.families import CandidateSets, LogitBlock, Replay, SamplingLoop
from gptviz.recording.number import Claim, Count, derive

from . import one_row
from .parts import Columns, marks, unchanged
from .rows import Flood, ScoreRow, places, rows_of

WIDTH = theme.RIGHT_EDGE - theme.LEFT_EDGE
LARGE, TEXT = 76, 46  # sizes of the text's type: at first, and below the map
CHART = (-6.2, -2.0, 6.2, 0.4)  # the map behind the title
ENTRANCES = 4  # boxes for tokens that the map has
FLOOD = (theme.LEFT_EDGE, theme.STAGE_BOTTOM, theme.RIGHT_EDGE, 1.6)
TOP = (3.42, 0.66, 7.2)  # the last row's place while it is read, beside the map


class TokenByToken(Film):
    """What exactly comes out?"""

    block = Need(
        LogitBlock(prompt="London was", continuation=" a", named=(" a", " no"), whole=True, near=3)
    )
    sets = Need(CandidateSets(prompt="London was", top_k=(5,), top_p=(), named=12))
    loop = Need(
        SamplingLoop(prompt="London was", steps=16, policy="top_k", top_k=5, seed=3), main=True
    )
    replay = Need(
        Replay(
            text="London was one of the few places that had the courage to stand up to the government.",
            prompt="London was",
        )
    )
    greedy = Need(SamplingLoop(prompt="Paris will", steps=28, policy="greedy"))
    settings = {"way": 0.0}
    chains = (("block", "sets", "loop", "replay", "greedy"),)
    cards = True
    waivers = {
        "sweeps:Lens": "the highest score leaves its cell while all cells go back into their row",
    }

    def construct(self) -> None:
        self.rows = rows_of(self.block)
        self.added = len(self.block.grown) - len(self.block.prompt)
        self.early = self.rows[: -self.added] if self.added else self.rows
        self.size = derive(
            maths.product, [Count(self.block.prompt, "tokens of the text"), self.block.vocab]
        )
        self.flood()
        self.columns()
        self.unroll()
        self.last_row()
        one_row.winner(self)
        one_row.by_name(self)
        one_row.leave_out(self)
        one_row.draw(self)
        self.append()
        self.unchanged()
        self.replayed()
        self.without_dice()
        self.close()

    # What comes out
    # ---------------------------------------------------------------------------------------------

    def flood(self) -> None:
        """The text goes in, and all the scores come out as one field."""
        shown = tail(self.block.prompt, 6.5, LARGE)
        self.text = TokenStrip(shown, LARGE, ids=True).place(theme.LEFT_EDGE + 0.1, 3.35)
        slot = NextSlot(self.text)
        self.add(self.text)
        flood = Flood(self.early, FLOOD)
        counter = Numeral(self.size, ",", 140, align="right")
        counter.place([theme.RIGHT_EDGE - 0.1, 2.35, 0], "right")
        with self.beat(
            "Ask a language model how this goes on.",
            "Out come {s:round} numbers.",
            shows="block",
            s=self.size,
        ) as said:
            self.play(FadeIn(slot, shift=RIGHT * 0.3), run_time=0.9)
            self.add(flood, counter)
            self.play(flood.pour(counter, self.size, max(said.left() - 0.3, 3.0)))
            self.wait(0.3)
            self.chart = map_of(self.block, CHART)
            exit_ = self.chart.box_of("next token")
            going = [row.scores.travel((row.scores.sides, exit_), 1.2) for row in self.early]
            self.play(*going, FadeOut(counter, shift=UP), FadeOut(slot), FadeIn(self.chart))
            self.remove(flood)
            small = self.text.animate.scale(TEXT / LARGE).move_to(
                [theme.LEFT_EDGE + 0.4, 1.5, 0], aligned_edge=np.array([-1.0, 1.0, 0.0])
            )
            self.play(small, run_time=theme.MOVE)
        ground = VGroup(self.chart, self.text)
        self.add(ground)
        self.title_card(ground, 2.2)

    def columns(self) -> None:
        """Each token enters the map, and its column goes through all blocks."""
        layers = self.chart.layers
        self.remove(*[each for each in self.mobjects if each is not self.chart])
        self.add(self.chart, self.text)
        self.march = Columns(len(self.early), self.chart)
        with self.beat(
            "Each token goes in as a column of numbers.",
            "Then {n:words} blocks change it, one after the other.",
            shows="block",
            n=layers,
        ) as said:
            self.play(*[FadeOut(box.id) for box in self.text], self.chart.light("tokens"))
            for box in self.text:
                box.remove(box.id)
            falls = [
                box.animate.scale(0.1).move_to(self._entrance(i)).set_opacity(0)
                for i, box in enumerate(self.text)
            ]
            self.play(LaggedStart(*falls, lag_ratio=0.5), run_time=1.5)
            self.play(FadeOut(self.text), FadeIn(self.march), run_time=0.5)
            counter = Numeral(Count.position(0, range(int(layers)), "blocks", first=1), "d", 110)
            counter.align = "right"
            counter.place([0.1, 1.0, 0], "right")
            of = Words("of {n:,}", 110, theme.SECONDARY, n=layers).place([0.5, 1.0, 0])
            said.until(1)
            self.add(counter)
            self.play(self.march.march(counter, max(said.left(), 3.0)), FadeIn(of, run_time=0.5))
        self.going = [counter, of]

    def _entrance(self, index: int) -> np.ndarray:
        """The middle of one of the map's boxes for tokens."""
        left, bottom, right, top = self.chart.box_of(f"tokens {index % ENTRANCES}")
        return np.array([(left + right) / 2, (bottom + top) / 2, 0])

    def unroll(self) -> None:
        """Every column becomes a row of scores."""
        spots = places(len(self.early))
        with self.beat(
            "Finally, each column becomes a row.",
            "Every token it knows gets a raw score.",
            shows="block",
        ) as said:
            starts = self.march.boxes()
            for row, spot in zip(self.early, spots, strict=True):
                row.stand(*spot)
                row.scores.set_window(0, 0, row.scores.lines, row.scores.columns)
            ends = [row.scores.sides for row in self.early]
            moves = [
                row.scores.travel((start, end), 1.8)
                for row, start, end in zip(self.early, starts, ends, strict=True)
            ]
            self.play(
                *[FadeOut(each, run_time=0.5) for each in (self.march, *self.going)],
                self.chart.carry(CORNER, 1.8),
                *moves,
            )
            self.play(
                LaggedStart(
                    *[FadeIn(row.label, shift=RIGHT * 0.4) for row in self.early], lag_ratio=0.4
                ),
                run_time=theme.MOVE,
            )
            self.add(*self.early)
            said.until(1)
            digits = [part for row in self.early for part in row.digits]
            self.play(
                LaggedStart(*[FadeIn(each, shift=UP * 0.15) for each in digits], lag_ratio=0.15),
                run_time=max(said.left() - 1.2, 1.6),
            )
            self.play(*[FadeIn(row.more) for row in self.early], run_time=theme.QUICK)

    def last_row(self) -> None:
        """Only the last row is read."""
        count = Count(self.block.prompt, "tokens of the text")
        *others, last = self.early
        with self.beat(
            Claim(
                maths.is_several,
                (count,),
                "So {n:words} tokens give us {n:words} rows.",
                "So one token gives us one row.",
            ),
            "Only the last one says what comes next.",
            shows="block",
            n=count,
        ) as said:
            frames = [Focus(Group(row.scores, row.ends)) for row in self.early]
            self.play(Create(frames[0]), run_time=theme.MOVE)
            for old, new in zip(frames, frames[1:], strict=False):
                self.play(ReplacementTransform(old, new), run_time=theme.MOVE)
            said.until(1)
            dimmed = [part for row in others for part in (row.scores, row.label, row.ends)]
            if dimmed:
                self.play(Dim(*dimmed), run_time=theme.MOVE)
            self.wait(max(said.left() - 0.8, 0.1))
            self.play(
                *[FadeOut(row, shift=UP * 0.8) for row in others],
                FadeOut(frames[-1]),
                Vanish(last.ends),
                run_time=0.5,
            )
            last.remove(last.ends)
            self.remove(last.ends)
            last.ends.set_opacity(1.0)
            self.play(last.move(TOP, 1.2))

    # One token more
    # ---------------------------------------------------------------------------------------------

    def append(self) -> None:
        """The drawn token joins the text, and everything runs again."""
        block, first = self.block, self.loop.steps[0]
        new = self.rows[len(self.early) :]
        same = Claim(
            maths.is_nothing,
            (derive(maths.difference, block.grown[-1].id, first.token.id),),
            "That token joins the text, and everything runs again.",
            "Let's add another token, and run everything again.",
        )
        with self.beat(same, shows=("block", "loop")) as said:
            for row, spot in zip(self.rows, places(len(self.rows)), strict=True):
                if row is not self.early[-1]:
                    row.stand(*spot)
            self.rows_again(new, lands=same.held)
            self.play(self.passing(max(said.left() - 0.4, 1.6)))
            exit_ = self.chart.box_of("unembedding")
            goals = [row.scores.sides for row in new]
            self.play(
                *[
                    row.scores.travel((exit_, goal), 1.4)
                    for row, goal in zip(new, goals, strict=True)
                ]
            )
            self.play(*[FadeIn(row.ends) for row in self.rows], run_time=theme.QUICK)
            for row in self.early:
                row.add(row.ends)
            self.add(*self.rows)

    def rows_again(self, new: list[ScoreRow], *, lands: bool) -> None:
        """The rows of before come back, and the added tokens' names stand below them; the drawn
        token is the last of them where it ``lands`` there."""
        *others, last = self.early
        landed, added = self.strip.landed, new[-1].label.text
        self.strip.hit.remove(landed)
        for row in others:
            row.scores.set_opacity(1.0)
            VGroup(row.label, row.ends).set_opacity(1.0)
            row.remove(row.ends)
        boxes = [VGroup(*[part for part in row.label if part is not row.label.text]) for row in new]
        coming = VGroup(*boxes).set_opacity(0)
        self.add(coming, landed)
        going = [self.strip, VGroup(*self.table.best), VGroup(*self.points[: self.table.few])]
        self.play(
            LaggedStart(
                AnimationGroup(*[FadeOut(each, shift=DOWN * 0.5) for each in going]),
                AnimationGroup(
                    last.move(places(len(self.rows))[len(self.early) - 1], 1.4),
                    Follow(last.scores, lambda row, share: row.darken((), 1 - share), 1.4),
                    landed.animate.move_to(added) if lands else FadeOut(landed),
                ),
                lag_ratio=0.4,
            ),
            run_time=1.8,
        )
        self.play(
            *[FadeIn(row, shift=DOWN * 0.5) for row in others],
            Follow(coming, lambda boxes, share: boxes.set_opacity(share)),
            run_time=0.5,
        )
        self.remove(landed, coming)
        self.add(*self.early, *[row.label for row in new])

    def passing(self, run_time: float) -> Follow:
        """Light goes through the map."""
        count = int(self.chart.layers)
        parts = ["tokens", "embedding", *[f"block {i}" for i in range(count)], "unembedding"]

        def step(chart: Any, share: float) -> None:
            chart.set_lit(parts[min(int(share * len(parts)), len(parts) - 1)])

        return Follow(self.chart, step, run_time, rate_func=linear)

    def unchanged(self) -> None:
        """The earlier rows are what they were."""
        block = self.block
        same = Claim(
            maths.is_same,
            (derive(maths.largest, block.numbers("row_gaps")),),
            "But the earlier rows haven't changed at all.",
            "And the earlier rows have changed.",
        )
        new, panels = self.rows[len(self.early) :], []
        with self.beat(
            "Now there's a new last row.",
            same,
            "No token sees what comes after it.",
            shows="block",
        ) as said:
            frame = Focus(Group(*[part for row in new for part in (row.scores, row.ends)]))
            self.play(Create(frame), run_time=theme.MOVE)
            said.until(1)
            target = Focus(Group(*[part for row in self.early for part in (row.scores, row.ends)]))
            self.play(ReplacementTransform(frame, target), run_time=theme.MOVE)
            for row in self.early:
                panels.append(unchanged(row, block.gap(row.index)))
                self.play(FadeIn(panels[-1], shift=RIGHT * 0.3), run_time=0.6)
            said.until(2)
            self.play(self.passing(max(said.left(), 1.2)))
        self.panels, self.frame_ = VGroup(*panels), target

    # Other texts
    # ---------------------------------------------------------------------------------------------

    def replayed(self) -> None:
        """A text that another model wrote: what this one expected of it."""
        replay = self.replay
        titles = ("probability", "place")
        strip = ReplayStrip(replay.prompt, replay.positions, WIDTH / 1.1, 4.2, titles)
        strip.scale(1.1, about_point=np.zeros(3)).shift([theme.LEFT_EDGE, 2.35, 0])
        best, worst = replay.least_surprising, replay.most_surprising
        with self.beat(
            "With a row for every token, we can grade a whole text.",
            "Another model wrote this one.",
            "The greener a token is, the more ours expected it.",
            shows="replay",
        ) as said:
            going = [self.panels, self.frame_, *self.rows]
            self.play(
                LaggedStart(
                    AnimationGroup(*[FadeOut(each, shift=UP * 0.8) for each in going]),
                    FadeIn(strip.reveal(0.0)),
                    lag_ratio=0.3,
                ),
                run_time=1.2,
            )
            self.play(Follow(strip, ReplayStrip.reveal, said.left(1), rate_func=linear))
            said.until(2)
            frame = Focus(strip.cell(best.index), buff=0.04)
            self.play(Create(frame), run_time=theme.MOVE)
            said.until("expected")
            self.play(
                ReplacementTransform(frame, Focus(strip.cell(worst.index), buff=0.04)),
                run_time=theme.MOVE,
            )

    def without_dice(self) -> None:
        """Without a draw a seed plays no part."""
        greedy = self.greedy
        flow = fitted(greedy.prompt, greedy.chosen, WIDTH, 4.4, theme.SECONDARY)
        flow.shift([theme.LEFT_EDGE, 2.3, 0])
        with self.beat(
            "Without a random number, the first choice always wins.",
            "Then you'll get the same text every time.",
            shows="greedy",
        ) as said:
            self.clear_stage(self.chart)
            self.add(flow)
            self.play(
                Writing(flow, greedy.chosen, lambda _: theme.TEXT, run_time=said.left()),
                self.passing(said.left()),
            )

    def close(self) -> None:
        """All scores, one token."""
        counter = Numeral(self.size, ",", 140).place([theme.LEFT_EDGE + 0.1, 2.35, 0])
        flood = Flood(self.early, FLOOD)
        with self.beat(
            "So that's what comes out, {s:round} numbers.",
            "You read one row, and keep one token.",
            shows=("block", "loop"),
            hold=0.6,
            s=self.size,
        ) as said:
            self.clear_stage(self.chart)
            self.add(flood, counter)
            self.play(flood.pour(counter, self.size, said.span(0)), self.chart.light("unembedding"))
            said.until(1)
            *others, last = self.early
            if others:
                self.play(Dim(*[row.scores for row in others]), run_time=theme.MOVE)
            word = self.loop.steps[0].token
            point = marks(last.scores, [int(word.id)])
            self.play(Create(point), run_time=theme.QUICK)
            label = TokenBox(word, 84)
            label.move_to([theme.RIGHT_EDGE - 2.0, 2.15, 0])
            self.play(FadeIn(label, target_position=point, scale=0.1), run_time=1.2)
        picture = Group(flood, point, label)
        self.add(picture)
        self.end_card("A score for every token it knows.", picture)
