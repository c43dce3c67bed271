"""Every piece of the gallery, still by still, against golden frames, and by the rules of the
layout.

``pytest tests/drawing/test_gallery.py --update-frames`` draws the golden frames anew. Where a still
differs, the golden frame, the still and their difference lie, one below the other, in
media/frames/.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from manim import VMobject
from PIL import Image

from gptviz.drawing.base import theme
from gptviz.drawing.base.text import Run
from gptviz.drawing.gallery import Piece, Stage, film_of, pieces, render_all, stills_of
from gptviz.drawing.gallery.index import mobjects, page, rooms
from gptviz.drawing.gallery.stage import Frame
from gptviz.errors import UnknownScene
from gptviz.recording.store import Store
from tests.drawing.erasing import LOCAL, spoilt, windows_apart

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = Path(__file__).parent / "frames"
STORE = Store(ROOT / "recordings")
SIZE = (480, 270)

# Other versions of Cairo smooth edges a little differently: a pixel may be off by so many levels of
# 255, a few by more.
LEVELS, SHARE, MEAN = 24, 0.004, 0.6
SAID = GOLDEN / "said.json"  # what stands in each still, so that no digit changes unseen
ERASED = ("probability_bars", "number_sum", "dimming")  # at once; the others with the slow tests


@cache
def drawn(name: str) -> tuple[dict[str, Frame], dict[str, list[Run]], dict[str, set[type]]]:
    """A piece's stills, the texts that can be seen in each, as they stood, and the classes of all
    that stood in each."""
    piece = next(piece for piece in pieces() if piece.name == name)
    texts: dict[str, list[Run]] = {}
    kinds: dict[str, set[type]] = {}

    def look(still: str, stage: Stage) -> None:
        family = [part for mobject in stage.mobjects for part in mobject.get_family()]
        kinds[f"{name}-{still}"] = {type(part) for part in family}
        texts[still] = [
            part.copy()
            for mobject in stage.mobjects
            for part in mobject.get_family()
            if isinstance(part, Run) and len(part.points) and part.fill_rgbas[0][3] > 0.25
        ]

    return stills_of(piece, piece.recordings(STORE), *SIZE, look=look), texts, kinds


def names() -> list[str]:
    return [piece.name for piece in pieces()]


@pytest.mark.parametrize("name", names())
def test_stills_are_the_golden_ones(name: str, request: pytest.FixtureRequest) -> None:
    stills = drawn(name)[0]
    assert stills
    if request.config.getoption("--update-frames"):
        GOLDEN.mkdir(exist_ok=True)
        for old in GOLDEN.glob(f"{name}-*.png"):
            old.unlink()
        for still, frame in stills.items():
            Image.fromarray(frame).save(GOLDEN / f"{name}-{still}.png", optimize=True)
        write_said(name)
        pytest.skip("golden frames drawn anew, nothing compared")
    wrong = []
    for still, frame in stills.items():
        path = GOLDEN / f"{name}-{still}.png"
        assert path.is_file(), (
            f"no golden frame {path.name}: look at it, then run with --update-frames"
        )
        with Image.open(path) as image:
            golden = np.asarray(image.convert("RGB"))
        apart = np.abs(frame.astype(int) - golden.astype(int)).max(axis=2)
        if (
            (apart > LEVELS).mean() > SHARE
            or apart.mean() > MEAN
            or windows_apart(golden, frame) > LOCAL
        ):
            kept = ROOT / "media" / "frames"
            kept.mkdir(parents=True, exist_ok=True)
            side_by_side = np.concatenate(
                [golden, frame, np.repeat(np.clip(apart * 4, 0, 255)[..., None], 3, axis=2)]
            )
            Image.fromarray(side_by_side.astype(np.uint8)).save(kept / path.name)
            wrong.append(
                f"{path.name}: in some window by {windows_apart(golden, frame):.1f}, {(apart > LEVELS).mean():.2%} of the pixels differ; see {kept / path.name}"
            )
    assert not wrong, "\n".join(wrong)


def said(name: str) -> dict[str, list[str]]:
    """The texts that can be seen in each still of a piece, in the order of drawing."""
    return {f"{name}-{still}": [run.text for run in runs] for still, runs in drawn(name)[1].items()}


def write_said(name: str) -> None:
    known = json.loads(SAID.read_text(encoding="utf-8")) if SAID.is_file() else {}
    kept = {still: texts for still, texts in known.items() if not still.startswith(f"{name}-")}
    SAID.write_text(
        json.dumps({**kept, **said(name)}, ensure_ascii=False, indent=0, sort_keys=True) + "\n",
        encoding="utf-8",
    )


@pytest.mark.parametrize("name", names())
def test_stills_say_what_they_said(name: str) -> None:
    known = json.loads(SAID.read_text(encoding="utf-8"))
    assert said(name) == {still: known.get(still) for still in said(name)}


@pytest.mark.parametrize(
    "name",
    [pytest.param(n, marks=[] if n in ERASED else pytest.mark.slow) for n in names()],
)
def test_every_text_and_bar_erased_and_every_digit_changed_is_noticed(name: str) -> None:
    """One at a time; of a changed digit the list of texts tells, also of a dimmed one."""
    piece = next(piece for piece in pieces() if piece.name == name)
    unseen = [
        each.what
        for whole, each in spoilt(piece, STORE, SIZE)
        if not each.changed and windows_apart(whole, each.frame) <= LOCAL
    ]
    assert not unseen
    assert set(ERASED) <= set(names())


def test_all_golden_frames_were_compared() -> None:
    shown = {f"{name}-{still}.png" for name in names() for still in drawn(name)[0]}
    assert shown == {path.name for path in GOLDEN.glob("*.png")} and len(shown) > 40


def test_every_mobject_of_the_library_is_in_a_piece() -> None:
    """Also as a part of another, or as what another is made from; what nobody draws should not be
    there. The index in docs/drawing.md is the one that they make: ``make drawing-index``."""
    public = {kind for room in rooms() for kind in mobjects(room)}
    assert len(public) > 60
    seen = {still: kinds for name in names() for still, kinds in drawn(name)[2].items()}
    shown = {ancestor for kinds in seen.values() for kind in kinds for ancestor in kind.__mro__}
    missing = sorted(f"{kind.__module__}.{kind.__name__}" for kind in public - shown)
    assert not missing, f"in no piece of gptviz/drawing/gallery: {', '.join(missing)}"
    assert page(seen) == (ROOT / "docs" / "drawing.md").read_text(encoding="utf-8")
    assert all((GOLDEN / f"{still}.png").is_file() for still in seen)


def test_a_changed_pixel_is_seen() -> None:
    """The tolerance lets no numeral and no bar pass that has changed."""
    stills = drawn("probability_bars")[0]
    frame = next(iter(stills.values())).astype(int)
    changed = frame.copy()
    changed[100:112, 200:240] = (
        255 - changed[100:112, 200:240]
    )  # a patch of the size of one numeral
    apart = np.abs(frame - changed).max(axis=2)
    assert (apart > LEVELS).mean() > SHARE or apart.mean() > MEAN


def on_one_another(runs: list[Run]) -> list[tuple[str, str]]:
    """Pairs of texts whose boxes reach into one another by more than a pixel and a half at 1080
    lines."""
    boxes = [(run.points[:, :2].min(axis=0), run.points[:, :2].max(axis=0)) for run in runs]
    return [
        (runs[i].text, runs[j].text)
        for i in range(len(runs))
        for j in range(i)
        if (np.minimum(boxes[i][1], boxes[j][1]) - np.maximum(boxes[i][0], boxes[j][0])).min()
        > theme.units(1.5)
    ]


def test_texts_on_one_another_are_found() -> None:
    first, second = Run("one word"), Run("another")
    assert on_one_another([first, second]) == [("another", "one word")]
    assert not on_one_another([first, second.place([0, -theme.units(theme.LABEL) * 1.3, 0])])


@pytest.mark.parametrize("name", names())
def test_no_text_lies_on_another_or_leaves_the_picture_or_is_too_small(name: str) -> None:
    for still, runs in drawn(name)[1].items():
        boxes = np.array(
            [[*run.points[:, :2].min(axis=0), *run.points[:, :2].max(axis=0)] for run in runs]
        )
        small = [run.text for run in runs if run.intact and run.pixels < theme.SMALLEST - 0.25]
        assert not small, f"{still}: {small}"
        if still in ("opening", "flying", "carried", "zooming", "turning"):
            continue  # amid a motion
        edge = np.array([-theme.WIDTH / 2, -theme.HEIGHT / 2, -theme.WIDTH / 2, -theme.HEIGHT / 2])
        outside = [
            run.text
            for run, box in zip(runs, boxes, strict=True)
            if (box[:2] < edge[:2]).any() or (box[2:] > -edge[2:]).any()
        ]
        assert not outside, f"{still}: {outside}"
        assert not on_one_another(runs), f"{still}: {on_one_another(runs)}"


@pytest.mark.parametrize("name", names())
def test_every_numeral_of_the_gallery_is_rounded_correctly(name: str) -> None:
    for runs in drawn(name)[1].values():
        assert all(piece.right for run in runs for piece in run.pieces)


def test_plain_manim_text_is_not_used() -> None:
    piece = pieces()[0]

    def look(_: str, stage: Stage) -> None:
        for mobject in stage.mobjects:
            for part in mobject.get_family():
                assert (
                    type(part).__module__.startswith("gptviz")
                    or type(part) in (VMobject,)
                    or not len(part.points)
                    or type(part).__name__ in ("VGroup", "Group", "RoundedRectangle")
                )

    stills_of(piece, piece.recordings(STORE), look=look)


def test_stills_are_written_and_films_made(tmp_path: Path) -> None:
    written = render_all(tmp_path / "stills", STORE, 320, 180, only="dial")
    assert [path.name for path in written] == ["dial-turning.png", "dial-turned.png"]
    with Image.open(written[0]) as image:
        assert image.size == (320, 180)
    with pytest.raises(UnknownScene, match="number_matrix"):
        render_all(tmp_path / "none", STORE, only="nothing")
    piece: Piece = next(piece for piece in pieces() if piece.name == "dial")
    film = film_of(piece, piece.recordings(STORE), tmp_path / "dial.mp4")
    import av

    with av.open(str(film)) as video:
        assert (video.duration or 0) / 1e6 > 3
    assert not list(tmp_path.glob("*.part"))
