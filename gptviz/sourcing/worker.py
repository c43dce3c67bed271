"""The process that records on another machine: ``python -m gptviz.sourcing.worker JOB``; see
render/cluster.py.

The job is a folder: ``record.json`` with the reference of a model or of vectors and the requests by
``scene/need``, and below ``model/`` the files of a reference that is a path; ``others`` leads from the name of each
second model to its files, below ``other-0/`` and so on. Into it go
``identity.json``, the recordings (in an edition ``taken``), and ``refused.json``: what could not be
recorded, and why.
"""

from __future__ import annotations

import json
import sys
import traceback
from dataclasses import asdict
from pathlib import Path
from typing import Any

from gptviz.errors import GptvizError
from gptviz.recording.request import Request, other_model
from gptviz.recording.store import Store
from gptviz.render.telling import Tell, described, end_with_parent, speaker
from gptviz.sourcing.identity import Identities, Identity
from gptviz.sourcing.reference import Reference, parts_needed

JOB, IDENTITY, REFUSED, RECORDINGS, EDITION = (
    "record.json",
    "identity.json",
    "refused.json",
    "recordings",
    "taken",
)


def main(folder: Path) -> int:
    """Records what a job's folder asks for; 0 when it is there. Errors are told, not raised."""
    tell = speaker()
    end_with_parent()
    try:
        record(folder, tell)
    except GptvizError as error:
        tell({"error": described(error)})
    except Exception as error:
        traceback.print_exc()
        what = f"{type(error).__name__}: {error}".splitlines()[0]
        tell(
            {
                "error": described(
                    GptvizError("recording broke off", what, "run it again with --debug")
                )
            }
        )
    else:
        return 0
    return 1


def record(folder: Path, tell: Tell) -> None:
    """Loads each model once and takes every recording. Raises what keeps it from being loaded."""
    job: dict[str, Any] = json.loads((folder / JOB).read_text(encoding="utf-8"))
    reference = Reference(job["reference"], job["source"], Identities(folder))
    model = reference.model
    known = Identity(str(model.short), model.provenance().fingerprint)
    (folder / IDENTITY).write_text(json.dumps(asdict(known)), encoding="utf-8")
    store = Store(folder / RECORDINGS)
    others = {
        name: Reference(carried, "model", Identities(folder))
        for name, carried in job["others"].items()
    }
    refused: dict[str, dict[str, str]] = {}
    for name, request in job["requests"].items():
        tell({"recording": name})
        scene, _, need = name.partition("/")
        try:
            with parts_needed():
                from gptviz.recorders import take  # noqa: PLC0415

                asked = Request.from_dict(request)
                named = other_model(asked)
                other = others[named].model if named is not None else None
                store.write(EDITION, scene, need, take(model, asked, other))
        except GptvizError as error:
            refused[name] = described(error)
    (folder / REFUSED).write_text(json.dumps(refused), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
