"""The gallery: every mobject of the library shows itself in a small piece, drawn from committed
recordings.

``pieces()`` lists them; ``render_all(folder, store)`` draws their stills, ``film_of`` plays one as
a film. A piece is a function that adds and plays on a :class:`Stage`, and calls
``stage.still("name")`` where it wants to be looked at.
"""

from gptviz.drawing.gallery import (
    carried,
    changes,
    frame,
    heads,
    inside,
    model,
    numbers,
    prediction,
    reading,
    rulers,
    weights,
    words,
)
from gptviz.drawing.gallery.stage import Piece, Stage, film_of, piece_named, render_all, stills_of

__all__ = ["Piece", "Stage", "film_of", "piece_named", "pieces", "render_all", "stills_of"]


def pieces() -> list[Piece]:
    """All pieces, in the order of the library."""
    return [
        *numbers.PIECES,
        *weights.PIECES,
        *inside.PIECES,
        *model.PIECES,
        *frame.PIECES,
        *carried.PIECES,
        *changes.PIECES,
        *heads.PIECES,
        *reading.PIECES,
        *prediction.PIECES,
        *words.PIECES,
        *rulers.PIECES,
    ]
