"""What a user may write for a model, what it is called then, and what happens where it is not at
hand."""

from __future__ import annotations

import http.server
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from gptviz.errors import ModelMissing, ModelRefused, UsageError
from gptviz.models import load, references
from gptviz.models.language import LanguageModel
from tests import small_gpt2

PINNED = "607a30d783dfa663caf39e06633721c8d4cfcd7e"


@pytest.mark.parametrize(
    ("reference", "repository", "revision", "title", "short"),
    [
        ("gpt2", "openai-community/gpt2", PINNED, "GPT-2 small", "gpt2"),
        ("openai-community/gpt2", "openai-community/gpt2", PINNED, "GPT-2 small", "gpt2"),
        ("gpt2-xl@main", "openai-community/gpt2-xl", "main", "GPT-2 XL", "gpt2-xl"),
        ("distilgpt2", "distilgpt2", None, "distilgpt2", "distilgpt2"),
        ("someone/My_Model@v1.0", "someone/My_Model", "v1.0", "My_Model", "My_Model"),
    ],
)
def test_hub_references(
    reference: str, repository: str, revision: str | None, title: str, short: str
) -> None:
    found, at, name = references.hub(reference)
    assert (found, at, name.title, name.short) == (repository, revision, title, short)


@pytest.mark.parametrize(
    "reference",
    [
        "",
        " ",
        "a/b/c",
        "/etc/x",
        "../x",
        "gpt2@",
        "@main",
        "gpt2@../x",
        "a b",
        "x\0y",
        "gpt2;rm",
        "-flag",
        "a+",
        "x" * 5 + "\n",
    ],
)
def test_what_names_no_model(
    reference: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")  # "../x" is a folder of nobody's
    with pytest.raises(UsageError, match="names no model"):
        load(reference)


@pytest.mark.parametrize("taken", ["gpt2", "mini", "default", "gpt2-xl"])
def test_a_folder_does_not_take_a_published_name(
    tmp_path: Path, whole: Path, small: LanguageModel, taken: str
) -> None:
    shutil.copytree(whole, tmp_path / taken)
    model = load(str(tmp_path / taken))
    assert model.short == f"{taken}-{small.weights_sha256[:8]}"
    assert model.title == taken and model.provenance().fingerprint == small.fingerprint


def test_a_folder_gives_its_name_and_no_path(tmp_path: Path, whole: Path) -> None:
    shutil.copytree(whole, tmp_path / "my model \u00fc")
    model = load(str(tmp_path / "my model \u00fc") + "/")
    assert (model.title, model.short, model.reference) == (
        "my model \u00fc",
        "my-model",
        "my model \u00fc",
    )
    assert str(tmp_path) not in model.provenance().model_dump_json()


def test_folders_without_a_model(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match="no weights, no recorded runs and no tokenizer"):
        load(str(tmp_path))
    (tmp_path / "config.json").write_text('{"model_type": "gpt2"}')
    with pytest.raises(ModelMissing, match="holds no weights"):
        load(str(tmp_path))


@pytest.mark.parametrize("how", ["offline=True", "HF_HUB_OFFLINE", "no network"])
def test_offline_and_not_here_is_said_at_once(tmp_path: Path, how: str) -> None:
    """In a process of its own: under two seconds of work, and no waiting where a busy machine would
    not explain it."""
    code = (
        "import sys, time; began = time.monotonic()\n"
        "from gptviz.errors import ModelMissing\nfrom gptviz.models import load\n"
        f"try: load('gpt2', offline={how == 'offline=True'})\n"
        "except ModelMissing as error: print(error, time.process_time(), time.monotonic() - began, sep='\\n')\n"
        "print([name for name in ('torch', 'transformers') if name in sys.modules])"
    )
    # An address of a network that is kept for documentation (RFC 5737): packets to it are lost.
    env = {
        **os.environ,
        "HF_HOME": str(tmp_path),
        "HF_ENDPOINT": "http://192.0.2.1",
        "HF_HUB_OFFLINE": str(int(how == "HF_HUB_OFFLINE")),
    }
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        env=env,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    what, why, hint, worked, took, loaded = done.stdout.splitlines()
    assert "openai-community/gpt2@607a30d is not on this machine" in what
    assert str(tmp_path) in why and "mini" in hint and "folder" in hint
    assert float(worked) < 2 and float(took) < 15 and loaded == "[]" and done.stderr == ""


class Hub(http.server.BaseHTTPRequestHandler):
    """As much of the hub as a download needs: one repository at one commit."""

    commit = "0123456789abcdef0123456789abcdef01234567"
    files: dict[str, bytes]
    asked: list[tuple[str, str]]

    def log_message(self, format: str, *args: object) -> None:
        pass

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        self.asked.append((self.command, path))
        if path.startswith("/api/models/someone/small/tree/"):
            self.answer(
                json.dumps(
                    [
                        {"type": "file", "path": name, "size": len(data), "oid": "0" * 40}
                        for name, data in self.files.items()
                    ]
                ).encode()
            )
        elif path in (
            "/api/models/someone/small",
            "/api/models/someone/small/revision/main",
            f"/api/models/someone/small/revision/{self.commit}",
        ):
            self.answer(
                json.dumps(
                    {
                        "id": "someone/small",
                        "sha": self.commit,
                        "siblings": [],
                        "tags": [],
                        "private": False,
                        "downloads": 0,
                    }
                ).encode()
            )
        elif path.startswith("/someone/small/resolve/") and path.rpartition("/")[2] in self.files:
            self.answer(self.files[path.rpartition("/")[2]])
        else:
            self.send_response(404)
            self.send_header("X-Error-Code", "RepoNotFound")
            self.send_header("Content-Length", "0")
            self.end_headers()

    def answer(self, data: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.send_header("ETag", f'"{hash(data) & 0xFFFFFFFF:040x}"')
        self.send_header("X-Repo-Commit", self.commit)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(data)


@pytest.fixture
def hub(whole: Path) -> Iterator[str]:
    Hub.files = {path.name: path.read_bytes() for path in whole.iterdir()} | {
        "pytorch_model.bin": b"a pickle",
        "modeling.py": b"raise SystemExit",
    }
    Hub.asked = []
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def ask(endpoint: str, home: Path, *asked: str) -> list[dict[str, str]]:
    """What a process of its own makes of some references, with this hub and this cache."""
    code = (
        "import json, sys\nfrom gptviz.errors import GptvizError\nfrom gptviz.models import load\n"
        "for reference in sys.argv[1:]:\n"
        "    try: print(load(reference).provenance().model_dump_json())\n"
        "    except GptvizError as error:\n"
        "        print(json.dumps({'error': type(error).__name__, 'text': str(error)}))"
    )
    env = {
        **os.environ,
        "HF_HOME": str(home),
        "HF_ENDPOINT": endpoint,
        "HF_HUB_OFFLINE": "0",
        "NO_PROXY": "127.0.0.1",
    }
    done = subprocess.run(
        [sys.executable, "-c", code, *asked],
        env=env,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_a_model_from_the_hub(hub: str, tmp_path: Path, small: LanguageModel) -> None:
    found, again, other = ask(
        hub, tmp_path, "someone/small", f"someone/small@{Hub.commit}", "someone/other"
    )
    assert found["fingerprint"] == small.fingerprint
    assert (found["model"], found["reference"], found["commit"]) == (
        "small",
        "someone/small@0123456",
        Hub.commit,
    )
    assert again == found and other["error"] == ModelMissing.__name__
    fetched = [
        path.rpartition("/")[2]
        for command, path in Hub.asked
        if command == "GET" and "/resolve/" in path
    ]
    assert fetched.count("model.safetensors") == 1, "what lies in the cache is not fetched again"
    assert not {"pytorch_model.bin", "modeling.py"} & set(fetched)
    assert ask("http://127.0.0.1:9", tmp_path, "someone/small") == [found], (
        "the cache serves without a network"
    )
    del Hub.files["model.safetensors"]
    (refused,) = ask(hub, tmp_path / "fresh", "someone/small")
    assert refused["error"] == ModelRefused.__name__ and "safetensors" in refused["text"]


def test_loading_is_lazy() -> None:
    code = (
        "import sys, gptviz.models, gptviz.recorders\n"
        "print([name for name in ('torch', 'transformers') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.strip() == "[]"


def test_a_name_that_is_looked_up_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    from gptviz.models import hub as room

    found = threading.Event()

    def look_up(*_: object, **__: object) -> None:
        found.wait(20)
        raise OSError("no such name")

    monkeypatch.setattr(room.socket, "create_connection", look_up)
    began = time.monotonic()
    assert not room.reachable("https://hub.invalid")
    assert time.monotonic() - began < 15
    found.set()


def test_a_small_model_of_other_entries(tmp_path: Path) -> None:
    model = load(str(small_gpt2.write(tmp_path / "tiny-one", entries=300, n_layer=1, n_head=1)))
    assert (model.shape.vocab, model.shape.n_layer, model.short) == (300, 1, "tiny-one")
