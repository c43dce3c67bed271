"""Words: against gensim, numpy and scipy on the bundled vectors, and against the published figures
on the real ones."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from gensim.models import KeyedVectors
from scipy.stats import spearmanr

from gptviz.errors import NotRecorded
from gptviz.models.vectors import WordVectors, load_vectors
from gptviz.recorders import take
from gptviz.recording.families import (
    PluralDirection,
    PluralDirectionRecording,
    WordAnalogies,
    WordAnalogiesRecording,
    WordColumns,
    WordColumnsRecording,
    WordDirection,
    WordDirectionRecording,
    WordNeighbours,
    WordNeighboursRecording,
    WordRelation,
    WordRelationRecording,
    WordSlice,
    WordSliceRecording,
)
from gptviz.recording.request import Request
from gptviz.recording.schema import Recording
from gptviz.recording.store import Store

NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
EDITION = "word2vec-googlenews"


@pytest.fixture(scope="module")
def mini() -> WordVectors:
    return load_vectors("mini")


@pytest.fixture(scope="module")
def keyed(mini: WordVectors) -> KeyedVectors:
    """The bundled vectors in gensim's hands."""
    keyed = KeyedVectors(mini.components)
    keyed.add_vectors(mini.words, mini.matrix)
    return keyed


def test_neighbours_are_gensims(mini: WordVectors, keyed: KeyedVectors) -> None:
    recording = take(
        mini,
        WordNeighbours(("king", "cat", "zyzzyva", "don't"), 12, (("cat", "beast"), ("cat", "nix"))),
    )
    assert isinstance(recording, WordNeighboursRecording)
    assert recording.words == ["king", "cat", "don't"] and recording.missing == ["zyzzyva"]
    for word in recording.words:
        gensims = dict(keyed.most_similar(word, topn=12))
        assert [near.word for near in recording.nearest(word)] == list(gensims)
        assert np.allclose(
            [near.cosine for near in recording.nearest(word)], list(gensims.values()), atol=1e-6
        )
        distances = np.linalg.norm(mini.matrix.astype(float) - mini.vector(word), axis=1)
        near = recording.nearest_by_distance(word)
        assert [each.word for each in near] == [
            mini.words[row] for row in np.argsort(distances)[1:13]
        ]
        assert np.allclose([each.distance for each in near], np.sort(distances)[1:13])
    sought = recording.sought("cat", "beast")
    assert sought is not None and sought[0] == keyed.rank("cat", "beast")
    assert recording.sought("cat", "nix") is None
    with pytest.raises(NotRecorded, match="zyzzyva"):
        recording.nearest("zyzzyva")


def test_analogies_are_gensims_when_scaled(mini: WordVectors, keyed: KeyedVectors) -> None:
    asked = (
        ("king", "man", "woman", "queen"),
        ("Paris", "France", "Italy", "Rome"),
        ("king", "man", "woman", "sushi"),
    )
    recording = take(mini, WordAnalogies((*asked, ("sushi", "man", "woman", "queen")), top=6))
    assert isinstance(recording, WordAnalogiesRecording)
    for analogy, (a, b, c, d) in zip(recording.analogies[:2], asked[:2], strict=True):
        gensims = dict(keyed.most_similar(positive=[a, c], negative=[b], topn=2000))
        assert analogy.scaled_place_others == list(gensims).index(d) + 1
        assert analogy.scaled_cosine == pytest.approx(gensims[d], abs=1e-6)
        target = mini.vector(a) - mini.vector(b) + mini.vector(c)
        rows = mini.matrix.astype(float)
        cosines = rows @ target / np.linalg.norm(rows, axis=1) / np.linalg.norm(target)
        order = [mini.words[row] for row in np.argsort(-cosines)]
        assert [near.word for near in analogy.nearest] == order[
            :6
        ] and analogy.place == order.index(d) + 1
        assert (
            analogy.place_others == [word for word in order if word not in (a, b, c)].index(d) + 1
        )
        assert [near.given for near in analogy.nearest] == [word in (a, b, c) for word in order[:6]]
        assert analogy.cosine == pytest.approx(np.sort(cosines)[::-1][int(analogy.place) - 1])
        assert analogy.residual == pytest.approx(np.linalg.norm(target - mini.vector(d)))
    half, none = recording.analogies[2:]
    assert half.missing == ["sushi"] and half.nearest and not half.complete
    assert none.missing == ["sushi"] and not recording.has("analogies.3.nearest")
    assert recording.missing == ["sushi"]


def test_an_analogys_picture_is_not_distorted(mini: WordVectors) -> None:
    recording = take(mini, WordAnalogies((("king", "man", "woman", "queen"),)))
    assert isinstance(recording, WordAnalogiesRecording)
    [analogy] = recording.analogies
    points = np.array([analogy.point(part).array for part in ("a", "b", "c", "d", "landing")])
    true = np.array([*(mini.vector(word) for word in ("king", "man", "woman", "queen"))])
    true = np.vstack([true, true[0] - true[1] + true[2]])
    for i in range(5):
        for j in range(5):
            assert np.linalg.norm(points[i] - points[j]) == pytest.approx(
                np.linalg.norm(true[i] - true[j])
            )
    assert np.allclose(
        points[4, :2] - points[0, :2], points[2, :2] - points[1, :2]
    )  # the arrow is carried unchanged
    assert analogy.shares.array.sum() == pytest.approx(1) and 0.5 < analogy.plane_held < 1


def test_a_relation_is_sorted_and_counted(mini: WordVectors, keyed: KeyedVectors) -> None:
    pairs = (("husband", "wife"), ("king", "queen"), ("nephew", "niece"), ("boy", "girl"))
    recording = take(mini, WordRelation("man", "woman", pairs))
    assert isinstance(recording, WordRelationRecording)
    assert recording.missing == ["niece"] and {pair.start for pair in recording.pairs} == {
        "husband",
        "king",
        "boy",
    }
    cosines = [float(pair.cosine) for pair in recording.pairs]
    assert cosines == sorted(cosines, reverse=True)
    for pair in recording.pairs:
        arrow = keyed["woman"] - keyed["man"]
        assert pair.cosine == pytest.approx(
            keyed.cosine_similarities(arrow, [keyed[pair.end] - keyed[pair.start]])[0], abs=1e-5
        )
    with pytest.raises(NotRecorded, match="no vector for sushi"):
        take(mini, WordRelation("sushi", "woman", pairs))


def test_slices_hold_what_they_say(mini: WordVectors) -> None:
    recording = take(mini, WordSlice(("cat", "king", "red", "sushi"), neighbours=4, cloud=50))
    assert isinstance(recording, WordSliceRecording)
    groups = recording.groups
    assert [word for word, _ in groups] == ["cat", "king", "red"] and recording.missing == ["sushi"]
    assert all(len(near) == 4 for _, near in groups) and len(set(recording.words)) == len(
        recording.words
    )
    shown = np.array([mini.vector(word) for word in recording.words])
    for name, rows in {"all": mini.matrix.astype(float), "shown": shown}.items():
        values, vectors = np.linalg.eigh(np.cov(rows.T))
        view = recording.slice(name)
        assert np.allclose(view.shares.array, values[::-1][:3] / values.sum(), atol=1e-6)
        mine = np.array([view.coordinates(word).array for word in recording.words])
        theirs = (shown - rows.mean(axis=0)) @ vectors[:, ::-1][:, :3]
        assert np.allclose(np.abs(mine), np.abs(theirs), atol=1e-6)
        assert view.cloud.shape == (50, 3)
        pair = view.deceptive
        drawn = sorted(
            np.linalg.norm(mine[i] - mine[j]) for i in range(len(mine)) for j in range(i)
        )
        assert drawn[int(view.deceptive_place) - 1] == pytest.approx(pair.drawn)
        assert view.deceptive_place <= len(drawn) * 0.1 + 1 and pair.cosine < view.nearest.cosine
        assert pair.distance == pytest.approx(
            np.linalg.norm(mini.vector(pair.first) - mini.vector(pair.second))
        )


def test_signs_of_slices_are_fixed(mini: WordVectors) -> None:
    """The strongest number of every direction is positive, whatever the library of linear algebra
    returns."""
    request = WordSlice(("cat", "king", "red"))
    shown = np.array([mini.vector(word) for word in take(mini, request).manifest.values["words"]])
    coordinates = take(mini, request).array("shown_coordinates")
    directions = np.linalg.lstsq(coordinates, shown - shown.mean(axis=0), rcond=None)[0]
    assert (directions[np.arange(3), np.abs(directions).argmax(axis=1)] > 0).all()


def test_columns_and_their_three_pairs(mini: WordVectors) -> None:
    recording = take(mini, WordColumns(("cat", "dog", "seven", "knife", "music", "sushi")))
    assert isinstance(recording, WordColumnsRecording) and recording.missing == ["sushi"]
    assert np.array_equal(recording.vector("dog").array, mini.vector("dog"))
    assert recording.norm("dog") == pytest.approx(np.linalg.norm(mini.vector("dog")))
    rows = np.array(
        [mini.vector(word) / np.linalg.norm(mini.vector(word)) for word in recording.words]
    )
    cosines = (rows @ rows.T)[np.triu_indices(5, 1)]
    for which, cosine in {
        "alike": cosines.max(),
        "opposed": cosines.min(),
        "unrelated": cosines[np.abs(cosines).argmin()],
    }.items():
        assert recording.cosine(*recording.pair(which)) == pytest.approx(cosine)


def test_a_direction(mini: WordVectors) -> None:
    recording = take(
        mini, WordDirection("man", "woman", ("she", "he", "sushi"), (*NUMBERS, "googol"))
    )
    assert isinstance(recording, WordDirectionRecording)
    arrow = mini.vector("woman") - mini.vector("man")
    assert recording.dot("she") == pytest.approx(
        mini.vector("she") @ arrow
    ) and recording.missing == ["sushi"]
    assert recording.along("she") ** 2 + recording.across("she") ** 2 == pytest.approx(
        recording.norm("she") ** 2
    )
    assert recording.along("she") == pytest.approx(
        mini.vector("she") @ arrow / np.linalg.norm(arrow)
    )
    dots = [mini.vector(word) @ arrow for word in NUMBERS]
    assert recording.rising_missing == ["googol"] and recording.rho == pytest.approx(
        spearmanr(range(10), dots)[0]
    )
    ranks = [mini.words.index(word) for word in NUMBERS]
    assert recording.rank_rho == pytest.approx(spearmanr(ranks, dots)[0])
    assert recording.rank("she") == mini.words.index("she") + 1


def test_plurals(mini: WordVectors) -> None:
    recording = take(
        mini, PluralDirection(shown=(("mouse", "mice"), ("octopus", "octopuses")), splits=20)
    )
    assert isinstance(recording, PluralDirectionRecording)
    pairs = [tuple(pair) for pair in recording.manifest.values["pairs"]]
    vocabulary = set(mini.words)
    expected = {
        (word, word + "s")
        for word in vocabulary
        if len(word) > 2 and word.isalpha() and word.islower() and word + "s" in vocabulary
    }
    assert set(pairs) == expected and len(pairs) == len(expected) == recording.count
    learnt = int(recording.learnt)
    gaps = np.array([mini.vector(plural) - mini.vector(singular) for singular, plural in pairs])
    mean = gaps[:learnt].mean(axis=0)
    right = gaps[learnt:] @ mean > 0
    assert recording.held_out == len(right) and learnt - len(right) in (0, 1)
    assert recording.share_right("mean", held_out=True) == pytest.approx(right.mean())
    assert recording.held_wrong_count == (~right).sum() and not any(
        pair.right for pair in recording.held_wrong
    )
    assert recording.share_right("one") == pytest.approx(
        (gaps @ (mini.vector("cats") - mini.vector("cat")) > 0).mean()
    )
    widest = recording.widest("one", "right")
    assert widest.plural != "cats" and widest.plural_dot - widest.singular_dot == pytest.approx(
        max(
            gap @ (mini.vector("cats") - mini.vector("cat"))
            for gap, pair in zip(gaps, pairs, strict=True)
            if pair != ("cat", "cats")
        )
    )
    assert ["mouse", "mice"] in recording.manifest.values["irregular"]
    assert recording.others_right("irregular", "mean") > 0.9 and recording.shown_missing == [
        ("octopus", "octopuses")
    ]
    smallest, middle, largest = recording.spread("shares")
    assert 0.9 < smallest <= middle <= largest <= 1 and len(recording.splits("rhos")) == 20
    dots = [mini.vector(word) @ mean for word in NUMBERS]
    assert recording.rho("mean") == pytest.approx(spearmanr(range(10), dots)[0])


ASKED = (
    WordColumns(words=("tower", "cat", "king", "dog")),
    WordSlice(words=("tower", "cat", "king", "dog", "cats")),
    WordAnalogies(analogies=(("man", "king", "woman", "queen"),)),
    WordDirection(start="cat", end="cats", words=("dog", "dogs")),
    PluralDirection(),
)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("request_of", ASKED, ids=lambda each: each.kind)
@pytest.mark.parametrize("what", ["another language", "zeros", "two components", "none has one"])
def test_vectors_that_no_film_can_be_drawn_from_say_so(
    mini: WordVectors, tmp_path: Path, request_of: Request, what: str
) -> None:
    """Each is refused with what is missing; nothing warns, and nothing breaks off."""
    words, components = list(mini.words[:2000]), 2 if what == "two components" else 6
    if what == "another language":
        words = ["hund", "katze", "haus", "k\u00f6nig", *(f"wort{i}" for i in range(36))]
    rows = np.random.default_rng(1).normal(size=(len(words), components))
    for row, word in enumerate(words):
        if what == "none has one" or (what == "zeros" and word in ("cat", "king")):
            rows[row] = 0
    path = tmp_path / "odd.txt"
    lines = [f"{w} " + " ".join(f"{x:.4f}" for x in r) for w, r in zip(words, rows, strict=True)]
    path.write_text("\n".join([f"{len(words)} {components}", *lines]) + "\n", encoding="utf-8")
    with pytest.raises(NotRecorded) as refused:
        take(load_vectors(str(path)), request_of)
    assert (
        refused.value.hint
        and {
            "another language": "no vector" in str(refused.value)
            or "words that" in str(refused.value),
            "zeros": "vector of zeros for" in refused.value.what,
            "none has one": "vector of zeros for" in refused.value.what,
            "two components": "they have 2 components" in refused.value.why,
        }[what]
    )


def test_too_small_a_vocabulary_is_said(mini: WordVectors) -> None:
    few = load_vectors("mini", words_wanted=["cat", "cats", "dog", "dogs"])
    with pytest.raises(NotRecorded, match="only 2 pairs"):
        take(few, PluralDirection())
    alone = take(few, WordNeighbours(("cat",), top=10))
    assert (
        isinstance(alone, WordNeighboursRecording)
        and len(alone.nearest("cat")) == 3
        and alone.rank("cat") is None
    )


def test_on_a_models_own_embeddings() -> None:
    own = load_vectors("wte:mini")
    recording = take(own, PluralDirection(splits=0))
    assert isinstance(recording, PluralDirectionRecording)
    assert (
        recording.share_right("mean", held_out=True) > 0.95 and recording.rank_rho("mean") is None
    )
    assert recording.provenance.reference == "wte:mini" and recording.provenance.parameters


REQUESTS: list[Request] = [
    WordNeighbours(("cat", "king")),
    WordColumns(("cat", "king", "dog")),
    WordSlice(("cat", "king")),
    WordAnalogies((("king", "man", "woman", "queen"),)),
    WordRelation("man", "woman", (("king", "queen"),)),
    WordDirection("cat", "cats", ("dog",), NUMBERS),
    PluralDirection(shown=(("mouse", "mice"),), splits=5),
]


@pytest.mark.parametrize("request_", REQUESTS, ids=lambda request: request.kind)
def test_the_same_bytes_twice_and_back_from_the_disk(
    mini: WordVectors, tmp_path: Path, request_: Request
) -> None:
    for name in ("once", "twice"):
        Store(tmp_path / name).write("mini", "scene", "need", take(load_vectors("mini"), request_))
    files = [sorted((tmp_path / name).rglob("need.*")) for name in ("once", "twice")]
    assert [path.read_bytes() for path in files[0]] == [path.read_bytes() for path in files[1]]
    read = Store(tmp_path / "once").read("mini", "scene", "need")
    assert type(read) is type(take(mini, request_)) and read.request == request_


def test_more_threads_change_nothing(mini: WordVectors) -> None:
    from threadpoolctl import threadpool_limits

    digests = set()
    for threads in (1, 2):
        with threadpool_limits(limits=threads):
            digests.add(take(mini, REQUESTS[2]).digest)
    assert len(digests) == 1


# --- the published figures, on the real vectors
# -------------------------------------------------------------------


@pytest.fixture(scope="module", params=["committed", "recorded anew"])
def real(request: pytest.FixtureRequest, root: Path) -> dict[str, Recording]:
    """The recordings of the three films: as they are committed, and from the reference data."""
    store = Store(root / "recordings")
    scenes = {
        scene: sorted(path.stem for path in (root / "recordings" / EDITION / scene).glob("*.json"))
        for scene in ("word_space", "analogies", "plurality")
    }
    recordings = {
        need: store.read(EDITION, scene, need) for scene, needs in scenes.items() for need in needs
    }
    if request.param == "committed":
        return recordings
    data: Path = request.getfixturevalue("reference_data")
    vectors = load_vectors(str(data / "word2vec-googlenews" / "vectors.bin"))
    anew = {need: take(vectors, recording.request) for need, recording in recordings.items()}
    for need, recording in recordings.items():
        for tensor in recording.manifest.tensors:
            assert np.allclose(anew[need].array(tensor), recording.array(tensor), atol=1e-6), (
                need,
                tensor,
            )
    return anew


def about(value: float, digits: int = 3) -> object:
    """A printed figure: equal within half a unit of its last digit."""
    return pytest.approx(value, abs=0.5 * 10.0**-digits + 1e-9)


def test_f21_neighbours_and_sums(real: dict[str, Recording]) -> None:
    near, space, sums = real["near"], real["space"], real["sums"]
    assert isinstance(near, WordNeighboursRecording) and isinstance(space, WordSliceRecording)
    assert isinstance(sums, WordAnalogiesRecording)
    for word, figures in {
        "tower": {"towers": 0.853, "building": 0.507, "buildings": 0.506, "floors": 0.426},
        "cat": {"cats": 0.810, "dog": 0.761, "pet": 0.689},
        "king": {"queen": 0.651},
    }.items():
        assert {str(each.word): each.cosine for each in near.nearest(word)[: len(figures)]} == {
            other: about(cosine) for other, cosine in figures.items()
        }
    assert near.sought("cat", "beast") is None and near.missing == ["navy", "wikipedia"]
    assert list(space.slice("all").shares) == [about(0.031), about(0.020), about(0.0175, 4)]
    assert space.slice("all").held < space.slice("shown").held
    queen = sums.analogy("king", "man", "woman", "queen")
    assert queen.nearest[0].word == "king" and (queen.place, queen.place_others) == (2, 1)
    assert (queen.cosine, queen.arrows_alike) == (about(0.730), about(0.449))
    tokyo, rome = (
        sums.analogy("Berlin", "Germany", *pair) for pair in (("Japan", "Tokyo"), ("Italy", "Rome"))
    )
    assert (tokyo.place, tokyo.arrows_alike, rome.arrows_alike) == (1, about(0.748), about(0.700))
    milan = sums.analogy("Paris", "France", "Italy", "Rome")
    assert [each.word for each in milan.nearest[:2]] == ["Milan", "Rome"]
    assert sums.missing == ["Hitler", "Mussolini", "sushi", "bratwurst"]


def test_f21_family(real: dict[str, Recording]) -> None:
    family = real["family"]
    assert isinstance(family, WordRelationRecording)
    figures = {
        "boy": 0.667,
        "son": 0.628,
        "father": 0.590,
        "nephew": 0.571,
        "brother": 0.565,
        "uncle": 0.529,
        "king": 0.449,
        "husband": -0.079,
    }
    assert [(pair.start, pair.cosine) for pair in family.pairs] == [
        (start, about(c)) for start, c in figures.items()
    ]
    husband = family.pairs[-1]
    assert husband.nearest_others[0].word == "mother" and husband.place_others == 2
    assert all(pair.place_others == 1 for pair in family.pairs[:-1])


def test_f22_one_pair(real: dict[str, Recording]) -> None:
    cats, plurals = real["cats"], real["plurals"]
    assert isinstance(cats, WordDirectionRecording) and isinstance(
        plurals, PluralDirectionRecording
    )
    assert plurals.count == 1597 and plurals.share_right("one") == about(0.835)
    assert [cats.dot(word) for word in ("mouse", "mice", "child", "children")] == [
        about(-1.427),
        about(0.460),
        about(-0.324),
        about(0.913),
    ]
    rising = (-0.16, -0.03, -0.02, 0.01, -0.07, -0.03, 0.02, 0.04, -0.03, -0.21)
    assert list(cats.rising_dots) == [about(dot, 2) for dot in rising]
    assert cats.rho == about(0.02, 2) and cats.missing[:2] == ["puppy", "puppies"]


def test_f23_the_mean_of_many(real: dict[str, Recording]) -> None:
    plurals = real["plurals"]
    assert isinstance(plurals, PluralDirectionRecording)
    assert (plurals.learnt, plurals.held_out) == (799, 798)
    assert plurals.share_right("mean", held_out=True) == about(0.991) and plurals.rho(
        "mean"
    ) == about(0.745)
    low, middle, high = plurals.spread("rhos")
    assert (
        low < plurals.rho("mean") < high
        and plurals.spread("shares")[0] > 0.97
        and 0.7 < middle < 0.85
    )


def test_f24_gender(real: dict[str, Recording]) -> None:
    gender = real["gender"]
    assert isinstance(gender, WordDirectionRecording)
    figures = {
        "she": 1.99,
        "he": -0.41,
        "queen": 1.38,
        "king": -0.55,
        "mother": 1.75,
        "father": 0.08,
        "nurse": 1.76,
        "doctor": 0.82,
    }
    assert list(gender.words) == list(figures)
    assert [gender.dot(word) for word in gender.words] == [
        about(dot, 2) for dot in figures.values()
    ]
