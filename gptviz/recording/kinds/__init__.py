"""One class per kind of recording: the accessors that a film uses. Importing this package registers them all."""

from gptviz.recording.kinds.next_token import NextTokenRecording

__all__ = ["NextTokenRecording"]
