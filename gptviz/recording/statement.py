"""Sentences with numbers in them: what narration and the words on screen are made of.

A template such as ``"{word}: {p:.0%}"`` is taken apart into pieces, so that every numeral in it
keeps its address.
"""

from __future__ import annotations

import re
import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from gptviz.errors import UntrackedNumber
from gptviz.recording.number import Claim, Token, Tracked, Word
from gptviz.recording.wording import says, words

#: Proper names whose digits or number words count nothing. Closed: a film cannot add to it.
NAMES = (
    "GPT-2",
    "GPT-3",
    "GPT-4",
    "word2vec",
    "2-D",
    "3-D",
    "300-D",
    "First Law",
    "Second Law",
    "zero-based",
)

#: Words that say a number. Those up to two are too common in speech to be traced; a larger one needs an address.
NUMBER_WORDS = frozenset(
    [words(n) for n in range(3, 100)]
    + [
        "dozen",
        "hundred",
        "thousand",
        "million",
        "billion",
        "hundreds",
        "thousands",
        "millions",
        "billions",
        "half",
        "quarter",
        "twice",
        "thrice",
    ]
) - {"half", "twice"}


@dataclass(frozen=True)
class Piece:
    """A part of a text: its words, and where they come from.

    ``origin`` is a tracked value, a token, a recorded word, a claim (whose wording this is), or
    None for plain words.
    """

    text: str
    origin: Any = None
    spec: str = ""

    @property
    def right(self) -> bool:
        """Whether a numeral is its value rounded correctly; True for what is no numeral."""
        return not isinstance(self.origin, Tracked) or says(
            self.text, float(self.origin), self.spec
        )


class Statement(tuple[Piece, ...]):
    """A text as its pieces. ``text`` is all of it; ``claims`` the claims in it."""

    __slots__ = ()

    @property
    def text(self) -> str:
        return "".join(piece.text for piece in self)

    @property
    def spoken(self) -> str:
        """What a voice is given: numbers, signs and names in words that can be pronounced."""
        from gptviz.recording.speaking import speakable  # noqa: PLC0415  (which reads statements)

        return speakable(self)

    @property
    def claims(self) -> list[Claim]:
        return [piece.origin for piece in self if isinstance(piece.origin, Claim)]


def compose(template: str | Claim | Statement, **fields: Any) -> Statement:
    """The pieces of a template. A field is a tracked value, a token, a recorded word, a claim, or
    plain text.

    Raises UntrackedNumber for a field that is a number without an address.
    """
    if isinstance(template, Statement):
        return template
    if isinstance(template, Claim):
        return Statement(_of_claim(template, fields))
    if isinstance(template, (Token, Word)):
        return Statement((Piece(_spoken(template), template),))
    pieces: list[Piece] = []
    for literal, name, spec, conversion in string.Formatter().parse(template):
        if literal:
            pieces.append(Piece(literal))
        if name is not None:
            if conversion or not name.isidentifier():
                raise UntrackedNumber(
                    f"{{{name}}} in {template!r} is more than a name",
                    "an expression in a template would lose the address of what it shows",
                    "give the value under a name of its own",
                )
            pieces.extend(_of_field(template, name, fields[name], spec or "", fields))
    return Statement(pieces)


def sentence(template: str | Claim | Statement, **fields: Any) -> Statement:
    """A template as a sentence of narration: a number word that it begins with gets its capital."""
    pieces = compose(template, **fields)
    if pieces and isinstance(pieces[0].origin, Tracked) and pieces[0].text[0].islower():
        first = replace(pieces[0], text=pieces[0].text[0].upper() + pieces[0].text[1:])
        return Statement((first, *pieces[1:]))
    return pieces


def _of_field(
    template: str, name: str, value: Any, spec: str, fields: Mapping[str, Any]
) -> list[Piece]:
    if isinstance(value, Tracked):
        return [Piece(format(value, spec), value, spec)]
    if isinstance(value, (Token, Word)):
        return [Piece(_spoken(value), value)]
    if isinstance(value, Claim):
        return _of_claim(value, fields)
    if isinstance(value, Statement):
        return list(value)
    if isinstance(value, str):
        return [Piece(value)]
    raise UntrackedNumber(
        f"{name} = {value!r} in {template!r} has no address",
        "a film writes tracked numbers only",
        "take it from a recording, or derive it with a formula of gptviz.maths",
    )


def _spoken(text: Token | Word) -> str:
    """A token or a recorded text inside a sentence: without the spaces at its ends; bytes as
    hexadecimal digits.

    Where the exact token matters it is drawn as such, with its spaces as marks, not written into a
    sentence.
    """
    if isinstance(text, Token) and not text.whole:
        return f"<{text.raw.hex(' ').upper()}>"
    return " ".join(text.split()) or {" ": "a space", "\n": "a new line"}.get(
        str(text), "white space"
    )


def _of_claim(claim: Claim, fields: Mapping[str, Any]) -> list[Piece]:
    """The wording's pieces, the plain ones marked with the claim that they state."""
    return [
        Piece(piece.text, claim) if piece.origin is None else piece
        for piece in compose(claim.wording, **fields)
    ]


def listed(words: Sequence[Any], most: int | None = None) -> Statement:
    """Recorded words with commas between them, the first ``most`` of them."""
    shown = words if most is None else words[:most]
    fields = {f"w{i}": word for i, word in enumerate(shown)}
    more = ", \u2026" if len(shown) < len(words) else ""
    return compose(", ".join(f"{{{name}}}" for name in fields) + more, **fields)


def untracked(statement: Statement) -> list[str]:
    """Digits and number words in the plain parts of a statement: numerals that have no address."""
    found = []
    for piece in statement:
        if piece.origin is not None and not isinstance(piece.origin, Claim):
            continue
        plain = piece.text
        for name in NAMES:
            plain = plain.replace(name, " " * len(name))
        found += re.findall(r"[+\u2212-]?[\d\u00b2\u00b3\u00b9\u2070-\u2089][\d.,]*", plain)
        found += [
            word
            for word in re.findall(r"[a-z]+(?:-[a-z]+)?", plain.lower())
            if word in NUMBER_WORDS
        ]
    return found
