"""Who knows how an architecture calls its tensors: its own module, and nobody who draws or records."""

from __future__ import annotations

import re
from pathlib import Path

from gptviz.models import architectures

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("gptviz/recorders", "gptviz/recording", "gptviz/maths", "gptviz/drawing", "scenes")
NAMES = re.compile(
    r"\b(wte|wpe|c_attn|c_proj|c_fc|ln_f|ln_1|ln_2|lm_head|[qkvo]_proj|(up|down|gate)_proj"
    r"|embed_(tokens|in|out)|query_key_value|dense_h_to_4h|input_layernorm|transformer\.h)\b"
)

#: Those who still know GPT-2's names: recorded groups of the parameter tally are called by them.
KNOWN = {
    "gptviz/drawing/gallery/numbers.py",
    "gptviz/drawing/gallery/weights.py",
    "gptviz/drawing/model/tally.py",
    "gptviz/recorders/architecture.py",
    "gptviz/recorders/training.py",
    "gptviz/recording/families/architecture.py",
    "gptviz/recording/families/training.py",
    "scenes/brain/parameter_tally.py",
    "scenes/block/stack_3d/film.py",
    "scenes/block/stack_3d/sheets.py",
    "scenes/meaning/embedding_matrix.py",
}


def test_nobody_else_names_a_tensor_of_one_architecture() -> None:
    found = {
        path.relative_to(ROOT).as_posix()
        for room in ROOMS
        for path in (ROOT / room).rglob("*.py")
        if NAMES.search(path.read_text(encoding="utf-8"))
    }
    assert found == KNOWN


def test_the_names_looked_for_are_those_that_architectures_have() -> None:
    for family in architectures.FAMILIES:
        source = Path(str(__import__(family.__module__, fromlist=["_"]).__file__))
        assert NAMES.search(source.read_text(encoding="utf-8")), family.__name__
