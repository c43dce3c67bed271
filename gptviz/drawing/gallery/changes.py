"""Pieces that change their form: tables into plots, maps into histograms, tokens into letters; what
was beside what is; groups and talks."""

from __future__ import annotations

from typing import Any

import numpy as np
from manim import DOWN, LEFT, UP

from gptviz.drawing.arrays.heatmap import HeatMap
from gptviz.drawing.arrays.plotted import PlottedTable
from gptviz.drawing.arrays.strips import Strips
from gptviz.drawing.base import theme
from gptviz.drawing.base.motion import Follow
from gptviz.drawing.furniture.before_after import BeforeAfter
from gptviz.drawing.gallery.stage import Piece, Stage, piece
from gptviz.drawing.tokens.chat import Chat, ChatBubble
from gptviz.drawing.tokens.plates import in_line
from gptviz.drawing.tokens.spelled import SpelledToken
from gptviz.drawing.vectors.groups import WordGroups
from gptviz.drawing.vectors.swarm import Swarm

PIECES: list[Piece] = []


@piece(PIECES, "a table becomes a plot", head="gpt2/scores_mask/head")
def plotted_table(stage: Stage, rec: dict[str, Any]) -> None:
    head = rec["head"]
    weights = head.numbers("pattern")[len(head.prompt) - 1]
    table = PlottedTable(head.prompt, list(weights), size=36).shift(UP * 0.4)
    stage.add(table)
    stage.still("table")
    stage.half("becoming", table.plot(), share=0.55)
    stage.still("plot")


@piece(
    PIECES,
    "every cell of a map becomes a dot of a histogram",
    scores="gpt2/head_zoo/scores",
)
def swarm_from_a_map(stage: Stage, rec: dict[str, Any]) -> None:
    scores = rec["scores"].scores("first")
    grid = HeatMap(scores, 3.4, 3.4, row_names="index", column_names="index")
    grid.shift(LEFT * 3.6 + UP * 1.4)
    plain = np.asarray(scores.array)
    dots = Swarm(plain.ravel(), 12.0, 3.0, bound=None, places=90, color=theme.ATTENTION)
    dots.shift(DOWN * 2.4)
    places = [grid.center_of(*where) for where in np.ndindex(*plain.shape)]
    dots.set_origins(places)
    stage.add(grid, dots)
    stage.half("flying", Follow(dots, lambda s, share: s.set_arrived(share)), share=0.45)
    stage.still("settled")


@piece(
    PIECES,
    "vectors of fifty wide cells, before and after, on one scale",
    space="word2vec-googlenews/word_space/space",
)
def before_and_after(stage: Stage, rec: dict[str, Any]) -> None:
    rows, words = rec["space"].numbers("vectors"), rec["space"].words
    limit = 2 * float(np.sqrt(np.mean(np.asarray(rows.array)[:, :50] ** 2)))
    before, after = (
        Strips(
            [rows[i][:50] for i in chosen],
            [words[i] for i in chosen],
            4.6,
            0.6,
            0.9,
            30,
            limit=limit,
        )
        for chosen in ((0, 1, 2), (0, 3, 4))
    )
    both = BeforeAfter(before, after, words=("here", "there"))
    stage.add(both)
    stage.half("turning", both.part())
    stage.still("apart")
    stage.remove(both)
    wide = Strips([rows[0][:50]], [words[0]], 11.0, 1.0, limit=limit).shift((-4.6, 0.0, 0.0))
    stage.add(wide)
    stage.still("wide")


@piece(
    PIECES,
    "groups of words, each in a hue of its own",
    space="word2vec-googlenews/word_space/space",
)
def word_groups(stage: Stage, rec: dict[str, Any]) -> None:
    groups = {str(word): [word, *nearest] for word, nearest in rec["space"].groups}
    stage.add(WordGroups(groups, size=36).shift(UP * 0.3))
    stage.still("groups")


@piece(
    PIECES,
    "a talk as tokens, each bubble with its role",
    start="mini/autoregression/story",
    row="gpt2/softmax/row",
)
def chat(stage: Stage, rec: dict[str, Any]) -> None:
    prompt, story = rec["row"].prompt, rec["start"].chosen[:14]
    talk = Chat(
        [
            ChatBubble("system", prompt[:2], 7.0),
            ChatBubble("user", prompt, 7.0, template=(1, 1)),
            ChatBubble("assistant", story, 8.0),
        ]
    ).shift(UP * 0.4)
    stage.add(talk)
    stage.half("writing", talk.bubbles[-1].write())
    stage.still("written")


@piece(PIECES, "tokens turn over to their numbers", row="gpt2/softmax/row")
def plates(stage: Stage, rec: dict[str, Any]) -> None:
    row = in_line(rec["row"].prompt[:4], 90.0, 12.0)
    stage.add(row)
    stage.half("turning", row[1].turn(), share=0.3)
    stage.play(row[2].turn())
    stage.still("turned")


@piece(PIECES, "a token is spelled, in letters and in bytes", row="gpt2/softmax/row")
def spelled_token(stage: Stage, rec: dict[str, Any]) -> None:
    token = rec["row"].prompt[2]
    letters = SpelledToken(token).shift(UP * 1.7)
    raw = SpelledToken(token, "bytes", 56.0).shift(DOWN * 1.9)
    stage.add(letters, raw)
    raw.set_spelled(1.0)
    stage.half("flying", letters.spell(), share=0.55)
    stage.add(letters.frames("s"))
    stage.still("spelled")
