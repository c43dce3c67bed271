"""Three axes, sixty labelled arrows, and a camera that turns around them."""

from manim import DEGREES, Arrow, ManimColor, Text, ThreeDAxes, ThreeDScene, VGroup

from benchmarks import data


class Space(ThreeDScene):
    seconds = data.SECONDS

    def construct(self):
        self.camera.background_color = ManimColor("#0E1116")
        self.set_camera_orientation(phi=65 * DEGREES, theta=-50 * DEGREES)
        ticks = (-3, 3, 1)
        axes = ThreeDAxes(ticks, ticks, ticks, x_length=6, y_length=6, z_length=6)
        arrows, labels = VGroup(), VGroup()
        for i, point in enumerate(data.POINTS):
            arrows.add(
                Arrow(axes.c2p(0, 0, 0), axes.c2p(*point), buff=0, stroke_width=3, color="#F2F4F7")
            )
            label = Text(data.WORDS[i % 20], font_size=18).move_to(axes.c2p(*(point * 1.1)))
            labels.add(label)
        self.add(axes, arrows, labels)
        self.add_fixed_orientation_mobjects(*labels)
        self.begin_ambient_camera_rotation(rate=90 * DEGREES / self.seconds)
        self.wait(self.seconds)
        self.stop_ambient_camera_rotation()
