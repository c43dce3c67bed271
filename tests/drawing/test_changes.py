"""Tables that become plots, maps that become histograms, tokens that are spelled, groups, talks, what
was beside what is; and the model in space."""

from __future__ import annotations

import numpy as np
import pytest
from manim import Square, VGroup

from gptviz.drawing.arrays.plotted import PlottedTable
from gptviz.drawing.arrays.strips import Strips
from gptviz.drawing.base import theme
from gptviz.drawing.base.frame import around
from gptviz.drawing.base.text import Run
from gptviz.drawing.furniture.before_after import BeforeAfter
from gptviz.drawing.model.solid import FlownStack, Plate, model_plates
from gptviz.drawing.tokens.chat import Chat, ChatBubble
from gptviz.drawing.tokens.spelled import SpelledToken
from gptviz.drawing.vectors.groups import WordGroups, hue_of
from gptviz.drawing.vectors.swarm import Swarm
from gptviz.errors import GptvizError, NotFinite
from tests.drawing.samples import number, numbers, token, tokens

LONG = token("x" * 2000)


def test_a_table_becomes_points_at_its_values() -> None:
    values = [number(v) for v in (3.0, 1.0, 0.0, 2.0)]
    table = PlottedTable(["a", "b", "c", "d"], values, height=4.0).shift((1.0, 0.5, 0.0))
    before = [numeral.baseline()[1] for numeral in table.numerals]
    assert (np.diff(before) < 0).all()  # one row below the other
    table.set_plotted(1.0)
    dots = table.dots.points.reshape(4, -1, 3).mean(axis=1)
    rise = dots[:, 1] - table.axis.points[0, 1]
    assert np.allclose(rise / rise[0], [1, 1 / 3, 0, 2 / 3]) and (np.diff(dots[:, 0]) > 0).all()
    for column in (table.names, table.numerals):
        middles = [(text.baseline() + text.baseline("right"))[0] / 2 for text in column]
        assert np.allclose(middles, dots[:, 0], atol=0.02)
    assert [numeral.number for numeral in table.numerals] == values
    table.set_plotted(0.0)
    assert np.allclose([numeral.baseline()[1] for numeral in table.numerals], before)


@pytest.mark.parametrize("rows", [0, 1, 10_000])
def test_a_table_of_any_length_is_drawn(rows: int) -> None:
    table = PlottedTable([str(i) for i in range(rows)], [number(i % 7) for i in range(rows)])
    table.set_plotted(1.0)
    assert len(table.dots.points) == rows * 48
    assert len(table.names) <= 20
    hidden = sum(float(words.pieces[0].origin) for words in table.more)  # type: ignore[arg-type]
    assert len(table.names) + hidden == rows


def test_every_dot_leaves_its_origin_and_settles() -> None:
    values = np.random.default_rng(0).random(500)
    places = np.random.default_rng(1).random((500, 2)) * 3
    dots = Swarm(values, bound=None).shift((1.0, -2.0, 0.0)).scale(0.5)
    settled = np.sort(dots.right.points.reshape(500, 16, 3).mean(axis=1)[:, 0])
    dots.set_origins(places).set_arrived(0.0)
    start = dots.right.points.reshape(500, 16, 3).mean(axis=1)[:, :2]
    assert np.allclose(start, places, atol=1e-9)
    dots.set_arrived(1.0)
    assert np.allclose(np.sort(dots.right.points.reshape(500, 16, 3).mean(axis=1)[:, 0]), settled)
    with pytest.raises(GptvizError, match="499 places for 500 dots"):
        dots.set_origins(places[:-1])


def test_a_token_is_spelled_in_its_letters_and_its_bytes() -> None:
    word = token(" strawberry")
    spelled = SpelledToken(word)
    spelled.set_spelled(1.0)
    assert "".join(spelled.texts) == " strawberry" and spelled.count_of("r") == 3
    assert [part.text for part in spelled.parts][0] == "\u00b7"
    x = [part.baseline("center")[0] for part in spelled.parts]
    assert (np.diff(x) > 0).all() and len(spelled.frames("r")) == 3
    half = SpelledToken(token("\ufffd", raw=b"\xf0\x9f"))
    assert half.texts == ["F0", "9F"]
    long = SpelledToken(LONG)
    assert len(long.parts) == 16 and float(long.more[0].pieces[0].origin) == 1984
    box = around(long)
    assert box[2] - box[0] < theme.WIDTH
    assert SpelledToken(token("")).texts == []


def test_bubbles_hold_their_tokens_and_stand_on_their_roles_sides() -> None:
    talk = Chat(
        [ChatBubble("user", tokens(9)), ChatBubble("assistant", [LONG]), ChatBubble("system", [])]
    )
    user, model, system = talk.bubbles
    for bubble in talk.bubbles:
        left, bottom, right, top = around(bubble.body)
        for box in bubble.boxes:
            inner = around(box)
            assert left <= inner[0] and inner[2] <= right and bottom <= inner[1] and inner[3] <= top
    assert user.body.get_right()[0] == pytest.approx(6.0)
    assert model.body.get_left()[0] == pytest.approx(-6.0)
    assert system.get_top()[1] < model.body.get_bottom()[1] < user.body.get_bottom()[1]
    user.set_written(2)
    shown = [float(box.box.get_fill_opacity()) for box in user.boxes]
    assert shown == [1.0] * 2 + [0.0] * 7
    with pytest.raises(GptvizError, match="no template knows"):
        ChatBubble("wizard", [])  # type: ignore[arg-type]


def test_groups_have_hues_of_their_own_and_more_than_six_are_refused() -> None:
    groups = WordGroups({"one": ["a"] * 10_000, "two": [], "three": ["w" * 300]})
    assert 0 < len(groups.words["one"]) < 20 and groups.words["two"] == []
    assert all(
        run.fill_rgbas[0][:3] == pytest.approx(theme.rgb(theme.HUES[0]))
        for run in groups.words["one"][0][0]
    )
    with pytest.raises(GptvizError, match="6 can be told apart"):
        hue_of(6)


def test_strips_share_one_scale_when_asked() -> None:
    strong, weak = numbers(np.ones(50)), numbers(np.ones(50) / 10)
    own, shared = Strips([strong, weak], ["a", "b"]), Strips([strong, weak], ["a", "b"], limit=1.0)
    assert np.allclose(own.bars[0].colours, own.bars[1].colours)
    pale = shared.bars[1].colours[0] - theme.rgb(theme.GROUND)
    assert np.allclose(pale * 10, shared.bars[0].colours[0] - theme.rgb(theme.GROUND))
    with pytest.raises(NotFinite, match=r"component \[1\] is nan"):
        Strips([[0.0, np.nan]], ["a"])


def test_what_was_stays_beside_what_is() -> None:
    both = BeforeAfter(Square(9.0), Square(3.0))
    assert around(both.before)[2] - around(both.before)[0] == pytest.approx(
        3 * (around(both.after)[2] - around(both.after)[0])
    )
    still = around(both.before)
    both.set_parted(1.0)
    assert around(both.before) == still and around(both.after)[0] > 0 > still[2]
    with pytest.raises(GptvizError, match="no points"):
        BeforeAfter(VGroup(), Square())


def pinhole(place: list[float], eye: list[float], away: float) -> list[float]:
    """Where a camera of 90 degrees that looks along y sees a place, in units of the picture."""
    return [
        (place[0] - eye[0]) / away * theme.WIDTH / 2,
        (place[2] - eye[2]) / away * theme.WIDTH / 2,
    ]


def test_the_stack_is_seen_as_through_a_pinhole() -> None:
    eye = [1.0, -5.0, 2.0]
    stack = FlownStack([Plate((0, 0, 0), (2, 2, 0.2))], tuple(eye), (1.0, 0.0, 2.0), wide=90)  # type: ignore[arg-type]
    assert stack.on_screen([2.0, 1.0, 3.0]) == pytest.approx(pinhole([2, 1, 3], eye, 6))
    assert stack.on_screen([0.0, -6.0, 0.0]) is None
    corners = stack.faces[0].points[:, :2]
    assert np.isfinite(corners).all()
    front = [pinhole([x, -1, z], eye, 4) for x in (-1, 1) for z in (-0.1, 0.1)]
    drawn = np.concatenate([face.points[:, :2] for face in stack.faces])
    assert all(np.abs(drawn - corner).sum(axis=1).min() < 1e-9 for corner in front)


@pytest.mark.parametrize("layers", [1, 100])
def test_a_model_of_any_depth_can_be_flown_through(layers: int) -> None:
    plates = model_plates(number(layers), number(768), number(3072), number(50257))
    assert len(plates) == 6 * layers + 2
    deep = [plate.size[1] / plate.size[0] for plate in plates]
    assert deep[0] == pytest.approx(50257 / 768) and deep[6] == pytest.approx(4)
    stack = FlownStack(plates, (-4, -4, 3), (0, 0, 1))
    stack.set_column(100.0)
    for z in (-1.0, 0.06, 0.4, 0.55, 2.0, 1e3):
        stack.look((0.01, 0.2, z), (0.0, 3.0, z))
        assert all(np.isfinite(face.points).all() for face in stack.faces)
    with pytest.raises(GptvizError, match="stands where it looks"):
        stack.look((0, 0, 0), (0, 0, 0))
    with pytest.raises(NotFinite):
        stack.look((0, 0, np.nan), (0, 0, 0))
    with pytest.raises(GptvizError, match="blocks"):
        model_plates(number(0), number(1), number(1), number(1))


def test_plates_hide_those_behind_them() -> None:
    plates = [
        Plate((0, 0, z), (1, 1, 0.1), colour) for z, colour in ((0, "#FF0000"), (1, "#00FF00"))
    ]
    stack = FlownStack(plates, (-3, -3, 4), (0, 0, 0.5))
    reds = [face.fill_rgbas[0][0] > face.fill_rgbas[0][1] for face in stack.faces]
    assert reds == sorted(reds, reverse=True)  # the upper one is drawn over the lower one
    stack.look((-3, -3, -4), (0, 0, 0.5))
    reds = [
        face.fill_rgbas[0][0] > face.fill_rgbas[0][1] for face in stack.faces if len(face.points)
    ]
    assert reds == sorted(reds)


def test_all_texts_of_a_plot_are_runs_with_an_origin() -> None:
    table = PlottedTable(tokens(5), [number(v) for v in range(5)])
    runs = [part for part in table.get_family() if isinstance(part, Run)]
    assert all(piece.origin is not None for run in runs for piece in run.pieces)
