"""What gallery pieces are played on: a plain Manim scene that can also be looked at, still by
still, without a film."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from manim import tempconfig
from PIL import Image

from gptviz.drawing.base import theme
from gptviz.drawing.base.frame import FramedScene
from gptviz.errors import UnknownScene
from gptviz.recording.schema import Recording
from gptviz.recording.store import Store

Frame = npt.NDArray[np.uint8]
Needs = dict[str, tuple[str, str, str]]  # name -> edition, scene, need


@dataclass(frozen=True)
class Piece:
    """One small piece: its name, what it shows, the recordings that it draws, and the function that
    plays it."""

    name: str
    shows: str
    needs: Needs
    play: Callable[[Stage, dict[str, Any]], None]

    def recordings(self, store: Store) -> dict[str, Recording]:
        """The recordings of its needs. Raises RecordingMissing."""
        return {name: store.read(*where) for name, where in self.needs.items()}


def piece(
    pieces: list[Piece], shows: str, **needs: str
) -> Callable[[Callable[[Stage, dict[str, Any]], None]], None]:
    """Enters a function in a list of pieces under its own name. Needs are written
    "edition/scene/need"."""

    def enter(play: Callable[[Stage, dict[str, Any]], None]) -> None:
        where: Needs = {}
        for name, path in needs.items():
            edition, scene, need = path.split("/")
            where[name] = (edition, scene, need)
        pieces.append(Piece(play.__name__, shows, where, play))

    return enter


class Stage(FramedScene):
    """Plays a piece. With ``looking`` nothing is filmed: motions end at once, and stills are kept
    in ``stills``."""

    def __init__(
        self,
        shown: Piece,
        recordings: Mapping[str, Recording],
        looking: bool = False,
        look: Callable[[str, Stage], None] | None = None,
        **scene: Any,
    ) -> None:
        super().__init__(**scene)
        self._look = look
        self._piece, self._recordings, self._looking = shown, dict(recordings), looking
        self.stills: dict[str, Frame] = {}

    def construct(self) -> None:
        self._piece.play(self, self._recordings)
        if not self._looking:
            super().wait(1.0)

    def play(self, *animations: Any, **options: Any) -> None:
        """As Manim's; when looking, every motion is begun and brought to its end."""
        if not self._looking:
            super().play(*animations, **options)
            return
        moving = self.compile_animations(*animations, **options)
        self.add_mobjects_from_animations(moving)
        for animation in moving:
            animation._setup_scene(self)
            animation.begin()
        for animation in moving:
            animation.finish()
            animation.clean_up_from_scene(self)

    def half(self, name: str, animation: Any, share: float = 0.5) -> None:
        """Plays a motion; when looking, keeps a still of it half-way."""
        if self._looking:
            self.add_mobjects_from_animations([animation])
            animation._setup_scene(self)
            animation.begin()
            animation.interpolate(share)
            self.still(name)
            animation.finish()
            animation.clean_up_from_scene(self)
        else:
            super().play(animation)

    def still(self, name: str) -> None:
        """Keeps the picture as it is now; in a film, a moment of rest."""
        if self._looking:
            self.renderer.update_frame(self)
            self.stills[name] = np.array(self.renderer.get_frame()[..., :3])
            if self._look is not None:
                self._look(name, self)
        else:
            super().wait(0.8)


def stills_of(
    shown: Piece,
    recordings: Mapping[str, Recording],
    width: int = 480,
    height: int = 270,
    look: Callable[[str, Stage], None] | None = None,
) -> dict[str, Frame]:
    """The stills (row, column, rgb) of a piece by name, at a size in pixels. Nothing is written.

    ``look`` is called at every still with its name and the stage.
    """
    with tempconfig(
        {
            "pixel_width": width,
            "pixel_height": height,
            "frame_rate": 15,
            "dry_run": True,
            "disable_caching": True,
            "progress_bar": "none",
            "background_color": theme.GROUND,
        }
    ):
        stage = Stage(shown, recordings, looking=True, look=look)
        stage.setup()
        stage.construct()
    if not stage.stills:
        raise ValueError(f"the piece {shown.name} shows no still")
    return stage.stills


def film_of(
    shown: Piece, recordings: Mapping[str, Recording], target: Path, quality: str = "low_quality"
) -> Path:
    """A piece as a film, made in a folder of its own and put in place when it is whole. Gives its
    path."""
    with tempfile.TemporaryDirectory(prefix="gptviz-gallery-") as staging:
        with tempconfig(
            {
                "media_dir": staging,
                "quality": quality,
                "output_file": shown.name,
                "disable_caching": True,
                "progress_bar": "none",
                "background_color": theme.GROUND,
                "verbosity": "ERROR",
            }
        ):
            stage = Stage(shown, recordings)
            stage.render()
            made = Path(stage.renderer.file_writer.movie_file_path)
        target.parent.mkdir(parents=True, exist_ok=True)
        waiting = target.with_suffix(".part")
        shutil.copyfile(made, waiting)
        os.replace(waiting, target)
    return target


def piece_named(pieces: list[Piece], name: str) -> Piece:
    """A piece by its name. Raises UnknownScene."""
    for each in pieces:
        if each.name == name:
            return each
    raise UnknownScene(
        f"the gallery has no piece {name!r}", f"it has {', '.join(each.name for each in pieces)}"
    )


def render_all(
    folder: Path, store: Store, width: int = 1920, height: int = 1080, only: str | None = None
) -> list[Path]:
    """Draws the stills of all pieces (or of one) into a folder, as ``<piece>-<still>.png``. Gives
    their paths."""
    from gptviz.drawing.gallery import pieces  # noqa: PLC0415  (the list is made of modules that import this one)

    chosen = pieces() if only is None else [piece_named(pieces(), only)]
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for each in chosen:
        for name, frame in stills_of(each, each.recordings(store), width, height).items():
            path = folder / f"{each.name}-{name}.png"
            Image.fromarray(frame).save(path)
            written.append(path)
    return written
