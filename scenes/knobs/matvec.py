"""What is all that computing?"""

from collections.abc import Callable

import numpy as np
from manim import (
    UP,
    Create,
    FadeIn,
    FadeOut,
    LaggedStart,
    ReplacementTransform,
    VGroup,
    VMobject,
    linear,
    smooth,
)

from gptviz.drawing.arrays.heatmap import HeatMap
from gptviz.drawing.arrays.products import DotProduct, MatVec
from gptviz.drawing.base import theme
from gptviz.drawing.base.cells import boxes_of, outline, painted, rectangles, segments, stroked
from gptviz.drawing.base.motion import Dim, Follow, Glide
from gptviz.drawing.base.text import Numeral, Words
from gptviz.drawing.furniture.focus import Focus
from gptviz.drawing.tokens.tokens import TokenStrip, tail
from gptviz.film import Film, Need
from gptviz.recording.families import MatrixVector

ROWS = 6  # of the matrix, as many as are shown
SHOWN = (5, 1)  # terms of a row that are shown: the first ones and the last
WIDE, HIGH = 12.6, 3.9  # the picture of a whole layer
PANEL = (-0.6, -1.6, theme.RIGHT_EDGE, 2.3)  # where multiplications are counted, as areas
LEFT = theme.LEFT_EDGE
INDENT = LEFT + 0.15  # of what is framed: its frame must not leave the safe area


class Matvec(Film):
    """What is all that computing?"""

    product = Need(MatrixVector(prompt="Once upon a time, there was a"), main=True)

    def construct(self) -> None:
        self.rec_ = self.product
        self.one_row()
        self.many_rows()
        self.the_layer()
        self.the_bend()
        self.count()

    def one_row(self) -> None:
        """One real row of weights times one real vector of data, term by term."""
        rec = self.rec_
        self.strip = strip = TokenStrip(tail(rec.prompt, 12.6, 44), 44).move_to([0, 1.45, 0])
        self.drawn_product = product = DotProduct(
            rec.weights(0), rec.data, SHOWN, rec.bias(0), spec="+.3f", size=36
        )
        product.shift([0, 0.35, 0])
        weights, data, _, sums = product.lines
        self.last = last = Focus(strip[-1], 0.05)
        home = data.get_center()
        data.move_to([0, -0.3, 0])
        with self.beat(
            "A model reads a text. Inside, each token becomes a list of numbers.", shows="product"
        ):
            self.play(LaggedStart(*[FadeIn(box) for box in strip], lag_ratio=0.2), run_time=1.2)
            self.play(Create(last), Dim(*strip[:-1]), run_time=theme.QUICK)
            self.play(FadeIn(data, target_position=strip[-1], scale=0.2), run_time=theme.MOVE)
        with self.beat(
            "Grey is what flows through: {n:,} numbers, here for the last token.",
            shows="product",
            n=rec.d_model,
        ):
            self.play(
                strip.animate.scale(theme.LABEL / 44).move_to(
                    [LEFT + strip.width * theme.LABEL / 88, 2.55, 0]
                ),
                data.animate.move_to(home),
                run_time=theme.MOVE,
            )
            self.play(FadeIn(product.names[1], product.signs[1]), run_time=theme.QUICK)
        with self.beat(
            "Blue and orange are weights: fixed in training, the same for every text.",
            shows="product",
        ):
            self.play(FadeIn(weights, product.names[0]), run_time=theme.MOVE)
        start = "One more weight, the bias, is where the sum starts."
        if not rec.anatomy.mlp_biases:
            start = "This model adds no bias: the sum starts at nothing."
        with self.beat(start, shows="product"):
            self.play(FadeIn(product.start, product.names[3]), run_time=theme.MOVE)
        frame = product.term(0)
        steps = np.array([product.term(i).get_center() for i in range(product.terms)])
        with self.beat("Then multiply, pair by pair, and add it all up.", shows="product"):
            self.play(Create(frame), run_time=theme.QUICK)

            def work(group, share: float) -> None:
                product.set_progress(share * product.terms)
                at = share * product.terms
                whole = int(min(at, product.terms - 1))
                slide = (
                    smooth(np.clip((at - whole) * 4 - 3, 0, 1))
                    if whole + 1 < product.terms
                    else 0.0
                )
                frame.move_to(
                    steps[whole] + (steps[min(whole + 1, product.terms - 1)] - steps[whole]) * slide
                )

            self.play(Follow(VGroup(product, frame), work, run_time=4.6, rate_func=linear))
            self.play(FadeOut(frame), run_time=theme.QUICK)
        self.result = Numeral(rec.pre(0), "+.3f", 64, theme.TEXT, "right")
        self.result.place([sums.at(sums.box()[2], 0)[0], -1.9, 0], "right")
        with self.beat(
            "{n:,} more terms are not drawn here. All of them give one number: {r:.3f}.",
            shows="product",
            n=rec.left_out(product.terms),
            r=rec.pre(0),
        ):
            self.play(ReplacementTransform(product.result.copy(), self.result), run_time=theme.MOVE)
            self.play(Create(Focus(self.result, 0.14)), run_time=theme.QUICK)

    def many_rows(self) -> None:
        """The next rows: a matrix times a vector. The row at hand becomes its first, the data stand
        up beside it."""
        rec, one = self.rec_, self.drawn_product
        results = rec.pre_all[rec.array("neurons")]
        product = MatVec(
            rec.numbers("weights"),
            rec.data,
            results,
            (ROWS, 0),
            SHOWN,
            "+.3f",
            32,
            of=(rec.d_mlp, None),
        ).shift([0, 0.25, 0])
        plus = product.signs[1].get_center() + 0.36 * UP
        bias = Words("+ bias", theme.SMALL, theme.SECONDARY, align="center").place(plus, "center")
        weights, data = one.lines[0], one.lines[1]
        with self.beat(
            "That was one row. Each row of weights asks its own question of the same numbers.",
            shows="product",
        ):
            self.clear_stage(self.strip, self.last, weights, data, self.result)
            row = product.matrix.lift_row(0)
            first = product.result.runs[0].copy().set_fill(opacity=1)
            self.play(
                ReplacementTransform(weights, row),
                ReplacementTransform(data, product.vector),
                ReplacementTransform(self.result, first),
                run_time=theme.SLOW,
            )
            frame = product.row_frame(0)
            product.set_progress(1)
            biased = [bias] if rec.anatomy.mlp_biases else []
            self.play(
                FadeIn(product.matrix, product.signs, product.result, *biased),
                Create(frame),
                run_time=theme.MOVE,
            )
            self.remove(row, first)
            self.add(product)
            steps = [product.row_frame(i).get_center() for i in range(product.terms)]

            def work(group, share: float) -> None:
                product.set_progress(1 + share * (product.terms - 1))
                frame.move_to(steps[min(int(1 + share * (product.terms - 1)), product.terms - 1)])

            self.play(Follow(VGroup(product, frame), work, run_time=3.0, rate_func=linear))
        with self.beat(
            "A list goes in, a list comes out: a matrix times a vector"
            + (", plus a bias." if rec.anatomy.mlp_biases else "."),
            shows="product",
        ):
            self.play(ReplacementTransform(frame, Focus(product.result)), run_time=theme.MOVE)
        self.clear_stage()

    def the_layer(self) -> None:
        """All rows of the layer at once."""
        rec = self.rec_
        whole = np.arange(int(rec.d_mlp)).reshape(-1, across(int(rec.d_mlp)))
        self.map = HeatMap(rec.pre_all[whole], WIDE, HIGH, scale="grey").shift([0, 0.5, 0])
        legend = self.map.legend(3.0, ".3f", theme.SMALL, "size, whatever the sign")
        legend.shift([WIDE / 2 - legend.get_right()[0], -1.95 - legend.get_bottom()[1], 0])
        name = Words(
            "layer {l:,}, one matrix: {n:,} rows of {d:,} weights",
            theme.STATEMENT,
            theme.SECONDARY,
            l=rec.layer,
            n=rec.d_mlp,
            d=rec.d_model,
        ).place([-WIDE / 2, -1.95, 0])
        first = int(rec.neuron(0))
        where = self.map.outline(first // whole.shape[1], first % whole.shape[1])
        with self.beat(
            "All {n:,} rows of this matrix: {n:,} answers. Each square is one.",
            shows="product",
            n=rec.d_mlp,
        ):
            self.play(FadeIn(self.map), FadeIn(name), run_time=theme.MOVE)
            self.play(FadeIn(legend), Create(where), run_time=theme.QUICK)
        self.play(FadeOut(legend, where, name), run_time=theme.QUICK)
        self.whole = whole

    def the_bend(self) -> None:
        """Behind the product stands a bend without weights: beside the picture of the layer that
        goes through it."""
        rec, share = self.rec_, 6.9 / WIDE
        bend = Bend(rec.pre_all.array, rec.activation)
        shown = [0] + [row for row in range(ROWS) if float(rec.pre(row)) < 0][:1]
        facts = [
            Words(
                "in {x:.3f}, out {y:.3f}", theme.STATEMENT, x=rec.pre(row), y=rec.activated(row)
            ).place([bend.left, -1.55 - 0.55 * i, 0])
            for i, row in enumerate(shown)
        ]
        with self.beat(
            f"Then a bend, {rec.bend}: what is above zero passes, what is far below is shut out."
            if rec.anatomy.activation != "gelu_new"
            else "Then a bend: what is above zero passes, what is far below is shut out.",
            shows="product",
        ):
            self.play(
                self.map.animate.scale(share).move_to([LEFT + 6.9 / 2, 0.75, 0]),
                run_time=theme.MOVE,
            )
            self.play(FadeIn(bend.axes), Create(bend.curve), run_time=theme.MOVE)
            for row, fact in zip(shown, facts, strict=True):
                dot = bend.dot()
                self.play(FadeIn(dot), run_time=theme.QUICK)
                self.play(
                    Follow(dot, bend.way(float(rec.pre(row))), run_time=theme.SLOW), FadeIn(fact)
                )
        yes = Words("{f:,} of {n:,} above zero", 48, theme.FOCUS, f=rec.firing, n=rec.d_mlp).place(
            [LEFT, -1.2, 0]
        )
        with self.beat(
            "All {n:,} answers go through it. {f:,} of them are above zero.",
            shows="product",
            f=rec.firing,
            n=rec.d_mlp,
        ):
            self.play(
                Glide(
                    self.map,
                    lambda: self.map.set_values(rec.post_all[self.whole]),
                    run_time=theme.SLOW,
                )
            )
            self.play(FadeIn(yes), run_time=theme.QUICK)
        with self.beat(
            "The bend itself holds no weights. There is nothing in it to learn.", shows="product"
        ):
            self.play(Create(Focus(VGroup(bend.axes, bend.curve), 0.15)), run_time=theme.MOVE)
        if rec.anatomy.gated:
            with self.beat(
                "Here a second matrix gives as many answers. Each is multiplied in behind the bend.",
                shows="product",
            ):
                self.play(Create(Focus(self.map, 0.1)), run_time=theme.MOVE)
        self.clear_stage()

    def count(self) -> None:
        """How much of this one token costs: areas, true to count."""
        rec = self.rec_
        lines = (
            ("one row", rec.d_model, theme.TITLE, 2.0),
            ("one matrix", rec.layer_multiplications, 56, 0.8),
            ("the whole model, one token", rec.model_multiplications, 84, -0.6),
        )
        said = [
            VGroup(
                Words(text, theme.STATEMENT, theme.SECONDARY).place([INDENT, y, 0]),
                Numeral(number, ",", size, theme.TEXT).place(
                    [INDENT, y - 0.3 - theme.units(size) * 0.75, 0]
                ),
            )
            for text, number, size, y in lines
        ]
        layer = painted(rectangles(np.array([PANEL])), theme.DATA_LOW)
        line = outline((PANEL[0], PANEL[3], PANEL[2], PANEL[3]), theme.FOCUS, 2.0)
        with self.beat(
            "Count the multiplications. One row: {n:,}.", shows="product", n=rec.d_model
        ):
            self.play(
                FadeIn(said[0]),
                FadeIn(outline(PANEL, theme.HAIRLINE, 2.0)),
                Create(line),
                run_time=theme.MOVE,
            )
        with self.beat("One such matrix: {n:,}.", shows="product", n=rec.layer_multiplications):
            self.play(FadeIn(said[1]), Follow(layer, down, run_time=theme.SLOW))
            self.play(FadeOut(line), run_time=theme.QUICK)
        tiles = mosaic(float(rec.model_multiplications) / float(rec.layer_multiplications))
        key = Words(
            "each tile: as many as one such matrix", theme.LABEL, theme.SECONDARY, align="right"
        )
        key.place([PANEL[2], PANEL[1] - 0.35, 0], "right")
        with self.beat(
            "And the whole model, for this one token: {n:,}.",
            shows="product",
            n=rec.model_multiplications,
        ):
            self.play(ReplacementTransform(layer, tiles[0]), FadeIn(said[2]), run_time=theme.MOVE)
            self.play(
                LaggedStart(*[FadeIn(tile) for tile in tiles[1:]], lag_ratio=0.3),
                FadeIn(key),
                run_time=1.5,
            )
        with self.beat(
            "Weights times numbers, added up, row by row: that is nearly all of it.",
            shows="product",
            hold=2.0,
        ):
            self.play(Create(Focus(said[2][1], 0.14)), run_time=theme.QUICK)


class Bend:
    """The activation's curve over its axes, as wide as the values that go through it."""

    def __init__(self, values: np.ndarray, activation: Callable[[float], float]) -> None:
        self.activation = activation
        self.left, right, floor = 1.0, theme.RIGHT_EDGE - 0.2, -0.75
        self.reach = 1.1 * float(np.abs(values).max())
        self.scale = (right - self.left) / 2 / self.reach
        self.origin = np.array([(self.left + right) / 2, floor, 0])
        xs = np.linspace(-self.reach, self.reach, 241)
        points = np.array([self.at(x, float(activation(x))) for x in xs])
        ends = (
            [self.at(-self.reach, 0), self.at(0, -0.06 * self.reach)],
            [self.at(self.reach, 0), self.at(0, self.reach)],
        )
        self.axes: VMobject = stroked(segments(*ends), theme.SECONDARY, 2.0)
        self.curve: VMobject = stroked(segments(points[:-1], points[1:]), theme.DATA_HIGH, 5.0)

    def at(self, x: float, y: float) -> np.ndarray:
        """The point on screen of a value in and a value out."""
        return self.origin + self.scale * np.array([x, y, 0])

    def dot(self) -> VMobject:
        """A mark at zero."""
        half, point = 0.09, self.at(0, 0)[:2]
        return painted(rectangles(np.concatenate([point - half, point + half])[None]), theme.FOCUS)

    def way(self, x: float) -> Callable[[VMobject, float], None]:
        """Leads a mark along the axis to a value, then up or down to the curve."""

        def lead(dot: VMobject, share: float) -> None:
            along, up = np.clip([share * 2, share * 2 - 1], 0, 1)
            dot.move_to(self.at(x * along, float(self.activation(x)) * up))

        return lead


def across(count: int) -> int:
    """How many squares side by side: of the numbers that divide all of them, the one that makes
    them squarest."""
    wanted = np.sqrt(count * WIDE / HIGH)
    return min(
        (n for n in range(1, count + 1) if count % n == 0), key=lambda n: abs(np.log(n / wanted))
    )


def down(layer: VMobject, share: float) -> None:
    """A layer's area, filled row by row from the top."""
    left, bottom, right, top = PANEL
    layer.points = rectangles(np.array([[left, top - (top - bottom) * share, right, top]]))


def mosaic(layers: float) -> VGroup:
    """Tiles of one size that fill the panel, as many as there are layers, the last a part of
    one."""
    left, bottom, right, top = PANEL
    count = int(np.ceil(layers))
    best = np.sqrt(count * (right - left) / (top - bottom))
    wide = min(
        range(max(int(best * 0.7), 1), int(best * 1.4) + 2),
        key=lambda n: (-count % n, abs(np.log(n / best))),
    )  # the last row as full as can be
    high = np.ceil(count / wide)
    seam = 0.06 * min((right - left) / wide, (top - bottom) / high)
    x, y = (
        (right - left + seam) / wide,
        (top - bottom + seam) / high,
    )  # no seam behind the last ones
    row, column = np.divmod(np.arange(count), wide)
    part = np.minimum(layers - np.arange(count), 1.0)
    at = left + column * x
    boxes = boxes_of(at, top - (row + 1) * y + seam, at + part * (x - seam), top - row * y)
    return VGroup(*[painted(rectangles(box[None]), theme.DATA_LOW) for box in boxes])
