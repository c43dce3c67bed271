"""Twenty live bars with their numbers, under a sweep of temperature."""

import numpy as np
from manim import (
    DOWN,
    LEFT,
    RIGHT,
    UR,
    DecimalNumber,
    ManimColor,
    Rectangle,
    Scene,
    Text,
    ValueTracker,
    VGroup,
    linear,
)

from benchmarks import data


class Bars(Scene):
    seconds = data.SECONDS

    def construct(self):
        self.camera.background_color = ManimColor("#0E1116")
        temperature = ValueTracker(data.COLDEST)

        def shares():
            powers = np.exp((data.LOGITS - data.LOGITS.max()) / temperature.get_value())
            return powers / powers.sum()

        rows = VGroup()
        for i, word in enumerate(data.WORDS):
            y = 3.4 - i * 0.34
            label = Text(word, font_size=20).move_to([-6.5, y, 0], aligned_edge=LEFT)
            bar = Rectangle(
                width=1, height=0.24, stroke_width=0, fill_opacity=1, fill_color="#2BB68A"
            )
            number = DecimalNumber(0, num_decimal_places=3, font_size=22, mob_class=Text)

            def follow_bar(bar, i=i, y=y):
                bar.stretch_to_fit_width(max(shares()[i] * 8, 1e-3)).move_to(
                    [-4.2, y, 0], aligned_edge=LEFT
                )

            def follow_number(number, i=i, bar=bar):
                number.set_value(shares()[i]).next_to(bar, RIGHT, buff=0.12)

            bar.add_updater(follow_bar)
            number.add_updater(follow_number)
            rows.add(label, bar, number)
        readout = DecimalNumber(data.COLDEST, num_decimal_places=2, mob_class=Text)
        readout.add_updater(
            lambda number: number.set_value(temperature.get_value()).to_corner(UR).shift(DOWN * 0.2)
        )
        self.add(rows, readout)
        self.play(
            temperature.animate.set_value(data.WARMEST), run_time=self.seconds, rate_func=linear
        )
