"""What is stale, and why: content counts, file times never."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from gptviz.recording.store import Store
from gptviz.render.editions import Edition
from gptviz.render.find import pick_scenes
from gptviz.render.plan import Plan, Planner, Wish, changes
from gptviz.render.project import open_project
from tests.toy import Toy, as_folder, build, copy_package, row


@pytest.fixture
def toy(rendered: Toy, tmp_path: Path) -> Toy:
    """A copy of the rendered project, which is what carrying media over to a fresh clone gives."""
    shutil.copytree(rendered.root, tmp_path / "copy")
    return Toy(tmp_path / "copy", rendered.package)


def status(toy: Toy, *options: str) -> dict[str, tuple[str, str]]:
    run = toy.run("status", "--json", "--quality", "l", *options)
    assert run.code == 0, run.err
    return {film["scene"]: (film["state"], film["why"]) for film in json.loads(run.out)["films"]}


def plan(toy: Toy, name: str = "tiny", edition: Edition | None = None) -> Plan:
    planner = Planner(open_project(toy.root))
    return planner.plan(
        pick_scenes(planner.project, [name])[0],
        edition or Edition("default", ("big", "small"), ()),
        Wish("l"),
    )


def test_touched_and_carried_over_is_fresh(toy: Toy) -> None:
    for path in toy.root.rglob("*"):
        os.utime(path, (0, 0))
    assert status(toy) == {"tiny": ("fresh", ""), "other": ("fresh", "")}
    os.utime(toy.scene("tiny"), (4e9, 4e9))
    run = toy.run("render", "tiny", "--quality", "l")
    assert (
        run.code == 0
        and "up to date" in run.lines[0]
        and run.lines[-1] == str(toy.videos / "default/l/tiny.mp4")
    )


def test_a_changed_recording_is_named_with_its_numbers(toy: Toy) -> None:
    toy.store.write("big", "tiny", "row", row((1.0, 1.0, 0.5)))
    state, why = status(toy)["tiny"]
    chances = np_softmax(2.0, 1.0, 0.5), np_softmax(1.0, 1.0, 0.5)
    assert state == "stale"
    assert why == f"recording row: ' girl' {chances[0]} -> ' girl' {chances[1]}"
    assert status(toy)["other"] == ("fresh", "")


def np_softmax(first: float, *others: float) -> str:
    from math import exp

    return f"{exp(first) / sum(map(exp, (first, *others))):.3f}".removeprefix("0")


def test_the_same_values_under_another_fingerprint_leave_a_film_fresh(toy: Toy) -> None:
    toy.store.write("big", "tiny", "row", row(fingerprint="1" * 64))
    assert status(toy)["tiny"] == ("fresh", "")


def test_what_the_badge_says_counts(toy: Toy) -> None:
    toy.store.write("big", "tiny", "row", row(model="another model"))
    assert status(toy)["tiny"] == ("stale", "recording row: big model -> another model")


def test_a_change_in_any_file_of_a_film_makes_it_stale(toy: Toy) -> None:
    whole = plan(toy, "other").digest
    folder = as_folder(toy, "other")
    before = plan(toy, "other")
    assert before.digest != whole and before.fault is None
    seen = {before.digest}
    for name in ("parts.py", "more/deep.py", "colours.json", "new.py"):
        path = folder / name
        path.write_text((path.read_text() if path.exists() else "") + "\n")
        seen.add(plan(toy, "other").digest)
    assert len(seen) == 5
    (folder / "__pycache__").mkdir()
    (folder / "__pycache__" / "parts.pyc").write_bytes(b"x")
    assert plan(toy, "other").digest in seen


def test_a_changed_scene(toy: Toy) -> None:
    toy.scene("tiny").write_text(
        toy.scene("tiny").read_text().replace("run_time=0.4", "run_time=0.5")
    )
    assert status(toy) == {"tiny": ("stale", "the scene changed"), "other": ("fresh", "")}


def test_a_changed_module_makes_only_its_users_stale(tmp_path: Path) -> None:
    toy = build(tmp_path / "project", copy_package(tmp_path))
    run = toy.run("render", "--all", "--quality", "l")
    assert run.code == 0, run.err
    drawing = tmp_path / "gptviz" / "drawing"
    unused = drawing / "chances" / "bars.py"
    unused.write_text(unused.read_text() + "\n# a comment\n")
    (drawing / "brand_new.py").write_text("X = 1\n")
    maths = tmp_path / "gptviz" / "maths" / "scores.py"
    maths.write_text(maths.read_text() + "\n\ndef quite_new(x: float) -> float:\n    return x\n")
    assert status(toy) == {"tiny": ("fresh", ""), "other": ("fresh", "")}
    kind = tmp_path / "gptviz" / "recording" / "families" / "next_token.py"
    kind.write_text(kind.read_text() + "\n# a comment\n")
    assert status(toy) == {
        "tiny": ("stale", "recording/families/next_token.py changed"),
        "other": ("fresh", ""),
    }
    text = drawing / "base" / "text.py"
    text.write_text(text.read_text() + "\n# a comment\n")
    assert status(toy)["other"] == ("stale", "drawing/base/text.py changed")
    font = next((drawing / "fonts").glob("*.?tf"))
    font.write_bytes(font.read_bytes() + b"\0")
    assert "the fonts changed" in status(toy)["other"][1]


def test_quality_and_captions_and_versions_count(toy: Toy) -> None:
    assert status(toy, "--captions", "file")["other"] == ("stale", "captions drawn -> file")
    parts = plan(toy).parts
    older = {**parts, "versions": {**parts["versions"], "Manim": "0.21.9"}}
    assert list(changes(older, parts, lambda need: "")) == [
        f"Manim 0.21.9 -> {parts['versions']['Manim']}"
    ]


@pytest.mark.parametrize("how", ["truncated", "zeroed", "gone"])
def test_a_damaged_film_is_rendered_again(toy: Toy, how: str) -> None:
    film = toy.videos / "default/l/other.mp4"
    whole = film.read_bytes()
    if how == "gone":
        film.unlink()
    else:
        film.write_bytes(whole[:1000] if how == "truncated" else bytes(len(whole)))
    state, why = status(toy)["other"]
    assert state == "stale" and "other.mp4" in why
    run = toy.run("render", "other", "--quality", "l")
    assert run.code == 0, run.err
    assert film.read_bytes() == whole
    assert not [
        name for name in toy.files() if "damaged" in name or ".part" in name or ".staging" in name
    ]


@pytest.mark.parametrize("damage", ["flipped bit", "truncated", "no tensors", "empty manifest"])
def test_a_damaged_recording_is_refused_even_when_the_film_is_there(toy: Toy, damage: str) -> None:
    manifest = toy.store.path("big", "tiny", "row")
    tensors = manifest.with_suffix(".safetensors")
    data = bytearray(tensors.read_bytes())
    if damage == "flipped bit":
        data[-1] ^= 1
        tensors.write_bytes(data)
    elif damage == "truncated":
        tensors.write_bytes(data[:-3])
    elif damage == "no tensors":
        tensors.unlink()
    else:
        manifest.write_bytes(b"")
    film = (toy.videos / "default/l/tiny.mp4").read_bytes()
    before = toy.files()
    run = toy.run("render", "tiny", "--quality", "l")
    assert run.code == 1
    assert "gptviz record tiny" in run.err and "Traceback" not in run.err
    assert toy.files() == before and (toy.videos / "default/l/tiny.mp4").read_bytes() == film
    assert status(toy)["tiny"][0] == "stale"


def test_the_default_edition_is_chosen_need_by_need(toy: Toy) -> None:
    assert plan(toy).sources == "big"
    shutil.move(toy.store.root / "big", toy.store.root / "small")
    assert plan(toy).sources == "small"
    shutil.rmtree(toy.store.root / "small")
    gone = plan(toy)
    assert (
        gone.state == "stale"
        and "row is not recorded in big; row is not recorded in small" in gone.why
    )


def test_an_answer_to_another_request_does_not_count(toy: Toy) -> None:
    toy.store.write("big", "tiny", "row", row(prompt="Another prompt"))
    assert "answers another request" in plan(toy).why
    toy.store.write("small", "tiny", "row", row(model="small model"))
    assert plan(toy).sources == "small"


CHAINED = '''
from gptviz.film import Film
from gptviz.recording.families import NextToken

class Chained(Film):
    """Two needs of one model, and one alone"""

    needs = {"a": NextToken(prompt="A", top=3), "b": NextToken(prompt="B", top=3), "c": NextToken(prompt="C", top=3)}
    chains = (("a", "b"),)
'''


def test_chained_needs_come_from_one_model(toy: Toy) -> None:
    toy.scene("chained").write_text(CHAINED)
    for edition, needs in {"big": "ac", "small": "abc"}.items():
        for need in needs:
            toy.store.write(edition, "chained", need, row(prompt=need.upper(), model=edition))
    found = plan(toy, "chained")
    assert found.cast is not None
    assert {need: part.edition for need, part in found.cast.parts.items()} == {
        "a": "small",
        "b": "small",
        "c": "big",
    }
    assert plan(toy, "chained", Edition("big", ("big",), ())).why.startswith(
        "a is chained to needs that are missing"
    )


def test_recordings_that_nobody_asks_for_do_not_count(toy: Toy) -> None:
    Store(toy.root / "recordings").write("big", "tiny", "spare", row(prompt="spare"))
    assert status(toy)["tiny"] == ("fresh", "")
