"""Manim's Cairo renderer without what no film needs: hashes for a cache, copies of frames, frames
that are skipped."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from manim import Mobject, Scene, config
from manim.renderer.cairo_renderer import CairoRenderer
from manim.utils.iterables import list_update

from gptviz.render.fast.camera import FastCamera, Pixels
from gptviz.render.fast.writer import StreamWriter


class _SceneCamera(FastCamera):
    def __init__(self) -> None:
        super().__init__(
            buffers=StreamWriter.ahead + 3
        )  # one is drawn, one encoded, one shown still, the rest wait


class Studio(CairoRenderer):
    """Draws with :class:`FastCamera`, writes with :class:`StreamWriter`. ``threads``: of x264; 0,
    and it decides."""

    camera: FastCamera
    file_writer: StreamWriter

    def __init__(self, threads: int = 0, skip_animations: bool = False) -> None:
        writer = type("Writer", (StreamWriter,), {"threads": threads})
        super().__init__(
            file_writer_class=writer, camera_class=_SceneCamera, skip_animations=skip_animations
        )
        self._playing = False

    def play(self, scene: Scene, *args: Any, **kwargs: Any) -> None:
        """Plays animations; nothing is hashed."""
        self._playing, caching = True, config.disable_caching
        config.disable_caching = (
            True  # not by tempconfig, which takes 12 ms to set all the rest too
        )
        try:
            super().play(scene, *args, **kwargs)
        finally:
            self._playing, config.disable_caching = False, caching

    def update_frame(
        self,
        scene: Scene,
        mobjects: Iterable[Mobject] | None = None,
        include_submobjects: bool = True,
        ignore_skipping: bool = True,
        **kwargs: Any,
    ) -> None:
        """Draws the frame, where anybody will see it."""
        if self.skip_animations and (self._playing or not ignore_skipping):
            return
        base = self.camera.background if self.static_image is None else self.static_image
        assert base is not None
        self.camera.draw(
            mobjects or list_update(scene.mobjects, scene.foreground_mobjects),
            base,
            include_submobjects,
        )

    def render(
        self, scene: Scene, time: float, moving_mobjects: Iterable[Mobject] | None = None
    ) -> None:
        """Draws a frame and sends it to the film."""
        self.update_frame(scene, moving_mobjects)
        self.add_frame(self.camera.pixel_array)

    def freeze_current_frame(self, duration: float) -> None:
        """Sends the frame drawn last for a time."""
        self.add_frame(self.camera.pixel_array, int(duration / (1 / self.camera.frame_rate)))

    def add_frame(self, frame: Pixels, num_frames: int = 1) -> None:
        """Sends a frame to the film; the camera's own is not copied."""
        if self.skip_animations:
            return
        self.time += num_frames * (1 / self.camera.frame_rate)
        if frame is self.camera.pixel_array:
            shown, changed = self.camera.hand_over()
        else:
            shown, changed = np.array(frame), None
            self.camera.forget_shown()
        self.file_writer.write_frame(shown, repeat=num_frames, changed=changed)

    def save_static_frame_data(
        self, scene: Scene, static_mobjects: Iterable[Mobject]
    ) -> Pixels | None:
        """Draws what does not move in a play, once."""
        if self.skip_animations:
            self.static_image = None
            return None
        return super().save_static_frame_data(scene, static_mobjects)
