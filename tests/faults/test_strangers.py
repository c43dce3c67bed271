"""Files from strangers: whatever bytes they hold, gptviz answers with its own errors, in bounded
time and memory, and nothing in them is ever run."""

from __future__ import annotations

import json
import os
import pickle
import resource
import struct
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gptviz.errors import GptvizError, NoSpace, NotFinite, RecordingCorrupt
from gptviz.models.vectors import load_vectors
from gptviz.recording import schema
from gptviz.recording.families import NextToken
from gptviz.recording.schema import Content, Provenance, make
from gptviz.recording.store import Store
from tests.made import Anything, next_token_content

pytestmark = pytest.mark.slow

ANY = settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def recorded(folder: Path) -> tuple[Store, Path]:
    store = Store(folder / "recordings")
    content = next_token_content([0.5], others=[0.25])
    path = store.write(
        "e", "s", "n", make(NextToken(prompt="x"), content, Provenance(model="m", reference="r"))
    )
    return store, path


@ANY
@given(st.data())
def test_a_manifest_with_any_bytes_changed(tmp_path: Path, data: st.DataObject) -> None:
    store, path = recorded(tmp_path)
    raw = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(raw) - 1))
        raw[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=4))
    path.write_bytes(bytes(raw))
    try:
        store.read("e", "s", "n")
    except GptvizError:
        return
    assert json.loads(path.read_text())["digest"]  # what was changed is provenance, or nothing


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_what_is_no_number_is_neither_recorded_nor_read(tmp_path: Path, value: float) -> None:
    """Refused by name and first index when it is taken; and when somebody else has written it,
    digests and all."""
    array = np.ones((3, 4), np.float32)
    array[1, 2] = value
    content = Content({}, {}, {"logits": (array, ("token", "vocab"))})
    someone = Provenance(model="m", reference="r")
    with pytest.raises(NotFinite, match=r"logits\[1, 2\] is"):
        make(NextToken(prompt="x"), content, someone)
    with pytest.raises(NotFinite, match="logsumexp"):
        make(NextToken(prompt="x"), Content(values={"logsumexp": value}), someone)
    store, path = recorded(tmp_path)
    honest = schema.check_finite_array
    try:
        schema.check_finite_array = lambda *_: None  # a writer that does not look
        made = make(Anything(), content, someone)
    finally:
        schema.check_finite_array = honest
    store.write("e", "s", "n", made)
    with pytest.raises(RecordingCorrupt, match=r"logits\[1, 2\] is"):
        store.read("e", "s", "n")


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("{\n", '{"schema_version": 1,\n', "a key stands twice"),
        ('"model": "m"', '"model": "m", "model": "m"', "twice"),
        ('"model": "m"', '"model": "m", "seed": NaN', "NaN"),
        ('"model": "m"', '"model": "m", "seed": -Infinity', "Infinity"),
    ],
)
def test_a_manifest_that_is_good_but_for_its_json(
    tmp_path: Path, old: str, new: str, reason: str
) -> None:
    store, path = recorded(tmp_path)
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    with pytest.raises(RecordingCorrupt, match=reason):
        store.read("e", "s", "n")


PLAIN = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
FLAT = PLAIN | st.lists(PLAIN, max_size=3) | st.dictionaries(st.text(max_size=8), PLAIN, max_size=3)
JSON = FLAT | st.lists(FLAT, max_size=3) | st.dictionaries(st.text(max_size=8), FLAT, max_size=3)


@ANY
@given(
    key=st.sampled_from(
        [
            "schema_version",
            "kind",
            "request",
            "digest",
            "tokens",
            "values",
            "tensors",
            "file_sha256",
            "provenance",
            "more",
        ]
    ),
    value=JSON,
)
def test_a_manifest_with_any_value_in_any_place(tmp_path: Path, key: str, value: Any) -> None:
    store, path = recorded(tmp_path)
    path.write_text(json.dumps({**json.loads(path.read_text()), key: value}))
    try:
        read = store.read("e", "s", "n")
    except GptvizError:
        return
    assert read.array("logits").tolist() == [0.5]


@ANY
@given(st.binary(max_size=300))
def test_tensor_files_of_any_bytes(tmp_path: Path, raw: bytes) -> None:
    store, path = recorded(tmp_path)
    path.with_suffix(".safetensors").write_bytes(raw)
    with pytest.raises(GptvizError):
        store.read("e", "s", "n")


@ANY
@given(
    raw=st.binary(max_size=200) | st.text(max_size=200).map(str.encode),
    name=st.sampled_from(["v.bin", "v.txt", "v.gz", "v.vec", "v"]),
)
def test_vector_files_of_any_bytes(tmp_path: Path, raw: bytes, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(raw)
    try:
        vectors = load_vectors(str(path))
    except GptvizError:
        return
    assert np.isfinite(vectors.matrix).all()


def test_a_pickle_by_any_name_is_never_run(tmp_path: Path) -> None:
    sentinel = tmp_path / "ran"

    class Payload:
        def __reduce__(self) -> Any:
            return os.mkdir, (str(sentinel),)

    evil = pickle.dumps(Payload())
    store, path = recorded(tmp_path)
    for target in (path.with_suffix(".safetensors"), path):
        target.write_bytes(evil)
        with pytest.raises(GptvizError):
            store.read("e", "s", "n")
    for name in ("v.bin", "v.txt", "v.kv", "v.model", "v.npz", "v.safetensors"):
        (tmp_path / name).write_bytes(evil)
        with pytest.raises(GptvizError):
            load_vectors(str(tmp_path / name))
    assert not sentinel.exists()


def bounded(script: str, folder: Path, megabytes: int = 700) -> subprocess.CompletedProcess[str]:
    """Runs a script in a process that may take so much memory, and so large a file, and no more."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (megabytes * 2**20, megabytes * 2**20))

    return subprocess.run(
        [sys.executable, "-c", script, str(folder)],
        capture_output=True,
        text=True,
        timeout=60,
        preexec_fn=limit,
        check=False,
    )


READ = """
import sys
from pathlib import Path
from gptviz.errors import GptvizError
from gptviz.recording.store import Store
try:
    Store(Path(sys.argv[1]) / "recordings").read("e", "s", "n")
except GptvizError as error:
    print("refused:", error.what)
"""


@pytest.mark.parametrize(
    "lie", ["header of a gigabyte", "shape of a thousand million", "deep nesting", "long manifest"]
)
def test_a_header_cannot_exhaust_memory(tmp_path: Path, lie: str) -> None:
    store, path = recorded(tmp_path)
    tensors = path.with_suffix(".safetensors")
    if lie == "header of a gigabyte":
        tensors.write_bytes(struct.pack("<Q", 10**9) + b"{" * 1000)
    elif lie == "shape of a thousand million":
        header = json.dumps(
            {"logits": {"dtype": "F32", "shape": [10**9], "data_offsets": [0, 4 * 10**9]}}
        ).encode()
        tensors.write_bytes(struct.pack("<Q", len(header)) + header)
    elif lie == "deep nesting":
        path.write_text("[" * 10**6)
    else:
        path.write_text('{"values": "' + "x" * 10**8 + '"}')
    done = bounded(READ, tmp_path)
    assert done.stdout.startswith("refused:"), done.stderr[-500:]


WRITE = """
import resource, sys
from pathlib import Path
import numpy as np
from gptviz.errors import NoSpace
from gptviz.recording.schema import Content, Provenance, make
from gptviz.recording.store import Store
from tests.made import Anything
big = Content(tensors={"logits": (np.zeros(500_000, np.float32), ("rank",))})
recording = make(Anything(), big, Provenance(model="m", reference="r"))
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
import signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
try:
    Store(Path(sys.argv[1]) / "recordings").write("e", "s", "n", recording)
except NoSpace as error:
    print("no space:", error.what)
"""


def test_a_full_disk_leaves_the_old_recording_and_nothing_else(tmp_path: Path) -> None:
    store, path = recorded(tmp_path)
    before = {each.name: each.read_bytes() for each in path.parent.iterdir()}
    done = subprocess.run(
        [sys.executable, "-c", WRITE, str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout.startswith("no space:"), done.stderr[-500:]
    assert {each.name: each.read_bytes() for each in path.parent.iterdir()} == before
    assert store.read("e", "s", "n").array("logits").tolist() == [0.5]
    assert issubclass(NoSpace, GptvizError)


KILLED = """
import os, sys
from pathlib import Path
import numpy as np
from gptviz.recording.schema import Content, Provenance, make
from gptviz.recording.store import Store
from tests.made import Anything
n = 0
while True:
    n += 1
    content = Content(values={"vocab": n}, tensors={"logits": (np.full(200_000, n, np.float32), ("rank",))})
    recording = make(Anything(), content, Provenance(model="m", reference="r"))
    Store(Path(sys.argv[1]) / "recordings").write("e", "s", "n", recording)
    print(n, flush=True)
"""


@pytest.mark.parametrize("delay", [0.02, 0.05, 0.08, 0.11, 0.14])
def test_a_recorder_killed_at_any_moment_leaves_a_whole_recording(
    tmp_path: Path, delay: float
) -> None:
    store, _ = recorded(tmp_path)
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    process.stdout.readline()
    try:
        process.wait(delay)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    process.stdout.close()
    read = store.read("e", "s", "n")
    assert set(read.array("logits").tolist()) == {float(read.value("vocab"))}


def test_killed_twice_between_tensors_and_manifest(tmp_path: Path) -> None:
    """The old recording outlives two broken writes, and the third one is whole."""
    store, path = recorded(tmp_path)
    names = {each.name for each in path.parent.iterdir()}
    script = KILLED.replace(
        "n = 0\n",
        """
rename, done = os.replace, []
def replace(source, target):
    rename(source, target)
    if str(target).endswith(".safetensors") and not done:
        os.kill(os.getpid(), 9)
    done.append(target)
os.replace = replace
n = 0
""",
    )
    for _ in range(2):
        killed = subprocess.run(
            [sys.executable, "-c", script, str(tmp_path)], capture_output=True, check=False
        )
        assert killed.returncode == -9, killed.stderr
        assert store.read("e", "s", "n").array("logits").tolist() == [0.5]
    recorded(tmp_path)
    assert {each.name for each in path.parent.iterdir()} == names


def test_two_recorders_at_once_leave_one_whole_recording(tmp_path: Path) -> None:
    store, _ = recorded(tmp_path)
    script = KILLED.replace("while True:", "while n < 12:")
    both = [
        subprocess.Popen(
            [sys.executable, "-c", script, str(tmp_path)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    errors = [process.communicate(timeout=120)[1] for process in both]
    assert [process.returncode for process in both] == [0, 0], errors
    read = store.read("e", "s", "n")
    assert set(read.array("logits").tolist()) == {float(read.value("vocab"))}
