"""Twenty live bars with their numbers, under a sweep of temperature."""

from manim import Scene, linear

from benchmarks import data
from gptviz import maths
from gptviz.drawing.base import theme
from gptviz.drawing.base.text import Numeral
from gptviz.drawing.chances.bars import ProbabilityBars
from gptviz.drawing.furniture.knob import Knob
from gptviz.recording.address import Place
from gptviz.recording.number import Number, Token, derive_each


class Bars(Scene):
    seconds = data.SECONDS

    def construct(self):
        self.camera.background_color = theme.GROUND
        logits = list(data.numbers(data.LOGITS, "logits"))
        tokens = [
            Token(
                word,
                Number(i, Place.tensor("random", "ids")),
                word.encode(),
                Place.tensor("random", "words"),
            )
            for i, word in enumerate(data.WORDS)
        ]
        knob = Knob("temperature", data.COLDEST)

        def shares():
            return derive_each(maths.softmax, logits, knob.setting)

        bars = ProbabilityBars(
            tokens, shares(), unit=8.0, columns=(2.0, 2.3), row=0.34, size=22, spec=".3f"
        )
        bars.shift([-6.5, 3.4, 0])
        readout = Numeral(knob.setting, ".2f", 40, align="right").place([6.4, 3.2, 0], "right")
        readout.add_updater(lambda numeral: numeral.set_value(knob.setting))
        bars.follow(lambda: {"shares": shares()})
        self.add(knob, bars, readout)
        self.play(knob.animate.set_value(data.WARMEST), run_time=self.seconds, rate_func=linear)
