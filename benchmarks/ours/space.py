"""Three axes, sixty labelled arrows, and a camera that turns around them."""

from manim import Scene, linear

from benchmarks import data
from gptviz.drawing.base import theme
from gptviz.drawing.vectors.space import VectorSpace3D


class Space(Scene):
    seconds = data.SECONDS

    def construct(self):
        self.camera.background_color = theme.GROUND
        names = [data.WORDS[i % len(data.WORDS)] for i in range(len(data.POINTS))]
        space = VectorSpace3D(
            names, data.numbers(data.POINTS, "points"), width=13.0, height=7.4, camera=(40.0, 25.0)
        )
        self.add(space)
        self.play(space.turn(90.0, rate_func=linear, run_time=self.seconds))
