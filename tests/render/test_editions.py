"""When the model changes: what is recorded again, what is rendered again, and what is left as it
was."""

from __future__ import annotations

import json
import shutil
import struct
from pathlib import Path

import pytest

from gptviz.recording.store import Store
from gptviz.render.editions import edition_name, prompt_digits
from tests.toy import ROOT, Toy, build

TOKENS = '''"""What does it read?"""

from gptviz.film import Film
from gptviz.recording.families import Merges


class Tokens(Film):
    """What does it read?"""

    needs = {"merges": Merges(prompt=" little")}

    def construct(self):
        with self.beat("Tokens come of merges, not of weights."):
            self.wait(0.2)
'''


AGES = '''"""How does it learn?"""

from gptviz.film import Film
from gptviz.recording.families import LearningCurve, NextToken


class Ages(Film):
    """How does it learn?"""

    needs = {"row": NextToken(prompt="One day a little", top=3), "curve": LearningCurve(prompt="Once upon a time")}
    optional = ("curve",)

    def construct(self):
        with self.beat("This is what it says."):
            self.wait(0.2)
        if "curve" not in self.rec:
            with self.beat("No earlier ages of it were kept."):
                self.wait(0.2)
'''


@pytest.fixture
def toy(tmp_path: Path) -> Toy:
    """The small project, with the package as it is: models are run here."""
    return build(tmp_path / "project")


def states(toy: Toy, *options: str) -> dict[str, tuple[str, str]]:
    run = toy.run("status", "--json", "--quality", "l", *options)
    assert run.code == 0, run.err
    return {film["scene"]: (film["state"], film["why"]) for film in json.loads(run.out)["films"]}


def test_names_of_editions() -> None:
    assert edition_name(None, None) == "default"
    assert edition_name("gpt2", None) == edition_name("gpt2", "gpt2") == "gpt2"
    assert edition_name("gpt2", "glove") == "gpt2+glove"
    name = edition_name("mini", None, "Once upon a time, there was a")
    assert name.removeprefix("mini-").isdecimal() and len(name) == len("mini-") + 8
    assert (
        len({prompt_digits(prompt) for prompt in ("a", "a ", "A", "\u00e4", "a\u0308", "\ud800")})
        == 6
    )


def test_the_main_prompt_alone_is_replaced(toy: Toy) -> None:
    prompt = "The king said $(to) his; \U0001f680"
    run = toy.run("render", "tiny", "--model", "mini", "--prompt", prompt, "--quality", "l")
    assert run.code == 0, run.err
    digits = prompt_digits(prompt)
    assert run.lines[0].endswith(f"from the recordings of mini-{digits}")
    row = Store(toy.root / "recordings").read(f"mini-{digits}", "tiny", "row")
    assert row.manifest.request["prompt"] == prompt
    assert not (toy.root / "recordings" / "mini").exists()
    assert (toy.root / f"media/videos/mini-{digits}/l/tiny.mp4").is_file()


def test_too_long_a_prompt_is_refused_with_the_count(toy: Toy) -> None:
    before = toy.files()
    run = toy.run("render", "tiny", "--model", "mini", "--prompt", "word " * 2000, "--quality", "l")
    assert run.code == 2 and "256" in run.err and "2,00" in run.err
    assert {name for name in toy.files() - before if not name.startswith("media/.")} == set()


@pytest.mark.slow
def test_one_weight_of_one_head_is_changed(toy: Toy, tmp_path: Path) -> None:
    toy.scene("tokens").write_text(TOKENS)
    model = tmp_path / "grown"
    shutil.copytree(ROOT / "gptviz" / "models" / "bundled" / "mini", model)
    first = toy.run("render", "tiny", "tokens", "--quality", "l", "--model", str(model))
    assert first.code == 0, first.err
    assert states(toy, "--model", str(model), "tiny", "tokens") == {
        "tiny": ("fresh", ""),
        "tokens": ("fresh", ""),
    }
    recorded = Store(toy.root / "recordings")
    merges = recorded.read("grown", "tokens", "merges").digest

    weights = model / "model.safetensors"
    data = bytearray(weights.read_bytes())
    header = struct.unpack("<Q", data[:8])[0]
    place = json.loads(data[8 : 8 + header])
    entry = next(about for name, about in place.items() if name.endswith("h.2.attn.c_attn.weight"))
    start = 8 + header + entry["data_offsets"][0]
    assert entry["dtype"] == "F16"
    data[start : start + 2] = struct.pack("<e", 4.0)
    weights.write_bytes(data)

    assert states(toy, "--model", str(model), "tiny")["tiny"] == (
        "stale",
        "model changed since recording row",
    )
    again = toy.run("render", "tiny", "tokens", "--quality", "l", "--model", str(model))
    assert again.code == 0, again.err
    outcomes = {line.split()[0]: line for line in again.lines[1:]}
    assert " rendered " in outcomes["tiny"] and " up to date " in outcomes["tokens"]
    assert recorded.read("grown", "tokens", "merges").digest == merges
    assert states(toy, "--model", str(model), "tiny", "tokens") == {
        "tiny": ("fresh", ""),
        "tokens": ("fresh", ""),
    }


def test_what_a_model_cannot_serve_is_left_out_where_a_film_can_do_without(
    toy: Toy, tmp_path: Path
) -> None:
    toy.scene("ages").write_text(AGES)
    model = tmp_path / "grown"
    shutil.copytree(ROOT / "gptviz" / "models" / "bundled" / "mini", model)
    config = model / "config.json"
    config.write_text(
        json.dumps(json.loads(config.read_text()) | {"layer_norm_epsilon": 1e-4})
    )  # another model
    first = toy.run("render", "ages", "--quality", "l", "--model", str(model))
    assert first.code == 0, first.err
    assert "No earlier ages" in (toy.root / "media/videos/grown/l/ages.srt").read_text()
    assert Store(toy.root / "recordings").has("grown", "ages", "row")
    assert states(toy, "--model", str(model), "ages") == {"ages": ("fresh", "")}
    bare = tmp_path / "bare"
    bare.mkdir()
    (bare / "torch.py").write_text("raise RuntimeError('the model was asked again')\n")
    again = toy.run(
        "render", "ages", "--quality", "l", "--model", str(model), PYTHONPATH=f"{bare}:{ROOT}"
    )
    assert again.code == 0 and "up to date" in again.out, again.err
    needed = AGES.replace('optional = ("curve",)', "")
    toy.scene("ages").write_text(needed)
    refused = toy.run("render", "ages", "--quality", "l", "--model", str(model))
    assert refused.code == 1 and "there are no checkpoints" in refused.err


def test_a_named_model_never_falls_back(toy: Toy, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    before = toy.files()
    run = toy.run("render", "tiny", "--model", str(empty), "--quality", "l")
    assert run.code == 1 and "empty" in run.err and toy.files() == before
    run = toy.run("render", "tiny", "--edition", "small", "--quality", "l")
    assert run.code == 1 and "row is not recorded in small" in run.err and toy.files() == before
