"""Plays a film without drawing it: the judges look on while every animation goes through its
frames' times.

What happens, and when, is what happens in Manim 0.22's ``CairoRenderer.play`` and
``Scene.play_internal``: the same plays, the same number of frames, the same time added frame by
frame, so that beats start and end where those of the rendered film do. Every frame is set, or some
in a second of motion; none is drawn unless somebody asks for it.
"""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from manim import Animation, AnimationGroup, CairoRenderer, Mobject, Wait, tempconfig

from gptviz.film.beats import Beat
from gptviz.film.film import Film
from gptviz.film.speech import Speech
from gptviz.recording.schema import Recording

FRAME_RATE = 60  # of the film that is rehearsed
PER_SECOND = 10  # frames that are set in a second of motion, where not every one is asked for

Pixels = npt.NDArray[np.uint8]
Kind = Literal["motion", "middle", "rest", "end"]


@dataclass(frozen=True)
class Moment:
    """A frame of a film that is being rehearsed, while it stands.

    ``kind``: a frame in ``motion``, the ``middle`` one of a motion, the picture at ``rest`` after a
    motion or during a pause, the ``end`` of a beat. ``beat`` counts from 1. ``length`` is that of
    the motion or pause, in seconds. ``sampled``: this is one of the ten frames of a second that a
    judge looks at who does not need them all.
    """

    film: Film
    kind: Kind
    time: float
    beat: int
    length: float
    sampled: bool = True

    @property
    def moving(self) -> bool:
        """Whether this is a frame of a motion (or of a pause in which something follows the
        time)."""
        return self.kind in ("motion", "middle")

    @property
    def animated(self) -> set[int]:
        """The ids of all mobjects that an animation has in hand now; none at rest."""
        if not self.moving:
            return set()
        return {
            id(member)
            for each in played(self.film.animations or [])
            for member in each.mobject.get_family()
        }


Watch = Callable[[Moment], None]


def rehearse(
    film_class: type[Film],
    recordings: Mapping[str, Recording],
    watch: Watch,
    *,
    height: int = 540,
    frame_rate: int = FRAME_RATE,
    per_second: int = PER_SECOND,
    captions: str = "drawn",
    speech: Speech | None = None,
) -> Film:
    """Plays a film and calls ``watch`` at each moment; returns the film, with its beats.

    ``height`` is the number of lines of the pictures that :func:`picture` can draw meanwhile;
    ``per_second`` how many frames are set in a second of motion, 0 for none but the last;
    ``speech`` gives the times of sentences. Whatever the film raises is raised.
    """
    with (
        tempfile.TemporaryDirectory(prefix="gptviz-rehearsal-") as folder,
        tempconfig(
            {
                "pixel_height": height,
                "pixel_width": round(height * 16 / 9),
                "frame_rate": frame_rate,
                "dry_run": True,
                "write_to_movie": False,
                "disable_caching": True,
                "progress_bar": "none",
                "media_dir": folder,
                "verbosity": "ERROR",
            }
        ),
    ):
        renderer = _Rehearsing(watch, per_second)
        film = film_class(recordings, captions=captions, speech=speech, renderer=renderer)
        film.observe(renderer)
        film.render()
        return film


def played(animations: list[Animation]) -> Iterator[Animation]:
    """Animations and, inside groups of them, the animations of the group."""
    for animation in animations:
        yield animation
        if isinstance(animation, AnimationGroup):
            yield from played(list(animation.animations))


def on_screen(moment: Moment) -> list[Mobject]:
    """The mobjects of a moment in the order in which Manim draws them, with all their parts.

    In motion, what an animation moves is drawn over what stands still, as in the film's frames.
    """
    film, camera = moment.film, _camera(moment)
    if moment.moving:
        still = camera.get_mobjects_to_display(film.static_mobjects)
        return [*still, *camera.get_mobjects_to_display(film.moving_mobjects)]
    return list(camera.get_mobjects_to_display([*film.mobjects, *film.foreground_mobjects]))


def picture(moment: Moment, keep: Callable[[Mobject], bool] | None = None) -> Pixels:
    """The frame that stands now as pixels (row, column, rgb) of uint8, of all mobjects or of those
    that are kept."""
    camera = _camera(moment)
    camera.reset()
    with warnings.catch_warnings():
        warnings.filterwarnings(
            "ignore", "'mode' parameter", DeprecationWarning
        )  # Manim's, of Pillow, for its images
        camera.capture_mobjects(
            [m for m in on_screen(moment) if keep is None or keep(m)], include_submobjects=False
        )
    return np.array(camera.pixel_array[:, :, :3], dtype=np.uint8)


def _camera(moment: Moment) -> Any:
    return moment.film.camera  # Any: Manim's type says that it could be that of its OpenGL renderer


class _Rehearsing(CairoRenderer):
    """Manim's renderer, but for drawing, encoding and writing."""

    def __init__(self, watch: Watch, per_second: int) -> None:
        super().__init__()
        self._watch, self._per_second = watch, per_second

    def init_scene(self, scene: Any, *_: Any) -> None:
        """Takes the camera that the scene asks for (a scene in space asks for one of its own)."""
        if type(self.camera) is not scene.camera_class:
            self.camera = scene.camera_class()
        self.file_writer = _NoFile()

    def play(self, scene: Any, *animations: Any, **options: Any) -> None:
        """As Manim's; looks on at some frames instead of drawing all."""
        scene.compile_animation_data(*animations, **options)
        scene.begin_animations()
        if scene.is_current_animation_frozen_frame():
            self._tell(scene, "rest", scene.duration)
            self.time += int(scene.duration / self._step) * self._step
        else:
            self._frames(scene)
        self.num_plays += 1

    @property
    def _step(self) -> float:
        return 1 / float(self.camera.frame_rate)

    def _frames(self, scene: Any) -> None:
        length = scene.get_run_time(scene.animations)
        times = np.arange(0, length, self._step)
        looked_at = self._looked_at(len(times), self._per_second, bool(scene.stop_condition))
        sampled = self._looked_at(len(times), PER_SECOND)
        pausing = isinstance(scene.animations[0], Wait) and len(scene.animations) == 1
        for number, time in enumerate(times):
            if number in looked_at:
                scene.update_to_time(time)
                middle = number == len(times) // 2 and not pausing
                self._tell(scene, "middle" if middle else "motion", length, number in sampled)
            self.time += self._step  # frame by frame, as Manim: the sum is the same to the last bit
            if scene.stop_condition is not None and scene.stop_condition():
                break
        for animation in scene.animations:
            animation.finish()
            animation.clean_up_from_scene(scene)
        scene.update_mobjects(0)
        self._tell(scene, "rest", 0.0)

    def _looked_at(self, frames: int, per_second: int, all_of_them: bool = False) -> set[int]:
        """The numbers of the frames of a motion that are set, so many in a second."""
        if per_second == 0 and not all_of_them:
            return {frames - 1}
        stride = max(round(self.camera.frame_rate / (per_second or FRAME_RATE)), 1)
        return set(range(0, frames, 1 if all_of_them else stride)) | {frames // 2, frames - 1}

    def save_static_frame_data(self, scene: Any, static_mobjects: Any) -> None:
        """Nothing is drawn unless somebody asks for it."""

    def beat_begins(self, film: Film, number: int, name: str) -> bool:
        """Nothing is drawn, but every beat is played through."""
        return True

    def beat_ended(self, film: Film, beat: Beat) -> None:
        """The last picture of a beat is a moment of its own."""
        film.stage_camera.mark_pinned()
        self._watch(Moment(film, "end", float(self.time), beat.number + 1, 0.0))

    def _tell(self, scene: Any, kind: Kind, length: float, sampled: bool = True) -> None:
        scene.stage_camera.mark_pinned()
        beat = len(scene.beats) + 1
        self._watch(Moment(scene, kind, float(self.time), beat, length, sampled))

    def scene_finished(self, scene: Any) -> None:
        """Nothing was written, so nothing is finished."""


class _NoFile:
    """Stands where Manim's writer of files would."""

    def __init__(self) -> None:
        self.subcaptions: list[Any] = []
        self.sections: list[str] = []

    def next_section(self, name: str, *_: Any) -> None:
        self.sections.append(name)

    def add_sound(self, *_: Any, **__: Any) -> None:
        """A rehearsal is silent."""

    def abort_encode_jobs(self, **_: Any) -> None:
        """Nothing is being encoded."""
