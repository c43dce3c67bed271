"""Contrast and colour distances of the theme, in normal sight and in the three simulated
colour-blindnesses."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from gptviz.drawing.base import theme, tints

# Severity 1.0 matrices of Machado, Oliveira, Fernandes 2009, "A physiologically-based model for
# simulation of color vision deficiency", IEEE TVCG 15(6), for linear RGB.
SIGHTS = {
    "normal": np.eye(3),
    "protan": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deutan": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritan": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}

# Colours of different meaning that meet in one picture.
PICTURES = {
    "weights": ("NEGATIVE", "POSITIVE", "DATA_HIGH", "FOCUS"),
    "query, key, value": ("QUERY", "KEY", "VALUE", "POSITIVE", "NEGATIVE", "TEXT"),
    "a distribution": ("PROBABILITY", "REST", "TEXT", "FOCUS", "GROUND"),
    "a draw": ("PROBABILITY", "REST", "FOCUS", "WRONG"),
    "attention": ("ATTENTION", "PANEL", "TEXT", "SECONDARY"),
    "heads by what they do": ("ATTENTION", "PROBABILITY", "KEY", "VALUE"),
    "tensors": ("KEY", "VALUE", "ATTENTION", "NEGATIVE", "TEXT", "WRONG"),
    "what a source says": ("WRONG", "PROBABILITY", "TEXT", "SECONDARY"),
}
# Near one another in some sight, and told apart otherwise.
BY_SHAPE = {
    frozenset(
        ("FOCUS", "ATTENTION")
    ): "the focus is an outline, attention fills cells and draws arcs",
    frozenset(("SECONDARY", "VALUE")): "values are always named in words",
}


def linear(colour: str) -> np.ndarray:
    c = theme.rgb(colour)
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)


def lab(light: np.ndarray) -> np.ndarray:
    """CIE L*a*b* (D65) of linear sRGB."""
    xyz = (
        np.array(
            [
                [0.4124564, 0.3575761, 0.1804375],
                [0.2126729, 0.7151522, 0.0721750],
                [0.0193339, 0.1191920, 0.9503041],
            ]
        )
        @ light
        / np.array([0.95047, 1.0, 1.08883])
    )
    f = np.where(xyz > (6 / 29) ** 3, np.cbrt(xyz), xyz / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def distance(first: str, second: str, sight: str) -> float:
    seen = [
        lab(np.clip(SIGHTS[sight] @ linear(getattr(theme, name)), 0, 1)) for name in (first, second)
    ]
    return float(np.linalg.norm(seen[0] - seen[1]))


@pytest.mark.parametrize(
    "name",
    [
        "TEXT",
        "SECONDARY",
        "NEGATIVE",
        "POSITIVE",
        "PROBABILITY",
        "QUERY",
        "KEY",
        "VALUE",
        "ATTENTION",
        "FOCUS",
        "WRONG",
    ],
)
@pytest.mark.parametrize("ground", ["GROUND", "PANEL"])
def test_text_can_be_read_on_the_grounds(name: str, ground: str) -> None:
    first, second = (
        0.2126 * r + 0.7152 * g + 0.0722 * b
        for r, g, b in (linear(getattr(theme, name)), linear(getattr(theme, ground)))
    )
    assert (first + 0.05) / (second + 0.05) >= 4.5


@pytest.mark.parametrize("sight", SIGHTS)
@pytest.mark.parametrize("picture", PICTURES)
def test_colours_that_meet_in_one_picture_are_told_apart(picture: str, sight: str) -> None:
    near = {
        (a, b): round(distance(a, b, sight), 1)
        for a, b in itertools.combinations(PICTURES[picture], 2)
        if distance(a, b, sight) < 15 and frozenset((a, b)) not in BY_SHAPE
    }
    assert not near


def colour_distance(first: str, second: str, sight: str) -> float:
    seen = []
    for colour in (first, second):
        c = theme.rgb(colour)
        light = np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)
        seen.append(lab(np.clip(SIGHTS[sight] @ light, 0, 1)))
    return float(np.linalg.norm(seen[0] - seen[1]))


@pytest.mark.parametrize("sight", SIGHTS)
def test_six_hues_without_a_meaning_are_told_apart_and_from_text(sight: str) -> None:
    pairs = [*itertools.combinations(theme.HUES, 2), *((hue, theme.TEXT) for hue in theme.HUES)]
    near = {pair: colour_distance(*pair, sight) for pair in pairs}
    assert len(set(theme.HUES)) == 6 and min(near.values()) >= 15, near


def test_no_hue_without_a_meaning_looks_like_one_with() -> None:
    meanings = ("NEGATIVE", "POSITIVE", "PROBABILITY", "QUERY", "KEY", "VALUE", "FOCUS", "WRONG")
    for hue in theme.HUES:
        for name in meanings:
            assert colour_distance(hue, getattr(theme, name), "normal") >= 18, (hue, name)
        for ground in (theme.GROUND, theme.PANEL):
            assert tints.contrast(theme.rgb(hue), theme.rgb(ground)) >= 4.5


def test_the_exceptions_are_needed() -> None:
    for pair in BY_SHAPE:
        first, second = sorted(pair)
        assert min(distance(first, second, sight) for sight in SIGHTS) < 15


def test_numerals_can_be_read_on_every_tint() -> None:
    sizes = np.linspace(-1, 1, 201)
    for role, tint in tints.TINTS.items():
        assert tints.contrast(tint(sizes, 1.0), theme.rgb(theme.TEXT)).min() >= 4.5, role


def test_ink_can_be_read_on_any_colour() -> None:
    colours = np.random.default_rng(0).random((5000, 3))
    inks = np.array([theme.rgb(ink) for ink in tints.ink(colours)])
    assert tints.contrast(colours, inks).min() >= 4.5


def test_weights_are_symmetric_about_the_ground() -> None:
    assert np.allclose(theme.diverging(np.array([0.0]), 2.0)[0], theme.rgb(theme.GROUND))
    full = theme.diverging(np.array([-2.0, 2.0]), 2.0)
    assert np.allclose(full, [theme.rgb(theme.NEGATIVE), theme.rgb(theme.POSITIVE)])
    ends = theme.sequential(np.array([-1.0, 3.0]), -1.0, 3.0)
    assert np.allclose(ends, [theme.rgb("#00224E"), theme.rgb("#FEE838")])


def test_the_sequential_map_grows_evenly_lighter() -> None:
    steps = np.diff(
        [
            lab(np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4))[0]
            for c in theme.sequential(np.linspace(0, 1, 11), 0, 1)
        ]
    )
    assert steps.min() > 0.5 * steps.mean() and steps.max() < 1.6 * steps.mean()
