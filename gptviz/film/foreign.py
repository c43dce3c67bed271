"""Text and pictures that do not come from gptviz.drawing: nobody knows where their digits are
from."""

from __future__ import annotations

import contextlib
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from manim import DecimalNumber, MarkupText, Mobject, SingleStringMathTex, SVGMobject, Text, Typst
from manim.mobject.svg.svg_mobject import VMobjectFromSVGPath
from manim.mobject.types.image_mobject import AbstractImageMobject

from gptviz.drawing.base.formula import Formula
from gptviz.recording.statement import Piece, Statement, untracked

_LIBRARY = "gptviz.drawing"
_FILMS = "gptviz_scenes"  # how the modules of films are called while they are loaded

#: Manim's own texts by name, each with the piece of gptviz that draws the same with an address.
PIECES = {
    **dict.fromkeys(
        ("Text", "MarkupText", "Paragraph", "Title", "Tex"), "gptviz.drawing.base.text.Words"
    ),
    **dict.fromkeys(
        ("MathTex", "SingleStringMathTex", "Typst"), "gptviz.drawing.base.formula.Formula"
    ),
    **dict.fromkeys(("DecimalNumber", "Integer", "Variable"), "gptviz.drawing.base.text.Numeral"),
    "BarChart": "gptviz.drawing.chances.bars.ProbabilityBars",
    **dict.fromkeys(
        ("Matrix", "DecimalMatrix", "IntegerMatrix"), "gptviz.drawing.arrays.matrices.NumberMatrix"
    ),
}


def piece_for(name: str) -> str:
    """What to draw in place of a text of Manim's."""
    module, _, piece = PIECES[name].rpartition(".")
    return f"draw it with {piece}: from {module} import {piece}"


def is_foreign(mobject: Mobject) -> bool:
    """Whether a mobject is text or a picture of Manim's own, or an outline that was read from a
    file."""
    if isinstance(mobject, AbstractImageMobject):
        return not type(mobject).__module__.startswith(_LIBRARY)
    return isinstance(mobject, (SVGMobject, DecimalNumber, VMobjectFromSVGPath))


def parts(mobjects: Iterable[Mobject]) -> Iterator[Mobject]:
    """Mobjects and all their parts, but for those of formulas and of what is foreign: these are
    known as wholes."""
    stack = list(mobjects)[::-1]
    while stack:
        mobject = stack.pop()
        yield mobject
        if not isinstance(mobject, Formula) and not is_foreign(mobject):
            stack.extend(mobject.submobjects[::-1])


def says(mobject: Mobject) -> str | None:
    """The text of a foreign mobject, or None where nobody can know what it says."""
    if isinstance(mobject, DecimalNumber):
        return str(mobject.number)
    for kind, attribute in (
        (MarkupText, "original_text"),
        (Text, "original_text"),
        (SingleStringMathTex, "tex_string"),
        (Typst, "typst_code"),
    ):
        if isinstance(mobject, kind):
            text = getattr(mobject, attribute, None) or getattr(mobject, "text", None)
            return str(text) if text else None
    return None


def numerals(mobject: Mobject) -> list[str]:
    """The numerals and number words of a foreign mobject; its kind where its text is not known."""
    text = says(mobject)
    if text is None:
        kind = (
            "outlines from a font or a file"
            if isinstance(mobject, VMobjectFromSVGPath)
            else type(mobject).__name__
        )
        return [kind]
    plain = re.sub(r"<[^>]*>", " ", text) if isinstance(mobject, MarkupText) else text
    return untracked(Statement((Piece(plain),)))


@contextlib.contextmanager
def being_made() -> Iterator[list[Mobject]]:
    """Collects every text and picture that is made meanwhile outside gptviz.drawing.

    A mobject that took another's outlines (``become``, ``always_redraw``) no longer tells that it
    did: the maker does.
    """
    made: list[Mobject] = []
    original = SVGMobject.__init__

    def noting(self: Any, *args: Any, **options: Any) -> None:
        original(self, *args, **options)
        if not _made_by_library():
            self.made_at = _place()
            made.append(self)

    SVGMobject.__init__ = noting  # type: ignore[method-assign]
    try:
        yield made
    finally:
        SVGMobject.__init__ = original  # type: ignore[method-assign]


def _place() -> str:
    """The file and line of a film that is at work now; empty where none is."""
    frame = sys._getframe(2)
    while frame is not None:
        if str(frame.f_globals.get("__name__", "")).startswith(_FILMS):
            return f"{Path(frame.f_code.co_filename).name}, line {frame.f_lineno}"
        frame = frame.f_back  # type: ignore[assignment]
    return ""


def _made_by_library() -> bool:
    frame = sys._getframe(1)
    while frame is not None:
        if str(frame.f_globals.get("__name__", "")).startswith(_LIBRARY):
            return True
        frame = frame.f_back  # type: ignore[assignment]
    return False
