"""The map of the model: as many blocks as the model has, every part under its name, in every size."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from gptviz.drawing.base import theme
from gptviz.drawing.model.map import CARD, CORNER, ModelMap, map_of
from gptviz.errors import GptvizError, NotDeclared, NotFinite
from gptviz.recording.store import Store
from tests.drawing.samples import number


def upright_boxes(chart: ModelMap) -> int:
    """How many quadrangles its shapes draw, of all colours."""
    return sum(len(shape.points) for shape in [*chart.boxes, *chart.tables]) // 16


@pytest.mark.parametrize("layers", [1, 6, 12, 30, 100])
def test_as_many_blocks_are_drawn_as_the_model_has(layers: int) -> None:
    chart = ModelMap(number(layers))
    assert upright_boxes(chart) == 2 * layers + 4 + 4  # tokens; stream, two tables, next token
    boxes = [chart.box_of(f"block {i}") for i in range(layers)]
    assert all(left[2] < right[0] for left, right in zip(boxes, boxes[1:], strict=False))
    assert chart.box_of("blocks") == pytest.approx(
        (boxes[0][0], boxes[0][1], boxes[-1][2], boxes[-1][3])
    )


def test_a_part_is_found_wherever_the_map_was_taken() -> None:
    chart = ModelMap(number(12), number(12), positions=True)
    before = np.array(chart.box_of("head 4.11"))
    chart.set_box(CORNER)
    there = np.array(CORNER[:2]) + (before[:2] - CARD[:2]) * 0.7 / 2.4
    assert chart.box_of() == pytest.approx(CORNER)
    assert chart.box_of("head 4.11")[:2] == pytest.approx(there)
    high = np.diff([chart.box_of("attention 4")[i] for i in (1, 3)])[0]
    assert np.diff([chart.box_of("head 4.11")[i] for i in (1, 3)])[0] == pytest.approx(high / 12)


@pytest.mark.parametrize("edition, layers", [("gpt2", 12), ("mini", 6)])
def test_a_recording_gives_the_map_of_its_model(root: Path, edition: str, layers: int) -> None:
    store = Store(root / "recordings")
    chart = map_of(store.read(edition, "softmax", "row"))
    assert chart.layers == layers and str(chart.layers.address).endswith("#provenance.size.layers")
    assert {"mlp 0", "positions", f"mlp {layers - 1}"} <= set(chart.names("mlp", "positions"))
    with pytest.raises(NotDeclared, match="how many blocks"):
        map_of(store.read("word2vec-googlenews", "word_space", "space"))


def test_the_frame_slides_from_part_to_part_and_what_is_lit_is_bright() -> None:
    chart = ModelMap(number(3)).set_lit("tokens")
    motion = chart.light("mlp 2")
    motion.begin()
    motion.interpolate(1.0)
    low, high = chart.frame.points.min(axis=0), chart.frame.points.max(axis=0)
    left, bottom, right, top = chart.box_of("mlp 2")
    assert low[0] < left < right < high[0] and low[1] < bottom < top < high[1]
    brightest = max(chart.boxes, key=lambda shape: shape.fill_rgbas[0, :3].sum())
    assert brightest.points[:, 0].min() == pytest.approx(left)
    motion = chart.light()
    motion.begin()
    motion.interpolate(1.0)
    assert chart.frame.stroke_rgbas[0, 3] == 0


def test_what_it_cannot_draw_is_refused_in_a_line() -> None:
    for wrong, kind in ((0.0, GptvizError), (2.5, GptvizError), (float("nan"), NotFinite)):
        with pytest.raises(kind) as told:
            ModelMap(number(wrong))
        assert "\n" not in str(told.value)
    chart = ModelMap(number(2), number(2))
    for name in ("block 2", "head 0.2", "head 0", "heart"):
        with pytest.raises(GptvizError, match="the map has no"):
            chart.set_lit(name)
    with pytest.raises(GptvizError, match="2 times 2 heads"):
        chart.set_heads(np.zeros((2, 3)))
    with pytest.raises(NotFinite, match=r"\[1, 0\] is nan"):
        chart.set_heads([[0, 1], [np.nan, 0]])


def test_heads_are_as_yellow_as_their_weights() -> None:
    weights = np.array([[0.0, 1.0], [0.5, 0.25]])
    chart = ModelMap(number(2), number(2)).set_heads(weights)
    assert np.allclose(chart.head_cells[0].colours, theme.attention(weights.ravel()))
