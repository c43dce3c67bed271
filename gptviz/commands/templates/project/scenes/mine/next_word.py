from manim import DOWN, UP, FadeIn

from gptviz.drawing.chances.bars import ProbabilityBars
from gptviz.drawing.furniture.focus import Focus
from gptviz.drawing.tokens.tokens import TokenStrip
from gptviz.film import Film, Need
from gptviz.recording.families import NextToken
from gptviz.recording.number import Count


class NextWord(Film):
    """Which word comes next?"""

    row = Need(NextToken(prompt="The king said to his", top=5), main=True)
    tokens = (1, 8)

    def construct(self):
        row = self.row
        prompt = TokenStrip(row.prompt).move_to(2 * UP)
        bars = ProbabilityBars(
            row.tokens("top"),
            row.probabilities(),
            unit=6 / row.probability(0),  # the length of a bar for a probability of one
            columns=(2.8, 3),
            row=0.62,
            size=36,
        ).move_to(0.4 * DOWN)
        with self.beat(
            "The model has read {n:words} tokens.", n=Count(row.prompt, "tokens of the prompt")
        ):
            self.play(FadeIn(prompt))
        with self.beat(
            "Its likeliest next word is {word}: {p:.0%}.", word=row.token(0), p=row.probability(0)
        ):
            self.play(FadeIn(bars), FadeIn(Focus(bars.rows[0])))
