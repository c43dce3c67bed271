"""A film's voice: what the film says is found out, spoken, given to the film as times, and mixed to
its sound.

A film is drawn to the length of what is said, so its sentences are had first, by playing it without
drawing. Whether a published film still speaks as its voice would now is told without playing it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gptviz.recording.files import disk_errors
from gptviz.render.job import SPEECH, Hear, perform
from gptviz.voice.cache import Cache, key
from gptviz.voice.engines import engine
from gptviz.voice.engines.base import Beats, shown
from gptviz.voice.engines.recorded import Recorded
from gptviz.voice.speaking import Utterance, speak

SCRIBE = "gptviz.render.scribe"
SCRIPT = "script.json"
LATE = 1.0  # seconds by which motion may outlast a recorded voice before it is said

Spoken = dict[str, dict[str, str]]  # of each sentence: its key, and the sha256 of its sound


@dataclass(frozen=True)
class Voiced:
    """What a film says, spoken."""

    voice: str
    utterances: Mapping[str, Utterance]

    @property
    def spoken(self) -> Spoken:
        """What a film's digest covers of its voice."""
        return {
            text: {"key": said.key, "sound": said.digest} for text, said in self.utterances.items()
        }

    def write(self, folder: Path) -> None:
        """Puts the times of sentences and words into a job's folder."""
        times = {
            text: {"seconds": said.seconds, "words": said.words}
            for text, said in self.utterances.items()
        }
        with disk_errors(folder):
            (folder / SPEECH).write_text(json.dumps(times), encoding="utf-8")

    def sound(self, sections: Sequence[Mapping[str, Any]], seconds: float) -> Any:
        """The film's sound: each sentence where its section says it begins. Raises VoiceFailed
        where one has no room."""
        from gptviz.voice.mixing import mixed  # noqa: PLC0415  (SciPy: only where films are made)

        placed = [
            (float(sentence["start"]), self.utterances[sentence["text"]].sound)
            for section in sections
            for sentence in section["sentences"]
        ]
        return mixed(placed, seconds)

    def notes(self, sections: Sequence[Mapping[str, Any]]) -> Iterator[str]:
        """Where a recorded voice is over long before what moves: it could be read more slowly."""
        if not isinstance(engine(self.voice), Recorded):
            return
        for number, section in enumerate(sections, 1):
            last = section["sentences"][-1]
            if (late := section["moved"] - last["end"]) > LATE:
                yield f"beat {number}: {shown(last['text'])} ends {late:.1f} s before its motion"


def voiced(
    voice: str,
    folder: Path,
    hear: Hear,
    cancelled: Callable[[], bool],
    *,
    beats: Beats | None = None,
    only: int | None = None,
) -> Voiced | None:
    """What the film of a job's folder says, spoken by a voice; None for no voice.

    ``beats`` are its sentences where they are known already. With ``only`` (counted from 1) that
    beat alone is spoken. Raises VoiceFailed, Unavailable, NotFetched; KeyboardInterrupt when
    ``cancelled``.
    """
    speaker = engine(voice)
    if speaker is None:
        return None
    if beats is None:
        perform(folder, hear, cancelled, SCRIBE)
        beats = json.loads((folder / SCRIPT).read_text(encoding="utf-8"))
    if only is not None:
        beats = beats[only - 1 : only]
    told = speak(speaker, beats, progress=lambda n: hear({"speaking": n}), cancelled=cancelled)
    found = Voiced(voice, told)
    found.write(folder)
    return found


def beats_of(published: Mapping[str, Any]) -> Beats:
    """The sentences of a published film, from its manifest."""
    return [
        [sentence["text"] for sentence in section["sentences"]] for section in published["sections"]
    ]


def same_script(published: Mapping[str, Any], parts: Mapping[str, Any]) -> bool:
    """Whether a published film was drawn from the same film and recordings: then it says the
    same."""
    before = published["parts"]
    return all(before.get(name) == parts[name] for name in ("scene", "modules", "recordings"))


def spoken_parts(parts: Mapping[str, Any], published: Mapping[str, Any] | None) -> Spoken:
    """What a film's digest covers of what is said, as far as it is known before the film is made: for
    each sentence of the published film how the voice would say it now, without speaking any.

    A sentence that is not kept any more counts as it was published. Raises VoiceFailed or Unavailable for a voice that is not here.
    """
    speaker = engine(parts["wish"]["voice"])
    if speaker is None or published is None or not same_script(published, parts):
        return {}
    before: Spoken = published["parts"].get("spoken", {})
    speaker.prepare(beats_of(published))
    cache = Cache()
    found: Spoken = {}
    for text, old in before.items():
        name = key(speaker.identity(text), text)
        kept = cache.get(name) if name == old["key"] else None
        found[text] = {"key": name, "sound": kept.digest if kept else old["sound"]}
    return found


def spoken_changes(old: Spoken, new: Spoken) -> Iterator[str]:
    """What differs between what a voice said and what it says, in words."""
    changed = [text for text in old if text in new and old[text] != new[text]]
    if changed:
        more = f" and {len(changed) - 1} more" if len(changed) > 1 else ""
        yield f"the voice says {shown(changed[0])}{more} otherwise"
