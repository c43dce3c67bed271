"""What does a model's memory look like?"""

import numpy as np
from manim import Create, FadeIn, FadeOut, Group, LaggedStart, ReplacementTransform, VGroup, linear

from gptviz import maths
from gptviz.drawing.arrays.bytes import TURNS, ByteChart, headings
from gptviz.drawing.arrays.heatmap import extremes
from gptviz.drawing.arrays.matrices import NumberMatrix
from gptviz.drawing.arrays.windows import positions
from gptviz.drawing.base import theme
from gptviz.drawing.base.cells import outline
from gptviz.drawing.base.motion import Dim, Follow, Glide, exchange
from gptviz.drawing.base.text import Words
from gptviz.drawing.heads.attention import AttentionGrid
from gptviz.drawing.heads.headmap import head_name
from gptviz.drawing.model import weight_legends
from gptviz.drawing.model.stack import PARTS, Stripes, WeightStack, times_as_bright, whole_pixels
from gptviz.film import Film, Need
from gptviz.recording import published
from gptviz.recording.address import Printed
from gptviz.recording.families import AttentionPatterns, WeightPicture
from gptviz.recording.number import Claim, Count, Word, derive

# Left, top, width and height of the picture: with the stage to itself, or one of a pair. It has no
# other places.
EDGE, TOP = 6.15, 2.42
FULL, PAIR = (-EDGE, TOP, 2 * EDGE, 4.2), ((-EDGE, TOP, 5.9, 4.2), (EDGE - 5.9, TOP, 5.9, 4.2))
# Of one layer, drawn large: alone, and one above the other.
FLOOR = (theme.LEFT_EDGE, 1.8, 13.2, 3.2)
FLOORS = ((theme.LEFT_EDGE + 0.2, 2.1, 12.8, 1.1), (theme.LEFT_EDGE + 0.2, -0.05, 12.8, 1.1))
ABOVE = 0.2  # from a picture up to the words over it, where a frame may come between
SIDE = 3  # rows and columns of the corner that comes first


class WeightMRI(Film):
    """What does a model's memory look like?"""

    picture = Need(WeightPicture())
    run = Need(AttentionPatterns(prompt="As the spaceship was approaching the"), main=True)
    chains = (("picture", "run"),)

    def construct(self) -> None:
        self.mri = self.picture
        self.layers, self.heads = int(self.mri.layers), int(self.mri.heads)
        self.stripes = Stripes(self.heads, int(self.mri.keys))
        self.shared = derive(maths.difference, self.mri.heads, self.mri.keys)
        self.numbers = positions(self.layers, "layer")
        # All but the darkest and the brightest pixels differ in colour.
        self.span, self.full = (
            np.percentile(self.mri.picture("saturating"), (1.0, 99.5)),
            self.box(FULL),
        )
        self.corner()
        self.zoom()
        self.as_published()
        self.false_pixels()
        self.bands_and_stripes()
        self.does_it_fade()
        self.the_bright_one()
        if self.mri.keys > 1:
            self.lost_in_noise()
        self.clear_stage()
        if self.run.spotlight("previous") is not None:  # a prompt of one token has no token before
            self.what_it_does()
        self.before_training()

    def corner(self) -> None:
        """A few weights, in numerals; then only their size, as brightness."""
        few, (left, bottom, right, top) = self.mri.corner[:SIDE, :SIDE], self.full
        matrix = NumberMatrix(
            few,
            (SIDE, 0),
            (SIDE, 0),
            "weights",
            "+.3f",
            72,
            cell=((right - left) / few.shape[1], (top - bottom) / few.shape[0]),
        )
        matrix.shift([(left + right) / 2, (bottom + top) / 2, 0])
        ground = VGroup(outline(self.full, theme.HAIRLINE, 2.0), matrix.cells)
        signs = weight_legends.sign_key(few, matrix.limit, self.full)
        with self.beat(
            "These are {n:words} of the numbers that a language model has learned.",
            shows="picture",
            n=Count(few.array.ravel(), "weights shown"),
        ):
            self.play(
                FadeIn(ground),
                LaggedStart(*[FadeIn(run) for run in matrix.runs], lag_ratio=0.15),
                run_time=1.4,
            )
            self.play(FadeIn(signs), run_time=theme.QUICK)
        self.window, self.few = (
            weight_legends.opening(self.mri, few, self.span, self.full),
            few.shape,
        )
        self.written, self.key = self.window.written(72), weight_legends.size_key(few, self.full)
        with self.beat(
            "Keep only their size, in new colours: yellow is large, dark blue is small.",
            shows="picture",
        ):
            self.add(self.window)
            self.bring_to_back(self.window)
            self.play(
                FadeOut(ground),
                exchange([matrix.numerals, signs], [self.written, self.key], theme.SLOW),
            )

    def zoom(self) -> None:
        """Away from the corner: one layer, then all of them."""
        mri, window = self.mri, self.window
        rows, columns = derive(maths.ratio, mri.rows, mri.layers), mri.columns
        first, last = (
            Words(
                words + "{r:,} rows \u00d7 {c:,} columns", r=high, c=columns, l=self.numbers[0]
            ).place([self.full[0], self.full[3] + ABOVE, 0])
            for words, high in (("layer {l:d}: ", rows), ("all layers: ", mri.rows))
        )
        block, key = (
            weight_legends.mean_key(
                mri.numbers(name), published.MRI_FACTOR, self.span, mri.wraps_at, self.full
            )
            for name in ("block", "saturating")
        )
        with self.beat(
            "Step back, in finer colours: a whole matrix of the first layer, layer {l:d}.",
            shows="picture",
            l=self.numbers[0],
            hold=2.0,
        ):
            self.play(FadeOut(self.written), window.turn_up(), exchange([self.key], [block]))
            self.play(window.zoom(self.few, (rows, columns), 3.0))
            self.play(FadeIn(first), run_time=theme.QUICK)
        share = derive(maths.ratio, mri.count, mri.size_of_model("parameters"))
        with self.beat(
            "All {l:words} layers: {n:,} weights, {s:.0%} of what the model has learned.",
            shows="picture",
            l=mri.layers,
            n=mri.count,
            s=share,
            hold=1.5,
        ):
            self.play(
                FadeOut(first),
                FadeOut(block),
                window.zoom((rows, columns), (mri.rows, columns), theme.SLOW),
            )
            self.play(FadeIn(last), FadeIn(key), run_time=theme.QUICK)
        self.stack, self.key = self.tell_picture("saturating", FULL), key
        self.add(self.stack)
        self.remove(window)
        dots = Count(mri.array("saturating").ravel(), "dots of the picture")
        with self.beat(
            Claim(
                maths.is_larger,
                (mri.count, dots),
                "A dot is the mean size of several weights. They run from {low:.2f} to {high:.2f}.",
                "They run from {low:.2f} to {high:.2f}. Nobody wrote a single one of them.",
            ),
            shows="picture",
            low=mri.lowest,
            high=mri.highest,
        ):
            self.play(Follow(self.stack, WeightStack.set_light, 2.4))
        self.play(FadeOut(last), run_time=theme.QUICK)

    def tell_picture(self, name: str, place: tuple, layer: int | None = None) -> WeightStack:
        """A recorded picture, or its floor of one layer, at a place; single weights are averaged as
        the others are."""
        dots = self.mri.picture(name) if layer is None else self.mri.array(name)[layer]
        floors = self.layers if layer is None else 1
        box, blended = (
            self.box(place, floors),
            float(self.mri.count) / self.mri.array("saturating").size,
        )
        if name == "wrapped":
            dots = weight_legends.averaged(dots, blended, floors, self.stripes.count, box)
        return WeightStack(dots, floors, self.heads, box, tuple(self.span), self.stripes.keys)

    def box(self, place: tuple, floors: int = 0) -> tuple:
        """The sides of the picture, or of one with so many floors, at a place."""
        return whole_pixels(*place, floors or self.layers, self.stripes.count)

    def as_published(self) -> None:
        """One byte that wraps round: how an article drew the same weights."""
        mri, left = self.mri, self.full[0]
        steps = derive(maths.product, [mri.wraps_at, published.MRI_FACTOR])
        chart = ByteChart(
            mri.wraps_at, left, -0.5, 5.8, 2.2, tuple(self.span / float(steps)), steps
        )
        who, title = (
            Word(part, Printed(published.MRI_ARTICLE))
            for part in (
                published.authors(published.MRI_ARTICLE),
                published.MRI_ARTICLE.partition(", ")[2],
            )
        )
        source = Words(title, theme.SMALLEST, theme.SECONDARY, width=5.6).place(
            [left, self.full[3] + ABOVE, 0]
        )
        with self.beat(
            "An article by {who} drew each weight as one byte: its size times {f:,}.",
            shows="picture",
            who=who,
            f=published.MRI_FACTOR,
        ):
            self.play(self.stack.carry(self.box(PAIR[1])))
            self.play(FadeIn(chart), FadeIn(source), run_time=theme.QUICK)
            self.play(chart.draw(0.0, 1.0))
        with self.beat(
            "A byte has {n:d} steps: at {w:.2f} it is full. Above that, it starts again from zero.",
            shows="picture",
            n=steps,
            w=mri.wraps_at,
            hold=1.5,
        ):
            self.play(chart.draw(1.0, TURNS, 3.0, rate_func=linear))
            self.play(FadeIn(chart.held), run_time=theme.QUICK)
        self.chart = Group(chart, chart.held, source)

    def false_pixels(self) -> None:
        """The published picture beside the true one, and where it is wrong."""
        mri = self.mri
        wrapped = self.tell_picture("wrapped", PAIR[0]).set_marks(mri.picture("wraps") / 255.0)
        names = headings((wrapped, self.stack), theme.LABEL, ABOVE, " (there in grey)")
        with self.beat(
            "Left as published, right kept at full: the same colours, the same averaging.",
            shows="picture",
            hold=1.5,
        ):
            self.play(FadeOut(self.chart))
            self.play(
                FadeIn(wrapped), FadeIn(names), FadeIn(wrapped.layer_labels()), run_time=theme.MOVE
            )
        worst = int(np.argmax(mri.array("wrapped_block")))
        say = Claim(
            maths.is_larger,
            (mri.wrapped, mri.value("fresh.wrapped")),
            "{n:,} of its pixels are wrong: {s:.2%}. Most in layer {l:d}: {b:.2%} of that layer.",
            "In this model no weight is so large: none of its pixels is wrong.",
        )
        with self.beat(
            say,
            shows="picture",
            n=mri.wrapped,
            s=mri.wrapped_share,
            b=mri.wrapped_share_of(worst),
            l=self.numbers[worst],
        ):
            self.play(Follow(wrapped, lambda stack, share: stack.set_marked(share), 1.2))
            if say.held:
                tint = Words("the redder, the more of it is wrong", theme.SMALL, theme.WRONG)
                tint.place([self.full[0], self.key.ends[0].baseline()[1], 0])
                self.play(Create(wrapped.outline(worst)), FadeIn(tint), run_time=theme.MOVE)
        self.clear_stage(self.stack, self.key)

    def bands_and_stripes(self) -> None:
        """What the columns are, and the rows."""
        stack, mri = self.stack, self.mri
        labels = stack.part_labels(color=theme.TEXT)
        with self.beat(
            Claim(
                maths.is_nothing,
                (self.shared,),
                "Left to right: the weights of query, key and value, {c:,} columns each.",
                "Left to right: the weights of query, {c:,} columns, then of key and value, {k:,} each.",
            ),
            shows="picture",
            c=mri.columns_of(0),
            k=mri.columns_of(1),
            hold=1.0,
        ):
            for part, (label, means) in enumerate(
                zip(labels, weight_legends.part_meanings(self.full[0], 1.5), strict=True)
            ):
                lit = stack.lit_but((slice(None), part, slice(None)))
                self.play(
                    Glide(stack, lambda lit=lit: stack.set_lit(lit), run_time=0.6),
                    FadeIn(label),
                    FadeIn(means),
                )
            self.play(Glide(stack, lambda: stack.set_lit(1.0), run_time=0.5))
        with self.beat(
            "Top to bottom: {l:words} layers, one row each.", shows="picture", l=mri.layers
        ):
            self.play(
                LaggedStart(*[FadeIn(number) for number in stack.layer_labels()], lag_ratio=0.2),
                run_time=1.2,
            )
        floor = self.floor = self.tell_picture("saturating", FLOOR, layer=0).set_box(stack.box(0))
        with self.beat(
            Claim(
                maths.is_nothing,
                (self.shared,),
                "And the stripes are heads: {h:words} in each part, {d:,} columns wide.",
                "The stripes are heads: {h:words} have a query each, and share {k:words} keys and values.",
            ),
            shows="picture",
            h=mri.heads,
            k=mri.keys,
            d=mri.value("d_head"),
            hold=1.0,
        ):
            self.add(floor)
            self.clear_stage(floor, self.key)
            self.play(floor.carry(self.box(FLOOR, 1)))
            self.play(
                FadeIn(floor.cuts()),
                FadeIn(floor.part_labels(color=theme.TEXT)),
                FadeIn(floor.heading("layer {n:d}", n=self.numbers[0])),
                run_time=theme.QUICK,
            )
            self.play(
                LaggedStart(*[FadeIn(number) for number in floor.head_labels()], lag_ratio=0.04),
                run_time=1.2,
            )
        self.clear_stage(self.key, floor)

    def does_it_fade(self) -> None:
        """Mean sizes by layer: of all, of query and key, of value."""
        stack, second = self.stack, min(1, self.layers - 1)
        panel = weight_legends.layer_panel(
            self.mri, stack.sides, "mean size of a layer's weights", -3.2, -0.75
        )
        series, chart, table, whole = (
            panel.series,
            panel.chart,
            panel.table,
            panel.series[weight_legends.MEAN],
        )
        falls = tuple(derive(maths.difference, whole[0], whole[layer]) for layer in (second, -1))
        how = Claim(
            maths.is_majority,
            falls,
            "Most of that is one drop: {a:.3f} to {b:.3f}.",
            "On average it does: {a:.3f} to {c:.3f}.",
        )
        fades = Claim(
            maths.is_larger,
            (whole[0], whole[-1]),
            "The article asks why it fades downwards. {how}",
            "The article saw its picture fade. This one does not: {a:.3f} to {c:.3f}.",
        )
        with self.beat(fades, shows="picture", how=how, a=whole[0], b=whole[second], c=whole[-1]):
            self.play(self.floor.carry(stack.box(0)))
            self.play(
                FadeIn(stack),
                FadeIn(stack.layer_labels()),
                FadeIn(stack.part_labels(color=theme.TEXT)),
                FadeIn(panel.furniture),
                run_time=theme.MOVE,
            )
            self.remove(self.floor)
            scan = chart.scan(chart.x_of(0.0), stack.sides[2])
            self.play(Create(scan), run_time=theme.QUICK)
            self.play(chart.draw(weight_legends.MEAN, 1.8), chart.lower(scan, 1.8))
            self.play(FadeOut(scan), FadeIn(table.rows[weight_legends.MEAN]), run_time=theme.QUICK)
        query, key, value = (
            (values[0], values[-1]) for values in (series[name] for name, _ in PARTS)
        )
        with self.beat(
            Claim(
                maths.moves,
                ([query, key], [value]),
                "Query and key do end lower than they began.",
                "Split it: query and key on their own.",
            ),
            shows="picture",
        ):
            self.play(
                Dim(
                    chart.lines[weight_legends.MEAN],
                    chart.dots[weight_legends.MEAN],
                    table.rows[weight_legends.MEAN],
                )
            )
            for name in ("query", "key"):
                self.play(chart.draw(name, 1.2), FadeIn(table.rows[name]))
        turn = Claim(
            maths.moves,
            ([query, key], [value]),
            "But value grows: {a:.3f} to {b:.3f}. The left fades, the right grows.",
            "And value: {a:.3f} to {b:.3f}.",
        )
        with self.beat(turn, shows="picture", a=value[0], b=value[1], hold=1.5):
            self.play(chart.draw("value", 1.6), FadeIn(table.rows["value"]))
        self.clear_stage(stack, self.key)

    def the_bright_one(self) -> None:
        """The head that stands out from the others of its layer."""
        stack, stripe, (layer, head) = self.stack, self.mri.stripe, self.mri.stripe.index
        under = Words(
            "brightest against its own layer,\nin query and in key", theme.LABEL, theme.SECONDARY
        )
        with self.beat(
            "One head stands out most from its layer, in query and key: layer {l:d}, head {h:d}.",
            shows="picture",
            l=stripe.layer,
            h=stripe.head,
            hold=1.0,
        ):
            self.frames = stack.marks(layer, head)
            lit = stack.lit_but((layer, 0, head), (layer, 1, head))
            self.play(
                FadeIn(stack.part_labels(color=theme.TEXT)),
                FadeIn(stack.layer_labels()),
                Create(self.frames),
                FadeIn(head_name(stripe, 56).place([self.full[0], 0.6, 0])),
                Glide(stack, lambda: stack.set_lit(lit)),
                FadeIn(under.place([self.full[0], -0.05, 0])),
                run_time=theme.MOVE,
            )
        self.clear_stage(self.key, stack, self.frames)

    def lost_in_noise(self) -> None:
        """Its layer as published and as it is: how far the stripe stands out."""
        layer, head = self.mri.stripe.index
        kinds = dict(zip(("wrapped", "saturating"), FLOORS, strict=True))
        bands = [self.tell_picture(name, place, layer) for name, place in kinds.items()]
        frames = [band.marks(layer, head) for band in bands]
        ratios = [
            [
                times_as_bright(
                    self.mri.numbers(name)[layer], part, head, self.heads, self.stripes.keys
                )
                for part in range(2)
            ]
            for name in kinds
        ]
        times = VGroup(
            *[
                band.below(
                    "{p}: {r:.2f} times as bright",
                    part,
                    head,
                    theme.LABEL,
                    p=PARTS[part][0],
                    r=ratio,
                )
                for band, row in zip(bands, ratios, strict=True)
                for part, ratio in enumerate(row)
            ]
        )
        sinks = Claim(
            maths.is_larger,
            (ratios[1][0], ratios[0][0]),
            "Its query weights are {a:.2f} times as bright as the other heads'. Published: only {b:.2f}.",
            "Its query weights are {a:.2f} times as bright as the other heads'. Published: {b:.2f}.",
        )
        with self.beat(sinks, shows="picture", a=ratios[1][0], b=ratios[0][0], hold=1.5):
            self.add(bands[1].set_box(self.stack.box(layer)), self.frames)
            self.play(
                FadeOut(self.stack),
                bands[1].carry(self.box(FLOORS[1], 1)),
                ReplacementTransform(self.frames, frames[1]),
                run_time=theme.SLOW,
            )
            self.play(
                FadeIn(bands[0]),
                FadeIn(headings(bands, theme.LABEL, ABOVE)),
                Create(frames[0]),
                FadeIn(times),
            )

    def what_it_does(self) -> None:
        """The same head at work: the pattern of a run."""
        run, (layer, head), right = self.run, self.mri.stripe.index, self.stack.sides[0]
        before = run.scores("previous")[layer, head]
        grid = AttentionGrid(
            run.prompt,
            run.pattern(layer, head),
            width=6.4,
            height=4.9,
            size=theme.LABEL if len(run.prompt) < 12 else theme.SMALL,
        )
        name = head_name(self.mri.stripe, theme.TITLE).place([right, self.full[3] + ABOVE, 0])
        weight = Words("{w:.2f}", 110, theme.ATTENTION, w=before).place([right - 0.06, 0.3, 0])
        under = Words("of its attention on the token before", theme.LABEL, theme.SECONDARY).place(
            [right, -0.3, 0]
        )
        says = Claim(
            maths.is_nearly_all,
            (before,),
            "What does it do? Here, at every step, it looks at the token before.",
            "And what does it do? {w:.2f} of its attention is on the token before.",
        )
        with self.beat(says, w=before, hold=1.5):
            self.play(FadeIn(grid.shift([-3.4, 0.2, 0])), FadeIn(name))
            self.play(FadeIn(weight), FadeIn(under), run_time=theme.MOVE)
        with self.beat(
            Claim(
                maths.is_nearly_all,
                (before,),
                "Here the weights alone made it stand out, before this text was read.",
                "Not every stripe tells what its head is for.",
            )
        ):
            self.play(FadeOut(weight), FadeOut(under), run_time=theme.QUICK)
            self.play(FadeIn(self.stack), run_time=theme.MOVE)
            self.play(Create(self.stack.marks(layer, head)), run_time=theme.QUICK)
        self.clear_stage(self.stack)

    def before_training(self) -> None:
        """The same picture of a model that has learned nothing, out of which the learned one
        grows."""
        mri, learned, fresh = self.mri, self.stack, self.tell_picture("fresh", PAIR[0])
        means = mri.value("mean_abs_all"), mri.value("fresh.mean_abs_all")
        factor = derive(maths.ratio, *means)
        names = [
            stack.heading(when + " training: mean size {m:.3f}", gap=ABOVE, m=mean)
            for stack, when, mean in ((learned, "after", means[0]), (fresh, "before", means[1]))
        ]
        with self.beat(
            "Before training: random numbers. We drew ours as its recipe says, most below {s:.2f}.",
            shows="picture",
            s=mri.fresh_deviation,
        ):
            self.play(
                FadeIn(learned),
                Glide(learned, lambda: learned.set_lit(1.0)),
                FadeIn(self.key),
                FadeIn(names[0]),
            )
            self.play(FadeIn(fresh), FadeIn(names[1]), run_time=theme.MOVE)
        bright = fresh.heading("before training, {f:.1f} times as bright", gap=ABOVE, f=factor)
        noise = Claim(
            maths.is_larger,
            means,
            "Made {f:.1f} times as bright, it is plain noise: no heads, no layers to be seen.",
            "Made as bright as the other: no heads, no layers to be seen.",
        )
        with self.beat(noise, shows="picture", f=factor):
            self.play(fresh.grow(mri.picture("fresh"), self.span / float(factor), 1.8))
            self.play(exchange([names[1]], [bright]))
        ends = [extremes(mri.numbers(name))[::-1] for name in ("mean_abs", "fresh_mean_abs")]
        left = Claim(
            maths.is_larger,
            tuple(derive(maths.ratio, *pair) for pair in ends),
            "Structure is what training leaves behind.",
            "Here no structure was learned: one picture is as even as the other.",
        )
        with self.beat(left, shows="picture", hold=2.0):
            self.clear_stage(fresh)
            self.play(fresh.carry(self.full, theme.MOVE))
            self.play(fresh.grow(mri.picture("saturating"), self.span, 3.0))
            self.play(
                FadeIn(fresh.part_labels(color=theme.TEXT)),
                FadeIn(fresh.layer_labels()),
                FadeIn(self.key),
                run_time=theme.QUICK,
            )
