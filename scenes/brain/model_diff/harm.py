"""The second half of the film model_diff: both models' weights, one head that is damaged, and what
the damaged model says."""

from __future__ import annotations

from typing import Any

import numpy as np
from manim import Create, FadeIn, FadeOut, Group, LaggedStart, VGroup

from gptviz import maths
from gptviz.drawing.base import theme
from gptviz.drawing.base.motion import Follow
from gptviz.drawing.base.picture import Picture
from gptviz.drawing.base.text import Words
from gptviz.drawing.chances.bars import ProbabilityBars
from gptviz.drawing.furniture.focus import Focus
from gptviz.recording.number import Claim

from .rows import SIDES, box_around

SHOWN = 4  # of the likeliest tokens after the text
ROW, FIRST, UNIT = 0.72, 1.3, 2.9  # of their bars
HEAD = 3.22  # the height of the models' names
PLACE = (-3.05, -2.15, 2.85)  # of a picture: half its width from its middle, its foot and its top
LARGE = (-6.3, -1.25, 6.3, 2.35)  # of one layer
ABOVE = (-6.3, 2.2, 6.3, 3.4)  # of one layer, over the bars


class Harm:
    """The beats on weights. The film that they belong to holds the names and the text."""

    def weights(self) -> None:
        """All query, key and value weights of both."""
        dots = [np.asarray(self.pair.picture(part), dtype=np.float64) for part in range(2)]
        together = np.concatenate([each.ravel() for each in dots])
        low, high = np.percentile(together, (1.0, 99.5))
        self.span = float(low), float(max(high, low + 1))
        self.pictures = []
        for part, side in enumerate(SIDES):
            left, bottom, top = PLACE
            picture = Picture(theme.sequential(dots[part], *self.span), 1.0, 1.0)
            middle = side * 3.35
            picture.set_sides(middle + left, bottom, middle - left, top)
            self.pictures.append(picture)
        with self.beat(
            "Can you see that in their weights?",
            "These are all their queries, keys and values. Bright means large.",
            "Nobody can read a word from this.",
            shows="pair",
        ) as said:
            shade = Group(*self.pictures)
            self.add(shade)
            self.play(
                *[FadeOut(each, run_time=0.35) for each in (*self.charts, self.text)],
                Follow(shade, self.unveil, max(said.span(0, 1), 2.6)),
            )
            self.remove(shade)
            self.add(*self.pictures)
            said.until(2)
            marks = [Focus(box_around(picture.sides), 0.06) for picture in self.pictures]
            self.play(*[Create(mark) for mark in marks], run_time=0.8)
            self.play(*[FadeOut(mark) for mark in marks], run_time=theme.QUICK)

    def unveil(self, shade: Group, share: float) -> None:
        """Shows both pictures layer by layer, from the first down."""
        left, bottom, top = PLACE
        for picture, side in zip(shade, SIDES, strict=True):
            rows, columns = picture.shape
            seen = max(share, 0.02)
            picture.set_window(0, 0, rows * seen, columns)
            middle = side * 3.35
            picture.set_sides(middle + left, top - (top - bottom) * seen, middle - left, top)

    # One head
    # ---------------------------------------------------------------------------------------------

    def damaged(self) -> None:
        """One layer of the first model, and a head in it whose weights are set to zero."""
        damage, (first, second) = self.damage, self.pictures
        layer = damage.head.index[0]
        rows, columns = first.shape
        high = rows / int(damage.layers)
        start = np.array(first.sides)
        dots = [np.asarray(damage.picture(hurt), dtype=np.float64) for hurt in (False, True)]
        with self.beat(
            "But you can see damage.",
            "This is one layer of the left model. Its stripes are heads.",
            "Let’s set the weights of one head to zero.",
            shows=("pair", "damage"),
            hold=1.0,
        ) as said:

            def near(picture: Picture, share: float) -> None:
                top = layer * high * share
                picture.set_window(top, 0, rows + (top + high - rows) * share, columns)
                picture.set_sides(*(start + (np.array(LARGE) - start) * share))

            self.play(
                FadeOut(second),
                FadeOut(self.names[1]),
                Follow(first, near, max(said.span(0), 1.8)),
                self.names[0].animate.move_to([0, HEAD, 0]),
            )
            whole = Picture(theme.sequential(dots[0], *self.span), 1.0, 1.0).set_sides(*LARGE)
            self.play(FadeIn(whole), run_time=theme.MOVE)
            self.remove(first)
            self.bands = self.band_names()
            self.play(FadeIn(self.bands), run_time=theme.QUICK)
            said.until(2)
            ring = Focus(box_around(self.stripe()), 0.03)
            self.play(Create(ring), run_time=0.7)
            colours = [theme.sequential(each, *self.span) for each in dots]

            def darken(picture: Picture, share: float) -> None:
                split = round(share * len(colours[0]))
                picture.set_colours(np.concatenate([colours[1][:split], colours[0][split:]]))

            told = Words(
                "layer {l:d}, head {h:d}: {s:.2%} of all attention weights",
                32,
                l=damage.head.layer,
                h=damage.head.head,
                s=damage.zeroed_share,
            ).place([0, -2.1, 0], "center")
            self.play(FadeIn(told), run_time=theme.QUICK)
            self.play(Follow(whole, darken, max(said.left(), 1.8)))
            self.wait(1.4)
        self.whole, self.ring, self.told = whole, ring, told

    def stripe(self) -> Any:
        """The sides of the damaged head's query stripe in the large picture."""
        damage = self.damage
        left, bottom, right, top = LARGE
        wide = (right - left) / (int(damage.heads) + 2 * int(damage.keys))
        start = left + wide * damage.head.index[1]
        return start, bottom, start + wide, top

    def band_names(self) -> VGroup:
        """What the columns are, below the large picture."""
        damage = self.damage
        left, bottom, right, _ = LARGE
        heads, keys = int(damage.heads), int(damage.keys)
        wide = (right - left) / (heads + 2 * keys)
        found, pen = VGroup(), left
        for text, stripes in (("queries", heads), ("keys", keys), ("values", keys)):
            words = Words(text, 30, theme.SECONDARY)
            found.add(words.place([pen + wide * stripes / 2, bottom - 0.38, 0], "center"))
            pen += wide * stripes
        return found

    def asked_again(self) -> None:
        """What the model says before and after."""
        damage = self.damage
        before, after = damage.row(False), damage.row(True)
        charts = [self.bars(row, side) for row, side in zip((before, after), SIDES, strict=True)]
        heads = VGroup(
            *[
                Words(text, 36).place([chart.rows[0].get_left()[0], FIRST + 0.5, 0])
                for text, chart in zip(("before", "after"), charts, strict=True)
            ]
        )
        falls = Claim(
            maths.less,
            (damage.damaged_probability, damage.probability),
            "{word} falls to {q:~%}.",
            "{word} is at {q:~%} now.",
        )
        leads = Claim(
            maths.is_larger,
            (after.probability(0), damage.damaged_probability),
            "Now it would say {new}.",
            "It would still come first.",
        )
        with self.beat(
            "Now ask it again.",
            falls,
            leads,
            shows="damage",
            hold=1.4,
            word=damage.target,
            q=damage.damaged_probability,
            new=after.token(0),
        ) as said:
            start = np.array(LARGE)
            gone = [self.ring, self.told, self.bands, self.names[0]]
            self.play(*[FadeOut(each) for each in gone], run_time=theme.QUICK)
            self.play(
                Follow(
                    self.whole,
                    lambda each, share: each.set_sides(
                        *(start + (np.array(ABOVE) - start) * share)
                    ),
                    0.9,
                ),
            )
            self.play(FadeIn(heads[0]), FadeIn(charts[0]), run_time=theme.MOVE)
            said.until(1)
            self.play(FadeIn(heads[1]), run_time=theme.QUICK)
            self.play(
                LaggedStart(*[FadeIn(row) for row in charts[1].rows], lag_ratio=0.3), run_time=1.6
            )
            ranks = [rank for rank in range(SHOWN) if after.token(rank).raw == damage.target.raw]
            rings = [Focus(charts[1].rows[rank], 0.08) for rank in ranks]
            self.play(LaggedStart(*[Create(ring) for ring in rings]), run_time=0.6)
            said.until(2)
            first = Focus(charts[1].rows[0], 0.08)
            self.play(*[FadeOut(ring) for ring in rings], Create(first), run_time=0.6)
        self.last = [*charts, heads, first, self.whole]

    def bars(self, row: Any, side: float) -> ProbabilityBars:
        """The likeliest tokens of a model after the text, and all others."""
        ranks = range(min(len(row), SHOWN))
        drawn = ProbabilityBars(
            [row.token(rank) for rank in ranks],
            [row.probability(rank) for rank in ranks],
            row.rest,
            Words("others", 36, theme.SECONDARY),
            unit=UNIT,
            columns=(0.0, 1.75),
            row=ROW,
            size=36,
            spec=".1%",
            limit=7,
            room=UNIT + 1.4,
        )
        return drawn.shift([side * 3.4 - 2.95, FIRST - 0.15, 0])
