"""What is all that computing?"""

import numpy as np
from manim import Create, FadeIn, FadeOut, LaggedStart, ReplacementTransform, VMobject, linear

from gptviz import maths
from gptviz.drawing import theme
from gptviz.drawing.cells import segments, stroked
from gptviz.drawing.focus import Focus
from gptviz.drawing.heatmap import HeatMap
from gptviz.drawing.motion import Follow, Glide
from gptviz.drawing.products import DotProduct, MatVec
from gptviz.drawing.text import Numeral, Words
from gptviz.drawing.tokens import TokenStrip, tail
from gptviz.film import Film
from gptviz.recording.requests import MatrixVector

ROWS = 6                                  # of the matrix, as many as are shown
ACROSS = 64                               # neurons side by side in the picture of a whole layer


class Matvec(Film):
    """What is all that computing?"""

    needs = {"product": MatrixVector(prompt="Once upon a time, there was a")}
    main = "product"

    def construct(self) -> None:
        self.rec_ = self.rec["product"]
        self.one_row()
        self.many_rows()
        self.the_layer()
        self.the_bend()
        self.count()

    def one_row(self) -> None:
        """One real row of weights times one real vector of data, term by term."""
        rec = self.rec_
        strip = TokenStrip(tail(rec.prompt, 12.6, 40), 40).move_to([0, 1.0, 0])
        with self.beat("A model reads a text. Inside, each token becomes a list of numbers.", shows="product"):
            self.play(LaggedStart(*[FadeIn(box) for box in strip], lag_ratio=0.2), run_time=1.2)
        product = DotProduct(rec.weights(0), rec.data, (6, 1), rec.bias(0), spec="+.3f", size=30).shift([0, 0.1, 0])
        lines = product.lines
        data, weights = Focus(lines[1]), Focus(lines[0])
        with self.beat("Grey is what flows through: {n:,} numbers, here for the last token.", shows="product",
                       n=rec.d_model):
            self.play(strip.animate.scale(theme.LABEL / 40).move_to([theme.LEFT_EDGE + strip.width * 0.325, 2.7, 0]),
                      FadeIn(product), run_time=theme.MOVE)
            self.play(Create(data), run_time=theme.QUICK)
        with self.beat("Blue and orange are weights: fixed in training, the same for every text.", shows="product"):
            self.play(ReplacementTransform(data, weights), run_time=theme.MOVE)
        with self.beat("Multiply them, pair by pair, and add it all up.", shows="product"):
            self.play(FadeOut(weights), run_time=theme.QUICK)
            self.play(Follow(product, lambda p, share: p.set_progress(share * p.terms), run_time=4.0,
                             rate_func=linear))
        result = Focus(product.result)
        with self.beat("{n:,} more terms are not drawn here. All of them give one number: {r:.3f}.", shows="product",
                       n=rec.left_out(product.terms), r=rec.pre(0)):
            self.play(Create(result), run_time=theme.QUICK)
        self.play(FadeOut(product), FadeOut(result), run_time=theme.QUICK)

    def many_rows(self) -> None:
        """The next rows: a matrix times a vector."""
        rec = self.rec_
        results = rec.pre_all[rec.array("neurons")]
        names = [rec.neuron(row) for row in range(len(results))]
        product = MatVec(rec.numbers("weights"), rec.data, results, (ROWS, 0), (5, 1), size=32, of=(rec.d_mlp, None),
                         row_names=names).shift([0, 0.1, 0])
        with self.beat("That was one row. Each row of weights asks its own question of the same numbers.",
                       shows="product"):
            self.play(FadeIn(product), run_time=theme.MOVE)
            self.play(Follow(product, lambda p, share: p.set_progress(share * p.terms), run_time=2.5,
                             rate_func=linear))
        with self.beat("A list goes in, a list comes out: a matrix times a vector.", shows="product"):
            self.play(Create(Focus(product.result)), run_time=theme.MOVE)
        self.clear_stage()

    def the_layer(self) -> None:
        """All rows of the layer at once."""
        rec = self.rec_
        whole = np.arange(int(rec.d_mlp)).reshape(-1, min(ACROSS, int(rec.d_mlp)))
        self.map = HeatMap(rec.pre_all[whole], 10.6, 3.4, scale="grey").shift([0, 0.55, 0])
        legend = self.map.legend(2.6, ".2f", title="size, whatever the sign").move_to([4.5, -1.85, 0])
        name = Words("layer {l:,}: {n:,} rows of {d:,} weights", theme.STATEMENT, theme.SECONDARY, l=rec.layer,
                     n=rec.d_mlp, d=rec.d_model).place([-5.3, -1.9, 0])
        with self.beat("The whole layer: {n:,} rows, {n:,} answers. Each square is one.", shows="product",
                       n=rec.d_mlp):
            self.play(FadeIn(self.map), FadeIn(name), run_time=theme.MOVE)
            self.play(FadeIn(legend), run_time=theme.QUICK)
        self.legend, self.name, self.whole = legend, name, whole

    def the_bend(self) -> None:
        """Behind the product stands a bend without weights."""
        rec = self.rec_
        with self.beat("Then a bend: what is above zero passes, what is below is almost shut out.", shows="product"):
            self.play(FadeOut(self.legend), run_time=theme.QUICK)
            self.play(Glide(self.map, lambda: self.map.set_values(rec.post_all[self.whole]), run_time=theme.SLOW))
        with self.beat("{f:,} of the {n:,} say yes to this token.", shows="product", f=rec.firing, n=rec.d_mlp):
            yes = Words("{f:,} above zero", theme.TITLE, theme.FOCUS, f=rec.firing).place([2.4, -1.95, 0])
            self.play(FadeIn(yes), run_time=theme.QUICK)
        self.clear_stage()
        bend = gelu_curve()
        before = Words("in {x:.2f}", theme.TITLE, theme.SECONDARY, x=rec.pre(0)).place([1.6, 1.0, 0])
        after = Words("out {y:.2f}", theme.TITLE, theme.TEXT, y=rec.activated(0)).place([1.6, 0.2, 0])
        without = Words("no weights here", theme.STATEMENT, theme.SECONDARY).place([1.6, -0.6, 0])
        with self.beat("The bend holds no weights at all. It has nothing to learn.", shows="product"):
            self.play(FadeIn(bend[0]), Create(bend[1]), run_time=theme.MOVE)
            self.play(FadeIn(before), FadeIn(after), FadeIn(without), run_time=theme.QUICK)
        self.clear_stage()

    def count(self) -> None:
        """How much of this one token costs."""
        rec = self.rec_
        lines = (("one row", rec.d_model), ("one layer", rec.layer_multiplications),
                 ("the whole model, one token", rec.model_multiplications))
        rows = []
        for i, (text, number) in enumerate(lines):
            y = 1.5 - i * 1.25
            size = (theme.TITLE, 56, 84)[i]
            rows.append((Words(text, theme.TITLE, theme.SECONDARY).place([-5.6, y, 0]),
                         Numeral(number, ",", size, theme.TEXT, "right").place([5.6, y, 0], "right")))
        with self.beat("Count the multiplications. One row: {n:,}.", shows="product", n=rec.d_model):
            self.play(FadeIn(rows[0][0]), FadeIn(rows[0][1]), run_time=theme.QUICK)
        with self.beat("One such layer: {n:,}.", shows="product", n=rec.layer_multiplications):
            self.play(FadeIn(rows[1][0]), FadeIn(rows[1][1]), run_time=theme.QUICK)
        with self.beat("And the whole model, for this one token: {n:,}.", shows="product",
                       n=rec.model_multiplications):
            self.play(FadeIn(rows[2][0]), FadeIn(rows[2][1]), run_time=theme.QUICK)
        with self.beat("Rows times numbers, added up. Nearly all of it is this.", shows="product", hold=2.0):
            self.play(Create(Focus(rows[2][1])), run_time=theme.QUICK)


def gelu_curve() -> tuple[VMobject, VMobject]:
    """The axes and the curve of the activation, from minus four to four."""
    xs = np.linspace(-4, 4, 161)
    scale, origin = np.array([0.62, 0.62]), np.array([-3.4, -0.9])
    places = np.stack([xs, maths.gelu_new(xs)], axis=1) * scale + origin
    points = np.column_stack([places, np.zeros(len(places))])
    ends = np.array([[[-4, 0], [4, 0]], [[0, -0.6], [0, 4.2]]]) * scale + origin
    flat = np.concatenate([ends, np.zeros((2, 2, 1))], axis=2)
    axes = stroked(segments(flat[:, 0], flat[:, 1]), theme.HAIRLINE, 2.0)
    return axes, stroked(segments(points[:-1], points[1:]), theme.DATA_HIGH, 5.0)
