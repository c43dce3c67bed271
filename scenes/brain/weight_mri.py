"""What does a model's memory look like?"""

import numpy as np
from manim import Create, FadeIn, FadeOut, Group, LaggedStart, ReplacementTransform, TransformFromCopy, VGroup, linear

from gptviz import maths
from gptviz.drawing import theme
from gptviz.drawing.attention import AttentionGrid
from gptviz.drawing.bytes import TURNS, ByteChart, headings
from gptviz.drawing.cells import outline
from gptviz.drawing.floors import EndsTable, LayerChart
from gptviz.drawing.heatmap import extremes
from gptviz.drawing.matrices import NumberMatrix
from gptviz.drawing.motion import Dim, Follow, Glide
from gptviz.drawing.stack import PARTS, SizeZoom, WeightStack, times_as_bright, whole_pixels
from gptviz.drawing.text import Words
from gptviz.film import Film
from gptviz.recording import published
from gptviz.recording.number import Claim, Count, derive
from gptviz.recording.requests import AttentionPatterns, WeightPicture

# Left, top, width and height of the picture: with the stage to itself, one of a pair, beside figures.
FULL, LEFT = (-6.15, 2.42, 12.3, 4.68), (-6.05, 2.42, 4.85, 4.68)
PAIR = ((theme.LEFT_EDGE + 0.1, 2.42, 6.2, 4.1), (0.3, 2.42, 6.2, 4.1))
# Of one layer, drawn large: alone, and one above the other.
FLOOR = (theme.LEFT_EDGE, 1.8, 13.2, 3.3)
FLOORS = ((theme.LEFT_EDGE + 0.2, 2.05, 12.8, 1.25), (theme.LEFT_EDGE + 0.2, -0.2, 12.8, 1.25))
BESIDE = (1.2, 1.3, 5.4, 3.4)         # of the picture beside a head's pattern
SIDE = 3                              # rows and columns of the corner that comes first
MEAN, LAYER = "all", "layer {n:d}"


class WeightMRI(Film):
    """What does a model's memory look like?"""

    needs = {"picture": WeightPicture(), "run": AttentionPatterns(prompt="As the spaceship was approaching the")}
    main = "run"
    chains = (("picture", "run"),)

    def construct(self) -> None:
        self.mri, self.run = self.rec["picture"], self.rec["run"]
        self.layers, self.heads = int(self.mri.layers), int(self.mri.heads)
        # All but the darkest and the brightest pixels differ in colour.
        self.span, self.full = np.percentile(self.mri.picture("saturating"), (1.0, 99.5)), self.box(FULL)
        self.corner()
        self.zoom()
        self.as_published()
        self.false_pixels()
        self.bands_and_stripes()
        self.does_it_fade()
        self.the_bright_one()
        if self.heads > 1:
            self.lost_in_noise()
        before = self.run.spotlight("previous") is not None     # a prompt of one token has no token before
        self.clear_stage(*[self.frames] * before)
        if before:
            self.what_it_does()
        self.before_training()

    def corner(self) -> None:
        """A few weights, in numerals; then only their size, as brightness."""
        few, (left, bottom, right, top) = self.mri.corner[:SIDE, :SIDE], self.full
        matrix = NumberMatrix(few, (SIDE, 0), (SIDE, 0), "weights", "+.3f", 72,
                              cell=((right - left) / few.shape[1], (top - bottom) / few.shape[0]))
        matrix.shift([(left + right) / 2, (bottom + top) / 2, 0])
        ground = VGroup(outline(self.full, theme.HAIRLINE, 2.0), matrix.cells)
        with self.beat("These are {n:words} of the numbers that a language model has learned.", shows="picture",
                       n=Count(few.array.ravel(), "weights shown")):
            self.play(FadeIn(ground), LaggedStart(*[FadeIn(run) for run in matrix.runs], lag_ratio=0.15), run_time=1.4)
        mri, rows, columns = self.mri, int(self.mri.rows), int(self.mri.columns)
        window, block, whole = (mri.picture(name) for name in ("window", "block", "saturating"))
        levels = [(window, *window.shape), (block, rows // self.layers, columns), (whole, rows, columns)]
        self.window = SizeZoom(few, levels, self.span, self.full)
        self.written, self.few = self.window.written(72), few.shape
        with self.beat("Keep only their size: the larger, the brighter.", shows="picture"):
            self.add(self.window)
            self.bring_to_back(self.window)
            self.play(FadeOut(ground), FadeOut(matrix.numerals), FadeIn(self.written), run_time=theme.MOVE)

    def zoom(self) -> None:
        """Away from the corner: one layer, then all of them."""
        mri, window = self.mri, self.window
        rows, columns = derive(maths.ratio, mri.rows, mri.layers), mri.columns
        first, last = (corner_label("{r:,} \u00d7 {c:,}", r=high, c=columns) for high in (rows, mri.rows))
        ends = corner_label("{a:.2f} to {b:.2f}", a=mri.lowest, b=mri.highest)
        with self.beat("Step back, and back: one layer's query, key and value weights.", shows="picture", hold=1.0):
            self.play(FadeOut(self.written), self.window.turn_up())
            self.play(window.zoom(self.few, (rows, columns), 3.0))
            self.play(FadeIn(first), run_time=theme.QUICK)
        with self.beat("And now all {l:words} layers: {n:,} weights.", shows="picture", l=mri.layers, n=mri.count,
                       hold=1.5):
            self.play(FadeOut(first), window.zoom((rows, columns), (mri.rows, columns), theme.SLOW))
            self.play(FadeIn(last), run_time=theme.QUICK)
        self.stack = self.picture("saturating", FULL)
        self.add(self.stack)
        self.remove(window)
        with self.beat("They run from {low:.2f} to {high:.2f}. Nobody wrote a single one of them.", shows="picture",
                       low=mri.lowest, high=mri.highest):
            self.play(FadeOut(last), FadeIn(ends), Follow(self.stack, WeightStack.set_light, 2.4))
        self.play(FadeOut(ends), run_time=theme.QUICK)

    def picture(self, name: str, place: tuple, layer: int | None = None) -> WeightStack:
        """One of the recorded pictures, or its floor of one layer, at a place."""
        sizes = self.mri.picture(name) if layer is None else self.mri.array(name)[layer]
        floors, published_so = self.layers if layer is None else 1, name == "wrapped"
        return WeightStack(sizes, floors, self.heads, self.box(place, floors),
                           (0.0, 255.0) if published_so else tuple(self.span), "grey" if published_so else "sequential")

    def box(self, place: tuple, floors: int = 0) -> tuple:
        """The sides of the picture, or of one with so many floors, at a place."""
        return whole_pixels(*place, floors or self.layers, len(PARTS) * self.heads)

    def as_published(self) -> None:
        """One byte that wraps round: how an article drew the same weights."""
        mri = self.mri
        chart = ByteChart(mri.wraps_at, theme.LEFT_EDGE + 0.1, -0.45, 5.9, 2.5)
        with self.beat("One article drew each weight as one byte: its size times {f:,}.", shows="picture",
                       f=published.MRI_FACTOR):
            self.play(self.stack.carry(self.box(PAIR[1])))
            self.play(FadeIn(chart), run_time=theme.QUICK)
            self.play(chart.draw(0.0, 1.0))
        with self.beat("At {w:.2f} the byte is full. Beyond, it starts again from black.", shows="picture",
                       w=mri.wraps_at, hold=1.5):
            self.play(Glide(self.stack, lambda: self.stack.set_lit(theme.DIM), run_time=theme.QUICK))
            self.play(chart.draw(1.0, TURNS, 3.0, rate_func=linear))
            self.play(FadeIn(chart.held), run_time=theme.QUICK)
        self.chart = Group(chart, chart.held)

    def false_pixels(self) -> None:
        """The published picture beside the true one, and where it is false."""
        mri = self.mri
        grey = self.picture("wrapped", PAIR[0]).set_marks(mri.picture("wraps") / 255.0)
        legend = self.stack.legend(*extremes(mri.numbers("saturating")), "value of the byte", theme.RIGHT_EDGE, 3.28)
        names = headings((grey, self.stack), theme.LABEL)
        with self.beat("Left, as published. Right, the same weights without the wrap.", shows="picture", hold=1.5):
            self.play(FadeOut(self.chart), Glide(self.stack, lambda: self.stack.set_lit(1.0), run_time=theme.QUICK))
            self.play(FadeIn(grey), FadeIn(names), FadeIn(legend), run_time=theme.MOVE)
        worst = int(np.argmax(mri.array("wrapped_block")))
        say = Claim(maths.is_larger, (mri.wrapped, mri.value("fresh.wrapped")),
                    "{n:,} of its pixels are false: {s:.2%}. Worst in layer {l:d}: {b:.2%} of its own.",
                    "In this model no weight is so large: none of its pixels is false.")
        with self.beat(say, shows="picture", n=mri.wrapped, s=mri.wrapped_share, b=mri.wrapped_share_of(worst),
                       l=Count.position(worst, range(self.layers), "layer")):
            self.play(Follow(grey, lambda stack, share: stack.set_marked(share), 1.2))
            if float(mri.wrapped) > float(mri.value("fresh.wrapped")):
                self.play(Create(grey.outline(worst)), FadeIn(grey.layer_name(worst)), run_time=theme.MOVE)
        self.clear_stage(self.stack, legend)
        self.key = legend

    def bands_and_stripes(self) -> None:
        """What the columns are, and the rows."""
        stack, mri = self.stack, self.mri
        with self.beat("Left to right: the weights of query, key and value, {c:,} columns each.",
                       shows="picture", c=derive(maths.ratio, mri.columns, Count(PARTS, "parts"))):
            self.play(stack.carry(self.box(FULL)))
            labels = stack.part_labels()
            for part, label in enumerate(labels):
                lit = stack.lit_but((slice(None), part, slice(None)))
                self.play(Glide(stack, lambda lit=lit: stack.set_lit(lit), run_time=0.5), FadeIn(label))
            self.play(Glide(stack, lambda: stack.set_lit(1.0), run_time=0.5))
        numbers = stack.layer_labels()
        with self.beat("Top to bottom: {l:words} layers, a floor for each.", shows="picture", l=mri.layers):
            self.play(LaggedStart(*[FadeIn(number) for number in numbers], lag_ratio=0.2), run_time=1.2)
        floor = self.picture("saturating", FLOOR, layer=0).set_box(stack.box(0))
        with self.beat("And the stripes are heads: {h:words} in each part, {d:,} columns wide.", shows="picture",
                       h=mri.heads, d=mri.value("d_head"), hold=1.0):
            self.add(floor)
            self.play(FadeOut(stack), FadeOut(labels), FadeOut(numbers), floor.carry(self.box(FLOOR, 1)))
            self.play(FadeIn(floor.cuts()), FadeIn(floor.part_labels(theme.STATEMENT)),
                      FadeIn(floor.heading(LAYER, theme.LABEL, n=Count.position(0, range(self.layers), "layer"))),
                      run_time=theme.QUICK)
            self.play(LaggedStart(*[FadeIn(number) for number in floor.head_labels()], lag_ratio=0.04), run_time=1.2)
        self.clear_stage(self.key, floor)
        self.floor = floor

    def does_it_fade(self) -> None:
        """Mean sizes by layer: of all, of query and key, of value."""
        stack, mri = self.stack, self.mri
        stack.set_box(self.box(LEFT))
        numbers, bands = stack.layer_labels(), stack.part_labels()
        heights = [sum(stack.box(layer)[1::2]) / 2 for layer in range(self.layers)]
        series = {MEAN: [mri.mean_abs(layer) for layer in range(self.layers)]}
        series |= {name: [mri.mean_abs(layer, name) for layer in range(self.layers)] for name, _ in PARTS}
        colours = {MEAN: theme.TEXT, **dict(PARTS)}
        chart, table = LayerChart(series, colours, heights, -0.85, 3.0), EndsTable(series, colours, 3.6, 6.6, 1.5)
        name = Words("mean size, by layer", theme.LABEL, theme.SECONDARY).place([-0.85, bands[0].baseline()[1], 0])
        ends = mri.mean_abs(0), mri.mean_abs(self.layers - 1)
        fades = Claim(maths.is_larger, ends,
                      "The article asks why it fades downwards. On average it does: {a:.3f} to {b:.3f}.",
                      "The article saw its picture fade. This one does not: {a:.3f} to {b:.3f}.")
        with self.beat(fades, shows="picture", a=ends[0], b=ends[1]):
            self.play(self.floor.carry(stack.box(0)))
            self.play(FadeIn(stack), FadeIn(numbers), FadeIn(bands), FadeIn(chart), FadeIn(name), FadeIn(table.head),
                      run_time=theme.MOVE)
            self.remove(self.floor)
            scan = chart.scan(stack.sides[0], 3.0)
            self.play(Create(scan), run_time=theme.QUICK)
            self.play(chart.draw(MEAN, 1.8), chart.lower(scan, 1.8))
            self.play(FadeOut(scan), FadeIn(table.rows[MEAN]), run_time=theme.QUICK)
        query, key, value = ((values[0], values[-1]) for values in (series[name] for name, _ in PARTS))
        with self.beat(Claim(maths.moves, ([query, key], [value]), "Query and key do fade, from top to bottom.",
                             "Split it: query and key on their own."), shows="picture"):
            self.play(Dim(chart.lines[MEAN], chart.dots[MEAN], table.rows[MEAN]))
            for name in ("query", "key"):
                self.play(chart.draw(name, 1.2), FadeIn(table.rows[name]))
        turn = Claim(maths.moves, ([query, key], [value]),
                     "But value grows: {a:.3f} to {b:.3f}. Only query and key fade downwards.",
                     "And value: {a:.3f} to {b:.3f}.")
        with self.beat(turn, shows="picture", a=value[0], b=value[1], hold=1.5):
            self.play(chart.draw("value", 1.6), FadeIn(table.rows["value"]))
        self.clear_stage(stack, self.key)

    def the_bright_one(self) -> None:
        """The head that stands out from the others of its layer."""
        stack, mri = self.stack, self.mri
        layer, head = mri.stripe.index
        with self.beat("One head stands out most from its layer, in query and key: layer {l:d}, head {h:d}.",
                       shows="picture", l=mri.stripe.layer, h=mri.stripe.head, hold=1.0):
            self.play(stack.carry(self.box(FULL)))
            frames = VGroup(*[stack.outline(layer, part, head) for part in range(2)])
            lit = stack.lit_but((layer, 0, head), (layer, 1, head))
            self.play(FadeIn(stack.part_labels()), FadeIn(stack.layer_labels()), Create(frames),
                      Glide(stack, lambda: stack.set_lit(lit)), run_time=theme.MOVE)
        self.clear_stage(self.key, stack, frames)
        self.frames = frames

    def lost_in_noise(self) -> None:
        """Its layer as published and as it is: how far the stripe stands out."""
        layer, head = self.mri.stripe.index
        bands = [self.picture(name, FLOORS[i], layer) for i, name in enumerate(("wrapped", "saturating"))]
        names = headings(bands, theme.STATEMENT)
        ratios = [[times_as_bright(self.mri.numbers(name)[layer], part, head, self.heads) for part in range(2)]
                  for name in ("wrapped", "saturating")]
        frames = [VGroup(*[band.outline(0, part, head) for part in range(2)]) for band in bands]
        times = VGroup(*[band.below("{p} \u00d7 {r:.2f}", part, head, p=PARTS[part][0], r=ratio)
                         for band, row in zip(bands, ratios, strict=True) for part, ratio in enumerate(row)])
        sinks = Claim(maths.is_larger, (ratios[1][0], ratios[0][0]),
                      "Its query weights are {a:.2f} times as bright as others'. Published: only {b:.2f}.",
                      "Its query weights are {a:.2f} times as bright as others'. Published: {b:.2f}.")
        with self.beat(sinks, shows="picture", a=ratios[1][0], b=ratios[0][0], hold=1.5):
            self.add(bands[1].set_box(self.stack.box(layer)), self.frames)
            self.play(FadeOut(self.stack), bands[1].carry(self.box(FLOORS[1], 1)),
                      ReplacementTransform(self.frames, frames[1]), run_time=theme.SLOW)
            self.play(FadeIn(bands[0]), FadeIn(names), Create(frames[0]), FadeIn(times), run_time=theme.MOVE)
        self.frames = frames[1]

    def what_it_does(self) -> None:
        """The same head at work: the pattern of a run."""
        run, (layer, head) = self.run, self.mri.stripe.index
        before = run.scores("previous")[layer, head]
        size = theme.LABEL if len(run.prompt) < 12 else theme.SMALL
        grid = AttentionGrid(run.prompt, run.pattern(layer, head), width=6.9, height=5.1, size=size)
        grid.shift([-3.0, 0.4, 0])
        name = Words("layer {l:d}, head {h:d}", 56, theme.FOCUS, l=self.mri.stripe.layer, h=self.mri.stripe.head)
        weight = Words("{w:.2f}", 110, theme.ATTENTION, w=before).place([1.2, 0.0, 0])
        under = Words("of its weight on the token before", theme.LABEL, theme.SECONDARY).place([1.2, -0.6, 0])
        says = Claim(maths.is_nearly_all, (before,), "What does it do? In this text it looks at the token before.",
                     "And what does it do? {w:.2f} of its weight is on the token before.")
        around = VGroup(*[grid.outline() for _ in self.frames])
        with self.beat(says, w=before, hold=1.5):
            self.play(FadeIn(grid), FadeIn(name.place([1.2, 1.7, 0])), ReplacementTransform(self.frames, around))
            self.play(FadeIn(weight), FadeIn(under), run_time=theme.MOVE)
        stack = self.stack.set_box(self.box(BESIDE))
        marks = VGroup(*[stack.outline(layer, part, head) for part in range(2)])
        with self.beat(Claim(maths.is_nearly_all, (before,), "The weights alone had made it stand out, without a text.",
                             "Not every stripe tells what its head is for.")):
            self.play(FadeOut(weight), FadeOut(under), FadeIn(stack), run_time=theme.MOVE)
            self.play(TransformFromCopy(around, marks))
        self.clear_stage(stack)

    def before_training(self) -> None:
        """The same picture of a model that has learned nothing, in the same colours and turned up; then both."""
        mri, pixels = self.mri, self.mri.picture("fresh")
        fresh, learned, key = self.picture("fresh", FULL), self.stack, self.key
        first, last = np.array(self.span), np.array([pixels.min(), pixels.max()], dtype=float)
        with self.beat("Before training, in the same colours: random numbers with a spread of {s:.2f}.",
                       shows="picture", s=mri.fresh_deviation):
            self.play(learned.carry(self.box(FULL)), Glide(learned, lambda: learned.set_lit(1.0)), FadeIn(key))
            self.play(FadeIn(fresh), run_time=theme.SLOW)
        with self.beat("Turned up as bright as it goes: no stripes, no floors.", shows="picture"):
            self.play(FadeOut(key), Follow(fresh, lambda stack, share: stack.set_span(first + (last - first) * share),
                                           1.8))
        ends = [extremes(mri.numbers(name)) for name in ("fresh_mean_abs", "mean_abs")]
        before, after = (derive(maths.ratio, high, low) for low, high in ends)
        with self.beat(Claim(maths.is_larger, (after, before), "Structure is what training leaves behind.",
                             "Here no structure was learned: one picture is as even as the other."), shows="picture",
                       hold=2.0):
            self.remove(learned)
            self.play(fresh.carry(self.box(PAIR[0])))
            learned.set_box(self.box(PAIR[1]))
            names = [fresh.heading("before training, turned up"), learned.heading("after training")]
            means = [Words("mean sizes, part by part: {a:.3f} to {b:.3f}", theme.LABEL, theme.SECONDARY, a=low, b=high)
                     .place([stack.sides[0], stack.sides[1] - 0.35, 0])
                     for stack, (low, high) in zip((fresh, learned), ends, strict=True)]
            self.play(FadeIn(learned), *[FadeIn(text) for text in (*names, *means)], run_time=theme.SLOW)


def corner_label(text: str, **values) -> Words:
    """Words in the right upper corner of the frame."""
    return Words(text, theme.TITLE, **values).place([theme.RIGHT_EDGE, 3.28, 0], "right")
