"""Pieces of reading, scoring and learning: what tokens are made of, blocks of scores, replays,
losses."""

from __future__ import annotations

from typing import Any

from manim import DOWN, LEFT, RIGHT, UP, FadeIn, FadeOut, VGroup

from gptviz import maths
from gptviz.drawing.base import theme
from gptviz.drawing.base.cells import outline
from gptviz.drawing.base.formula import Formula
from gptviz.drawing.base.motion import Follow, Glide
from gptviz.drawing.base.text import Numeral, Words
from gptviz.drawing.chances.bars import ColumnNames, ProbabilityBars, ShareStrip
from gptviz.drawing.chances.exponential import ExponentialCurve
from gptviz.drawing.chances.scores import Scores
from gptviz.drawing.chances.scrolling import ScoreColumn
from gptviz.drawing.furniture.badge import Badge
from gptviz.drawing.furniture.cards import EndCard, TitleCard, fit_picture
from gptviz.drawing.furniture.checklist import Checklist
from gptviz.drawing.furniture.focus import Focus
from gptviz.drawing.furniture.source import QuotedWords
from gptviz.drawing.gallery.stage import Piece, Stage, piece
from gptviz.drawing.model.learning import TIGHT, WIDE, Board, Slope
from gptviz.drawing.tokens.pieces import Smile, Sound, tiles_of
from gptviz.drawing.tokens.replay import ReplayStrip
from gptviz.drawing.tokens.slot import NextSlot
from gptviz.drawing.tokens.suggestions import Suggestions
from gptviz.drawing.tokens.tokens import TokenStrip
from gptviz.recording.number import derive, derive_each
from gptviz.recording.statement import compose

PIECES: list[Piece] = []
SHOWN = 7


def with_slot(row: Any, size: float) -> VGroup:
    """A prompt with the empty place behind it."""
    strip = TokenStrip(row.prompt, size)
    return VGroup(strip, NextSlot(strip))


@piece(PIECES, "a face and a sound, cut into tiles and slices", row="gpt2/softmax/row")
def picture_and_sound(stage: Stage, rec: dict[str, Any]) -> None:
    face = Smile(2.2).shift(LEFT * 3.5)
    stage.add(face, tiles_of(face).move_to(face), Sound(5.6, 4.4).shift(RIGHT * 3.5))
    stage.still("both")


@piece(
    PIECES, "words as a source draws them, over tokens as they are", words="gpt2/bpe_tokens/words"
)
def quoted_words(stage: Stage, rec: dict[str, Any]) -> None:
    text = rec["words"].texts[1]
    stage.add(
        QuotedWords(str(text.text).split(), 52).place(-3.8, 1.2),
        TokenStrip(text.tokens, 52, width=12.0).place(-3.8, -0.4),
    )
    stage.still("both")


@piece(
    PIECES, "a prompt, the place behind it, and what a phone would offer", row="gpt2/softmax/row"
)
def next_slot(stage: Stage, rec: dict[str, Any]) -> None:
    row = rec["row"]
    prompt = with_slot(row, 40)
    stage.add(prompt.move_to(UP * 1.4))
    stage.add(
        Suggestions([(row.token(rank), row.probability(rank)) for rank in range(3)]).shift(
            DOWN * 0.6
        )
    )
    stage.still("both")


@piece(PIECES, "a column of scores, as long as the vocabulary", row="gpt2/softmax/row")
def score_column(stage: Stage, rec: dict[str, Any]) -> None:
    row = rec["row"]
    column = ScoreColumn(
        [*row.tokens("top")[:SHOWN], *row.tokens("sample")],
        [*row.logits[:SHOWN], *row.numbers("sample_logits")],
    )
    stage.add(column, with_slot(row, 36).move_to(LEFT * 2.4))
    stage.still("top")
    column.scroll.set_value(column.lowest)
    column.lay()
    stage.still("foot")


@piece(PIECES, "scores become shares of one strip", row="gpt2/softmax/row")
def share_strip(stage: Stage, rec: dict[str, Any]) -> None:
    row = rec["row"]
    logits, unit = row.logits[:SHOWN], 7.4
    shares = derive_each(maths.probabilities, logits, row.logsumexp)
    rest = derive(maths.remainder, shares)
    bars = ProbabilityBars(
        row.tokens("top")[:SHOWN],
        shares,
        rest,
        Words("all others", 30, theme.SECONDARY),
        scores=list(logits),
        unit=unit,
        columns=(3.3, 3.6),
        row=0.52,
        size=30,
        room=unit,
    )
    bars.shift((-6.2, 1.9, 0.0))
    names = ColumnNames(bars, -6.2, "token", "raw score")
    stage.add(bars, names, ShareStrip(shares, unit, 0.4, rest).shift((-2.6, -3.0, 0.0)))
    stage.play(names.name_bars("share"))
    stage.still("shares")


@piece(PIECES, "wishes that come true one by one, and a formula", row="gpt2/softmax/row")
def checklist(stage: Stage, rec: dict[str, Any]) -> None:
    wishes = Checklist(("positive", "together exactly one", "in the same order"), 0.0, 0.0).scale(
        2.0
    )
    formula = Formula(
        "p_i = frac({{ e^(x_i) : power }}, {{ sum_j e^(x_j) : total }})",
        110,
        colors={"power": theme.PROBABILITY, "total": theme.SECONDARY},
    )
    stage.add(wishes.move_to((-3.4, 0.0, 0.0)), formula.move_to((3.6, 0.0, 0.0)))
    stage.play(wishes.tick(0))
    stage.play(wishes.tick(1))
    stage.still("two")


@piece(PIECES, "scores, rising to the curve of e to that power", row="gpt2/softmax/row")
def exponential(stage: Stage, rec: dict[str, Any]) -> None:
    row = rec["row"]
    logits, highest = row.logits[:SHOWN], row.number("logits", 0)
    curve = ExponentialCurve(
        [derive(maths.difference, score, highest) for score in logits], (logits[0], logits[-1])
    )
    shares = derive_each(maths.powers, logits, highest)
    bars = ProbabilityBars(
        row.tokens("top")[:SHOWN],
        shares,
        scores=list(logits),
        unit=2.4,
        columns=(3.3, 3.6),
        row=0.5,
        size=30,
        spec=".3f",
    ).shift((-6.4, 1.7, 0.0))
    stage.add(bars, curve.axis, *curve.dots, curve.ends, curve.line, curve.label, curve.upright)
    stage.still("axis")
    stage.play(*curve.rise())
    stage.still("risen")


@piece(
    PIECES,
    "all scores after a token, and what is left when all but five are left out",
    block="mini/token_by_token/block",
)
def score_row(stage: Stage, rec: dict[str, Any]) -> None:
    block = rec["block"]
    last = len(block.prompt) - 1
    row = Scores(block.rows.array[last])
    best = [int(block.row(last).token(rank).id) for rank in range(5)]
    stage.add(row)
    stage.play(row.travel((row.sides, (-6.4, -1.6, 6.4, 1.6)), 0.6))
    stage.still("row")
    stage.play(Follow(row, lambda row, share: row.darken(best, share), 0.6))
    stage.add(*[outline(row.cell(column), theme.FOCUS, 2.5, 0.03) for column in best])
    stage.still("five")


@piece(PIECES, "a text under a model that did not write it", law="mini/autoregression/law")
def replay_strip(stage: Stage, rec: dict[str, Any]) -> None:
    law = rec["law"]
    strip = ReplayStrip(law.prompt, law.positions, 13.0, 5.6).shift((-6.5, 2.9, 0.0))
    stage.add(strip)
    stage.half("half", Follow(strip, ReplayStrip.reveal))
    stage.add(Focus(strip.cell(law.most_surprising.index)))
    stage.still("whole")


@piece(
    PIECES,
    "what was expected, what came, how large the miss was",
    positions="mini/every_position/positions",
    step="mini/every_position/step",
)
def board(stage: Stage, rec: dict[str, Any]) -> None:
    made = Board(rec["positions"], rec["step"].after)
    made.forget_last()
    for row, low, high in zip(made.rows, WIDE, TIGHT, strict=True):
        row.shift((high - low) * UP)
    made.grow(made.bars, 1.0)
    stage.add(made)
    stage.still("before")
    made.keep_outlines()
    stage.half("gliding", Glide(made, lambda: made.set_predictions(rec["step"].after)))
    stage.still("after")


@piece(PIECES, "one weight rolls down the slope of the loss", step="mini/every_position/step")
def slope(stage: Stage, rec: dict[str, Any]) -> None:
    hill = Slope(rec["step"])
    stage.add(hill)
    stage.half("rolling", Follow(hill, lambda h, share: h.set_rolled(share)))
    stage.play(FadeIn(hill.sum))
    stage.still("rolled")


@piece(
    PIECES,
    "whose numbers every frame shows",
    row="gpt2/softmax/row",
    story="mini/autoregression/story",
    space="word2vec-googlenews/word_space/space",
)
def badge(stage: Stage, rec: dict[str, Any]) -> None:
    for i, need in enumerate(rec.values()):
        stage.add(Badge([need]).shift(UP * (2.2 - 1.2 * i)))
    stage.still("three")


@piece(
    PIECES,
    "a film's question, and at its end the answer and all sources",
    row="gpt2/softmax/row",
    story="mini/autoregression/story",
)
def cards(stage: Stage, rec: dict[str, Any]) -> None:
    question = TitleCard(compose("How do raw scores become probabilities?"))
    stage.play(FadeIn(question))
    stage.still("question")
    share = rec["row"].probability(0)
    answer = compose("{word} gets {p:~in}.", word=rec["row"].token(0), p=share)
    picture = Numeral(share, ".1%", 120, theme.PROBABILITY)
    scale, middle = fit_picture(picture)
    end = EndCard(answer, list(rec.values()), ["Radford and others (2019)"])
    stage.play(FadeOut(question))
    stage.play(FadeIn(end), FadeIn(picture.scale(scale).move_to(middle)))
    stage.still("answer")
