"""The badge: on every frame, bottom left, what the numbers on screen come from."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from manim import VGroup

from gptviz.drawing.base import theme
from gptviz.drawing.base.text import Words
from gptviz.recording.number import Number, Word
from gptviz.recording.schema import Recording
from gptviz.recording.statement import compose

_PROMPT = 44  # characters of a prompt that a badge has room for
_MILLION = 1_000_000  # parameters that are said in millions


class Badge(VGroup):
    """Model, parameter count, digest of the recordings that a beat draws, and their prompt or
    words."""

    def __init__(self, recordings: Sequence[Recording]) -> None:
        super().__init__()
        parts: list[str] = []
        fields: dict[str, Any] = {}
        for i, recording in enumerate(_one_per_model(recordings)):
            provenance = recording.provenance
            fields[f"model{i}"] = Word(provenance.model, f"{recording.name}#provenance.model")
            parts.append(f"{{model{i}}}")
            if provenance.parameters is not None:
                fields[f"n{i}"] = Number(
                    provenance.parameters, recording.name, "provenance.parameters"
                )
                parts.append(f"{{n{i}:{'M' if provenance.parameters >= _MILLION else ','}}}")
            if provenance.note and not provenance.commit:  # a public source says more than a note
                fields[f"note{i}"] = Word(provenance.note, f"{recording.name}#provenance.note")
                parts.append(f"{{note{i}}}")
        fields["digest"] = Word(
            digest_of(recordings), "digest of " + ", ".join(r.name for r in recordings)
        )
        parts.append("rec {digest}")
        commits = {r.provenance.commit: r for r in recordings if r.provenance.commit}
        for i, (commit, recording) in enumerate(commits.items()):
            fields[f"commit{i}"] = Word(str(commit)[:7], f"{recording.name}#provenance.commit")
            parts.append(f"source {{commit{i}}}")
        prompts = [r for r in recordings if str(r.manifest.request.get("prompt", "")).strip()]
        if len({str(r.asked("prompt")) for r in prompts}) == 1:
            fields["prompt"] = _short(prompts[0].asked("prompt"))
            parts.append("\u201c{prompt}\u201d")
        words = Words(compose(" \u00b7 ".join(parts), **fields), theme.SMALLEST, theme.SECONDARY)
        self.add(
            words.place(
                [theme.LEFT_EDGE, theme.BOTTOM_EDGE + theme.units(theme.SMALLEST) * 0.25, 0]
            )
        )


def digest_of(recordings: Sequence[Recording]) -> str:
    """Seven digits that change when one of the recordings does."""
    digests = sorted(recording.digest for recording in recordings)
    return (
        digests[0] if len(digests) == 1 else hashlib.sha256("".join(digests).encode()).hexdigest()
    )[:7]


def _one_per_model(recordings: Sequence[Recording]) -> list[Recording]:
    return list({recording.provenance.model: recording for recording in recordings}.values())


def _short(prompt: Word) -> Word:
    text = " ".join(prompt.split())
    return Word(
        text if len(text) <= _PROMPT else text[: _PROMPT - 1].rstrip() + "\u2026", prompt.address
    )
