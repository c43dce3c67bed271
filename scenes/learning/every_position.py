"""How does it learn?"""

from manim import (
    DOWN,
    LEFT,
    RIGHT,
    UP,
    Create,
    FadeIn,
    FadeOut,
    LaggedStart,
    ReplacementTransform,
    VGroup,
    linear,
)

from gptviz import maths
from gptviz.drawing.base import theme
from gptviz.drawing.base.cells import painted, rectangles
from gptviz.drawing.base.formula import Formula
from gptviz.drawing.base.motion import Follow, Glide
from gptviz.drawing.base.text import Numeral, Words
from gptviz.drawing.chances.curve import Curve
from gptviz.drawing.furniture.figures import FigureLine
from gptviz.drawing.furniture.focus import Focus
from gptviz.drawing.model.learning import FOOT, LABELS, TIGHT, WIDE, Board, Slope
from gptviz.drawing.tokens.flow import TokenFlow, Writing
from gptviz.film import Film, Need
from gptviz.recording.families import EveryPosition, LearningCurve, TrainingStep
from gptviz.recording.number import Claim, Count


class EveryPositionFilm(Film):
    """How does it learn?"""

    positions = Need(EveryPosition(prompt="The cat sat on the mat and looked at the moon."))
    step = Need(TrainingStep(prompt="The cat sat on the mat and looked at the moon.", rate=0.003))
    curve = Need(LearningCurve(prompt="Once upon a time, there was a"), optional=True)
    chains = (("positions", "step"),)

    def construct(self) -> None:
        self.predictions()
        self.losses()
        self.one_step()
        if self.curve is not None:
            self.ages()
            self.close()
        else:
            self.close_without_ages()

    def predictions(self) -> None:
        """Every token is followed by a prediction; the text itself tells the true one."""
        rec, step = self.positions, self.step
        self.board = board = Board(rec, step.after)
        with self.beat(
            "A text of {n:,} tokens. The model reads it once.",
            shows="positions",
            n=Count(rec.prompt, "tokens"),
        ):
            away = (WIDE[1] - WIDE[0]) * UP + LABELS / 2 * LEFT
            board.read.shift(away)
            self.play(
                LaggedStart(*[FadeIn(part) for part in (*board.boxes, *board.gap)], lag_ratio=0.15),
                run_time=1.5,
            )
        with self.beat(
            "Under each token it predicts the next one: all of them at once.", shows="positions"
        ):
            self.play(board.read.animate.shift(-away), FadeIn(board.names[0]))
            self.play(
                FadeIn(board.names[1]),
                LaggedStart(
                    *[FadeIn(guess, shift=DOWN * 0.3) for guess in board.guesses], lag_ratio=0.1
                ),
                run_time=1.6,
            )
        with self.beat(
            "To write, it needs only the last one. To learn, it uses all the others.",
            shows="positions",
        ):
            frame = Focus(board.guesses[-1])
            self.play(Create(frame), run_time=theme.QUICK)
            self.wait(1.0)
            every = Focus(board.guesses)
            self.play(ReplacementTransform(frame, every), run_time=theme.MOVE)
        with self.beat(
            "For these the right answer is known: it is the next token of the text.",
            shows="positions",
        ):
            self.play(FadeOut(every), FadeOut(board.guesses[-1]), run_time=theme.QUICK)
            board.forget_last()
            self.play(FadeIn(board.names[2]), Follow(board.true, board.slide, run_time=1.4))
        best = max(board.shown, key=lambda each: float(each.probability))
        with self.beat(
            "How likely was it? Here {w} had a chance of {p:.1%}.",
            shows="positions",
            w=best.true,
            p=best.probability,
        ):
            self.play(FadeIn(board.chances), FadeIn(board.names[3]), run_time=theme.MOVE)
            self.play(Create(Focus(board.column(best))), run_time=theme.QUICK)
        self.clear_focus()

    def losses(self) -> None:
        """The loss at every position, and the mean."""
        rec, board = self.positions, self.board
        formula = Formula(
            'upright("loss") = - log {{ p : chance }}', 44, colors={"chance": theme.PROBABILITY}
        )
        formula.move_to([0.0, FOOT + 0.12, 0])
        with self.beat(
            "The lower the chance, the larger the loss: minus the logarithm of that chance.",
            shows="positions",
        ):
            self.play(
                *[
                    row.animate.shift((high - low) * UP)
                    for row, low, high in zip(board.rows, WIDE, TIGHT, strict=True)
                ]
            )
            self.play(Follow(board.bars, board.grow), FadeIn(board.names[4]), FadeIn(formula))
        worst = max(board.shown, key=lambda each: float(each.loss))
        self.mean = Words(
            "mean loss {m:,.2f}", theme.TITLE, theme.WRONG, align="center", m=rec.mean_loss
        )
        self.mean.place([0, FOOT, 0], "center")
        with self.beat(
            "The longest bar is the biggest surprise: {w}. On average, the loss is {m:,.2f}.",
            shows="positions",
            w=worst.true,
            m=rec.mean_loss,
        ):
            self.play(
                Create(Focus(board.bars[board.shown.index(worst)])),
                FadeOut(formula),
                run_time=theme.QUICK,
            )
            self.play(FadeIn(self.mean), run_time=theme.MOVE)
        self.clear_focus()

    def one_step(self) -> None:
        """One real step of gradient descent on this text: one weight of it, then all of them."""
        step, board = self.step, self.board
        self.clear_stage()
        hill = Slope(step)
        with self.beat(
            "Every weight has a slope: which way the loss rises. It steps the other way.",
            shows="step",
            hold=4.1,
        ):
            self.play(
                FadeIn(hill.ground),
                Create(hill.line),
                FadeIn(hill.words),
                FadeIn(hill.ball),
                run_time=theme.MOVE,
            )
            self.play(Follow(hill.ball, lambda _, share: hill.set_rolled(share), run_time=1.4))
            self.play(FadeIn(hill.sum), run_time=theme.QUICK)
        self.clear_stage()
        board.keep_outlines()
        count = step.size_of_model("parameters")
        with self.beat(
            "All {n:,} weights take such a step. Then it reads the same text again.",
            shows="step",
            n=count,
        ):
            self.play(FadeIn(board), run_time=theme.QUICK)
            self.play(Glide(board, lambda: board.set_predictions(step.after)))
        gained = Claim(
            maths.all_grew,
            ([each.probability for each in step.before], [each.probability for each in step.after]),
            "Every true token became likelier. The loss fell from {b:,.2f} to {a:,.2f}.",
            "The loss went from {b:,.2f} to {a:,.2f}. Not every true token became likelier.",
        )
        mean = Words(
            "mean loss {b:,.2f} \u2192 {a:,.2f}",
            52,
            theme.WRONG,
            align="center",
            b=step.loss_before,
            a=step.loss_after,
        ).place([0, FOOT - 0.05, 0], "center")
        with self.beat(gained, shows="step", b=step.loss_before, a=step.loss_after):
            self.play(FadeIn(mean), run_time=theme.QUICK)
        self.clear_stage()

    def ages(self) -> None:
        """The same model at several ages."""
        curve, right = self.curve, theme.RIGHT_EDGE - 0.1
        with self.beat(
            "Start again, untrained, and take such steps over a library of stories.", shows="curve"
        ):
            prompt = Words("{p} \u2026", 36, font=theme.TOKEN_FACE, p=curve.asked("prompt"))
            head = VGroup(
                *[
                    Words(text, theme.LABEL, theme.SECONDARY).place([x, 1.75, 0], "right")
                    for text, x in (("steps", theme.LEFT_EDGE + 1.4), ("loss", right))
                ]
            )
            self.play(FadeIn(prompt.place([theme.LEFT_EDGE + 1.75, 2.35, 0])), run_time=theme.MOVE)
            self.play(FadeIn(head), run_time=theme.QUICK)
        spoken = (
            "Untrained, it cannot write.",
            "First it learns which words are common.",
            "Then which words go together.",
            "Then sentences.",
            "Then something like a story.",
        )
        y = 1.2
        for i, age in enumerate(curve.ages):
            flow = TokenFlow([], right - theme.LEFT_EDGE - 3.05, 28, lines=2, leading=1.35)
            flow.shift([theme.LEFT_EDGE + 1.75, y + theme.units(28), 0])
            number = Numeral(age.step, ",", theme.STATEMENT, theme.FOCUS, "right")
            loss = Numeral(age.loss, ".2f", theme.STATEMENT, theme.WRONG, "right")
            tokens = [token for token in age.continuation if token.strip()]
            number.place([theme.LEFT_EDGE + 1.4, y, 0], "right")
            loss.place([right, y, 0], "right")
            with self.beat(spoken[min(i, len(spoken) - 1)], shows="curve"):
                self.play(FadeIn(number), run_time=theme.QUICK)
                self.add(flow)
                self.play(Writing(flow, tokens, run_time=1.4))
                self.play(FadeIn(loss), run_time=theme.QUICK)
            y = flow.bottom - 0.6
        self.clear_stage()

    def close(self) -> None:
        """The loss on text that it never saw, along the training, with what it wrote at its
        ends."""
        curve = self.curve
        ages = curve.ages
        plot = (
            Curve(
                [age.step for age in ages],
                {"": [age.loss for age in ages]},
                11.6,
                3.5,
                {"": theme.WRONG},
                low=0.0,
                x_spec=",",
                y_title="loss on text that it never saw",
                x_title="training steps",
                end_values=False,
                size=theme.LABEL,
            )
            .shift([-5.4, -1.4, 0])
            .set_progress(0)
        )
        spots = [plot.at(*plot.place(float(age.step), float(age.loss))) for age in ages]
        dots = [
            painted(rectangles([[x - 0.07, y - 0.07, x + 0.07, y + 0.07]]), theme.FOCUS)
            for x, y, _ in spots
        ]
        young, old = (
            self.story(age, most, width)
            for age, most, width in ((ages[0], 6, 7.0), (ages[-1], 20, 5.7))
        )
        young.shift(spots[0] + 0.4 * RIGHT)
        old.shift(spots[-1] + 5.7 * LEFT + 1.75 * UP)
        falling = Claim(
            maths.is_falling,
            ([age.loss for age in ages],),
            "On text that it never saw, the loss falls from {a:,.2f} to {b:,.2f}.",
            "On text that it never saw, the loss goes from {a:,.2f} to {b:,.2f}.",
        )
        with self.beat(falling, shows="curve", a=ages[0].loss, b=ages[-1].loss):
            self.play(
                FadeIn(plot.axes), FadeIn(plot.ticks), FadeIn(plot.titles), run_time=theme.QUICK
            )
            self.add(plot)
            self.play(
                Follow(
                    plot, lambda p, share: p.set_progress(share), run_time=2.0, rate_func=linear
                ),
                LaggedStart(*[FadeIn(dot) for dot in dots], lag_ratio=0.6, run_time=2.0),
            )
        with self.beat(
            "Predict, compare, step: {n:,} times.", shows="curve", n=ages[-1].step, hold=2.0
        ):
            self.play(FadeIn(young), run_time=theme.QUICK)
            self.play(FadeIn(old), Create(Focus(dots[-1])), run_time=theme.MOVE)

    def story(self, age, most: int, width: float) -> TokenFlow:
        """The prompt and what a model of some age writes after it."""
        flow = TokenFlow([], width, 28, leading=1.4)
        flow.extend(age.curve.prompt, theme.SECONDARY)
        flow.extend([token for token in age.continuation if token.strip()][:most])
        return flow

    def close_without_ages(self) -> None:
        """Of most models no checkpoint was kept: their one step is all there is to show."""
        step = self.step
        rows = [
            FigureLine(words, number, ",.2f", 0.8 - 1.6 * i, theme.WRONG, words_size=44)
            for i, (words, number) in enumerate(
                (("mean loss before the step", step.loss_before), ("after it", step.loss_after))
            )
        ]
        with self.beat(
            "Of this model no earlier ages were kept. One step is all that can be shown.",
            shows="step",
        ):
            self.play(LaggedStart(*[FadeIn(row) for row in rows], lag_ratio=0.5), run_time=1.2)
        better = Claim(
            maths.is_larger,
            (step.loss_before, step.loss_after),
            "Learning is this step, again and again.",
            "This step was too long. Learning is many smaller ones.",
        )
        with self.beat(better, shows="step", hold=2.0):
            self.play(Create(Focus(rows[-1].number)), run_time=theme.QUICK)

    def clear_focus(self) -> None:
        frames = [mobject for mobject in self.mobjects if isinstance(mobject, Focus)]
        self.play(*[FadeOut(frame) for frame in frames], run_time=theme.QUICK)
