"""Mistakes in a film's own code, said as its author needs them: the file, the line, and what is
there instead.

Whatever a film raises passes through :func:`explained`: an error of gptviz' own is given its place,
any other becomes one that says what was meant, where that can be told from the names that are there.
"""

from __future__ import annotations

import contextlib
import difflib
import inspect
import linecache
import pkgutil
import re
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any

from gptviz.errors import GptvizError, RenderFailed
from gptviz.recording.number import Claim, Numbers
from gptviz.recording.schema import Recording
from gptviz.render.scenefiles import in_folder

_LONGEST = 120  # characters of a line or a request that are shown
_LISTED = 12  # names that are listed where none is near

#: What was done wrong, what is there instead, and what to do.
Told = tuple[str, str, str]


@dataclass(frozen=True)
class Mistake:
    """An error and where it came from: ``frame`` is the last one in the film's own code, ``line``
    what stands there, ``beneath`` the frames that it called."""

    error: BaseException
    scene: str
    frame: FrameType | None
    line: str
    beneath: tuple[FrameType, ...]

    def caller(self, kind: type) -> Any:
        """The first object of a kind whose method was called beneath the film's code, if any."""
        owners = (frame.f_locals.get("self") for frame in self.beneath)
        return next((owner for owner in owners if isinstance(owner, kind)), None)

    @property
    def film(self) -> Any:
        """The film, where its own method was at work."""
        owner = self.frame.f_locals.get("self") if self.frame else None
        return owner if hasattr(owner, "needs") and hasattr(owner, "rec") else None


@contextlib.contextmanager
def explaining(scene: str, path: Path, shown: str) -> Iterator[None]:
    """What a film's code raises inside is raised as :func:`explained` says it."""
    try:
        yield
    except (Exception, SystemExit) as error:
        found = explained(error, scene, path, shown)
        if found is error:
            raise
        raise found from error


def explained(error: BaseException, scene: str, path: Path, shown: str) -> BaseException:
    """An error of a film's code in three lines.

    ``path`` is the film's file, ``shown`` how its author knows it. An error that did not come from
    the film's code is returned as it is.
    """
    own = path.parent if in_folder(path) else path
    frames = [(frame, number) for frame, number in traceback.walk_tb(error.__traceback__)]
    inside = [i for i, (frame, _) in enumerate(frames) if _is_own(frame.f_code.co_filename, own)]
    if not inside and not (isinstance(error, SyntaxError) and _is_own(error.filename or "", own)):
        return error
    if inside:
        frame, number = frames[inside[-1]]
        file, beneath = Path(frame.f_code.co_filename), [f for f, _ in frames[inside[-1] + 1 :]]
    else:
        assert isinstance(error, SyntaxError)
        frame, number, file, beneath = None, error.lineno or 0, Path(error.filename or ""), []
    line = linecache.getline(str(file), number).strip()
    mistake = Mistake(error, scene, frame, line, tuple(beneath))
    place = Path(shown).parent / file.relative_to(own) if in_folder(path) else Path(shown)
    where = f"{place.as_posix()}, line {number}: {_short(line)}"
    if isinstance(error, GptvizError):
        error.why = "; ".join(filter(None, (where, error.why, _instead(mistake))))
        return error
    what, instead, hint = _told(mistake)
    return RenderFailed(what, "; ".join(filter(None, (where, instead))), hint)


def _is_own(file: str, own: Path) -> bool:
    return Path(file).is_relative_to(own)


def _told(mistake: Mistake) -> Told:
    if isinstance(mistake.error, SystemExit):
        return (
            f"the film {mistake.scene} ended gptviz",
            "a film ends when construct does",
            "use return",
        )
    for explain in _EXPLAINERS:
        if told := explain(mistake):
            return told
    said = f"{type(mistake.error).__name__}: {mistake.error}".splitlines()[0]
    return (
        f"the film {mistake.scene} broke off: {said}",
        "",
        "run it again with --debug for the whole traceback",
    )


def _instead(mistake: Mistake) -> str:
    """The nearest names to one that a recording does not hold, or a film does not declare."""
    named = re.search(r"holds no \w+ '([^']*)'|has no setting '([^']*)'", str(mistake.error))
    recording = mistake.caller(Recording)
    if named is None or (recording is None and mistake.film is None):
        return ""
    if recording is None:
        return _near(named[2] or "", mistake.film.settings)
    held = [*recording.manifest.tensors, *recording.manifest.values, *recording.manifest.tokens]
    return _near(named[1] or "", held)


def _of_manim(mistake: Mistake) -> Told | None:
    """A text of Manim's own, which has no address and often needs LaTeX."""
    from gptviz.film.foreign import PIECES, piece_for  # noqa: PLC0415  (Manim, which is loaded now)

    owners = (frame.f_locals.get("self") for frame in mistake.beneath)
    made = next((type(o).__name__ for o in owners if type(o).__name__ in PIECES), None)
    if made is None:
        return None
    said = f"{type(mistake.error).__name__}: {mistake.error}".splitlines()[0]
    why = "it needs LaTeX, which gptviz does without" if "latex" in said.lower() else said
    return f"Manim's {made} is no piece of a film", why, piece_for(made)


def _attribute(mistake: Mistake) -> Told | None:
    error = mistake.error
    if not isinstance(error, AttributeError) or not error.name:
        return None
    owner, name = error.obj, error.name
    if owner is None:
        return _none(mistake, name)
    if owner is mistake.film:
        known = [*owner.needs, *_public(type(owner))]
        needs = f"its needs are {', '.join(owner.needs) or 'none'}"
        return f"the film {mistake.scene} has no {name!r}", _near(name, known, needs), _MEND
    if isinstance(owner, ModuleType):
        return f"{owner.__name__} has no {name!r}", _near(name, _public(owner)), _MEND
    kind = type(owner)
    own = [each for each in vars(kind) if not each.startswith("_")]
    listed = f"it has {_listed(own)}" if isinstance(owner, Recording) else ""
    return f"a {kind.__name__} has no {name!r}", _near(name, _public(owner), listed), _MEND


def _none(mistake: Mistake, name: str) -> Told:
    film = mistake.film
    lacking = [need for need in getattr(film, "optional", ()) if need not in film.rec]
    instead = f"the recordings lack {', '.join(lacking)}, which the film declares optional"
    return (
        f"there is nothing to ask for {name!r}",
        instead if lacking else "what stands before it is None",
        "ask first whether it is there: if self.need is not None" if lacking else _MEND,
    )


def _name(mistake: Mistake) -> Told | None:
    error = mistake.error
    if not isinstance(error, NameError) or not error.name or mistake.frame is None:
        return None
    manim = sys.modules.get("manim")
    if manim is not None and hasattr(manim, error.name):
        return f"{error.name} is not imported", "", f"from manim import {error.name}"
    known = [*mistake.frame.f_locals, *mistake.frame.f_globals, *_public(manim)]
    return f"there is no {error.name!r}", _near(error.name, known), _MEND


def _import(mistake: Mistake) -> Told | None:
    error = mistake.error
    if isinstance(error, ModuleNotFoundError):
        package, _, last = (error.name or "").rpartition(".")
        return f"there is no module {error.name}", _near(last, _modules(package)), _MEND
    if isinstance(error, ImportError) and (found := re.search(r"import name '(\w+)'", str(error))):
        module = sys.modules.get(error.name or "")
        return f"{error.name} has no {found[1]!r}", _near(found[1], _public(module)), _MEND
    return None


def _index(mistake: Mistake) -> Told | None:
    if not isinstance(mistake.error, IndexError):
        return None
    if recording := mistake.caller(Recording):
        asked = _short(repr(recording.request))
        return (
            f"{recording.name} holds nothing at that rank or place",
            f"it answers {asked}; ranks and places count from 0",
            "ask for less, or ask the model for more (such as a larger top) and record it again",
        )
    if (numbers := mistake.caller(Numbers)) is not None:
        return (
            f"{numbers.address} has no such entry",
            f"its shape is {numbers.shape}, counted from 0",
            _MEND,
        )
    return None


def _key(mistake: Mistake) -> Told | None:
    error = mistake.error
    if not isinstance(error, KeyError) or not error.args:
        return None
    name, film = str(error.args[0]), mistake.film
    recording = mistake.caller(Recording)
    if recording is not None:
        held = [*recording.manifest.tokens, *recording.manifest.request]
        return (
            f"{recording.name} holds no {name!r}",
            _near(name, held, f"it holds {_listed(held)}"),
            _MEND,
        )
    template = next((f for f in mistake.beneath if f.f_code.co_name == "compose"), None)
    if template is not None:
        fields = list(template.f_locals["fields"])
        given = f"the fields are {_listed(fields)}" if fields else "no field was given"
        text = _short(str(template.f_locals["template"]))
        return (
            f"{{{name}}} in {text!r} has no value",
            _near(name, fields, given),
            f"give it: {name}=...",
        )
    if film is not None and not mistake.beneath:
        known = [*film.needs, *film.settings]
        return f"there is no {name!r}", _near(name, known, f"the film has {_listed(known)}"), _MEND
    return None


def _value(mistake: Mistake) -> Told | None:
    """A way to write a number that Python does not know."""
    text = str(mistake.error)
    if isinstance(mistake.error, ValueError) and "format" in text.lower() and mistake.beneath:
        return (
            "that is no way to write a number",
            text,
            "write it as Python does: .1% (percent), .2f (two places), , (thousands), words",
        )
    return None


def _type(mistake: Mistake) -> Told | None:
    error = mistake.error
    if not isinstance(error, TypeError):
        return None
    claim = mistake.caller(Claim)
    if claim is not None and not claim.inputs:
        needed = _short(str(inspect.signature(claim.predicate)))
        return (
            "a claim without numbers",
            f"{claim.predicate.__name__}{needed} is asked of nothing",
            "give the recorded numbers that it is true of: Claim(predicate, (number, ...), ...)",
        )
    found = re.search(r"(\w+)\(\) got an unexpected keyword argument '(\w+)'", str(error))
    if found and mistake.frame is not None:
        names = re.findall(r"\b([A-Za-z_][\w.]*)\(", mistake.line)
        for name in names:
            callee = _looked_up(name, mistake.frame)
            with contextlib.suppress(TypeError, ValueError):
                known = list(inspect.signature(callee).parameters)
                if found[2] not in known:
                    listed = f"it takes {_listed(known)}"
                    return f"{name} takes no {found[2]!r}", _near(found[2], known, listed), _MEND
    return None


def _looked_up(name: str, frame: FrameType) -> Any:
    """What a dotted name stands for in a frame; None where that cannot be told."""
    first, *rest = name.split(".")
    value = frame.f_locals.get(first, frame.f_globals.get(first))
    for part in rest:
        value = getattr(value, part, None)
    return value


def _public(owner: object) -> list[str]:
    return [name for name in dir(owner) if not name.startswith("_")] if owner is not None else []


def _modules(package: str) -> list[str]:
    """The modules of a package."""
    with contextlib.suppress(ImportError, ValueError):
        spec = find_spec(package)
        if spec is not None and spec.submodule_search_locations:
            return [each.name for each in pkgutil.iter_modules(spec.submodule_search_locations)]
    return []


def _near(name: str, known: Iterable[str], otherwise: str = "") -> str:
    """The nearest names that are there; ``otherwise``, where none is near."""
    near = difflib.get_close_matches(name, list(dict.fromkeys(known)), n=3, cutoff=0.6)
    meant = f"did you mean {' or '.join(near)}?" if near else ""
    return "; ".join(filter(None, (otherwise if not near else "", meant)))


def _listed(names: Iterable[str]) -> str:
    names = list(names)
    return ", ".join(names[:_LISTED]) + (", ..." if len(names) > _LISTED else "")


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 3] + "..."


_MEND = "mend the line"

_EXPLAINERS: tuple[Callable[[Mistake], Told | None], ...] = (
    _of_manim,
    _attribute,
    _name,
    _import,
    _index,
    _key,
    _value,
    _type,
)
