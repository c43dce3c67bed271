"""Pieces of prediction: distributions, draws, the loop, text that grows, dials, merges."""

from __future__ import annotations

from typing import Any

from manim import DOWN, LEFT, RIGHT, UP

from gptviz.drawing.base import theme
from gptviz.drawing.base.motion import Follow
from gptviz.drawing.base.text import Words
from gptviz.drawing.chances.bars import ProbabilityBars
from gptviz.drawing.chances.curve import Curve
from gptviz.drawing.chances.loop import DecodeLoop, distribution
from gptviz.drawing.chances.sampling import CumulativeDraw
from gptviz.drawing.furniture.dial import Dial
from gptviz.drawing.furniture.knob import Knob
from gptviz.drawing.gallery.stage import Piece, Stage, piece
from gptviz.drawing.tokens.flow import TokenFlow
from gptviz.drawing.tokens.merges import MergeTree
from gptviz.drawing.tokens.tokens import TokenStrip
from gptviz.recording.number import Setting

PIECES: list[Piece] = []


@piece(PIECES, "tokens in their boxes, with their ids", row="gpt2/softmax/row")
def token_strip(stage: Stage, rec: dict[str, Any]) -> None:
    stage.add(TokenStrip(rec["row"].prompt, 52, ids=True).center())
    stage.still("ids")


@piece(PIECES, "probabilities, with the rest of the vocabulary", row="gpt2/softmax/row")
def probability_bars(stage: Stage, rec: dict[str, Any]) -> None:
    row = rec["row"]
    shown = 7
    stage.add(
        ProbabilityBars(
            [row.token(i) for i in range(shown)],
            row.probabilities(shown),
            row.rest(shown),
            Words("all others", theme.LABEL, theme.SECONDARY),
            scores=[row.logits[i] for i in range(shown)],
            unit=7.0,
        ).center()
    )
    stage.still("bars")


@piece(PIECES, "a random number lands in its interval", story="mini/autoregression/story")
def cumulative_draw(stage: Stage, rec: dict[str, Any]) -> None:
    step = next(step for step in rec["story"].steps if step.was_drawn)
    now = distribution(step, 8)
    strip = CumulativeDraw(now.tokens, now.shares, now.rest, rest_label="all others")
    stage.add(strip)
    strip.draw(step.u)
    stage.still("drawn")
    stage.half("sliding", strip.slide())
    stage.play(strip.land(float(step.low), float(step.high), step.token))
    stage.still("landed")


@piece(PIECES, "predict, draw, append, again", story="mini/autoregression/story")
def decode_loop(stage: Stage, rec: dict[str, Any]) -> None:
    story = rec["story"]
    loop = DecodeLoop(story.prompt, story.provenance.model).shift(UP * 0.2)
    stage.add(loop)
    first = story.steps[0]
    stage.play(loop.predict(first))
    stage.still("predicted")
    stage.play(loop.slide(first))
    stage.play(loop.land(first))
    stage.half("flying", loop.write(first))
    for step in story.steps[1:]:
        loop.set_step(step)
    stage.still("written")


@piece(
    PIECES,
    "a text that grows by tokens",
    story="mini/autoregression/story",
    own="mini/autoregression/law_greedy",
)
def token_flow(stage: Stage, rec: dict[str, Any]) -> None:
    plain = TokenFlow([*rec["story"].prompt, *rec["story"].chosen], 6.2).shift(
        LEFT * 6.5 + UP * 2.5
    )
    marked = TokenFlow([*rec["own"].prompt, *rec["own"].chosen], 6.0, marks=True).shift(
        RIGHT * 0.5 + UP * 2.5
    )
    stage.add(plain, marked)
    stage.still("text")


@piece(PIECES, "a dial, and the entropy that follows it", row="gpt2/temperature/row")
def dial(stage: Stage, rec: dict[str, Any]) -> None:
    row = rec["row"]
    knob = Knob("temperature", 1.0, step=0.01)
    turning = Dial(
        knob.setting,
        Setting(0, "lowest temperature"),
        Setting(5, "highest temperature"),
        "temperature",
    )
    plot = Curve(
        row.numbers("temperatures")[1:],
        {"entropy": row.numbers("entropy_by_temperature")[1:]},
        6.0,
        3.4,
        {"entropy": theme.PROBABILITY},
        low=0.0,
        x_spec=".2f",
        y_spec=".1f",
        x_title="temperature",
        y_title="entropy, bits",
    )
    plot.shift(LEFT * 0.5 + DOWN * 1.5)
    stage.add(knob, turning.shift(LEFT * 4.2), plot)

    def turn(_: Any, share: float) -> None:
        knob.set_value(1.0 + 2.5 * share)
        turning.set_value(knob.setting)
        plot.set_cursor(plot.nearest(float(knob.setting)))

    stage.half("turning", Follow(turning, turn, run_time=3.0))
    stage.still("turned")


@piece(PIECES, "bytes become a token, merge by merge", words="gpt2/bpe_tokens/words")
def merge_tree(stage: Stage, rec: dict[str, Any]) -> None:
    texts = rec["words"].texts
    longest = max(
        (part for text in texts for part in text.pieces), key=lambda part: len(part.merges)
    )
    tree = MergeTree(longest.states[0], longest.merges)
    stage.add(tree)
    stage.half(
        "half", Follow(tree, lambda t, share: t.set_merges(len(t.merges) * share), run_time=3.0)
    )
    tree.mark_tokens()
    stage.still("whole")
