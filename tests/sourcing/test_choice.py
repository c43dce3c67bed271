"""What a user names decides where every need lies; a prompt given by hand reaches every need that
asks about the film's own, or the film refuses it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from gptviz.errors import GptvizError, NotDeclared, PromptRefused, UsageError
from gptviz.recording.families import LogitBlock, NextToken, Replay, SamplingLoop, WordColumns
from gptviz.recording.store import Store
from gptviz.render.editions import Edition, asked, cast
from gptviz.render.find import SceneFile, pick_scenes
from gptviz.render.project import Order, open_project
from gptviz.sourcing.asked import Asked
from gptviz.sourcing.choice import choose
from gptviz.sourcing.preparing import look, prepare, record
from tests import small_gpt2
from tests.toy import COURSE, build, row

TEXT, OTHER = "London was", "Paris will"
SCENE = SceneFile(
    "made",
    "words",
    Path("made.py"),
    needs={
        "loop": SamplingLoop(prompt=TEXT),
        "block": LogitBlock(prompt=TEXT, continuation=" a"),
        "both": NextToken(prompt=OTHER),
        "words": WordColumns(words=(TEXT, "king")),
    },
    main="loop",
    chains=(("loop", "block"),),
)


def edition(prompt: str | None = None, **films: Order) -> Edition:
    return Edition("mini-1", ("mini",), ("glove",), prompt, films)


def test_a_prompt_reaches_every_need_that_asks_about_the_film_s_own() -> None:
    new = asked(SCENE, edition("Once"))
    assert new["loop"] == SamplingLoop(prompt="Once")
    assert new["block"] == LogitBlock(prompt="Once", continuation=" a")
    assert new["both"] == SCENE.needs["both"]
    assert new["words"] == WordColumns(words=("Once", "king"))
    places = {need: edition("Once").places(SCENE, need) for need in SCENE.needs}
    assert places == {
        "loop": ("mini-1",),
        "block": ("mini-1",),
        "both": ("mini",),
        "words": ("mini-1",),
    }
    assert asked(SCENE, edition()) == dict(SCENE.needs)


def test_a_film_refuses_a_prompt_that_a_text_of_its_goes_on_after() -> None:
    needs = {**SCENE.needs, "replay": Replay(text=TEXT + " the first", prompt=TEXT)}
    with pytest.raises(NotDeclared, match="its need replay has a text that goes on"):
        asked(SceneFile("m", "c", Path("m.py"), needs=needs, main="loop"), edition("Once"))
    pinned = edition("Once", made=Order(needs={"block": ("gpt2",)}))
    with pytest.raises(NotDeclared, match="its need block always comes from a model of its own"):
        asked(SCENE, pinned)


def test_course_toml_gives_a_film_and_a_need_their_own_orders(tmp_path: Path) -> None:
    toy = build(tmp_path / "project")
    (toy.root / "course.toml").write_text(
        COURSE + '[film.tiny]\nmodel = ["small"]\n[film.tiny.needs]\nother = ["big"]\n'
    )
    source = toy.scene("tiny").read_text()
    line = '    row = Need(NextToken(prompt="One day a little", top=3), main=True)\n'
    assert line in source
    other = line.replace("row", "other").replace(", main=True", "")
    toy.scene("tiny").write_text(source.replace(line, line + other))
    project, store = open_project(toy.root), toy.store
    (scene,) = pick_scenes(project, ["tiny"])
    for name in ("big", "small", "third"):
        for need in ("row", "other"):
            store.write(name, "tiny", need, row(model=name))

    def drawn(wanted: Asked) -> dict[str, str]:
        parts = cast(scene.checked(), look(project, [scene], wanted).edition, store).parts
        return {need: part.edition for need, part in parts.items()}

    assert drawn(Asked()) == {"row": "small", "other": "big"}
    assert drawn(Asked(edition="third")) == {"row": "third", "other": "big"}
    (toy.root / "course.toml").write_text(COURSE + '[film.tiny]\nmodels = ["small"]\n')
    with pytest.raises(GptvizError, match="no 'models'"):
        open_project(toy.root)


def test_a_prompt_that_the_film_has_no_room_for_is_refused_before_anything_is_written(
    tmp_path: Path,
) -> None:
    toy = build(tmp_path / "project")
    source = toy.scene("tiny").read_text()
    toy.scene("tiny").write_text(
        source.replace("    row = Need", "    tokens = (2, 5)\n    row = Need")
    )
    project = open_project(toy.root)
    scenes, before = pick_scenes(project, ["tiny"]), toy.files()
    for prompt, count in (("Once", "1 token "), ("Once upon a time, there was", "7 tokens ")):
        wanted = Asked(model="mini", prompt=prompt)
        fault = prepare(project, scenes, wanted).faults["tiny"]
        assert isinstance(fault, PromptRefused) and "2 to 5" in fault.why and count in fault.why
    with pytest.raises(PromptRefused):
        record(project, scenes, wanted)
    assert {name for name in toy.files() - before if "identities" not in name} == set()
    assert not prepare(project, scenes, Asked(model="mini", prompt="Once upon a")).faults


@pytest.mark.slow
def test_judges_play_what_is_named_and_record_takes_a_prompt(tmp_path: Path) -> None:
    toy = build(tmp_path / "project")
    options = ("--model", "mini", "--prompt", "The king said")
    assert toy.run("record", "tiny", *options).code == 0
    (name,) = (path.name for path in (toy.root / "recordings").iterdir() if path.name != "big")
    recorded: Any = Store(toy.root / "recordings").read(name, "tiny", "row")
    assert recorded.manifest.request["prompt"] == "The king said"
    before = toy.files()
    run = toy.run("audit", "tiny", "--json", *options)
    assert run.code == 0, run.err
    seen = [each["value"] for each in json.loads(run.out)["numerals"]]
    assert float(recorded.probability(0)) in seen
    assert toy.files() == before, "what is recorded is not recorded again"


def test_all_is_all_and_names_beside_it_are_refused(tmp_path: Path) -> None:
    toy = build(tmp_path / "project")
    assert toy.run("status", "--all").lines[-1] == "0 fresh, 0 stale, 2 missing"
    toy.store.write("big", "other", "row", row())
    run = toy.run("verify", "--all")
    assert run.lines[-1] == "2 not at hand", run.out + run.err
    for command in ("status", "verify"):
        refused = toy.run(command, "tiny", "--all")
        assert refused.code == 2 and "'tiny' and --all were given" in refused.err


def test_a_side_of_a_comparison_is_an_edition_or_what_is_named(tmp_path: Path) -> None:
    toy = build(tmp_path / "project")
    for sides in (("big",), ("big", "small", "--model", "mini"), ("big", "--edition", "big")):
        run = toy.run("compare", "tiny", *sides)
        assert run.code == 2 and "side" in run.err and not (toy.root / "media" / "videos").exists()


def test_a_second_model_is_named_by_the_request_or_by_the_user(tmp_path: Path) -> None:
    toy = build(tmp_path / "project")
    source = toy.scene("tiny").read_text()
    line = '    row = Need(NextToken(prompt="One day a little", top=3), main=True)\n'
    pair = '    pair = Need(ModelPair(prompt="One day a little", other_model="mini"))\n'
    toy.scene("tiny").write_text(
        source.replace(line, line + pair).replace("import NextToken", "import ModelPair, NextToken")
    )
    project, other = open_project(toy.root), tmp_path / "other"
    (scene,) = pick_scenes(project, ["tiny"])
    small_gpt2.write(other)
    wanted = Asked(model="mini", other=str(other))
    sourced = prepare(project, [scene], wanted)
    assert not sourced.faults and sourced.edition.name == "mini-beside-other"
    found = sourced.recordings(toy.store, scene)
    assert found["pair"].name == "mini-beside-other/tiny/pair"
    assert found["row"].name == "mini/tiny/row"
    assert "other" in found["pair"].provenance.model
    choice, need = choose(project, wanted), asked(scene.checked(), sourced.edition)["pair"]
    reference = choice.reference(scene, "pair")
    assert reference is not None and need != scene.needs["pair"]
    assert choice.state(toy.store, scene, "pair", need, reference) == "there"
    shutil.rmtree(other)
    small_gpt2.write(other, n_layer=1)  # the other model changes, the first one does not
    choice = choose(project, wanted)
    reference = choice.reference(scene, "pair")
    assert reference and choice.state(toy.store, scene, "pair", need, reference) == "changed"
    with pytest.raises(UsageError, match="alone compares nothing"):
        choose(project, Asked(other="mini"))
    toy.scene("tiny").write_text(source)
    (scene,) = pick_scenes(open_project(toy.root), ["tiny"])
    with pytest.raises(NotDeclared, match="takes no second model"):
        prepare(project, [scene], wanted)


def test_a_head_is_named_by_the_user(tmp_path: Path) -> None:
    toy = build(tmp_path / "project")
    source = toy.scene("tiny").read_text()
    line = '    row = Need(NextToken(prompt="One day a little", top=3), main=True)\n'
    looks = '    looks = Need(AttentionHead(prompt="One day a little girl"))\n'
    toy.scene("tiny").write_text(
        source.replace(line, line + looks).replace(
            "import NextToken", "import AttentionHead, NextToken"
        )
    )
    project = open_project(toy.root)
    (scene,) = pick_scenes(project, ["tiny"])
    wanted = Asked(model="mini", head=(4, 6))
    sourced = prepare(project, [scene], wanted)
    assert not sourced.faults and sourced.edition.name == "mini-head-4-6"
    found = sourced.recordings(toy.store, scene)
    chosen = found["looks"].chosen
    assert (int(chosen.layer), int(chosen.head)) == (4, 6)
    assert found["looks"].name == "mini-head-4-6/tiny/looks"
    assert found["row"].name == "mini/tiny/row"  # what does not ask about a head is the model's own
    absent = prepare(project, [scene], Asked(model="mini", head=(6, 0))).faults["tiny"]
    assert "no head 6.0" in absent.what and "6 layers of 8 heads" in absent.why
    with pytest.raises(UsageError, match="has to be looked into"):
        choose(project, Asked(head=(0, 0)))
    toy.scene("tiny").write_text(source)
    (scene,) = pick_scenes(project, ["tiny"])
    with pytest.raises(NotDeclared, match="takes no head"):
        prepare(project, [scene], wanted)


def test_half_a_head_is_refused(tmp_path: Path) -> None:
    run = build(tmp_path / "project").run("render", "tiny", "--model", "mini", "--head", "3")
    assert run.code == 2 and "--head alone names no head" in run.err and "--layer" in run.err
