"""What is a word looking for?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from manim import Create, FadeIn, FadeOut, Group, LaggedStart, VGroup
from manim import rate_functions as rates

from gptviz import maths
from gptviz.drawing.arrays.skyline import Skyline
from gptviz.drawing.base import theme
from gptviz.drawing.base.motion import Dim, Follow, Light, exchange
from gptviz.drawing.base.text import Numeral, Words
from gptviz.drawing.base.whole import adding_up
from gptviz.drawing.furniture.focus import Focus
from gptviz.drawing.heads.headfield import HeadField, cells_on, grid_boxes, grid_labels
from gptviz.drawing.heads.headmap import head_name
from gptviz.drawing.model.map import CORNER, map_of
from gptviz.drawing.tokens.tokens import TokenBox
from gptviz.film import Film, Need
from gptviz.recording.families import AttentionHead
from gptviz.recording.number import Claim, Computed, Count, Tracked, derive

from .answer import Answer
from .parts import (
    KEYS,
    LARGE,
    NAMED,
    QUERIES,
    RACE,
    VALUES,
    Places,
    Race,
    large_strip,
    look,
    looking_back,
    matrix_picture,
)

TITLE_MAP = (-6.2, -2.0, 6.2, 0.4)
GRID = (-5.6, -2.2, 6.5, 2.1)  # of all heads
CORNER_NAME = 2.95  # height of what is written top left
WIDE = (-5.2, 1.3, theme.RIGHT_EDGE, 2.5)  # of the list of numbers that a token comes in as
THIRDS = (-4.35, 0.0, 4.35)  # middles of the three matrices
FULL = (-5.2, -1.6, theme.RIGHT_EDGE, 2.4)  # and at first
MATRIX, MADE, NAMES = (-0.55, 1.1), (-1.7, -0.65), -2.22  # heights: matrix, what it makes, its name
LINE = (sum(VALUES) / 2 - 0.01, sum(VALUES) / 2 + 0.01)  # where lists fold into others
CUT = 3.5  # how large a number is, in root mean squares, whose bar fills its box
KINDS = (
    ("query", theme.QUERY, "q"),
    ("key", theme.KEY, "k"),
    ("value", theme.VALUE, "v"),
)


class Qkv(Film):
    """What is a word looking for?"""

    head = Need(
        AttentionHead(
            prompt="A robot must obey the orders given it",
            query="it",
            key="robot",
            inside=True,
            matrices=True,
            all_heads=True,
        )
    )
    cards = True
    settings = {"whole": 1.0}

    def construct(self) -> None:
        rec = self.head
        spot = rec.chosen
        self.query, self.key = int(spot.query), int(spot.key)
        self.q, self.k = rec.prompt[self.query], rec.prompt[self.key]
        self.weight, self.whole = spot.weight, self.setting("whole")
        self.places = Places(self.query, self.key)
        self.lists = {letter: rec.numbers(letter) for letter in "qkv"}
        parts = {letter: each.array[: self.query + 1] for letter, each in self.lists.items()}
        parts["q"] = parts["q"][self.query :]
        self.limits = {letter: CUT * float(np.sqrt(np.mean(parts[letter] ** 2))) for letter in "qk"}
        self.limits["v"] = float(np.abs(parts["v"]).max())
        self.hook()
        self.all_heads()
        self.opened()
        self.meaning()
        self.every_key()
        self.race()
        self.percentages()
        self.handed_over()
        Answer(self).tell()

    # The riddle
    # ---------------------------------------------------------------------------------------------

    def hook(self) -> None:
        """A text, and eyes that go back from its last word."""
        rec = self.head
        strip = large_strip(rec.prompt)
        with self.beat(
            "A robot must obey the orders given it.",
            "Who\u2019s meant by {q}? You looked back, and found the {k}.",
            q=self.q,
            k=self.k,
        ) as said:
            self.add(strip[0])
            self.play(
                LaggedStart(
                    *[FadeIn(box, shift=np.array([0, 0.2, 0])) for box in strip[1:]],
                    lag_ratio=0.5,
                ),
                run_time=said.span(0) * 0.8,
            )
            self.add(strip)
            said.until(1)
            here = self.query
            self.play(Follow(strip, lambda s, share: look(s, here, here) if share else None, 0.2))
            self.wait(0.9)
            self.play(looking_back(strip, here, self.key, max(said.left() - 0.3, 1.5)))
            self.wait(0.8)
        self.chart = map_of(rec, TITLE_MAP)
        with self.beat("Inside a model, what is a word looking for?") as said:
            left, bottom, right, top = self.chart.box_of("tokens")
            self.play(
                strip.animate.scale((right - left) / strip.width).move_to(
                    ((left + right) / 2, (bottom + top) / 2, 0.0)
                ),
                rate_func=rates.ease_in_sine,
                run_time=0.8,
            )
            self.remove(strip, *strip)
            self.play(FadeIn(self.chart), run_time=0.3)
            self.title_card(self.chart, max(said.left() + 0.4, 2.5))

    # The head
    # ---------------------------------------------------------------------------------------------

    def all_heads(self) -> None:
        """All heads fly out of the map, and light up by how much they look back to that word."""
        rec = self.head
        layers, heads = int(rec.layers), int(rec.heads)
        boxes = grid_boxes(layers, heads, GRID)
        self.field = HeadField(
            rec.all_heads.array, cells_on(self.chart, layers, heads), theme.attention
        )
        self.field.means = ("attention",)
        labels = grid_labels(boxes, layers, heads)
        spot = rec.chosen
        pair, share = self._pair()
        with self.beat(
            "Here are its {n:,} attention heads.",
            "Which of them look from {q} back to {k}?",
            self._which(),
            n=rec.heads_in_all,
            q=self.q,
            k=self.k,
            h=spot.head,
            l=spot.layer,
        ) as said:
            self.play(self.chart.light("attention"), run_time=theme.QUICK)
            self.add(self.field)
            self.play(self.field.fly(boxes, 1.6), self.chart.carry(CORNER, 1.6), run_time=1.6)
            self.play(FadeIn(labels), run_time=theme.QUICK)
            said.until(1)
            self.play(FadeIn(pair), run_time=theme.QUICK)
            self.play(self.field.light(0, max(said.left(1), 1.0), rate_func=rates.linear))
            said.until(2)
            index = spot.index[0] * heads + spot.index[1]
            frame = self.field.frame(index)
            self.play(self.field.focus([index]), Create(frame), FadeIn(share), run_time=theme.MOVE)
            self.wait(max(said.left(), 0.2) + 0.6)
        self.leaving = [labels, frame, pair, share]

    def _pair(self) -> tuple[VGroup, Numeral]:
        """What is asked of all heads, and the answer of the one that is shown."""
        pair = VGroup(TokenBox(self.q, 40), Words("looks at", 36, theme.SECONDARY))
        pair.add(TokenBox(self.k, 40)).arrange(buff=0.25)
        pair.move_to([theme.LEFT_EDGE + pair.width / 2, CORNER_NAME + 0.1, 0])
        share = Numeral(self.weight, ".1%", 48, theme.ATTENTION)
        return pair, share.place(pair.get_right() + np.array([0.35, -0.17, 0]))

    def _which(self) -> str | Claim:
        """What is said of that head: another one may have been asked for."""
        spot = self.head.chosen
        if self.head.runners[0][:2] != (spot.layer, spot.head):
            return "Let\u2019s look at head {h:d} in layer {l:d}."
        return Claim(
            maths.is_majority,
            (self.weight, self.whole),
            "Head {h:d} in layer {l:d} gives it most of its attention.",
            "Head {h:d} in layer {l:d} gives it more than any other.",
        )

    def opened(self) -> None:
        """The head's own place: a token's list of numbers, and three matrices that read it."""
        rec = self.head
        layer, head = rec.chosen.index
        self.name = head_name(rec.chosen, 36, theme.TEXT)
        self.name.place([theme.LEFT_EDGE, CORNER_NAME, 0])
        token = TokenBox(self.q, 40, limit=6)
        self.token = token.move_to([theme.LEFT_EDGE + token.width / 2, 0.4, 0])
        stream = np.asarray(rec.numbers("normalised")[self.query].array, dtype=float)
        limit = CUT * float(np.sqrt(np.mean(stream**2)))
        self.wide = Skyline(stream, FULL, limit=limit)
        self.pictures = Group(
            *[
                matrix_picture(weights, self._third(i, MATRIX))
                for i, weights in enumerate((rec.w_q, rec.w_k, rec.w_v))
            ]
        )
        with self.beat(
            "Here, {q} comes in as a list of {d:,} numbers.",
            "{n:words} tables of weights turn it into {n:words} short lists.",
            q=self.q,
            d=rec.d_model,
            n=Count(KINDS, "tables of weights"),
        ) as said:
            layers, heads = int(rec.layers), int(rec.heads)
            self.play(*[FadeOut(each) for each in self.leaving], run_time=theme.QUICK)
            self.play(
                self.field.fly(cells_on(self.chart, layers, heads), 1.0),
                FadeIn(self.token),
                run_time=1.0,
            )
            self.chart.set_lit(f"head {layer}.{head}")
            self.remove(self.field)
            self.add(self.wide)
            self.play(FadeIn(self.name), self.wide.grow(1.2), run_time=1.2)
            said.until(1)
            self.play(self.wide.carry(WIDE, 1.2), self.token.animate.set_y(1.9), run_time=1.2)
            self.play(
                LaggedStart(*[FadeIn(each) for each in self.pictures], lag_ratio=0.4),
                run_time=1.0,
            )
            copies = [Skyline(stream, WIDE, limit=limit) for _ in KINDS]
            self.add(*copies)
            self.play(
                *[copy.carry(self._third(i, (1.0, 1.6)), 1.0) for i, copy in enumerate(copies)]
            )
            self.play(
                *[copy.carry(self._third(i, (-0.6, -0.58)), 1.2) for i, copy in enumerate(copies)]
            )
            self.remove(*copies)

    def _third(self, i: int, band: tuple[float, float]) -> tuple[float, float, float, float]:
        return THIRDS[i] - 2.05, band[0], THIRDS[i] + 2.05, band[1]

    def meaning(self) -> None:
        """What comes out of each, by name."""
        self.made: dict[str, Skyline] = {}
        self.titles: dict[str, Words] = {}
        with self.beat(
            "First its query, what {q} is looking for.",
            "Then its key, what it has to offer.",
            "And its value, what it would hand over.",
            q=self.q,
            hold=1.8,
        ) as said:
            for i, (name, colour, letter) in enumerate(KINDS):
                said.until(i)
                list_ = Skyline(
                    self.lists[letter][self.query].array,
                    self._third(i, MADE),
                    colour,
                    self.limits[letter],
                ).set_factor(0.0)
                words = Words(name, 40, colour, align="center")
                words.means = (name,)
                words.place([THIRDS[i], NAMES, 0], "center")
                self.add(list_)
                others = [each for j, each in enumerate(self.pictures) if j != i]
                self.play(Dim(*others), Light(self.pictures[i]), list_.grow(1.4), FadeIn(words))
                self.made[letter], self.titles[letter] = list_, words

    # The race
    # ---------------------------------------------------------------------------------------------

    def every_key(self) -> None:
        """Each token gets a column with its key; copies of the one query slide over all of them."""
        rec, places = self.head, self.places
        own = places.query
        self.tokens = VGroup(
            *[places.token(rec.prompt[key], i) for i, key in enumerate(places.keys)]
        )
        self.keys = [
            Skyline(
                self.lists["k"][key].array, places.box(i, LARGE[1]), theme.KEY, self.limits["k"]
            )
            for i, key in enumerate(places.keys)
        ]
        made, titles = self.made, self.titles
        limits = self.limits
        with self.beat(
            "Every word so far has its own key.",
            "The query of {q} goes to each of them.",
            q=self.q,
        ) as said:
            self.play(
                FadeOut(self.pictures),
                FadeOut(made["v"]),
                FadeOut(titles["v"]),
                self.wide.carry(places.box(own, (-1.4, -1.38)), 1.2),
                FadeOut(self.wide),
                self.token.animate.match_width(self.tokens[own]).move_to(self.tokens[own]),
                made["q"].carry(places.box(own, LARGE[0]), 1.2),
                made["k"].carry(places.box(own, LARGE[1]), 1.2),
                *[self._named(name, band) for name, band in zip("qk", LARGE, strict=True)],
                run_time=1.2,
            )
            self.remove(self.wide, made["k"], self.token, self.tokens[own])
            others = [i for i in range(places.count) if i != own]
            self.add(self.tokens[own], self.keys[own])
            self.play(
                LaggedStart(*[FadeIn(self.tokens[i]) for i in others], lag_ratio=0.2),
                LaggedStart(*[self._rising(i) for i in others], lag_ratio=0.2),
                run_time=max(said.left(0) + 0.6, 2.4),
            )
            said.until(1)
            self.queries = [
                Skyline(made["q"].values, made["q"].box, theme.QUERY, limits["q"])
                for _ in places.keys
            ]
            self.remove(made["q"])
            self.add(*self.queries)
            self.play(
                *[each.carry(places.box(i, LARGE[0]), 2.5) for i, each in enumerate(self.queries)]
            )

    def _rising(self, column: int) -> Follow:
        """A key that comes up from its token."""
        key, box = self.keys[column], self.places.box(column, LARGE[1])
        key.set_box(self.places.box(column, (-1.42, -1.4)))
        return key.carry(box, 1.0)

    def _named(self, letter: str, band: tuple[float, float]) -> Any:
        """The name of a kind of list goes where its band is."""
        name = self.titles[letter]
        return name.animate.match_height(name).move_to([NAMED, sum(band) / 2, 0])

    def _drawn_up(self) -> list[Follow]:
        """Queries and keys make room for bars below them."""
        return [
            each.carry(self.places.box(i, band), 1.2)
            for lists, band in ((self.queries, QUERIES), (self.keys, KEYS))
            for i, each in enumerate(lists)
        ]

    def race(self) -> None:
        """Products are added in all columns at once, and the bars race."""
        rec, places = self.head, self.places
        query = self.lists["q"][self.query]
        sums = [Computed(maths.running_sums, query, self.lists["k"][key]) for key in places.keys]
        self.bars = Race(places, sums)
        others = [rec.score(self.query, i) for i in places.keys if i != self.key]
        highest = derive(maths.largest, others) if others else self.setting("whole")
        score = rec.score(self.query, self.key)
        for each in (*self.queries, *self.keys):
            each.set_read(len(each.values))
        with self.beat(
            "Multiply both, number by number, and add it all up.",
            "The better they match, the higher the score.",
            Claim(
                maths.is_larger,
                (score, highest),
                "And the key of {k} matches best.",
                "But here, another key matches even better than that of {k}.",
            ),
            k=self.k,
        ) as said:
            bands = [self._named(name, band) for name, band in (("q", QUERIES), ("k", KEYS))]
            self.play(*self._drawn_up(), *bands, run_time=1.2)
            self.score = Words("score", 36, theme.SECONDARY, align="center")
            self.score.move_to([NAMED, sum(RACE) / 2, 0])
            self.add(self.bars, self.score)
            lists = [*self.queries, *self.keys]
            self.play(self.bars.add_up(lists, max(said.left(1) - 0.3, 4.0), rate_func=rates.linear))
            said.until(2)
            self.mark = Focus(self.tokens[places.key])
            self.play(Create(self.mark), run_time=theme.MOVE)
            self.play(
                *[
                    Dim(self.queries[i], self.keys[i], run_time=theme.MOVE)
                    for i in range(places.count)
                    if i != places.key
                ]
            )

    def percentages(self) -> None:
        """The bars become percentages."""
        rec, places = self.head, self.places
        shares = [rec.weight(self.query, key) for key in places.keys]
        whole = places.count == self.query + 1
        written = adding_up(shares, ".1%") if whole else shares
        with self.beat(
            "Now the scores become percentages.",
            "{k} gets {p:~%} of the attention.",
            k=self.k,
            p=self.weight,
        ) as said:
            attention = Words("attention", 36, theme.ATTENTION, align="center")
            attention.means = ("attention",)
            attention.move_to(self.score)
            self.play(
                exchange([self.score], [attention], 1.6),
                self.bars.turn_into(written, 1.6),
            )
            self.score = attention
            said.until(1)
            self.wait(0.3)
            self.play(self.bars.stress(places.key, 1.0))

    def handed_over(self) -> None:
        """Each value shrinks to its percentage; all go to the query's column, and add up there."""
        rec, places = self.head, self.places
        vectors = self.lists["v"]
        weights = [rec.weight(self.query, key) for key in places.keys]
        limit = self.limits["v"]
        values = [
            Skyline(vectors[key].array, places.box(i, VALUES), theme.VALUE, limit)
            for i, key in enumerate(places.keys)
        ]
        title = self.titles["v"].move_to([NAMED, sum(VALUES) / 2, 0])
        names = [self.titles["q"], self.titles["k"]]
        with self.beat(
            "That\u2019s how much of each value comes over.",
            self._most(weights),
            q=self.q,
            k=self.k,
        ) as said:
            lists = [*enumerate(self.queries), *enumerate(self.keys)]
            self.play(
                *[each.carry(places.box(i, LINE), 0.7) for i, each in lists],
                *[FadeOut(name) for name in names],
            )
            self.remove(*self.queries, *self.keys)
            self.add(*values)
            self.play(FadeIn(title), *[each.grow(0.8) for each in values])
            self.play(
                *[
                    each.multiply(float(weight), max(said.left(0), 1.2))
                    for each, weight in zip(values, weights, strict=True)
                ]
            )
            said.until(1)
            x = places.x(places.query)
            self.play(
                LaggedStart(
                    *[
                        each.rise((x, sum(VALUES) / 2), 1.8, 0.0)
                        for i, each in enumerate(values)
                        if i != places.query
                    ],
                    lag_ratio=0.05,
                ),
            )
            self.remove(*values)
            blend = self._blend(weights)
            self.add(blend)
            ring = Focus(blend)
            self.play(Create(ring), run_time=theme.MOVE)
        self.leaving = [title, blend, ring, self.mark, self.bars, self.score, self.name]

    def _most(self, weights: Sequence[Tracked]) -> Claim:
        """Whether most of the lengths that come over is one token's."""
        places, vectors = self.places, self.lists["v"]
        moved = [
            derive(maths.product, [weight, derive(maths.norm, vectors[key])])
            for weight, key in zip(weights, places.keys, strict=True)
        ]
        return Claim(
            maths.is_majority,
            (moved[places.key], derive(maths.total, moved)),
            "So most of what reaches {q} comes from {k}.",
            "So what reaches {q} is a blend of many.",
        )

    def _blend(self, weights: Sequence[Tracked]) -> Skyline:
        """All values that are shown, times their weights, added up in the query's column."""
        places = self.places
        plain = np.asarray(self.lists["v"].array, dtype=float)[places.keys]
        total = np.asarray([float(weight) for weight in weights]) @ plain
        box = places.box(places.query, VALUES)
        return Skyline(total, box, theme.VALUE, self.limits["v"])
