"""Heat maps and heads as pixels: the colours on screen are those of the numbers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from manim import Camera, Scene, tempconfig

from gptviz.drawing.arrays.heatmap import HeatMap, ZoomedPicture, extremes
from gptviz.drawing.base import theme
from gptviz.drawing.base.cells import Cells
from gptviz.drawing.base.motion import Glide
from gptviz.drawing.base.picture import Picture, resized
from gptviz.drawing.heads.attention import AttentionArcs, AttentionGrid
from gptviz.drawing.heads.headgrid import HeadGrid
from gptviz.drawing.tokens.tokens import TokenStrip
from gptviz.recording.store import Store
from gptviz.render import fast
from tests.drawing.samples import numbers, pattern, tokens
from tests.render.comparing import film, settings

ROOT = Path(__file__).resolve().parents[2]
RANDOM = np.random.default_rng(2)


def photograph(*mobjects: Any, width: int = 960, height: int = 540) -> np.ndarray:
    """What a plain Manim camera sees (row, column, rgb)."""
    with tempconfig({"pixel_width": width, "pixel_height": height}):
        camera = Camera(background_color=theme.GROUND)
        camera.capture_mobjects(list(mobjects))
        return np.array(camera.pixel_array[..., :3])


def colour_at(picture: np.ndarray, point: np.ndarray) -> np.ndarray:
    rows, columns = picture.shape[:2]
    return (
        picture[
            int((theme.HEIGHT / 2 - point[1]) / theme.HEIGHT * rows),
            int((point[0] + theme.WIDTH / 2) / theme.WIDTH * columns),
        ]
        / 255
    )


@pytest.mark.parametrize("size", [6, 30, 64])
@pytest.mark.parametrize("scale", ["weights", "sequential"])
def test_cells_on_screen_have_the_colours_of_their_values(size: int, scale: Any) -> None:
    array = RANDOM.normal(size=(size, size))
    heat = HeatMap(numbers(array), 6, 6, scale).shift((0.7, -0.3, 0))
    assert isinstance(heat.cells, Cells if size <= 40 else Picture)
    picture = photograph(heat)
    wanted = (
        theme.diverging(array, np.abs(array).max())
        if scale == "weights"
        else theme.sequential(array, array.min(), array.max())
    )
    for r, c in RANDOM.integers(0, size, (40, 2)):
        seen = colour_at(picture, heat.center_of(int(r), int(c)))
        # exact up to 48 colours; batches of more share a mobject among near ones
        assert np.abs(seen - wanted[r, c]).max() <= (1.5 if size in (6, 64) else 10) / 255


def test_a_picture_larger_than_the_screen_shows_means_by_area() -> None:
    cells = RANDOM.integers(0, 256, (400, 300, 3)).astype(np.uint8)
    small = resized(cells, 100, 60).astype(float)
    wanted = cells.reshape(100, 4, 60, 5, 3).mean(axis=(1, 3))
    assert np.abs(small - wanted).max() <= 1.0


def test_few_cells_stay_sharp_and_of_equal_width() -> None:
    cells = np.zeros((1, 3, 3), np.uint8)
    cells[0, 1] = 255
    wide = resized(cells, 1, 300)[0, :, 0]
    assert (wide[:100] == 0).all() and (wide[100:200] == 255).all() and (wide[200:] == 0).all()
    seam = resized(cells, 1, 100)[
        0, :, 0
    ]  # 33 1/3 pixels to a cell: the pixel on the seam has its share
    assert (
        seam[33] == round(255 * 2 / 3)
        and seam[34] == 255
        and abs(seam.sum() / 255 - 100 / 3) < 0.01
    )


def test_a_legend_names_the_true_extremes() -> None:
    array = RANDOM.normal(size=(20, 30))
    low, high = extremes(numbers(array))
    assert float(low) == array.min() and float(high) == array.max()
    assert array[low.place.index] == array.min() and array[high.place.index] == array.max()
    ends = HeatMap(numbers(array), 4, 4, low=-1, high=1).legend().ends
    assert [float(end.number) for end in ends] == [array.min(), array.max()]


def test_pictures_fade_and_move_with_their_group() -> None:
    heat = HeatMap(numbers(np.ones((60, 60))), 3, 3, "attention")
    heat.cells.set_opacity(0.5)
    half = colour_at(photograph(heat.shift((2, 1, 0)).scale(0.5)), np.array([2.0, 1.0]))
    assert np.allclose(
        half, (theme.rgb(theme.ATTENTION) + theme.rgb(theme.GROUND)) / 2, atol=3 / 255
    )


def test_a_glide_shows_no_cell_of_an_earlier_moment(tmp_path: Path) -> None:
    """A scene draws on what it saw at a motion's begin, also a mobject of a colour that no cell has
    any more."""
    values = [
        numbers(RANDOM.random((6, 6))),
        numbers(np.round(RANDOM.random((6, 6)))),
        numbers(RANDOM.random((6, 6))),
    ]
    seen: list[np.ndarray] = []

    class Gliding(Scene):
        def construct(self) -> None:
            heat = HeatMap(values[0], 6, 6, "attention")
            self.add(heat)
            for state in values[1:]:
                self.play(Glide(heat, lambda state=state: heat.set_values(state)), run_time=1.0)

    class Still(Scene):
        def construct(self) -> None:
            for colours in seen:
                heat = HeatMap(values[0], 6, 6, "attention")
                heat.cells.set_colours(colours)
                self.clear()
                self.add(heat)
                self.wait(0.1)

    def note(cells: Cells, colours: np.ndarray) -> Cells:
        seen.append(np.array(colours))
        return set_colours(cells, colours)

    set_colours = Cells.set_colours
    with settings(tmp_path):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Cells, "set_colours", note)
            moving = film(Gliding, fast.renderer())
        still = {frame.tobytes() for frame in film(Still, fast.renderer())}
    assert len({frame.tobytes() for frame in moving}) > 15
    assert all(frame.tobytes() in still for frame in moving)


def test_zooming_shows_the_finest_level_that_covers_the_window() -> None:
    whole = RANDOM.random((80, 40, 3))
    zoom = ZoomedPicture([(whole[:10, :10], 10, 10), (whole, 80, 40)], 4, 4)
    corner = whole[:2, :2]
    zoom.set_window(2, 2)
    picture = photograph(zoom)
    for r in (0, 1):
        for c in (0, 1):
            seen = colour_at(picture, np.array([-1 + 2 * c, 1 - 2 * r]))
            assert np.allclose(seen, corner[r, c], atol=1.5 / 255)
    assert zoom.set_window(80, 40).extent == (80, 40)
    assert np.allclose(
        colour_at(photograph(zoom), np.array([-1.97, 1.98])), whole[0, 0], atol=1.5 / 255
    )


def test_all_heads_of_the_real_run_are_told_apart() -> None:
    run = Store(ROOT / "recordings").read("gpt2", "heads_grid", "run")
    weights = run.array("pattern")
    heads = HeadGrid(run.numbers("pattern"))
    picture = photograph(heads, width=1920, height=1080)
    for layer, head in [(0, 1), (4, 11), (9, 8), (11, 0)]:
        left, bottom, right, top = heads.box(layer, head)
        count = weights.shape[-1]
        for query in range(count):
            for key in range(query + 1):
                across, down = (key + 0.5) / count, (query + 0.5) / count
                middle = np.array([left + (right - left) * across, top - (top - bottom) * down])
                wanted = theme.attention(weights[layer, head, query, key])
                assert np.abs(colour_at(picture, middle) - wanted).max() < 2 / 255


@pytest.mark.parametrize(
    ("layers", "heads", "count"), [(24, 16, 10), (2, 3, 1), (48, 25, 48), (1, 1, 2)]
)
def test_heads_of_any_shape_fit_their_box(layers: int, heads: int, count: int) -> None:
    grid = HeadGrid(numbers(pattern(layers, heads, count, count)), 6.0, 5.5)
    family = [part for part in grid.get_family() if len(part.points)]
    points = np.concatenate([part.points for part in family])
    assert np.ptp(points[:, 0]) <= 6.05 and np.ptp(points[:, 1]) <= 5.55
    labels = [part for part in grid.labels.get_family() if len(part.points)]
    assert all(
        a.get_right()[0] < b.get_left()[0]
        for a, b in zip(labels, labels[1:], strict=False)
        if abs(a.get_bottom()[1] - b.get_bottom()[1]) < 0.02
    )
    box = grid.box(layers - 1, heads - 1)
    assert box[2] - box[0] == pytest.approx(box[3] - box[1])


def test_a_sweep_reveals_query_by_query() -> None:
    heads = HeadGrid(numbers(pattern(2, 2, 6, 6)))
    ground = np.rint(theme.rgb(theme.GROUND) * 255)
    heads.set_revealed(3)
    cells = heads.picture._source
    assert (cells[3:6] == ground).all() and (cells[:3, 0] != ground).any()
    heads.set_revealed(7)
    assert (np.abs(heads.picture._source[0, 1:6] - ground) < 1).all()  # the future is not there
    assert np.allclose(
        heads.picture.colours[:6, :1],
        theme.attention(heads.patterns.array[0, 0, :, :1]),
        atol=1 / 255,
    )


def test_the_stages_of_a_grid() -> None:
    scores, weights = RANDOM.normal(size=(5, 5)) * 9, pattern(5, 5)
    grid = AttentionGrid(tokens(5), numbers(scores), "scores", 7, 5, ".1f", masked=False)
    assert all(run.fill_rgbas[0][3] == 1 for run in grid.runs)
    grid.set_mask(0.5)  # numerals are gone before minus infinity comes
    assert all(run.fill_rgbas[0][3] == 0 for i, run in enumerate(grid.runs) if i % 5 > i // 5)
    assert all(sign.fill_rgbas[0][3] == 0 for sign in grid.struck)
    grid.set_mask(1.0)
    assert len(grid.struck) == 10 and all(sign.fill_rgbas[0][3] == 1 for sign in grid.struck)
    grid.set_values(numbers(weights), "pattern")
    assert all(sign.fill_rgbas[0][3] == 0 for sign in grid.struck)
    assert np.allclose(grid.cells.colours[0], theme.attention(weights[0, 0]))
    assert [float(run.number) for run in grid.runs] == pytest.approx(weights.ravel())


@pytest.mark.parametrize("count", [1, 7, 42])
def test_grids_of_awkward_tokens_fit_their_box(count: int) -> None:
    grid = AttentionGrid(tokens(count), numbers(pattern(count, count)), width=7.0, height=5.0)
    assert grid.width <= 7.05 and grid.height <= 5.05
    rows = list(grid.rows)
    assert all(
        a.get_bottom()[1] > b.get_top()[1] - 0.03 for a, b in zip(rows, rows[1:], strict=False)
    )


def test_a_grid_grows_out_of_a_heads_pattern() -> None:
    heads = HeadGrid(numbers(pattern(3, 4, 5, 5))).shift((-3, 0, 0))
    grid = AttentionGrid(tokens(5), numbers(pattern(5, 5)), width=4, height=4).shift((3, 0, 0))
    home = grid.cells.get_center().copy()
    growing = heads.grow(1, 2, grid)
    growing.begin()
    assert np.allclose(grid.cells.get_center(), heads.center_of(1, 2), atol=0.02)
    assert all(part.fill_rgbas[0][3] == 0 for part in grid.rows.family_members_with_points())
    growing.interpolate(1.0)
    assert np.allclose(grid.cells.get_center(), home)


def test_arcs_are_as_wide_as_their_weights() -> None:
    weights = pattern(6, 6)
    strip = TokenStrip(tokens(6))
    arcs = AttentionArcs(list(strip), numbers(weights), 4)
    widths = [arc.stroke_width for arc in arcs.arcs]
    assert np.allclose(widths[:5], 1 + 9 * weights[4, :5]) and widths[5] == 0
    best = int(np.argmax(weights[4]))
    assert arcs.numeral is not None and float(arcs.numeral.number) == weights[4, best]
    assert arcs.numeral.get_center()[0] == pytest.approx(strip[best].get_center()[0], abs=0.1)
