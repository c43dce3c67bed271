"""How does a vector become a word?"""

from __future__ import annotations

from typing import Any

import numpy as np
from manim import (
    DOWN,
    RIGHT,
    UP,
    Create,
    Dot,
    FadeIn,
    FadeOut,
    LaggedStart,
    VGroup,
    linear,
)
from manim import rate_functions as rates

from gptviz import maths
from gptviz.drawing.arrays.strips import sign_key
from gptviz.drawing.base import theme
from gptviz.drawing.base.cells import painted, polygons, segments, stroked
from gptviz.drawing.base.motion import Follow
from gptviz.drawing.base.text import Numeral, Words
from gptviz.drawing.chances.bars import ProbabilityBars
from gptviz.drawing.furniture.focus import Focus
from gptviz.drawing.model.map import CORNER, map_of
from gptviz.film import Film, Need
from gptviz.recording.families import Unembed
from gptviz.recording.number import Claim, Count, derive

from .parts import Barcode, Blanked, Lane, Products, Table, lane_name
from .race import Axes, Bundle, Crowd, Scale, Stair, Walk

CARD = (-6.2, -2.0, 6.2, 0.0)  # the map on the title card
LEFT, END = theme.LEFT_EDGE + 0.1, theme.RIGHT_EDGE - 0.1
LINE = 3.42  # the text's top while something else is spoken of
ALONE = Lane(LEFT, -1.3, END, 1.9)  # the vector, when it comes out
AWAY = Lane(LEFT, 2.75, END, 2.75)  # where it waits, unseen
ABOVE, BELOW = Lane(LEFT, 1.35, END, 2.2), Lane(LEFT, 0.0, END, 0.8)
PRODUCTS = Lane(LEFT, -2.15, END, -0.35)
IN_TABLE = Lane(theme.LEFT_EDGE + 3.6, -0.2, END, 0.4)  # a row amid the table
RACE = (theme.LEFT_EDGE + 0.95, -1.75, 2.5, 2.35)
CROWD = 3.8  # units that its longest bar is long
SHOWN, NAMES = 5, 12  # rows of the ranking; characters of a token in it
ROWS = (1.75, 0.74)  # the height of the first, and how far apart they are
LAST = Lane(LEFT, -0.2, END, 0.95), Lane(LEFT, -1.9, END, -0.75)  # at the end


class UnembedFilm(Film):
    """How does a vector become a word?"""

    match = Need(
        Unembed(
            prompt="The magician pulled a rabbit out of his", top=8, named=(" piano",), others=48
        )
    )
    cards = True
    settings = {"nothing": 0.0}

    def construct(self) -> None:
        rec = self.match
        self.silly = rec.named_row(0)
        self.winner, self.tried = rec.token(0), rec.token(self.silly)
        self.hook()
        self.out_comes_a_vector()
        self.table_of_rows()
        self.one_product()
        self.add_up()
        self.winner_climbs()
        self.all_rows()
        self.ranking()
        self.probabilities()
        self.same_table()
        self.close()

    # The question
    # ---------------------------------------------------------------------------------------------

    def hook(self) -> None:
        """A text with a blank, and the model in which no words are."""
        rec = self.match
        self.text = Blanked(rec.prompt, self.winner, CORNER[0] - 0.3 - theme.LEFT_EDGE)
        self.text.move_to([0, 1.0, 0])
        chart = self.chart = map_of(rec, CARD)
        large, blank = self.text.opened()
        with self.beat(
            "What did the magician pull his rabbit out of?",
            "You just know. But a language model has to compute it.",
        ) as said:
            boxes = [FadeIn(box, shift=RIGHT * 0.2) for box in large]
            self.play(LaggedStart(*boxes, lag_ratio=0.2), run_time=min(1.8, said.span(0)))
            self.play(Create(blank), run_time=theme.MOVE)
            said.until(1)
            self.remove(*large, blank)
            self.play(self.text.close_up(large, blank, 1.5))
            self.play(FadeIn(chart, shift=UP * 0.8), run_time=theme.MOVE)
            self.flow(max(said.left(), 1.2))
        ground = VGroup(self.text, chart)
        self.add(ground)
        with self.beat("Inside, it has only numbers.", "So how do they become a word?"):
            self.title_card(ground, 4.2)
        self.remove(ground)
        self.add(self.text, chart)

    def flow(self, seconds: float) -> None:
        """Light goes through the map, up to its last block."""
        chart, count = self.chart, int(self.chart.layers)
        parts = ["tokens", "embedding", *[f"block {i}" for i in range(count)]]

        def step(_: object, share: float) -> None:
            chart.set_lit(parts[min(int(share * len(parts)), len(parts) - 1)])

        self.play(Follow(chart, step, seconds, rate_func=linear))

    # The vector and the table
    # ---------------------------------------------------------------------------------------------

    def out_comes_a_vector(self) -> None:
        """What comes out of the last block, number by number."""
        rec, chart = self.match, self.chart
        with self.beat(
            "After the last block, this is all that's left.",
            "These {d:round3} numbers are called a vector.",
            d=rec.d_model,
        ) as said:
            self.vector = Barcode(rec.vector, Lane(*chart.box_of(f"block {int(chart.layers) - 1}")))
            self.add(self.vector)
            self.play(
                self.vector.carry(ALONE, 2.0),
                chart.carry(CORNER, 2.0),
                self.text.animate(run_time=0.9).move_to(
                    [theme.LEFT_EDGE, LINE, 0], aligned_edge=np.array([-1.0, 1.0, 0.0])
                ),
            )
            said.until(1)
            size = Numeral(rec.d_model, ",", 84).place([LEFT, -2.2, 0])
            name = Words("numbers", 48, theme.SECONDARY)
            name.place([LEFT + size.advance + 0.3, -2.2, 0])
            self.play(FadeIn(size, shift=UP * 0.2), FadeIn(name), run_time=theme.MOVE)
            key = sign_key(END, -2.1)
            self.play(FadeIn(key), run_time=theme.QUICK)
        self.below = VGroup(size, name, key)

    def table_of_rows(self) -> None:
        """The table scrolls past, and stops at one row."""
        rec = self.match
        kept = {int(rec.token(row).id): row for row in [*rec.others, self.silly]}
        order = [kept[number] for number in sorted(kept)]
        self.table = table = Table(rec, order, IN_TABLE)
        stop = table.place_of(self.silly)
        start = len(order) - 1 if stop < len(order) / 2 else 0
        with self.beat(
            "To get back to words, the model has a table.",
            "Every word, or piece of a word, has a row there.",
            "That makes {v:round} rows.",
            v=rec.vocab,
            hold=1.0,
        ) as said:
            table.set_passed(start)
            self.play(
                FadeOut(self.below, run_time=0.4),
                self.vector.carry(AWAY, 1.4),
                FadeIn(table, rate_func=rates.squish_rate_func(rates.smooth, 0.5, 1.0)),
                run_time=1.4,
            )
            self.remove(self.vector)
            roll = table.scroll(
                start, stop, max(said.left() + 0.2, 4.0), rate_func=rates.ease_in_out_sine
            )
            self.play(roll)

    # One dot product
    # ---------------------------------------------------------------------------------------------

    def one_product(self) -> None:
        """The row of a silly word is held against the vector, number by number."""
        table = self.table
        row = next(each for each in table.shown if each.index == self.silly)
        others = VGroup(*[each for each in table.shown if each is not row])
        silly = Claim(
            maths.is_several,
            (Count(self.match.named[0], "tokens of the word"),),
            "Let's try something silly, the first piece of a piano.",
            "Let's try something silly, the row for a piano.",
        )
        self.names = VGroup(
            lane_name("the vector", ABOVE), lane_name("{token}", BELOW, 40, token=self.tried)
        )
        with self.beat(
            silly,
            "We multiply it with the vector, number by number.",
            "Where the colors agree, the product is positive.",
        ) as said:
            self.remove(table)
            self.add(others, row)
            self.play(FadeOut(others), FadeOut(row.number), FadeOut(row.label), run_time=0.6)
            self.row = row.code
            self.remove(row)
            self.add(row.code, self.vector.lay(AWAY))
            self.play(
                row.code.carry(BELOW, 1.2),
                self.vector.carry(ABOVE, 1.2),
                FadeIn(self.names, rate_func=rates.squish_rate_func(rates.smooth, 0.6, 1)),
                run_time=1.2,
            )
            said.until(1)
            self.sweep(max(said.left() - 0.4, 3.0))

    def sweep(self, seconds: float) -> None:
        """A line goes over vector and row, and leaves the products behind it."""
        self.products = Products(self.row.plain * self.vector.plain, PRODUCTS)
        cursor = stroked(np.zeros((0, 3)), theme.FOCUS, 4.0)
        both = VGroup(self.products, cursor)

        def step(_: object, share: float) -> None:
            x = LEFT + (END - LEFT) * share
            self.products.grow(share)
            cursor.points = segments(
                [[x, ABOVE.bottom, 0], [x, PRODUCTS.bottom, 0]],
                [[x, ABOVE.top, 0], [x, BELOW.top, 0]],
            )

        self.play(Follow(both, step, seconds, rate_func=linear))
        self.play(FadeOut(cursor), run_time=0.3)
        self.remove(both)
        self.add(self.products)

    def add_up(self) -> None:
        """The products pile up to the row's score."""
        rec = self.match
        shown = [rec.sums(row).array for row in [0, self.silly, *rec.others]]
        ends = rec.scores.array
        low = min(0.0, float(ends.min()), *(float(each.min()) for each in shown))
        high = max(0.0, float(ends.max()), *(float(each.max()) for each in shown))
        scale = self.scale = Scale(RACE, low, high, int(rec.d_model))
        self.axes = Axes(scale)
        self.stair = stair = Stair(self.products, scale, rec.sums(self.silly))
        self.walk = walk = Walk(self.tried, rec.sums(self.silly), scale)
        with self.beat(
            "Then we add up all of the products.",
            "The sum is the score, {s:~}.",
            s=rec.score(self.silly),
            hold=1.0,
        ) as said:
            self.remove(self.products)
            self.add(stair)
            self.play(FadeOut(self.names), run_time=0.3)
            self.play(
                self.vector.carry(AWAY, 0.8),
                self.row.carry(AWAY, 0.8),
                Follow(stair, lambda it, share: it.gather(share), 0.8),
                FadeIn(self.axes),
            )
            self.remove(self.vector, self.row, stair)
            both = VGroup(stair, walk)

            def pile(_: object, share: float) -> None:
                stair.set_landed(share)
                walk.set_done(share)

            self.play(Follow(both, pile, max(said.left() - 0.4, 4.0), rate_func=linear))
            self.remove(both)
            self.add(self.axes, stair, walk)

    # Every row
    # ---------------------------------------------------------------------------------------------

    def winner_climbs(self) -> None:
        """The row of the word that wins, on the same scale."""
        rec = self.match
        self.best = best = Walk(self.winner, rec.sums(0), self.scale)
        agree, less = (
            derive(maths.count_above, rec.products(row), self.setting("nothing"))
            for row in (0, self.silly)
        )
        climbs = Claim(
            maths.is_larger,
            (agree, less),
            "It agrees with the vector more often, and climbs to {s:~}.",
            "It has fewer positive products, and still climbs to {s:~}.",
        )
        with self.beat(
            "And the row for {word}?", climbs, word=self.winner, s=rec.score(0), hold=0.8
        ) as said:
            self.play(
                Follow(self.stair, lambda stair, share: stair.flatten(share), theme.MOVE),
                self.walk.recede(theme.MOVE),
            )
            self.remove(self.stair)
            self.add(best)
            self.play(best.run(max(said.left() - 0.3, 3.0), rate_func=linear))

    def all_rows(self) -> None:
        """Other rows race too, and every score finds its place."""
        rec, scale = self.match, self.scale
        self.bundle = bundle = Bundle([rec.sums(row).array for row in rec.others], scale)
        self.crowd = crowd = Crowd(rec.scores.array, rec.vocab, scale, CROWD)
        under = Words("rows", 40, theme.SECONDARY).place([theme.RIGHT_EDGE, -2.15, 0], "right")
        crowd.counter.place([under.get_left()[0] - 0.2, -2.15, 0], "right")
        with self.beat(
            "Now it's every row's turn. You see a few of them.",
            "All {v:round} scores pile up on the right.",
            v=rec.vocab,
        ) as said:
            self.play(FadeOut(VGroup(*self.walk.texts, *self.best.texts)), run_time=0.3)
            self.bring_to_back(bundle)
            self.play(bundle.run(max(said.left(0), 2.4), rate_func=linear))
            said.until(1)
            self.add(under)
            self.play(crowd.fill(max(said.left() + 0.4, 3.0), rate_func=rates.ease_in_quad))
            self.add(crowd, crowd.counter)
        self.counted = VGroup(crowd.counter, under)

    def ranking(self) -> None:
        """The scale is stretched to its top end: the best scores by name."""
        rec, scale = self.match, self.scale
        shown = rec.top[:SHOWN]
        leads = Claim(
            maths.is_twice,
            (rec.probability(0), rec.probability(1)),
            "At the very top, {word} stands alone.",
            "At the very top, {word} is just ahead.",
        )
        best = [float(rec.score(row)) for row in shown]
        self.dots = [Dot([0, 0, 0], radius=0.1, color=theme.TEXT) for _ in shown]
        with self.beat("Let's look at the highest scores.", leads, word=self.winner) as said:
            lines = [each for walk in (self.walk, self.best) for each in (walk.line, walk.dot)]
            gone = VGroup(self.bundle, *lines, self.counted, self.axes.heading)
            self.play(FadeOut(gone), run_time=0.6)
            self.remove(self.walk, self.best)
            self.axes.remove(self.axes.heading)
            span = max(best[0] - best[-1], 0.5)
            first = np.array([scale.left, scale.right, scale.low, scale.high])
            last = np.array([-6.0, -6.0, best[-1] - 0.12 * span, best[0] + 0.06 * span])

            def nearer(_: object, share: float) -> None:
                scale.left, scale.right, scale.low, scale.high = first + (last - first) * share
                self.axes.show()
                self.crowd.show()
                for dot, score in zip(self.dots, best, strict=True):
                    dot.move_to([scale.right, float(scale.y(score)), 0])

            self.play(Follow(VGroup(self.axes, self.crowd, *self.dots), nearer, 2.0))
            self.bars = self.table_of_best(len(shown))
            self.name_them()
            self.wait(max(said.left() - 0.2, 0.1))

    def table_of_best(self, count: int) -> ProbabilityBars:
        """The best tokens with score and probability, none of it shown yet."""
        rec = self.match
        rest = derive(maths.difference, rec.vocab, Count(rec.top[:count], "rows shown"))
        bars = ProbabilityBars(
            [rec.token(row) for row in rec.top[:count]],
            [rec.probability(row) for row in rec.top[:count]],
            rec.rest(count),
            Words("{n:,} others", 40, theme.SECONDARY, n=rest),
            scores=[rec.score(row) for row in rec.top[:count]],
            unit=5.2,
            columns=(4.6, 5.0),
            row=ROWS[1],
            size=44,
            limit=NAMES,
            room=6.4,
        )
        return bars.shift([-4.9, ROWS[0], 0])

    def name_them(self) -> None:
        """A line from every dot to its row, in which token and score come out."""
        rows = self.bars.rows[: len(self.dots)]
        self.ties = VGroup()
        for dot, row in zip(self.dots, rows, strict=True):
            end = np.array([-5.05, float(row.bar.get_center()[1]), 0])
            self.ties.add(stroked(segments([dot.get_center()], [end]), theme.SECONDARY, 2.5))
        first, end = rows[0].bar.corner, rows[0].score.baseline("right")[0]
        y = ROWS[0] + 0.55
        self.heads = VGroup(
            Words("score", 32, theme.SECONDARY).place([end, y, 0], "right"),
            Words("probability", 32, theme.SECONDARY).place([first[0], y, 0]),
        )
        self.play(
            LaggedStart(
                *[
                    FadeIn(VGroup(tie, row.label, row.score), shift=RIGHT * 0.4)
                    for tie, row in zip(self.ties, rows, strict=True)
                ],
                lag_ratio=0.2,
            ),
            FadeOut(self.crowd),
            FadeIn(self.heads[0]),
            run_time=1.4,
        )

    def probabilities(self) -> None:
        """Scores become probabilities, and the most likely word fills the blank."""
        rec, bars = self.match, self.bars
        lengths = [row.bar.length for row in bars.rows]
        shares = [row.share for row in bars.rows]
        with self.beat(
            "A last step, called softmax, turns scores into probabilities.",
            "{word} gets {p:~%}.",
            "So it's the word that fills the gap.",
            word=self.winner,
            p=rec.probability(0),
        ) as said:
            self.play(
                FadeIn(bars.rows[-1].label, shift=RIGHT * 0.4),
                FadeIn(self.heads[1]),
                run_time=theme.QUICK,
            )
            growing = VGroup(*[row.bar for row in bars.rows])

            def grow(_: object, share: float) -> None:
                for row, length in zip(bars.rows, lengths, strict=True):
                    row.bar.set_length(length * share)

            self.play(Follow(growing, grow, max(said.left(0), 1.6)))
            self.play(LaggedStart(*[FadeIn(each) for each in shares], lag_ratio=0.1), run_time=0.6)
            said.until(2)
            self.fill_blank()
        self.standing = VGroup(growing, *shares, *self.ties, self.heads, self.axes, *self.dots)
        self.standing.add(*[row.label for row in bars.rows], *bars.scores)

    def fill_blank(self) -> None:
        """The first word of the ranking appears in the blank."""
        word = self.text.word
        word.place(self.text.room_of_word(), "center")
        ring = Focus(self.bars.rows[0].label)
        self.play(Create(ring), run_time=theme.MOVE)
        self.play(Follow(word, lambda w, share: w.set_fill(opacity=share), theme.MOVE))
        self.play(FadeOut(ring), run_time=theme.QUICK)

    # The answer
    # ---------------------------------------------------------------------------------------------

    def same_table(self) -> None:
        """The table at the exit is the one at the entrance."""
        rec, chart = self.match, self.chart
        one = Claim(
            maths.is_nothing,
            (rec.apart,),
            "The same table turned words into vectors at the very start.",
            "Another table turned words into vectors at the very start.",
        )
        with self.beat("The table stands at the end.", one) as said:
            self.play(FadeOut(self.standing, shift=DOWN), run_time=0.6)
            self.play(chart.carry(CARD, 1.2))
            self.play(chart.light("unembedding"), run_time=theme.MOVE)
            said.until(1)
            start, end = self.corners("unembedding"), self.corners("embedding")
            sheet = painted(polygons(start[None]), theme.DATA_HIGH, 0.9)
            hop = np.array([0.0, 1.1, 0.0])

            def fly(shape: Any, share: float) -> None:
                lift = hop[:2] * 4 * share * (1 - share)
                shape.points = polygons((start + (end - start) * share + lift)[None])

            if one.held:
                self.play(Follow(sheet, fly, max(said.left() - 0.8, 1.6)))
                self.play(chart.light("embedding", "unembedding"), FadeOut(sheet), run_time=0.6)
            else:
                self.play(chart.light("embedding"), run_time=max(said.left(), 1.2))

    def corners(self, name: str) -> np.ndarray:
        """The corners of one of the map's two tables, its wide side first."""
        left, low, right, high = self.chart.box_of(name)
        inset = 0.22 * (high - low)
        wide, narrow = (left, right) if name == "unembedding" else (right, left)
        return np.array([[wide, low], [wide, high], [narrow, high - inset], [narrow, low + inset]])

    def close(self) -> None:
        """The vector, the row that matches it best, and the word."""
        rec = self.match
        above, below = LAST
        names = VGroup(
            lane_name("the vector", above),
            lane_name("the row of {token}", below, token=self.winner),
        )
        with self.beat(
            "So that's how a vector becomes a word.",
            "It finds the row that matches best.",
            hold=2.4,
        ):
            self.play(FadeOut(self.chart, shift=DOWN), run_time=0.5)
            row = Barcode(rec.row(0), below.closed())
            self.vector.lay(above.closed())
            self.add(self.vector, row)
            self.play(
                self.text.animate.scale(12.6 / self.text.width).move_to([0, 2.35, 0]),
                self.vector.carry(above, 3.0),
                row.carry(below, 3.0),
                FadeIn(names, rate_func=rates.squish_rate_func(rates.smooth, 0.5, 1.0)),
                run_time=3.0,
            )
        picture = VGroup(self.text, names, self.vector, row)
        self.add(picture)
        self.end_card("It finds the row that matches it best.", picture)
