"""Pieces of words: vectors in space and in the plane, words along a direction."""

from __future__ import annotations

from typing import Any

import numpy as np
from manim import DOWN, UP, VGroup

from gptviz.drawing.base import theme
from gptviz.drawing.base.motion import Follow, Glide
from gptviz.drawing.gallery.stage import Piece, Stage, piece
from gptviz.drawing.vectors.cosines import CosineLine
from gptviz.drawing.vectors.plane import Plane2D, WordAxis
from gptviz.drawing.vectors.space import VectorSpace3D
from gptviz.drawing.vectors.unfolding import unfolding_space
from gptviz.drawing.vectors.wordlists import FigureUnder, NearTable, PlaceTable, WordLine
from gptviz.recording.number import Setting

PIECES: list[Piece] = []


@piece(
    PIECES,
    "words in three real directions, the camera turning",
    space="word2vec-googlenews/word_space/space",
)
def vector_space(stage: Stage, rec: dict[str, Any]) -> None:
    words = rec["space"].words
    shown = rec["space"].slice("shown")
    space = VectorSpace3D(
        words, rec["space"].numbers("shown_coordinates"), list(shown.shares), 12.0, 6.4, unit=None
    )
    space.set_cloud(shown.cloud)
    stage.add(space)
    stage.still("start")
    stage.half("turning", space.turn(azimuth=70, elevation=8))
    chosen, nearest = rec["space"].groups[0]
    lit = [words.index(word) for word in (chosen, *nearest[:3])]
    stage.play(Glide(space, lambda: space.set_colour(theme.FOCUS, lit[0]).set_lit(lit)))
    place = space.points_3d
    space.connect("difference", place[lit[0]], place[lit[1]])
    space.connect(
        "foot", place[lit[2]], space.foot(lit[2], place[lit[0]]), theme.SECONDARY, "dotted"
    )
    stage.still("lit")
    space.links.set_opacity(0)
    stage.play(space.fly(place[lit[0]] * 0.55, 1.5, azimuth=-25))
    stage.still("zooming")


@piece(PIECES, "an arrow carried over; a shadow", sums="word2vec-googlenews/analogies/sums")
def plane(stage: Stage, rec: dict[str, Any]) -> None:
    analogy = rec["sums"].analogies[0]
    a, b, c, landing = (
        np.asarray(analogy.point(part).array[:2]) for part in ("a", "b", "c", "landing")
    )
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


@piece(PIECES, "a cosine and its angle", columns="word2vec-googlenews/word_space/columns")
def cosine_line(stage: Stage, rec: dict[str, Any]) -> None:
    columns = rec["columns"]
    ends = [
        (Setting(value, "end"), name)
        for value, name in ((-1.0, "opposite way"), (0.0, "unrelated"), (1.0, "same way"))
    ]
    line = CosineLine(ends, -4.9, 11.4, -0.6)
    stage.add(line)
    stage.half("opening", line.run(float(columns.cosine(*columns.pair("opposed")))))
    line.ticks([columns.cosine(*columns.pair("alike"))])
    stage.still("opened")


@piece(
    PIECES,
    "words near a word, in lists",
    near="word2vec-googlenews/word_space/near",
    space="word2vec-googlenews/word_space/space",
)
def word_lists(stage: Stage, rec: dict[str, Any]) -> None:
    near, (word, words) = rec["near"], rec["space"].groups[0]
    found = near.nearest(word)[:5]
    lists = VGroup(
        NearTable(
            word,
            [(each.word, [each.distance, each.cosine]) for each in found],
            ["distance", "cosine"],
            1.2,
            6.4,
            bright=[found[0].word],
        ),
        WordLine(word, words, -6.4, 0.0, 2.0),
        FigureUnder("its length", near.norm(word), ".2f", -6.4, 0.3),
    )
    stage.add(lists)
    stage.still("near")
    stage.remove(lists)
    place, other = near.sought("cat", "dog") or (found[0].distance, found[0])
    stage.add(
        PlaceTable("cat", [(other.word, place, other.cosine)], near.missing[:1], near.vocabulary)
    )
    stage.still("places")


@piece(
    PIECES,
    "two words side by side, and the turn that parts them",
    space="word2vec-googlenews/word_space/space",
)
def unfolding(stage: Stage, rec: dict[str, Any]) -> None:
    space, every = rec["space"], rec["space"].slice("all")
    two = [space.words.index(word) for word in (every.deceptive.first, every.deceptive.second)]
    box, turned, specks = unfolding_space(
        space.words,
        space.numbers("vectors"),
        space.numbers("all_coordinates"),
        every.cloud,
        (two[0], two[1]),
        6.2,
        dot=0.2,
    )
    tones = theme.sequential(np.linspace(0.15, 1.0, 10), 0.0, 1.0)
    stage.add(box.set_cloud(specks, 0.9, 2.2, tones).set_lit(two))
    box.connect("pair", box.points_3d[two[0]], box.points_3d[two[1]], style="line")
    stage.still("near")
    box.points_3d = turned.at(1)
    box.set_cloud(specks, 0.0)
    box.connect("pair", box.points_3d[two[0]], box.points_3d[two[1]], style="line")
    stage.still("apart")
