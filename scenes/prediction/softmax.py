"""How do raw scores become chances?"""

import numpy as np
from manim import (
    RIGHT,
    UP,
    Create,
    Dot,
    FadeIn,
    FadeOut,
    LaggedStart,
    Line,
    ReplacementTransform,
    VGroup,
    VMobject,
    smooth,
)
from manim import rate_functions as rates

from gptviz import maths
from gptviz.drawing import theme
from gptviz.drawing.bars import ProbabilityBars, ShareStrip
from gptviz.drawing.checklist import Checklist
from gptviz.drawing.focus import Focus
from gptviz.drawing.formula import Formula
from gptviz.drawing.knob import Knob
from gptviz.drawing.scrolling import ScoreColumn
from gptviz.drawing.text import Numeral, Words
from gptviz.drawing.tokens import TokenStrip, tail
from gptviz.film import Film
from gptviz.recording.number import Claim, Count, derive, derive_each
from gptviz.recording.requests import NextToken

LEFT_COLUMN = theme.LEFT_EDGE + 0.1      # in line with the text of the tokens in their boxes
SCORES_END, BARS_START = 3.3, 3.6        # from the left edge, in units
FIRST_ROW, ROW, STRIP = 1.72, 0.455, -2.1   # heights of the first row's middle and of the strip, and between rows
SIZE = 30                                # of type in the table, in pixels
UNIT = theme.RIGHT_EDGE - LEFT_COLUMN - BARS_START   # the length of a share of one
SHOWN = 7
PULLED = 3                               # the row whose score is pulled up


class Softmax(Film):
    """How do raw scores become chances?"""

    needs = {"row": NextToken(prompt="As the spaceship was approaching the", top=20, sample=24)}
    main = "row"
    settings = {"pull": 2.0, "shift": 100.0}

    def construct(self) -> None:
        self.row = self.rec["row"]
        self.logits = self.row.logits[:SHOWN]
        self.highest = self.row.number("logits", 0)
        self.others = derive(maths.difference, self.row.vocab, Count(self.logits, "rows shown"))
        self.raw_scores()
        self.three_wishes()
        self.powers_of_e()
        self.shares_of_one()
        self.live()
        self.close()

    def raw_scores(self) -> None:
        row = self.row
        strip = TokenStrip(tail(row.prompt, 12.0, 44), 44)
        strip.move_to([0, 0.4, 0])
        with self.beat("A language model reads {n:words} tokens.", n=Count(row.prompt, "tokens of the prompt")):
            self.play(LaggedStart(*[FadeIn(box, shift=RIGHT * 0.15) for box in strip], lag_ratio=0.25), run_time=1.5)
        column = ScoreColumn(*self.sampled())
        facts = Facts(row)
        with self.beat("For each of the {n:,} tokens that it knows, it answers with one raw score.", n=row.vocab):
            self.play(strip.animate.scale(theme.LABEL / 44).move_to(
                [theme.LEFT_EDGE + strip.width * theme.LABEL / 88, 2.7, 0]), run_time=theme.MOVE)
            self.play(FadeIn(column), FadeIn(facts[0]), run_time=theme.QUICK)
            self.play(column.scroll.animate(rate_func=rates.ease_in_out_sine).set_value(column.lowest), run_time=3.6)
        negative = Claim(maths.is_negative, (self.highest,),
                         "Every one of them is negative: even the highest, {high:.2f}.",
                         "They run from {low:.2f} to {high:.2f}.")
        with self.beat(negative, high=self.highest, low=row.value("lowest")):
            self.play(column.scroll.animate(rate_func=rates.ease_in_out_sine).set_value(0), run_time=2.2)
            self.play(FadeIn(facts[1]), FadeIn(facts[2]), run_time=theme.QUICK)
        with self.beat("Added up they give {total:,.0f}. These are not chances.", total=row.value("total")):
            self.play(FadeIn(facts[3]), run_time=theme.QUICK)
        self.column, self.facts = column, facts

    def sampled(self):
        """The highest tokens and their scores, then those at evenly spaced ranks."""
        row, ranks = self.row, self.row.array("sample_ranks")
        pairs = list(zip(row.tokens("top")[:SHOWN], self.logits, strict=True))
        pairs += [(token, score) for token, score, rank in
                  zip(row.tokens("sample"), row.numbers("sample_logits"), ranks, strict=True) if rank >= SHOWN]
        return [token for token, _ in pairs], [score for _, score in pairs]

    def three_wishes(self) -> None:
        row = self.row
        self.bars = ProbabilityBars(
            row.tokens("top")[:SHOWN], derive_each(maths.powers, self.logits, self.highest), self._rest_power(),
            Words("{n:,} others", SIZE, theme.SECONDARY, n=self.others), scores=list(self.logits),
            unit=UNIT / float(self._total()), columns=(SCORES_END, BARS_START), row=ROW, size=SIZE, spec=".3f",
            room=UNIT)
        self.bars.shift([LEFT_COLUMN, FIRST_ROW, 0])
        self.header = Header(self.bars, "token", "score")
        kept = VGroup(*[VGroup(bar_row.label, bar_row.score) for bar_row in self.bars.rows[:SHOWN]])
        with self.beat("Keep the {k:words} highest; fold the other {n:,} into one row.",
                       k=Count(self.logits, "rows shown"), n=self.others):
            self.play(FadeOut(self.facts), FadeOut(self.column.note), run_time=theme.QUICK)
            moves = [ReplacementTransform(self.column.rows[i], kept[i]) for i in range(SHOWN)]
            self.column.clear_updaters()
            fold = VGroup(*self.column.rows[SHOWN:])
            self.play(*moves, ReplacementTransform(fold, self.bars.rows[-1].label), FadeIn(self.header), run_time=1.2)
            self.remove(self.column)
        self.wishes = Checklist(("positive", "together exactly one", "in the same order"), 3.5, 2.86)
        with self.beat("Chances must be positive, add up to one, and keep this order."):
            self.play(LaggedStart(*[FadeIn(wish, shift=UP * 0.1) for wish in self.wishes], lag_ratio=0.5), run_time=1.5)

    def powers_of_e(self) -> None:
        shift = Knob("shift", 0.0)
        scores = self.bars.scores
        scores.add_updater(lambda _: self.bars.set_scores(
            [derive(maths.difference, score, shift.setting) for score in self.logits]))
        with self.beat("Only differences will matter, so measure each score from the highest."):
            self.add(shift, scores)
            self.play(*self.header.rename("minus the highest"), run_time=theme.QUICK)
            self.sweep(shift, float(self.highest), 2.0, smooth)
            scores.clear_updaters()
            self.differences = [derive(maths.difference, score, self.highest) for score in self.logits]
            self.bars.set_scores(self.differences)
        curve = ExponentialCurve(self.differences)
        with self.beat("Now raise e to each of them. The curve is never below zero."):
            self.play(Create(curve.line), FadeIn(curve.axes), FadeIn(curve.label), run_time=1.2)
            self.play(LaggedStart(*[FadeIn(dot) for dot in curve.dots], lag_ratio=0.2), run_time=0.8)
        values = VGroup(*[bar_row.share for bar_row in self.bars.rows[:SHOWN]])
        bars = VGroup(*[bar_row.bar for bar_row in self.bars.rows[:SHOWN]])
        with self.beat("A step down in score is a factor in size. The highest becomes exactly one."):
            self.play(*curve.rise(), run_time=1.0)
            self.play(LaggedStart(*[ReplacementTransform(dot, bar) for dot, bar in zip(curve.dots, bars, strict=True)],
                                  lag_ratio=0.15), run_time=1.5)
            self.play(FadeIn(values), *self.header.add_column("e to that power", self.bars), self.wishes.tick(0),
                      run_time=theme.QUICK)
        rest = self.bars.rows[-1]
        with self.beat("The {n:,} others are tiny each. Together they weigh {w:.3f}.",
                       n=self.others, w=self._rest_power()):
            gone = VGroup(curve.line, curve.axes, curve.label)
            self.play(FadeOut(gone), FadeIn(rest.bar), FadeIn(rest.share), run_time=0.8)

    def shares_of_one(self) -> None:
        total = self._total()
        shares, rest = self._shares()
        left = LEFT_COLUMN + BARS_START
        self.whole = ShareStrip(shares, UNIT, 0.3, rest).shift([left, STRIP, 0])
        self.whole_label = VGroup(Words("all together", color=theme.SECONDARY).place([LEFT_COLUMN, STRIP - 0.08, 0]),
                                  Numeral(total, ".3f", color=theme.SECONDARY, align="right")
                                  .place([LEFT_COLUMN + SCORES_END, STRIP - 0.08, 0], "right"))
        with self.beat("Lay all the bars end to end. The whole strip is {total:.3f} long.", total=total):
            copies = VGroup(*[row.bar.copy() for row in self.bars.rows])
            self.play(LaggedStart(*[ReplacementTransform(copy, part) for copy, part in
                                    zip(copies, self.whole.parts, strict=True)], lag_ratio=0.12), run_time=1.8)
            self.play(FadeIn(self.whole_label), run_time=theme.QUICK)
        one = VGroup(self.whole_label[0].copy(),
                     Numeral(derive(maths.total, [*shares, rest]), ".3f", align="right")
                     .place([LEFT_COLUMN + SCORES_END, STRIP - 0.08, 0], "right"))
        with self.beat("Divide by that, and the strip is one. Each row gets its share of it."):
            numerals = VGroup(*[row.share for row in self.bars.rows])
            self.play(FadeOut(numerals), FadeOut(self.whole_label), *self.header.rename_last("share"),
                      run_time=theme.QUICK)
            self.bars.unit = UNIT
            self.bars.set_spec(".1%").set_shares(shares, rest)
            self.play(FadeIn(numerals), FadeIn(one), self.wishes.tick(1), self.wishes.tick(2), run_time=theme.QUICK)
        self.whole_label = one
        first, last = self.bars.rows[0], self.bars.rows[-1]
        with self.beat("{word} gets {p:.1%}. The others, all together, keep {rest:.1%}.",
                       word=self.row.token(0), p=shares[0], rest=rest):
            frame = Focus(first)
            self.play(Create(frame), run_time=0.6)
            self.play(ReplacementTransform(frame, Focus(last)), run_time=0.8)
            self.wait(1.5)
            self.clear_focus()

    def live(self) -> None:
        row, pull, shift = self.row, Knob("pull", 0.0), Knob("shift", 0.0)
        which = Count.position(PULLED, self.logits, "rows shown")

        def state() -> dict:
            shares = derive_each(maths.pulled, self.logits, row.logsumexp, which, pull.setting)
            rest = derive(maths.remainder, shares)
            scores = [derive(maths.difference, score, self.highest) for score in self.logits]
            moved = [derive(maths.total, [score, shift.setting, *([pull.setting] if i == PULLED else [])])
                     for i, score in enumerate(scores)]
            self.whole.set_shares(shares, rest)
            return {"shares": shares, "rest": rest, "scores": moved}

        self.add(pull, shift, self.bars)
        self.bars.follow(state)
        with self.beat("Raise one score, {word}, by {pull:.0f}: every share answers, the strip stays one.",
                       word=row.token(PULLED), pull=self.setting("pull")):
            self.play(Create(Focus(self.bars.rows[PULLED])), run_time=theme.QUICK)
            self.sweep(pull, float(self.setting("pull")), 2.0, smooth)
        with self.beat("Let it go, and all return."):
            self.sweep(pull, 0.0, 1.2, smooth)
            self.clear_focus()
        with self.beat("Add {shift:.0f} to all the scores: nothing moves. Only differences count.",
                       shift=self.setting("shift")):
            self.play(*self.header.rename("plus {shift:.0f}", shift=self.setting("shift")), run_time=theme.QUICK)
            self.sweep(shift, float(self.setting("shift")), 2.4, smooth)
        self.shift = shift

    def close(self) -> None:
        row = self.row
        formula = Formula("p_i = frac({{ e^(x_i) : power }}, {{ sum_j e^(x_j) : total }})", 64,
                          colors={"power": theme.PROBABILITY, "total": theme.SECONDARY})
        formula.move_to([4.2, 0.35, 0])
        share = Words("{a:.3f} / {total:.3f} = {p:.1%}", theme.STATEMENT, align="center", a=self._power(),
                      total=self._total(), p=row.probability(0)).place([4.2, -0.85, 0], "center")
        with self.beat("{word}: about one in {odds:one_in}.", word=row.token(0), odds=row.probability(0), hold=2.0):
            self.play(*self.header.rename("minus the highest"), self.shift.animate.set_value(0), run_time=theme.MOVE)
            self.play(FadeIn(formula), FadeIn(share), Create(Focus(self.bars.rows[0])), run_time=theme.MOVE)

    def clear_focus(self) -> None:
        frames = [mobject for mobject in self.mobjects if isinstance(mobject, Focus)]
        self.play(*[FadeOut(frame) for frame in frames], run_time=theme.QUICK)

    def _power(self):
        return derive(maths.powers, self.logits, self.highest, pick=0)

    def _total(self):
        return derive(maths.power_total, self.row.logsumexp, self.highest)

    def _rest_power(self):
        return derive(maths.power_rest, self.row.logsumexp, self.logits, self.highest)

    def _shares(self):
        shares = derive_each(maths.probabilities, self.logits, self.row.logsumexp)
        return shares, derive(maths.remainder, shares)


class Facts(VGroup):
    """What the raw scores are like: how many, the highest, the lowest, their sum."""

    def __init__(self, row) -> None:
        super().__init__()
        lines = (("raw scores", row.vocab, ","), ("the highest", row.value("highest"), ".2f"),
                 ("the lowest", row.value("lowest"), ".2f"), ("added up", row.value("total"), ",.0f"))
        for i, (text, number, spec) in enumerate(lines):
            y = 1.15 - i * 0.85
            self.add(VGroup(Words(text, theme.STATEMENT, theme.SECONDARY).place([LEFT_COLUMN, y, 0]),
                            Numeral(number, spec, 44, align="right").place([-1.2, y, 0], "right")))


class Header(VGroup):
    """The names of the columns, above the first row."""

    def __init__(self, bars: ProbabilityBars, token: str, score: str) -> None:
        super().__init__()
        self.y = bars.rows[0].label.baseline()[1] + 0.42
        self.right = bars.rows[0].score.baseline("right")[0]
        self.score = self._score(score)
        self.last = Words("", theme.SMALL)
        self.add(Words(token, theme.SMALL, theme.SECONDARY).place([LEFT_COLUMN, self.y, 0]), self.score)

    def _score(self, text: str, **fields) -> Words:
        return Words(text, theme.SMALL, theme.SECONDARY, **fields).place([self.right, self.y, 0], "right")

    def rename(self, text: str, **fields) -> list:
        """The animations that give the scores' column another name."""
        old, self.score = self.score, self._score(text, **fields)
        return [FadeOut(old), FadeIn(self.score)]

    def add_column(self, text: str, bars: ProbabilityBars) -> list:
        """The animations that name the column of the bars."""
        self.last = Words(text, theme.SMALL, theme.SECONDARY).place([bars.rows[0].bar.corner[0], self.y, 0])
        return [FadeIn(self.last)]

    def rename_last(self, text: str) -> list:
        """The animations that give the bars' column another name."""
        old = self.last
        self.last = Words(text, theme.SMALL, theme.SECONDARY).place(old.baseline())
        return [FadeOut(old), FadeIn(self.last)]


class ExponentialCurve:
    """The curve of e^x over the differences, with a dot for each; the dots rise from the axis to the curve."""

    def __init__(self, differences) -> None:
        low = min(float(d) for d in differences) * 1.25 or -1.0
        self.origin, self.size = np.array([6.2, -1.2, 0.0]), np.array([4.3, 2.1])
        self.low = low
        xs = np.linspace(low, low * -0.06, 80)
        self.line = VMobject(stroke_color=theme.PROBABILITY, stroke_width=4).set_points_smoothly(
            [self.at(x, np.exp(x)) for x in xs])
        self.axes = VGroup(Line(self.at(low, 0), self.at(low * -0.06, 0), stroke_color=theme.HAIRLINE, stroke_width=2),
                           Line(self.at(0, 0), self.at(0, 1.12), stroke_color=theme.HAIRLINE, stroke_width=2))
        self.label = Formula("e^x", 56, theme.PROBABILITY).move_to(self.at(low * 0.75, np.exp(low * 0.75)) + UP * 0.5)
        self.differences = [float(d) for d in differences]
        self.dots = [Dot(self.at(d, 0), radius=0.07, color=theme.TEXT) for d in self.differences]

    def at(self, x: float, y: float) -> np.ndarray:
        return self.origin + np.array([-x / self.low * self.size[0], y * self.size[1], 0])

    def rise(self) -> list:
        """The animations that bring every dot from the axis up to the curve."""
        return [dot.animate.move_to(self.at(d, np.exp(d))) for dot, d in zip(self.dots, self.differences, strict=True)]
