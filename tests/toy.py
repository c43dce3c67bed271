"""A small project to test the house in: two short films, recordings made by hand, and the command
line in a process."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gptviz.recording.families import NextToken
from gptviz.recording.schema import Provenance, Recording, make
from gptviz.recording.store import Store
from tests.made import next_token_content

ROOT = Path(__file__).resolve().parent.parent

PROMPT = "One day a little"
TOP = (" girl", " boy", " dog")

COURSE = """
[defaults]
model = ["big", "small"]
vectors = []

[[chapter]]
name = "words"
title = "Words"
films = ["tiny", "other"]
"""

#: A film of two beats that shows one number; it reaches drawing/base/text.py and not
#: drawing/chances/bars.py.
TINY = '''"""What comes next?"""

from manim import FadeIn

from gptviz.drawing.base.text import Numeral
from gptviz.film import Film, Need
from gptviz.recording.families import NextToken


class Tiny(Film):
    """What comes next?"""

    row = Need(NextToken(prompt="One day a little", top=3), main=True)

    def construct(self):
        row = self.row
        number = Numeral(row.probability(0), ".1%", 60)
        with self.beat("A model has read a prompt."):
            self.play(FadeIn(number), run_time=0.4)
        with self.beat("Next comes {word}, says the model.", word=row.token(0)):
            self.play(number.animate.shift([1, 0, 0]), run_time=0.4)
'''

#: Another that needs no recording and reaches less.
OTHER = '''"""Nothing but words"""

from gptviz.film import Film


class Other(Film):
    """Nothing but words"""

    def construct(self):
        with self.beat("This film shows no number at all."):
            self.wait(0.2)
'''

#: How a film that is a folder reaches its parts: an import, one that is put together, and a file.
PARTLY = """import importlib
import json
from pathlib import Path

from gptviz.film import Film

LENGTH = importlib.import_module("." + "parts", __package__).LENGTH
FACTOR = json.loads(Path(__file__).with_name("colours.json").read_text())["factor"]
"""


def row(
    logits: tuple[float, ...] = (2.0, 1.0, 0.5),
    prompt: str = PROMPT,
    model: str = "big model",
    top: int = 3,
    fingerprint: str = "0" * 64,
) -> Recording:
    """A recording of the next token after a prompt, of a vocabulary of as many tokens as there are
    scores."""
    content = next_token_content(logits[:3], TOP, [prompt], logits[3:])
    return make(
        NextToken(prompt=prompt, top=top),
        content,
        Provenance(model=model, reference=model, parameters=1000, fingerprint=fingerprint),
    )


@dataclass(frozen=True)
class Run:
    """What a command did."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()


@dataclass(frozen=True)
class Toy:
    """The project's folder, and the package that its commands run (a copy, where a test changes
    sources)."""

    root: Path
    package: Path = ROOT

    @property
    def store(self) -> Store:
        return Store(self.root / "recordings")

    @property
    def videos(self) -> Path:
        return self.root / "media" / "videos"

    def scene(self, name: str) -> Path:
        return self.root / "scenes" / "words" / f"{name}.py"

    def environment(self, **more: str) -> dict[str, str]:
        own = {key: value for key, value in os.environ.items() if not key.startswith("GPTVIZ_")}
        return {**own, "PYTHONPATH": str(self.package), "PYTHONWARNINGS": "", **more}

    @contextlib.contextmanager
    def start(self, *arguments: str, **environment: str) -> Iterator[subprocess.Popen[str]]:
        """The command in a process group of its own, not waited for; killed on leaving, should it
        still run."""
        # Whoever runs the tests in the background has them ignore Ctrl-C; the command is to get it.
        process = subprocess.Popen(
            [sys.executable, "-m", "gptviz", *arguments],
            cwd=self.root,
            text=True,
            env=self.environment(**environment),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
            errors="backslashreplace",
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
        )
        with process:
            try:
                yield process
            finally:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)

    def run(self, *arguments: str, timeout: float = 120, **environment: str) -> Run:
        """The command in a process, to its end."""
        with self.start(*arguments, **environment) as process:
            out, err = process.communicate(timeout=timeout)
        return Run(process.returncode, out, err)

    def files(self) -> set[str]:
        """Every file of the project by its path."""
        return {
            str(path.relative_to(self.root))
            for path in self.root.rglob("*")
            if not path.is_dir() and "__pycache__" not in path.parts
        }


def as_folder(toy: Toy, name: str) -> Path:
    """Turns the film ``other`` into a folder with parts, which it draws from in three ways."""
    folder = toy.scene(name).with_suffix("")
    (folder / "more").mkdir(parents=True)
    text = toy.scene(name).read_text(encoding="utf-8")
    toy.scene(name).unlink()
    text = text.replace("from gptviz.film import Film\n", PARTLY)
    text = text.replace("self.wait(0.2)", "self.wait(LENGTH + FACTOR - 1)")
    (folder / "film.py").write_text(text, encoding="utf-8")
    (folder / "parts.py").write_text("from .more.deep import LENGTH\n", encoding="utf-8")
    (folder / "more" / "deep.py").write_text("LENGTH = 0.2\n", encoding="utf-8")
    (folder / "colours.json").write_text('{"factor": 1}', encoding="utf-8")
    return folder


def build(root: Path, package: Path = ROOT) -> Toy:
    """A project with its two films, recorded in the edition ``big``."""
    toy = Toy(root, package)
    toy.scene("x").parent.mkdir(parents=True)
    (root / "course.toml").write_text(COURSE, encoding="utf-8")
    toy.scene("tiny").write_text(TINY, encoding="utf-8")
    toy.scene("other").write_text(OTHER, encoding="utf-8")
    toy.store.write("big", "tiny", "row", row())
    return toy


def copy_package(folder: Path) -> Path:
    """A copy of gptviz whose sources a test may change, without the bundled models."""
    shutil.copytree(
        ROOT / "gptviz", folder / "gptviz", ignore=shutil.ignore_patterns("__pycache__", "bundled")
    )
    return folder
