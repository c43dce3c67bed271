from manim import LEFT, UP, FadeIn

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
            row.tokens("top"), [row.probability(rank) for rank in range(5)]
        ).move_to(LEFT)
        with self.beat(
            "The model has read {n:words} tokens.", n=Count(row.prompt, "tokens of the prompt")
        ):
            self.play(FadeIn(prompt))
        with self.beat(
            "Its likeliest next word is {word}: {p:.0%}.", word=row.token(0), p=row.probability(0)
        ):
            self.play(FadeIn(bars), FadeIn(Focus(bars.rows[0])))
