"""Records every need of every film, and says what it took, as JSON.

``python -m benchmarks.record_editions mini`` for the bundled model (target: three minutes), ``...
small`` for a model of GPT-2 small's shape with random weights, made on the spot (targets: fifteen
minutes, 4 GB), ``... smollm2`` for SmolLM2-135M-Instruct out of its wheel (targets: ten minutes and 3
GB on two cores). Needs that a model cannot answer, such as checkpoints that it does not have, are
counted.
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import tempfile
import time
from collections import Counter
from pathlib import Path

from gptviz.errors import NotRecorded
from gptviz.models import load
from gptviz.models.interface import Model
from gptviz.models.vectors import load_vectors
from gptviz.recorders import take
from gptviz.recording.store import Store
from gptviz.render.find import pick_scenes
from gptviz.render.project import open_project


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("which", choices=["mini", "small", "smollm2"])
    which = parser.parse_args().which
    with tempfile.TemporaryDirectory(prefix="gptviz-record-") as folder:
        model = load(str(small(Path(folder) / "small")) if which == "small" else which)
        print(json.dumps(record(model, Store(Path(folder) / "recordings"))))


def record(model: Model, store: Store) -> dict[str, object]:
    """Records all films' needs, the words' from the bundled vectors; seconds, memory, and how many
    there were."""
    began, counted, slowest = time.perf_counter(), Counter[str](), (0.0, "")
    vectors = load_vectors("mini")
    for scene in pick_scenes(open_project(), (), True):
        for need, request in scene.needs.items():
            started = time.perf_counter()
            try:
                recording = take(model if request.source == "model" else vectors, request)
            except NotRecorded:
                counted["not there"] += 1
                continue
            store.write("edition", scene.name, need, recording)
            counted["recorded"] += 1
            slowest = max(
                slowest, (round(time.perf_counter() - started, 1), f"{scene.name}/{need}")
            )
    return {
        "seconds": round(time.perf_counter() - began, 1),
        **counted,
        "slowest": slowest,
        "megabytes": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6),
    }


def small(folder: Path) -> Path:
    """A model folder of GPT-2 small's shape with random weights, and the bundled model's
    tokenizer."""
    import torch  # noqa: PLC0415
    from transformers import AutoTokenizer, GPT2Config, GPT2LMHeadModel  # noqa: PLC0415

    bundled = Path(__file__).resolve().parents[1] / "gptviz" / "models" / "bundled" / "mini"
    size = len(AutoTokenizer.from_pretrained(bundled))
    torch.manual_seed(0)
    GPT2LMHeadModel(
        GPT2Config(vocab_size=size, bos_token_id=size - 1, eos_token_id=size - 1)
    ).save_pretrained(folder)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(bundled / name, folder)
    return folder


if __name__ == "__main__":
    main()
