"""How does it learn?"""

import numpy as np
from manim import DOWN, Create, FadeIn, FadeOut, LaggedStart, VGroup, linear

from gptviz import maths
from gptviz.drawing import theme
from gptviz.drawing.bars import Bar
from gptviz.drawing.curve import Curve
from gptviz.drawing.flow import TokenFlow, Writing
from gptviz.drawing.focus import Focus
from gptviz.drawing.formula import Formula
from gptviz.drawing.motion import Appear, Follow, Glide
from gptviz.drawing.text import Numeral, TokenText, Words
from gptviz.drawing.tokens import TokenBox
from gptviz.film import Film
from gptviz.recording.number import Claim, Count
from gptviz.recording.requests import EveryPosition, LearningCurve, TrainingStep

COLUMNS = 11                              # predictions that have room side by side
TOP, GUESS, CHANCE, BARS = 2.35, 1.55, 0.95, 0.6    # heights of tokens, guesses, chances and of the bars' upper ends
LONGEST = 2.3                             # of a loss bar, in units
LABELS = 1.2                              # room for the rows' names, in units


class EveryPositionFilm(Film):
    """How does it learn?"""

    needs = {
        "positions": EveryPosition(prompt="The cat sat on the mat and looked at the moon."),
        "step": TrainingStep(prompt="The cat sat on the mat and looked at the moon.", rate=0.003),
        "curve": LearningCurve(prompt="Once upon a time, there was a"),
    }
    chains = (("positions", "step"),)

    def construct(self) -> None:
        self.predictions()
        self.losses()
        self.one_step()
        self.ages()
        self.close()

    def predictions(self) -> None:
        """Every token is followed by a prediction."""
        rec = self.rec["positions"]
        self.shown = rec.predictions[:COLUMNS]
        self.board = Board(rec.prompt, self.shown)
        board = self.board
        with self.beat("A text of {n:,} tokens, read once.", shows="positions", n=Count(rec.prompt, "tokens")):
            self.play(FadeIn(board.names[0]), LaggedStart(*[FadeIn(box) for box in board.boxes], lag_ratio=0.15),
                      run_time=1.5)
        with self.beat("Behind each of them the model predicts what comes next. All at once.", shows="positions"):
            self.play(FadeIn(board.names[1]), LaggedStart(*[FadeIn(guess, shift=DOWN * 0.15)
                                                            for guess in board.guesses], lag_ratio=0.1), run_time=1.8)
        with self.beat("To write, only the last one counts. To learn, all of them do.", shows="positions"):
            self.play(Create(Focus(board.guesses)), run_time=theme.MOVE)
        self.clear_focus()
        first = self.shown[1] if len(self.shown) > 1 else self.shown[0]
        with self.beat("For the true next token is known: it stands in the text. Here {w} had {p:.1%}.",
                       shows="positions", w=first.true, p=first.probability):
            self.play(FadeIn(board.chances), FadeIn(board.names[2]), run_time=theme.MOVE)
            self.play(Create(Focus(board.chances[min(1, len(self.shown) - 1)])), run_time=theme.QUICK)
        self.clear_focus()

    def losses(self) -> None:
        """The loss at every position, and the mean."""
        rec, board = self.rec["positions"], self.board
        formula = Formula("upright(\"loss\") = - log {{ p : chance }}", 44, colors={"chance": theme.PROBABILITY})
        formula.move_to([0.0, -2.0, 0])
        with self.beat("Each miss is measured: minus the log of that chance. The bar is the loss.", shows="positions"):
            self.play(LaggedStart(*[FadeIn(bar) for bar in board.bars], lag_ratio=0.08), FadeIn(formula),
                      FadeIn(board.names[3]), run_time=1.5)
        worst = max(self.shown, key=lambda each: float(each.loss))
        mean = Words("mean loss {m:.2f}", theme.TITLE, theme.WRONG, align="center", m=rec.mean_loss)
        mean.place([0, -2.1, 0], "center")
        with self.beat("The longest: nobody expected {w} here. Their mean is {m:.2f}.", shows="positions", w=worst.true,
                       m=rec.mean_loss):
            self.play(FadeOut(formula), Create(Focus(board.bars[self.shown.index(worst)])), FadeIn(mean),
                      run_time=theme.MOVE)
        self.clear_focus()
        self.mean = mean

    def one_step(self) -> None:
        """One real step of gradient descent on this text."""
        step, board = self.rec["step"], self.board
        line = Words("{name}: {b:+.4f}   slope {g:+.2f}   then {a:+.4f}", theme.STATEMENT, theme.TEXT, align="center",
                     name=step.weight_name, b=step.weight_before, g=step.weight_gradient, a=step.weight_after)
        line.place([0, -2.1, 0], "center")
        with self.beat("Each weight has a slope: which way the loss would rise. It steps against it.",
                       shows="step"):
            self.play(FadeOut(self.mean), run_time=theme.QUICK)
            self.play(FadeIn(line), run_time=theme.MOVE)
        with self.beat("All of them at once, one small step. The same text again:", shows="step"):
            self.play(FadeOut(line), run_time=theme.QUICK)
            self.play(Glide(board, lambda: board.set_predictions(step.after[:COLUMNS])))
        gained = Claim(maths.all_grew, ([each.probability for each in step.before],
                                        [each.probability for each in step.after]),
                       "Every true token gained. The loss fell from {b:.2f} to {a:.2f}.",
                       "The loss went from {b:.2f} to {a:.2f}; not every token gained.")
        mean = Words("{b:.2f} \u2192 {a:.2f}", 64, theme.PROBABILITY, align="center", b=step.loss_before,
                     a=step.loss_after).place([0, -2.15, 0], "center")
        with self.beat(gained, shows="step", b=step.loss_before, a=step.loss_after):
            self.play(FadeIn(mean), run_time=theme.QUICK)
        self.clear_stage()

    def ages(self) -> None:
        """The same model at several ages."""
        curve = self.rec["curve"]
        with self.beat("Now let it take such steps over a whole library of children's stories.", shows="curve"):
            prompt = Words("{p} \u2026", theme.STATEMENT, font=theme.TOKEN_FACE, p=curve.asked("prompt"))
            self.play(FadeIn(prompt.place([theme.LEFT_EDGE + 0.1, 2.4, 0])), run_time=theme.MOVE)
        head = VGroup(Words("steps", theme.SMALL, theme.SECONDARY).place([theme.LEFT_EDGE + 1.3, 1.82, 0], "right"),
                      Words("loss", theme.SMALL, theme.SECONDARY).place([theme.RIGHT_EDGE - 0.1, 1.82, 0], "right"))
        self.play(FadeIn(head), run_time=theme.QUICK)
        spoken = ("Untrained, it cannot write.", "First it learns which words are common.",
                  "Then which words go together.", "Then sentences.", "Then something like a story.")
        for i, age in enumerate(curve.ages):
            y = 1.4 - i * 0.78
            flow = TokenFlow([], theme.RIGHT_EDGE - theme.LEFT_EDGE - 3.2, 28, lines=2, leading=1.35)
            flow.shift([theme.LEFT_EDGE + 1.7, y + 0.22, 0])
            number = Numeral(age.step, ",", theme.STATEMENT, theme.FOCUS, "right")
            loss = Numeral(age.loss, ".2f", theme.STATEMENT, theme.PROBABILITY, "right")
            tokens = [token for token in age.continuation if token.strip()][:20]
            number.place([theme.LEFT_EDGE + 1.3, y, 0], "right")
            loss.place([theme.RIGHT_EDGE - 0.1, y, 0], "right")
            said = spoken[min(i, len(spoken) - 1)]
            with self.beat(said, shows="curve"):
                self.play(FadeIn(number), run_time=theme.QUICK)
                self.add(flow)
                self.play(Writing(flow, tokens, run_time=1.4))
                self.play(FadeIn(loss), run_time=theme.QUICK)
        self.clear_stage()

    def close(self) -> None:
        """The loss on text that it never saw, along the training."""
        curve = self.rec["curve"]
        ages = curve.ages
        plot = Curve([age.step for age in ages], {"": [age.loss for age in ages]}, 10.2, 3.2, {"": theme.PROBABILITY},
                     low=0.0, x_spec=",", y_title="loss on text that it never saw", x_title="training steps",
                     end_values=False, size=theme.LABEL).shift([-5.0, -1.35, 0]).set_progress(0)
        self.add(plot)
        falling = Claim(maths.is_falling, ([age.loss for age in ages],),
                        "On text that it never saw, the loss falls from {a:.2f} to {b:.2f}.",
                        "On text that it never saw, the loss goes from {a:.2f} to {b:.2f}.")
        with self.beat(falling, shows="curve", a=ages[0].loss, b=ages[-1].loss):
            self.play(Follow(plot, lambda p, share: p.set_progress(share), run_time=2.5, rate_func=linear))
        with self.beat("Learning is this, {n:,} times.", shows="curve", n=ages[-1].step, hold=2.0):
            plot.set_cursor(len(ages) - 1, written=False)
            self.play(Appear(plot.cursor), run_time=theme.QUICK)

    def clear_focus(self) -> None:
        frames = [mobject for mobject in self.mobjects if isinstance(mobject, Focus)]
        self.play(*[FadeOut(frame) for frame in frames], run_time=theme.QUICK)


class Board(VGroup):
    """A text with, under each token, the likeliest next one, the chance of the true one, and its loss as a bar."""

    def __init__(self, tokens, predictions) -> None:
        super().__init__()
        width = (theme.RIGHT_EDGE - theme.LEFT_EDGE - LABELS) / COLUMNS
        left = theme.LEFT_EDGE + LABELS + width / 2
        self.names = VGroup(*[Words(text, theme.SMALL, theme.SECONDARY).place([theme.LEFT_EDGE, y, 0])
                              for text, y in (("read", TOP - 0.06), ("expects", GUESS), ("true one", CHANCE),
                                              ("loss", BARS - 0.2))])
        self.boxes, self.guesses, self.chances, self.bars = VGroup(), VGroup(), VGroup(), VGroup()
        self.scale_ = LONGEST / max(float(each.loss) for each in predictions)
        for i, each in enumerate(predictions):
            x = left + i * width
            self.boxes.add(TokenBox(tokens[each.index], 24, limit=7).move_to([x, TOP, 0]))
            guess = TokenText(each.row.token(0), 24, theme.PROBABILITY, limit=7)
            self.guesses.add(guess.place([x, GUESS, 0], "center"))
            self.chances.add(Numeral(each.probability, ".1%", 24, theme.TEXT, "center").place(
                [x, CHANCE, 0], "center"))
            bar = Bar(0.42, float(each.loss) * self.scale_, theme.WRONG)
            self.bars.add(bar.move_to([x, BARS - float(each.loss) * self.scale_ / 2, 0]))
        self.add(self.names, self.boxes, self.guesses, self.chances, self.bars)

    def set_predictions(self, predictions) -> None:
        """Shows what was expected of the same text at another time; the likeliest tokens too."""
        for chance, bar, each in zip(self.chances, self.bars, predictions, strict=True):
            chance.set_value(each.probability)
            self._set_height(bar, float(each.loss) * self.scale_)
        for i, each in enumerate(predictions):
            x = self.guesses[i].baseline("center")[0]
            guess = TokenText(each.row.token(0), 24, theme.PROBABILITY, limit=7)
            self.guesses.submobjects[i] = guess.place([x, GUESS, 0], "center")

    def _set_height(self, bar: Bar, height: float) -> None:
        bar.points[:, 1] = np.where(bar.points[:, 1] > BARS - 1e-6, BARS, BARS - max(height, 1e-3))

    def glide_state(self) -> np.ndarray:
        return np.array([np.ptp(bar.points[:, 1]) for bar in self.bars])

    def glide_to(self, state: np.ndarray) -> None:
        for bar, height in zip(self.bars, state, strict=True):
            self._set_height(bar, float(height))
