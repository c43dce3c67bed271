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
from gptviz.drawing.base.motion import Follow
from gptviz.drawing.base.text import Numeral, TokenText, Words
from gptviz.drawing.chances.bars import ColumnNames, ShareStrip
from gptviz.drawing.chances.merging import MergedBars
from gptviz.drawing.furniture.focus import Focus
from gptviz.drawing.furniture.knob import Knob
from gptviz.drawing.model.map import map_of
from gptviz.film import Film, Need
from gptviz.recording.families import DrawnToken
from gptviz.recording.number import Claim, Count, derive, derive_each

from .parts import (
    Curve,
    FallingScores,
    Flight,
    Opening,
    Pointer,
    Reel,
    Wish,
    names_on,
    widening,
)
from .table import BARS_START, FIRST_ROW, LEFT, ROW, SCORES_END, SHOWN, SIZE, UNIT, Table

STRIP, THICK = -2.02, 0.4  # the strip's middle and height
ONE = UNIT * 0.8  # the length of one, when the strip has shrunk to it
LONGEST = 2.1  # of the first bar while the curve stands beside it
PULLED = 3  # the row whose score is pushed up
SPOKEN = 12  # tokens of a prompt that is read out


class Softmax(Film):
    """How do raw scores become probabilities?"""

    row = Need(
        DrawnToken(prompt="As the spaceship was approaching the", top=20, sample=24), main=True
    )
    settings = {"step": 1.0, "pull": 2.0, "shift": 100.0}
    cards = True
    waivers = {
        "sweeps:Bar": "a bar's numeral steps over it, out of the way of those that fly",
    }

    def construct(self) -> None:
        self.table = Table(self.row)
        self.logits = self.table.logits
        self.highest = self.row.number("logits", 0)
        self.others = self.table.others
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

    # Scores
    # ---------------------------------------------------------------------------------------------

    def what_comes_next(self) -> None:
        row = self.row
        words = [row.token(rank) for rank in (4, 1, 6, 2, 5, 3) if rank < len(row.logits)]
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
            self.play(reel.run(max(said.left() - 1.2, 2.4), rate_func=rates.ease_in_out_sine))
            self.remove(reel)
            self.map = map_of(row)
            small = self.opening.animate.scale(32 / self.opening.size).move_to([0, -2.0, 0])
            self.play(small, FadeIn(self.map), run_time=1.0)
        ground = VGroup(self.map, self.opening)
        self.add(ground)
        self.title_card(ground, 2.2)

    def raw_scores(self) -> None:
        row = self.row
        self.pin(self.opening)
        tokens, scores, self.places = self.table.sampled()
        column = self.column = FallingScores(
            tokens,
            scores,
            left=LEFT,
            scores_end=LEFT + SCORES_END,
            top=FIRST_ROW,
            row=ROW,
            window=SHOWN + 1,
            size=SIZE,
        )
        self.counter = Numeral(row.vocab, ",", 128, align="left").place([0.9, 0.15, 0])
        self.counted = Words("tokens, each with a raw score", 36, theme.SECONDARY)
        self.counted.place([0.95, -0.6, 0])
        self.count()
        with self.beat(
            "But it doesn't answer with a word.",
            "It gives every token a raw score, all {n:round} of them.",
            n=row.vocab,
            hold=1.0,
        ) as said:
            exit_ = self.map.box_of("unembedding", "next token")
            corner = [theme.LEFT_EDGE + self.opening.width / 2, 3.18, 0]
            self.play(
                self.map.light("unembedding", "next token"),
                self.frame.push(exit_, buff=1.2),
                self.opening.animate.move_to(corner),
                run_time=1.6,
            )
            said.until(1)
            self.play(
                self.frame.pull(),
                self.map.carry(),
                FadeIn(column, shift=DOWN * 0.6),
                FadeIn(self.counter, shift=DOWN * 0.6),
                FadeIn(self.counted, shift=DOWN * 0.6),
                run_time=1.3,
            )
            self.unpin(self.opening)
            fall = column.fall(column.lowest, 2.6, self.count, rate_func=rates.ease_in_out_sine)
            self.play(fall)

    def count(self) -> None:
        """Writes the place of the last score that is seen."""
        self.counter.set_value(self.places[self.column.last_seen])

    def the_highest(self) -> None:
        row, column = self.row, self.column
        self.whole_unit = UNIT / float(self.table.total)
        self.bars = self.table.bars(min(self.whole_unit, LONGEST))
        self.header = ColumnNames(self.bars, LEFT, "token", "raw score")
        signs = Claim(
            maths.is_negative,
            (self.highest,),
            "They're all negative.",
            "Some are positive." if float(row.value("lowest")) >= 0 else "Some are negative.",
        )
        total = Numeral(row.value("total"), ",.0f", 96).place([0.9, 0.15, 0])
        added = Words("all of them added up", 36, theme.SECONDARY).place([0.95, -0.6, 0])
        others = self.bars.rows[-1].label
        with self.beat(
            "Here are the {k:words} highest.",
            signs,
            "Added up, all scores make {total:~}.",
            k=Count(self.logits, "rows shown"),
            total=row.value("total"),
        ) as said:
            self.play(
                column.fall(0.0, 1.8, self.count, rate_func=rates.ease_in_out_sine),
            )
            kept = [VGroup(each.label, each.score) for each in self.bars.rows[: len(self.logits)]]
            beyond = column.rows[len(self.logits) : len(self.logits) + 2]
            for unseen in column.rows[len(self.logits) + 2 :]:
                column.remove(unseen)
            self.play(
                *[FadeOut(each, target_position=others, scale=0.4) for each in beyond],
                FadeIn(others),
                FadeIn(self.header),
                FadeOut(self.counter),
                FadeOut(self.counted),
                run_time=theme.MOVE,
            )
            self.remove(column, *column.rows)
            self.add(*kept)
            said.until(2)
            self.play(FadeIn(total, shift=UP * 0.3), FadeIn(added, shift=UP * 0.3), run_time=0.8)
        self.sum_of_scores = VGroup(total, added)

    def three_wishes(self) -> None:
        texts = ("positive", "exactly one in all", "same order")
        self.ticks: list[Any] = []
        self.wishes = [Wish(text, 54) for text in texts]
        for i, wish in enumerate(self.wishes):
            wish.shift([1.3, 1.1 - i * 1.05, 0])
        with self.beat(
            "Probabilities are positive.",
            "Together they make exactly one.",
            "And whoever's ahead stays ahead.",
        ) as said:
            self.play(FadeOut(self.sum_of_scores), run_time=theme.QUICK)
            for i, wish in enumerate(self.wishes):
                said.until(i)
                self.play(FadeIn(wish, shift=RIGHT * 0.4), run_time=0.7)

    # Powers
    # ---------------------------------------------------------------------------------------------

    def tick(self, wish: int) -> None:
        """Ticks a wish."""
        mark = self.wishes[wish].tick()
        self.ticks.append(mark.mobject)
        self.play(mark, run_time=0.6)

    def slide(self) -> None:
        """The axis slides until the highest score stands at zero."""
        shift = Knob("shift", 0.0)
        scores = self.bars.scores
        differences = [derive(maths.difference, score, self.highest) for score in self.logits]
        curve = self.curve = Curve(
            differences, (self.logits[0], self.logits[-1]), 6.2, -1.2, 5.0, 2.75
        )
        curve.set_offset(float(self.highest))

        def follow(_: Any) -> None:
            now = [derive(maths.difference, score, shift.setting) for score in self.logits]
            self.bars.set_scores(now)
            curve.write(now[0], now[-1])
            curve.set_offset(float(now[0]))

        with self.beat(
            "Only the gaps between scores will matter.",
            "So slide the scale until the highest stands at zero.",
        ) as said:
            row = [
                wish.animate.scale(30 / 54).move_to([x, 2.45, 0], aligned_edge=[-1, 0, 0])
                for wish, x in zip(self.wishes, (-0.6, 1.4, 4.5), strict=True)
            ]
            self.play(*row, run_time=theme.MOVE)
            start = [
                [LEFT + SCORES_END + 0.2, bar.get_center()[1], 0] for bar in self.bars.bars[:-1]
            ]
            coming = curve.coming(start)
            self.play(FadeIn(curve.axis), FadeIn(curve.ticks), coming, run_time=1.6)
            self.play(FadeIn(curve.ends), run_time=theme.QUICK)
            said.until(1)
            scores.add_updater(follow)
            self.add(shift, scores, curve.ticks, curve.ends)
            self.play(
                shift.animate(rate_func=smooth).set_value(float(self.highest)),
                self.header.rename("gap"),
                run_time=max(said.left(), 2.4),
            )
            scores.clear_updaters()
            self.bars.set_scores(differences)
            curve.write(differences[0], differences[-1])

    def powers_of_e(self) -> None:
        curve = self.curve
        factor = derive(maths.exponential, self.setting("step"))
        with self.beat(
            "Now run each one through a curve, e to the power of x.",
            "It's never negative, and it keeps the order.",
            "Each step down is {e:~} times less.",
            e=factor,
            hold=1.6,
        ) as said:
            self.play(Create(curve.line), FadeIn(curve.label), run_time=1.4)
            self.play(curve.rise(1.6), FadeOut(curve.ends))
            said.until(1)
            self.tick(0)
            said.until("keeps")
            self.tick(2)
            said.until(2)
            pin = curve.pin()
            self.play(FadeIn(pin), run_time=theme.QUICK)
            self.play(curve.step_down(1.4))
            divided = Words("\u00f7 {e:.3f}", 36, theme.FOCUS, e=factor)
            divided.place(curve.at(-1.0, 0) + [0, -0.5, 0], "center")
            self.play(FadeIn(divided, shift=UP * 0.15), run_time=theme.QUICK)
        self.pin_of_e = VGroup(pin, divided)

    def bars_of_all(self) -> None:
        curve, rows = self.curve, self.bars.rows
        powers, rest = derive_each(maths.powers, self.logits, self.highest), self.table.rest
        few, narrow = derive(maths.total, powers), self.bars.unit
        written = derive_each(maths.thousandths, [*powers, rest])  # so that they make the total
        more = Claim(
            maths.is_larger,
            (rest, few),
            "Each is tiny, but together they outweigh our {k:words}.",
            "Each is tiny, and together they come to just this.",
        )
        shares = [each.share for each in rows[:-1]]
        with self.beat(
            "The heights become bars.",
            "And the other {n:round}?",
            more,
            n=self.others,
            k=Count(self.logits, "rows shown"),
        ) as said:
            self.play(FadeOut(self.pin_of_e), *[FadeOut(dot) for dot in curve.dots], run_time=0.4)
            lowered = curve.lower([each.bar for each in rows[:-1]], theme.MOVE)
            self.play(LaggedStart(*lowered, lag_ratio=0.18), run_time=2.0)
            self.remove(*curve.stems)
            self.add(*[each.bar for each in rows[:-1]])
            self.play(
                *[FadeIn(share) for share in shares],
                self.header.name_bars("e to that power"),
                FadeOut(VGroup(curve.line, curve.axis, curve.ticks, curve.label)),
                run_time=0.5,
            )
            said.until(1)
            self.add(rows[-1].bar)

            def grow(_: Any, share: float) -> None:
                self.bars.unit = narrow + (self.whole_unit - narrow) * share
                self.bars.set_shares(powers, rest, written)
                rows[-1].bar.set_length(float(rest) * self.bars.unit * max(share, 1e-3))

            moving = VGroup(*[each.bar for each in rows], *shares)
            rows[-1].bar.set_length(1e-3)
            self.play(Follow(moving, grow, max(said.left() - 0.8, 2.4), rate_func=smooth))
            self.play(FadeIn(rows[-1].share), run_time=theme.QUICK)

    # Probabilities
    # ---------------------------------------------------------------------------------------------

    def length_of_one(self) -> None:
        total = self.table.total
        shares, rest = self.table.shares()
        merged = MergedBars(self.bars, (LEFT + BARS_START, STRIP), ONE, THICK)
        self.whole = ShareStrip(shares, ONE, THICK, rest).shift([LEFT + BARS_START, STRIP, 0])
        label = Words("all together", SIZE, theme.SECONDARY).place([LEFT, STRIP - 0.1, 0])
        length = Numeral(total, ".3f", SIZE, align="right")
        length.place([LEFT + SCORES_END, STRIP - 0.1, 0], "right")
        gaps = VGroup(*[each.score for each in self.bars.rows[:-1]])
        for each in self.bars.rows[:-1]:  # the numerals of the bars step aside, into their place
            each.remove(each.score)
            each.score = None
        one = derive(maths.total, [*shares, rest])
        with self.beat(
            "Put everything end to end.",
            "Shrink it until it's exactly one long.",
            "Now each piece is a probability.",
        ) as said:
            self.add(self.bars)
            self.play(FadeOut(gaps), self.header.rename(""), run_time=theme.QUICK)
            self.play(merged.lay(2.4))
            self.play(FadeIn(label), FadeIn(length), FadeIn(merged), run_time=theme.QUICK)
            said.until(1)
            self.play(
                merged.shrink(2.0),
                Follow(length, lambda n, share: n.set_between(total, one, share, ".0f"), 2.0),
            )
            self.tick(1)
            said.until(2)
            self.add(self.whole)
            self.bring_to_back(self.whole)
            self.play(merged.fall(shares, rest, run_time=2.2), self.header.name_bars("probability"))
        self.frame_of_one, self.sum_label = merged, VGroup(label, length)

    def push_one(self) -> None:
        self.pull, self.shift_knob = Knob("pull", 0.0), Knob("shift", 0.0)
        pulled = min(PULLED, len(self.logits) - 1)
        scores = self.table.raw_again(self.bars)

        def state() -> dict[str, Any]:
            now = self.table.pushed(pulled, self.pull.setting, self.shift_knob.setting)
            self.whole.set_shares(now["shares"], now["rest"])
            return now

        with self.beat(
            "Push up just one score.",
            "Now {word} grows, and takes from everybody else.",
            "The total never moves.",
            word=self.row.token(pulled),
        ) as said:
            focus = Focus(self.bars.rows[pulled])
            self.play(Create(focus), FadeIn(scores), self.header.rename("raw score"), run_time=0.8)
            for each, score in zip(self.bars.rows, scores, strict=False):
                each.score = score
                each.add(score)
            self.add(self.pull, self.shift_knob, self.bars)
            self.bars.follow(state)
            up = float(self.setting("pull"))
            self.sweep(self.pull, up, max(said.left(1) - 0.3, 2.0), smooth)
            said.until(2)
            strip = Focus(self.whole)
            self.play(ReplacementTransform(focus, strip), run_time=0.6)
            self.sweep(self.pull, 0.0, 1.5, smooth)
            self.play(FadeOut(strip), run_time=theme.QUICK)

    def push_all(self) -> None:
        with self.beat(
            "Add {shift:round} to every score.",
            "Nothing happens. Only the gaps count.",
            shift=self.setting("shift"),
        ) as said:
            focus = Focus(self.bars.scores)
            self.play(Create(focus), run_time=0.5)
            self.sweep(self.shift_knob, float(self.setting("shift")), 2.4, smooth)
            said.until(1)
            self.sweep(self.shift_knob, 0.0, 1.6, smooth)
            self.play(FadeOut(focus), run_time=theme.QUICK)

    def formula(self) -> None:
        first = self.bars.rows[0]
        formula = Formula(
            "p_i = frac({{ e^(x_i) : power }}, {{ sum_j e^(x_j) : total }})",
            110,
            colors={"power": theme.PROBABILITY},
        ).move_to([4.2, 0.5, 0])
        flights = [
            Flight(
                formula, "power", [float(first.get_right()[0]) + 0.6, first.bar.get_center()[1], 0]
            ),
            Flight(formula, "total", [formula.get_center()[0], -0.9, 0]),
        ]
        with self.beat(
            "That's softmax.",
            "Take e to each score, and divide by the sum.",
            "So {word} gets {p:~in}.",
            word=self.row.token(0),
            p=self.row.probability(0),
            hold=1.0,
        ) as said:
            self.bars.clear_updaters()
            self.play(FadeIn(formula), run_time=0.6)
            said.until(1)
            self.play(flights[0].land(1.2))
            said.until("divide")
            self.play(flights[1].land(1.2))
            said.until(2)
            focus = Focus(first)
            self.play(Create(focus), run_time=0.6)
        self.play(FadeOut(focus), FadeOut(formula), run_time=theme.QUICK)

    def draw(self) -> None:
        row = self.row
        left = self.whole.get_left()
        place = Claim(
            maths.less,
            (row.rank, Count(self.logits, "rows shown")),
            "This time it's {word}.",
            "This time it's {word}, out among the others.",
        )
        with self.beat(
            "Now roll the dice.",
            place,
            "So softmax turns any list of scores into probabilities.",
            word=row.drawn,
        ) as said:
            gone = [self.bars, self.header, *self.wishes, *self.ticks, self.frame_of_one]
            self.play(*[FadeOut(each) for each in [*gone, self.sum_label]], run_time=0.5)
            long, high = theme.RIGHT_EDGE - theme.LEFT_EDGE - 0.4, 0.9
            x, y = theme.LEFT_EDGE + 0.2, -0.2
            small, large = (left[0], STRIP, ONE, THICK), (x, y, long, high)
            widen = widening(small, large, *self.table.shares())
            self.play(Follow(self.whole, widen, 1.4))
            pointer = Pointer(row.u, [x, y + high / 2 + 0.05, 0], long)
            names = names_on(self.whole, [*self.bars.labels], 30)
            self.play(FadeIn(pointer), FadeIn(names), run_time=theme.QUICK)
            said.until("dice")
            self.play(pointer.run(2.6, rate_func=rates.ease_out_cubic))
            said.until(1)
            word = TokenText(row.drawn, 64, limit=14)
            at = min(max(pointer.shape.get_center()[0], -5.5), 5.5)
            word.place([at, y + high / 2 + 0.7, 0], "center")
            blank = self.opening.blank
            self.play(
                FadeIn(word, shift=UP * 0.5), blank.animate.set_stroke(opacity=0.2), run_time=0.6
            )
            size = self.opening.type_size
            target = self.opening.inside(TokenText(row.drawn, size, limit=14))
            self.play(word.animate.scale(size / 64).move_to(target), run_time=1.2)
            self.play(FadeOut(pointer), FadeOut(names), run_time=0.3)
            self.play(
                blank.animate.set_stroke(opacity=1),
                Follow(self.whole, lambda strip, share: widen(strip, 1 - share), 1.0),
            )
            self.play(FadeIn(self.bars), FadeIn(self.header), run_time=0.6)
        self.picture = VGroup(self.bars, self.header, self.whole)
        self.add(self.picture)
