"""Pieces in which things are carried instead of exchanged: rows that turn, bars that merge, sums
that climb, flow along arcs."""

from __future__ import annotations

from typing import Any

from manim import DOWN, UP

from gptviz import maths
from gptviz.drawing.arrays.climbing import RunningSum
from gptviz.drawing.arrays.matrices import NumberMatrix
from gptviz.drawing.arrays.skyline import Skyline
from gptviz.drawing.arrays.turning import TurningRow
from gptviz.drawing.base import theme
from gptviz.drawing.base.text import Words
from gptviz.drawing.chances.bars import ProbabilityBars
from gptviz.drawing.chances.merging import MergedBars
from gptviz.drawing.gallery.stage import Piece, Stage, piece
from gptviz.drawing.heads.attention import AttentionArcs
from gptviz.drawing.heads.flowing import Flow
from gptviz.drawing.tokens.tokens import TokenStrip
from gptviz.recording.number import derive, derive_each

PIECES: list[Piece] = []


@piece(
    PIECES,
    "a row lifts out of a matrix, turns, and is the column that travels on",
    picture="gpt2/weight_mri/picture",
)
def turning_row(stage: Stage, rec: dict[str, Any]) -> None:
    picture = rec["picture"]
    matrix = NumberMatrix(
        picture.corner, (6, 0), (5, 0), size=36, of=(picture.rows, picture.columns)
    )
    matrix.shift((-2.2, 1.0, 0.0))
    row = TurningRow(matrix, 2)
    stage.add(matrix, row)
    stage.play(row.carry([-2.2, -2.4, 0]))
    stage.still("lifted")
    stage.half("turning", row.carry([5.0, 0.6, 0], turned=1.0, greyed=1.0))
    stage.still("column")
    stage.half("returning", row.carry(row.home, 0.0, 0.0), share=0.3)


@piece(
    PIECES,
    "bars fly end to end into a strip, which shrinks to one; its shares fall back",
    row="gpt2/softmax/row",
)
def merged_bars(stage: Stage, rec: dict[str, Any]) -> None:
    row, shown = rec["row"], 7
    logits = row.logits[:shown]
    powers = derive_each(maths.powers, logits, row.logits[0])
    rest = derive(maths.power_rest, row.logsumexp, logits, row.logits[0])
    bars = ProbabilityBars(
        [row.token(i) for i in range(shown)],
        powers,
        rest,
        Words("all others", theme.LABEL, theme.SECONDARY),
        unit=1.4,
        columns=(2.6, 3.4),
        spec=".2f",
        size=30,
        row=0.55,
    )
    bars.shift((-6.2, 2.9, 0.0))
    merged = MergedBars(bars, (-2.8, -2.0), 9.0)
    stage.add(bars, merged)
    stage.still("bars")
    stage.half("flying", merged.lay())
    stage.still("strip")
    stage.play(merged.shrink())
    stage.still("one")
    stage.play(merged.fall(row.probabilities(shown), row.rest(shown)))
    stage.still("shares")


@piece(PIECES, "products fall into a sum that climbs and dips", product="mini/matvec/product")
def running_sum(stage: Stage, rec: dict[str, Any]) -> None:
    product = rec["product"]
    few = RunningSum(product.sums(0)[:7], product.bias(0), 11.0, 2.6).shift(UP * 2.0)
    all_of_them = RunningSum(product.sums(0), product.bias(0), 11.0, 2.6).shift(DOWN * 1.6)
    stage.add(few, all_of_them)
    few.set_progress(4.45)
    stage.half("climbing", all_of_them.climb(), share=0.6)
    few.set_progress(7)
    stage.still("climbed")


@piece(PIECES, "values flow along arcs, thicker by weight", head="gpt2/scores_mask/head")
def flow_along_arcs(stage: Stage, rec: dict[str, Any]) -> None:
    head = rec["head"]
    strip = TokenStrip(head.prompt, 36).center().shift(DOWN)
    query = len(head.prompt) - 1
    weights = head.numbers("pattern")
    arcs = AttentionArcs(list(strip), weights, query, height=2.6, size=36)
    flow = Flow(list(arcs.arcs), weights[query], backwards=True)
    stage.add(strip, arcs, flow)
    stage.half("leaving", flow.run(), share=0.35)
    flow.set_progress(0.75)
    stage.still("arriving")


@piece(PIECES, "vectors as bars, read one by one and made smaller", head="mini/qkv/head")
def skylines(stage: Stage, rec: dict[str, Any]) -> None:
    head = rec["head"]
    query = int(head.chosen.query)
    rows = (("q", theme.QUERY, 2.0), ("k", theme.KEY, -0.2), ("v", theme.VALUE, -2.4))
    lists = [
        Skyline(head.numbers(name)[query].array, (-6.0, y - 1.0, 2.0, y + 1.0), colour)
        for name, colour, y in rows
    ]
    stage.add(*lists)
    lists[0].set_read(len(lists[0].values) / 2)
    stage.still("read")
    stage.half("smaller", lists[2].multiply(0.3))
    stage.half("carried", lists[1].carry((-2.0, -1.2, 6.0, 0.8)))
