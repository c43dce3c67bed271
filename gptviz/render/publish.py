"""From a worker's folder to media/videos: probed first, then put in place by rename, the manifest
last."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from gptviz.errors import RenderFailed
from gptviz.recording.files import disk_errors, flush
from gptviz.render import manifest
from gptviz.render.captions import cues, subrip, webvtt
from gptviz.render.editions import Part
from gptviz.render.facts import facts
from gptviz.render.plan import Plan
from gptviz.render.probe import check, last_picture, with_chapters
from gptviz.render.qualities import QUALITIES
from gptviz.render.voicing import Voiced

FINISHED = "published"


def finish(folder: Path, quality: str, title: str, voice: Voiced | None = None) -> dict[str, Any]:
    """Makes the files to publish in a worker's folder: ``published.mp4``, ``.srt``, ``.vtt``,
    ``.png``.

    ``voice`` is what it says, if anything. Returns the film's own part of the manifest. Raises RenderFailed for a film that is not what was
    asked for.
    """
    told = _told(folder / "film.json")
    film = folder / f"{FINISHED}.mp4"
    with disk_errors(folder, 2 * (folder / "film.mp4").stat().st_size):
        drawn = check(folder / "film.mp4", QUALITIES[quality], told["duration"])
        sound = voice.sound(told["sections"], drawn.duration) if voice else None
        with_chapters(folder / "film.mp4", film, title, told["sections"], sound)
        probed = check(film, QUALITIES[quality], told["duration"], voiced=voice is not None)
        spoken = cues(told["sections"], probed.duration)
        film.with_suffix(".srt").write_text(subrip(spoken), encoding="utf-8")
        film.with_suffix(".vtt").write_text(webvtt(spoken), encoding="utf-8")
        last_picture(film).save(film.with_suffix(".png"))
    return {"video": probed.as_dict(), "sections": told["sections"]}


def publish(folder: Path, plan: Plan, made: dict[str, Any]) -> Path:
    """Puts a finished film in place of the published one; returns its path.

    Everything is written and flushed in the worker's folder first, on the same disk, so that only
    renames are left. Broken off between two of them, the old manifest does not fit the files, and
    the next plan renders again. Raises NoSpace and UnsafePath; then nothing was replaced.
    """
    sources = {suffix: folder / f"{FINISHED}{suffix}" for suffix in manifest.SUFFIXES}
    data = {
        "schema": manifest.SCHEMA,
        "scene": plan.scene.name,
        "title": plan.scene.title,
        "chapter": plan.scene.chapter,
        "edition": plan.edition.name,
        "quality": plan.wish.quality,
        "digest": plan.digest,
        "parts": plan.parts,
        "files": {suffix: manifest.file_sha256(path) for suffix, path in sources.items()},
        **made,
        "recordings": {need: _origin(part) for need, part in plan.ready().parts.items()},
    }
    size = sum(path.stat().st_size for path in sources.values())
    sources[".json"] = folder / f"{FINISHED}.json"
    targets = {suffix: plan.place.path(suffix) for suffix in sources}
    with disk_errors(plan.place.film, size):
        sources[".json"].write_bytes(manifest.dumps(data))
        for path in sources.values():
            flush(path)
        plan.place.film.parent.mkdir(parents=True, exist_ok=True)
        for suffix, path in sources.items():
            os.replace(path, targets[suffix])
        flush(plan.place.film.parent)
    return plan.place.film


def _origin(part: Part) -> dict[str, Any]:
    recording = part.recording
    assert recording is not None
    return {
        "edition": part.edition,
        "kind": recording.manifest.kind,
        "digest": recording.digest,
        "request": recording.manifest.request,
        "facts": facts(recording),
        "provenance": recording.provenance.model_dump(mode="json", exclude_none=True),
    }


def _told(path: Path) -> dict[str, Any]:
    try:
        told: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise RenderFailed(
            "the render process ended without telling what it made", str(error)
        ) from error
    return told
