"""The film bpe_tokens: its word grows as its merges come up on the list, and its letters are those
that one counts."""

from __future__ import annotations

import importlib
from collections import Counter
from typing import Any

import numpy as np

from gptviz.drawing.tokens.plates import in_line
from tests.films.test_judges import default


def parts() -> tuple[Any, Any]:
    """What the film draws with, and its recording."""
    film, recordings = default("bpe_tokens")
    package = film.__module__.rpartition(".")[0]
    return importlib.import_module(f"{package}.parts"), recordings["words"]


def test_a_pair_is_glued_when_the_counter_has_come_to_it() -> None:
    made, words = parts()
    piece = words.texts[0].pieces[0]
    tree = made.RisingTree(piece, 12.6, 5.3, 54)
    gluing = made.Gluing(tree, piece, words.merge_count, [0, 0, 0])
    places = np.array([int(merge.rank) + 1 for merge in piece.merges])
    seen = set()
    for share in np.linspace(0, 1, 400):
        gluing.set_share(share)
        count = int(gluing.counter.number)
        glued = np.array([node.text[0].get_fill_opacity() == 1 for node in tree.merges])
        assert (glued <= (places <= count + 1)).all() and (glued >= (places < count)).all()
        seen.add(int(glued.sum()))
    assert count == words.merge_count == 50_000 and seen == set(range(len(places) + 1))


def test_the_letter_that_is_counted_is_the_one_that_comes_most_often() -> None:
    made, words = parts()
    text = words.texts[0]
    letter, count = Counter("strawberry").most_common(1)[0]
    assert made.commonest(text) == letter == "r"
    plates = in_line(text.tokens, 100, 9.0)
    word = made.Spelling(text.tokens, plates, [0, 0, 0], 12.0, 200)
    assert len(word.places_of(letter)) == count == 3
    assert "".join(part for _, part in word.parts) == " strawberry"
