"""gptviz in Python and in a notebook."""

from __future__ import annotations

import re
import subprocess
import sys
from html import unescape
from pathlib import Path

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient

import gptviz
from gptviz.errors import RecordingMissing, UnknownScene, UsageError
from gptviz.recording.families import NextToken, WordNeighbours

ROOT = Path(__file__).parents[2]


def test_what_is_public_is_there_and_loads_nothing_heavy() -> None:
    """A fresh process: importing gptviz costs no torch, and every public name can be had."""
    code = (
        "import sys, gptviz; before = set(sys.modules);"
        "assert not {'torch', 'manim', 'transformers', 'gensim'} & before, before;"
        "assert all(hasattr(gptviz, name) for name in gptviz.__all__);"
        "assert not {'torch', 'transformers', 'gensim'} & set(sys.modules);"
        "assert set(gptviz.__all__) <= set(dir(gptviz))"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
    with pytest.raises(AttributeError, match="no attribute 'lod'"):
        gptviz.lod  # noqa: B018


def test_a_recording_in_memory_is_that_of_transformers() -> None:
    import torch  # noqa: PLC0415
    from transformers import AutoModelForCausalLM, AutoTokenizer  # noqa: PLC0415

    folder = ROOT / "gptviz" / "models" / "bundled" / "mini"
    prompt = "The king said to his"
    ids = AutoTokenizer.from_pretrained(folder)(prompt, return_tensors="pt")
    with torch.no_grad():
        logits = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)(**ids).logits[
            0, -1
        ]
    row = gptviz.record("mini", NextToken(prompt, top=5))
    assert row.logits.array == pytest.approx(logits.topk(5).values.numpy(), abs=1e-4)
    again = gptviz.record(gptviz.load("mini"), NextToken(prompt, top=5))
    assert again.digest == row.digest


def test_vectors_answer_as_models_do() -> None:
    near = gptviz.record("mini", WordNeighbours(("cat",), top=3))
    loaded = gptviz.record(gptviz.load_vectors("mini"), WordNeighbours(("cat",), top=3))
    assert near.digest == loaded.digest


def test_a_notebook_shows_a_recording_with_addresses_that_hold() -> None:
    row = gptviz.read("softmax", "row", edition="mini")
    cells = re.findall(
        r"<td><code>(.*?)</code></td><td>(.*?)</td><td>(.*?)</td>", row._repr_html_()
    )
    shown = {unescape(address): unescape(value) for address, _, value in cells}
    checked = 0
    for tensor, array in row.tensors.items():
        for index in list(np.ndindex(array.shape))[:6]:
            inner = ", ".join(map(str, index))
            assert float(shown[f"mini/softmax/row#{tensor}[{inner}]"]) == pytest.approx(
                float(array[index]), rel=1e-5
            )
            checked += 1
    assert checked >= 12
    assert shown["mini/softmax/row#values.vocab"] == str(row.manifest.values["vocab"])
    assert row.digest[:12] in row._repr_html_() and row.digest[:12] in repr(row)


def test_what_is_not_there_is_said() -> None:
    with pytest.raises(UnknownScene, match="softmx"):
        gptviz.read("softmx", "row")
    with pytest.raises(UsageError, match="no need 'rows'") as caught:
        gptviz.read("softmax", "rows")
    assert "row" in caught.value.why
    with pytest.raises(RecordingMissing):
        gptviz.read("softmax", "row", edition="nobody")


@pytest.mark.slow
def test_the_notebook_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every cell, in a kernel of its own, outside the checkout; the film plays where it stands."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    notebook = nbformat.read(ROOT / "docs" / "notebook.ipynb", as_version=4)
    assert not any(cell.get("outputs") for cell in notebook.cells)  # kept clean in the repository
    NotebookClient(
        notebook,
        timeout=300,
        kernel_name="python3",
        resources={"metadata": {"path": str(tmp_path)}},
    ).execute()
    html = "".join(
        output["data"].get("text/html", "")
        for cell in notebook.cells
        for output in cell.get("outputs", ())
        if "data" in output
    )
    assert "<video" in html and "data:video/mp4;base64," in html and "<caption>" in html
    assert list((tmp_path / "media").rglob("*.mp4"))


@pytest.mark.slow
def test_the_lines_in_the_readme_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    found = re.search(r"## In Python\n\n```python\n(.*?)```", readme, re.S)
    assert found is not None
    names: dict[str, object] = {}
    exec(found[1], names)
    assert names["row"].__class__.__name__ == "NextTokenRecording"
    assert list((tmp_path / "media").rglob("softmax.mp4"))
