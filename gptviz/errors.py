"""Every error that gptviz raises on purpose.

::

    GptvizError                  exit 1
    ├── UsageError               exit 2   the command was wrong: a scene, an option, a prompt
    │   ├── UnknownScene
    │   ├── PromptRefused
    │   └── NotDeclared          a film asked for something that it did not declare
    ├── ModelError
    │   ├── ModelMissing         not on this machine, and it cannot be fetched
    │   ├── ModelRefused         there, but not a model that can be trusted: names, shapes, values
    │   └── NotRecorded          a recorded run does not hold what was asked
    ├── VectorsRefused           a vector file that lies, is cut short, or could run code
    ├── NotFinite                NaN or infinity where a number must stand
    ├── RecordingError
    │   ├── RecordingMissing
    │   ├── RecordingCorrupt     truncated, changed, or not what its manifest says
    │   └── RecordingTooNew      made by a newer gptviz
    ├── UntrackedNumber          a numeral without an address
    ├── RenderFailed
    ├── ClusterFailed            the scheduler or the workers that were asked are not there, or not fit
    ├── FontMissing
    ├── NoSpace
    ├── UnsafePath               a path that leads out of the folder that it belongs to
    ├── Unavailable              something that has to be installed first
    └── NotFetched               a named download that cannot be had, or is not the one that is meant

An error says what happened, why, and what to do: three lines, no traceback (``--debug`` shows it).
"""

from __future__ import annotations


class GptvizError(Exception):
    """The root of the tree: ``what`` happened, ``why``, and what to do about it (``hint``)."""

    exit_code = 1

    def __init__(self, what: str, why: str = "", hint: str = "") -> None:
        super().__init__(what, why, hint)
        self.what, self.why, self.hint = what, why, hint

    def __str__(self) -> str:
        return "\n".join(line for line in (self.what, self.why, self.hint) if line)


class UsageError(GptvizError):
    """The command was wrong; nothing was done."""

    exit_code = 2


class UnknownScene(UsageError):
    """No film has this name."""


class PromptRefused(UsageError):
    """A prompt that is empty, too long for the model, or not text."""


class NotDeclared(UsageError):
    """A film asked for a need, a setting or a main request that it does not declare."""


class ModelError(GptvizError):
    """Something is wrong with the model."""


class ModelMissing(ModelError):
    """The model is not on this machine and cannot be fetched."""


class ModelRefused(ModelError):
    """The model's files do not hold what its architecture needs."""


class NotRecorded(ModelError):
    """Recorded runs and partial checkpoints hold some numbers; this is not one of them."""


class VectorsRefused(GptvizError):
    """A vector file that cannot be trusted or read."""


class NotFinite(GptvizError):
    """NaN or infinity where a number must stand."""


class RecordingError(GptvizError):
    """Something is wrong with a recording."""


class RecordingMissing(RecordingError):
    """There is no recording of this need."""


class RecordingCorrupt(RecordingError):
    """The files are not what their manifest says."""


class RecordingTooNew(RecordingError):
    """The manifest's schema version is from a newer gptviz."""


class UntrackedNumber(GptvizError):
    """A numeral without an address."""


class RenderFailed(GptvizError):
    """A film could not be made."""


class ClusterFailed(GptvizError):
    """The scheduler or the workers that were asked to do the work are not there, went away, or are
    not fit for it."""


class FontMissing(GptvizError):
    """A font that ships with gptviz is not where it belongs, or lacks a glyph."""


class NoSpace(GptvizError):
    """The disk, or a limit on file size, is full."""


class UnsafePath(GptvizError):
    """A path that leads out of the folder that it belongs to."""


class Unavailable(GptvizError):
    """An optional part that has to be installed first."""


class NotFetched(GptvizError):
    """What a short name stands for is not here and cannot be fetched, or what came is another."""


class VoiceFailed(GptvizError):
    """A voice that is not here, or a sentence that it cannot speak."""
