"""Pieces of the camera: its frame pushes in, follows and pulls out."""

from __future__ import annotations

from typing import Any

from gptviz.drawing.base.text import Words
from gptviz.drawing.gallery.stage import Piece, Stage, piece
from gptviz.drawing.model.map import ModelMap

PIECES: list[Piece] = []


@piece(
    PIECES,
    "the camera pushes into one head of the map, its texts crisp; what is pinned stays",
    tally="gpt2/parameter_tally/tally",
    scores="gpt2/head_zoo/scores",
)
def moving_frame(stage: Stage, rec: dict[str, Any]) -> None:
    sizes, camera = rec["tally"].sizes, stage.frame
    chart = ModelMap(sizes["layers"], sizes["heads"], positions=True)
    chart.set_heads(rec["scores"].scores("previous"))
    pinned = Words("pinned", 40).place([-6.6, 3.2, 0])
    stage.add(chart, chart.labels(), pinned)
    stage.pin(pinned)
    stage.half("pushing", camera.push(chart.box_of("block 4")))
    stage.still("near")
    stage.play(camera.push(chart.box_of("attention", "unembedding")))
    stage.still("flown")
    stage.play(camera.pull())
