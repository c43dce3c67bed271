"""The bundled model at several ages: its first weights, the checkpoints of its training, and the
held-out text.

Of all these only the last age ships with the package; the others are reference data, found by
GPTVIZ_REFERENCE_DATA. The training script began with ``torch.manual_seed(1337)`` and a fresh
model of transformers, so that age 0 needs no file.
"""

from __future__ import annotations

import csv
import lzma
import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from gptviz.errors import NotRecorded
from gptviz.models.architectures import Architecture
from gptviz.models.building import build, empty
from gptviz.models.checkpoint import Checkpoint, compare
from gptviz.models.gradient import running
from gptviz.models.interface import Model
from gptviz.models.language import LanguageModel

SEED = 1337
END = "<|endoftext|>"
_HINT = "set GPTVIZ_REFERENCE_DATA to the folder that holds gptviz-mini/checkpoints"


@dataclass(frozen=True)
class TrainingRun:
    """The training of ``model``, from the folder that it left behind: train.csv, checkpoints/,
    corpus/."""

    model: LanguageModel
    folder: Path

    @classmethod
    def of(cls, model: Model, reference_data: Path | None = None) -> TrainingRun:
        """The training of the bundled model, under ``reference_data`` (by default where
        GPTVIZ_REFERENCE_DATA says).

        Raises NotRecorded for another model, and where there is no such data.
        """
        running_model = running(model, "show how it learned")
        where = reference_data or Path(os.environ.get("GPTVIZ_REFERENCE_DATA") or os.devnull)
        if model.short != "mini":
            raise NotRecorded(
                f"of {model.title} there are no checkpoints",
                "they were kept for the bundled model only",
                "name mini",
            )
        if not (where / "gptviz-mini" / "train.csv").is_file():
            raise NotRecorded(
                f"the checkpoints of {model.title} are not here",
                f"they are not under {where}",
                _HINT,
            )
        return cls(running_model, where / "gptviz-mini")

    @cached_property
    def log(self) -> list[dict[str, float | None]]:
        """The rows of train.csv: step, tokens, lr, train_loss (None at the start), val_loss ...,
        seconds."""
        with (self.folder / "train.csv").open(newline="", encoding="utf-8") as file:
            return [
                {name: float(text) if text else None for name, text in row.items()}
                for row in csv.DictReader(file)
            ]

    @property
    def last_age(self) -> int:
        """The step at which the training ended: the age of the model itself."""
        return int(self.log[-1]["step"] or 0)

    def at(self, age: int) -> LanguageModel:
        """The model after ``age`` steps. Raises NotRecorded where no checkpoint was kept."""
        architecture = self.model.architecture
        if age == self.last_age:
            return self.model
        if age == 0:
            return self.model.with_module(_first(architecture))
        folder = self.folder / "checkpoints" / f"step-{age}"
        if not folder.is_dir():
            raise NotRecorded(
                f"there is no checkpoint of step {age}", f"none is under {self.folder.name}", _HINT
            )
        checkpoint = Checkpoint(folder, type(architecture))
        compare(architecture.expected(), checkpoint.shapes(), f"step-{age}")
        tensors = {name: checkpoint.tensor(name) for name in checkpoint.entries}
        return self.model.with_module(build(architecture, tensors))

    def held_out(self, windows: int) -> npt.NDArray[np.int64]:
        """``windows`` evenly spread windows of the held-out text (window, positions + 1), which do
        not overlap but for one token: as many positions as the model reads, and the token that
        follows each.
        """
        with lzma.open(self.folder / "corpus" / "valid.txt.xz", "rt", encoding="utf-8") as file:
            text = file.read()
        encode, end = self.model.tokenizer.backend.backend_tokenizer.encode, self.model.end_id
        ids = [
            i
            for document in text.split(f"\n{END}\n")
            for i in [*encode(document.rstrip("\n"), add_special_tokens=False).ids, end]
        ]
        length = self.model.shape.positions
        count = (len(ids) - 1) // length
        if not 1 <= windows <= count:
            raise NotRecorded(
                f"{windows} windows of held-out text", f"there are {count}", "ask for fewer"
            )
        first = (np.arange(windows) * count + count // 2) // windows * length
        return np.take(np.array(ids, dtype=np.int64), first[:, None] + np.arange(length + 1))


def _first(architecture: Architecture) -> Any:
    """The weights with which the training began; the caller's random numbers go on as if nothing
    had been drawn."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(SEED)
        module = empty(architecture, "cpu")
    module.train(False)
    return module
