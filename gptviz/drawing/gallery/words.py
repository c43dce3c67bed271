"""Pieces of words: vectors in space and in the plane, words along a direction."""

from __future__ import annotations

from typing import Any

import numpy as np
from manim import DOWN, UP

from gptviz.drawing import theme
from gptviz.drawing.gallery.stage import Piece, Stage, piece
from gptviz.drawing.motion import Follow, Glide
from gptviz.drawing.plane import Plane2D, WordAxis
from gptviz.drawing.space import VectorSpace3D

PIECES: list[Piece] = []


@piece(PIECES, "words in three real directions, the camera turning", space="word2vec-googlenews/word_space/space")
def vector_space(stage: Stage, rec: dict[str, Any]) -> None:
    words = rec["space"].words
    shown = rec["space"].slice("shown")
    space = VectorSpace3D(words, rec["space"].numbers("shown_coordinates"), list(shown.shares), 12.0, 6.4, unit=None)
    space.set_cloud(shown.cloud)
    stage.add(space)
    stage.still("start")
    stage.half("turning", space.turn(azimuth=70, elevation=8))
    chosen, nearest = rec["space"].groups[0]
    lit = [words.index(word) for word in (chosen, *nearest[:3])]
    stage.play(Glide(space, lambda: space.set_colour(theme.FOCUS, lit[0]).set_lit(lit)))
    place = space.points_3d
    space.connect("difference", place[lit[0]], place[lit[1]])
    space.connect("foot", place[lit[2]], space.foot(lit[2], place[lit[0]]), theme.SECONDARY, "dotted")
    stage.still("lit")


@piece(PIECES, "an arrow carried over; a shadow", sums="word2vec-googlenews/analogies/sums")
def plane(stage: Stage, rec: dict[str, Any]) -> None:
    analogy = rec["sums"].analogies[0]
    a, b, c, landing = (np.asarray(analogy.point(part).array[:2]) for part in ("a", "b", "c", "landing"))
    flat = Plane2D([a, b, c, landing], 9.0, 6.0)
    stage.add(flat)
    for place, name in ((a, analogy.a), (b, analogy.b), (c, analogy.c)):
        flat.arrow(place, label=name)
    moving = flat.arrow(a, b, theme.FOCUS)
    stage.still("arrow")
    stage.half("carried", flat.carry(moving, c))
    flat.shadow(landing, c)
    stage.still("shadow")


@piece(PIECES, "pairs of words fall on an axis", plurals="word2vec-googlenews/plurality/plurals")
def word_axis(stage: Stage, rec: dict[str, Any]) -> None:
    pairs = rec["plurals"].shown("one")[:5]
    names = [name for pair in pairs for name in (pair.singular, pair.plural)]
    values = [value for pair in pairs for value in (pair.singular_dot, pair.plural_dot)]
    axis = WordAxis(names, values, 12.4, 4.2, sides=[-1, 1] * len(pairs))
    stage.add(axis.shift(UP * 0.4 + DOWN * 0.2))
    stage.half("falling", Follow(axis, lambda w, share: w.set_fallen(share), run_time=2.0))
    stage.still("fallen")
