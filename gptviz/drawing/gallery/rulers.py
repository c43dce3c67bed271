"""Pieces of words as arrows: sums of words, shadows on a ruler, pairs along it, words in an
order."""

from __future__ import annotations

from typing import Any

import numpy as np
from manim import DOWN, UP

from gptviz import maths
from gptviz.drawing.arrays.strips import Strips
from gptviz.drawing.base import theme
from gptviz.drawing.base.motion import Follow, Glide
from gptviz.drawing.furniture.figures import FigureLine, FigureOver
from gptviz.drawing.furniture.focus import Focus
from gptviz.drawing.gallery.stage import Piece, Stage, piece
from gptviz.drawing.vectors.analogy import AnalogyPlane, ArrowAngle, SignedBars
from gptviz.drawing.vectors.ordered import OrderedWords, PairRows
from gptviz.drawing.vectors.shadows import RulerPlane, ShadowPanel, ShadowTable
from gptviz.drawing.vectors.swarm import Swarm
from gptviz.recording.number import derive
from gptviz.recording.statement import compose

PIECES: list[Piece] = []
WORDS = "word2vec-googlenews"


@piece(
    PIECES,
    "a sum of words: the arrow is carried over, and what it misses by",
    sums=f"{WORDS}/analogies/sums",
)
def analogy_plane(stage: Stage, rec: dict[str, Any]) -> None:
    analogy = rec["sums"].analogies[0]
    names = {part: getattr(analogy, part) for part in "abcd"}
    flat = AnalogyPlane(
        {part: analogy.point(part).array for part in (*names, "landing")}, names, 11.0, 6.2
    )
    stage.add(flat, *[flat.spots[part] for part in "abc"], flat.step)
    stage.still("three")
    stage.add(flat.carried)
    stage.half("carried", flat.carry_over())
    stage.add(flat.spots["d"], flat.open_gap())
    stage.still("landed")


@piece(PIECES, "two arrows at their true angle", sums=f"{WORDS}/analogies/sums")
def arrow_angle(stage: Stage, rec: dict[str, Any]) -> None:
    first = rec["sums"].analogies[0]
    a, _, _, d = first.vectors
    names = (
        compose("{b} \u2192 {c}", b=first.b, c=first.c),
        compose("{a} \u2192 {d}", a=first.a, d=first.d),
    )
    lengths = (first.arrow_length, derive(maths.distance, a, d))
    stage.add(ArrowAngle(names, lengths, derive(maths.angle, first.arrows_alike), 8.0, 6.0))
    stage.still("both")


@piece(PIECES, "pairs against one arrow, best to worst", family=f"{WORDS}/analogies/family")
def signed_bars(stage: Stage, rec: dict[str, Any]) -> None:
    pairs = rec["family"].pairs
    values = [float(each.cosine) for each in pairs]
    stage.add(
        SignedBars(
            [
                (
                    compose("{a} \u2192 {b}", a=each.start, b=each.end),
                    each.cosine,
                    each.nearest_others[0].word,
                    each.nearest_others[0].word == each.end,
                )
                for each in pairs
            ],
            limits=(min(values), max(values)),
        )
    )
    stage.still("all")


@piece(
    PIECES,
    "an arrow laid down as a ruler, and the shadows on it",
    cats=f"{WORDS}/plurality/cats",
    plurals=f"{WORDS}/plurality/plurals",
)
def ruler_plane(stage: Stage, rec: dict[str, Any]) -> None:
    cats, both = rec["cats"], (rec["plurals"].start, rec["plurals"].end)
    along, across = ((ask(both[0]), ask(both[1])) for ask in (cats.along, cats.across))
    plane = RulerPlane(both, along, across, 7.0, 5.6)
    plane.move([-3.3, 0.0, 0])
    stage.add(plane, plane.first, plane.second, plane.difference)
    stage.half("carried", plane.lay())
    stage.add(
        *[
            plane.shadow(plane.places[i], (1, 0), (theme.SECONDARY, theme.TEXT)[i])
            for i in range(2)
        ],
        ShadowTable(
            both,
            [cats.along(word) for word in both],
            cats.length,
            [cats.dot(word) for word in both],
        ),
    )
    stage.still("shadows")


@piece(
    PIECES,
    "dot products as shadows: long, almost none, backwards",
    signs=f"{WORDS}/plurality/signs",
)
def shadow_panels(stage: Stage, rec: dict[str, Any]) -> None:
    signs = rec["signs"]
    for i, (kind, title) in enumerate(
        (("alike", "alike"), ("unrelated", "unrelated"), ("opposed", "the least alike"))
    ):
        base, other = signs.pair(kind)
        stage.add(
            ShadowPanel(
                base,
                other,
                (signs.norm(base), signs.norm(other)),
                signs.cosine(base, other),
                signs.dot(base, other),
                title,
            ).shift((-5.9 + 4.55 * i, 0.0, 0.0))
        )
    stage.still("three")


@piece(
    PIECES,
    "whole vectors, each at its own strength",
    cats=f"{WORDS}/plurality/cats",
    plurals=f"{WORDS}/plurality/plurals",
)
def strips(stage: Stage, rec: dict[str, Any]) -> None:
    cats, plurals = rec["cats"], rec["plurals"]
    both = (plurals.start, plurals.end)
    arrow = compose("{b} \u2212 {a}", a=both[0], b=both[1])
    few = Strips([*map(cats.vector, both), cats.direction], [*both, arrow], 9.6, 0.7, 1.1, 40)
    mean = Strips(
        [plurals.numbers("mean")],
        [compose("mean of {n:,}", n=plurals.learnt)],
        9.6,
        0.7,
        1.1,
        40,
        theme.FOCUS,
    )
    stage.add(few.shift((-3.4, 1.9, 0.0)), mean.shift((-3.4, -1.9, 0.0)))
    stage.still("all")


@piece(PIECES, "words in an order that they should rise in", plurals=f"{WORDS}/plurality/plurals")
def ordered_words(stage: Stage, rec: dict[str, Any]) -> None:
    plurals = rec["plurals"]
    dots = [plurals.rising_dots(arrow) for arrow in ("one", "mean")]
    low, high = (float(pick([pick(each.array) for each in dots])) for pick in (np.min, np.max))
    chart = OrderedWords(plurals.rising, dots[0], 13.0, 3.6, low, high, spec=".3f", size=28).shift(
        UP * 0.6
    )
    stage.add(chart)
    stage.still("first")
    stage.half("gliding", Glide(chart, lambda: chart.set_values(dots[1])))
    stage.still("mean")


@piece(PIECES, "pairs along a ruler, row by row", plurals=f"{WORDS}/plurality/plurals")
def pair_rows(stage: Stage, rec: dict[str, Any]) -> None:
    rows = PairRows(
        [
            (each.singular, each.plural, each.singular_dot, each.plural_dot)
            for each in rec["plurals"].shown("one")[:8]
        ],
        6.2,
        0.62,
        titles=("singular", "plural"),
        columns=(3.2, 4.6),
    ).shift((-4.6, 2.6, 0.0))
    stage.add(rows, Focus(rows.rows[0], 0.06))
    stage.still("all")


@piece(
    PIECES,
    "a dot for each of many pairs, on one ruler and on another",
    plurals=f"{WORDS}/plurality/plurals",
)
def swarm(stage: Stage, rec: dict[str, Any]) -> None:
    plurals = rec["plurals"]
    gaps = {}
    for arrow in ("one", "mean"):
        dots = plurals.dots(arrow, True).array
        gaps[arrow] = (dots[:, 1] - dots[:, 0]) / float(plurals.arrow_length(arrow))
    every = np.concatenate(list(gaps.values()))
    dots = Swarm(
        gaps["one"], 12.6, 4.4, float(every.min()) - 0.05, float(every.max()) + 0.05, places=130
    )
    dots.shift(DOWN * 2.2).name_sides("plural behind", "plural ahead \u2192")
    stage.add(dots)
    stage.half("arriving", Follow(dots, lambda s, share: s.set_arrived(share)))
    before = FigureOver(
        plurals.share_right("one", held_out=True),
        ".1%",
        "of unseen pairs, on one pair's ruler",
        y=2.4,
    )
    stage.add(before)
    stage.still("one")
    stage.remove(before)
    stage.half("gliding", Glide(dots, lambda: dots.set_values(gaps["mean"])))
    stage.add(
        FigureOver(
            plurals.share_right("mean", held_out=True), ".1%", "of unseen pairs, on the mean", y=2.4
        )
    )
    stage.still("mean")


@piece(PIECES, "large figures that a film ends on", plurals=f"{WORDS}/plurality/plurals")
def figures(stage: Stage, rec: dict[str, Any]) -> None:
    plurals = rec["plurals"]
    for words, arrow, y, colour in (
        ("one pair", "one", 1.2, theme.SECONDARY),
        ("the mean", "mean", -0.6, theme.TEXT),
    ):
        stage.add(FigureLine(words, plurals.share_right(arrow, held_out=True), ".1%", y, colour))
    stage.still("lines")
