"""What heads do, as pictures made of a recording: what a sink moves, which head is missed, who looks at what came next.

Planned film: head_zoo.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from manim import VGroup

from gptviz import maths
from gptviz.drawing import theme
from gptviz.drawing.headmap import HeadMap
from gptviz.drawing.heatmap import HeatMap
from gptviz.drawing.text import Words
from gptviz.drawing.zoo import PairOfBars
from gptviz.recording.kinds.attention import Head
from gptviz.recording.kinds.heads import (
    HeadAblationRecording,
    HeadScoresRecording,
    InductionHeadsRecording,
    SinkNormsRecording,
)
from gptviz.recording.number import Claim, Tracked, derive


def sinks_said(scores: HeadScoresRecording) -> tuple[Claim, Tracked, Tracked]:
    """How many heads give the first token most of their attention; of all texts the fewest (a) and the most (b)."""
    few, many = (derive(formula, scores.values("sinks")) for formula in (maths.smallest, maths.largest))
    none = Claim(maths.is_nothing, (many,), "The first token: no head here gives it most of its attention.")
    some = Claim(maths.is_larger, (many, few),
                 "Depending on the text, {a:,} to {b:,} heads give most attention to the first token.",
                 "Heads that give most of their attention to the first token: {a:,}.")
    return none if none.held else some, few, many


def copies_said(own: Head, copy: Head) -> Claim:
    """Which head looks at earlier copies of a token: that which also looks at the token itself, or another one."""
    return Claim(maths.is_same, (derive(maths.distance, [own.layer, own.head], [copy.layer, copy.head]),),
                 "Only rows whose token came before: the same head gives the earlier copy {s:.2f}.",
                 "Only rows whose token came before: layer {l:d}, head {h:d} gives the copy {s:.2f}.")


def how_common(scores: HeadScoresRecording, names: Sequence[str]) -> tuple[Claim, Claim]:
    """What may be said of kinds of looking: that few heads have some, and that most have that of the first token."""
    wide = {name: derive(maths.count_above, scores.scores(name), scores.value("sink_bound")) for name in names}
    every, whole = wide.pop("first"), scores.heads_in_all
    return (Claim(maths.is_far_above, (whole, derive(maths.smallest, list(wide.values()))), "Some looks are rare.",
                  "No look is rare here."),
            Claim(maths.is_majority, (every, whole), "One is everywhere.", "None is everywhere."))


def sink_bars(sink: SinkNormsRecording, left: float, top: float) -> list[PairOfBars]:
    """The first token against the others: attention, the length of what it multiplies, and both together."""
    looked, moved = ((share, derive(maths.remainder, [share]))
                     for share in (sink.first[sink.best.index], sink.brought[sink.best.index]))
    return [PairOfBars(title, ("first token", "the others"), values, colour, left, top - i * 1.55, unit)
            for i, (title, values, colour, unit) in enumerate((
                ("its attention", looked, theme.ATTENTION, 1.0),
                ("length of the vector that it multiplies", (sink.length(0), sink.others()), theme.DATA_HIGH, None),
                ("attention times length, as a share", moved, theme.VALUE, 1.0)))]


def missed(rec: HeadAblationRecording, x: float, y: float) -> tuple[HeadMap, VGroup]:
    """The chance that is left without each head, bright where the head is missed; and its legend and heading."""
    chances = rec.without.array     # the scale runs from the largest chance to the smallest
    heads = HeadMap(rec.without, 5.2, 2.85, "sequential", float(chances.max()), float(chances.min()), size=theme.SMALL)
    heads.shift(np.array([x, y, 0.0])).set_come(0)
    words = Words("chance of {word} with one head off", theme.LABEL, theme.SECONDARY, word=rec.target)
    return heads, VGroup(heads.marked_legend(-2.2, rec.probability, "all heads on"),
                         words.place([heads.box()[0], y + 1.36, 0]))


def looked_on(rec: HeadAblationRecording) -> Claim | str:
    """What leads from a head that is missed to induction, if the token that it looked at followed a copy of the last.

    Of a head that looked at the first token this cannot be said.
    """
    otherwise = "Now a text that makes no sense: random tokens, then the same ones again."
    key = int(np.argmax(rec.pattern.array[-1]))
    gap = derive(maths.difference, rec.prompt[key - 1].id, rec.prompt[-1].id)
    return otherwise if key == 0 else Claim(
        maths.is_same, (gap,), "It looked at what came next the last time. Now random tokens, said twice.", otherwise)


def second_turn(rec: InductionHeadsRecording, x: float, y: float) -> tuple[HeatMap, VGroup]:
    """What the best head looks at when tokens come the second time; and its name and legend."""
    again = rec.pattern[int(rec.period):]
    pattern = HeatMap(again, 5.6, 2.8, "attention", high=float(again.array.max())).shift(np.array([x, y, 0.0]))
    name = Words("layer {l:d}, head {h:d}", theme.LABEL, theme.FOCUS, l=rec.best.layer, h=rec.best.head)
    legend = pattern.legend(1.4, size=theme.SMALL)
    legend.shift(np.array([pattern.get_right()[0] - legend.get_right()[0], -2.2 - legend.ends[0].baseline()[1], 0.0]))
    return pattern, VGroup(name.place([pattern.get_left()[0], -2.2, 0]), legend)
