"""The ``config.json`` of a folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from gptviz.errors import ModelMissing, ModelRefused
from gptviz.models.checkpoint import read_json


def read_config(folder: Path) -> dict[str, Any]:
    """The config.json of a folder. Raises ModelMissing, and ModelRefused for what describes no
    model.

    What the model is, :func:`gptviz.models.architectures.of` says.
    """
    path = folder / "config.json"
    if not path.is_file():
        raise ModelMissing(
            f"{folder.name} is no model's folder",
            "there is no config.json in it",
            "name a folder that save_pretrained wrote, a hub id, or mini",
        )
    config = read_json(path)
    if not isinstance(config, dict):
        raise ModelRefused(
            f"the config.json of {folder.name} describes no model", "it is no JSON object"
        )
    return config
