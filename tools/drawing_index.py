"""Writes docs/drawing.md, the index of the drawing library: ``python -m tools.drawing_index``."""

from __future__ import annotations

import sys
from pathlib import Path

from gptviz.drawing.gallery import Stage, pieces, stills_of
from gptviz.drawing.gallery.index import page
from gptviz.recording.store import Store

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "drawing.md"


def seen() -> dict[str, set[type]]:
    """The classes of all that stands in each still of the gallery."""
    kinds: dict[str, set[type]] = {}
    store = Store(ROOT / "recordings")
    for piece in pieces():

        def look(still: str, stage: Stage, name: str = piece.name) -> None:
            kinds[f"{name}-{still}"] = {
                type(part) for mobject in stage.mobjects for part in mobject.get_family()
            }

        stills_of(piece, piece.recordings(store), 320, 180, look=look)
    return kinds


if __name__ == "__main__":
    PAGE.write_text(page(seen()), encoding="utf-8")
    sys.stdout.write(f"{PAGE}\n")
