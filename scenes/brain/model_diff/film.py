"""Do two models think alike?"""

from __future__ import annotations

from manim import UP, Create, FadeIn, FadeOut, LaggedStart, VGroup, linear

from gptviz import maths
from gptviz.drawing.base import theme
from gptviz.drawing.base.cells import outline
from gptviz.drawing.base.motion import Dim, Follow, Light, exchange
from gptviz.drawing.base.text import Words
from gptviz.drawing.furniture.focus import Focus
from gptviz.drawing.model.map import ModelMap
from gptviz.film import Film, Need
from gptviz.recording.families import DamagedHead, ModelPair
from gptviz.recording.number import Claim, Count, derive

from .harm import HEAD, Harm
from .rows import HUES, SIDES, STRIPS, WIDE, Reading, Surprises

TEXT = "It was the best of times, it was the worst of"
NAME = 34.0  # of the models' names
MAPS = ((-6.2, -0.75, 6.2, 0.3), (-6.2, -2.2, 6.2, -1.15))


class ModelDiff(Harm, Film):
    """Do two models think alike?"""

    pair = Need(ModelPair(prompt=TEXT, other_model="mini", top=4), main=True)
    damage = Need(DamagedHead(prompt=TEXT, top=4))
    tokens = (8, 13)
    cards = True

    def construct(self) -> None:
        self.reading = Reading(self.pair)
        self.hook()
        self.title_card(self.maps)
        self.read()
        self.same()
        self.apart()
        self.surprised()
        self.laid()
        self.next_words()
        self.weights()
        self.damaged()
        self.asked_again()
        self.close()

    # The text
    # ---------------------------------------------------------------------------------------------

    def name(self, part: int, size: float = NAME) -> Words:
        """A model's name in its colour."""
        words = Words("{t}", size, HUES[part], t=self.pair.title(part))
        if words.advance > 5.6:
            words.scale(5.6 / words.advance)
        return words

    def hook(self) -> None:
        """The text with a blank, and two models that read it."""
        reading = self.reading
        self.in_a_line()
        blank = self.blank()
        self.names = VGroup(*[self.name(part) for part in range(2)])
        for part, side in enumerate(SIDES):
            self.names[part].move_to([side * 3.6, HEAD, 0])
        marks = VGroup(
            *[
                Words("?", 220, HUES[part]).move_to([side * 3.6, -1.1, 0])
                for part, side in enumerate(SIDES)
            ]
        )
        self.maps = VGroup(*[self.chart(part) for part in range(2)])
        with self.beat(
            "Two language models are reading the same text.",
            "Would they both continue with the same word?",
            shows="pair",
        ) as said:
            self.play(
                LaggedStart(
                    *[FadeIn(piece, shift=UP * 0.15) for piece in reading.pieces], lag_ratio=0.25
                ),
                run_time=max(said.span(0), 1.8),
            )
            self.play(Create(blank), run_time=0.5)
            said.until(1)
            for part in range(2):
                self.play(FadeIn(self.names[part]), FadeIn(marks[part], scale=0.6), run_time=0.7)
        going = [FadeOut(each) for each in (marks, blank, self.names, *reading.pieces)]
        self.play(*going, FadeIn(self.maps), run_time=0.6)
        self.add(self.maps)

    def in_a_line(self) -> None:
        """Sets the pieces of the text into lines in the middle of the stage."""
        pieces = self.reading.pieces
        self.homes = [piece.get_center() for piece in pieces]
        lines, pen = [[]], 0.0
        for piece in pieces:
            piece.scale(1.5)
            if pen + piece.width > 10.6:
                lines.append([])
                pen = 0.0
            lines[-1].append(piece)
            pen += piece.width + 0.14
        for i, line in enumerate(lines):
            group = VGroup(*line)
            x = -(sum(piece.width + 0.14 for piece in line) - 0.14) / 2
            for piece in group:
                piece.shift([x - piece.get_left()[0], 1.2 - 0.75 * i - self.base(piece), 0])
                x += piece.width + 0.14

    def blank(self):
        """The place of the next word, behind the text."""
        last = self.reading.pieces[-1]
        x, y = last.get_right()[0] + 0.2, self.base(last)
        return outline((x, y - 0.18, x + 1.3, y + 0.46), theme.TEXT, 3.0)

    def base(self, piece) -> float:
        return float(piece[0].baseline()[1])

    def chart(self, part: int) -> VGroup:
        """A model's map from its real shape, with its name above."""
        box = MAPS[part]
        drawn = ModelMap(self.pair.layers[part], self.pair.heads[part], box=box)
        return VGroup(drawn, self.name(part, 30).place([box[0], box[3] + 0.12, 0]))

    def read(self) -> None:
        """The text goes down the middle; at every place both are asked."""
        reading = self.reading
        pieces = list(zip(reading.pieces, self.homes, strict=True))
        down = [
            piece.animate.scale(1 / 1.5).move_to([piece.get_center()[0], home[1], 0])
            for piece, home in pieces
        ]
        with self.beat(
            "Along the way, we keep asking both models what comes next.",
            "Longer bars mean higher probabilities.",
            shows="pair",
        ) as said:
            self.play(FadeOut(self.maps), FadeIn(self.names), FadeIn(VGroup(*reading.pieces)))
            self.play(*down, run_time=0.8)
            self.play(*[piece.animate.move_to(home) for piece, home in pieces], run_time=0.8)
            reading.set_read(0.0)
            self.add(reading)
            self.play(
                Follow(
                    reading,
                    lambda each, share: each.set_read(share * each.count),
                    max(said.left(), 4.0),
                    rate_func=linear,
                )
            )

    def same(self) -> None:
        """Where both name the same token."""
        pair, reading = self.pair, self.reading
        kept = [row for row in pair.places if pair.agree(row)]
        others = [row for row in pair.places if not pair.agree(row)]
        said_so = Claim(
            maths.is_nothing,
            (pair.agreed,),
            "They never name the same token.",
            "At {k:words} of these places, they name the same token.",
        )
        with self.beat(said_so, shows="pair", hold=1.0, k=pair.agreed):
            self.play(Dim(*reading.rows(*others)), run_time=0.8)
            rings = [Focus(row, 0.07) for row in reading.rows(*kept)]
            self.play(LaggedStart(*[Create(ring) for ring in rings], lag_ratio=0.4), run_time=1.6)
        self.play(*[FadeOut(ring) for ring in rings], Light(*reading.rows(*others)), run_time=0.5)

    def apart(self) -> None:
        """How far apart all of their expectations are."""
        pair, reading = self.pair, self.reading
        far = pair.farthest
        self.far = VGroup()
        told = Claim(
            maths.is_nothing,
            (pair.divergence.at(far),),
            "They’re never apart.",
            "Here they’re furthest apart.",
        )
        with self.beat(
            "But there’s more to compare than the first choice.",
            "Compare all of their probabilities, and you get a distance.",
            told,
            shows="pair",
            hold=1.2,
        ) as said:
            said.until(1)
            self.play(Follow(reading, lambda each, share: each.set_apart(share), said.span(1)))
            said.until(2)
            if not told.held:
                rest = [row for row in pair.places if row != far]
                ring = Focus(VGroup(*reading.rows(far)), 0.07)
                self.play(Dim(*reading.rows(*rest)), Create(ring), run_time=0.8)
                bits = Words("{d:.1f} bits", 30, d=pair.divergence.at(far))
                place = reading.pieces[far].get_right() + [0.2, 0, 0]
                bits.place([place[0], reading.heights[far] - 0.09, 0])
                self.play(FadeIn(bits), run_time=theme.QUICK)
                self.far = VGroup(ring, bits)

    # What really came
    # ---------------------------------------------------------------------------------------------

    def surprised(self) -> None:
        """The guesses give way to how surprised each was."""
        reading = self.reading
        self.costs = Surprises(reading)
        guesses = VGroup(*[each for side in reading.guesses for each in side])
        gaps = VGroup(*reading.gaps)
        with self.beat(
            "Now look at the words that really came.",
            "Each bar shows how surprised a model was.",
            shows="pair",
        ) as said:
            self.remove(reading)
            self.add(gaps, *reading.pieces, guesses)
            gone = [FadeOut(each) for each in (guesses, gaps, *self.far)]
            self.play(*gone, Light(*reading.pieces), run_time=0.6)
            self.add(self.costs)
            self.play(
                Follow(
                    self.costs,
                    lambda each, share: each.set_grown(share),
                    max(said.left() - 0.3, 2.0),
                )
            )

    def laid(self) -> None:
        """All surprises end to end."""
        pair, costs = self.pair, self.costs
        losses = [pair.loss(part) for part in range(2)]
        level = Claim(
            maths.is_same, (derive(maths.difference, *losses),), "Both were equally surprised."
        )
        who = (
            level
            if level.held
            else Claim(
                maths.less,
                tuple(losses),
                "The left model was less surprised.",
                "The right model was less surprised.",
            )
        )
        numbers = VGroup(
            *[
                Words("{b:.2f} bits a byte", 40, b=loss).place([-WIDE / 2, STRIPS[part] + 0.48, 0])
                for part, loss in enumerate(losses)
            ]
        )
        with self.beat("Lay them all end to end.", who, shows="pair", hold=1.4) as said:
            self.play(FadeOut(VGroup(*self.reading.pieces)), run_time=theme.QUICK)
            self.play(
                Follow(
                    costs,
                    lambda each, share: each.set_laid(share),
                    max(said.span(0), 2.4),
                ),
            )
            said.until(1)
            self.play(FadeIn(numbers), run_time=theme.MOVE)
        self.numbers = numbers

    # What comes next
    # ---------------------------------------------------------------------------------------------

    def next_words(self) -> None:
        pair = self.pair
        rows = [pair.row(part) for part in range(2)]
        self.charts = [self.bars(row, side) for row, side in zip(rows, SIDES, strict=True)]
        last = len(pair.places) - 1
        same = Count([last] if pair.agree(last) else [], "last places of one opinion")
        second = Claim(
            maths.is_nothing,
            (same,),
            "The right one says {b}, with {q:~%}.",
            "The right one says so, too, with {q:~%}.",
        )
        line = VGroup(*self.reading.pieces)
        with self.beat(
            "So how does the text continue?",
            "The left model says {a}, with {p:~%}.",
            second,
            shows="pair",
            hold=1.2,
            a=rows[0].token(0),
            b=rows[1].token(0),
            p=rows[0].probability(0),
            q=rows[1].probability(0),
        ) as said:
            self.set_line(line)
            gone = [FadeOut(self.costs), FadeOut(self.numbers)]
            self.play(*gone, FadeIn(line), run_time=0.8)
            for part, chart in enumerate(self.charts):
                said.until(part + 1)
                self.play(
                    LaggedStart(*[FadeIn(row) for row in chart.rows], lag_ratio=0.4),
                    run_time=max(said.span(part + 1) * 0.6, 1.2),
                )
        self.text = line

    def set_line(self, line) -> None:
        """Sets the text into one line at the top, its end where there is no room for all."""
        self.in_a_line()
        line.scale(min(1.0, 12.5 / line.width)).move_to([0, HEAD - 0.9, 0])

    # Close
    # ---------------------------------------------------------------------------------------------

    def close(self) -> None:
        """The reading once more, with what both name alike."""
        pair, reading = self.pair, Reading(self.pair)
        reading.set_apart(1.0)
        names = VGroup(
            *[self.name(part).move_to([side * 3.6, HEAD, 0]) for part, side in enumerate(SIDES)]
        )
        places = Count(pair.places, "places of the text")
        alike = (pair.agreed, places)
        told = Claim(
            maths.is_majority,
            alike,
            "Here they mostly did. They often named the same word.",
            "Here they mostly didn’t. They read the same words, and expected others.",
        )
        alone = [row for row in pair.places if not pair.agree(row)]
        kept = [row for row in pair.places if pair.agree(row)]
        rings = VGroup(*[Focus(row, 0.07) for row in reading.rows(*kept)])
        with self.beat("So do two models think alike?", told, shows="pair") as said:
            self.play(exchange(self.last, [names, reading], 0.7))
            said.until(1)
            self.play(Dim(*reading.rows(*alone)), run_time=0.8)
            self.play(LaggedStart(*[Create(ring) for ring in rings], lag_ratio=0.4), run_time=1.4)
        picture = VGroup(names, reading, rings)
        self.add(picture)
        self.end_card(
            Claim(
                maths.is_majority,
                alike,
                "Same text, mostly the same guesses.",
                "Same text, mostly different guesses.",
            ),
            picture,
        )
