"""The process that draws one film: ``python -m gptviz.render.worker JOB``, in a folder of its own.

The job is a folder: ``job.json``, ``scene.py`` (or ``scene/`` with ``film.py`` and its parts) and
``recordings/``, copied when the film was planned, so that what is drawn is what was planned; with a voice, ``speech.json`` says how long
its sentences take. Into it go ``film.mp4`` and ``film.json`` (beats
and duration). Manim is driven by its Python interface; its cache is off, because it serves stale
films and breaks when a render is killed.

What happens is told on standard output, one JSON object a line: ``{"beat": ...}``, ``{"error":
{...}}``. The worker ends when its standard input does: when the process that started it is gone,
however it went.
"""

from __future__ import annotations

import configparser
import contextlib
import errno
import json
import shutil
import sys
import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from gptviz.errors import GptvizError, NoSpace, RenderFailed
from gptviz.recording.schema import Recording
from gptviz.recording.store import Store
from gptviz.render import engine
from gptviz.render.job import SPEECH, Job
from gptviz.render.mistakes import explained
from gptviz.render.qualities import QUALITIES
from gptviz.render.scenefiles import load_film
from gptviz.render.telling import Tell, described, end_with_parent, speaker

if TYPE_CHECKING:
    from gptviz.film import Beat, Film

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def main(folder: Path, work: Callable[[Job, Path, Tell], None]) -> int:
    """Does ``work`` on the job of a folder; 0 when it is done. Errors are told, not raised."""
    tell = speaker()
    end_with_parent()
    job = Job.read(folder)
    try:
        work(job, folder, tell)
    except GptvizError as error:
        found = explained(error, job.scene, Job.source(folder), job.origin)
        tell({"error": described(cast(GptvizError, found))})
    except (Exception, SystemExit) as error:
        tell({"error": described(_translated(error, job, folder))})
        with contextlib.suppress(OSError):  # the log lies on the disk that may be full
            traceback.print_exc()
    else:
        return 0
    return 1


def draw(job: Job, folder: Path, tell: Tell) -> None:
    """Draws a job's film into its folder. Raises GptvizError, and whatever the film's own code
    raises."""
    recordings = recordings_of(job, folder)

    import manim  # noqa: PLC0415  (a second, and only here)

    quality = QUALITIES[job.quality]
    aside, place = contextlib.ExitStack(), folder / "manim"
    if "'" in str(folder):  # Manim's list of the film's parts cannot quote an apostrophe in a path
        place = Path(aside.enter_context(tempfile.TemporaryDirectory(prefix="gptviz-")))
    settings = {
        "quality": quality.manim,
        "media_dir": str(place),
        "disable_caching": True,
        "write_to_movie": True,
        "save_last_frame": False,
        "format": "mp4",
        "preview": False,
        "progress_bar": "none",
        "verbosity": "ERROR",
        "renderer": "cairo",
        "seed": 0,
        "output_file": "film",
        "log_to_file": False,
        "transparent": False,
    }
    _forget_configuration(manim)
    with aside, manim.tempconfig(settings):
        film = load_film(Job.source(folder), job.film)(
            recordings,
            captions=job.captions,
            speech=_speech(job, folder),
            **engine.scene_arguments(job.engine),
        )
        film.observe(_Following(tell, job.beat))
        film.render()
        made = Path(film.renderer.file_writer.movie_file_path)
        if not made.is_file():
            reason = "it plays nothing" if job.beat is None else f"it has no beat {job.beat}"
            raise RenderFailed(f"{job.scene} made no film", reason)
        shutil.move(made, folder / "film.mp4")
    sections = _sections(film)
    facts = {"duration": float(film.renderer.time), "sections": sections}
    if job.beat is not None:
        one = _begun_at_once(sections[job.beat - 1])
        facts = {"duration": one["end"], "sections": [one]}
    (folder / "film.json").write_text(json.dumps(facts, ensure_ascii=False), encoding="utf-8")


def recordings_of(job: Job, folder: Path) -> dict[str, Recording]:
    """The recordings of a job's folder. Raises RenderFailed where one is not what was planned."""
    store = Store(folder / "recordings")
    recordings = {need: store.read(edition, job.scene, need) for need, edition in job.needs.items()}
    for need, recording in recordings.items():
        if recording.digest != job.digests[need]:
            raise RenderFailed(
                f"the recording {need} changed while its film was being made", "", "render it again"
            )
    return recordings


def _speech(job: Job, folder: Path) -> Any:
    """How long a voice takes, where the job's folder says it; None for the time of reading."""
    from gptviz.film.speech import Measured, Reading, Spoken  # noqa: PLC0415  (Manim)

    if not (path := folder / SPEECH).is_file():
        return None
    told = json.loads(path.read_text(encoding="utf-8"))
    times = {
        text: Spoken(each["seconds"], tuple((word, at) for word, at in each["words"]))
        for text, each in told.items()
    }
    return Measured(times, Reading() if job.beat is not None else None)


def _forget_configuration(manim: Any) -> None:
    """Manim's own defaults, whatever a manim.cfg in the user's home says: films look the same for
    all."""
    parser = configparser.ConfigParser()
    parser.read(Path(manim._config.__file__).with_name("default.cfg"))
    manim.config.digest_parser(parser)
    manim.logger.setLevel("ERROR")


class _Following:
    """Observes a film: tells of each beat as it begins; with ``only`` (counted from 1) that one alone
    is drawn, and what follows it is left out."""

    def __init__(self, tell: Tell, only: int | None) -> None:
        self._tell, self._only = tell, only

    def beat_begins(self, film: Film, number: int, name: str) -> bool:
        self._tell({"beat": number, "name": name, "time": film.now})
        return self._only in (None, number)

    def beat_ended(self, film: Film, beat: Beat) -> None:
        from manim.utils.exceptions import EndSceneEarlyException  # noqa: PLC0415

        if beat.number + 1 == self._only:  # a stage that is cleared next is no part of it
            raise EndSceneEarlyException


def _sections(film: Any) -> list[dict[str, Any]]:
    from gptviz.film.caption import pages  # noqa: PLC0415
    from gptviz.film.script import plain  # noqa: PLC0415

    return [
        {
            "name": beat.name,
            "start": beat.start,
            "end": beat.end,
            "text": plain(beat.statement),
            "shows": list(beat.shows),
            "captions": [
                {"start": page.start, "lines": [plain(line) for line in page.lines]}
                for page in pages(beat.sentences)
            ],
            "sentences": [
                {"text": sentence.spoken, "start": sentence.start, "end": sentence.end}
                for sentence in beat.sentences
            ],
            "moved": beat.moved,
        }
        for beat in film.beats
    ]


def _begun_at_once(section: dict[str, Any]) -> dict[str, Any]:
    """A section as that of a film of its own."""
    start = section["start"]

    def moved(entry: dict[str, Any]) -> dict[str, Any]:
        times = {name: entry[name] - start for name in ("start", "end", "moved") if name in entry}
        return entry | times

    found = moved(section)
    for name in ("captions", "sentences"):
        found[name] = [moved(each) for each in section[name]]
    return found


def _translated(error: BaseException, job: Job, folder: Path) -> GptvizError:
    """An error of the film's own code, or of Manim, in three lines; a full disk is known as such
    wherever it is met."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, OSError) and cause.errno in _FULL:
            return NoSpace(
                f"no space left to render {job.scene}",
                f"it needs about {job.megabytes} MB",
                "free some space and run the same command again",
            )
        cause = cause.__cause__ or cause.__context__
    found = explained(error, job.scene, Job.source(folder), job.origin)
    if isinstance(found, GptvizError):
        return found
    return RenderFailed(
        f"the film {job.scene} broke off",
        f"{type(error).__name__}: {error}".splitlines()[0],
        "run it again with --debug for the whole traceback",
    )


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), draw))
