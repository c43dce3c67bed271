"""Outlines of many mobjects as Cairo paths, made with numpy and handed over in one call each.

Manim 0.22 walks through the curves of a mobject in Python, with one call into Cairo for each. A
Cairo path is an array of 16-byte cells: a header (kind, number of cells) and the points that follow
it. A cubic curve takes four cells, three of them points; Manim keeps four points a curve, the first
of which is the end of the curve before. So the outlines of a whole frame become paths in a few
array operations, and ``cairo_append_path`` of the very library that pycairo uses takes them. Where
that library cannot be reached, :func:`append_cells` walks through the cells: slower, same pixels.

Source: ``cairo_path_data_t`` in Cairo's manual; ``Camera.set_cairo_context_path`` of Manim 0.22.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import cairo
import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

_MOVE, _CURVE, _CLOSE = (0, 2), (2, 4), (3, 1)  # kind of cell, number of cells
_RELATIVE = 1e-5  # of numpy.isclose, which Manim's test of equal points follows


@dataclass(frozen=True, slots=True, eq=False)
class Path:
    """One mobject's outline: its points as bytes, and its cells (count, 2), where they lie in
    memory.

    ``bounds`` are least x and y, largest x and y of all its points.
    """

    key: bytes
    cells: Floats
    address: int
    bounds: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, Path) and self.key == other.key)

    def __hash__(self) -> int:
        return hash(self.key)


def outlines(batch: Sequence[Floats], keys: Sequence[bytes], tolerance: float) -> list[Path]:
    """Cairo paths of outlines, each of shape (4 curves, 3) with finite points and at least one
    curve.

    Points nearer than ``tolerance`` (plus 1e-5 of the second, as numpy.isclose has it) in x and in
    y are one: there curves join, and there an outline is closed.
    """
    points = np.concatenate(batch) if len(batch) > 1 else batch[0]
    curves = points.reshape(-1, 4, 3)[:, :, :2]
    starts, ends = curves[:, 0], curves[:, 3]
    sizes = np.array([len(each) for each in batch]) // 4
    firsts = np.cumsum(sizes) - sizes

    begins = np.ones(len(curves), bool)
    begins[1:] = ~_near(ends[:-1], starts[1:], tolerance)
    begins[firsts] = True
    at = np.flatnonzero(begins)
    last = np.append(at[1:], len(curves)) - 1
    closed = last[_near(starts[at], ends[last], tolerance)]

    closes = np.zeros(len(curves) + 1, np.int64)
    closes[closed + 1] = 1
    header = 4 * np.arange(len(curves)) + 2 * np.cumsum(begins) + np.cumsum(closes)[:-1]
    total = int(header[-1]) + 4 + int(closes[-1])
    cells = np.empty((total, 2))
    heads = cells.view(np.int32)
    heads[header, :2] = _CURVE
    for number in (1, 2, 3):
        cells[header + number] = curves[:, number]
    heads[header[at] - 2, :2] = _MOVE
    cells[header[at] - 1] = starts[at]
    heads[header[closed] + 4, :2] = _CLOSE

    base = cells.ctypes.data
    edges = [*(header[firsts] - 2).tolist(), total]
    flat = points[:, :2]
    bounds = np.concatenate(
        [np.minimum.reduceat(flat, 4 * firsts), np.maximum.reduceat(flat, 4 * firsts)], axis=1
    )
    return [
        Path(key, cells[edges[i] : edges[i + 1]], base + 16 * edges[i], tuple(bound))
        for i, (key, bound) in enumerate(zip(keys, bounds.tolist(), strict=True))
    ]


def _near(first: Floats, second: Floats, tolerance: float) -> npt.NDArray[np.bool_]:
    """Whether points (n, 2) are equal as ``VMobject.consider_points_equals_2d`` has it."""
    return np.asarray(
        (np.abs(first - second) <= tolerance + _RELATIVE * np.abs(second)).all(axis=1)
    )


class _CairoPath(ctypes.Structure):
    _fields_ = [("status", ctypes.c_int), ("data", ctypes.c_void_p), ("num_data", ctypes.c_int)]


Append = Callable[[Path], None]


def appender(context: Any, library: Any = ...) -> Append:
    """A function that appends paths to a pycairo context, with Cairo's ``library`` (found if not
    given) or without."""
    library = cairo_library() if library is ... else library
    if library is None:
        return lambda path: append_cells(context, path.cells)
    call = library.cairo_append_path
    native = ctypes.c_void_p(_address(context))
    form = _CairoPath(0, None, 0)
    reference = ctypes.byref(form)

    def append(path: Path) -> None:
        form.data, form.num_data = path.address, len(path.cells)
        call(native, reference)

    return append


def append_cells(context: Any, cells: Floats) -> None:
    """Appends a path to a pycairo context, cell by cell."""
    kinds = cells.view(np.int32)[:, 0].tolist()
    points = cells.tolist()
    at = 0
    while at < len(points):
        if kinds[at] == _MOVE[0]:
            context.new_sub_path()
            context.move_to(*points[at + 1])
            at += _MOVE[1]
        elif kinds[at] == _CURVE[0]:
            context.curve_to(*points[at + 1], *points[at + 2], *points[at + 3])
            at += _CURVE[1]
        else:
            context.close_path()
            at += _CLOSE[1]


@lru_cache(maxsize=1)
def cairo_library() -> Any:
    """The C library behind pycairo, or None where it cannot be reached or does not do what it
    should."""
    try:
        # PyDLL: the call is too short to be worth giving up the interpreter's lock for.
        library = ctypes.PyDLL(cairo._cairo.__file__)  # type: ignore[attr-defined]
        library.cairo_append_path.argtypes = [ctypes.c_void_p, ctypes.c_void_p]
        library.cairo_append_path.restype = None
        library.cairo_version.restype = ctypes.c_int
    except (OSError, AttributeError):
        return None
    version = library.cairo_version()
    major, minor, micro = (int(part) for part in cairo.cairo_version_string().split("."))
    if version != major * 10_000 + minor * 100 + micro:
        return None
    return library if _works(library) else None


def _works(library: Any) -> bool:
    """Whether a path handed over to the C library is the one that pycairo reads back."""
    corners = np.array(
        [[1, 1, 0], [2, 1, 0], [2, 2, 0], [1, 2, 0], [1, 2, 0], [0, 2, 0], [0, 1, 0], [1, 1, 0]],
        float,
    )
    path = outlines([corners], [b""], 1e-6)[0]
    told, walked = (cairo.Context(cairo.ImageSurface(cairo.FORMAT_ARGB32, 4, 4)) for _ in range(2))
    appender(told, library)(path)
    append_cells(walked, path.cells)
    return (
        str(told.copy_path()) == str(walked.copy_path())
        and told.path_extents() == walked.path_extents()
    )


def _address(context: Any) -> int:
    """The ``cairo_t *`` of a pycairo context: its first field, as ``PycairoContext_GET`` of
    pycairo's header has it."""
    return int(ctypes.c_void_p.from_address(id(context) + object.__basicsize__).value or 0)
