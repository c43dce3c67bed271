"""The third judge: whether a script can be spoken. It finds what FILM_STYLE forbids of narration.

==========  =====================================================================================
colon       a colon or a semicolon, to hang a fragment on
long        a sentence of more than 18 words
digits      a number of more than three significant digits
numbers     more than one number in a sentence; "layer 3, head 2" are names
subject     a statement without its subject ("Says more than that.")
word        a word that the films have lost ("anew", "surer"; "share" and "chance of" for
            probability)
fast        a beat of more than 160 words a minute
length      a beat that does not last 4 to 16 seconds
still       a beat in which nothing moves
==========  =====================================================================================
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from gptviz.film.beats import Beat, Sentence
from gptviz.film.film import LONGEST_TOLD, SHORTEST_TOLD
from gptviz.film.script import Script
from gptviz.recording.number import Claim, Token, Tracked, Word
from gptviz.recording.statement import Statement

WORDS = 18  # of a sentence, at most
DIGITS = 3  # significant ones of a spoken number, at most
RATE = 160.0  # words a minute, at most
_EDGE = 0.1  # seconds: a beat is cut at frames

#: Words that the narration has lost, each with what is said instead.
LOST = {
    "anew": "again",
    "surer": "more certain",
    "farther along": "later",
    "share": "probability, or part",
    "shares": "probabilities, or parts",
    "chances": "probabilities",
    "a chance of": "a probability of",
    "the chance of": "the probability of",
    "its chance": "its probability",
    "likeliest": "most likely",
}
#: A statement that begins with one of these has lost its subject; a question may.
_VERBS = frozenset(
    [
        "is",
        "are",
        "was",
        "were",
        "isn't",
        "aren't",
        "wasn't",
        "has",
        "had",
        "hasn't",
        "does",
        "did",
        "doesn't",
        "didn't",
        "can",
        "can't",
        "could",
        "will",
        "won't",
        "would",
        "comes",
        "goes",
        "says",
        "takes",
        "gives",
        "makes",
        "means",
        "reads",
        "looks",
        "shows",
        "gets",
        "needs",
        "keeps",
        "holds",
        "begins",
        "starts",
        "ends",
        "stops",
        "stands",
        "writes",
        "draws",
        "adds",
        "learns",
        "knows",
        "leaves",
        "turns",
        "becomes",
        "depends",
        "helps",
        "happens",
        "picks",
        "grows",
        "falls",
        "stays",
        "works",
    ]
)
_NOUNS = frozenset(
    ("layer", "head", "place", "block", "row", "step", "token", "position", "number", "dimension")
)
_LOST = re.compile(r"\b(" + "|".join(sorted(LOST, key=len, reverse=True)) + r")\b", re.IGNORECASE)


@dataclass(frozen=True)
class Fault:
    """What cannot be spoken so. ``beat`` counts from 1; ``rule`` is one of the module's list."""

    rule: str
    beat: int
    text: str
    why: str

    def __str__(self) -> str:
        return f"beat {self.beat}: {self.why}: {self.text!r}  [{self.rule}]"


def lint(script: Script) -> list[Fault]:
    """The faults of a script, in the order in which it is spoken."""
    return [
        fault
        for beat in script.beats
        for fault in (
            *(each for sentence in beat.sentences for each in _sentence(beat, sentence)),
            *_time(beat),
        )
    ]


def _sentence(beat: Beat, sentence: Sentence) -> Iterator[Fault]:
    def fault(rule: str, why: str) -> Fault:
        return Fault(rule, beat.number + 1, sentence.text, why)

    plain = _own_words(sentence.statement)
    if mark := re.search(r"[:;]", plain):
        yield fault("colon", f"a {'colon' if mark[0] == ':' else 'semicolon'}")
    for each in re.split(r"(?<=[.?!])\s+", sentence.text):
        if (count := len(each.split())) > WORDS:
            yield fault("long", f"{count} words in a sentence, {WORDS} at most")
        first = re.sub(r"^[^\w]+", "", each).split(" ")[0].lower().replace("\u2019", "'")
        if first in _VERBS and not each.endswith("?"):
            yield fault("subject", f"{first!r} has no subject")
    if (many := _quantities(sentence.statement)) > 1:
        yield fault("numbers", f"{many} numbers in a sentence, one at most")
    for number in _long_numbers(sentence.statement):
        yield fault("digits", f"{number} has more than {DIGITS} digits to be spoken")
    for match in _LOST.finditer(plain):
        yield fault("word", f"{match[0]!r} is not said; {LOST[match[0].lower()]} is")


def _time(beat: Beat) -> Iterator[Fault]:
    def fault(rule: str, why: str) -> Fault:
        return Fault(rule, beat.number + 1, beat.text, why)

    seconds = beat.end - beat.start
    rate = len(beat.text.split()) / max(seconds, 1e-6) * 60
    if rate > RATE:
        yield fault("fast", f"{rate:.0f} words a minute, {RATE:.0f} at most")
    if not SHORTEST_TOLD - _EDGE <= seconds <= LONGEST_TOLD + _EDGE:
        yield fault("length", f"{seconds:.1f} s, not {SHORTEST_TOLD:.0f} to {LONGEST_TOLD:.0f}")
    if beat.moved <= beat.start:
        yield fault("still", "nothing moves")


def _own_words(statement: Statement) -> str:
    """What the film says in its own words: a token or a recorded text may hold any sign."""
    return "".join(
        " " * len(piece.text) if isinstance(piece.origin, (Token, Word, Tracked)) else piece.text
        for piece in statement
    )


def _quantities(statement: Statement) -> int:
    """How many numbers a sentence says. A number behind a noun (layer 3, head 2) is a name, and so
    is a place in an order; the same number said again is one."""
    said, before = set(), ""
    for piece in statement:
        named = before.rstrip().rpartition(" ")[2].lower() in _NOUNS
        if (
            isinstance(piece.origin, Tracked)
            and not named
            and piece.spec not in ("ordinal", "words")
        ):
            said.add(str(piece.origin.address))
        before = piece.text
    return len(said)


def _long_numbers(statement: Statement) -> Iterator[str]:
    """Numerals with more significant digits than one says; digits of tokens and claims' wordings
    count by their text."""
    for piece in statement:
        if piece.origin is None or isinstance(piece.origin, (Tracked, Claim)):
            for number in re.findall(r"\d[\d,]*(?:\.\d+)?", piece.text):
                digits = number.replace(",", "")
                significant = digits.replace(".", "").lstrip("0")
                if "." not in digits:
                    significant = significant.rstrip("0")
                if len(significant) > DIGITS:
                    yield number
