"""Where a sentence can be cut, for those who read it in pieces: the fewer words a cut tears apart,
the better."""

from __future__ import annotations

NEVER = 1000.0  # a cut that no caption has

#: Words that belong to what follows: articles, prepositions, conjunctions, and other small words.
ARTICLES = frozenset(["a", "an", "the"])
PREPOSITIONS = frozenset(
    [
        "about",
        "above",
        "across",
        "after",
        "against",
        "along",
        "amid",
        "among",
        "around",
        "at",
        "before",
        "behind",
        "below",
        "beneath",
        "beside",
        "between",
        "beyond",
        "by",
        "down",
        "during",
        "for",
        "from",
        "in",
        "inside",
        "into",
        "like",
        "near",
        "of",
        "off",
        "on",
        "onto",
        "out",
        "outside",
        "over",
        "past",
        "per",
        "since",
        "through",
        "throughout",
        "to",
        "toward",
        "towards",
        "under",
        "until",
        "up",
        "upon",
        "via",
        "with",
        "within",
        "without",
    ]
)
CONJUNCTIONS = frozenset(
    [
        "and",
        "but",
        "or",
        "nor",
        "so",
        "yet",
        "because",
        "although",
        "though",
        "if",
        "unless",
        "while",
        "when",
        "where",
        "whereas",
        "that",
        "which",
        "who",
        "whose",
        "whom",
        "than",
        "as",
        "whether",
    ]
)
_CLINGING = frozenset(
    [
        "my",
        "your",
        "his",
        "her",
        "its",
        "our",
        "their",
        "this",
        "these",
        "those",
        "each",
        "every",
        "no",
        "any",
        "some",
        "all",
        "both",
        "another",
        "other",
        "is",
        "are",
        "was",
        "were",
        "be",
        "been",
        "has",
        "have",
        "had",
        "do",
        "does",
        "did",
        "will",
        "would",
        "can",
        "could",
        "must",
        "should",
        "may",
        "might",
        "not",
        "very",
        "more",
        "most",
        "too",
        "i",
        "we",
        "you",
        "he",
        "she",
        "it",
        "they",
        "there",
        "isn't",
        "aren't",
        "doesn't",
        "don't",
        "it's",
        "that's",
        "let's",
        "you'd",
        "we've",
        "i'm",
    ]
)
_UNITS = frozenset(
    ["percent", "%", "million", "billion", "trillion", "thousand", "hundred", "times", "of"]
)


def cost_of_break(text: str, at: int) -> float:
    """What a cut at the space ``at`` of a sentence costs: 0 behind its end, :data:`NEVER` where it
    leaves an article, a preposition, a conjunction or the first word behind."""
    before, after = text[:at].split(), text[at:].split()
    last, first = before[-1], after[0]
    if last[-1] in ".?!\u2026" or last[-2:] in (".\u201d", "?\u201d", "!\u201d"):
        return 0.0
    if len(before) == 1:
        return NEVER
    if last[-1] in ",;:\u2014\u2013":
        return 2.0
    word = _bare(last)
    if word in ARTICLES | PREPOSITIONS | CONJUNCTIONS:
        return NEVER
    if _bare(first) in _UNITS and (word[:1].isdigit() or _bare(first) != "of"):
        return 60.0
    cost = 12.0
    if _bare(first) in CONJUNCTIONS:
        cost = 4.0
    elif _bare(first) in PREPOSITIONS:
        cost = 7.0
    if word in _CLINGING:
        cost += 15.0
    if len(after) == 1:
        cost += 8.0
    return cost


def _bare(word: str) -> str:
    """A word without the marks around it."""
    return word.casefold().replace("\u2019", "'").strip('.,;:?!"\u201c\u201d()\u2026')
