"""Films are found and their declarations read without importing them; names are data until they are
known."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gptviz.errors import GptvizError, UnknownScene
from gptviz.recording.families import NextToken
from gptviz.render.find import find_scenes, pick_scenes, read_scene
from gptviz.render.project import open_project
from tests.toy import Toy, as_folder

HEAD = "from gptviz.film import Film\nfrom gptviz.recording.families import NextToken\n"


def scene(tmp_path: Path, body: str) -> Path:
    path = tmp_path / "words" / "made.py"
    path.parent.mkdir(exist_ok=True)
    path.write_text(HEAD + body, encoding="utf-8")
    return path


def test_declarations_are_read_from_literals(tmp_path: Path) -> None:
    found = read_scene(
        scene(
            tmp_path,
            '''
PROMPT = "one " "two"
COMMON = {"a": NextToken(PROMPT, top=3)}

class Made(Film):
    """A title

    and more."""
    needs: dict = {**COMMON, "b": NextToken(prompt=PROMPT + "!", top=5)}
    main = "b"
    chains = (("a", "b"),)
''',
        )
    )
    assert found.fault == "" and (found.title, found.film, found.chapter) == (
        "A title",
        "Made",
        "words",
    )
    assert dict(found.needs) == {"a": NextToken("one two", 3), "b": NextToken("one two!", 5)}
    assert (found.main, found.chains) == ("b", (("a", "b"),))


def test_needs_that_a_film_knows_by_their_types_are_read_from_literals(tmp_path: Path) -> None:
    found = read_scene(
        scene(
            tmp_path,
            """
PROMPT = "one two"

class Made(Film):
    a = Need(NextToken(PROMPT, top=3), main=True)
    b = Need(NextToken(PROMPT + "!", top=5), optional=True)
    chains = (("a", "b"),)
    other = elsewhere.Thing()
""",
        )
    )
    assert found.fault == ""
    assert dict(found.needs) == {"a": NextToken("one two", 3), "b": NextToken("one two!", 5)}
    assert (found.main, found.optional, found.chains) == ("a", ("b",), (("a", "b"),))


@pytest.mark.parametrize(
    "body",
    [
        "class Made(Film):\n    a = Need(NextToken('x'), main=True)\n    b = Need(NextToken('x'), main=True)\n",
        "class Made(Film):\n    a = Need(3)\n",
        "class Made(Film):\n    a = Need(NextToken(prompt=open('/etc/passwd').read()))\n",
        "class Made(Film):\n    Bad = Need(NextToken('x'))\n",
        "class Made(Film):\n    needs = {'a': NextToken(prompt=open('/etc/passwd').read())}\n",
        "import os\nclass Made(Film):\n    needs = {'a': os.system('true')}\n",
        "class Made(Film):\n    needs = {'a': 3}\n",
        "class Made(Film):\n    needs = {'../a': NextToken('x')}\n",
        "class Made(Film):\n    main = 'a'\n",
        "class Made(Film):\n    chains = (('a', 'b'),)\n",
        "class Made(Film):\n    needs = {'a': NextToken('x', top='y' + 1)}\n",
        "class Made(Film):\n    pass\nclass Second(Film):\n    pass\n",
        "class Made(Film:\n",
        "\0",
    ],
)
def test_what_is_no_literal_is_a_fault_of_that_film_only(toy: Toy, body: str) -> None:
    toy.scene("made").write_text(HEAD + body, encoding="utf-8")
    found = find_scenes(open_project(toy.root))
    assert found["made"].fault and not found["tiny"].fault
    with pytest.raises(GptvizError):
        found["made"].checked()


def test_a_film_may_be_a_folder_and_a_helper_is_no_film(toy: Toy) -> None:
    as_folder(toy, "other")
    toy.scene("helper").write_text("def double(x):\n    return 2 * x\n")
    toy.scene("made").write_text("from gptviz import film\n\nclass Made(film.Film):\n    'Made'\n")
    found = find_scenes(open_project(toy.root))
    assert list(found) == ["tiny", "other", "made"]
    assert not any(scene.fault for scene in found.values())
    other = found["other"]
    assert (other.chapter, other.title, other.film) == ("words", "Nothing but words", "Other")
    assert set(other.files) == {"film.py", "parts.py", "more/deep.py", "colours.json"}
    assert found["tiny"].files == {"scene.py": toy.scene("tiny")}


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("film.py", "from ..tiny import Tiny"),
        ("parts.py", "from scenes.words import tiny"),
        ("more/deep.py", "from ...tiny import Tiny"),
        ("parts.py", "import scenes.words.tiny"),
    ],
)
def test_a_film_uses_no_other_film_s_parts(toy: Toy, name: str, line: str) -> None:
    folder = as_folder(toy, "other")
    (folder / name).write_text(f"{line}\n{(folder / name).read_text()}")
    fault = find_scenes(open_project(toy.root))["other"].fault
    assert f"{Path(name).name}, line 1: {line}" in fault and "gptviz.drawing" in fault


def test_a_film_of_one_file_has_no_parts_and_no_name_twice(toy: Toy) -> None:
    toy.scene("made").write_text(HEAD + "from .parts import x\nclass Made(Film):\n    pass\n")
    twin = toy.root / "scenes" / "numbers" / "tiny.py"
    twin.parent.mkdir()
    twin.write_text(toy.scene("tiny").read_text())
    found = find_scenes(open_project(toy.root))
    assert "from .parts import x" in found["made"].fault
    assert "has the same name" in found["tiny"].fault


def test_order_is_the_course_s_then_by_name(toy: Toy) -> None:
    toy.scene("aaa").write_text(toy.scene("other").read_text())
    assert list(find_scenes(open_project(toy.root))) == ["tiny", "other", "aaa"]


@settings(
    max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(name=st.text(max_size=400))
def test_no_other_name_is_ever_a_film(toy: Toy, name: str) -> None:
    project = open_project(toy.root)
    if name in ("tiny", "other"):
        return
    with pytest.raises(UnknownScene) as refused:
        pick_scenes(project, [name])
    assert {"tiny", "other"} & set(refused.value.why.replace(",", "").split())
    assert refused.value.what.isascii() and len(refused.value.what) < 1000


def test_listing_imports_no_manim() -> None:
    import subprocess

    code = (
        "import sys; from gptviz.render import find, plan; from gptviz.commands import listing\n"
        "heavy = {'manim', 'torch', 'transformers', 'gensim', 'av'} & set(sys.modules)\n"
        "sys.exit(str(heavy) if heavy else 0)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr


def test_every_scene_of_the_course_can_be_read(root: Path) -> None:
    scenes = find_scenes(open_project(root))
    assert scenes and not {name: found.fault for name, found in scenes.items() if found.fault}
    for found in scenes.values():
        classes = [
            node.name
            for node in ast.parse(found.path.read_text()).body
            if isinstance(node, ast.ClassDef)
        ]
        assert found.film in classes
