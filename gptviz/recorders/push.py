"""The score of one token as a sum of what each part of a model adds to it.

Direct logit attribution: Elhage et al. 2021, "A mathematical framework for transformer circuits";
Wang et al. 2022, "Interpretability in the wild", with the norm's scale held as it was. The output
matrix is centred, as TransformerLens centres it: what raises all tokens alike raises none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from gptviz import maths
from gptviz.errors import NotRecorded, PromptRefused, UsageError
from gptviz.models.interface import Floats, Model
from gptviz.recorders import recorder
from gptviz.recorders.choosing import word_position
from gptviz.recorders.rows import one_token, table
from gptviz.recording.families import DirectPush
from gptviz.recording.schema import Content

Wide = npt.NDArray[np.float64]

PUSH_RULE = "what a part adds to a token's score, less what it adds to all tokens on average, with the scale of the final norm as it was"
RULES = {
    "head": "the head that raises the target's score most",
    "attention": "the layer whose attention raises the target's score most",
    "mlp": "the layer whose MLP raises the target's score most",
}


@dataclass(frozen=True)
class Parts:
    """What each part adds to the stream at one position: ``embedding`` (d_model), ``heads`` (layer,
    head, d_model), ``biases``, ``mlps`` (layer, d_model)."""

    embedding: Wide
    heads: Wide
    biases: Wide
    mlps: Wide

    def of(self, part: str, layer: int, head: int = 0) -> Wide:
        """The vector (d_model) of the part that is shown."""
        if part == "head":
            vector: Wide = self.heads[layer, head]
            return vector
        attention: Wide = self.heads[layer].sum(axis=0) + self.biases[layer]
        return attention if part == "attention" else self.mlps[layer]


@dataclass(frozen=True)
class Reading:
    """The end of a model as a linear map: a vector (d_model) is divided by ``scale``, its mean off
    where ``centred``, times ``gain``, and held against ``output`` (vocab, d_model), whose mean row is
    taken off.
    """

    output: Wide
    gain: Wide
    bias: Wide
    scale: float
    centred: bool

    def pushes(self, vectors: Wide, tokens: Any = slice(None)) -> Wide:
        """What vectors (..., d_model) add to the scores of tokens (..., vocab)."""
        if self.centred:
            vectors = vectors - vectors.mean(axis=-1, keepdims=True)
        read: Wide = (vectors * self.gain / self.scale) @ self.output[tokens].T
        return read


@recorder(DirectPush)
def record(model: Model, request: DirectPush) -> Content:
    """``head_pushes`` (layer, head), ``bias_pushes``, ``mlp_pushes`` (layer): what each adds to the
    score of the target; ``promoted``, ``demoted`` (rank): what one of them adds to the tokens that
    it raises and lowers most.

    Raises UsageError for another part or place, PromptRefused for a word that does not occur.
    """
    if request.part not in RULES or request.top < 1:
        raise UsageError(
            f"the {request.part}, {request.top} tokens",
            f"a part is one of {', '.join(RULES)}, and at least one token is kept",
        )
    ids = model.encode(request.prompt)
    rows = model.token_rows(ids)
    position = _place_of(model, ids, request.word) if request.word else len(ids) - 1
    ids = ids[: position + 1]  # what comes later is not seen from there
    run = model.activations(ids)
    scores = run["logits"][-1].astype(np.float64)
    target = (
        one_token(model, request.target) if request.target else int(maths.descending(scores)[0])
    )
    parts, reading = _parts(model, run), reading_of(model, run)
    biases = reading.pushes(parts.biases, target)
    found = {"head": reading.pushes(parts.heads, target), "mlp": reading.pushes(parts.mlps, target)}
    found["attention"] = found["head"].sum(axis=1) + biases
    place, rule = _choose(model, request, ids, run, found[request.part])
    pushes = reading.pushes(parts.of(request.part, *place))
    pushes[target] = found[request.part][place]  # the sum in another order: one number, not two
    content = Content(
        tokens={"prompt": rows, "target": model.token_rows([target])},
        values={
            "layers": model.shape.n_layer,
            "heads": model.shape.n_head,
            "position": position,
            "probability": float(maths.softmax(scores)[target]),
            "logit": float(scores[target]),
            "mean_logit": float(scores.mean()),
            "embedding": float(reading.pushes(parts.embedding, target)),
            "norm_bias": float(reading.output[target] @ reading.bias),
            "chosen": {
                "rule": rule,
                **dict(zip(("layer", "head"), place, strict=False)),
                "score": float(pushes[target]),
            },
            "part": request.part,
            "push_rule": PUSH_RULE,
            "target_rank": int((pushes > pushes[target]).sum()),
        },
        tensors={
            "head_pushes": (found["head"], ("layer", "head")),
            "bias_pushes": (biases, ("layer",)),
            "mlp_pushes": (found["mlp"], ("layer",)),
        },
    )
    rise_and_fall(model, pushes, request.top, content)
    if request.part == "head":
        _sources(model, run, reading, target, content)
    return content


def rise_and_fall(model: Model, pushes: Wide, top: int, content: Content) -> None:
    """Adds the tokens with the highest and with the lowest pushes (vocab)."""
    order = maths.descending(pushes)
    sides = {"promoted": order[:top], "demoted": order[::-1][:top]}
    content.tokens["table"] = table(model, *sides.values())
    for name, ids in sides.items():
        content.tensors[f"{name}_ids"] = (ids.astype(np.int32), ("rank",))
        content.tensors[name] = (pushes[ids], ("rank",))


def _place_of(model: Model, ids: list[int], word: str) -> int:
    place = word_position(model.token_rows(ids), word)
    if place is None:
        raise PromptRefused(
            f"{word!r} does not occur in {model.decode(ids)!r}", "it is the word that is looked at"
        )
    return place


def _parts(model: Model, run: Mapping[str, Floats]) -> Parts:
    """What every part adds to the stream at the last position."""
    heads, biases, mlps = [], [], []
    for layer in range(model.shape.n_layer):
        block = f"blocks.{layer}."
        output = model.weight(f"{block}attn.W_O").astype(np.float64)
        heads.append(np.einsum("hd,hdm->hm", run[f"{block}z"][-1].astype(np.float64), output))
        has_bias = model.has_weight(f"{block}attn.b_O")
        biases.append(model.weight(f"{block}attn.b_O") if has_bias else np.zeros(output.shape[-1]))
        mlps.append(run[f"{block}mlp_out"][-1])
    start, *_ = run["blocks.0.resid_pre"][-1:].astype(np.float64)
    return Parts(start, np.stack(heads), np.array(biases, np.float64), np.array(mlps, np.float64))


def reading_of(model: Model, run: Mapping[str, Floats]) -> Reading:
    """The final norm at the last position, and the output matrix."""
    anatomy = model.anatomy
    stream = run[f"blocks.{model.shape.n_layer - 1}.resid_post"][-1].astype(np.float64)
    centred = anatomy.norm == "layer"
    inner = stream - stream.mean() if centred else stream
    output = model.weight("unembed").astype(np.float64)
    gain = model.weight("ln_final.w").astype(np.float64)
    bias = model.weight("ln_final.b") if model.has_weight("ln_final.b") else np.zeros_like(gain)
    return Reading(
        output - output.mean(axis=0),
        gain,
        bias.astype(np.float64),
        float(np.sqrt((inner**2).mean() + anatomy.epsilon)),
        centred,
    )


def _choose(
    model: Model, request: DirectPush, ids: list[int], run: Mapping[str, Floats], pushes: Wide
) -> tuple[tuple[int, ...], str]:
    """The place of the part that is shown, (layer, head) or (layer,), and the rule that chose it,
    of ``pushes`` (layer, head) or (layer)."""
    n_layer, n_head = model.shape.n_layer, model.shape.n_head
    if request.place:
        if len(request.place) != pushes.ndim or not all(
            0 <= i < n for i, n in zip(request.place, pushes.shape, strict=True)
        ):
            raise NotRecorded(
                f"there is no {request.part} {'.'.join(map(str, request.place))}",
                f"the model has {n_layer} layers of {n_head} heads, counted from 0",
            )
        return request.place, f"the {request.part} that was asked for"
    rule = RULES[request.part]
    if request.looks_at and request.part == "head":
        key = _place_of(model, ids, request.looks_at)
        pushes = np.stack([run[f"blocks.{i}.pattern"][:, -1, key] for i in range(n_layer)])
        rule = f"of all heads, the largest weight to the word {request.looks_at.strip()!r}"
    return tuple(int(i) for i in np.unravel_index(int(pushes.argmax()), pushes.shape)), rule


def _sources(
    model: Model, run: Mapping[str, Floats], reading: Reading, target: int, content: Content
) -> None:
    """Adds the weights of the head that is shown, and what comes from each token of its push."""
    layer, head = content.values["chosen"]["layer"], content.values["chosen"]["head"]
    block = f"blocks.{layer}."
    weights = run[f"{block}pattern"][head, -1]
    values = run[f"{block}v"][:, model.shape.key_of(head)].astype(np.float64)
    brought = weights[:, None] * values @ model.weight(f"{block}attn.W_O")[head].astype(np.float64)
    content.tensors |= {
        "weights": (weights.astype(np.float32), ("token",)),
        "by_source": (reading.pushes(brought, target), ("token",)),
    }
