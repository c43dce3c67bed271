"""Sums, products, lengths, directions: what is done with lists of numbers."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from gptviz.maths.types import Vector


def mean(values: Any) -> float:
    """The arithmetic mean of some values."""
    return float(np.asarray(values, dtype=np.float64).mean())


def total(values: Any) -> float:
    """The sum of some values."""
    return float(np.asarray(values, dtype=np.float64).sum())


def difference(after: float, before: float) -> float:
    """How much the first of two values exceeds the second."""
    return float(after - before)


def products(weights: Any, data: Any) -> Vector:
    """Weight times number, term by term (d_model)."""
    return np.asarray(weights, dtype=np.float64) * np.asarray(data, dtype=np.float64)


def running_sums(weights: Any, data: Any, bias: float | None = None) -> Vector:
    """The running sum of a dot product (d_model): entry i adds the first i + 1 products (to the
    bias, if given)."""
    return np.cumsum(products(weights, data)) + (0.0 if bias is None else bias)


def dot(first: Any, second: Any) -> float:
    """The dot product of two vectors."""
    return float(np.asarray(first, dtype=np.float64) @ np.asarray(second, dtype=np.float64))


def norm(vector: Any) -> float:
    """The Euclidean length of a vector."""
    return float(np.linalg.norm(np.asarray(vector, dtype=np.float64)))


def cosine(first: Any, second: Any) -> float:
    """The cosine of the angle between two vectors. Raises ValueError where one of them is zero."""
    length = norm(first) * norm(second)
    if length == 0:
        raise ValueError("a vector of zeros has no direction")
    return dot(first, second) / length


def angle(cosine: float) -> float:
    """The angle whose cosine this is, in degrees."""
    return float(np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0))))


def root_mean_square(values: Any) -> float:
    """How far values (d_model) typically are from zero: the root of the mean of their squares.

    Zhang, Sennrich 2019, "Root mean square layer normalization", eq. 4.
    """
    return float(np.sqrt(np.mean(np.asarray(values, dtype=np.float64) ** 2)))


def deviation(values: Any) -> float:
    """How far values (d_model) typically are from their mean: their standard deviation."""
    return float(np.std(np.asarray(values, dtype=np.float64)))


def over_size(vector: Any) -> Vector:
    """A vector (d_model) divided by its :func:`root_mean_square`: RMS norm without epsilon and gain."""
    x = np.asarray(vector, dtype=np.float64)
    return np.asarray(x / root_mean_square(x))


def over_deviation(vector: Any) -> Vector:
    """A vector (d_model) with its mean taken off, divided by its :func:`deviation`: layer norm without
    epsilon, gain and bias."""
    x = np.asarray(vector, dtype=np.float64)
    return np.asarray((x - x.mean()) / deviation(x))


def layer_norm(vector: Any, gain: Any, bias: Any, epsilon: float = 1e-5) -> Vector:
    """A vector (d_model) with its mean taken off, divided by its deviation, times gain, plus bias.

    Ba, Kiros, Hinton 2016, "Layer normalization", eq. 4; the variance is the mean square, plus
    epsilon, as in GPT-2.
    """
    x = np.asarray(vector, dtype=np.float64)
    centred = x - x.mean(axis=-1, keepdims=True)
    deviation = np.sqrt((centred**2).mean(axis=-1, keepdims=True) + epsilon)
    return np.asarray(
        centred / deviation * np.asarray(gain, dtype=np.float64)
        + np.asarray(bias, dtype=np.float64)
    )


def gelu_new(x: Any) -> Any:
    """GPT-2's activation: 0.5 x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))).

    Hendrycks, Gimpel 2016, "Gaussian error linear units", section 2 (tanh approximation);
    transformers' ``gelu_new``.
    """
    value = np.asarray(x, dtype=np.float64)
    return 0.5 * value * (1.0 + np.tanh(np.sqrt(2.0 / np.pi) * (value + 0.044715 * value**3)))


def gelu(x: Any) -> Any:
    """x times the share of a normal distribution below x: 0.5 x (1 + erf(x / sqrt 2)).

    Hendrycks, Gimpel 2016, "Gaussian error linear units", section 2; transformers' ``gelu``.
    """
    value = np.asarray(x, dtype=np.float64)
    return 0.5 * value * (1.0 + np.vectorize(math.erf, otypes=[float])(value / math.sqrt(2.0)))


def relu(x: Any) -> Any:
    """What is above zero, else zero: Nair, Hinton 2010; transformers' ``relu``."""
    return np.maximum(np.asarray(x, dtype=np.float64), 0.0)


def silu(x: Any) -> Any:
    """x / (1 + e^-x): Elfwing, Uchibe, Doya 2018; transformers' ``silu``."""
    value = np.asarray(x, dtype=np.float64)
    return value * (0.5 + 0.5 * np.tanh(value / 2.0))


def gelu_quick(x: Any) -> Any:
    """x / (1 + e^(-1.702 x)): Hendrycks, Gimpel 2016, section 2 (sigmoid approximation);
    transformers' ``quick_gelu``."""
    value = np.asarray(x, dtype=np.float64)
    return value * (0.5 + 0.5 * np.tanh(0.851 * value))


#: The functions between the matrices of an MLP, by transformers' names (``ACT2FN``).
ACTIVATIONS: dict[str, Callable[[Any], Any]] = {
    "gelu_new": gelu_new,
    "gelu_pytorch_tanh": gelu_new,
    "gelu_fast": gelu_new,
    "gelu": gelu,
    "quick_gelu": gelu_quick,
    "relu": relu,
    "silu": silu,
    "swish": silu,
}


#: What they are usually called.
ACTIVATION_NAMES: dict[Callable[[Any], Any], str] = {
    gelu_new: "GELU",
    gelu: "GELU",
    gelu_quick: "GELU",
    relu: "ReLU",
    silu: "SiLU",
}


def descent_step(weight: float, rate: float, gradient: float) -> float:
    """A weight after one step of gradient descent: w - rate times gradient.

    Robbins, Monro 1951; Goodfellow, Bengio, Courville 2016, "Deep Learning", algorithm 8.1.
    """
    return float(weight - rate * gradient)


def root(value: float) -> float:
    """The square root."""
    return float(np.sqrt(value))


def smallest(values: Any) -> float:
    """The smallest of some values."""
    return float(np.asarray(values, dtype=np.float64).min())


def spread(values: Any) -> float:
    """How far the largest of some values lies above the smallest."""
    return float(np.ptp(np.asarray(values, dtype=np.float64)))


def principal_components(points: Any, count: int) -> tuple[Vector, Vector, Vector]:
    """The ``count`` directions along which points (row, d_model) vary most.

    Gives coordinates (row, component), directions (component, d_model) and the shares of the
    variance that they hold (component), largest first.

    Signs are fixed: of every direction the entry of largest size is positive. Pearson 1901;
    computed as the singular value decomposition of the centred points (Jolliffe 2002, "Principal
    component analysis", section 3.5).
    """
    x = np.asarray(points, dtype=np.float64)
    centred = x - x.mean(axis=0)
    _, lengths, rows = np.linalg.svd(centred, full_matrices=False)
    rows = rows[:count]
    largest = np.abs(rows).argmax(axis=1)
    rows = rows * np.sign(rows[np.arange(len(rows)), largest])[:, None]
    return centred @ rows.T, rows, lengths[:count] ** 2 / (lengths**2).sum()


def ratio(part: float, whole: float) -> float:
    """One value divided by another."""
    return float(part / whole)


def product(values: Any) -> float:
    """The product of some values: how many numbers a tensor of that shape holds."""
    return float(np.prod(np.asarray(values, dtype=np.float64)))


def distance(first: Any, second: Any) -> float:
    """The Euclidean distance of two points."""
    return norm(np.asarray(first, dtype=np.float64) - np.asarray(second, dtype=np.float64))


def distance_turned(drawn: float, true: float, turned: float) -> float:
    """How far apart two points look when a picture is turned towards the direction that parts them.

    ``drawn`` in the picture, ``true`` in all dimensions; ``turned`` is the share, 0 to 1, of the
    turn that shows all. By Pythagoras what the picture lacks is at right angles to what it shows:
    the turn's whole angle has the cosine drawn / true.
    """
    if not 0 <= drawn <= true or true == 0:
        raise ValueError("a picture shows at most the true distance")
    return float(true * np.cos((1 - turned) * np.arccos(drawn / true)))


def places_beyond(vectors: Any, drawn: Any, first: int, second: int) -> Vector:
    """Where points lie on the direction that parts two of them and that a picture does not show
    (row).

    ``vectors`` (row, d_model) and ``drawn`` (row, component): what a picture shows of them, along
    directions of length one at right angles. Measured from the middle of the two. The scalar
    product with what the picture lacks is the whole scalar product less the one in the picture, so
    the picture's own directions need not be known.
    """
    whole, shown = np.asarray(vectors, dtype=np.float64), np.asarray(drawn, dtype=np.float64)
    way, seen = whole[second] - whole[first], shown[second] - shown[first]
    lacking = np.sqrt(way @ way - seen @ seen)
    if not lacking > 0:
        raise ValueError("the picture shows all that parts the two")
    middle, drawn_middle = (whole[first] + whole[second]) / 2, (shown[first] + shown[second]) / 2
    return np.asarray(((whole - middle) @ way - (shown - drawn_middle) @ seen) / lacking)


def longest_possible(length: float, cosine: float, distance: float) -> float:
    """How long a vector can be at most, whose cosine with another of this length, and distance from
    it, are known.

    The larger of the two lengths that the law of cosines leaves open.
    """
    return float(length * cosine + np.sqrt(max(distance**2 - length**2 * (1 - cosine**2), 0.0)))


def landing(a: Any, b: Any, c: Any) -> Vector:
    """Where the arrow from b to c ends when it is carried to a: a - b + c (d_model).

    Mikolov, Yih, Zweig 2013, "Linguistic regularities in continuous space word representations",
    section 4.
    """
    return (
        np.asarray(a, dtype=np.float64)
        - np.asarray(b, dtype=np.float64)
        + np.asarray(c, dtype=np.float64)
    )


def landing_cosine(a: Any, b: Any, c: Any, d: Any) -> float:
    """The cosine of d with the place where a - b + c lands; see :func:`landing`."""
    return cosine(landing(a, b, c), d)


def landing_distance(a: Any, b: Any, c: Any, d: Any) -> float:
    """How far d lies from the place where a - b + c lands; see :func:`landing`."""
    return distance(landing(a, b, c), d)


def arrow_cosine(start: Any, end: Any, other_start: Any, other_end: Any) -> float:
    """How alike two arrows are: the cosine of end - start with other_end - other_start."""
    return cosine(landing(end, start, 0.0), landing(other_end, other_start, 0.0))


def along(dot_product: float, length: float) -> float:
    """How far a vector reaches along a direction: its dot product with it over the direction's
    length, its shadow."""
    return float(dot_product / length)


def across(vector_length: float, dot_product: float, length: float) -> float:
    """How far a vector's tip lies beside a direction, by Pythagoras from its length and its shadow
    (:func:`along`)."""
    return float(np.sqrt(max(vector_length**2 - along(dot_product, length) ** 2, 0.0)))


def average_ranks(values: Any) -> Vector:
    """The ranks of values, 1 the smallest; equal values share the mean of their ranks."""
    x = np.asarray(values, dtype=np.float64)
    _, group, sizes = np.unique(x, return_inverse=True, return_counts=True)
    return np.asarray((np.cumsum(sizes) - (sizes - 1) / 2.0)[group])


def spearman_rho(first: Any, second: Any) -> float:
    """How much two lists of values rise together, from -1 to 1: the correlation of their ranks.

    Spearman 1904, "The proof and measurement of association between two things"; ties as in Kendall
    1948, section 3. Raises ValueError where all values of a list are equal.
    """
    return cosine(
        *(ranks - ranks.mean() for ranks in (average_ranks(first), average_ranks(second)))
    )


def share_greater(first: Any, second: Any) -> float:
    """In which share of places the first of two lists holds the greater value."""
    return float(
        (np.asarray(first, dtype=np.float64) > np.asarray(second, dtype=np.float64)).mean()
    )


def median(values: Any) -> float:
    """The middle one of some values, or the mean of the two in the middle."""
    return float(np.median(np.asarray(values, dtype=np.float64)))


def largest(values: Any) -> float:
    """The largest of some values."""
    return float(np.asarray(values, dtype=np.float64).max())


def principal_directions(scatter: Any, count: int) -> tuple[Vector, Vector]:
    """The ``count`` main directions (component, d_model) of points, from the scatter matrix of all
    (d_model, d_model).

    With the shares of the variance that they hold (component), largest first. For points that are
    too many to be taken at once; source and signs as for :func:`principal_components`.
    """
    lengths, columns = np.linalg.eigh(np.asarray(scatter, dtype=np.float64))
    rows = columns.T[::-1][:count]
    strongest = np.abs(rows).argmax(axis=1)
    rows = rows * np.sign(rows[np.arange(len(rows)), strongest])[:, None]
    return rows, lengths[::-1][:count] / lengths.sum()


def steps_around(coordinates: Any) -> Vector:
    """The signed angles, in radians, from each of some points (row, component) to the next, as seen
    along the third component."""
    first, second = np.asarray(coordinates, dtype=np.float64)[:, :2].T
    place = first + 1j * second
    return np.asarray(np.angle(place[1:] * np.conj(place[:-1])))


def turns(coordinates: Any) -> float:
    """How often points (row, component), in order, go around the axis of the third component, either
    way."""
    return float(abs(steps_around(coordinates).sum()) / (2 * np.pi))
