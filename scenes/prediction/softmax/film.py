"""How do raw scores become probabilities?"""

from typing import Any

from manim import (
    DOWN,
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
from gptviz.drawing.base.motion import Appear, Follow, Vanish, exchange
from gptviz.drawing.base.text import Numeral, TokenText, Words
from gptviz.drawing.chances.bars import ColumnNames, ShareStrip
from gptviz.drawing.chances.merging import MergedBars
from gptviz.drawing.furniture.focus import Focus
from gptviz.drawing.furniture.knob import Knob
from gptviz.drawing.model.map import map_of
from gptviz.film import Film, Need
from gptviz.recording.families import DrawnToken
from gptviz.recording.number import Claim, Count, derive, derive_each

from .curve import Curve, Lanes, Slope
from .parts import (
    FallingScores,
    Flight,
    Opening,
    Pointer,
    Reel,
    Wish,
    beside,
    in_line,
    names_on,
    widening,
)
from .table import (
    BARS_LEFT,
    FIRST_ROW,
    LEFT,
    ROW,
    SCORES_END,
    SHOWN,
    SIZE,
    STRIP,
    THICK,
    Gaps,
    Table,
)

PULLED = 3  # the row whose score is pushed up
SPOKEN = 12  # tokens of a prompt that is read out
BIG, UNDER = 170, 44  # type of a number that has the stage to itself, and of what it counts
FLOOR, HIGH = -1.42, 3.35  # of the axis, and of the curve at its highest
LAST = (theme.LEFT_EDGE + 0.1, -1.62, theme.WIDTH - 2 * theme.MARGIN - 0.2, 1.0)  # the strip


class Softmax(Film):
    """How do raw scores become probabilities?"""

    row = Need(
        DrawnToken(prompt="As the spaceship was approaching the", top=20, sample=24), main=True
    )
    settings = {"zero": 0.0, "step": 1.0, "pull": 2.0, "shift": 100.0}
    cards = True

    def construct(self) -> None:
        self.table = Table(self.row)
        self.logits = self.table.logits
        self.highest = self.row.number("logits", 0)
        self.others = self.table.others
        self.pulled = min(PULLED, len(self.logits) - 1)
        self.what_comes_next()
        self.raw_scores()
        self.the_highest()
        self.three_wishes()
        self.slide()
        self.powers_of_e()
        self.bars_of_all()
        self.length_of_one()
        self.push_one()
        self.push_all()
        self.formula()
        self.draw()
        self.end_card("Softmax turns any list of scores into probabilities.", self.picture)

    def what_comes_next(self) -> None:
        row = self.row
        ranks = (9, 4, 8, 1, 6, 2, 7, 5, 3)
        words = [row.token(rank) for rank in ranks if rank < len(row.logits)]
        self.opening = Opening(row.prompt, [*words, row.token(0), row.drawn], 12.8)
        self.opening.move_to([0, 0.4, 0])
        reel = Reel(self.opening, words)
        first = (
            "{text} \u2026 what?" if len(row.prompt) <= SPOKEN else "Here's a text that breaks off."
        )
        with self.beat(
            first,
            "You've got a guess. So does the model.",
            text=row.asked("prompt"),
        ) as said:
            boxes = LaggedStart(
                *[FadeIn(box, shift=RIGHT * 0.2) for box in self.opening.strip], lag_ratio=0.2
            )
            self.play(boxes, run_time=min(1.6, said.left(0)))
            self.play(Create(self.opening.blank), run_time=theme.QUICK)
            self.play(reel.run(max(said.left() - 1.0, 2.4), rate_func=rates.ease_in_out_sine))
            self.remove(reel)
            self.map = map_of(row)
            small = self.opening.animate.scale(32 / self.opening.size).move_to([0, -2.0, 0])
            self.play(small, FadeIn(self.map), run_time=0.8)
        ground = VGroup(self.map, self.opening)
        self.add(ground)
        self.title_card(ground, 2.2)

    def raw_scores(self) -> None:
        row = self.row
        self.pin(self.opening)
        tokens, scores, places = self.table.sampled()
        column = self.column = FallingScores(
            tokens,
            scores,
            left=LEFT,
            scores_end=LEFT + SCORES_END,
            top=FIRST_ROW,
            row=ROW,
            window=SHOWN + 1,
            size=SIZE,
            places=places,
        )
        total = Numeral(row.value("total"), ",.0f", BIG)
        size = BIG * min(1.0, (theme.RIGHT_EDGE - BARS_LEFT - 0.4) / total.advance)
        self.counter = Numeral(row.vocab, ",", size, align="left").place([BARS_LEFT + 0.3, 0.3, 0])
        self.counted = self.under("tokens, each with a raw score")
        with self.beat(
            "But it doesn't answer with a word.",
            "It gives every token a raw score, all {n:round} of them.",
            n=row.vocab,
            hold=0.9,
        ) as said:
            exit_ = self.map.box_of("unembedding", "next token")
            corner = [theme.LEFT_EDGE + self.opening.width / 2, 3.18, 0]
            self.play(
                self.map.light("unembedding", "next token"),
                self.frame.push(exit_, buff=1.2),
                self.opening.animate.move_to(corner),
                run_time=1.5,
            )
            said.until(1)
            self.play(
                self.frame.pull(), self.map.carry(), FadeIn(column, shift=DOWN * 0.6), run_time=1.1
            )
            self.unpin(self.opening)
            self.play(FadeIn(self.counter), FadeIn(self.counted), run_time=theme.QUICK)
            fall = column.fall(column.lowest, 2.2, rate_func=rates.ease_in_out_sine)
            self.play(fall)

    def under(self, text: str) -> Words:
        """What the large number counts."""
        return Words(text, UNDER, theme.SECONDARY).place([BARS_LEFT + 0.35, -0.55, 0])

    def the_highest(self) -> None:
        row, column = self.row, self.column
        self.bars = self.table.bars()
        self.header = ColumnNames(self.bars, LEFT, "token", "raw score", 28)
        signs = Claim(
            maths.is_negative,
            (self.highest,),
            "They're all negative.",
            "Some are positive." if float(row.value("lowest")) >= 0 else "Some are negative.",
        )
        others = self.bars.rows[-1].label
        with self.beat(
            "Here are the {k:words} highest.",
            signs,
            "Add up all of them and you get {total:~}.",
            k=Count(self.logits, "rows shown"),
            total=row.value("total"),
        ) as said:
            self.play(column.fall(0.0, 2.2, rate_func=rates.ease_in_out_sine))
            kept = [VGroup(each.label, each.score) for each in self.bars.rows[: len(self.logits)]]
            beyond = column.rows[len(self.logits) : len(self.logits) + 2]
            for unseen in column.rows[len(self.logits) + 2 :]:
                column.remove(unseen)
            self.play(
                *[FadeOut(each, target_position=others, scale=0.4) for each in beyond],
                *[FadeOut(each) for each in column.places[: len(self.logits)]],
                FadeIn(others),
                FadeIn(self.header),
                run_time=theme.MOVE,
            )
            self.remove(column, *column.rows, *[part for each in column.rows for part in each])
            self.add(*kept)
            said.until(2)
            counter, before, total = self.counter, self.counter.number, row.value("total")
            added = self.under("total of all raw scores")
            self.play(
                Follow(counter, lambda n, share: n.set_between(before, total, share, ",.0f"), 1.2),
                exchange([self.counted], [added], 1.2),
            )
        self.counted = added

    def three_wishes(self) -> None:
        texts = ("positive", "add up to one", "same order")
        self.ticks: list[Any] = []
        self.wishes = [Wish(text, 68) for text in texts]
        for i, wish in enumerate(self.wishes):
            wish.shift([BARS_LEFT + 0.6, 1.3 - i * 1.25, 0])
        with self.beat(
            "Probabilities are positive, and together they make one.",
            "And whoever's ahead stays ahead.",
        ) as said:
            self.play(FadeOut(self.counter), FadeOut(self.counted), run_time=theme.QUICK)
            for mark, wish in zip((0, "together", 1), self.wishes, strict=True):
                said.until(mark)
                self.play(FadeIn(wish, shift=RIGHT * 0.4), run_time=0.7)

    def tick(self, wish: int) -> None:
        """Ticks a wish."""
        mark = self.wishes[wish].tick()
        self.ticks.append(mark.mobject)
        self.play(mark, run_time=0.6)

    def slide(self) -> None:
        """The scores hang from zero; they slide until the highest stands there, and the gaps
        grow."""
        rows = self.bars.rows[:-1]
        heights = [each.bar.get_center()[1] for each in rows]
        self.slope = Slope(self.logits, BARS_LEFT + 0.1, theme.RIGHT_EDGE - 0.2)
        lanes = self.lanes = Lanes(self.slope, heights, rows[0].bar.height, FLOOR, FIRST_ROW + 0.2)
        shift, gaps = Knob("shift", 0.0), Gaps(self.table, self.bars)
        highest = float(self.highest)

        def slid(_: Any, share: float) -> None:
            shift.set_value(highest * share)
            lanes.turn(share, 0.0)
            gaps.measure(shift.setting)

        with self.beat(
            "Slide them all until the highest is at zero.",
            "Now only the gaps are left.",
        ) as said:
            self.play(
                LaggedStart(*in_line(self.wishes, 30 / 68, 2.43), lag_ratio=0.3), run_time=0.9
            )
            self.play(lanes.grow(1.4), gaps.step_aside(1.4))
            self.play(
                Follow(VGroup(lanes, gaps), slid, max(said.left() - 1.3, 1.6), rate_func=smooth)
            )
            self.play(
                Follow(lanes, lambda each, share: each.turn(1.0, share), 1.3),
                self.header.name_bars("gap"),
            )
        gaps.measure(self.highest)

    def powers_of_e(self) -> None:
        lanes = self.lanes
        curve = self.curve = Curve(self.slope, lanes.dots, FLOOR, HIGH)
        factor = derive(maths.exponential, self.setting("step"))
        with self.beat(
            "Send each through a curve, e to the x.",
            "It's always above zero, and keeps the order.",
            "One step left, and it's {e:~} times smaller.",
            e=factor,
            hold=1.4,
        ) as said:
            self.play(lanes.drop(1.1))
            self.remove(lanes)
            self.axis = VGroup(lanes.axis, lanes.tens, lanes.ones)
            self.add(self.axis, curve.below, curve.line, *curve.dots)
            self.play(Create(curve.line), curve.fill(1.1), FadeIn(curve.label), run_time=1.1)
            self.add(*curve.stems, *curve.dots)
            self.play(curve.rise(1.6))
            said.until(1)
            self.tick(0)
            said.until("keeps")
            self.tick(2)
            said.until(2)
            pin = curve.pin()
            self.play(FadeIn(pin), run_time=theme.QUICK)
            self.play(curve.step_down(1.2))
            divided = Words("\u00f7 {e:.3f}", 48, e=factor)
            divided.place(curve.at(-1.0, 0) + [0, -0.62, 0], "center")
            divided.shift([min(theme.RIGHT_EDGE - divided.get_right()[0], 0.0), 0, 0])
            self.play(FadeIn(divided, shift=UP * 0.15), run_time=theme.QUICK)
        self.pin_of_e = VGroup(pin, divided)

    def bars_of_all(self) -> None:
        curve, rows, bars = self.curve, self.bars.rows, self.bars
        gaps = [each.share.number for each in rows[:-1]]
        powers, rest = derive_each(maths.powers, self.logits, self.highest), self.table.rest
        few = derive(maths.total, powers)
        written = derive_each(maths.thousandths, [*powers, rest])  # so that they make the total
        more = Claim(
            maths.is_larger,
            (rest, few),
            "Each is smaller, but together they outweigh our {k:words}.",
            "Each is smaller, and together they come to just this.",
        )

        def turn(_: Any, share: float) -> None:
            for each, gap, power in zip(rows[:-1], gaps, written, strict=False):
                each.share.set_between(gap, power, share, ".3f")

        def grow(_: Any, share: float) -> None:
            bars.unit = self.table.unit_at(share)
            bars.set_shares(powers, rest, written)
            rows[-1].bar.set_length(float(rest) * bars.unit * max(share, 1e-3))

        with self.beat(
            "The heights become bars.",
            "And the other {n:round}?",
            more,
            n=self.others,
            k=Count(self.logits, "rows shown"),
        ) as said:
            gone = VGroup(curve.line, curve.below, curve.label, self.axis, self.pin_of_e)
            self.play(FadeOut(gone), *[FadeOut(dot) for dot in curve.dots], run_time=0.5)
            numerals = VGroup(*[each.share for each in rows[:-1]])
            self.play(
                curve.lower([each.bar for each in rows[:-1]], 1.6),
                Follow(numerals, turn, 1.6),
                self.header.name_bars("e to the gap"),
            )
            self.remove(*curve.stems)
            self.add(*[each.bar for each in rows[:-1]])
            said.until(1)
            rows[-1].bar.set_length(1e-3)
            self.add(rows[-1].bar)
            moving = VGroup(*[each.bar for each in rows], *numerals)
            self.play(Follow(moving, grow, max(said.left() - 0.6, 2.4), rate_func=smooth))
            self.play(FadeIn(rows[-1].share), run_time=theme.QUICK)

    def length_of_one(self) -> None:
        total = self.table.total
        shares, rest = self.table.shares()
        one = derive(maths.total, [*shares, rest])
        far, near = self.bars.unit, self.table.one(self.pulled, self.setting("pull"))
        merged = MergedBars(self.bars, (LEFT, STRIP), far, THICK)
        self.whole = ShareStrip(shares, near, THICK, rest).shift([LEFT, STRIP, 0])
        length = self.length = Numeral(total, ".3f", 44)

        def end(width: float) -> list[float]:
            return [LEFT + width + 0.2, STRIP - 0.14, 0]

        def shrink(numeral: Numeral, share: float) -> None:
            numeral.set_between(total, one, share, ".0f").place(end(merged.unit * float(total)))

        length.place(end(far * float(total)))
        with self.beat(
            "Lay them end to end.",
            "Then shrink it to a length of one.",
            "Now each piece is a probability.",
            "So {word} gets {p:~in}.",
            word=self.row.token(0),
            p=self.row.probability(0),
        ) as said:
            self.add(self.bars)
            self.play(merged.lay(2.0))
            self.play(FadeIn(length), FadeIn(merged), run_time=theme.QUICK)
            said.until(1)
            self.play(merged.shrink(1.6), Follow(length, shrink, 1.6))
            self.tick(1)
            said.until(2)
            self.play(merged.magnify(near, 0.9), Vanish(length, 0.2))
            length.place(end(near))
            self.add(self.whole)
            self.bring_to_back(self.whole)
            self.play(merged.fall(shares, rest, run_time=1.8), self.header.name_bars("probability"))
            length.set_opacity(1)
            self.play(Appear(length), run_time=0.3)
            said.until(3)
            focus = Focus(self.bars.rows[0])
            self.play(Create(focus), run_time=0.6)
        self.play(FadeOut(focus), run_time=theme.QUICK)
        self.merged = merged

    def push_one(self) -> None:
        self.pull, self.shift_knob = Knob("pull", 0.0), Knob("shift", 0.0)

        def state() -> dict[str, Any]:
            return self.table.pushed(self.pulled, self.pull.setting, self.shift_knob.setting)

        with self.beat(
            "Push up just one score.",
            "Now {word} grows, and takes from everybody else.",
            word=self.row.token(self.pulled),
        ) as said:
            focus = Focus(self.bars.rows[self.pulled])
            self.play(Create(focus), run_time=0.6)
            self.add(self.pull, self.shift_knob, self.bars)
            self.bars.follow(state)
            self.whole.follow(state)
            up = float(self.setting("pull"))
            self.sweep(self.pull, up, max(said.left() - 0.8, 1.8), smooth)
            strip = Focus(self.whole, 0.06)
            self.play(ReplacementTransform(focus, strip), run_time=0.6)
        self.sweep(self.pull, 0.0, 1.2, smooth)
        self.play(FadeOut(strip), run_time=theme.QUICK)

    def push_all(self) -> None:
        with self.beat(
            "Add {shift:round} to every score, and nothing happens.",
            "Only the gaps count.",
            shift=self.setting("shift"),
        ) as said:
            focus = Focus(self.bars.scores)
            self.play(Create(focus), run_time=0.5)
            self.sweep(self.shift_knob, float(self.setting("shift")), 1.8, smooth)
            said.until(1)
            self.sweep(self.shift_knob, 0.0, 1.4, smooth)
            self.play(FadeOut(focus), run_time=theme.QUICK)

    def formula(self) -> None:
        """The bars fall back into the strip; the strip comes forward, and the formula is made of
        it."""
        shares = self.table.shares()
        one = self.whole.full
        widen = widening((LEFT, STRIP, one, THICK), LAST, *shares)
        formula = self.written = Formula(
            "p_i = frac({{ e^(x_i) : power }}, {{ sum_j e^(x_j) : total }})",
            120,
            colors={"power": theme.PROBABILITY},
        )
        formula.move_to([beside(self.opening.blank, formula.width), 1.05, 0])
        x, y, long, _ = LAST
        first = float(self.row.probability(0)) * long
        flights = [
            Flight(formula, "power", [x + first / 2, y, 0]),
            Flight(formula, "total", [x + long / 2, y, 0]),
        ]
        rows = self.bars.rows
        texts = [part for row in rows for part in (row.label, row.score, row.share) if part]
        with self.beat(
            "That's softmax.",
            "Raise e to each score, and divide by the sum.",
        ) as said:
            self.bars.clear_updaters()
            self.whole.clear_updaters()
            again = MergedBars(self.bars, (LEFT, STRIP), one, THICK)
            gone = [*texts, self.header, *self.wishes, *self.ticks]
            self.play(again.lay(1.3), FadeOut(self.length, run_time=0.3))
            self.play(*[FadeOut(each) for each in gone], run_time=theme.QUICK)
            self.remove(self.bars, *rows, *self.bars.bars)
            self.play(
                FadeOut(self.merged),
                Follow(self.whole, widen, 1.2),
                FadeIn(formula),
            )
            self.names = names_on(self.whole, rows)
            self.play(FadeIn(self.names), run_time=theme.QUICK)
            said.until(1)
            self.play(flights[0].land(1.2))
            said.until("divide")
            self.play(flights[1].land(1.2))

    def draw(self) -> None:
        row = self.row
        x, y, long, high = LAST
        with self.beat(
            "Now let chance pick one.",
            "This time it's {word}.",
            "So softmax turns any list of scores into probabilities.",
            word=row.drawn,
        ) as said:
            pointer = Pointer(row.u, [x, y + high / 2 + 0.05, 0], long)
            self.play(FadeIn(pointer), run_time=0.3)
            self.play(pointer.run(max(said.left(0), 2.0), rate_func=rates.ease_out_cubic))
            said.until(1)
            word = TokenText(row.drawn, 64, limit=14)
            at = min(max(pointer.shape.get_center()[0], -5.5), 5.5)
            word.place([at, y + high / 2 + 0.6, 0], "center")
            blank = self.opening.blank
            self.play(
                FadeIn(word, shift=UP * 0.5), blank.animate.set_stroke(opacity=0.2), run_time=0.6
            )
            size = self.opening.type_size
            target = self.opening.inside(TokenText(row.drawn, size, limit=14))
            said.until(2)
            self.play(word.animate.set_x(target.get_center()[0]), run_time=0.7)
            self.play(word.animate.scale(size / 64).move_to(target), run_time=0.8)
            lit = blank.animate.set_stroke(opacity=1)
            self.play(FadeOut(pointer), FadeOut(self.map), lit, run_time=theme.QUICK)
            sentence = VGroup(self.opening, word)
            self.play(
                sentence.animate.scale(min(1.5, long / sentence.width)).move_to([0, 2.85, 0]),
                self.written.animate.set_x(0),
                run_time=theme.MOVE,
            )
        self.picture = VGroup(sentence, self.written, self.whole, self.names)
        self.add(self.picture)
