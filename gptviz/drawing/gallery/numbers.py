"""Pieces of numbers: windows onto matrices, vectors, products, heat maps, histograms, tallies."""

from __future__ import annotations

from typing import Any

from manim import DOWN, LEFT, RIGHT, UP, FadeIn, ReplacementTransform

from gptviz.drawing.arrays.heatmap import HeatMap
from gptviz.drawing.arrays.matrices import EmbeddingColumn, NumberMatrix, ResidualArray
from gptviz.drawing.arrays.products import DotProduct, MatVec
from gptviz.drawing.arrays.windows import positions
from gptviz.drawing.base import theme
from gptviz.drawing.base.motion import Follow, Glide, Roll
from gptviz.drawing.base.text import Numeral, Words
from gptviz.drawing.chances.curve import Curve, Histogram
from gptviz.drawing.furniture.source import SourceSays
from gptviz.drawing.gallery.stage import Piece, Stage, piece
from gptviz.drawing.model.tally import ParameterTally, SizeSquares
from gptviz.recording import published

PIECES: list[Piece] = []


@piece(
    PIECES,
    "a window onto a real matrix, and a row that slides out",
    picture="gpt2/weight_mri/picture",
)
def number_matrix(stage: Stage, rec: dict[str, Any]) -> None:
    picture = rec["picture"]
    matrix = NumberMatrix(
        picture.corner,
        (6, 0),
        (6, 0),
        size=38,
        of=(picture.rows, picture.columns),
        row_names="index",
    )
    matrix.shift(UP * 1.0)
    stage.add(matrix)
    stage.play(FadeIn(matrix.outline(row=2)))
    stage.still("window")
    row = matrix.lift_row(2)
    stage.play(row.animate.shift(DOWN * 3.7))
    stage.still("row")


@piece(
    PIECES, "a token's row becomes the column that travels on", rows="mini/embedding_matrix/rows"
)
def embedding_column(stage: Stage, rec: dict[str, Any]) -> None:
    rows = rec["rows"]
    token = int(rows.chosen)
    row = EmbeddingColumn(rows.row(token), (6, 1), size=40, horizontal=True)
    column = EmbeddingColumn(rows.row(token), (6, 1), size=40, title=rows.prompt[token])
    stage.add(row)
    stage.still("row")
    stage.play(ReplacementTransform(row, column))
    stage.still("column")


@piece(PIECES, "the stream: one column for each token", rows="mini/embedding_matrix/rows")
def residual_array(stage: Stage, rec: dict[str, Any]) -> None:
    rows = rec["rows"]
    array = ResidualArray(rows.numbers("rows"), rows.prompt, (5, 1), (5, 1), size=40)
    stage.add(array)
    stage.still("array")


@piece(PIECES, "weights times data, term by term", product="mini/matvec/product")
def dot_product(stage: Stage, rec: dict[str, Any]) -> None:
    product = rec["product"]
    dot = DotProduct(product.weights(0), product.data, (6, 1), product.bias(0), size=32)
    stage.add(dot)
    stage.half("half", Follow(dot, lambda d, share: d.set_progress(d.terms * share), run_time=3.0))
    stage.play(FadeIn(dot.term(2)))
    stage.still("whole")


@piece(PIECES, "a matrix times a vector, row by row", product="mini/matvec/product")
def mat_vec(stage: Stage, rec: dict[str, Any]) -> None:
    product = rec["product"]
    results = product.numbers("sums")[:, -1]
    both = MatVec(product.numbers("weights"), product.data, results, (6, 1), (4, 1), size=34)
    stage.add(both)
    stage.half("half", Follow(both, lambda m, share: m.set_progress(m.terms * share), run_time=3.0))
    stage.add(both.row_frame(3))
    stage.still("whole")


@piece(
    PIECES,
    "heat maps with their true extremes: few cells, and many",
    scores="gpt2/head_zoo/scores",
    rows="mini/embedding_matrix/rows",
)
def heat_map(stage: Stage, rec: dict[str, Any]) -> None:
    scores, window = rec["scores"], rec["rows"].window
    first = HeatMap(scores.scores("first"), 4.2, 4.2, row_names="index", column_names="index")
    first.shift(LEFT * 4 + UP * 0.6)
    legend = first.legend(title="weight on the first token").shift(LEFT * 4 + DOWN * 2.2)
    large = HeatMap(window, 6.0, 4.2, "weights").shift(RIGHT * 3 + UP * 0.6)
    stage.add(
        first,
        legend,
        large,
        large.legend(spec=".3f").shift(RIGHT * 3 + DOWN * 2.05),
        large.outline(rec["rows"].window_row),
    )
    stage.still("first")
    stage.half("gliding", Glide(first, lambda: first.set_values(scores.scores("previous"))))
    stage.remove(legend)
    stage.add(first.legend(title="weight on the previous token").shift(LEFT * 4 + DOWN * 2.2))
    stage.still("previous")


@piece(PIECES, "trained numbers beside fresh ones", rows="mini/embedding_matrix/rows")
def histogram(stage: Stage, rec: dict[str, Any]) -> None:
    rows = rec["rows"]
    most = float(max(rows.histogram().array.max(), rows.histogram(True).array.max()))
    bars = Histogram(
        rows.histogram(True), rows.edges, 11.0, 5.0, most=most, fold=True, size=theme.LABEL
    )
    title = Words("freshly made", theme.STATEMENT, theme.SECONDARY, align="center").place(
        [0, 3.1, 0], "center"
    )
    stage.add(bars.center().shift(DOWN * 0.2), title)
    stage.still("fresh")
    stage.remove(title)
    stage.half("gliding", Glide(bars, lambda: bars.set_counts(rows.histogram())))
    stage.add(
        Words("after training", theme.STATEMENT, theme.SECONDARY, align="center").place(
            [0, 3.1, 0], "center"
        )
    )
    stage.still("trained")


@piece(
    PIECES, "three recorded series, their names at their ends", picture="gpt2/weight_mri/picture"
)
def curve(stage: Stage, rec: dict[str, Any]) -> None:
    picture = rec["picture"]
    blocks = positions(int(picture.layers), "block")
    series = {
        part: [picture.mean_abs(layer, part) for layer in range(len(blocks))]
        for part in ("query", "key", "value")
    }
    plot = Curve(
        blocks,
        series,
        9.4,
        5.0,
        {"query": theme.QUERY, "key": theme.KEY, "value": theme.VALUE},
        low=0.0,
        y_spec=".3f",
        x_title="block",
        y_title="mean size of a weight",
        size=theme.LABEL,
    )
    stage.add(plot.shift(LEFT * 5.2 + DOWN * 2.4))
    stage.half("half", Follow(plot, lambda p, share: p.set_progress(share), run_time=2.0))
    plot.set_cursor(4, "query")
    stage.still("whole")


@piece(PIECES, "every tensor as an area true to its count", tally="gpt2/parameter_tally/tally")
def parameter_tally(stage: Stage, rec: dict[str, Any]) -> None:
    tally = rec["tally"]
    every = range(len(tally))
    areas = ParameterTally(
        tally.counts, [tally.group_of(i) for i in every], [tally.block_of(i) for i in every]
    )
    stage.add(areas)
    stage.half(
        "half", Follow(areas, lambda a, share: a.set_counted(len(tally) * share), run_time=4.0)
    )
    stage.still("whole")
    stage.play(Glide(areas, lambda: areas.set_lit("attention")))
    stage.still("attention")


@piece(
    PIECES, "models as squares to scale, quoted ones hatched", family="gpt2/parameter_tally/family"
)
def size_squares(stage: Stage, rec: dict[str, Any]) -> None:
    models = rec["family"].models
    squares = SizeSquares(
        [*[model.name for model in models], "GPT-3"],
        [*[model["total"] for model in models], published.GPT3_PARAMETERS],
        2e8,
    )
    stage.add(squares.shift(DOWN * 1.8))
    stage.still("four")
    stage.half(
        "zooming", Follow(squares, lambda s, share: s.set_unit(2e8 * 45**share), run_time=3.0)
    )
    stage.still("five")


@piece(PIECES, "what a source printed, beside what is true", tally="gpt2/parameter_tally/tally")
def source_says(stage: Stage, rec: dict[str, Any]) -> None:
    says = SourceSays(
        published.TALLY,
        rec["tally"].sizes["total"],
        "How many learned numbers?",
        "The Illustrated GPT-2",
        size=72,
    )
    stage.add(says)
    stage.still("both")


@piece(
    PIECES,
    "numerals turn to other numbers like the wheels of a counter: what stays the same stands still",
    tally="gpt2/parameter_tally/tally",
)
def rolling_numerals(stage: Stage, rec: dict[str, Any]) -> None:
    sizes = rec["tally"].sizes
    large = Numeral(sizes["total"], ",", 120, align="right").place([5.2, 1.2, 0], "right")
    ratio = Numeral(sizes.share("wte"), ".1%", 120, align="right").place([5.2, -1.2, 0], "right")
    stage.add(large, ratio)
    stage.half(
        "early", Roll((large, sizes["untied"]), (ratio, sizes.share("attention"))), share=0.3
    )
    stage.half("late", Roll((large, sizes["vocab"]), (ratio, sizes.share("mlp"))), share=0.7)
    stage.still("turned")
