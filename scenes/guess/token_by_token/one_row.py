"""The middle of the film token_by_token: one row of scores, from its highest score to a draw.

Each function is a beat of the film that it is given.
"""

from __future__ import annotations

from typing import Any

from manim import DOWN, Create, FadeIn, FadeOut, LaggedStart, ReplacementTransform, VGroup

from gptviz import maths
from gptviz.drawing.base import theme
from gptviz.drawing.base.motion import Dim, Follow, Glide, Light, exchange
from gptviz.drawing.chances.sampling import CumulativeDraw
from gptviz.drawing.furniture.focus import Focus
from gptviz.recording.number import Claim, derive

from .parts import SCORE, SIZE, TOKEN, Lens, Table, marks

WIDTH = theme.RIGHT_EDGE - theme.LEFT_EDGE
STRIP, THICK, DRAW = -1.15, 0.75, 40  # the strip of the draw: its middle, its height, its type
PARKED = 3.2  # where the highest score waits for the others


def winner(film: Any) -> None:
    """Into the row, to the highest score."""
    last = film.early[-1]
    film.lens = lens = Lens(film.block, last.scores)
    with film.beat(
        "Somewhere in here stands the highest score.",
        "It belongs to the token {word}.",
        shows="block",
        word=film.block.near[lens.best],
    ) as said:
        film.play(Create(lens.frame), run_time=theme.QUICK)
        film.play(lens.grow(1.1), Create(lens.rays))
        names = [VGroup(*pair) for pair in lens.texts]
        film.play(
            LaggedStart(*[FadeIn(each) for each in names], lag_ratio=0.15), run_time=theme.MOVE
        )
        film.add(lens.rays, lens)
        said.until(1)
        frame = Focus(lens.cells[lens.best], buff=0.04)
        film.play(Create(frame), run_time=theme.MOVE)
    film.going = [frame, lens.rays, lens.frame]


def by_name(film: Any) -> None:
    """The best come out of the row as named rows; softmax gives them bars."""
    last, lens = film.early[-1], film.lens
    table = film.table = Table(film.sets, film.block)
    rows = table.bars.rows
    film.points = marks(last.scores, table.columns)
    with film.beat(
        "These are the best, by name.",
        "Softmax turns every score into a probability.",
        "The first one gets {p:~%}.",
        shows="sets",
        p=table.shares[0],
    ) as said:
        name, score = lens.texts[lens.best]
        lens.remove(name, score)
        film.add(name, score)
        home, base = lens.frame.get_center(), rows[0].label.baseline()[1]
        film.play(*[FadeOut(each) for each in film.going], run_time=0.3)
        film.play(
            FadeOut(lens, target_position=home, scale=0.05),
            name.animate.scale(SIZE / TOKEN).set_fill(theme.TEXT).move_to([PARKED, base, 0]),
            score.animate.scale(SIZE / SCORE).set_fill(theme.TEXT).move_to([PARKED + 1.6, base, 0]),
            Create(film.points),
            run_time=theme.MOVE,
        )
        flights = [
            FadeIn(VGroup(row.label, row.score), target_position=point, scale=0.1)
            for row, point in zip(rows[1:-1], film.points[1:], strict=True)
        ]
        film.play(LaggedStart(*reversed(flights), lag_ratio=0.5), run_time=2.0)
        film.play(
            ReplacementTransform(name, rows[0].label),
            ReplacementTransform(score, rows[0].score),
            run_time=theme.MOVE,
        )
        film.play(FadeIn(rows[-1].label), run_time=theme.QUICK)
        said.until(1)
        film.play(table.grow(1.4))
        film.add(table.bars)
        said.until(2)
        frame = Focus(rows[0])
        film.play(Create(frame), run_time=theme.MOVE)
        if table.named is not None:  # the one that the source compares with the first
            film.wait(max(said.left() - 0.8, 0.1))
            end = Focus(rows[table.named])
            film.play(ReplacementTransform(frame, end), run_time=theme.MOVE)
            frame = end
        film.wait(0.3)
        film.play(FadeOut(frame), run_time=theme.QUICK)


def leave_out(film: Any) -> None:
    """All but a few get minus infinity: their cells go out, and their probability is none."""
    table, last, first = film.table, film.early[-1], film.loop.steps[0]
    signs = table.infinities()
    dead = [row for row in table.dead if row.score]
    kept = table.columns[: table.few]
    shares = [first.share(rank) for rank in table.ranks if rank < table.few]
    nothing = [first.share(rank) for rank in table.ranks if rank >= table.few]
    rest = derive(maths.remainder, [*shares, *nothing])
    with film.beat(
        "Now only the top {k:words} may stay.",
        "Every other score becomes minus infinity.",
        "That makes its probability exactly zero.",
        shows=("sets", "loop"),
        k=table.chosen.size,
    ) as said:
        frame = Focus(VGroup(*table.best))
        film.play(Create(frame), run_time=theme.MOVE)
        said.until(1)
        film.play(
            Follow(last.scores, lambda scores, share: scores.darken(kept, share), 1.6),
            FadeOut(VGroup(*film.points[table.few :])),
            exchange([row.score for row in dead], signs.submobjects, 1.6),
            run_time=1.6,
        )
        for row in dead:
            row.remove(row.score)
        said.until(2)
        film.play(
            Glide(
                table.bars,
                lambda: table.bars.set_shares([*shares, *nothing], rest),
                max(said.left() - 0.4, 1.8),
            )
        )
        film.play(FadeOut(frame), run_time=theme.QUICK)
    film.signs = signs


def draw(film: Any) -> None:
    """The few are laid end to end, and a random number picks one."""
    table, first = film.table, film.loop.steps[0]
    shares = [first.share(rank) for rank in range(table.few)]
    tokens = [first.row.token(rank) for rank in range(table.few)]
    strip = CumulativeDraw(tokens, shares, None, WIDTH - 0.9, THICK, DRAW)
    strip.shift([0, STRIP, 0])
    first_choice = Claim(
        maths.is_nothing,
        (first.rank,),
        "It's {word}, the first choice.",
        "It's {word}, and not the first choice.",
    )
    with film.beat(
        "A random number picks one of the {k:words}.",
        first_choice,
        shows="loop",
        k=table.chosen.size,
        word=first.token,
    ) as said:
        gone = VGroup(*table.dead, film.signs)
        film.play(FadeOut(gone, shift=DOWN * 0.6), run_time=0.6)
        texts = [each for row in table.best for each in (row.label, row.score, row.share)]
        film.play(Dim(*texts, to=0.1), run_time=0.3)
        copies = [row.bar.copy() for row in table.best]
        film.add(*copies)
        laid = [strip.lying(i) for i in range(len(copies))]
        film.play(
            LaggedStart(
                *[ReplacementTransform(copy, bar) for copy, bar in zip(copies, laid, strict=True)],
                lag_ratio=0.15,
            ),
            run_time=1.2,
        )
        film.play(FadeIn(strip), *[FadeOut(bar) for bar in laid], Light(*texts), run_time=0.3)
        strip.draw(first.u)
        film.play(strip.slide(max(said.left(0) + 0.4, 1.8), laps=1))
        said.until(1)
        film.play(strip.land(float(first.low), float(first.high), first.token))
    film.strip = strip
