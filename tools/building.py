"""What setuptools does for gptviz beside its own: the course goes into the wheel.

The course lives at the top of the checkout and there only: ``course.toml``, ``scenes/`` and
``recordings/``. A wheel carries them as ``gptviz/shipped/``, where
:func:`gptviz.render.project.shipped_course` finds them. Recordings of prompts given by hand, which
git ignores, stay out.

The README's links to files of the checkout lead nowhere on a package index. There they lead to the
address ``Source`` of ``[project.urls]``; as long as there is none, their text stands alone.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from setuptools.command.build_py import build_py
from setuptools.command.egg_info import egg_info

ROOT = Path(__file__).resolve().parent.parent
COURSE = ("course.toml", "scenes/**/*", "recordings/**/*")
PACKED = ("gptviz", "shipped")
_BY_HAND = re.compile(r".*-[0-9]{8}")


def course_files() -> list[str]:
    """The files of the course, by their path in the checkout."""
    found = (path for pattern in COURSE for path in sorted(ROOT.glob(pattern)) if path.is_file())
    names = (path.relative_to(ROOT) for path in found)
    return [
        name.as_posix()
        for name in names
        if "__pycache__" not in name.parts
        and not any(part.startswith(".") for part in name.parts)
        and not (name.parts[0] == "recordings" and _BY_HAND.fullmatch(name.parts[1]))
    ]


class WithCourse(build_py):
    """Builds the package with the course as its data, and without what an earlier build left."""

    def run(self) -> None:
        if not self.editable_mode:
            shutil.rmtree(Path(self.build_lib, "gptviz"), ignore_errors=True)
        super().run()

    def _get_data_files(self) -> list[tuple[str, str, str, list[str]]]:
        """What is copied into the package: (package, from folder, to folder, names)."""
        found = super()._get_data_files()
        return [*found, ("gptviz", str(ROOT), str(Path(self.build_lib, *PACKED)), course_files())]


class WithReadme(egg_info):
    """Writes the package's metadata, with a README that is whole where the checkout is not."""

    def finalize_options(self) -> None:
        super().finalize_options()
        told = self.distribution.metadata
        told.long_description = for_index(
            told.long_description or "", told.project_urls.get("Source")
        )


def for_index(readme: str, source: str | None) -> str:
    """The README as a package index shows it: links to files become links to ``source``, an address
    of a repository; without one, their text alone, and no pictures."""

    def told(link: re.Match[str]) -> str:
        picture, text, target = link.groups()
        if "://" in target or target.startswith("#"):
            return link[0]
        if source is None:
            return "" if picture else text
        return f"{picture}[{text}]({source}/{'raw' if picture else 'blob'}/HEAD/{target})"

    return re.sub(r"(!?)\[([^\]]*)\]\(([^)\s]+)\)", told, readme)
