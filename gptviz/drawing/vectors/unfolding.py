"""Two points that a picture shows side by side, and the turn towards the direction that parts them.

A picture of three directions is one view of a space of many. A turn that trades the direction in
which two points differ here for the one in which they differ elsewhere shows their true distance at
its end. Every place on the way is computed from whole vectors: nothing is moved by hand. Planned
films: word_space.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from gptviz import maths
from gptviz.drawing.base import theme
from gptviz.drawing.base.text import Words
from gptviz.drawing.vectors.space import VectorSpace3D
from gptviz.drawing.vectors.viewpoints import rightward
from gptviz.recording.number import Numbers

Places = npt.NDArray[np.float64]

_NAME = 30.0  # pixels of type
_CLOUD, _HIGH = 2.4, 3.4  # half the height of the cloud, and the height of the points at the end


class Unfolding:
    """Points with whole ``vectors`` (point, d_model) and a picture's ``coordinates`` (point, 3)
    from ``middle`` (3).

    ``pair`` are the two. The picture is turned as a whole first, so that these lie at the same
    height: ``axes`` are its directions (3, 3) then, ``level`` the horizontal direction (3) from the
    first to the second.
    """

    def __init__(
        self, vectors: Numbers, coordinates: Numbers, middle: Any, pair: tuple[int, int]
    ) -> None:
        shown, (first, second) = (
            np.asarray(coordinates.array, dtype=np.float64) - np.asarray(middle),
            pair,
        )
        way = shown[second] - shown[first]
        self._turned = _levelled(way)
        self.axes = self._turned.T
        self._start = self.place(shown)
        self._middle = (self._start[first] + self._start[second]) / 2
        self.level = self._turned @ way / np.linalg.norm(way)
        self._beyond = maths.places_beyond(vectors.array, coordinates.array, first, second)
        true = maths.distance(vectors.array[first], vectors.array[second])
        self._whole = float(np.arccos(np.linalg.norm(way) / true))

    def place(self, places: Any) -> Places:
        """Where places (n, 3), measured from the middle, lie in the picture that is turned as a
        whole."""
        return np.asarray(np.asarray(places, dtype=np.float64) @ self._turned.T)

    def shift(self, share: float) -> Places:
        """How far everything has moved (3), so that the two end on both sides of the middle."""
        return np.asarray(-self._middle * share)

    def at(self, share: float) -> Places:
        """Where the points lie (point, 3) when a share of the turn is done: at 1 the two are truly
        far apart."""
        from_middle, turn = self._start - self._middle, self._whole * share
        along = from_middle @ self.level
        rest = from_middle - along[:, None] * self.level
        seen = np.cos(turn) * along + np.sin(turn) * self._beyond
        return np.asarray(self._middle + self.shift(share) + rest + seen[:, None] * self.level)


def sides(
    words: Sequence[Any], groups: Sequence[tuple[Any, Sequence[Any]]], pair: tuple[Any, Any]
) -> dict[int, tuple[int, int]]:
    """The words that share a group with only one of two (rows of ``words``), each with the rows of
    that and the other.

    ``groups`` are words with those near them.
    """
    a, b = (words.index(word) for word in pair)
    first, second = (
        {
            words.index(word)
            for head, near in groups
            if each in (head, *near)
            for word in (head, *near)
        }
        for each in pair
    )
    return {
        i: ends
        for found, ends in ((first - second, (a, b)), (second - first, (b, a)))
        for i in sorted(found)
        if i not in (a, b)
    }


def unfolding_space(
    names: Any,
    vectors: Numbers,
    coordinates: Numbers,
    cloud: Numbers,
    pair: tuple[int, int],
    edge: float,
    **options: Any,
) -> tuple[VectorSpace3D, Unfolding, Places]:
    """Points that can be unfolded, their names, and where the specks of a ``cloud`` lie around
    their middle.

    The farthest hundredth of the cloud is left out. The space is as large as it can be while the
    two stay within ``edge`` units of the middle, and the camera sees them level, the second to the
    right. ``options`` are the space's.
    """
    around = np.asarray(cloud.array, dtype=np.float64)
    middle = around.mean(axis=0)
    turned = Unfolding(vectors, coordinates, middle, pair)
    far = np.linalg.norm(around - middle, axis=1)
    specks = turned.place((around - middle)[far <= np.quantile(far, 0.99)])
    first, second = turned.at(1)[list(pair)]
    widest = edge - max(Words(names[i], _NAME).advance for i in pair) / 2
    unit = min(
        2 * widest / float(np.linalg.norm(second - first)),
        _CLOUD / float(np.linalg.norm(specks, axis=1).max()),
    )
    box = VectorSpace3D(
        names,
        coordinates,
        None,
        2 * edge,
        4.8,
        _NAME,
        drawn=False,
        unit=unit,
        axes=theme.REST,
        **options,
    )
    box.points_3d, box.axes_3d = turned.at(1), turned.axes
    box.look(box.azimuth + rightward(box, turned.level), box.elevation)
    box.unit *= min(1.0, _HIGH / float(np.ptp(box.project(box.points_3d)[0][:, 1])))
    box.points_3d = turned.at(0)
    return box.draw(), turned, specks


def _levelled(way: Places) -> Places:
    """The smallest rotation (3, 3) that makes a direction horizontal."""
    flat = float(np.hypot(way[0], way[1]))
    level = np.array([way[0], way[1], 0.0]) / flat if flat > 1e-9 else np.array([1.0, 0.0, 0.0])
    up = np.array([0.0, 0.0, 1.0])
    basis = np.stack([level, np.cross(up, level), up], axis=1)
    c, s = np.array([flat, way[2]]) / np.hypot(flat, way[2])
    return np.asarray(basis @ np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]]) @ basis.T)
