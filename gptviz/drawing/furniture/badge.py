"""The badge: bottom left, small and grey, which model the numbers on screen come from.

It names the model and its size, nothing else. Digests, public sources and notes stand on the end
card (:mod:`gptviz.drawing.furniture.cards`) and in the manifest.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from manim import VGroup

from gptviz.drawing.base import theme
from gptviz.drawing.base.text import Words
from gptviz.recording.address import Place
from gptviz.recording.address import digest_of as together
from gptviz.recording.number import Word
from gptviz.recording.schema import Recording
from gptviz.recording.statement import Statement, compose

_MILLION = 1_000_000  # parameters that are said in millions
_QUANTISED = re.compile(r"i?q(\d)", re.IGNORECASE)  # GGUF's names of types: Q4_0, Q4_K, IQ2_XS


class Badge(VGroup):
    """The models that a beat's recordings come from, each with its size: ``GPT-2 small \u00b7 124M``."""

    def __init__(self, recordings: Sequence[Recording]) -> None:
        super().__init__()
        models = {f"m{i}": name_of(each) for i, each in enumerate(one_per_model(recordings))}
        names = compose("   ".join(f"{{{key}}}" for key in models), **models)
        words = Words(names, theme.SMALLEST, theme.SECONDARY)
        self.add(
            words.place(
                [theme.LEFT_EDGE, theme.BOTTOM_EDGE + theme.units(theme.SMALLEST) * 0.25, 0]
            )
        )


def name_of(recording: Recording) -> Statement:
    """A recording's model and its size, and how coarsely its weights are kept where that is less
    than a byte each."""
    told = recording.provenance
    template = "{model}"
    fields: dict[str, Any] = {"model": recording.credit("model")}
    if told.parameters is not None:
        template += f" \u00b7 {{n:{'M' if told.parameters >= _MILLION else ','}}}"
        fields["n"] = recording.size_of_model("parameters")
    if match := _QUANTISED.match(told.dtype):
        template += ", {bits}"
        fields["bits"] = Word(f"{match[1]}-bit", Place.provenance(recording.name, "dtype"))
    return compose(template, **fields)


def digest_of(recordings: Sequence[Recording]) -> str:
    """Seven digits that change when one of the recordings does."""
    return together(recording.digest for recording in recordings)[:7]


def one_per_model(recordings: Sequence[Recording]) -> list[Recording]:
    """The first recording of each model, in order."""
    return list({recording.provenance.model: recording for recording in recordings}.values())
