"""What only the film vocab_tour draws: a whole vocabulary as cells, one for each entry, into which
one looks until its texts can be read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from manim import Group, VGroup, linear, smooth
from manim.utils.rate_functions import squish_rate_func

from gptviz.drawing.base import theme
from gptviz.drawing.base.cells import outline
from gptviz.drawing.base.frame import View, between
from gptviz.drawing.base.glyphs import face
from gptviz.drawing.base.motion import Appear, Follow, Roll, Vanish
from gptviz.drawing.base.picture import Picture
from gptviz.drawing.base.text import Numeral, TokenText, Words
from gptviz.maths.rounding import whole_above
from gptviz.recording.number import Count, Token, Tracked

Box = tuple[float, float, float, float]  # left, bottom, right, top
Floats = npt.NDArray[np.float64]

SIDE = 16  # cells of a tile, across and down
PITCH = SIDE + 1  # from tile to tile
_BRIGHTEST = 12  # bytes of an entry that is as bright as any
_SEEN, _CLEAR = 0.35, 0.5  # units: cells so large begin to show their texts; show them fully
_MARGIN = 0.12  # of a cell, that its text leaves free
_LONGEST = 9  # characters of a text that finds room in a cell
_SWEEP = 0.2  # of the width, how soft the edge of a wash is


class Tiles(Group):
    """A vocabulary of ``count`` entries as cells in ``box``: 256 after one another make a tile, and
    tiles are read like words on a page.

    All cells are one picture. ``colours`` (entry, rgb) are what they show; ``tokens`` are written
    into their cells where these are large enough. :meth:`look` goes nearer, up to single cells.
    """

    def __init__(self, count: int, box: Box, tokens: Sequence[Token] = ()) -> None:
        left, bottom, right, top = box
        tiles = int(whole_above(count / SIDE**2))
        across = min(tiles, max(1, round((tiles * (right - left) / (top - bottom)) ** 0.5)))
        down = int(whole_above(tiles / across))
        self.size = down * PITCH - 1, across * PITCH - 1  # in cells
        tile, place = np.divmod(np.arange(count), SIDE**2)
        self._rows = tile // across * PITCH + place // SIDE
        self._columns = tile % across * PITCH + place % SIDE
        self.colours: Floats = np.tile(theme.rgb(theme.REST), (count, 1))
        self.shown = count  # so many entries are seen, the first ones
        self.view = self.home
        self.picture = Picture(self._grid(), 1.0, 1.0).set_sides(*self.inside(box))
        self.labels = VGroup()
        self._texts = [(token, *_written(token)) for token in tokens if _fits(token)]
        super().__init__(self.picture, self.labels)

    def _grid(self) -> Floats:
        grid = np.tile(theme.rgb(theme.GROUND), (*self.size, 1))
        shown = slice(0, self.shown)
        grid[self._rows[shown], self._columns[shown]] = self.colours[shown]
        return grid

    def paint(self, colours: Floats | None = None, shown: int | None = None) -> Self:
        """Shows other colours (entry, rgb), or only so many entries."""
        self.colours = self.colours if colours is None else colours
        self.shown = self.shown if shown is None else shown
        self.picture.set_colours(self._grid())
        return self

    # Places
    # ---------------------------------------------------------------------------------------------

    @property
    def window(self) -> tuple[float, float, float, float]:
        """What is seen, in cells: top, left, bottom, right; all of it inside."""
        rows, columns = self.size
        high, wide = rows / self.view.zoom, columns / self.view.zoom
        top = float(np.clip(self.view.y - high / 2, 0, rows - high))
        left = float(np.clip(self.view.x - wide / 2, 0, columns - wide))
        return top, left, top + high, left + wide

    def view_of(self, entry: int, rows: float) -> View:
        """The view in which so many rows of cells are seen, with an entry at its left upper end."""
        zoom = self.size[0] / rows
        x = self._columns[entry] + self.size[1] / zoom / 2
        return View(float(x), float(self._rows[entry] + rows / 2), zoom)

    @property
    def home(self) -> View:
        """The view of everything."""
        return View(self.size[1] / 2, self.size[0] / 2, 1.0)

    def place_of(self, entry: int) -> Floats:
        """The middle of an entry's cell on screen, as it is seen now."""
        return self._place(self._rows[entry] + 0.5, self._columns[entry] + 0.5)

    def _place(self, row: float, column: float) -> Floats:
        top, left, bottom, right = self.window
        x0, y0, x1, y1 = self.picture.sides
        x = x0 + (column - left) / (right - left) * (x1 - x0)
        return np.array([x, y1 - (row - top) / (bottom - top) * (y1 - y0), 0.0])

    @property
    def unit(self) -> float:
        """The side of a cell on screen."""
        x0, _, x1, _ = self.picture.sides
        return (x1 - x0) / (self.window[3] - self.window[1])

    def frame(self, entries: Sequence[int], grow: float = 0.06) -> Any:
        """A frame around the cells of some entries, as they are seen now."""
        places, half = np.array([self.place_of(entry) for entry in entries]), self.unit / 2
        (left, bottom, _), (right, top, _) = places.min(axis=0), places.max(axis=0)
        box = (left - half, bottom - half, right + half, top + half)
        return outline(box, theme.FOCUS, 4.0, grow)

    # Motions
    # ---------------------------------------------------------------------------------------------

    def set_view(self, view: View) -> Self:
        """Shows another part."""
        self.view = view
        self.picture.set_window(*self.window)
        self._write()
        return self

    def _write(self) -> None:
        """Writes the texts of cells that are large enough, and inside the window."""
        unit = self.unit
        opacity = float(np.clip((unit - _SEEN) / (_CLEAR - _SEEN), 0, 1))
        top, left, bottom, right = self.window
        seen = []
        for token, text, homes in self._texts if opacity > 0 else ():
            row, column = self._rows[int(token.id)], self._columns[int(token.id)]
            inside = min(row - top, bottom - 1 - row, column - left, right - 1 - column)
            if inside < -_MARGIN:
                continue
            middle = self._place(row + 0.5, column + 0.5)
            light = float(self.colours[int(token.id)].mean())
            for run, home in zip(text.runs, homes, strict=True):
                run.points = middle + home * unit
                run.set_fill(theme.GROUND if light > 0.4 else theme.TEXT, opacity=opacity)
            seen.append(text)
        self.labels.submobjects = seen

    def look(self, view: View, run_time: float, **options: Any) -> Follow:
        """A motion to another view, by equal factors in equal times."""
        start: list[View] = []

        def step(tiles: Tiles, share: float) -> None:
            start[:] = start or [tiles.view]
            tiles.set_view(between(start[0], view, share))

        return Follow(self, step, run_time, **options)

    def inside(self, box: Box) -> Box:
        """The sides of all cells, as large as they fit in a box, in its middle."""
        left, bottom, right, top = box
        unit = min((right - left) / self.size[1], (top - bottom) / self.size[0])
        wide, high = self.size[1] * unit / 2, self.size[0] * unit / 2
        x, y = (left + right) / 2, (bottom + top) / 2
        return x - wide, y - high, x + wide, y + high

    def carry(self, box: Box, run_time: float) -> Follow:
        """A motion of the whole to another box."""
        first, last = np.array(self.picture.sides), np.array(self.inside(box))

        def step(tiles: Tiles, share: float) -> None:
            tiles.picture.set_sides(*(first + (last - first) * share).tolist())

        return Follow(self, step, run_time)

    def pour(self, counter: Numeral, total: Tracked, run_time: float) -> list[Follow]:
        """The motions in which the entries come in the order of their ids, and are counted."""
        count = len(self.colours)

        def tell(numeral: Numeral, share: float) -> None:
            shown = Count(range(round(count * share)), "entries shown")
            numeral.set_value(total if share >= 1 else shown)

        return [
            Follow(self, lambda tiles, share: tiles.paint(shown=round(count * share)), run_time),
            Follow(counter, tell, run_time),
        ]

    def wash(self, colours: Floats, run_time: float, **options: Any) -> Follow:
        """A motion in which other colours (entry, rgb) wash over the cells, from the left."""
        start: list[Floats] = []
        across = self._columns / self.size[1]

        def step(tiles: Tiles, share: float) -> None:
            start[:] = start or [tiles.colours]
            done = np.clip((share * (1 + _SWEEP) - across) / _SWEEP, 0, 1)[:, None]
            tiles.paint(start[0] + (colours - start[0]) * done)

        return Follow(self, step, run_time, **{"rate_func": linear, **options})


def drawable(token: Token) -> bool:
    """Whether all of a token's text can be drawn as it is."""
    return token.whole and str(token).isprintable() and face(theme.TOKEN_FACE).has(str(token))


def _fits(token: Token) -> bool:
    return drawable(token) and 0 < len(str(token)) <= _LONGEST


def _written(token: Token) -> tuple[TokenText, list[Floats]]:
    """A token's text, and its outlines in a cell of one unit around the origin."""
    em = min(0.62, 0.86 / (0.6 * len(str(token))))
    text = TokenText(token, em * 1080 / theme.HEIGHT).place([0, -0.34 * em, 0], "center")
    return text, [run.points.copy() for run in text.runs]


class Head(VGroup):
    """What is counted, above the cells: a large number and what it counts. The first
    number is the largest: others end where it ends."""

    def __init__(self, number: Tracked, what: str, y: float) -> None:
        super().__init__()
        self.number = Numeral(number, ",", 96, align="right")
        self._y, end = y, theme.LEFT_EDGE + 0.1 + self.number.advance
        self._start = end + 0.35
        self.number.place([end, y, 0], "right")
        self.what = self._named(what)
        self.add(self.number, self.what)

    def _named(self, what: str) -> Words:
        return Words(what, 48, theme.SECONDARY).place([self._start, self._y, 0])

    def write(self, number: Tracked, what: str, run_time: float = theme.MOVE) -> list[Any]:
        """The motions to another number, and to what it counts."""
        old, new = self.what, self._named(what)
        self.submobjects = [self.number, old, new]
        self.what = new
        return [
            Roll((self.number, number), run_time=run_time),
            Vanish(old, run_time, rate_func=squish_rate_func(smooth, 0.0, 0.5)),
            Appear(new, run_time, rate_func=squish_rate_func(smooth, 0.5, 1.0)),
        ]


def by_length(lengths: npt.NDArray[Any]) -> Floats:
    """Greys (entry, rgb) of entries by their bytes: the longer, the brighter."""
    share = np.clip(lengths / _BRIGHTEST, 0, 1)[:, None]
    low, high = theme.rgb(theme.HAIRLINE), theme.rgb(theme.DATA_LOW)
    return np.asarray(low + (high - low) * share)


def tinted(greys: Floats, members: npt.NDArray[np.bool_], hue: int, others: float = 1.0) -> Floats:
    """Colours (entry, rgb) in which the members have a hue; the others keep a share of their
    grey."""
    ground = theme.rgb(theme.GROUND)
    plain = ground + (greys - ground) * others
    return np.asarray(np.where(members[:, None], theme.rgb(theme.HUES[hue]), plain))
