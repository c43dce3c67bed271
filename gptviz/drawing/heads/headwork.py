"""What heads do, as pictures made of a recording: what a sink moves, which head is missed, who
reads whom.

Planned film: head_zoo.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from manim import VGroup

from gptviz import maths
from gptviz.drawing.arrays.heatmap import HeatMap
from gptviz.drawing.base import theme
from gptviz.drawing.base.text import Words
from gptviz.drawing.heads.head_kinds import PairOfBars, ScoreRule
from gptviz.drawing.heads.headmap import HeadMap, head_name
from gptviz.recording.families import (
    HeadAblationRecording,
    HeadCompositionRecording,
    InductionHeadsRecording,
    SinkNormsRecording,
)
from gptviz.recording.heads import Head
from gptviz.recording.number import derive


def rule_above(heads: HeadMap, marks: npt.NDArray[np.bool_], text: str) -> VGroup:
    """What a score counts (query, key), as a picture and in words, above the map of all heads'
    scores."""
    words = Words(text, theme.TITLE)
    left = min(heads.box()[0], theme.RIGHT_EDGE - 1.05 - words.advance)
    return VGroup(
        ScoreRule(marks, 0.76).shift(np.array([left, 2.6, 0])), words.place([left + 1.05, 2.82, 0])
    )


def sink_bars(sink: SinkNormsRecording, left: float, top: float) -> list[PairOfBars]:
    """The first token against the others: attention, the length of what it multiplies, and both
    together."""
    looked, moved = (
        (share, derive(maths.remainder, [share]))
        for share in (sink.first[sink.best.index], sink.brought[sink.best.index])
    )
    return [
        PairOfBars(title, ("first token", "the others"), values, colour, left, top - i * 1.55, unit)
        for i, (title, values, colour, unit) in enumerate(
            (
                ("its attention", looked, theme.ATTENTION, 1.0),
                (
                    "length of the vector that it multiplies",
                    (sink.length(0), sink.others()),
                    theme.DATA_HIGH,
                    None,
                ),
                ("attention times length, as a share", moved, theme.VALUE, 1.0),
            )
        )
    ]


def missed(rec: HeadAblationRecording, x: float, y: float) -> tuple[HeadMap, VGroup]:
    """The chance that is left without each head, bright where the head is missed; and its legend
    and heading."""
    chances = rec.without.array  # the scale runs from the largest chance to the smallest
    heads = HeadMap(
        rec.without,
        5.2,
        2.85,
        "sequential",
        float(chances.max()),
        float(chances.min()),
        size=theme.SMALL,
    )
    heads.shift(np.array([x, y, 0.0])).set_come(0)
    words = Words(
        "chance of {word} with one head off", theme.LABEL, theme.SECONDARY, word=rec.target
    )
    return heads, VGroup(
        heads.marked_legend(-2.2, rec.probability, "all heads on"),
        words.place([heads.box()[0], y + 1.36, 0]),
    )


def second_turn(rec: InductionHeadsRecording, x: float, y: float) -> tuple[HeatMap, VGroup]:
    """What the best head looks at when tokens come the second time; and its name and legend."""
    again = rec.pattern[int(rec.period) :]
    pattern = HeatMap(again, 5.6, 2.8, "attention", high=float(again.array.max())).shift(
        np.array([x, y, 0.0])
    )
    name = head_name(rec.best)
    legend = pattern.legend(1.4, size=theme.SMALL)
    legend.shift(
        np.array(
            [
                pattern.get_right()[0] - legend.get_right()[0],
                -2.2 - legend.ends[0].baseline()[1],
                0.0,
            ]
        )
    )
    return pattern, VGroup(name.place([pattern.get_left()[0], -2.2, 0]), legend)


def reads(
    rec: HeadCompositionRecording, writer: Head, x: float, y: float
) -> tuple[HeadMap, npt.NDArray[np.float64]]:
    """How much each head reads of what one writes, unlit; and which heads (layer, head) can: 1 in
    later layers."""
    heads = HeadMap(
        rec.numbers("k")[:, :, *writer.index], 5.3, 4.7, "sequential", 0.0, size=theme.SMALL
    )
    later = np.zeros((int(rec.layers), int(rec.heads)))
    later[writer.index[0] + 1 :] = 1
    heads.heat.set_lit(0 * later)
    return heads.shift(np.array([x, y, 0.0])), later
