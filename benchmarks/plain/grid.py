"""A column of 768 cells, a grid of 12 x 12 cells and a matrix of numbers, through five changes of
state."""

import numpy as np
from manim import (
    RIGHT,
    FadeIn,
    FadeOut,
    ManimColor,
    Scene,
    Square,
    Text,
    Transform,
    VGroup,
    interpolate_color,
)

from benchmarks import data

GROUND, BELOW, ABOVE, YELLOW = (
    ManimColor(code) for code in ("#0E1116", "#56B4E9", "#E69F00", "#F0E442")
)


class Grid(Scene):
    seconds = data.SECONDS

    def construct(self):
        self.camera.background_color = GROUND
        column, grid, matrix = self.column(0), self.grid(0), self.matrix(0)
        self.add(column, grid, matrix)
        length = self.seconds / 5
        for state in range(1, 6):
            self.play(FadeOut(matrix), run_time=length * 0.15)
            self.play(
                Transform(column, self.column(state)),
                Transform(grid, self.grid(state)),
                run_time=length * 0.5,
            )
            matrix = self.matrix(state)
            self.play(FadeIn(matrix), run_time=length * 0.15)
            self.wait(length * 0.2)

    def column(self, state):
        cells = VGroup()
        for i, value in enumerate(data.STATES[state]):
            share = min(abs(value) / 3, 1)
            colour = interpolate_color(GROUND, ABOVE if value > 0 else BELOW, share)
            cell = Square(0.12, stroke_width=0, fill_opacity=1, fill_color=colour)
            cells.add(cell.move_to([-6 + (i % 16) * 0.13, 3.1 - (i // 16) * 0.13, 0]))
        return cells

    def grid(self, state):
        cells = VGroup()
        for (row, column), value in np.ndenumerate(data.GRIDS[state]):
            cell = Square(
                0.32,
                stroke_width=0,
                fill_opacity=1,
                fill_color=interpolate_color(GROUND, YELLOW, value),
            )
            cells.add(cell.move_to([-2.9 + column * 0.34, 1.9 - row * 0.34, 0]))
        return cells

    def matrix(self, state):
        numbers = VGroup()
        for (row, column), value in np.ndenumerate(data.MATRICES[state]):
            number = Text(f"{value:+.2f}", font_size=24)
            numbers.add(
                number.move_to([2.2 + column * 0.68, 1.5 - row * 0.6, 0], aligned_edge=RIGHT)
            )
        return numbers
