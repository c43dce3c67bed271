"""The process that writes down what a film says: ``python -m gptviz.render.scribe JOB``.

It plays the film of a job's folder without drawing it and leaves ``script.json`` there: the
sentences of each beat, as they are spoken.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from gptviz.render.job import Job
from gptviz.render.scenefiles import load_film
from gptviz.render.telling import Tell
from gptviz.render.voicing import SCRIPT
from gptviz.render.worker import main, recordings_of


def write_script(job: Job, folder: Path, tell: Tell) -> None:
    """Writes the script of a job's film. Raises whatever the film's own code raises."""
    from gptviz.film.script import script  # noqa: PLC0415  (Manim)

    film = load_film(Job.source(folder), job.film)
    beats = script(film, recordings_of(job, folder), job.scene).beats
    told = [[sentence.spoken for sentence in beat.sentences] for beat in beats]
    (folder / SCRIPT).write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), write_script))
