"""Which heads do what?"""

from __future__ import annotations

import numpy as np
from manim import Create, FadeIn, FadeOut, LaggedStart, VGroup
from manim import rate_functions as rates

from gptviz import maths
from gptviz.drawing.base import theme
from gptviz.drawing.base.cells import outline
from gptviz.drawing.base.motion import Follow, Glide
from gptviz.drawing.base.text import Numeral, Words
from gptviz.drawing.heads.headfield import HeadField, cells_on, grid_boxes, grid_labels
from gptviz.drawing.heads.headmap import head_name
from gptviz.drawing.model.map import CORNER, map_of
from gptviz.film import Film, Need
from gptviz.recording.families import AttentionPatterns, HeadScores, SinkNorms
from gptviz.recording.number import Claim, Count

from .parts import Crowd, HandedOver, Looks, Piles, sentence

PROMPT = "As the spaceship was approaching the"
KINDS = ("previous", "self", "duplicate", "first")
NAMES = ("the word before", "itself", "the same word", "the first word", "none of these")
GRID = (-5.6, -2.25, 6.5, 0.35)  # of the heads, below the sentence
TITLE_MAP = (-6.2, -2.0, 6.2, 0.4)
STRIP_TOP, SIDE = 1.3, 2.75  # of the sentence; where what is found is written


def yellow(shares: object) -> np.ndarray:
    """The colours of cells by attention from 0 to 1; a cell of none is still seen as one."""
    empty = theme.rgb(theme.HAIRLINE)
    share = np.clip(np.asarray(shares, dtype=float), 0, 1)[:, None]
    return empty + (theme.rgb(theme.ATTENTION) - empty) * share


class HeadZoo(Film):
    """Which heads do what?"""

    scores = Need(
        HeadScores(
            prompts=(
                "Data visualization empowers users to",
                "Artificial Intelligence is transforming the",
                PROMPT,
            )
        )
    )
    run = Need(AttentionPatterns(prompt=PROMPT))
    sink = Need(SinkNorms(prompt=PROMPT))
    chains = (("scores", "run", "sink"),)
    cards = True
    settings = {"half": 0.5, "whole": 1.0}

    def construct(self) -> None:
        rec = self.scores
        self.layers, self.heads = int(rec.layers), int(rec.heads)
        self.sort()
        self.hook()
        self.one_back()
        self.kind("self", "Who looks at the word itself?")
        if rec.best("duplicate") is not None:
            self.kind("duplicate", "And who finds the same word, earlier on?")
        self.the_first()
        self.the_piles()
        self.the_reason()
        self.what_is_given()
        self.what_comes_through()
        self.close()

    def sort(self) -> None:
        """Each head belongs to the kind that has most of its attention, if that is more than
        half."""
        kinds = [kind for kind in KINDS if self.scores.best(kind) is not None]
        scores = np.stack([self.scores.scores(kind).array.ravel() for kind in kinds])
        best, most = scores.argmax(axis=0), scores.max(axis=0)
        own = np.array([KINDS.index(kind) for kind in kinds])[best]
        self.group = np.where(most > float(self.setting("half")), own, len(KINDS))
        self.most = most
        self.counts = [
            Count(np.flatnonzero(self.group == i).tolist(), f"heads on the pile: {name}")
            for i, name in enumerate(NAMES)
        ]

    # All of them
    # ---------------------------------------------------------------------------------------------

    def hook(self) -> None:
        """All patterns at once; they shrink into the map of the model."""
        run = self.run
        patterns = Crowd(run.numbers("pattern"), 12.8, 5.0)
        patterns.shift(np.array([0, 0.6, 0])).reveal(0.12)
        with self.beat(
            "Here are {n:,} attention heads, all reading one sentence.",
            "Each little square shows where one of them looks.",
            n=self.scores.heads_in_all,
        ) as said:
            self.add(patterns)
            self.play(
                Follow(
                    patterns,
                    lambda crowd, share: crowd.reveal(0.12 + 0.88 * share),
                    run_time=said.span(0) + 0.3,
                    rate_func=rates.linear,
                )
            )
            best = self.scores.best("previous").index
            box = outline(patterns.box(*best), grow=0.02)
            self.play(Create(box), run_time=theme.QUICK)
            self.play(self.frame.push(box, buff=1.4), run_time=max(said.left() - 1.6, 1.2))
            self.play(self.frame.pull(1.4), FadeOut(box))
            self.chart = map_of(self.run, TITLE_MAP)
            left, bottom, right, top = self.chart.box_of("attention")
            small = (right - left) / patterns.width
            self.play(
                patterns.animate.scale(small).move_to(((left + right) / 2, (bottom + top) / 2, 0)),
                FadeOut(patterns, rate_func=rates.squish_rate_func(rates.smooth, 0.6, 1.0)),
                FadeIn(self.chart, rate_func=rates.squish_rate_func(rates.smooth, 0.5, 1.0)),
                run_time=1.2,
            )
            self.remove(patterns)
        self.title_card(self.chart)

    def one_back(self) -> None:
        """The heads fly out of the map, below the sentence; the first question lights them."""
        scores = self.scores.scores("previous").array
        self.boxes = grid_boxes(self.layers, self.heads, GRID)
        on_map = cells_on(self.chart, self.layers, self.heads)
        self.field = HeadField(scores, on_map, yellow)
        self.labels = grid_labels(self.boxes, self.layers, self.heads)
        self.strip = sentence(self.run.prompt, theme.LEFT_EDGE, STRIP_TOP)
        best = self.scores.best("previous")
        self.looks = Looks(self.strip, self.run.pattern(*best.index))
        with self.beat(
            "Let\u2019s sort them by what they look at.",
            "Who looks at the word before?",
            self.does(best),
            l=best.layer,
            h=best.head,
        ) as said:
            self.add(self.field)
            self.play(self.field.fly(self.boxes, 1.8), self.chart.carry(CORNER, 1.8), run_time=1.8)
            self.play(
                FadeIn(self.labels),
                LaggedStart(*[FadeIn(box) for box in self.strip], lag_ratio=0.2),
                run_time=theme.MOVE,
            )
            said.until(1)
            self.play(self.field.light(0, said.left(1) + 1.2, rate_func=rates.linear))
            said.until(2)
            self.mark = self.field.frame(self.index(best.index))
            self.found = self.told("previous")
            self.play(Create(self.mark), FadeIn(self.found), run_time=theme.QUICK)
            self.play(LaggedStart(*[Create(arc) for arc in self.looks.arcs]), run_time=2.0)

    def does(self, best: object) -> Claim:
        """Whether the best head of a kind gives it most of its attention."""
        return Claim(
            maths.is_majority,
            (best.score, self.setting("whole")),
            "Head {h:d} in layer {l:d} does, most of the time.",
            "Head {h:d} in layer {l:d} comes closest.",
        )

    def index(self, head: tuple[int, int]) -> int:
        """A head's place among all."""
        return head[0] * self.heads + head[1]

    def told(self, kind: str) -> VGroup:
        """The best head of a kind by its numbers, what it looks at, and how much."""
        best = self.scores.best(kind)
        share = Numeral(best.score, ".0%", 64, theme.ATTENTION).place([SIDE, 1.55, 0])
        what = Words("looks at " + NAMES[KINDS.index(kind)], 28, theme.SECONDARY)
        return VGroup(
            head_name(best, 34, theme.TEXT).place([SIDE, 2.3, 0]),
            share,
            what.place([SIDE, 1.05, 0]),
        )

    def kind(self, kind: str, question: str) -> None:
        """Another question: the colours slide, the frame moves to another head, and so do its
        arcs."""
        best = self.scores.best(kind)
        with self.beat(question, self.does(best), l=best.layer, h=best.head) as said:
            self._turn(kind, said.span(0))
            said.until(1)
            self._mark(kind)

    def _turn(self, kind: str, seconds: float) -> None:
        self.play(FadeOut(self.mark), FadeOut(self.found), run_time=theme.QUICK)
        self.play(self.field.turn(self.scores.scores(kind).array, max(seconds - 0.4, 1.0)))

    def _mark(self, kind: str) -> None:
        best = self.scores.best(kind)
        self.mark = self.field.frame(self.index(best.index))
        self.found = self.told(kind)
        self.play(
            Create(self.mark),
            Glide(self.looks, lambda: self.looks.set_pattern(self.run.pattern(*best.index))),
            run_time=1.2,
        )
        self.play(FadeIn(self.found), run_time=theme.QUICK)
        self.wait(2.2)

    def the_first(self) -> None:
        """The last question, and nearly the whole field lights up."""
        whole, wide = self.scores.heads_in_all, self.scores.wide("first")
        most = Claim(
            maths.is_majority,
            (wide, whole),
            "Oh. That\u2019s most of them.",
            "Some do, but not most of them.",
        )
        with self.beat("Last one. Who looks at the very first word?", most) as said:
            self.play(FadeOut(self.mark), FadeOut(self.found), run_time=theme.QUICK)
            said.until(1)
            self.play(self.field.turn(self.scores.scores("first").array, 1.6))
            self._mark("first")

    # The zoo
    # ---------------------------------------------------------------------------------------------

    def the_piles(self) -> None:
        """Every head flies onto the pile of what it does."""
        back, own, copy, first, none = self.counts
        idle = Claim(
            maths.is_majority,
            (none, self.scores.heads_in_all),
            "Most of them have none of these jobs.",
            "{a:words} look one word back, {b:words} at themselves, {c:words} at copies.",
        )
        stare = Claim(
            maths.is_majority,
            (first, self.scores.heads_in_all),
            "And {d:,} stare at the first word.",
            "Not even half of them stare at the first word.",
        )
        piles = Piles(self.group, self.most, len(NAMES))
        self.pile_labels = piles.labels(NAMES, self.counts)
        with self.beat("So here\u2019s our zoo.", idle, stare, a=back, b=own, c=copy, d=first):
            self.play(
                *[FadeOut(each) for each in (self.mark, self.found, self.labels)],
                FadeOut(VGroup(self.strip, self.looks)),
                FadeOut(self.chart),
                run_time=theme.QUICK,
            )
            self.play(self.field.pile_up(piles.boxes, self.most, 2.4))
            self.play(
                LaggedStart(*[FadeIn(each) for each in self.pile_labels], lag_ratio=0.3),
                run_time=1.6,
            )

    # The sink
    # ---------------------------------------------------------------------------------------------

    def the_reason(self) -> None:
        """One head that looks at the first token, and nowhere else."""
        sink = self.sink
        self.strip = sentence(sink.prompt, theme.LEFT_EDGE, STRIP_TOP - 0.4)
        self.strip.set_x(0)
        self.looks = Looks(self.strip, sink.pattern)
        with self.beat(
            "Is the first word that important?",
            "Attention always adds up to {whole:~%}.",
            "So it has to go somewhere.",
            whole=self.setting("whole"),
        ) as said:
            gone = np.flatnonzero(self.group != KINDS.index("first"))
            keep = np.flatnonzero(self.group == KINDS.index("first"))
            self.play(self.field.focus(keep if len(keep) else gone), run_time=theme.MOVE)
            said.until(1)
            self.play(FadeOut(self.pile_labels), run_time=theme.QUICK)
            self.chart.set_lit("head {}.{}".format(*sink.best.index))
            self.play(
                self.field.fly(cells_on(self.chart, self.layers, self.heads), 1.4, apart=True),
                LaggedStart(*[FadeIn(box) for box in self.strip], lag_ratio=0.2),
                run_time=1.4,
            )
            self.play(FadeOut(self.field), FadeIn(self.chart), run_time=theme.QUICK)
            self.play(
                LaggedStart(*[Create(arc) for arc in self.looks.arcs]),
                run_time=max(said.left(), 1.4),
            )

    def given(self) -> Claim:
        """Whether what the first token hands over is far shorter than what the others do."""
        return Claim(
            maths.is_far_above,
            (self.sink.others(), self.sink.length(0)),
            "The first word has almost nothing to give.",
            "The first word has something to give, too.",
        )

    def what_is_given(self) -> None:
        """Below each token, how long the vector is that it hands over in that head."""
        sink, count = self.sink, self.looks.count
        self.bars = HandedOver(
            self.strip,
            [sink.length(key) for key in range(count)],
            [sink.moved(count - 1, key) for key in range(count)],
        )
        name = head_name(sink.best, 34, theme.TEXT).place([theme.LEFT_EDGE, 2.95, 0])
        with self.beat(
            "What counts is what each word hands over. The bars show how much.",
            self.given(),
            shows="sink",
        ) as said:
            self.play(FadeIn(name), run_time=theme.QUICK)
            self.play(Follow(self.bars, HandedOver.grow, max(said.span(0) - 1.0, 1.5)))
            said.until(1)
            box = self.strip.boxes[0].box
            self.play(box.animate.set_stroke(theme.FOCUS, 4), run_time=theme.MOVE)
            self.wait(max(said.left(), 0.1) + 0.8)

    def what_comes_through(self) -> None:
        """Attention times length: the tall bars shrink to nothing."""
        far = self.given().inputs
        brings = Claim(
            maths.is_far_above,
            far,
            "And this head brings home next to nothing.",
            "And that\u2019s what this head brings home.",
        )
        rests = Claim(
            maths.is_far_above,
            far,
            "Looking at the first word is how a head sits out.",
            "So here, looking at the first word may count.",
        )
        with self.beat("Now multiply by the attention.", brings, rests, shows="sink") as said:
            last = [arc for (query, _), arc in zip(self.looks.pairs, self.looks.arcs, strict=True)]
            others = [
                arc
                for (query, _), arc in zip(self.looks.pairs, last, strict=True)
                if query < self.looks.count - 1
            ]
            self.play(*[arc.animate.set_stroke(opacity=0) for arc in others], run_time=theme.QUICK)
            self.play(Follow(self.bars, HandedOver.multiply, max(said.left(1), 2.0)))

    def close(self) -> None:
        """The piles once more."""
        first = Claim(
            maths.is_majority,
            (self.counts[3], self.scores.heads_in_all),
            "A few heads have a job you can see.",
            "Some heads have a job you can see.",
        )
        waits = Claim(
            maths.is_majority,
            (self.counts[3], self.scores.heads_in_all),
            "The rest mostly wait for theirs.",
            "The others keep theirs to themselves.",
        )
        piles = Piles(self.group, self.most, len(NAMES))
        labels = piles.labels(NAMES, self.counts)
        with self.beat(first, waits) as said:
            early = rates.squish_rate_func(rates.smooth, 0.0, 0.2)
            slow = rates.squish_rate_func(rates.smooth, 0.4, 0.9)
            going = [
                FadeOut(each, rate_func=slow if each is self.chart else early)
                for each in self.stage()
            ]
            self.field.dimmed[:] = 1.0
            self.field.redraw(cells_on(self.chart, self.layers, self.heads))
            flight = self.field.pile_up(piles.boxes, self.most, 1.8)
            self.play(*going, flight, run_time=1.8)
            self.play(
                LaggedStart(*[FadeIn(each) for each in labels], lag_ratio=0.3),
                run_time=max(said.left(), 1.2),
            )
        picture = VGroup(self.field, labels)
        self.add(picture)
        self.end_card(first, picture)
