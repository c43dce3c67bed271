"""The end of the film qkv: what other words find in the same head, and the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from manim import Create, FadeIn, FadeOut, VGroup
from manim import rate_functions as rates

from gptviz import maths
from gptviz.drawing.arrays.skyline import Skyline
from gptviz.drawing.base import theme
from gptviz.drawing.base.text import Numeral, Words
from gptviz.drawing.tokens.tokens import TokenStrip
from gptviz.recording.number import Claim, Tracked

from .parts import LEFT, NAMED, RIGHT, Finds

if TYPE_CHECKING:
    from .film import Qkv

FEET = {"k": (-1.4, -0.5), "q": (-2.3, -1.4)}  # bands of a key and of a query, below the text
END = RIGHT - 1.6  # of both; their score stands right of them
ANSWER = "A word looks for the key that matches its query."


class Answer:
    """Tells it in a film, whose stage it goes on with."""

    def __init__(self, film: Qkv) -> None:
        self.film, self.rec, self.places = film, film.head, film.places
        kept = self.places.keys
        found = [each for each in self.found() if {each[0], each[1]} <= set(kept)]
        self.finds = [*found, (film.query, film.key, film.weight)]
        tokens = [self.rec.prompt[key] for key in kept]
        sizes = (54, 46, 38, 30, 24, 18)
        size = next((s for s in sizes if TokenStrip(tokens, s).rows == 1), sizes[-1])
        self.strip = TokenStrip(tokens, size).move_to([0, 0.05, 0])
        pairs = [(kept.index(q), kept.index(k), weight) for q, k, weight in self.finds]
        self.arcs = Finds(self.strip, pairs)

    def tell(self) -> None:
        """Both beats, and the end card."""
        self.others()
        self.close()

    def found(self) -> list[tuple[int, int, Tracked]]:
        """What other tokens look at in this head, two of them: pairs with more than half of a token's
        attention, on neither the first token nor itself; two that find different ones, if there
        are."""
        film, rec = self.film, self.rec
        seen, other, same = {film.key}, [], []
        for query in range(2, film.query):
            key = int(np.argmax(rec.array("pattern")[query, : query + 1]))
            weight = rec.weight(query, key)
            if key in (0, query) or not maths.is_majority(weight, film.whole):
                continue
            (same if key in seen else other).append((query, key, weight))
            seen.add(key)
        return sorted([*same[:1], *other[:1], *same[:0:-1], *other[:0:-1]][:2])

    def others(self) -> None:
        """The text once more, and what each of some words finds."""
        film, told, names = self.film, [], {}
        for i, (query, key, weight) in enumerate(self.finds):
            names |= {f"a{i}": self.rec.prompt[query], f"b{i}": self.rec.prompt[key]}
            last = "And " if i and i == len(self.finds) - 1 else ""
            told.append(
                Claim(
                    maths.is_majority,
                    (weight, film.whole),
                    f"{last}{{a{i}}} finds {{b{i}}}.",
                    f"{last}{{a{i}}} finds nothing as clearly.",
                )
            )
        with film.beat("Other words ask this head, too.", *told, **names) as said:
            moves = [
                box.animate.match_height(new).move_to(new)
                for box, new in zip(film.tokens, self.strip, strict=True)
            ]
            early = rates.squish_rate_func(rates.smooth, 0.0, 0.5)
            going = [FadeOut(each, rate_func=early) for each in (*film.leaving, film.chart)]
            film.play(*going, *moves, run_time=1.2)
            film.remove(*film.tokens)
            film.add(self.strip)
            for i, (arc, share) in enumerate(zip(self.arcs.arcs, self.arcs.shares, strict=True)):
                said.until(1 + i)
                film.play(Create(arc), run_time=1.0)
                film.play(FadeIn(share), run_time=theme.QUICK)

    def close(self) -> None:
        """Below the text, the key and the query that match, one over the other."""
        film, places = self.film, self.places
        told: str | Claim = "Here, that one is {k}."
        if len({key for _, key, _ in self.finds}) > 1:
            told = Claim(
                maths.is_majority,
                (film.weight, film.whole),
                "This head seems to look for who or what a word is about.",
                "What it looks for is hard to say.",
            )
        key = self._below("k", theme.KEY, film.key, places.key)
        query = self._below("q", theme.QUERY, film.query, places.query)
        names = VGroup(*[self._named(*each) for each in (("key", "k"), ("query", "q"))])
        with film.beat(
            told, "So a word looks for the key that matches its query.", k=film.k, hold=1.4
        ) as said:
            said.until(1)
            film.add(key, query)
            film.play(key.grow(0.8), query.grow(0.8))
            film.play(
                *[
                    each.carry((LEFT, *FEET[letter][:1], END, FEET[letter][1]), 2.4)
                    for letter, each in (("k", key), ("q", query))
                ],
                FadeIn(names),
            )
            score = self._score()
            film.play(FadeIn(score), run_time=theme.QUICK)
        picture = VGroup(self.strip, self.arcs, key, query, names, score)
        film.add(picture)
        film.end_card(ANSWER, picture)

    def _below(self, letter: str, colour: str, row: int, column: int) -> Skyline:
        """A key or a query below its token in the text."""
        half, (bottom, top) = 1.0, FEET[letter]
        x = float(self.strip[column].get_x())
        x = min(max(x, theme.LEFT_EDGE + half), theme.RIGHT_EDGE - half)
        values, limit = self.film.lists[letter][row].array, self.film.limits[letter]
        return Skyline(values, (x - half, bottom, x + half, top), colour, limit)

    def _named(self, name: str, letter: str) -> Words:
        """The name of one of both, left of it."""
        words = Words(name, 40, theme.KEY if letter == "k" else theme.QUERY, align="center")
        words.means = (name,)
        return words.move_to([NAMED, sum(FEET[letter]) / 2, 0])

    def _score(self) -> VGroup:
        """The score of both."""
        middle = (END + RIGHT) / 2 + 0.15
        score = self.rec.score(self.film.query, self.film.key)
        number = Numeral(score, ".1f", 56, align="center")
        number.scale(min(1.0, 1.35 / number.advance)).place([middle, -1.5, 0], "center")
        return VGroup(
            number, Words("score", 36, theme.SECONDARY).place([middle, -2.0, 0], "center")
        )
