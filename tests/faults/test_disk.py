"""A disk that is full or read-only: the old output is untouched, nothing half-written is left."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from gptviz.recording.store import Store
from tests.faults.conftest import Shell
from tests.toy import Toy, row

pytestmark = pytest.mark.slow


@pytest.fixture
def copied(rendered: Toy, tmp_path: Path) -> Toy:
    """A project whose films are rendered, to be damaged."""
    shutil.copytree(rendered.root, tmp_path / "project")
    return Toy(tmp_path / "project", rendered.package)


def contents(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and ".locks" not in path.parts
    }


@pytest.mark.parametrize("spare", [0, 24, 40, 56, 96, 400])
def test_rendering_on_a_disk_with_little_room(copied: Toy, mounting: Shell, spare: int) -> None:
    """A real file system with ``spare`` kilobytes beside the old films: it is full sooner or later,
    or not at all."""
    media = copied.root / "media"
    before = contents(media)
    used = sum(-(-len(data) // 4096) * 4 for data in before.values()) + 2 * 4  # and the two locks
    command = (
        f"mount -t tmpfs -o size={used + spare}k tmpfs media; cp -a kept/. media/; "
        f"code=0; {sys.executable} -m gptviz render tiny --quality l --force || code=$?; "
        "cp -a media/. after/; exit $code"
    )
    media.rename(copied.root / "kept")
    for name in ("media", "after"):
        (copied.root / name).mkdir()
    run = mounting(command, copied.root, copied.environment())
    after = contents(copied.root / "after")
    assert run.returncode == (0 if spare == 400 else 1) or spare >= 48, run.stderr
    if run.returncode:
        assert (
            "no space left" in run.stderr and "MB" in run.stderr and "Traceback" not in run.stderr
        ), run.stderr
        assert "free some space" in run.stderr
    assert after == before  # the same film again, or the old one; and nothing beside them


def test_a_disk_without_room_for_the_log(copied: Toy, mounting: Shell) -> None:
    """A film that fills the disk to its last byte, the one that the worker's own log lies on."""
    scene = copied.scene("other")
    scene.write_text(
        scene.read_text().replace("self.wait(0.2)", "open('filler', 'wb').write(bytes(10**8))")
    )
    (copied.root / "media").rename(copied.root / "kept")
    for name in ("media", "after"):
        (copied.root / name).mkdir()
    run = mounting(
        f"mount -t tmpfs -o size=2m tmpfs media; cp -a kept/. media/; code=0; {sys.executable} -m gptviz "
        "render other --quality l || code=$?; cp -a media/. after/; exit $code",
        copied.root,
        copied.environment(),
    )
    assert run.returncode == 1 and "no space left to render other" in run.stderr, run.stderr
    assert "it needs about 24 MB" in run.stderr and len(run.stderr.splitlines()) == 3
    assert contents(copied.root / "after") == contents(copied.root / "kept")


RECORD = """
import sys
from pathlib import Path
from gptviz.errors import NoSpace
from gptviz.recording.store import Store
made = Store(Path("other")).read("e", "s", "n")
try:
    Store(Path("recordings")).write("e", "s", "n", made)
except NoSpace as error:
    print(error, file=sys.stderr)
    sys.exit(1)
"""


@pytest.mark.parametrize("fresh", [True, False], ids=["nothing there", "an older one there"])
@pytest.mark.parametrize("room", ["tensors", "manifest", "all"])
def test_recording_on_a_disk_with_little_room(
    tmp_path: Path, mounting: Shell, fresh: bool, room: str
) -> None:
    """Full while the tensors are written, or after them while the manifest is; the folder is then
    as it was."""
    Store(tmp_path / "other").write("e", "s", "n", row((3.0, 1.0, 0.5)))
    kept = tmp_path / "kept"
    (kept / "e" / "s").mkdir(parents=True)
    if not fresh:
        Store(kept).write("e", "s", "n", row())
    pages = {"tensors": 0, "manifest": 1, "all": 9}[room] + (0 if fresh else 2)  # of 4 kB
    for name in ("recordings", "after"):
        (tmp_path / name).mkdir()
    command = (
        f"mount -t tmpfs -o size={4 * pages or 4}k tmpfs recordings; cp -a kept/. recordings/; "
        f"{'head -c 4096 /dev/zero > recordings/filler; ' if not pages else ''}"
        f"code=0; {sys.executable} -c '{RECORD}' || code=$?; rm -f recordings/filler; "
        "cp -a recordings/. after/; exit $code"
    )
    run = mounting(command, tmp_path, Toy(tmp_path).environment())
    assert run.returncode == (0 if room == "all" else 1), run.stderr
    after = contents(tmp_path / "after")
    if room == "all":
        assert after == contents(tmp_path / "other")
    else:
        assert "no space left" in run.stderr and after == contents(kept)


def test_media_that_may_only_be_read(copied: Toy, mounting: Shell) -> None:
    before = contents(copied.root / "media")
    shared = "mount --bind media media; mount -o remount,bind,ro media; "
    film = shared + f"exec {sys.executable} -m gptviz render tiny --quality l"
    run = mounting(film, copied.root, copied.environment())
    assert run.returncode == 0 and "up to date" in run.stdout, "what is there can be had"
    run = mounting(film + " --force", copied.root, copied.environment())
    assert run.returncode == 1 and "media" in run.stderr and "cannot be written" in run.stderr
    assert "Read-only" in run.stderr and len(run.stderr.splitlines()) == 3
    assert contents(copied.root / "media") == before


def test_recordings_that_may_only_be_read(tmp_path: Path, mounting: Shell) -> None:
    for name in ("recordings", "other"):
        Store(tmp_path / name).write("e", "s", "n", row())
    before = contents(tmp_path / "recordings")
    script = RECORD.replace("NoSpace", "UnsafePath")
    run = mounting(
        f"mount --bind recordings recordings; mount -o remount,bind,ro recordings; "
        f"exec {sys.executable} -c '{script}'",
        tmp_path,
        Toy(tmp_path).environment(),
    )
    assert (
        run.returncode == 1 and "cannot be written" in run.stderr and "Traceback" not in run.stderr
    )
    assert contents(tmp_path / "recordings") == before
