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
from gptviz.recording.requests import NextToken
from gptviz.render.find import find_scenes, pick_scenes, read_scene
from gptviz.render.project import open_project
from tests.toy import Toy

HEAD = "from gptviz.film import Film\nfrom gptviz.recording.requests import NextToken\n"


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


@pytest.mark.parametrize(
    "body",
    [
        "class Made(Film):\n    needs = {'a': NextToken(prompt=open('/etc/passwd').read())}\n",
        "import os\nclass Made(Film):\n    needs = {'a': os.system('true')}\n",
        "class Made(Film):\n    needs = {'a': 3}\n",
        "class Made(Film):\n    needs = {'../a': NextToken('x')}\n",
        "class Made(Film):\n    main = 'a'\n",
        "class Made(Film):\n    chains = (('a', 'b'),)\n",
        "class Made(Film):\n    needs = {'a': NextToken('x', top='y' + 1)}\n",
        "class Made(Film):\n    pass\nclass Second(Film):\n    pass\n",
        "class Made:\n    pass\n",
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
