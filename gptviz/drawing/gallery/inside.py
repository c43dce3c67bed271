"""Pieces of what goes on inside the network: attention, heads."""

from __future__ import annotations

from typing import Any

from manim import DOWN, LEFT, RIGHT, FadeIn

from gptviz.drawing.base import theme
from gptviz.drawing.base.motion import Dim, Follow, Glide, Light
from gptviz.drawing.gallery.stage import Piece, Stage, piece
from gptviz.drawing.heads.attention import AttentionArcs, AttentionGrid
from gptviz.drawing.heads.headgrid import HeadGrid
from gptviz.drawing.tokens.tokens import TokenStrip

PIECES: list[Piece] = []


@piece(
    PIECES,
    "raw scores, divided, masked, softmaxed: one grid all the way",
    head="gpt2/scores_mask/head",
)
def attention_grid(stage: Stage, rec: dict[str, Any]) -> None:
    head = rec["head"]
    grid = AttentionGrid(
        head.prompt, head.numbers("scores"), "scores", 9.0, 6.0, ".1f", masked=False
    )
    stage.add(grid)
    stage.still("raw")
    stage.half("gliding", Glide(grid, lambda: grid.set_values(head.numbers("scaled"))))
    stage.half("masking", Follow(grid, lambda g, share: g.set_mask(share)))
    stage.still("masked")
    stage.play(Glide(grid, lambda: grid.set_values(head.numbers("pattern"), "pattern")))
    stage.play(FadeIn(grid.outline(query=int(head.chosen.query))))
    stage.still("pattern")


@piece(PIECES, "what one token looks at", head="gpt2/scores_mask/head")
def attention_arcs(stage: Stage, rec: dict[str, Any]) -> None:
    head = rec["head"]
    strip = TokenStrip(head.prompt).center().shift(DOWN)
    arcs = AttentionArcs(list(strip), head.numbers("pattern"), int(head.chosen.query), height=2.0)
    stage.add(strip, arcs)
    stage.still("strongest")
    arcs.set_query(len(head.prompt) - 1)
    stage.still("last")


@piece(PIECES, "every head of a model; one opens", run="gpt2/heads_grid/run")
def head_grid(stage: Stage, rec: dict[str, Any]) -> None:
    run = rec["run"]
    heads = HeadGrid(run.numbers("pattern")).shift(LEFT * 3.6)
    layer, head = run.spotlight("previous").index
    queries = len(run.prompt)
    stage.add(heads)
    stage.half(
        "sweep", Follow(heads, lambda h, share: h.set_revealed((queries + 1) * share), run_time=4.0)
    )
    stage.still("all")
    stage.play(Glide(heads, lambda: heads.set_lit(heads.lit_but((layer, head)))))
    stage.add(heads.spotlight(layer, head))
    grid = AttentionGrid(run.prompt, run.pattern(layer, head), width=6.2, height=5.6).shift(
        RIGHT * 3.5 + DOWN * 0.1
    )
    stage.half("opening", heads.grow(layer, head, grid))
    stage.still("open")


@piece(PIECES, "the same for a model of other shape", run="mini/heads_grid/run")
def head_grid_of_another(stage: Stage, rec: dict[str, Any]) -> None:
    run = rec["run"]
    heads = HeadGrid(run.numbers("pattern"))
    chosen = [
        spot
        for spot in (run.spotlight(name) for name in ("first", "previous", "self"))
        if spot is not None
    ]
    heads.set_tints(
        {
            spot.index: colour
            for spot, colour in zip(
                chosen, (theme.PROBABILITY, theme.KEY, theme.VALUE), strict=False
            )
        }
    )
    stage.add(heads, *[heads.spotlight(*spot.index) for spot in chosen])
    stage.still("tinted")


@piece(PIECES, "what is not spoken of is dimmed, not removed", head="gpt2/scores_mask/head")
def dimming(stage: Stage, rec: dict[str, Any]) -> None:
    head = rec["head"]
    left = AttentionGrid(head.prompt, head.numbers("pattern"), width=6.0, height=4.6).shift(
        LEFT * 3.4
    )
    right = AttentionGrid(head.prompt, head.numbers("scaled"), "scores", 6.0, 4.6, ".1f").shift(
        RIGHT * 3.4
    )
    stage.add(left, right)
    stage.play(Dim(left))
    stage.still("dimmed")
    stage.play(Light(left), Dim(right))
    stage.still("exchanged")
