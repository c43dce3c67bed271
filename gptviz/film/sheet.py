"""The contact sheet of a film: its stills side by side, each with its time, its beat and what is
said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from gptviz.drawing.base import theme
from gptviz.film.rehearsal import Pixels
from gptviz.recording.files import disk_errors, replacing

_WIDE, _HIGH, _GAP, _COLUMNS = 480, 270, 18, 4
_LINE, _LINES = 21, 4  # pixels of a line of text, and how many stand under a still
_LETTERS = 56  # of a line


@dataclass
class Still:
    """A picture (row, column, rgb) of the film: at the ``end`` of a beat, or in ``motion``.

    ``rules`` are those of the findings in it.
    """

    picture: Image.Image
    kind: str
    time: float
    beat: int
    caption: str = ""
    rules: tuple[str, ...] = ()

    @classmethod
    def of(cls, pixels: Pixels, kind: str, time: float, beat: int, rules: Sequence[str]) -> Still:
        return cls(Image.fromarray(pixels), kind, time, beat, "", tuple(dict.fromkeys(rules)))

    @property
    def file(self) -> str:
        """The name of its file: ``beat-03-end.png``, ``beat-03-motion.png``."""
        return f"beat-{self.beat:02d}-{self.kind}.png"

    def small(self) -> Image.Image:
        return self.picture.resize((_WIDE, _HIGH), Image.Resampling.LANCZOS)


def write_sheet(path: Path, heading: str, stills: Sequence[Still]) -> None:
    """Writes a contact sheet as PNG, whole or not at all."""
    rows = -(-len(stills) // _COLUMNS)
    cell = _HIGH + _LINE * _LINES + _GAP
    sheet = Image.new(
        "RGB", (_COLUMNS * (_WIDE + _GAP) + _GAP, 3 * _LINE + _GAP + rows * cell), theme.GROUND
    )
    draw = ImageDraw.Draw(sheet)
    draw.text((_GAP, _GAP), heading, theme.TEXT, _font(theme.STRONG_FACE, 24))
    for number, still in enumerate(stills):
        left = _GAP + number % _COLUMNS * (_WIDE + _GAP)
        top = 3 * _LINE + _GAP + number // _COLUMNS * cell
        sheet.paste(still.small(), (left, top))
        draw.rectangle((left - 1, top - 1, left + _WIDE, top + _HIGH), outline=theme.HAIRLINE)
        place = f"beat {still.beat}, {still.time:.1f} s" + (
            "" if still.kind == "end" else ", in motion"
        )
        lines = [
            (place, theme.SECONDARY),
            *((line, theme.TEXT) for line in _broken(still.caption)),
            (", ".join(still.rules), theme.WRONG),
        ]
        for line, (text, colour) in enumerate(lines):
            draw.text(
                (left, top + _HIGH + 4 + line * _LINE), text, colour, _font(theme.TEXT_FACE, 16)
            )
    write_picture(path, sheet)


def write_picture(path: Path, picture: Image.Image) -> None:
    """Writes a picture as PNG, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as temporary, disk_errors(path, picture.width * picture.height * 3):
        picture.save(temporary, format="PNG")


def _broken(text: str) -> list[str]:
    """A caption on at most two lines."""
    if len(text) <= _LETTERS:
        return [text]
    at = text.rfind(" ", 0, _LETTERS + 1)
    return [text[:at], text[at + 1 :]]


@lru_cache(maxsize=4)
def _font(name: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(theme.FONTS / name, size)
