"""The residual stream: read out at every depth, measured, and compared between two texts.

Depth 0 is what enters the first block (token and position embedding), depth l what leaves block l -
1. The logit lens: nostalgebraist 2020, "interpreting GPT: the logit lens"; names of activations as
in TransformerLens.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gptviz import maths
from gptviz.errors import PromptRefused
from gptviz.models.interface import Floats, Model
from gptviz.recorders import recorder
from gptviz.recorders.rows import rank_of, table, top_rows
from gptviz.recording.families import LensSurvey, LogitLens, ResidualStream, TwoContexts
from gptviz.recording.families.residual import PARALLEL_PARTS, PARTS
from gptviz.recording.schema import Content, Value

GRID = 32  # the last tokens of a prompt whose leading token is kept at every depth

LENS_RULE = {
    norm: f"the stream at each depth through the final {name} norm and the output matrix, as if no block were left"
    for norm, name in (("layer", "layer"), ("rms", "RMS"))
}
SETTLED_RULE = "the first depth from which on the token that wins at the end stays in the lead"
NEAREST_RULE = "the rows of the token embedding with the largest cosine to the stream"


@dataclass(frozen=True)
class Lens:
    """The readings of one prompt: ``rows`` of the last token by depth, leaders of the last tokens,
    and summaries."""

    ids: list[int]
    scores: Floats  # of the last token (depth, vocab)
    grid_ids: npt.NDArray[np.int32]  # (depth, token)
    grid_logits: npt.NDArray[np.float32]
    grid_logsumexp: npt.NDArray[np.float64]

    @property
    def leaders(self) -> list[int]:
        """The leading token after the prompt, by depth."""
        return [int(maths.descending(row)[0]) for row in self.scores]

    @property
    def changes(self) -> int:
        """How often the lead changes from one depth to the next."""
        return sum(a != b for a, b in zip(self.leaders, self.leaders[1:], strict=False))

    @property
    def settled(self) -> int:
        """The first depth from which on the final token leads."""
        leaders = self.leaders
        return max(
            (depth + 1 for depth, leader in enumerate(leaders) if leader != leaders[-1]), default=0
        )


def stream(activations: Mapping[str, Floats], n_layer: int) -> Floats:
    """The residual stream (depth, token, d_model)."""
    return np.stack(
        [
            activations["blocks.0.resid_pre"],
            *(activations[f"blocks.{layer}.resid_post"] for layer in range(n_layer)),
        ]
    )


def read(model: Model, prompt: str) -> Lens:
    """The logit lens of a prompt: one depth at a time, so that no more than one block of scores is
    held."""
    ids = model.encode(prompt)
    last: list[Floats] = []
    leaders: list[
        tuple[npt.NDArray[np.int32], npt.NDArray[np.float32], npt.NDArray[np.float64]]
    ] = []
    for vectors in stream(model.activations(ids), model.shape.n_layer):
        scores = model.unembed(vectors[-GRID:])
        last.append(scores[-1])
        rows = top_rows(scores, 1)
        leaders.append((rows.ids[:, 0], rows.logits[:, 0], rows.logsumexp))
    grid = [np.stack(column) for column in zip(*leaders, strict=True)]
    return Lens(ids, np.stack(last), grid[0], grid[1], grid[2])


@recorder(LogitLens)
def record_lens(model: Model, request: LogitLens) -> Content:
    """The logit lens of one prompt."""
    return _lens_content(model, read(model, request.prompt), request.top)


@recorder(LensSurvey)
def record_survey(model: Model, request: LensSurvey) -> Content:
    """The climb of the winning token in many prompts, one prompt at a time."""
    finals, ranks, surveyed = [], [], []
    for prompt in request.prompts:
        lens = read(model, prompt)
        finals.append(lens.leaders[-1])
        ranks.append([rank_of(row, finals[-1]) for row in lens.scores])
        surveyed.append({"prompt": prompt, "settled": lens.settled})
    return Content(
        tokens={"final": model.token_rows(finals)},
        values={
            "vocab": model.shape.vocab,
            "lens_rule": LENS_RULE[model.anatomy.norm],
            "settled_rule": SETTLED_RULE,
            "surveyed": surveyed,
        },
        tensors={"final_ranks": (np.array(ranks, dtype=np.int32), ("row", "layer"))},
    )


def _lens_content(model: Model, lens: Lens, top: int) -> Content:
    rows = top_rows(lens.scores, top)
    final = lens.leaders[-1]
    values: dict[str, Value] = {
        "vocab": model.shape.vocab,
        "changes": lens.changes,
        "settled": lens.settled,
        "lens_rule": LENS_RULE[model.anatomy.norm],
        "settled_rule": SETTLED_RULE,
        "grid_from": len(lens.ids) - lens.grid_ids.shape[1],
    }
    return Content(
        tokens={
            "prompt": model.token_rows(lens.ids),
            "final": model.token_rows([final]),
            "table": table(model, rows.ids, lens.grid_ids),
        },
        values=values,
        tensors={
            "top_ids": (rows.ids, ("layer", "rank")),
            "top_logits": (rows.logits, ("layer", "rank")),
            "logsumexp": (rows.logsumexp, ("layer",)),
            "entropy": (rows.entropy, ("layer",)),
            "final_logits": (lens.scores[:, final], ("layer",)),
            "final_ranks": (
                np.array([rank_of(row, final) for row in lens.scores], dtype=np.int32),
                ("layer",),
            ),
            "grid_ids": (lens.grid_ids, ("layer", "token")),
            "grid_logits": (lens.grid_logits, ("layer", "token")),
            "grid_logsumexp": (lens.grid_logsumexp, ("layer", "token")),
        },
    )


@recorder(ResidualStream)
def record_stream(model: Model, request: ResidualStream) -> Content:
    """Lengths of the stream and of what is added to it, its turning away from the start, what norms
    do to it.

    A parallel block has no stream between attention and MLP, for both read what enters it: ``norms``
    then has two parts, not three.
    """
    parts = PARALLEL_PARTS if model.anatomy.parallel else PARTS
    read = (parts[0], parts[0] if model.anatomy.parallel else "resid_mid")
    ids = model.encode(request.prompt)
    found = model.activations(ids)
    layers = range(model.shape.n_layer)
    depths = stream(found, model.shape.n_layer)
    positions = _positions(request.positions, len(ids))
    cosines = np.array(
        [
            [maths.cosine(now, start) for now, start in zip(depth, depths[0], strict=True)]
            for depth in depths
        ]
    )
    before = [[found[f"blocks.{i}.{name}"] for name in read] for i in layers]
    after = [[found[f"blocks.{i}.{name}"] for name in ("ln1", "ln2")] for i in layers]
    return Content(
        tokens={"prompt": model.token_rows(ids)},
        values={"positions": positions, "parts": list(parts)},
        tensors={
            "norms": (
                _lengths([[found[f"blocks.{i}.{part}"] for part in parts] for i in layers]),
                ("layer", "part", "token"),
            ),
            "added": (
                _lengths(
                    [
                        [found[f"blocks.{i}.{part}"] for part in ("attn_out", "mlp_out")]
                        for i in layers
                    ]
                ),
                ("layer", "part", "token"),
            ),
            "cosines": (cosines, ("layer", "token")),
            "means_before": (_means(before), ("layer", "part", "token")),
            "means_after": (_means(after), ("layer", "part", "token")),
            "variances_before": (_variances(before), ("layer", "part", "token")),
            "variances_after": (_variances(after), ("layer", "part", "token")),
            "vectors": (
                np.ascontiguousarray(depths[:, positions]),
                ("layer", "position", "d_model"),
            ),
        },
    )


@recorder(TwoContexts)
def record_contexts(model: Model, request: TwoContexts) -> Content:
    """The stream at the last token of a word in two prompts: one cosine by depth, and the tokens
    nearest to each."""
    places, streams, prompts = [], [], {}
    for name, prompt in (("prompt", request.prompt), ("other", request.other)):
        ids = model.encode(prompt)
        places.append(find_word(model, ids, request.word))
        streams.append(stream(model.activations(ids), model.shape.n_layer)[:, places[-1]])
        prompts[name] = model.token_rows(ids)
    embedding = model.weight("embed")
    lengths = np.maximum(
        np.linalg.norm(embedding.astype(np.float64), axis=1), np.finfo(np.float64).tiny
    )
    near = np.stack(
        [
            (vectors.astype(np.float64) @ embedding.T.astype(np.float64))
            / lengths
            / np.linalg.norm(vectors.astype(np.float64), axis=1, keepdims=True)
            for vectors in streams
        ]
    )
    ids_near = np.stack([[maths.descending(row)[: request.top] for row in side] for side in near])
    return Content(
        tokens={**prompts, "table": table(model, ids_near)},
        values={"places": places, "nearest_rule": NEAREST_RULE},
        tensors={
            "cosines": (
                np.array([maths.cosine(a, b) for a, b in zip(*streams, strict=True)]),
                ("layer",),
            ),
            "norms": (
                np.linalg.norm(np.stack(streams).astype(np.float64), axis=2),
                ("part", "layer"),
            ),
            "vectors": (np.stack(streams), ("part", "layer", "d_model")),
            "nearest_ids": (ids_near.astype(np.int32), ("part", "layer", "rank")),
            "nearest_cosines": (
                np.take_along_axis(near, ids_near, axis=2),
                ("part", "layer", "rank"),
            ),
        },
    )


def find_word(model: Model, ids: list[int], word: str) -> int:
    """The index of the last token of the last occurrence of a word. Raises PromptRefused where it
    does not occur."""
    for spelling in (f" {word.strip()}", word.strip()):
        wanted = model.encode(spelling)
        for end in range(len(ids), len(wanted) - 1, -1):
            if ids[end - len(wanted) : end] == wanted:
                return end - 1
    raise PromptRefused(
        f"{word!r} does not occur in {model.decode(ids)!r}",
        "its tokens stand nowhere in the prompt's",
        "spell it as it stands in both prompts",
    )


def _positions(asked: tuple[int, ...], length: int) -> list[int]:
    outside = [p for p in asked if not -length <= p < length]
    if outside or not asked:
        raise PromptRefused(
            f"there is no position {outside[0] if outside else asked}", f"there are {length} tokens"
        )
    return [p % length for p in asked]


def _lengths(vectors: list[list[Floats]]) -> npt.NDArray[np.float64]:
    return np.asarray(np.linalg.norm(np.array(vectors, dtype=np.float64), axis=-1))


def _means(vectors: list[list[Floats]]) -> npt.NDArray[np.float64]:
    return np.asarray(np.array(vectors, dtype=np.float64).mean(axis=-1))


def _variances(vectors: list[list[Floats]]) -> npt.NDArray[np.float64]:
    return np.asarray(np.array(vectors, dtype=np.float64).var(axis=-1))
