"""Pieces of kinds of heads: maps of scores, what a score counts, the two steps of induction,
rankings."""

from __future__ import annotations

from typing import Any

from manim import FadeIn

from gptviz import maths
from gptviz.drawing.arrays.heatmap import HeatMap
from gptviz.drawing.base import theme
from gptviz.drawing.base.motion import Follow
from gptviz.drawing.base.text import Words
from gptviz.drawing.gallery.stage import Piece, Stage, piece
from gptviz.drawing.heads import head_kinds
from gptviz.drawing.heads.attention import QueriesAndKeys
from gptviz.drawing.heads.headfield import HeadField, grid_boxes, grid_labels
from gptviz.drawing.heads.headmap import HeadMap
from gptviz.drawing.tokens.tokens import TokenStrip, around
from gptviz.recording.number import derive

PIECES: list[Piece] = []
KINDS = {"previous": "the token before", "first": "the first token", "self": "itself"}


@piece(PIECES, "one number for each head, kind after kind", scores="gpt2/head_zoo/scores")
def head_map(stage: Stage, rec: dict[str, Any]) -> None:
    scores = rec["scores"]
    heads = HeadMap(scores.scores("previous"), 7.0, 6.2)
    stage.add(heads.labels)
    stage.half("coming", Follow(heads, HeadMap.set_come))
    best = scores.best("previous")
    layer, head = best.index
    name = Words("layer {l:d}, head {h:d}", theme.LABEL, theme.FOCUS, l=best.layer, h=best.head)
    stage.add(
        heads.legend(-3.45),
        heads.outline(layer, head),
        name.place([3.3, heads.box(layer, head)[1] + 0.15, 0]),
    )
    stage.still("previous")


@piece(PIECES, "all heads as cells that fly and light up", scores="gpt2/head_zoo/scores")
def head_field(stage: Stage, rec: dict[str, Any]) -> None:
    scores = rec["scores"]
    layers, heads = int(scores.layers), int(scores.heads)
    boxes = grid_boxes(layers, heads, (-5.6, -2.6, 6.2, 2.8))
    field = HeadField(scores.scores("previous").array, boxes, theme.attention)
    stage.add(field, grid_labels(boxes, layers, heads))
    stage.half("lighting", field.light(0, 1.0))
    stage.play(field.focus([layers * heads - 1]))
    stage.still("last")


@piece(
    PIECES,
    "kinds of looking, each with what it counts and its best head",
    scores="gpt2/head_zoo/scores",
    run="gpt2/head_zoo/run",
)
def kind_cards(stage: Stage, rec: dict[str, Any]) -> None:
    scores, ids = rec["scores"], [token.id for token in rec["run"].prompt]
    stage.add(
        *[
            head_kinds.KindCard(
                name,
                head_kinds.counted(kind, ids),
                scores.scores(kind),
                scores.best(kind),
                (i - 1) * 4.4,
                -0.1,
                3.6,
            )
            for i, (kind, name) in enumerate(KINDS.items())
        ]
    )
    stage.still("three")


@piece(PIECES, "what a head gives, thing against thing", sink="mini/head_zoo/sink")
def pair_of_bars(stage: Stage, rec: dict[str, Any]) -> None:
    sink = rec["sink"]
    looked, moved = (
        (share, derive(maths.remainder, [share]))
        for share in (sink.first[sink.best.index], sink.brought[sink.best.index])
    )
    for i, (title, values, colour, unit) in enumerate(
        (
            ("its attention", looked, theme.ATTENTION, 1.0),
            (
                "length of the vector that it multiplies",
                (sink.length(0), sink.others()),
                theme.DATA_HIGH,
                None,
            ),
            ("attention times length, as a share", moved, theme.VALUE, 1.0),
        )
    ):
        stage.add(
            head_kinds.PairOfBars(
                title,
                ("first token", "the others"),
                values,
                colour,
                -4.6,
                2.9 - i * 2.0,
                unit,
                width=6.0,
                size=36,
            )
        )
    stage.still("three")


@piece(PIECES, "a prediction with all heads, and without one", ablation="mini/head_zoo/ablation")
def guesses(stage: Stage, rec: dict[str, Any]) -> None:
    ablation = rec["ablation"]
    stage.add(
        head_kinds.Guesses(ablation.row(False), -6.2, 1.6, "with all heads"),
        head_kinds.Guesses(
            ablation.row(True),
            1.0,
            1.6,
            "without layer {l:d}, head {h:d}",
            l=ablation.best.layer,
            h=ablation.best.head,
        ),
    )
    stage.still("both")


@piece(
    PIECES,
    "random tokens said twice, and what a head looks at",
    induction="mini/head_zoo/induction",
)
def said_twice(stage: Stage, rec: dict[str, Any]) -> None:
    induction = rec["induction"]
    text = head_kinds.SaidTwice(induction.repeated, induction.period, theme.LEFT_EDGE, 3.1, 11.0)
    pattern = HeatMap(
        induction.pattern, 4.4, 4.4, "attention", high=float(induction.pattern.array.max())
    )
    pattern.shift((0.0, -1.1, 0.0))
    stage.add(text, pattern, head_kinds.followed(pattern, int(induction.period)))
    stage.still("twice")


@piece(PIECES, "how two heads find what followed", composition="gpt2/head_zoo/composition")
def induction_story(stage: Stage, rec: dict[str, Any]) -> None:
    story = head_kinds.InductionStory(-0.35)
    stage.add(story)
    stage.still("asked")
    stage.play(
        FadeIn(story.back),
        FadeIn(story.found),
        FadeIn(story.names),
        FadeIn(story.note),
        FadeIn(story.copied),
    )
    stage.remove(story.boxes[4][1])
    stage.add(story.answer)
    stage.still("found")


@piece(
    PIECES,
    "who reads what a head writes, from the weights alone",
    composition="gpt2/head_zoo/composition",
    scores="gpt2/head_zoo/scores",
)
def head_ranking(stage: Stage, rec: dict[str, Any]) -> None:
    composition, writer = rec["composition"], rec["scores"].best("previous")
    readers = composition.readers(writer.index)[:7]
    ranking = head_kinds.HeadRanking(
        [composition.place(*reader) for reader, _ in readers],
        [score for _, score in readers],
        composition.median(),
        "median of all pairs",
        ("layer.head", "how much it reads"),
        width=2.8,
    )
    stage.add(head_kinds.CompositionFormula(-3.4, 0.9), ranking.shift((0.4, 1.9, 0.0)))
    stage.add(ranking.mark(0, "reads most"))
    stage.still("both")


@piece(
    PIECES, "who computes from here on", scores="gpt2/head_zoo/scores", sink="mini/head_zoo/sink"
)
def model_cards(stage: Stage, rec: dict[str, Any]) -> None:
    stage.add(head_kinds.ModelCards([rec["scores"], rec["sink"]]))
    stage.still("two")


@piece(PIECES, "every token's query and key", dot="mini/scores_mask/dot")
def queries_and_keys(stage: Stage, rec: dict[str, Any]) -> None:
    dot = rec["dot"]
    query, key = int(dot.chosen.query), int(dot.chosen.key)
    shown = around(dot.prompt, min(query, key), max(query, key), 12.6, 34)
    strip = TokenStrip([dot.prompt[i] for i in shown], 34).center().shift((0.0, 2.4, 0.0))
    queries, keys = (dot.numbers(name)[shown.start : shown.stop] for name in "qk")
    stage.add(strip, QueriesAndKeys(strip.boxes, queries, keys, height=4.6, width=0.34))
    stage.still("all")
