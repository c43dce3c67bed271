"""Pieces of the model: its map, its matrices in space."""

from __future__ import annotations

from typing import Any

from gptviz.drawing.base import theme
from gptviz.drawing.gallery.stage import Piece, Stage, piece
from gptviz.drawing.model.map import ModelMap
from gptviz.drawing.model.solid import FlownStack, model_plates
from gptviz.recording.number import Count

PIECES: list[Piece] = []


@piece(
    PIECES,
    "the map of the model: large for a title, small in the corner, its parts lit",
    tally="gpt2/parameter_tally/tally",
    scores="gpt2/head_zoo/scores",
)
def model_map(stage: Stage, rec: dict[str, Any]) -> None:
    sizes = rec["tally"].sizes
    small = ModelMap(sizes["layers"], sizes["heads"], positions=True)
    labels = small.labels()
    stage.add(small, labels)
    stage.still("card")
    stage.half("lighting", small.set_lit("tokens").light("block 4"))
    small.set_heads(rec["scores"].scores("previous"))
    small.set_lit("head 4.11")
    stage.still("heads")
    stage.remove(labels)
    stage.play(small.carry())
    stage.play(small.light("unembedding", "next token"))
    many = ModelMap(Count(range(100), "blocks of a tall model"), box=(-6.6, -0.8, 6.6, 1.7))
    one = ModelMap(Count(range(1), "block of a flat model"), box=(-6.6, -2.9, 0.0, -1.6))
    stage.add(many.set_lit("mlp 50"), one.set_lit("attention"), one.labels(theme.SMALL))
    stage.still("corner")


@piece(
    PIECES,
    "a model's matrices in space, to their real sizes, and a camera that flies through them",
    tally="gpt2/parameter_tally/tally",
)
def flown_stack(stage: Stage, rec: dict[str, Any]) -> None:
    sizes = rec["tally"].sizes
    plates = model_plates(sizes["layers"], sizes["d_model"], sizes["d_mlp"], sizes["vocab"])
    stack = FlownStack(plates, (-46.0, -30.0, 30.0), (0.0, 24.0, 9.0))
    stage.add(stack)
    stage.still("whole")
    stage.play(stack.fly((-4.5, -4.5, 3.2), (0.0, 0.0, 1.6)))
    stack.set_column(2.3)
    stage.still("near")
    stage.play(stack.fly((-0.55, -1.3, 2.6), (0.0, 3.0, 2.3)))
    stage.still("inside")
