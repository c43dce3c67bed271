"""How do raw scores become chances?"""

from manim import (
    RIGHT,
    UP,
    Create,
    FadeIn,
    FadeOut,
    LaggedStart,
    ReplacementTransform,
    VGroup,
    smooth,
)
from manim import rate_functions as rates

from gptviz import maths
from gptviz.drawing.base import theme
from gptviz.drawing.base.formula import Formula
from gptviz.drawing.base.motion import Follow
from gptviz.drawing.base.text import Numeral, Words
from gptviz.drawing.chances.bars import ColumnNames, ProbabilityBars, ShareStrip
from gptviz.drawing.chances.exponential import ExponentialCurve
from gptviz.drawing.chances.scrolling import ScoreColumn
from gptviz.drawing.furniture.checklist import Checklist
from gptviz.drawing.furniture.focus import Focus
from gptviz.drawing.furniture.knob import Knob
from gptviz.drawing.tokens.slot import NextSlot
from gptviz.drawing.tokens.tokens import TokenStrip, tail
from gptviz.film import Film, Need
from gptviz.recording.families import NextToken
from gptviz.recording.number import Claim, Count, derive, derive_each

LEFT_COLUMN = theme.LEFT_EDGE + 0.1  # in line with the text of the tokens in their boxes
SCORES_END, BARS_START = 3.3, 3.6  # from the left edge, in units
FIRST_ROW, ROW, STRIP = (
    1.74,
    0.44,
    -1.93,
)  # heights of the first row's middle and of the strip, and between rows
SIZE = 30  # of type in the table, in pixels
UNIT = theme.RIGHT_EDGE - 0.1 - LEFT_COLUMN - BARS_START  # the length of a share of one
LONGEST = 2.6  # of the first bar while the curve stands beside it, in units
WISHES = 1.7  # how much larger the wishes are when they are made
RARE = 0.005  # a chance below is not said as odds
SHOWN = 7
PULLED = 3  # the row whose score is pulled up


class Softmax(Film):
    """How do raw scores become chances?"""

    row = Need(
        NextToken(prompt="As the spaceship was approaching the", top=20, sample=24), main=True
    )
    settings = {"step": 1.0, "pull": 2.0, "shift": 100.0}

    def construct(self) -> None:
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
        strip = TokenStrip(tail(row.prompt, 11.0, 44), 44)
        slot = NextSlot(strip)
        prompt = VGroup(strip, slot).move_to([0, 0.4, 0])
        with self.beat(
            "A language model has read {n:words} tokens. What comes next?",
            n=Count(row.prompt, "tokens of the prompt"),
        ):
            self.play(
                LaggedStart(*[FadeIn(box, shift=RIGHT * 0.15) for box in strip], lag_ratio=0.25),
                run_time=1.5,
            )
            self.play(FadeIn(slot), run_time=theme.QUICK)
        column = ScoreColumn(*self.sampled())
        facts = Facts(row)
        with self.beat(
            "For each of the {n:,} tokens that it knows, it answers with one raw score.",
            n=row.vocab,
        ):
            self.play(
                prompt.animate.scale(theme.LABEL / 44).move_to(
                    [theme.LEFT_EDGE + prompt.width * theme.LABEL / 88, 2.7, 0]
                ),
                run_time=theme.MOVE,
            )
            self.play(FadeIn(column), FadeIn(facts[0]), run_time=theme.QUICK)
            self.play(
                column.scroll.animate(rate_func=rates.ease_in_out_sine).set_value(column.lowest),
                run_time=3.6,
            )
        negative = Claim(
            maths.is_negative,
            (self.highest,),
            "Every one of them is negative: even the highest, {high:.2f}.",
            "They run from {low:.2f} to {high:.2f}.",
        )
        with self.beat(negative, high=self.highest, low=row.value("lowest")):
            self.play(
                column.scroll.animate(rate_func=rates.ease_in_out_sine).set_value(0), run_time=2.2
            )
            self.play(FadeIn(facts[1]), FadeIn(facts[2]), run_time=theme.QUICK)
        with self.beat(
            "Added up, they give {total:,.0f}. These are not chances.", total=row.value("total")
        ):
            self.play(FadeIn(facts[3]), run_time=theme.QUICK)
        self.column, self.facts = column, facts

    def sampled(self):
        """The highest tokens and their scores, then those at evenly spaced ranks."""
        row, ranks = self.row, self.row.array("sample_ranks")
        pairs = list(zip(row.tokens("top")[:SHOWN], self.logits, strict=True))
        pairs += [
            (token, score)
            for token, score, rank in zip(
                row.tokens("sample"), row.numbers("sample_logits"), ranks, strict=True
            )
            if rank >= SHOWN
        ]
        return [token for token, _ in pairs], [score for _, score in pairs]

    def three_wishes(self) -> None:
        row = self.row
        self.whole_unit = UNIT / float(self._total())
        self.bars = ProbabilityBars(
            row.tokens("top")[:SHOWN],
            derive_each(maths.powers, self.logits, self.highest),
            self._rest_power(),
            Words("{n:,} others", SIZE, theme.SECONDARY, n=self.others),
            scores=list(self.logits),
            unit=min(self.whole_unit, LONGEST),
            columns=(SCORES_END, BARS_START),
            row=ROW,
            size=SIZE,
            spec=".3f",
            room=UNIT,
        )
        self.bars.shift([LEFT_COLUMN, FIRST_ROW, 0])
        self.header = ColumnNames(self.bars, LEFT_COLUMN, "token", "raw score")
        kept = VGroup(*[VGroup(bar_row.label, bar_row.score) for bar_row in self.bars.rows[:SHOWN]])
        others = self.bars.rows[-1].label
        with self.beat(
            "Keep the {k:words} highest; fold the other {n:,} into one row.",
            k=Count(self.logits, "rows shown"),
            n=self.others,
        ):
            self.play(FadeOut(self.facts), FadeOut(self.column.note), run_time=theme.QUICK)
            self.column.clear_updaters()
            for unseen in self.column.rows[SHOWN + 3 :]:
                self.column.remove(unseen)
            moves = [ReplacementTransform(self.column.rows[i], kept[i]) for i in range(SHOWN)]
            folds = [
                FadeOut(each, target_position=others, scale=0.4)
                for each in self.column.rows[SHOWN : SHOWN + 3]
            ]
            self.play(*moves, *folds, FadeIn(self.header), FadeIn(others), run_time=1.2)
            self.remove(self.column)
        self.wishes = Checklist(("positive", "add up to one", "keep the order"), 3.5, 3.3)
        small = self.wishes.get_center()
        self.wishes.scale(WISHES).move_to([2.6, 0.35, 0])
        with self.beat("Chances must be positive, add up to one, and keep this order."):
            self.play(
                LaggedStart(*[FadeIn(wish, shift=UP * 0.1) for wish in self.wishes], lag_ratio=0.5),
                run_time=1.5,
            )
        self.play(self.wishes.animate.scale(1 / WISHES).move_to(small), run_time=theme.MOVE)

    def powers_of_e(self) -> None:
        shift = Knob("shift", 0.0)
        scores = self.bars.scores
        differences = [derive(maths.difference, score, self.highest) for score in self.logits]
        curve = ExponentialCurve(differences, (self.logits[0], self.logits[-1]))

        def follow(_) -> None:
            now = [derive(maths.difference, score, shift.setting) for score in self.logits]
            self.bars.set_scores(now)
            curve.write(now[0], now[-1])

        with self.beat("Only differences will matter, so measure each score from the highest."):
            self.play(
                FadeIn(curve.axis),
                LaggedStart(*[FadeIn(dot) for dot in curve.dots], lag_ratio=0.1),
                FadeIn(curve.ends),
                self.header.rename("shifted score"),
                run_time=theme.MOVE,
            )
            scores.add_updater(follow)
            self.add(shift, scores)
            self.sweep(shift, float(self.highest), 2.0, smooth)
            scores.clear_updaters()
            self.bars.set_scores(differences)
            curve.write(differences[0], differences[-1])
        with self.beat("Now raise e to each of these powers. The result is always above zero."):
            self.play(Create(curve.line), FadeIn(curve.label), FadeIn(curve.upright), run_time=1.2)
            self.play(*curve.rise(), run_time=1.2)
        values = VGroup(*[bar_row.share for bar_row in self.bars.rows[:SHOWN]])
        bars = [bar_row.bar for bar_row in self.bars.rows[:SHOWN]]
        factor = derive(maths.exponential, self.setting("step"))
        with self.beat(
            "One less in score is {e:.2f} times less in result. The highest gets exactly one.",
            e=factor,
        ):
            self.play(*[FadeOut(dot) for dot in curve.dots], run_time=theme.QUICK)
            self.play(LaggedStart(*curve.lower(bars, theme.MOVE), lag_ratio=0.2), run_time=1.8)
            self.remove(*curve.stems)
            self.add(*bars)
            self.play(
                FadeIn(values),
                self.header.name_bars("e to that power"),
                self.wishes.tick(0),
                run_time=theme.QUICK,
            )
        rest = self.bars.rows[-1]
        with self.beat(
            "Each of the {n:,} others is smaller still. Together they come to {w:.3f}.",
            n=self.others,
            w=self._rest_power(),
        ):
            gone = VGroup(curve.line, curve.axis, curve.upright, curve.label, curve.ends)
            self.play(FadeOut(gone), run_time=theme.QUICK)
            if self.bars.unit < self.whole_unit:  # room for the whole, now that the curve has gone
                self.play(Follow(VGroup(*bars, values), self._widening(self.bars.unit)))
            self.play(FadeIn(rest.bar), FadeIn(rest.share), run_time=0.8)

    def _widening(self, narrow: float):
        """A step that brings the bars from a narrow unit to that of the whole strip."""
        powers, rest = derive_each(maths.powers, self.logits, self.highest), self._rest_power()

        def step(_, share: float) -> None:
            self.bars.unit = narrow + (self.whole_unit - narrow) * share
            self.bars.set_shares(powers, rest)

        return step

    def shares_of_one(self) -> None:
        total = self._total()
        shares, rest = self._shares()
        self.whole = ShareStrip(shares, UNIT, 0.3, rest).shift([LEFT_COLUMN + BARS_START, STRIP, 0])
        self.whole_label = self._all_together(total)
        with self.beat(
            "Lay all the bars end to end. The whole strip is {total:.3f} long.", total=total
        ):
            copies = [row.bar.copy() for row in self.bars.rows]
            self.bring_to_back(*copies)  # they fall behind the numerals of the rows below
            self.play(
                *[
                    ReplacementTransform(
                        copy, part, rate_func=rates.squish_rate_func(smooth, i / 16, i / 16 + 0.5)
                    )
                    for i, (copy, part) in enumerate(zip(copies, self.whole.parts, strict=True))
                ],
                run_time=1.8,
            )
            self.play(FadeIn(self.whole_label), run_time=theme.QUICK)
        one = self._all_together(derive(maths.total, [*shares, rest]))
        divided = VGroup(*[words for row in self.bars.rows if (words := self._divided(row, total))])
        with self.beat(
            "Divide every bar by that. Now the strip is one, and each row has its share."
        ):
            self.play(
                LaggedStart(*[FadeIn(each, shift=RIGHT * 0.15) for each in divided], lag_ratio=0.1)
            )
            numerals = VGroup(*[row.share for row in self.bars.rows])
            self.play(
                FadeOut(numerals), FadeOut(divided), FadeOut(self.whole_label), run_time=theme.QUICK
            )
            self.bars.unit = UNIT
            self.bars.set_spec(".1%").set_shares(shares, rest)
            self.play(
                FadeIn(numerals),
                FadeIn(one),
                self.header.name_bars("share"),
                self.wishes.tick(1),
                self.wishes.tick(2),
                run_time=theme.MOVE,
            )
        first, last = self.bars.rows[0], self.bars.rows[-1]
        with self.beat(
            "{word} gets {p:.1%}. The other {n:,}, folded together, share {rest:.1%}.",
            word=self.row.token(0),
            p=shares[0],
            n=self.others,
            rest=rest,
        ):
            frame = Focus(first)
            self.play(Create(frame), run_time=0.6)
            self.play(ReplacementTransform(frame, Focus(last)), run_time=0.8)
            self.wait(1.5)
            self.clear_focus()

    def _all_together(self, length) -> VGroup:
        """The name and the length of the whole strip."""
        return VGroup(
            Words("all together", SIZE, theme.SECONDARY).place([LEFT_COLUMN, STRIP - 0.08, 0]),
            Numeral(length, ".3f", SIZE, align="right").place(
                [LEFT_COLUMN + SCORES_END, STRIP - 0.08, 0], "right"
            ),
        )

    def _divided(self, row, total) -> Words | None:
        """What the number of a row is divided by, behind it where there is room."""
        words = Words("/ {total:.3f}", SIZE, theme.SECONDARY, total=total)
        end = max(row.bar.right()[0], row.share.baseline("right")[0]) + 0.12
        return (
            words.place([end, row.share.baseline()[1], 0])
            if end + words.advance < theme.RIGHT_EDGE
            else None
        )

    def live(self) -> None:
        row, pull, shift = self.row, Knob("pull", 0.0), Knob("shift", 0.0)
        which = Count.position(PULLED, self.logits, "rows shown")

        def state() -> dict:
            shares = derive_each(maths.pulled, self.logits, row.logsumexp, which, pull.setting)
            rest = derive(maths.remainder, shares)
            scores = [derive(maths.difference, score, self.highest) for score in self.logits]
            moved = [
                derive(
                    maths.total, [score, shift.setting, *([pull.setting] if i == PULLED else [])]
                )
                for i, score in enumerate(scores)
            ]
            self.whole.set_shares(shares, rest)
            return {"shares": shares, "rest": rest, "scores": moved}

        self.add(pull, shift, self.bars)
        self.bars.follow(state)
        with self.beat(
            "Raise one score, {word}, by {pull:.0f}. Every share answers; the strip stays one.",
            word=row.token(PULLED),
            pull=self.setting("pull"),
        ):
            self.play(Create(Focus(self.bars.rows[PULLED])), run_time=theme.QUICK)
            self.sweep(pull, float(self.setting("pull")), 2.0, smooth)
        with self.beat("Let it go, and they all come back."):
            self.sweep(pull, 0.0, 1.2, smooth)
            self.clear_focus()
        with self.beat(
            "Add {shift:.0f} to every score, and no share moves. Only differences count.",
            shift=self.setting("shift"),
        ):
            self.play(Create(Focus(self.bars.scores)), run_time=theme.QUICK)
            self.sweep(shift, float(self.setting("shift")), 2.4, smooth)
        self.shift = shift

    def close(self) -> None:
        row = self.row
        power, total, share = self._power(), self._total(), row.probability(0)
        formula = Formula(
            "p_i = frac({{ e^(x_i) : power }}, {{ sum_j e^(x_j) : total }})",
            84,
            colors={"power": theme.PROBABILITY, "total": theme.SECONDARY},
        ).move_to([3.55, 0.55, 0])
        sum_up = Words(
            "{a:.3f} / {total:.3f} = {p:.1%}", 44, align="center", a=power, total=total, p=share
        )
        sum_up.place([3.55, -0.98, 0], "center")
        for number, colour in ((power, theme.PROBABILITY), (total, theme.SECONDARY)):
            sum_up.named(number).set_fill(colour)
        odds = (
            "This is softmax. {word} gets about one in {p:one_in}."
            if float(share) > RARE
            else "{word}: {p:.2%}."
        )
        most = Claim(
            maths.is_majority,
            (share, derive(maths.total, [share, row.rest(1)])),
            "{word}: {p:.1%}, more than all the others together.",
            odds,
        )
        with self.beat(most, word=row.token(0), p=share, hold=2.0):
            self.clear_focus()
            self.play(self.shift.animate.set_value(0), run_time=theme.MOVE)
            self.play(
                FadeIn(formula),
                FadeIn(sum_up),
                Create(Focus(self.bars.rows[0])),
                Create(Focus(self.whole.parts[0])),
                run_time=theme.MOVE,
            )

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
        lines = (
            ("raw scores", row.vocab, ","),
            ("the highest", row.value("highest"), ".2f"),
            ("the lowest", row.value("lowest"), ".2f"),
            ("added up", row.value("total"), ",.0f"),
        )
        for i, (text, number, spec) in enumerate(lines):
            y = 1.1 - i * 0.95
            self.add(
                VGroup(
                    Words(text, theme.TITLE, theme.SECONDARY).place([LEFT_COLUMN, y, 0]),
                    Numeral(number, spec, 64, align="right").place([0.3, y, 0], "right"),
                )
            )
