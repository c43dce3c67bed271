"""The two cards of a film: its question, large, after the hook; and at its end the answer, the
picture worth keeping, and where all of it comes from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
from manim import Mobject, VGroup

from gptviz.drawing.base import theme
from gptviz.drawing.base.text import Words
from gptviz.drawing.furniture.badge import digest_of, name_of, one_per_model
from gptviz.recording.address import Digest, Place, Printed
from gptviz.recording.number import Claim, Derived, Numbers, Quoted, Word
from gptviz.recording.schema import Recording
from gptviz.recording.statement import Statement, compose

QUESTION, ANSWER, LEAST = 76.0, 56.0, 36.0  # sizes of type, in pixels
SOURCES = theme.SMALLEST
PICTURE_TOP, PICTURE_BOTTOM = theme.TOP_EDGE - 1.35, theme.BOTTOM_EDGE + 1.45
_ROOM = theme.RIGHT_EDGE - theme.LEFT_EDGE - 0.4
_LINE = theme.units(SOURCES) * 1.4


class TitleCard(VGroup):
    """A film's question in large type, over a ground (such as the map of the model) if there is
    one."""

    def __init__(self, question: Statement, ground: Mobject | None = None) -> None:
        super().__init__()
        words = fitted(question, QUESTION)
        middle = 0.0 if ground is None else float(ground.get_top()[1] + theme.TOP_EDGE) / 2
        self.add(words.move_to((0.0, middle, 0.0)))


class EndCard(VGroup):
    """The answer in one line above, the sources in small type below; between them there is room for
    a picture."""

    def __init__(
        self, answer: Statement, recordings: Sequence[Recording], quoted: Iterable[str] = ()
    ) -> None:
        super().__init__()
        words = fitted(answer, ANSWER)
        self.add(words.move_to((0.0, (theme.TOP_EDGE + PICTURE_TOP) / 2, 0.0)))
        lines = [
            Words(line, SOURCES, theme.SECONDARY, width=_ROOM)
            for line in sources(recordings, quoted)
        ]
        height = _LINE * sum(len(words.lines) for words in lines)
        y = theme.BOTTOM_EDGE + height - _LINE + theme.units(SOURCES) * 0.25
        for words in lines:
            self.add(words.place([theme.LEFT_EDGE, y, 0]))
            y -= _LINE * len(words.lines)


def fitted(text: Statement, size: float) -> Words:
    """Words centred on one line, in smaller type where that is too long; on several lines where
    even the smallest is."""
    words = Words(text, size, font=theme.MEDIUM_FACE, align="center")
    if words.advance <= _ROOM:
        return words
    smaller = size * _ROOM / words.advance
    if smaller >= LEAST:
        return Words(text, smaller, font=theme.MEDIUM_FACE, align="center")
    return Words(text, LEAST * 1.2, font=theme.MEDIUM_FACE, align="center", width=_ROOM)


def fit_picture(picture: Mobject) -> tuple[float, Any]:
    """By how much a picture is scaled, and where its middle goes, to fill the room of an end
    card."""
    room = np.array([_ROOM, PICTURE_TOP - PICTURE_BOTTOM])
    size = np.array([picture.width, picture.height])
    scale = float(np.min(room / np.maximum(size, 1e-6)))
    return min(scale, 2.0), np.array([0.0, (PICTURE_TOP + PICTURE_BOTTOM) / 2, 0.0])


def sources(recordings: Sequence[Recording], quoted: Iterable[str] = ()) -> Iterator[Statement]:
    """What a film's numbers come from, a line each: every model with its size, what is to be known
    of it, the digest of its recordings and its public source; then every publication quoted."""
    for first in one_per_model(recordings):
        own = [each for each in recordings if each.provenance.model == first.provenance.model]
        digest = Word(digest_of(own), Digest(tuple(each.name for each in own)))
        parts: dict[str, Statement] = {
            "model": name_of(first),
            "rec": compose("recordings {digest}", digest=digest),
        }
        told = first.provenance
        if told.note:
            parts["note"] = compose("{note}", note=first.credit("note"))
        commits = {each.provenance.commit: each for each in own if each.provenance.commit}
        for i, (commit, each) in enumerate(commits.items()):
            word = Word(str(commit)[:7], Place.provenance(each.name, "commit"))
            parts[f"commit{i}"] = compose("source {commit}", commit=word)
        yield compose(" \u00b7 ".join(f"{{{name}}}" for name in parts), **parts)
    for source in sorted(set(quoted)):
        yield compose("quoted: {source}", source=Word(source, Printed(source)))


def quotations(value: Any) -> Iterator[str]:
    """The sources of the quoted figures in a tracked value or a claim, among its inputs too."""
    if isinstance(value, Quoted):
        yield value.source
    elif isinstance(value, (Derived, Claim)):
        for each in value.inputs:
            yield from quotations(each)
    elif isinstance(value, (list, tuple)) and not isinstance(value, Numbers):
        for each in value:
            yield from quotations(each)
