"""``doctor``: is everything here that gptviz needs? Each check is a function that says what is
there, or what to do."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from gptviz.commands.console import say, table
from gptviz.errors import GptvizError
from gptviz.recording.files import inside, write_bytes
from gptviz.render import locks
from gptviz.render.find import course_faults, find_scenes
from gptviz.render.project import Project

_FREE = 1_000_000_000  # bytes that a course of films and their staging take comfortably
_MANIM = "0.22.0"
_PILLOW_BELOW = 13
_FONTS_AGAIN = "get it again: pip install --force-reinstall gptviz; in a checkout: git checkout gptviz/drawing/fonts"
_LETTERS = "AZaz09 .,+-%"  # what every film writes


@dataclass(frozen=True)
class Finding:
    """What a check found. ``hint`` is empty where all is well; ``grave`` says whether films can be
    made without it."""

    what: str
    state: str
    hint: str = ""
    grave: bool = True


def doctor(project: Project) -> int:
    """Prints every check; returns 1 where one found what films cannot be made without."""
    findings = list(examine(project))
    table(
        ("part", "state", ""),
        [
            (
                finding.what,
                finding.state,
                "ok" if not finding.hint else "missing" if finding.grave else "can wait",
            )
            for finding in findings
        ],
    )
    for finding in findings:
        if finding.hint:
            say(f"{finding.what}: {finding.hint}")
    return 1 if any(finding.hint and finding.grave for finding in findings) else 0


def examine(project: Project) -> Iterator[Finding]:
    """Runs every check, in the order in which one would mend what they find."""
    for check in CHECKS:
        yield from check(project)


def _python(project: Project) -> Iterator[Finding]:
    enough = sys.version_info >= (3, 11)
    yield Finding(
        "Python",
        sys.version.split()[0],
        "" if enough else "install Python 3.11 or newer: make PYTHON=...",
    )


def _manim(project: Project) -> Iterator[Finding]:
    found = _version("manim")
    hint = (
        ""
        if found == _MANIM
        else f"films are drawn with exactly {_MANIM}: pip install manim=={_MANIM}"
    )
    yield Finding("Manim", found or "not installed", hint)


def _pillow(project: Project) -> Iterator[Finding]:
    found = _version("pillow")
    major = (found or "").split(".")[0]
    good = major.isdecimal() and int(major) < _PILLOW_BELOW
    hint = (
        "" if good else f"Manim's images crash with this one: pip install 'pillow<{_PILLOW_BELOW}'"
    )
    yield Finding("Pillow", found or "not installed", hint)


def _cairo(project: Project) -> Iterator[Finding]:
    try:
        import cairo  # noqa: PLC0415
    except ImportError as error:
        yield Finding(
            "Cairo",
            str(error),
            "install Cairo and Pango (tools/system-packages.sh names the packages; macOS: brew install cairo "
            "pango pkg-config), then: pip install --force-reinstall pycairo manimpango",
        )
    else:
        yield Finding("Cairo", cairo.cairo_version_string())


def _typst(project: Project) -> Iterator[Finding]:
    try:
        import typst  # noqa: PLC0415

        drawn = typst.compile(b"$ x $", format="svg")
    except ImportError:
        yield Finding(
            "Typst",
            "not installed",
            "formulas are drawn with it: pip install typst",
        )
    except Exception as error:
        yield Finding(
            "Typst",
            str(error).splitlines()[0],
            "install it again: pip install --force-reinstall typst",
        )
    else:
        yield Finding(
            "Typst",
            _version("typst") or "there",
            "" if drawn else "it draws nothing; install it again",
        )


def _encoder(project: Project) -> Iterator[Finding]:
    try:
        import av  # noqa: PLC0415

        av.Codec("libx264", "w")
    except ImportError:
        yield Finding("PyAV", "not installed", "films are encoded with it: pip install av")
    except ValueError:
        yield Finding(
            "PyAV",
            _version("av") or "",
            "it has no x264: install a wheel of it, not one built here",
        )
    else:
        yield Finding("PyAV with x264", _version("av") or "there")


def _fonts(project: Project) -> Iterator[Finding]:
    try:
        from gptviz.drawing.base import glyphs, theme  # noqa: PLC0415
    except ImportError as error:
        yield Finding(
            "fonts",
            f"cannot be drawn: {error}",
            "install what rendering needs: pip install gptviz; in a checkout: make render",
        )
        return
    for name in sorted({value for key, value in vars(theme).items() if key.endswith("_FACE")}):
        try:
            whole = glyphs.Face(name).has(_LETTERS)
        except GptvizError as error:
            yield Finding(f"font {name}", error.what, _FONTS_AGAIN)
        else:
            yield Finding(
                f"font {name}",
                "there" if whole else "lacks letters or digits",
                "" if whole else _FONTS_AGAIN,
            )


def _space(project: Project) -> Iterator[Finding]:
    folder = next(path for path in (project.media, *project.media.parents) if path.exists())
    free = shutil.disk_usage(folder).free
    hint = (
        ""
        if free >= _FREE
        else f"a course takes about {_FREE / 1e9:.0f} GB while it is made: free some space"
    )
    yield Finding("disk", f"{free / 1e9:.1f} GB free", hint)


def _media(project: Project) -> Iterator[Finding]:
    new = not project.media.exists()
    try:
        probe = inside(project.media, ".doctor")
        write_bytes(probe, b"")
        probe.unlink()
        if new:
            project.media.rmdir()
    except (GptvizError, OSError) as error:
        yield Finding(
            "media folder",
            str(error).splitlines()[0],
            "make it writable, or give another: --media DIR",
        )
    else:
        left = (
            locks.sweep(project.media / locks.STAGING)
            if (project.media / locks.STAGING).is_dir()
            else []
        )
        yield Finding(
            "media folder",
            f"{project.media}{f', {len(left)} abandoned folders removed' if left else ''}",
        )


def _course(project: Project) -> Iterator[Finding]:
    scenes = find_scenes(project)
    broken = [scene for scene in scenes.values() if scene.fault]
    for scene in broken:
        yield Finding(f"film {scene.name}", scene.fault, f"mend {scene.path}")
    hint = "; ".join(course_faults(project, scenes))
    whose = ", the course that came with gptviz" if project.shipped else f", {project.root}"
    counted = f"{len(scenes)} films in {len(project.chapters)} chapters"
    yield Finding("course", counted + whose, hint)


def _models(project: Project) -> Iterator[Finding]:
    missing = [
        name for name in ("torch", "transformers", "tokenizers", "gensim") if _version(name) is None
    ]
    hint = (
        "needed to run a model, not to render: pip install 'gptviz[models]'; in a checkout: make record"
        if missing
        else ""
    )
    yield Finding(
        "extra models",
        f"without {', '.join(missing)}" if missing else "installed",
        hint,
        grave=False,
    )


def _voices(project: Project) -> Iterator[Finding]:
    """What there is to speak with. No film needs a voice, so nothing is missing."""
    try:
        from gptviz.voice.engines import here  # noqa: PLC0415
    except ImportError as error:
        yield Finding("voices", f"cannot be looked for: {error}")
        return
    for name, state in here():
        yield Finding(f"voice {name}", state)


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


CHECKS: tuple[Callable[[Project], Iterator[Finding]], ...] = (
    _python,
    _manim,
    _pillow,
    _cairo,
    _typst,
    _encoder,
    _fonts,
    _space,
    _media,
    _course,
    _models,
    _voices,
)
