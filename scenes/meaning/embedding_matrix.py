"""How does a word become numbers?"""

from collections.abc import Callable
from typing import Any

import numpy as np
from manim import (
    RIGHT,
    Arrow,
    Create,
    Dot,
    FadeIn,
    FadeOut,
    Group,
    LaggedStart,
    ReplacementTransform,
    VGroup,
)

from gptviz import maths
from gptviz.drawing.arrays.heatmap import HeatMap
from gptviz.drawing.arrays.matrices import EmbeddingColumn, ResidualArray
from gptviz.drawing.base import theme
from gptviz.drawing.base.cells import painted, rectangles
from gptviz.drawing.base.motion import Dim, Follow, Glide
from gptviz.drawing.base.text import Numeral, Words
from gptviz.drawing.chances.curve import Histogram
from gptviz.drawing.furniture.focus import Focus
from gptviz.drawing.furniture.source import QuotedWords
from gptviz.drawing.tokens.tokens import TokenBox, TokenStrip, head
from gptviz.film import Film, Need
from gptviz.recording import published
from gptviz.recording.address import Printed
from gptviz.recording.families import EmbeddingRows, Merges, ModelFamily, architecture
from gptviz.recording.number import Claim, Count, Word, derive

TABLE = np.array([0.0, 0.6, 0.0])  # the middle of the picture of the table
WIDE, HIGH = 6.6, 4.1  # its size
NAME = (-5.4, 2.4)  # the middle of the token left of it, and how wide that may be
COLUMN = 5.4  # where the numbers of the row stand
FULL = 1.5  # deviations of a weight that is drawn in full colour
LENS = 0.34  # height of the row that is looked up, enlarged
OTHERS = 0.7  # brightness of the rows that are not looked up
EDGE = 6.3  # left and right end of lists
MANY = 10  # columns side by side, at most


class EmbeddingMatrix(Film):
    """How does a word become numbers?"""

    rows = Need(
        EmbeddingRows(
            prompt="The quick brown fox jumps over the lazy dog.",
            listed=("aardvark", "aarhus", "aaron", "zyzzyva"),
        ),
        main=True,
    )
    words = Need(Merges(prompt="aardvark", others=("aarhus", "aaron", "zyzzyva")))
    family = Need(ModelFamily())

    def construct(self) -> None:
        self.rec_ = self.rows
        self.names()
        self.table()
        self.travels_on()
        self.learned()
        self.how_many()
        self.no_dictionary()
        self.close()

    def names(self) -> None:
        """The tokens of a text, and the one that is followed."""
        rec = self.rec_
        prompt, chosen = rec.prompt, int(rec.chosen)
        self.token = prompt[chosen]
        shown = head(prompt, 12.0, 64, 2)
        if chosen >= len(shown):
            shown = [self.token]
        strip = TokenStrip(shown, 64, ids=True, width=12.0, limit=14).move_to([0, 0.3, 0])
        with self.beat(
            "A text comes in as numbers. But these numbers are only names.", shows="rows"
        ):
            self.play(
                LaggedStart(*[FadeIn(box) for box in strip.boxes], lag_ratio=0.15), run_time=1.5
            )
        box = next(box for box in strip.boxes if box.token is self.token)
        with self.beat(
            "Follow {word}. Its number, {id:d}, says nothing of what it means.",
            shows="rows",
            word=self.token,
            id=self.token.id,
        ):
            self.play(
                Create(Focus(box, 0.1)),
                Dim(*[other for other in strip.boxes if other is not box]),
                run_time=theme.MOVE,
            )
        self.clear_stage(box)
        self.box = box

    def picture_of_the_table(self) -> HeatMap:
        """The rows around the chosen one, with the ids of the first and the last."""
        return HeatMap(
            self.rec_.window, WIDE, HIGH, "weights", high=FULL * float(self.rec_.deviation)
        ).shift(TABLE)

    def beside(self, picture: HeatMap) -> np.ndarray:
        """Where the token's box stands: left of the picture, level with its row."""
        return np.array([NAME[0], picture.center_of(self.rec_.window_row)[1] - 0.15, 0])

    def way_in(self, box: Any, picture: HeatMap) -> Arrow:
        """An arrow from the token's box to its row."""
        y = picture.center_of(self.rec_.window_row)[1]
        return Arrow(
            [box.get_right()[0] + 0.1, y, 0],
            [TABLE[0] - WIDE / 2 - 0.08, y, 0],
            buff=0,
            stroke_width=4,
            color=theme.FOCUS,
            tip_length=0.18,
        )

    def light(self, picture: HeatMap, share: float) -> None:
        """Darkens the rows that are not looked up."""
        lit = np.full(self.rec_.window.shape, 1 - (1 - OTHERS) * share)
        lit[self.rec_.window_row] = 1.0
        picture.set_lit(lit)

    def lens(self, picture: HeatMap) -> Group:
        """The row that is looked up, enlarged where it lies: so that it is seen."""
        rec = self.rec_
        strip = HeatMap(
            rec.window[[rec.window_row]],
            WIDE,
            LENS,
            "weights",
            high=FULL * float(rec.deviation),
            gap=0.0,
        )
        strip.move_to(picture.center_of(rec.window_row))
        return Group(strip, strip.outline(0))

    def vector(self, role: str) -> EmbeddingColumn:
        """The row's numbers, upright, in the colours of the table's scale or in the greys of
        data."""
        limit = FULL * float(self.rec_.deviation)
        column = EmbeddingColumn(
            self.rec_.row(int(self.rec_.chosen)), (6, 1), role, "+.3f", 34, limit
        )
        return column.shift([COLUMN, TABLE[1], 0])

    def way_out(self, picture: HeatMap, column: EmbeddingColumn) -> Arrow:
        """An arrow from the row to its numbers."""
        y = picture.center_of(self.rec_.window_row)[1]
        return Arrow(
            [TABLE[0] + WIDE / 2 + 0.1, y, 0],
            [column.get_left()[0] - 0.1, y, 0],
            buff=0,
            stroke_width=4,
            color=theme.FOCUS,
            tip_length=0.18,
        )

    def table(self) -> None:
        """The table, the row, and the numbers in it."""
        rec = self.rec_
        picture = self.picture_of_the_table()
        low, right = TABLE[1] - HIGH / 2 - 0.42, TABLE[0] + WIDE / 2
        size = VGroup(
            Words(
                "{r:,} of {v:,} rows, {d:,} columns",
                theme.LABEL,
                theme.SECONDARY,
                r=Count(rec.window_tokens, "rows of the picture"),
                v=rec.vocab,
                d=rec.d_model,
            ).place([TABLE[0] - WIDE / 2, low, 0]),
            Words("below zero", theme.LABEL, theme.NEGATIVE).place([right - 1.65, low, 0], "right"),
            Words("above zero", theme.LABEL, theme.POSITIVE).place([right, low, 0], "right"),
        )
        narrow = min(40 / 64, NAME[1] / self.box.width)
        with self.beat(
            "The model keeps a table: one row of {d:,} numbers for each of {v:,} tokens.",
            shows="rows",
            v=rec.vocab,
            d=rec.d_model,
        ):
            self.play(
                LaggedStart(
                    self.box.animate.scale(narrow).move_to(self.beside(picture)),
                    FadeIn(picture),
                    FadeIn(size),
                    lag_ratio=0.6,
                ),
                run_time=theme.SLOW,
            )
        lens = self.lens(picture)
        with self.beat(
            "{id:d} means: take row {id:d}. Nothing is computed: it is looked up.",
            shows="rows",
            id=self.token.id,
        ):
            self.play(
                FadeIn(self.way_in(self.box, picture)),
                Follow(picture, self.light),
                run_time=theme.MOVE,
            )
            self.play(FadeIn(lens), run_time=theme.MOVE)
        self.column = self.vector("weights")
        with self.beat(
            "Out comes the row: {d:,} numbers that stand for {word} from now on.",
            shows="rows",
            d=rec.d_model,
            word=self.token,
        ):
            self.play(FadeIn(self.way_out(picture, self.column)), run_time=theme.QUICK)
            self.play(FadeIn(self.column, shift=RIGHT * 0.3), run_time=theme.MOVE)
        with self.beat(
            "The table is the same for every text. The copy is this text's data: grey.",
            shows="rows",
        ):
            self.play(Glide(self.column, self.to_data, run_time=theme.SLOW))
        self.clear_stage(self.column)

    def to_data(self) -> None:
        """The column in the colours of data: learned numbers have become numbers that flow."""
        self.column.role = "data"
        self.column.set_shapes(self.column.values)

    def travels_on(self) -> None:
        """Every token of the text with its column; the one at hand takes its place among them."""
        rec = self.rec_
        count, chosen = len(rec.prompt), int(rec.chosen)
        some = (
            list(range(count)) if count <= MANY else sorted({*range(MANY - 3), chosen, count - 1})
        )
        limit = FULL * float(rec.deviation)
        array = ResidualArray(
            rec.numbers("rows"), rec.prompt, (6, 1), some, spec="+.3f", size=28, limit=limit
        )
        if array.width > 12.8:
            some = sorted({0, chosen, count - 1})
            array = ResidualArray(
                rec.numbers("rows"), rec.prompt, (6, 1), some, spec="+.3f", limit=limit
            )
        array.shift([0, 0.2, 0])
        mine = array.lift_column(chosen)
        with self.beat(
            "So the text becomes {n:,} columns. A token brings the same column in any text.",
            shows="rows",
            n=Count(rec.prompt, "tokens"),
        ):
            self.play(FadeOut(self.column.brackets, self.column.gaps), run_time=theme.QUICK)
            moved = VGroup(mine.cells, mine.numerals)
            self.play(
                ReplacementTransform(VGroup(self.column.cells, self.column.numerals), moved),
                run_time=theme.MOVE,
            )
            self.remove(moved)
            self.play(Follow(array, around(some.index(chosen)), run_time=theme.SLOW))
            self.play(Create(array.outline(None, chosen)), run_time=theme.QUICK)
        self.clear_stage()

    def learned(self) -> None:
        """The table before training and after."""
        rec = self.rec_
        most = float(np.max(rec.histogram(True).array))
        bars = Histogram(
            rec.histogram(True), rec.edges, 12.4, 3.8, most=most, size=theme.LABEL, fold=True
        )
        bars.shift([-6.2, -1.45, 0])
        low, *_, high = rec.edges.array
        zero = Words("zero", theme.LABEL, theme.SECONDARY)
        zero.place(
            [-6.2 - 12.4 * float(low / (high - low)), bars.ticks[0].baseline()[1], 0], "center"
        )
        fresh, trained = (
            VGroup(
                Words(name, theme.TITLE, colour).place([2.9, y, 0]),
                Words("spread {s:.3f}", theme.STATEMENT, colour, s=spread).place(
                    [2.9, y - 0.55, 0]
                ),
            )
            for name, spread, y, colour in (
                ("before training", rec.fresh_deviation, 2.0, theme.SECONDARY),
                ("after training", rec.deviation, 0.7, theme.TEXT),
            )
        )
        with self.beat(
            "Where do the numbers come from? At first they are random, and all small.", shows="rows"
        ):
            self.play(FadeIn(bars), FadeIn(zero), FadeIn(fresh), run_time=theme.MOVE)
        grown = Claim(
            maths.is_larger,
            (rec.deviation, rec.fresh_deviation),
            "Training spreads them out: in this model, {k:.1f} times as far as before.",
            "After training, in this model, they spread {k:.1f} times as far as before.",
        )
        ghost = VGroup(*[part.copy().set_fill(opacity=0.22) for part in bars.shapes])
        with self.beat(
            grown, shows="rows", k=derive(maths.ratio, rec.deviation, rec.fresh_deviation)
        ):
            self.add(ghost)
            self.bring_to_back(ghost)
            self.play(Glide(bars, lambda: bars.set_counts(rec.histogram()), run_time=theme.SLOW))
            self.play(FadeIn(trained), run_time=theme.QUICK)
        with self.beat(
            "What they come to mean is a film of its own: \u201cWhere do words live?\u201d",
            shows="rows",
        ):
            self.play(FadeOut(ghost), Dim(fresh), run_time=theme.QUICK)
        self.clear_stage()

    def how_many(self) -> None:
        """How much of a model the table is: in numbers, and as a part of a line."""
        rec, small = self.rec_, self.family.models[0]
        giant = architecture.gpt3_embedding()
        of_giant = derive(maths.ratio, giant, architecture.gpt3_total())
        heads = VGroup(
            *[
                Words(text, theme.LABEL, theme.SECONDARY).place([x, 2.4, 0], "right")
                for text, x in (
                    ("rows × columns", -0.6),
                    ("numbers", 3.5),
                    ("share of the model", EDGE),
                )
            ]
        )
        own = rec.credit("model")
        first = self.share_line(
            1.75, own, "{v:,} × {d:,}", rec.vocab, rec.d_model, rec.numbers_in_all, rec.share, ".1%"
        )
        with self.beat(
            "All in all {n:,} numbers: {p:.1%} of all the numbers in this model.",
            shows="rows",
            n=rec.numbers_in_all,
            p=rec.share,
        ):
            group = VGroup(heads, first).shift(
                [0, -1.2, 0]
            )  # the list stays in the middle while it grows
            self.play(FadeIn(group), run_time=theme.MOVE)
        second = self.share_line(
            0.3,
            "GPT-2 small",
            "{v:,} × {d:,}",
            small["vocab"],
            small["d_model"],
            small.group("wte"),
            small.share("wte"),
            ".1%",
        )
        with self.beat(
            "In GPT-2 small there are {n:,}: {p:.1%} of its numbers.",
            shows="family",
            n=small.group("wte"),
            p=small.share("wte"),
        ):
            second.shift([0, -0.5, 0])
            self.play(group.animate.shift([0, 0.7, 0]), run_time=theme.QUICK)
            self.play(FadeIn(second), run_time=theme.MOVE)
        third = self.share_line(
            -1.15,
            "GPT-3",
            "“{v:,}” × “{d:,}”",
            published.GPT3_VOCAB,
            published.GPT3_D_MODEL,
            giant,
            of_giant,
            ".1%",
        )
        third.add(
            Words(
                "\u201c \u201d: as printed by {who}",
                theme.SMALLEST,
                theme.SECONDARY,
                who=Word(published.authors(published.GPT3), Printed(published.GPT3)),
            ).place([-EDGE, -2.1, 0])
        )
        with self.beat(
            "In GPT-3, by its published sizes, {n:,}: a mere {p:.1%} of its numbers.",
            shows="family",
            n=giant,
            p=of_giant,
        ):
            self.play(VGroup(group, second).animate.shift([0, 0.5, 0]), run_time=theme.QUICK)
            self.play(FadeIn(third), run_time=theme.MOVE)
        self.clear_stage()

    def share_line(
        self, y: float, name: str | Word, size: str, vocab, wide, count, share, spec: str
    ) -> VGroup:
        """A model's table: rows times columns, how many numbers, and a line as long as the model
        with its part lit."""
        whole, part = (
            [-EDGE, y - 0.52, -EDGE + 2 * EDGE * long, y - 0.36] for long in (1.0, float(share))
        )
        return VGroup(
            Words(name, theme.TITLE, theme.SECONDARY, width=3.3).place([-EDGE, y, 0]),
            Words(size, theme.TITLE, theme.SECONDARY, v=vocab, d=wide).place([-0.6, y, 0], "right"),
            Numeral(count, ",", 56, align="right").place([3.5, y, 0], "right"),
            Numeral(share, spec, 56, theme.FOCUS, "right").place([EDGE, y, 0], "right"),
            painted(rectangles(np.array([whole])), theme.HAIRLINE),
            painted(rectangles(np.array([part])), theme.FOCUS),
        )

    def no_dictionary(self) -> None:
        """The rows are tokens, not a dictionary's words."""
        words = self.words
        texts, heights = words.texts, [*(1.5 - i * 0.95 for i in range(3)), -1.55]
        said = VGroup(
            *[
                QuotedWords([str(text.text)], 44).place(-5.4, y)
                for text, y in zip(texts, heights, strict=True)
            ]
        )
        left_out = VGroup(
            *[Dot([-5.0, -1.13 - i * 0.13, 0], 0.03, color=theme.SECONDARY) for i in range(3)]
        )
        fits = next(
            (
                size
                for size in (44, 36, 28)
                if all(
                    TokenStrip(text.tokens, size).width < theme.RIGHT_EDGE - 0.6 for text in texts
                )
            ),
            20,
        )
        drop = theme.units(44 - fits) * 0.875  # on one line with the words, whatever the size
        read = VGroup(
            *[
                TokenStrip(text.tokens, fits).place(0.6, y - drop)
                for text, y in zip(texts, heights, strict=True)
            ]
        )
        name = words.credit("model")
        names = [
            Words("rows, as The Illustrated GPT-2 draws them", theme.STATEMENT, theme.WRONG),
            Words("as {model} reads them", theme.STATEMENT, theme.SECONDARY, model=name),
        ]
        for each, x in zip(names, (-5.4, 0.6), strict=True):
            each.place([x, 2.0, 0])
        drawn = VGroup(names[0], said, left_out).shift([2.6, 0, 0])
        with self.beat(
            "The Illustrated GPT-2 draws the table with a dictionary's words as rows.",
            shows="words",
        ):
            self.play(
                FadeIn(names[0]),
                FadeIn(left_out),
                LaggedStart(*[FadeIn(each) for each in said], lag_ratio=0.3),
                run_time=1.5,
            )
        fewest = derive(maths.smallest, [text.token_count for text in texts])
        none = Claim(
            maths.is_several,
            (fewest,),
            "Without a space, as written here, none of these words has a row.",
            "Not all of these have a row. Rows are tokens, and tokens are often pieces.",
        )
        with self.beat(none, shows="words"):
            self.play(drawn.animate.shift([-2.6, 0, 0]), run_time=theme.MOVE)
            self.play(
                FadeIn(names[1]),
                LaggedStart(*[FadeIn(each, shift=RIGHT * 0.2) for each in read], lag_ratio=0.4),
                run_time=2.0,
            )
        self.clear_stage()

    def close(self) -> None:
        """From a name to numbers, once more, in one picture."""
        picture = self.picture_of_the_table()
        self.light(picture, 1.0)
        box = TokenBox(self.token, 40, ids=True, limit=14)
        box.scale(min(1.0, NAME[1] / box.width)).move_to(self.beside(picture))
        column = self.vector("data")
        with self.beat(
            "A word has become numbers. From here on, all is arithmetic.", shows="rows", hold=1.5
        ):
            self.play(FadeIn(box), run_time=theme.QUICK)
            self.play(
                FadeIn(self.way_in(box, picture)),
                FadeIn(picture),
                FadeIn(self.lens(picture)),
                run_time=theme.MOVE,
            )
            self.play(FadeIn(self.way_out(picture, column)), FadeIn(column), run_time=theme.MOVE)


def around(column: int) -> Callable[[ResidualArray, float], None]:
    """Brings up an array around one of the columns shown, which is there already."""

    def step(array: ResidualArray, share: float) -> None:
        count = sum(slot.index is not None for slot in array.columns)
        there = np.full((len(array.runs) // count, count), share)
        there[:, column] = 1.0
        array.set_visible(there.ravel())
        for part in (array.gaps, array.column_labels):
            part.set_fill(opacity=share)

    return step
