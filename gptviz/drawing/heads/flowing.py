"""Something that flows along arcs and wires: strips that travel from key to query, thicker by
weight."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from manim import VMobject

from gptviz.drawing.base import theme
from gptviz.drawing.base.cells import paint, polygons
from gptviz.drawing.base.given import finite
from gptviz.drawing.base.motion import Follow
from gptviz.errors import GptvizError

Floats = npt.NDArray[np.float64]
_FINE = 33  # points of a path that is looked at
_SLICES = 12  # of a strip


class Flow(VMobject):
    """Strips on their way along paths (mobjects or points of cubic curves, as ``AttentionArcs.arcs``),
    as one mobject.

    ``weights`` (path), from 0 to 1, set how thick each is, up to ``thick`` units; below ``least``
    nothing flows. ``backwards``: from a path's end to its start, for arcs that were drawn from the
    query. ``length`` is a strip's, as a share of its path; ``pulses`` how many follow one another.
    :meth:`set_progress` 0: none has left; 1: all have arrived and nothing is seen.
    """

    def __init__(
        self,
        paths: Sequence[Any],
        weights: Any,
        color: str = theme.VALUE,
        thick: float = 0.22,
        *,
        length: float = 0.3,
        pulses: int = 1,
        least: float = 0.01,
        backwards: bool = False,
    ) -> None:
        super().__init__(stroke_width=0)
        paint(self, color, 1.0)
        plain = finite(weights, "weight")
        if len(plain) != len(paths):
            raise GptvizError(f"{len(paths)} paths, but {len(plain)} weights: each path needs one")
        kept = [i for i in range(len(paths)) if plain[i] >= least]
        self._paths = [_even(_points_of(paths[i]), backwards) for i in kept]
        self._thick = np.array([0.25 + 0.75 * min(plain[i], 1.0) for i in kept]) * thick
        self._thick *= np.array([min(plain[i] * 8, 1.0) for i in kept])
        self._length, self._pulses = length, pulses
        self.set_progress(0.0)

    def set_progress(self, share: float) -> Self:
        """How far the flow has come, from 0 to 1."""
        spread = 1 + self._length + (self._pulses - 1) * 2 * self._length
        shapes = []
        for pulse in range(self._pulses):
            head = float(np.clip(share, 0, 1)) * spread - pulse * 2 * self._length
            first, last = np.clip([head - self._length, head], 0, 1)
            if last - first > 1e-6:
                shapes += [
                    _ribbon(path, first, last, thick)
                    for path, thick in zip(self._paths, self._thick, strict=True)
                ]
        self.points = polygons(np.array(shapes)) if shapes else np.zeros((0, 3))
        return self

    def run(self, run_time: float = theme.SLOW, **options: Any) -> Follow:
        """The motion from the first to the last moment."""
        return Follow(self, lambda flow, share: flow.set_progress(share), run_time, **options)


def _points_of(path: Any) -> Floats:
    points = finite(path.points if isinstance(path, VMobject) else path, "a point of a path")
    if len(points) < 4 or len(points) % 4:
        raise GptvizError("a path of no curve leads nowhere: give a mobject with points")
    return points


def _even(points: Floats, backwards: bool) -> Floats:
    """Points (fine, xy) along a path of cubic curves, equally far apart."""
    t = np.linspace(0, 1, _FINE)[:, None, None]
    a, b, c, d = (points[k::4, :2][None] for k in range(4))
    curves = (1 - t) ** 3 * a + 3 * (1 - t) ** 2 * t * b + 3 * (1 - t) * t**2 * c + t**3 * d
    line = curves.transpose(1, 0, 2).reshape(-1, 2)
    if backwards:
        line = line[::-1]
    way = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))])
    at = np.linspace(0, way[-1], _FINE)
    return np.stack([np.interp(at, way, line[:, axis]) for axis in range(2)], axis=1)


def _ribbon(path: Floats, first: float, last: float, thick: float) -> Floats:
    """The corners (2 slices, xy) of a strip on a path between two shares of it; its tail is
    pointed."""
    share = np.linspace(first, last, _SLICES)
    at, fine = share * (_FINE - 1), np.arange(_FINE)
    line = np.stack([np.interp(at, fine, path[:, axis]) for axis in range(2)], axis=1)
    way = np.gradient(line, axis=0)
    across = np.stack([-way[:, 1], way[:, 0]], axis=1)
    across /= np.maximum(np.linalg.norm(across, axis=1, keepdims=True), 1e-9)
    half = thick / 2 * np.sin(np.linspace(0.05, 0.85, _SLICES) * np.pi) ** 0.6
    return np.concatenate([line + across * half[:, None], (line - across * half[:, None])[::-1]])
