"""A sheet of cells and words over which a camera moves all the time: in, along, and out."""

import numpy as np
from manim import (
    RIGHT,
    ManimColor,
    MovingCameraScene,
    Square,
    Text,
    VGroup,
    interpolate_color,
    linear,
)

from benchmarks import data

GROUND, BELOW, ABOVE = (ManimColor(code) for code in ("#0E1116", "#56B4E9", "#E69F00"))


class Camera(MovingCameraScene):
    seconds = data.SECONDS

    def construct(self):
        self.camera.background_color = GROUND
        cells, numbers, words = VGroup(), VGroup(), VGroup()
        for i, value in enumerate(data.STATES[0]):
            share = min(abs(value) / 3, 1)
            colour = interpolate_color(GROUND, ABOVE if value > 0 else BELOW, share)
            cell = Square(0.12, stroke_width=0, fill_opacity=1, fill_color=colour)
            cells.add(cell.move_to([-6 + (i % 16) * 0.13, 3.1 - (i // 16) * 0.13, 0]))
        for (row, column), value in np.ndenumerate(data.MATRICES[0]):
            number = Text(f"{value:+.2f}", font_size=24)
            place = [0.7 + column * 0.68, 2.5 - row * 0.6, 0]
            numbers.add(number.move_to(place, aligned_edge=RIGHT))
        for i, word in enumerate(data.WORDS):
            words.add(Text(word, font_size=24).move_to([-2.5 + i % 5 * 1.9, -2 - i // 5 * 0.5, 0]))
        self.add(cells, numbers, words)
        frame, length = self.camera.frame, self.seconds / 3
        for place, wide in (([-4, 1, 0], 3.56), ([3, 1, 0], 3.56), ([0, 0, 0], 128 / 9)):
            moved = frame.animate(rate_func=linear, run_time=length)
            self.play(moved.move_to(place).set(width=wide))
