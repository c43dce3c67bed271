"""How the scores of attention are divided, in a formula and in words: it differs between models."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gptviz.recording.families import AttentionHeadRecording
from gptviz.recording.number import Tracked

ROOT, LAYER = "sqrt({{ d : width }})", "{{ l : width }}"


@dataclass(frozen=True)
class Division:
    """What stands below the line of the formula, a sentence, and a label that says what its letters
    are, with the numbers in it."""

    below: str
    said: str
    label: str
    numbers: Mapping[str, Tracked]


def division(head: AttentionHeadRecording) -> Division | None:
    """How a head's scores are divided; None where they are not."""
    facts, width, layer = head.anatomy, head.d_head, head.layer_number
    if facts.scaled and facts.scaled_by_layer:
        return Division(
            f"({ROOT} dot {LAYER})",
            "Longer lists make larger sums: divide by the root of their length. This model also "
            "divides by the layer's number.",
            "d: {d:,} numbers in each list; l: this layer, number {l:,}",
            {"d": width, "l": layer},
        )
    if facts.scaled_by_layer:
        return Division(
            LAYER,
            "This model divides its scores by the number of the layer.",
            "l: this layer, number {l:,}",
            {"l": layer},
        )
    if facts.scaled:
        return Division(
            ROOT,
            "Longer lists make larger sums, so divide by the square root of their length.",
            "d: {d:,} numbers in each list",
            {"d": width},
        )
    return None
