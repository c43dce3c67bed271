"""What if you switch one off?"""

from __future__ import annotations

import numpy as np
from manim import Create, FadeIn, FadeOut, LaggedStart, ReplacementTransform, VGroup
from manim import rate_functions as rates

from gptviz import maths
from gptviz.drawing.base import theme
from gptviz.drawing.base.cells import outline
from gptviz.drawing.base.motion import Follow, Glide
from gptviz.drawing.base.text import Numeral
from gptviz.drawing.heads.attention import AttentionArcs
from gptviz.drawing.heads.flowing import Flow
from gptviz.drawing.heads.headmap import head_name
from gptviz.drawing.model.map import CORNER, ModelMap
from gptviz.drawing.tokens.slot import blank_behind, blank_width
from gptviz.drawing.tokens.tokens import TokenStrip, tail
from gptviz.film import Film, Need
from gptviz.recording.families import SwitchedOff
from gptviz.recording.number import Claim, Count, derive

from .parts import (
    Gauges,
    Meter,
    RowScale,
    grid_boxes,
    grid_labels,
    row_boxes,
)

SEEN = 0.01  # the least weight along which something is seen to flow
CARD = (-6.2, -2.0, 6.2, 0.4)  # the map on the title card
LINE, SMALL_LINE, LARGE = 13.0, 27, 52  # the prompt: units of a line, its type, and at first
STRIP_TOP, METER = 3.5, 2.45  # heights of the prompt and of the meter, above the heads


class Ablation(Film):
    """What if you switch one off?"""

    off = Need(
        SwitchedOff(prompt="When Mary and John went to the store, John gave a drink to", top=6),
        main=True,
    )
    cards = True
    tokens = (1, 64)
    waivers = {
        "twists:Gauges": "cells of a grid fly into a row, and pass over others on their way",
    }
    settings = {"whole": 1.0, "nothing": 0.0, "noticeable": 0.05}

    def construct(self) -> None:
        rec = self.off
        self.layers, self.heads = int(rec.layers), int(rec.heads)
        self.shares = np.asarray(rec.without.array, dtype=float).ravel()
        self.grid = grid_boxes(self.layers, self.heads)
        self.row = row_boxes(self.shares)
        layer, head = rec.off().index
        self.worst = layer * self.heads + head
        self.hook()
        self.inside()
        self.first_off()
        self.every_head()
        self.lined_up()
        self.some_help()
        self.worst_one()
        if rec.pair:
            self.two_at_once()
        self.what_it_sees()
        self.close()

    # The question
    # ---------------------------------------------------------------------------------------------

    def hook(self) -> None:
        """A text that stops early, and how the model goes on."""
        rec = self.off
        self.shown = tail(rec.prompt, LINE - blank_width(rec.target, SMALL_LINE), SMALL_LINE)
        large = TokenStrip(self.shown, LARGE, width=LINE - 0.6 - blank_width(rec.target, LARGE))
        large.move_to([-0.6, 0.7, 0])
        blank, word = blank_behind(large, rec.target)
        self.chart = ModelMap(rec.layers, rec.heads, box=CARD)
        with self.beat(
            "Here\u2019s a text that stops too early. How would you go on?",
            "The model says {word}, and gives it {p:~%}.",
            word=rec.target,
            p=rec.probability,
        ) as said:
            self.play(
                LaggedStart(*[FadeIn(box) for box in large], lag_ratio=0.25),
                run_time=said.span(0) * 0.8,
            )
            self.play(Create(blank), run_time=theme.MOVE)
            said.until(1)
            self.play(FadeIn(word, shift=np.array([0, 0.4, 0])), run_time=theme.MOVE)
            share = Numeral(rec.probability, ".1%", 64, theme.PROBABILITY, "center")
            share.place(blank.get_bottom() - np.array([0, 0.75, 0]), "center")
            self.play(FadeIn(share, shift=np.array([0, -0.2, 0])), run_time=theme.MOVE)
            self.wait(max(said.left() - theme.MOVE, 0.1) + 0.4)
            self.play(
                FadeOut(VGroup(large, blank, word, share), shift=np.array([0, 0.8, 0])),
                FadeIn(self.chart, shift=np.array([0, 0.8, 0])),
                run_time=theme.MOVE,
            )

    def inside(self) -> None:
        """The map of the model; its heads grow out of it and fill the frame."""
        rec = self.off
        self.title_card(self.chart)
        self.gauges = Gauges(rec.without.array, self._on_the_map())
        self.labels = grid_labels(self.grid, self.layers, self.heads)
        self.strip = TokenStrip(self.shown, SMALL_LINE).place(theme.LEFT_EDGE, STRIP_TOP)
        blank, word = blank_behind(self.strip, rec.target)
        self.text = VGroup(self.strip, blank, word)
        with self.beat(
            "Inside, {n:,} attention heads are at work.",
            "They carry what was said to where it\u2019s needed.",
            "Does it take all of them?",
            n=rec.heads_in_all,
        ) as said:
            self.play(self.chart.light("attention"), run_time=theme.MOVE)
            self.play(FadeIn(self.gauges), run_time=theme.QUICK)
            self.play(FadeOut(self.chart), self.gauges.fly(self.grid, 1.8), run_time=1.8)
            self.play(FadeIn(self.labels), run_time=theme.QUICK)
            said.until(1)
            self.play(
                LaggedStart(*[FadeIn(box) for box in self.strip], lag_ratio=0.2), run_time=1.6
            )
            self.play(FadeIn(blank), FadeIn(word), run_time=theme.QUICK)
            said.until(2)

    def _on_the_map(self) -> np.ndarray:
        """The cells of all heads on the map of the model, where it is now."""
        return np.array(
            [
                self.chart.box_of(f"head {layer}.{head}")
                for layer in range(self.layers)
                for head in range(self.heads)
            ]
        )

    # One after the other
    # ---------------------------------------------------------------------------------------------

    def first_off(self) -> None:
        """The first head is switched off; the word's bar answers, and its cell fills that far."""
        rec = self.off
        self.meter = Meter(rec.target, rec.probability, rec.without, METER)
        with self.beat(
            "Let\u2019s switch one off.",
            "All it had to say becomes zeros.",
            "Now {word} is at {w:~%}. We fill its cell that high.",
            word=rec.target,
            w=rec.without.at(0, 0),
        ) as said:
            self.play(FadeIn(self.meter), FadeIn(self.meter.on), run_time=theme.MOVE)
            self.mark = self.gauges.frame(0)
            self.play(Create(self.mark), run_time=theme.QUICK)
            said.until(1)
            self._fall(0, 1.2)
            said.until(2)

            def rise(gauges: Gauges, share: float) -> None:
                gauges.come[0] = share
                gauges.show()

            self.play(Follow(self.gauges, rise, said.left() - 0.4))
            self.wait(said.left() + 0.6)

    def _fall(self, index: int, seconds: float) -> None:
        """The meter goes to what is left without a head; that head is named as the number turns,
        not before."""
        self.meter.set_names(index)
        self.play(
            FadeOut(self.meter.on, rate_func=rates.squish_rate_func(rates.smooth, 0.0, 0.3)),
            FadeIn(self.meter.off, rate_func=rates.squish_rate_func(rates.smooth, 0.6, 0.9)),
            Glide(self.meter, lambda: self.meter.set_off(index), run_time=seconds),
            run_time=seconds,
        )

    def every_head(self) -> None:
        """All the others, slowly at first, then faster."""
        count = len(self.shares)
        with self.beat(
            "Then we switch it back on, and take out the next one.",
            "And the next, until every single head has had its turn.",
        ) as said:
            both = VGroup(self.gauges, self.meter, self.meter.off, self.mark)

            def step(_: VGroup, share: float) -> None:
                done = min(int(1 + share * (count - 1)), count - 1)
                index = int(self.gauges.way[done])
                self.meter.set_off(index)
                self.gauges.fill(done + 1)
                self.mark.points = self.gauges.frame(index).points

            self.play(
                Follow(
                    both,
                    step,
                    max(said.left() + 1.5, 9.0),
                    rate_func=rates.ease_in_out_quad,
                )
            )

    def lined_up(self) -> None:
        """The cells fly into a row, from the least to the most."""
        rec, edge = self.off, self.setting("noticeable")
        low = derive(maths.difference, rec.probability, edge)
        fewer = derive(maths.count_below, rec.without, low)
        calm = derive(maths.difference, rec.heads_in_all, fewer)
        mostly = Claim(
            maths.is_majority,
            (calm, rec.heads_in_all),
            "Most heads are hardly missed.",
            "Most heads are missed.",
        )
        self.scale = RowScale(rec.probability, (self.setting("nothing"), self.setting("whole")))
        order = np.argsort(np.argsort(self.shares, kind="stable")) / len(self.shares)
        with self.beat(
            "Let\u2019s line them up, the most painful loss first.",
            mostly,
            "Without {calm:,} of them, {word} stays nearly as high, or rises.",
            calm=calm,
            word=rec.target,
        ) as said:
            self.play(
                FadeOut(self.mark),
                FadeOut(self.labels),
                FadeOut(self.meter.off),
                Glide(self.meter, self.meter.set_whole, run_time=theme.MOVE),
                run_time=theme.MOVE,
            )
            self.play(FadeIn(self.meter.on), run_time=theme.QUICK)
            self.play(self.gauges.fly(self.row, 3.2, order, rate_func=rates.linear))
            self.play(FadeIn(self.scale), run_time=theme.MOVE)
            said.until(2)
            self.play(self.gauges.focus(self.shares >= float(low), run_time=said.left() - 1.0))

    def some_help(self) -> None:
        """Without some heads the word is likelier than before."""
        rec = self.off
        more = derive(maths.count_above, rec.without, rec.probability)
        better = Claim(
            maths.is_several,
            (more,),
            "Without any of these {more:,}, {word} becomes even more likely.",
            "Losing one almost never makes {word} more likely.",
        )
        with self.beat(better, "But look at the far left.", more=more, word=rec.target) as said:
            mask = self.shares > float(rec.probability)
            self.play(self.gauges.focus(mask, run_time=said.left(0) - 0.8))
            said.until(1)
            self.play(self.gauges.focus(self._only(self.worst)), run_time=theme.MOVE)
            self.wait(max(said.left(), 0.1) + 0.4)

    # The one that hurts
    # ---------------------------------------------------------------------------------------------

    def worst_one(self) -> None:
        """The head whose absence hurts most, back in its place in the model."""
        rec = self.off
        with self.beat(
            "Without this one head, {word} is down to {s:~%}.",
            "It\u2019s head {h:d} in layer {l:d}.",
            word=rec.target,
            s=rec.off().score,
            h=rec.off().head,
            l=rec.off().layer,
        ) as said:
            self._fall(self.worst, max(said.left(0) - 0.5, 1.2))
            said.until(1)
            self.play(FadeOut(self.scale), self.gauges.fly(self.grid, 1.4), run_time=1.4)
            self.mark = self.gauges.frame(self.worst)
            self.play(FadeIn(self.labels), Create(self.mark), run_time=theme.MOVE)

    def two_at_once(self) -> None:
        """The head whose absence hurts second most goes too: what two losses make together."""
        rec, meter = self.off, self.meter
        layer, head = rec.off(1).index
        second = layer * self.heads + head
        added = derive(maths.difference, rec.probability, rec.lost_apart)
        more = Claim(
            maths.is_larger,
            (rec.lost_both, rec.lost_apart),
            "Together, they cost more than both losses added.",
            "Together, they cost no more than both losses added.",
        )
        with self.beat(
            "Now take out the second worst as well.",
            "With both gone, {word} is down to {w:~%}.",
            more,
            word=rec.target,
            w=rec.without_both,
        ) as said:
            self.play(self.gauges.focus(self._only(self.worst, second)), run_time=theme.MOVE)
            self.other = self.gauges.frame(second)
            self.play(Create(self.other), run_time=theme.MOVE)
            said.until(1)
            slow = max(said.left(1) - 0.6, 1.6)
            self.play(
                FadeOut(meter.off, rate_func=rates.squish_rate_func(rates.smooth, 0.0, 0.3)),
                FadeIn(meter.both, rate_func=rates.squish_rate_func(rates.smooth, 0.6, 0.9)),
                Glide(meter, lambda: meter.set_share(rec.without_both), run_time=slow),
                run_time=slow,
            )
            said.until(2)
            self.sum = meter.mark_at(added, "both losses added")
            self.play(FadeIn(self.sum), run_time=theme.MOVE)

    def _only(self, *heads: int) -> np.ndarray:
        """All heads as a mask that some pass."""
        return np.isin(np.arange(len(self.shares)), heads)

    def what_it_sees(self) -> None:
        """What that head looks at from the last token: the arcs, and what flows along them."""
        rec, last = self.off, len(self.shown) - 1
        first = len(rec.prompt) - len(self.shown)
        row = rec.patterns[0][-1]
        copies = [k for k, token in enumerate(rec.prompt) if token.id == rec.target.id]
        key = int(np.argmax(row.array))
        looks = Claim(
            maths.is_nothing,
            (Count(copies, "copies of the word in the prompt"),),
            "So what does the worst one look at?",
            "So the worst one must look at {word}, right?",
        )
        own = Claim(
            maths.is_first,
            (Count(rec.prompt[key:], "tokens from the one looked at most"),),
            "{v:~%} of its attention stays right there.",
            "{v:~%} of its attention goes to {k}.",
        )
        told = [own]
        fields = {"word": rec.target, "v": row[key], "k": rec.prompt[key]}
        if copies:
            fields["w"] = derive(maths.total, [row[k] for k in copies])
            wrong = Claim(
                maths.is_far_above,
                (derive(maths.mean, row), fields["w"]),
                "No. At the end of the text, it hardly sees {word}.",
                "At the end of the text, {word} gets {w:~%} of it.",
            )
            told.insert(0, wrong)
        self.name = head_name(rec.off(), 40, align="right")
        self.name.place([CORNER[0] - 0.4, (CORNER[1] + CORNER[3]) / 2 - 0.12, 0], "right")
        with self.beat(looks, *told, **fields) as said:
            self.gauges.spoken_of = self._only(self.worst)
            small = self._into(CORNER)
            early = rates.squish_rate_func(rates.smooth, 0.0, 0.2)
            self.play(
                FadeOut(VGroup(*self._read_off(), self.labels), rate_func=early),
                self.gauges.fly(small, 1.4),
                ReplacementTransform(self.mark, frame := outline(small[self.worst], grow=0.03)),
                self.text.animate.move_to([0, -0.9, 0]),
                run_time=1.4,
            )
            self.mark = frame
            self.arcs = AttentionArcs(
                self.strip.boxes, rec.patterns[0][first:, first:], last, 2.2, size=36
            )
            said.until(1)
            self.play(FadeIn(self.name), Create(self.arcs), run_time=theme.SLOW)
            flows = [
                Flow([arc], [weight], thick=0.22 if key < last else 0.1, backwards=True, pulses=3)
                for key, (arc, weight) in enumerate(
                    zip(self.arcs.arcs, row.array[first:], strict=True)
                )
                if weight >= SEEN
            ]
            if flows:  # of a long text, all that it looks at may lie before what is shown
                runs = [flow.run(said.left() + 0.9, rate_func=rates.linear) for flow in flows]
                self.play(*runs)
                self.remove(*flows)

    def _read_off(self) -> list[VGroup]:
        """The meter and what stands around it."""
        both = [self.meter.both, self.sum, self.other] if self.off.pair else [self.meter.off]
        return [self.meter, *both]

    def _into(self, box: tuple[float, float, float, float]) -> np.ndarray:
        """The grid of heads, made small to fit a box."""
        low, high = self.grid[:, :2].min(axis=0), self.grid[:, 2:].max(axis=0)
        factor = min((box[2] - box[0]) / (high - low)[0], (box[3] - box[1]) / (high - low)[1])
        middle = np.array([box[0] + box[2], box[1] + box[3]]) / 2
        ways = np.tile((low + high) / 2, 2)
        return (self.grid - ways) * factor + np.tile(middle, 2)

    def close(self) -> None:
        """What it takes to know what a head is for."""
        rec = self.off
        everything = np.ones(len(self.shares), dtype=bool)
        with self.beat(
            "So a head\u2019s attention doesn\u2019t reveal what it\u2019s for.",
            "You have to switch it off, and watch.",
        ) as said:
            self.play(FadeOut(self.name), FadeOut(self.mark), run_time=theme.QUICK)
            gone = VGroup(self.text, self.arcs)
            order = np.argsort(np.argsort(self.shares, kind="stable")) / len(self.shares)
            self.play(
                FadeOut(gone, run_time=theme.QUICK),
                self.gauges.fly(self.row, 2.4, order, rate_func=rates.linear),
            )
            said.until(1)
            self.play(self.gauges.focus(everything), FadeIn(self.scale), run_time=theme.SLOW)
            self.wait(max(said.left(), 0.1) + 0.4)
        low = derive(maths.difference, rec.probability, self.setting("noticeable"))
        missed = derive(maths.count_below, rec.without, low)
        calm = derive(maths.difference, rec.heads_in_all, missed)
        answer = Claim(
            maths.is_majority,
            (calm, rec.heads_in_all),
            "Mostly, little happens. Now and then, a lot.",
            "Mostly, a lot happens.",
        )
        picture = VGroup(self.gauges, self.scale)
        self.add(picture)
        self.end_card(answer, picture)
