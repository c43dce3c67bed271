"""The promise of the project: one weight of one head is changed, and the films that show it are
made again.

The bundled model in a folder, four films: the next word, the head that is changed, its neighbour in
the same layer, and the pieces of a word.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import safetensors.numpy

from tests.toy import PROMPT, ROOT, Toy, build

LAYER, HEAD, OTHER_HEAD = 5, 2, 3
SHOWING, OTHERS = {"word", "head"}, {"neighbour", "pieces"}

FILM = '''"""{name}"""

from manim import FadeIn

from gptviz.drawing.base.text import Numeral
from gptviz.film import Film
from gptviz.recording.families import AttentionHead, Merges, NextToken


class {title}(Film):
    """{name}"""

    needs = {{"seen": {request}}}

    def construct(self):
        seen = self.rec["seen"]
        with self.beat("A number that a model computed."):
            self.play(FadeIn(Numeral({number}, {form!r}, 60)), run_time=0.2)
'''

FILMS = {
    "word": (f"NextToken(prompt={PROMPT!r}, top=3)", "seen.probability(0)", ".4%"),
    "head": (
        f"AttentionHead(prompt={PROMPT!r}, head=({LAYER}, {HEAD}))",
        'seen.numbers("pattern")[2, 1]',
        ".4%",
    ),
    "neighbour": (
        f"AttentionHead(prompt={PROMPT!r}, head=({LAYER}, {OTHER_HEAD}))",
        'seen.numbers("pattern")[2, 1]',
        ".4%",
    ),
    "pieces": ('Merges(prompt="unbelievable")', 'seen.value("vocab")', ",.0f"),
}


@pytest.fixture
def project(tmp_path: Path, package: Path) -> Toy:
    toy = build(tmp_path / "project", package)
    for scene in toy.scene("x").parent.iterdir():
        scene.unlink()
    for name, (request, number, form) in FILMS.items():
        toy.scene(name).write_text(
            FILM.format(name=name, title=name.title(), request=request, number=number, form=form)
        )
    course = toy.root / "course.toml"
    course.write_text(course.read_text().replace('["tiny", "other"]', json.dumps(list(FILMS))))
    shutil.copytree(ROOT / "gptviz" / "models" / "bundled" / "mini", toy.root / "own")
    return toy


def status(toy: Toy) -> dict[str, tuple[str, str]]:
    run = toy.run("status", "--json", "--quality", "l", "--model", "own")
    assert run.code == 0, run.err
    return {film["scene"]: (film["state"], film["why"]) for film in json.loads(run.out)["films"]}


def render(toy: Toy) -> dict[str, set[str]]:
    """The films by what became of them."""
    run = toy.run("render", "--all", "--quality", "l", "--model", "own", timeout=200)
    assert run.code == 0, run.out + run.err
    rows = [line for line in run.lines if line.split()[0] in FILMS]
    assert len(rows) == len(FILMS)
    return {
        outcome: {line.split()[0] for line in rows if outcome in line}
        for outcome in ("rendered", "up to date")
    }


def published(toy: Toy) -> dict[str, tuple[int, bytes]]:
    """Of every film of the edition the file itself (its inode) and its content."""
    folder = toy.videos / "own" / "l"
    return {
        name: ((folder / f"{name}.mp4").stat().st_ino, (folder / f"{name}.mp4").read_bytes())
        for name in FILMS
    }


def change_one_weight(folder: Path) -> None:
    """One number of the query matrix of one head; the matrix c_attn (d_model, 3 d_model) holds q, k
    and v of all."""
    path = folder / "model.safetensors"
    tensors = safetensors.numpy.load_file(path)
    name = next(name for name in tensors if name.endswith(f"h.{LAYER}.attn.c_attn.weight"))
    changed = tensors[name].copy()
    column = HEAD * changed.shape[0] // json.loads((folder / "config.json").read_text())["n_head"]
    changed[:, column][7] += 2
    assert (changed != tensors[name]).sum() == 1
    safetensors.numpy.save_file({**tensors, name: changed}, path, {"format": "pt"})


@pytest.mark.slow
def test_a_weight_of_a_head_makes_only_its_films_again(project: Toy) -> None:
    assert render(project) == {"rendered": set(FILMS), "up to date": set()}
    assert status(project) == dict.fromkeys(FILMS, ("fresh", ""))
    before = published(project)
    provenance = project.store.manifest("own", "pieces", "seen").provenance

    change_one_weight(project.root / "own")
    for name, (state, why) in status(project).items():
        assert (state, why) == ("stale", "model changed since recording seen"), name

    assert render(project) == {"rendered": SHOWING, "up to date": OTHERS}
    after = published(project)
    assert {name for name in FILMS if after[name] != before[name]} == SHOWING
    assert all(after[name][1] != before[name][1] for name in SHOWING), (
        "made again, and the same pictures"
    )
    assert (
        project.store.manifest("own", "pieces", "seen").provenance.fingerprint
        != provenance.fingerprint
    )
    assert status(project) == dict.fromkeys(FILMS, ("fresh", ""))
    assert render(project) == {"rendered": set(), "up to date": set(FILMS)}
