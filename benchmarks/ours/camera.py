"""A sheet of cells and words over which a camera moves all the time: in, along, and out."""

from manim import linear

from benchmarks import data
from gptviz.drawing.arrays.heatmap import HeatMap
from gptviz.drawing.arrays.matrices import NumberMatrix
from gptviz.drawing.base import theme
from gptviz.drawing.base.frame import HOME, FramedScene, View
from gptviz.drawing.base.text import Words


class Camera(FramedScene):
    seconds = data.SECONDS

    def construct(self):
        self.camera.background_color = theme.GROUND
        columns = data.numbers(data.STATES.reshape(6, 48, 16), "column")
        self.add(HeatMap(columns[0], 2.08, 6.24, "weights", high=3.0).shift([-5.0, 0.0, 0]))
        numbers = data.numbers(data.MATRICES, "matrix")[0]
        self.add(NumberMatrix(numbers, (6, 0), (8, 0), size=22).shift([3.2, 1.0, 0]))
        for i, word in enumerate(data.WORDS):
            self.add(Words(word, 24).place([-3 + i % 5 * 1.9, -2 - i // 5 * 0.5, 0]))
        for view in (View(-4.0, 1.0, 4.0), View(3.0, 1.0, 4.0), HOME):
            self.play(self.frame.to(view, self.seconds / 3, rate_func=linear))
