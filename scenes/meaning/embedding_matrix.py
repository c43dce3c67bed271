"""How does a word become numbers?"""

import numpy as np
from manim import Arrow, Create, FadeIn, FadeOut, LaggedStart, ReplacementTransform, VGroup

from gptviz import maths
from gptviz.drawing import theme
from gptviz.drawing.curve import Histogram
from gptviz.drawing.focus import Focus
from gptviz.drawing.heatmap import HeatMap
from gptviz.drawing.matrices import EmbeddingColumn, ResidualArray
from gptviz.drawing.motion import Dim, Glide
from gptviz.drawing.source import QuotedWords
from gptviz.drawing.text import Numeral, Words
from gptviz.drawing.tokens import TokenBox, TokenStrip, head
from gptviz.film import Film
from gptviz.recording import published
from gptviz.recording.kinds import architecture
from gptviz.recording.number import Claim, Count, derive
from gptviz.recording.requests import EmbeddingRows, Merges, ModelFamily

TABLE = np.array([-1.35, 0.3, 0.0])    # the middle of the picture of the table
WIDE, HIGH = 5.6, 4.2                  # its size
FULL = 3.0                             # deviations of a weight that is drawn in full colour


class EmbeddingMatrix(Film):
    """How does a word become numbers?"""

    needs = {
        "rows": EmbeddingRows(prompt="The quick brown fox jumps over the lazy dog.",
                              listed=("aardvark", "aarhus", "aaron", "zyzzyva")),
        "words": Merges(prompt="aardvark", others=("aarhus", "aaron", "zyzzyva")),
        "family": ModelFamily(),
    }
    main = "rows"

    def construct(self) -> None:
        self.rec_ = self.rec["rows"]
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
        shown = head(prompt, 12.6, 40, 2)
        if chosen >= len(shown):
            shown = [self.token]
        strip = TokenStrip(shown, 40, ids=True, width=12.6).move_to([0, 0.6, 0])
        with self.beat("A text comes in as numbers, but these are only names.", shows="rows"):
            self.play(LaggedStart(*[FadeIn(box) for box in strip.boxes], lag_ratio=0.15), run_time=1.5)
        box = next(box for box in strip.boxes if box.token is self.token)
        frame = Focus(box)
        with self.beat("Follow {word}. The highest number of all: it is the rarest of them.", shows="rows",
                       word=self.token):
            self.play(Create(frame), Dim(*[other for other in strip.boxes if other is not box]), run_time=theme.MOVE)
        self.clear_stage(box)
        self.box = box

    def table(self) -> None:
        """The table, the row, and the numbers in it."""
        rec = self.rec_
        picture = HeatMap(rec.window, WIDE, HIGH, "weights", high=FULL * float(rec.deviation)).shift(TABLE)
        size = Words("{r:,} of {v:,} rows, {d:,} columns", theme.LABEL, theme.SECONDARY, align="center",
                     r=Count(rec.window_tokens, "rows of the picture"), v=rec.vocab, d=rec.d_model)
        size.place([TABLE[0], TABLE[1] - HIGH / 2 - 0.42, 0], "center")
        with self.beat("The model keeps a table: for each of {v:,} tokens a row of {d:,} numbers.", shows="rows",
                       v=rec.vocab, d=rec.d_model):
            self.play(self.box.animate.move_to([-5.55, picture.center_of(rec.window_row)[1] - 0.1, 0]),
                      run_time=theme.MOVE)
            self.play(FadeIn(picture), FadeIn(size), run_time=theme.MOVE)
        row = picture.outline(rec.window_row)
        with self.beat("Number {id:d} stands for row {id:d}. Nothing is computed: it is looked up.", shows="rows",
                       id=self.token.id):
            self.play(Create(row), run_time=theme.MOVE)
        self.column = EmbeddingColumn(rec.row(int(rec.chosen)), (6, 1), "weights", "+.3f", 34).shift([3.9, 0.3, 0])
        frame = self.column.outline()
        with self.beat("Out comes the row: {d:,} numbers that stand for {word} from now on.", shows="rows",
                       d=rec.d_model, word=self.token):
            self.play(ReplacementTransform(row.copy(), frame), FadeIn(self.column), run_time=theme.SLOW)
            self.play(FadeOut(frame), run_time=theme.QUICK)
        data = EmbeddingColumn(rec.row(int(rec.chosen)), (6, 1), "data", "+.3f", 34).shift([3.9, 0.3, 0])
        with self.beat("The row was learned. Its copy travels on, as data: from here on it is grey.", shows="rows"):
            self.play(FadeOut(self.column), FadeIn(data), run_time=theme.SLOW)
        self.clear_stage()

    def travels_on(self) -> None:
        """Every token of the text with its column."""
        rec = self.rec_
        array = ResidualArray(rec.numbers("rows"), rec.prompt, (6, 1), (8, 1), size=28).shift([0, 0.2, 0])
        if array.width > 12.8:
            array = ResidualArray(rec.numbers("rows"), rec.prompt, (6, 1), (2, 1)).shift([0, 0.1, 0])
        with self.beat("So the text becomes {n:,} columns. The same token always gives the same column.",
                       shows="rows", n=Count(rec.prompt, "tokens")):
            self.play(FadeIn(array), run_time=theme.SLOW)
        self.clear_stage()

    def learned(self) -> None:
        """The table before training and after."""
        rec = self.rec_
        most = float(np.max(rec.histogram(True).array))
        bars = Histogram(rec.histogram(True), rec.edges, 9.6, 3.4, most=most, size=theme.LABEL, fold=True)
        bars.shift([-4.8, -1.35, 0])
        fresh, trained = (VGroup(Words(name, theme.TITLE, theme.SECONDARY).place([1.5, 1.75, 0]),
                                 Words("deviation {s:.3f}", theme.TITLE, s=spread).place([1.5, 1.15, 0]))
                          for name, spread in (("freshly made", rec.fresh_deviation), ("trained", rec.deviation)))
        with self.beat("Where do the numbers come from? At first they are random, and all small.", shows="rows"):
            self.play(FadeIn(bars), FadeIn(fresh), run_time=theme.MOVE)
        grown = Claim(maths.is_larger, (rec.deviation, rec.fresh_deviation),
                      "Training moves them apart: {k:.1f} times as wide, in this model.",
                      "Training leaves them {k:.1f} times as wide, in this model.")
        with self.beat(grown, shows="rows", k=derive(maths.ratio, rec.deviation, rec.fresh_deviation)):
            self.play(FadeOut(fresh), run_time=theme.QUICK)
            self.play(Glide(bars, lambda: bars.set_counts(rec.histogram()), run_time=theme.SLOW))
            self.play(FadeIn(trained), run_time=theme.QUICK)
        self.clear_stage()

    def how_many(self) -> None:
        """How much of a model the table is."""
        rec, small = self.rec_, self.rec["family"].models[0]
        rows = (("this model", rec.vocab, rec.d_model, rec.numbers_in_all, rec.share),
                ("GPT-2 small", small["vocab"], small["d_model"], small.group("wte"), small.share("wte")))
        lines = VGroup()
        for i, (name, vocab, wide, count, share) in enumerate(rows):
            y = 1.5 - i * 1.35
            lines.add(VGroup(Words(name, theme.TITLE, theme.SECONDARY).place([-6.2, y, 0]),
                             Words("{v:,} × {d:,}", theme.TITLE, theme.SECONDARY, align="right", v=vocab, d=wide)
                             .place([-0.2, y, 0], "right"),
                             Numeral(count, ",", 56, align="right").place([4.2, y, 0], "right"),
                             Numeral(share, ".0%", 56, theme.FOCUS, "right").place([6.4, y, 0], "right")))
        with self.beat("All in all {n:,} numbers: {p:.0%} of what this model has learned.", shows="rows",
                       n=rec.numbers_in_all, p=rec.share):
            self.play(FadeIn(lines[0]), run_time=theme.MOVE)
        with self.beat("In GPT-2 small there are {n:,}: {p:.0%} of it.", shows="family",
                       n=small.group("wte"), p=small.share("wte")):
            self.play(FadeIn(lines[1]), run_time=theme.MOVE)
        giant = architecture.gpt3_embedding()
        third = VGroup(Words("GPT-3", theme.TITLE, theme.SECONDARY).place([-6.2, -1.2, 0]),
                       Words("“{v:,}” × “{d:,}”", theme.TITLE, theme.SECONDARY, align="right",
                             v=published.GPT3_VOCAB, d=published.GPT3_D_MODEL).place([-0.2, -1.2, 0], "right"),
                       Numeral(giant, ",", 56, align="right").place([4.2, -1.2, 0], "right"),
                       Numeral(derive(maths.ratio, giant, architecture.gpt3_total()), ".1%", 56, theme.FOCUS, "right")
                       .place([6.4, -1.2, 0], "right"))
        with self.beat("In GPT-3, by its published sizes, {n:,}: hardly anything.", shows="family", n=giant):
            self.play(FadeIn(third), run_time=theme.MOVE)
        self.clear_stage()

    def no_dictionary(self) -> None:
        """The rows are tokens, not a dictionary's words."""
        texts = self.rec["words"].texts
        said = VGroup(*[QuotedWords([str(text.text)], 44).place(-5.4, 1.75 - i * 1.0) for i, text in enumerate(texts)])
        read = VGroup(*[TokenStrip(text.tokens, 44 if len(text.tokens) < 6 else 28).place(0.6, 1.75 - i * 1.0)
                        for i, text in enumerate(texts)])
        names = [Words(name, theme.STATEMENT, colour).place([x, 2.2, 0]) for name, colour, x in
                 (("rows, as the source draws them", theme.WRONG, -5.4), ("as they are read", theme.SECONDARY, 0.6))]
        with self.beat("The Illustrated GPT-2 draws the table with a dictionary's words as rows.", shows="words"):
            self.play(FadeIn(names[0]), LaggedStart(*[FadeIn(each) for each in said], lag_ratio=0.3), run_time=1.5)
        fewest = derive(maths.smallest, [text.token_count for text in texts])
        none = Claim(maths.is_several, (fewest,), "None of these is a row. Each is put together from several.",
                     "Not all of these are rows. Rows are tokens, and tokens are often pieces.")
        with self.beat(none, shows="words"):
            self.play(FadeIn(names[1]), LaggedStart(*[FadeIn(each) for each in read], lag_ratio=0.3), run_time=1.5)
        self.clear_stage()

    def close(self) -> None:
        """From a name to numbers, once more."""
        rec = self.rec_
        box = TokenBox(self.token, 64, ids=True, limit=14).move_to([-3.6, 0.3, 0])
        column = EmbeddingColumn(rec.row(int(rec.chosen)), (6, 1), "data", "+.3f", 36).shift([2.4, 0.2, 0])
        way = Arrow([-1.7, 0.4, 0], [1.0, 0.4, 0], buff=0, stroke_width=4, color=theme.SECONDARY)
        with self.beat("A word has become numbers. From here on, all is arithmetic.", shows="rows", hold=1.5):
            self.play(FadeIn(box), run_time=theme.QUICK)
            self.play(FadeIn(way), FadeIn(column), run_time=theme.MOVE)
