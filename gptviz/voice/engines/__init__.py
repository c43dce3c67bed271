"""The voices by name: what ``--voice`` takes.

None is chosen but by its name, so an engine that used a network would have to be asked for, too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from gptviz.errors import Unavailable, UsageError
from gptviz.fetching.wheels import fetched, known
from gptviz.voice import NONE
from gptviz.voice.engines import espeak, kokoro, piper
from gptviz.voice.engines.base import Engine
from gptviz.voice.engines.espeak import PROGRAM, Espeak
from gptviz.voice.engines.joe import NAME as JOE
from gptviz.voice.engines.joe import Joe
from gptviz.voice.engines.kokoro import Kokoro
from gptviz.voice.engines.piper import Piper
from gptviz.voice.engines.recorded import Recorded

#: Voices of the form ``kind:rest``, made from the rest.
KINDS: dict[str, Callable[[str], Engine]] = {
    PROGRAM: Espeak,
    "kokoro": Kokoro,
    "recorded": Recorded,
}


def engine(name: str) -> Engine | None:
    """The voice of a name; None for ``none``. Raises UsageError for a name that is no voice's.

    Whether its files and programs are here is found out when it is asked for a sentence.
    """
    if name == NONE:
        return None
    if name == JOE:
        return Joe()
    if name == PROGRAM:
        return Espeak()
    if name.endswith(".onnx"):
        return Piper(Path(name), name)
    kind, _, rest = name.partition(":")
    if kind in KINDS and rest:
        return KINDS[kind](rest)
    raise UsageError(
        f"there is no voice {name!r}",
        "",
        "joe, espeak-ng, a Piper file (NAME.onnx), kokoro:FOLDER, recorded:FOLDER, or none",
    )


def here() -> Iterator[tuple[str, str]]:
    """The voices that need no file of the user's, each with what there is of it, in words."""
    files = "fetched" if fetched(JOE) else f"{known()[JOE].megabytes} MB are fetched at first use"
    for name, installed, more in [
        (JOE, piper.installed, f", {files}"),
        (PROGRAM, espeak.installed, ""),
        ("kokoro", kokoro.installed, ", with files of your own"),
    ]:
        try:
            yield name, f"{installed()}{more}"
        except Unavailable as error:
            yield name, f"not here: {error.hint}"
