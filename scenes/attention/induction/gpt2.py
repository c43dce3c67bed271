"""The last part of the film induction: which heads listen to one, read from the weights alone."""

from __future__ import annotations

import numpy as np
from manim import Create, FadeIn, FadeOut, LaggedStart, TransformFromCopy, VGroup, VMobject
from manim import rate_functions as rates

from gptviz import maths
from gptviz.drawing.base import theme
from gptviz.drawing.base.cells import outline, painted, rectangles
from gptviz.drawing.base.text import Numeral, Words
from gptviz.drawing.heads.head_kinds import CompositionFormula
from gptviz.drawing.heads.headfield import HeadField, cells_on, grid_boxes, grid_labels
from gptviz.drawing.model.map import CORNER, ModelMap
from gptviz.film import Film
from gptviz.recording import published
from gptviz.recording.address import Place, Printed
from gptviz.recording.families import HeadCompositionRecording, HeadScoresRecording
from gptviz.recording.number import Claim, Count, Word

from .parts import grey, tick

GPT2_SMALL = "GPT-2 small"  # whose heads publications name
ROOM = (-5.85, -2.1, -0.75, 2.15)  # of the heads
MIDDLE = (-6.2, -1.2, 6.2, 1.2)
LIST_LEFT, LIST_TOP, LINE = 0.25, 1.75, 0.56  # of the list of readers
BAR, TYPE = 1.7, 30.0
NEEDS = ("composition", "scores")


class Listeners:
    """Tells which heads read most of what one head writes, and which of them are known."""

    def __init__(
        self, film: Film, rec: HeadCompositionRecording, scores: HeadScoresRecording
    ) -> None:
        self.film, self.rec = film, rec
        best = scores.best("previous")
        assert best is not None  # every prompt has a token before
        self.writer = best
        self.model = Word(rec.provenance.model, Place.provenance(rec.name, "model"))
        self.readers = rec.readers(best.index)[: len(published.named_induction_heads())]
        self.layers, self.heads = int(rec.layers), int(rec.heads)

    def tell(self) -> None:
        """All of it."""
        self.by_weights()
        if not self.readers:
            return
        self.best_readers()
        self.named()

    def index(self, head: tuple[int, int]) -> int:
        """A head's place among all."""
        return head[0] * self.heads + head[1]

    def by_weights(self) -> None:
        """The heads fly out of that model's map; those of later layers light up by how much they
        read."""
        film, rec, writer = self.film, self.rec, self.writer
        self.chart = ModelMap(rec.layers, rec.heads, positions=True, box=MIDDLE)
        boxes = grid_boxes(self.layers, self.heads, ROOM)
        values = rec.numbers("k")[:, :, *writer.index].array
        high = max((float(score) for _, score in self.readers), default=1.0) or 1.0
        start = cells_on(self.chart, self.layers, self.heads)
        self.field = HeadField(values, start, lambda shares: grey(shares, high))
        self.labels = grid_labels(boxes, self.layers, self.heads)
        listens = (
            "We multiply what it writes with what later heads read."
            if self.readers
            else "But no layer comes after it, to read what it writes."
        )
        with film.beat(
            "You can find such pairs without running anything.",
            "In {model}, head {h:d} of layer {l:d} looks one word back.",
            listens,
            shows=NEEDS,
            model=self.model,
            h=writer.head,
            l=writer.layer,
        ) as said:
            self.add_map()
            film.play(self.field.fly(boxes, 1.8), self.chart.carry(CORNER, 1.8), run_time=1.8)
            film.play(FadeIn(self.labels), run_time=theme.QUICK)
            said.until(1)
            self.mark = self.field.frame(self.index(writer.index), theme.FOCUS)
            film.play(Create(self.mark), run_time=theme.MOVE)
            said.until(2)
            if self.readers:
                self.formula = CompositionFormula(3.3, 0.5)
                film.play(FadeIn(self.formula), run_time=theme.MOVE)
                film.play(
                    self.field.light(writer.index[0] + 1, said.left(), rate_func=rates.linear)
                )

    def add_map(self) -> None:
        """The map comes, its heads in it."""
        early = rates.squish_rate_func(rates.smooth, 0.0, 0.6)
        going = [FadeOut(each, rate_func=early) for each in self.film.stage()]
        late = rates.squish_rate_func(rates.smooth, 0.15, 0.9)
        self.film.play(*going, FadeIn(self.chart, rate_func=late), run_time=0.9)
        self.film.play(self.chart.light("attention"), run_time=theme.QUICK)
        self.film.add(self.field)

    def best_readers(self) -> None:
        """The strongest fly out of the grid, as a list of bars."""
        film, rec = self.film, self.rec
        self.rows = [self.row(i) for i in range(len(self.readers))]
        places = [self.index(reader) for reader, _ in self.readers]
        best = Claim(
            maths.is_twice,
            (self.readers[0][1], rec.median()),
            "These {n:words} read its notes best.",
            "These {n:words} come first, but none stands out.",
        )
        with film.beat(best, shows=NEEDS, n=Count(self.readers, "heads shown")):
            marks = [
                outline(self.field.boxes[place], theme.TEXT, 3.0, grow=0.02) for place in places
            ]
            self.marks = VGroup(*marks)
            film.play(
                self.field.focus([*places, self.index(self.writer.index)]),
                LaggedStart(*[Create(mark) for mark in marks], lag_ratio=0.3),
                run_time=1.4,
            )
            film.play(FadeOut(self.formula), run_time=theme.QUICK)
            bars = [row[1] for row in self.rows]
            flights = [TransformFromCopy(*each) for each in zip(marks, bars, strict=True)]
            film.play(LaggedStart(*flights, lag_ratio=0.2), run_time=1.8)
            names = [FadeIn(VGroup(row[0], row[2])) for row in self.rows]
            film.play(LaggedStart(*names, lag_ratio=0.25), run_time=1.2)

    def row(self, i: int) -> list[VMobject]:
        """A reader's name, its bar and its value."""
        reader, score = self.readers[i]
        layer, head = self.rec.place(*reader)
        y, em = LIST_TOP - i * LINE, theme.units(TYPE)
        name = Words("layer {l:d}, head {h:d}", TYPE, l=layer, h=head)
        name.place([LIST_LEFT, y - em * 0.36, 0])
        left = LIST_LEFT + 2.75
        wide = float(score) / float(self.readers[0][1] or 1) * BAR
        bar = painted(
            rectangles(np.array([[left, y - 0.17, left + wide, y + 0.17]])), theme.DATA_HIGH
        )
        value = Numeral(score, ".3f", TYPE).place([left + BAR + 0.15, y - em * 0.36, 0])
        return [name, bar, value]

    def named(self) -> None:
        """Which of them publications name as induction heads: of GPT-2 small's they do."""
        film = self.film
        if self.model != GPT2_SMALL:
            with film.beat("Of this model, nobody has printed a list of such heads.", shows=NEEDS):
                film.play(film.frame.pull(), self.field.focus([self.index(self.writer.index)]))
            return
        known = published.named_induction_heads()
        hits = [i for i, (reader, _) in enumerate(self.readers) if reader in known]
        by = {
            f"source{i}": Word(published.authors(source), Printed(source))
            for i, source in enumerate(published.INDUCTION_HEADS)
        }
        listed = " and ".join(f"{{{name}}}" for name in by)
        source = Words(f"named by {listed}", 26, theme.SECONDARY, **by)
        foot = LIST_TOP - len(self.readers) * LINE
        with film.beat(
            "Researchers had already named {n:words} such heads.",
            "{k:words} of them are on our list.",
            shows=NEEDS,
            n=Count(known, "induction heads that are named"),
            k=Count(hits, "of them shown"),
        ) as said:
            film.play(
                FadeIn(source.place([theme.RIGHT_EDGE - 0.1, foot, 0], "right")),
                run_time=theme.MOVE,
            )
            said.until(1)
            ticks = [tick(theme.RIGHT_EDGE - 0.45, LIST_TOP - i * LINE - 0.03) for i in hits]
            film.play(LaggedStart(*[Create(each) for each in ticks], lag_ratio=0.5), run_time=2.0)
