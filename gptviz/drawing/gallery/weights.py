"""Pieces of weights and counts: the picture of a model's memory, layer by layer, shares of its
numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
from manim import DOWN, FadeIn

from gptviz import maths
from gptviz.drawing.arrays.bytes import TURNS, ByteChart, headings
from gptviz.drawing.arrays.sums import Sum
from gptviz.drawing.base import theme
from gptviz.drawing.base.motion import Follow, Glide
from gptviz.drawing.gallery.stage import Piece, Stage, piece
from gptviz.drawing.model import weight_legends
from gptviz.drawing.model.by_layer import EndsTable, LayerChart
from gptviz.drawing.model.stack import PARTS, SizeZoom, WeightStack, times_as_bright, whole_pixels
from gptviz.drawing.model.tally import ParameterTally, ShareBars
from gptviz.recording.families import architecture
from gptviz.recording.number import derive
from gptviz.recording.published import MRI_FACTOR

PIECES: list[Piece] = []
NAMES = {"wte": "tokens", "attention": "attention", "mlp": "MLPs"}


def span(picture: Any) -> tuple[float, float]:
    """The bytes that have the first and the last colour: all but the darkest and the brightest
    differ."""
    low, high = np.percentile(picture.picture("saturating"), (1.0, 99.5))
    return float(low), float(high)


@piece(PIECES, "from nine weights to all of them", picture="gpt2/weight_mri/picture")
def size_zoom(stage: Stage, rec: dict[str, Any]) -> None:
    picture = rec["picture"]
    few, rows, columns = picture.corner[:3, :3], int(picture.rows), int(picture.columns)
    window, block, whole = (picture.picture(name) for name in ("window", "block", "saturating"))
    levels = [
        (window, *window.shape),
        (block, rows // int(picture.layers), columns),
        (whole, rows, columns),
    ]
    zoom = SizeZoom(few, levels, span(picture), (-6.0, -2.8, 6.0, 2.8))
    written = zoom.written(72)
    stage.add(zoom, written)
    stage.still("corner")
    stage.remove(written)
    stage.half("turning", zoom.turn_up())
    stage.half("opening", zoom.zoom(few.shape, (rows, columns), 3.0))
    stage.still("whole")


@piece(
    PIECES,
    "layers, parts and heads; the head that outshines its neighbours",
    picture="gpt2/weight_mri/picture",
)
def weight_stack(stage: Stage, rec: dict[str, Any]) -> None:
    picture = rec["picture"]
    layers, heads = int(picture.layers), int(picture.heads)
    layer, head = picture.stripe.index
    box = whole_pixels(-6.0, 2.6, 12.0, 5.4, layers, len(PARTS) * heads)
    stack = WeightStack(picture.picture("saturating"), layers, heads, box, span(picture))
    key = weight_legends.mean_key(
        picture.numbers("saturating"), MRI_FACTOR, span(picture), picture.wraps_at, box
    )
    stage.add(stack, stack.part_labels(), stack.layer_labels(), key)
    stage.still("whole")
    stage.half("light", Follow(stack, WeightStack.set_light, 2.4))
    stage.play(
        Glide(stack, lambda: stack.set_lit(stack.lit_but((layer, 0, head), (layer, 1, head))))
    )
    stage.add(stack.marks(layer, head))
    stage.still("head")


@piece(
    PIECES,
    "one layer, cut into its heads, as published and as it is",
    picture="gpt2/weight_mri/picture",
)
def weight_floor(stage: Stage, rec: dict[str, Any]) -> None:
    picture = rec["picture"]
    heads, (layer, head) = int(picture.heads), picture.stripe.index
    floors = []
    for name, top in (("wrapped", 2.6), ("saturating", -0.4)):
        box = whole_pixels(-6.4, top, 12.8, 1.6, 1, len(PARTS) * heads)
        floors.append(WeightStack(picture.array(name)[layer], 1, heads, box, span(picture)))
        bright = times_as_bright(picture.numbers(name)[layer], 0, head, heads)
        stage.add(
            floors[-1], floors[-1].below("\u00d7 {r:.2f}", 0, head, r=bright).shift(DOWN * 0.35)
        )
    stage.add(
        headings(floors, theme.STATEMENT),
        floors[0].outline(0, 0, head),
        floors[1].cuts(),
        floors[1].head_labels(),
    )
    stage.still("both")


@piece(
    PIECES, "a byte that wraps round, and one that stays full", picture="gpt2/weight_mri/picture"
)
def byte_chart(stage: Stage, rec: dict[str, Any]) -> None:
    picture = rec["picture"]
    steps = derive(maths.product, [picture.wraps_at, MRI_FACTOR])
    low, high = (byte / float(steps) for byte in span(picture))
    chart = ByteChart(picture.wraps_at, -5.0, -0.8, 10.0, 3.6, (low, high), steps)
    stage.add(chart)
    stage.half("wrapping", chart.draw(0.0, TURNS, 4.0))
    stage.play(FadeIn(chart.held))
    stage.still("both")


@piece(
    PIECES,
    "mean sizes by layer left of the picture that they are of",
    picture="gpt2/weight_mri/picture",
)
def layer_panel(stage: Stage, rec: dict[str, Any]) -> None:
    picture = rec["picture"]
    layers, heads = int(picture.layers), int(picture.heads)
    box = whole_pixels(0.25, 2.42, 5.9, 4.2, layers, len(PARTS) * heads)
    stack = WeightStack(picture.picture("saturating"), layers, heads, box, span(picture))
    panel = weight_legends.layer_panel(picture, box, "mean size of a layer's weights", -3.2, -0.75)
    stage.add(stack, stack.layer_labels(), stack.part_labels(color=theme.TEXT), panel)
    for name in panel.series:
        panel.chart.set_progress(name, 1.0)
        stage.add(panel.table.rows[name])
    stage.add(
        weight_legends.mean_key(
            picture.numbers("saturating"), MRI_FACTOR, span(picture), picture.wraps_at, box
        )
    )
    stage.still("whole")


@piece(
    PIECES, "mean sizes by layer, with the figures of the ends", picture="gpt2/weight_mri/picture"
)
def layer_chart(stage: Stage, rec: dict[str, Any]) -> None:
    picture = rec["picture"]
    layers = int(picture.layers)
    series = {name: [picture.mean_abs(layer, name) for layer in range(layers)] for name, _ in PARTS}
    chart = LayerChart(series, dict(PARTS), list(np.linspace(2.8, -2.8, layers)), -5.5, 1.0)
    table = EndsTable(series, dict(PARTS), 2.4, 6.2, 1.2)
    stage.add(chart, table.head)
    for name in series:
        chart.set_progress(name, 1.0)
        stage.add(table.rows[name])
    stage.half("half", chart.draw("value", 2.0))
    stage.still("whole")


@piece(
    PIECES,
    "the tensors of each group gathered, with their shares",
    tally="gpt2/parameter_tally/tally",
)
def gathered_tally(stage: Stage, rec: dict[str, Any]) -> None:
    tally = rec["tally"]
    every = range(len(tally))
    areas = ParameterTally(
        tally.counts, [tally.group_of(i) for i in every], [tally.block_of(i) for i in every]
    )
    stage.add(areas)
    stage.half("flying", Follow(areas, ParameterTally.set_gathered))
    stage.add(*areas.named(NAMES, {name: tally.sizes.share(name) for name in NAMES}).values())
    stage.still("gathered")


@piece(
    PIECES, "two models, cut into the shares of their groups", family="gpt2/parameter_tally/family"
)
def share_bars(stage: Stage, rec: dict[str, Any]) -> None:
    small, total = rec["family"].models[0], architecture.gpt3_total()
    parts = [(name, small.share(name)) for name in ("wte", "wpe", "attention", "mlp", "layer_norm")]
    quoted = [
        (name, derive(maths.ratio, number, total))
        for name, number in (
            ("wte", architecture.gpt3_embedding()),
            ("attention", architecture.gpt3_attention()),
            ("mlp", architecture.gpt3_mlp()),
            ("wte", architecture.gpt3_embedding()),
        )
    ]
    stage.add(
        ShareBars(
            (("GPT-2 small", parts), ("GPT-3", quoted)), (False, True), -6.2, 1.8, 12.4, 1.3, 2.6
        )
    )
    stage.still("both")


@piece(
    PIECES, "numbers that add up, read from left to right", vocabulary="gpt2/vocab_tour/vocabulary"
)
def number_sum(stage: Stage, rec: dict[str, Any]) -> None:
    book = rec["vocabulary"]
    whole = Sum(
        (
            (book.byte_entries, "single bytes"),
            (book.merge_count, "joined pairs"),
            (book.special_entries, "end of text"),
            (book.counted, "entries"),
        )
    )
    stage.add(whole)
    stage.still("sum")
