"""A column of 768 cells, a grid of 12 x 12 cells and a matrix of numbers, through five changes of
state."""

from manim import FadeIn, FadeOut, Scene

from benchmarks import data
from gptviz.drawing.arrays.heatmap import HeatMap
from gptviz.drawing.arrays.matrices import NumberMatrix
from gptviz.drawing.base import theme
from gptviz.drawing.base.motion import Glide


class Grid(Scene):
    seconds = data.SECONDS

    def construct(self):
        self.camera.background_color = theme.GROUND
        columns = data.numbers(data.STATES.reshape(6, 48, 16), "column")
        grids = data.numbers(data.GRIDS, "grid")
        column = HeatMap(columns[0], 2.08, 6.24, "weights", high=3.0).shift([-5.0, 0.0, 0])
        grid = HeatMap(grids[0], 4.08, 4.08, "attention").shift([-1.0, 0.0, 0])
        matrix = self.matrix(0)
        self.add(column, grid, matrix)
        length = self.seconds / 5
        for state in range(1, 6):
            self.play(FadeOut(matrix), run_time=length * 0.15)
            self.play(
                Glide(column, lambda now=columns[state]: column.set_values(now)),
                Glide(grid, lambda now=grids[state]: grid.set_values(now)),
                run_time=length * 0.5,
            )
            matrix = self.matrix(state)
            self.play(FadeIn(matrix), run_time=length * 0.15)
            self.wait(length * 0.2)

    def matrix(self, state):
        numbers = data.numbers(data.MATRICES, "matrix")[state]
        return NumberMatrix(numbers, (6, 0), (8, 0), size=22).shift([4.2, 0.0, 0])
