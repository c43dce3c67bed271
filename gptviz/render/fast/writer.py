"""Manim's file writer, but for the files: one mp4 straight from the frames, no part files, no
cache.

The file is where the stock writer would leave it (``movie_file_path``), and so are subcaptions;
nothing else is made.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from manim.scene.scene_file_writer import SceneFileWriter

from gptviz.errors import RenderFailed
from gptviz.render.fast.damage import Box
from gptviz.render.fast.encoder import OPTIONS, Encoder, Form, Pixels


class StreamWriter(SceneFileWriter):
    """Writes the film of one scene. ``threads`` is how many x264 may use; 0 leaves it to x264.

    ``sections`` are those of Manim; where each begins is in :meth:`section_starts`. A section
    begins with a keyframe.
    """

    threads = 0
    ahead = 4

    def __init__(self, settings: Any) -> None:
        self._encoder: Encoder | None = None
        self._starts: list[tuple[str, int]] = []
        self._keyframe = False
        super().__init__(settings)
        spec = self.video_encoder
        if spec is not None and (spec.container_format, spec.codec, spec.pixel_format) != (
            "mp4",
            "libx264",
            "yuv420p",
        ):
            raise RenderFailed(
                "the fast studio makes mp4 files with x264 only",
                f"{spec.codec} in {spec.container_format} with {spec.pixel_format} was asked for",
                "render with --stock",
            )

    @property
    def frames(self) -> int:
        """How many frames the film has so far."""
        return self._encoder.frames if self._encoder is not None else 0

    def next_section(self, name: str, type_: str, skip_animations: bool) -> None:
        """Begins a section: the frame after this is a keyframe."""
        super().next_section(name, type_, skip_animations)
        self._starts = [
            *[start for start in self._starts if start[1] < self.frames],
            (name, self.frames),
        ]
        self._keyframe = self.frames > 0

    def section_starts(self) -> Sequence[tuple[str, float]]:
        """Name and begin in seconds of each section that shows something."""
        rate = self.video_encoder.frame_rate if self.video_encoder is not None else 1
        return [(name, float(frame / rate)) for name, frame in self._starts if frame < self.frames]

    def is_already_cached(self, hash_invocation: str) -> bool:
        """Nothing ever is."""
        return False

    def begin_animation(self, allow_write: bool = False, **_: Any) -> None:
        """There is nothing to begin: all animations go into one file."""

    def end_animation(self, allow_write: bool = False) -> None:
        """There is nothing to end."""

    def write_frame(
        self, pixels: Pixels | None, *, repeat: int = 1, changed: Sequence[Box] | None = None
    ) -> None:
        """Adds a frame (height, width, RGBA) to the film, None for the one before; see
        :meth:`Encoder.put`."""
        spec = self.video_encoder
        if spec is None:
            return
        if self._encoder is None:
            options = {**dict(spec.options), **OPTIONS}
            form = Form((spec.width, spec.height), spec.frame_rate, options, self.threads)
            self._encoder = Encoder(self.movie_file_path, form, self.ahead)
        self._encoder.put(pixels, repeat, self._keyframe, changed)
        self._keyframe = False

    def finish(self) -> None:
        """Gives the finished film its name."""
        self.finish_last_section()
        if self._encoder is not None:
            self._encoder.finish()
            self.print_file_ready_message(self.movie_file_path)
        if self.subcaptions:
            self.write_subcaption_file()

    def abort_encode_jobs(self, reraise_encoder_failures: bool = False) -> None:
        """Leaves no film."""
        if self._encoder is not None:
            self._encoder.abort()
