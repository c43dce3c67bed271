"""The film vocab_tour: every entry of a vocabulary has one cell of one picture, however many there
are."""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np
import pytest

from gptviz.drawing.base import theme
from tests.films.test_judges import default


def made() -> tuple[Any, Any]:
    """What the film draws with, and its recordings."""
    film, recordings = default("vocab_tour")
    return importlib.import_module(film.__module__.replace(".film", ".parts")), recordings


@pytest.mark.parametrize("count", [1, 300, 8_192, 50_257, 300_000])
def test_every_entry_has_a_cell_where_its_colour_is(count: int) -> None:
    tiles = made()[0].Tiles(count, (-6, -2, 6, 2))
    rng = np.random.default_rng(count)
    colours = rng.integers(60, 250, (count, 3)) / 255
    tiles.paint(colours)
    assert len(tiles.get_family()) == 3  # itself, its picture, its texts: none for an entry
    left, bottom, right, top = tiles.picture.sides
    grid = tiles.picture.colours
    lit = np.abs(grid - theme.rgb(theme.GROUND)).max(axis=2) > 0.02
    assert lit.sum() == count
    for entry in {0, count // 2, count - 1, *rng.integers(0, count, 20).tolist()}:
        x, y, _ = tiles.place_of(entry)
        row = int((top - y) / (top - bottom) * tiles.size[0])
        column = int((x - left) / (right - left) * tiles.size[1])
        assert np.allclose(grid[row, column], colours[entry], atol=1 / 255)


def test_a_text_stands_in_its_cell_when_one_looks_near() -> None:
    parts, recordings = made()
    order = recordings["order"]
    tiles = parts.Tiles(len(order.classes), (-6, -2, 6, 2), order.first)
    assert not len(tiles.labels)
    tiles.set_view(tiles.view_of(256, 4.0))
    texts = {str(label.token): label for label in tiles.labels}
    assert {" t", " a", "he", "in", "re", "on", " the", "er"} <= set(texts)
    left, bottom, right, top = tiles.picture.sides
    for label in texts.values():
        away = label.get_center() - tiles.place_of(int(label.token.id))
        assert np.abs(away).max() < tiles.unit / 2
        assert label.width < tiles.unit and left <= label.get_left()[0]
        assert bottom <= label.get_bottom()[1] and label.get_top()[1] <= top
    tiles.set_view(tiles.home)
    assert not len(tiles.labels)


def test_digits_are_counted_in_both_lists() -> None:
    recordings = made()[1]
    order, other = recordings["order"], recordings["other"]
    assert [str(token) for token in order.texts[0]] == ["123", "45"]
    assert [str(token) for token in other.texts[0]] == list("12345")
    assert (order.count("digit"), other.count("digit")) == (1_691, 10)
    assert order.belongs("digit").sum() == 1_691 and other.belongs("digit").sum() == 10
