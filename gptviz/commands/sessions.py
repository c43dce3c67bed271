"""``script --voice recorded:FOLDER``: what a recording session is to read, and what it has already
read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from gptviz.errors import UsageError
from gptviz.voice.engines import engine
from gptviz.voice.engines.recorded import Recorded, file_name

if TYPE_CHECKING:
    from gptviz.film.script import Script


def missing(scripts: Sequence[Script], voice: str) -> int:
    """Prints what a folder of recordings lacks of films, each sentence with the name for its file,
    and what is stale in it; returns 1 where there is any.

    Raises UsageError for a voice that nobody records, VoiceFailed for a folder that is not there.
    """
    speaker = engine(voice)
    if not isinstance(speaker, Recorded):
        raise UsageError(
            f"nobody records the voice {voice}",
            "a script is compared with recordings of your own",
            "gptviz script SCENE --voice recorded:FOLDER",
        )
    faults = 0
    for script in scripts:
        beats = [[sentence.spoken for sentence in beat.sentences] for beat in script.beats]
        lacking, stale = speaker.missing(beats), speaker.stale(script.scene, beats)
        faults += len(lacking) + len(stale)
        count = sum(map(len, beats))
        print(f"{script.scene}: {count - len(lacking)} of {count} sentences are recorded")
        for beat, sentence, text in lacking:
            print(f"  missing  {file_name(script.scene, beat, sentence, text)}  {text}")
        for path in stale:
            print(f"  stale    {path.name}: no sentence of the film reads so any more")
    return 1 if faults else 0
