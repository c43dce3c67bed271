"""Which sources a film reaches: what Python itself imports is the outside check."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from gptviz.render.sources import PACKAGE, Sources

#: Reached by import, but drawing nothing.
SILENT = {"__init__.py", "recording/families/__init__.py"}

FAMILIES = {"recording/__init__.py", "recording/families/__init__.py"}


def package(folder: Path, **files: str) -> Sources:
    for name, text in {
        "__init__": "",
        "recording/__init__": "",
        "recording/families/__init__": "",
        **files,
    }.items():
        path = folder / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return Sources(folder)


def test_no_module_that_python_imports_is_forgotten(root: Path) -> None:
    """Everything that importing the scene loads of gptviz is reached, but for kinds of which it has
    no recording."""
    scene = root / "scenes" / "prediction" / "topk_topp.py"
    code = (
        f"import sys, runpy; runpy.run_path({str(scene)!r})\n"
        "print(*(m.__file__ for n, m in sys.modules.items() if n.split('.')[0] == 'gptviz'), sep='\\n')"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=root
    )
    loaded = {
        Path(line).relative_to(PACKAGE).as_posix() for line in run.stdout.splitlines() if line
    }
    reached = set(Sources().reached([scene.read_text()], ["candidate_sets"]))
    # A catalogue is one entry, whatever files it lies in.
    folders = ("recording/families/", "maths/")
    shared = {
        f"recording/{name}.py" for name in ("heads", "published", "rows")
    }  # by families alone
    forgotten = {
        path for path in loaded - reached - SILENT - shared if not path.startswith(folders)
    }
    assert not forgotten
    assert "recording/families/candidates.py" in reached and len(reached) > 10


def test_reached_through_functions_packages_and_relative_imports(tmp_path: Path) -> None:
    sources = package(
        tmp_path,
        **{
            "a/__init__": "from .b import thing",
            "a/b": "def f():\n    from gptviz import c",
            "c": "",
            "d": "",
        },
    )
    assert set(sources.reached(["import gptviz.a"], [])) == {"a/__init__.py", "a/b.py", "c.py"}


def test_modules_that_are_imported_by_a_name_in_a_text(tmp_path: Path) -> None:
    sources = package(
        tmp_path, **{"a/__init__": "", "a/b": "from gptviz import c", "c": "", "d": ""}
    )
    named = "import importlib\nimportlib.import_module('gptviz.a.b')"
    assert set(sources.reached([named], [])) == {"a/__init__.py", "a/b.py", "c.py"}
    unknown = "from importlib import import_module\nimport_module('gptviz.' + input())"
    everything = {"a/__init__.py", "a/b.py", "c.py", "d.py", *FAMILIES}
    assert set(sources.reached([unknown, "x = 1"], [])) == everything


def test_of_a_catalogue_only_what_is_used_counts(tmp_path: Path) -> None:
    scene = "from gptviz import maths\nfrom gptviz.errors import Bad\ny = maths.used(1)\n"
    text = (
        "import numpy\nSCALE = 2\ndef helper(x):\n    return SCALE * x\n\n"
        "@decorate\ndef used(x):\n    return helper(x)\n\n{}"
    )
    first = package(tmp_path / "1", maths=text.format(""), errors="class Bad(Exception): pass\n")
    before = first.reached([scene], [])
    for i, (change, same) in enumerate(
        [
            (("{}", "def more():\n    pass\n"), True),
            (("SCALE = 2", "SCALE = 3"), False),
            (("@decorate", "@other"), False),
            (("helper(x):", "helper(x):  #"), False),
        ]
    ):
        other = package(
            tmp_path / f"c{i}",
            maths=text.replace(*change).format(""),
            errors="class Bad(Exception): pass\nclass Worse(Bad): pass\n",
        )
        assert (other.reached([scene], []) == before) is same
    everything = "from gptviz import maths\nfor f in dir(maths): print(f)\n"
    more = package(tmp_path / "m", maths=text.format("def more():\n    pass\n"))
    assert first.reached([everything], [])["maths.py"] != more.reached([everything], [])["maths.py"]


def test_a_film_reaches_the_families_that_it_needs_or_names(tmp_path: Path) -> None:
    sources = package(
        tmp_path,
        **{
            "recording/families/__init__": "from gptviz.recording.families.two import Two, help_two\n"
            "from gptviz.recording.families.one import One\n",
            "recording/families/one": "class One:\n    kind: str = 'one'\n    from gptviz import d",
            "recording/families/two": "class Two:\n    kind: str = 'two'\n",
            "d": "",
        },
    )
    one, two = {"recording/families/one.py", "d.py"}, {"recording/families/two.py"}
    room = {"recording/__init__.py"}
    everything = {"recording/families/__init__.py"} | one | two | room
    assert set(sources.reached(["x = 1"], ["one"])) == one
    for scene, wanted in {
        "from gptviz.recording.families import Two": two | room,
        "from gptviz.recording.families.one import One": one | room,
        "from gptviz.recording import families\ny = families.help_two()": two | room,
        "from gptviz.recording import families\nfor f in dir(families): f()": everything,
        "import gptviz.recording.families": everything,
        "from gptviz.recording.families import *": everything,
    }.items():
        assert set(sources.reached([scene], [])) == wanted, scene
