"""One neuron: chosen by its push on the next token, watched over several texts.

Geva et al. 2022, "Transformer feed-forward layers build predictions by promoting concepts in the
vocabulary space": what a neuron adds to the stream is its answer times its row of the MLP's last
matrix. Pushes are those of :mod:`gptviz.recorders.push`.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from gptviz import maths
from gptviz.errors import UsageError
from gptviz.models.interface import Floats, Model
from gptviz.recorders import recorder
from gptviz.recorders.push import Reading, reading_of, rise_and_fall
from gptviz.recording.families import Neuron
from gptviz.recording.schema import Content

RULE = "of all neurons, the one that raises the score of the likeliest next token most"


@recorder(Neuron)
def record(model: Model, request: Neuron) -> Content:
    """``on_prompt``, ``on_texts`` (token): the answers of one neuron; ``layer_answers`` (d_mlp): those
    of its whole layer; ``promoted``, ``demoted`` (rank). Raises UsageError without texts."""
    if not request.texts or request.top < 1:
        raise UsageError("a neuron over no texts", "at least one text and one token are shown")
    ids = model.encode(request.prompt)
    run = model.activations(ids)
    target = int(maths.descending(run["logits"][-1])[0])
    reading = reading_of(model, run)
    layer, neuron, push = _choose(model, run, reading, target)
    name = f"blocks.{layer}.mlp_post"
    answer = float(run[name][-1, neuron])
    texts = [model.encode(text) for text in request.texts]
    on_texts = [model.activations(each)[name][:, neuron] for each in texts]
    content = Content(
        tokens={
            "prompt": model.token_rows(ids),
            "target": model.token_rows([target]),
            "texts": [row for each in texts for row in model.token_rows(each)],
        },
        values={
            "lengths": [len(each) for each in texts],
            "layers": model.shape.n_layer,
            "d_mlp": model.shape.d_mlp,
            "layer": layer,
            "neuron": neuron,
            "rule": RULE,
            "push": push,
            "answer": answer,
        },
        tensors={
            "layer_answers": (run[name][-1], ("d_mlp",)),
            "on_prompt": (run[name][:, neuron], ("token",)),
            "on_texts": (np.concatenate(on_texts), ("token",)),
        },
    )
    given = answer * model.weight(f"blocks.{layer}.mlp.W_out")[neuron].astype(np.float64)
    rise_and_fall(model, reading.pushes(given), request.top, content)
    return content


def _choose(
    model: Model, run: Mapping[str, Floats], reading: Reading, target: int
) -> tuple[int, int, float]:
    """Layer and number of the neuron that raises the target most, and by how much."""
    best = (0, 0, -np.inf)
    for layer in range(model.shape.n_layer):
        rows = model.weight(f"blocks.{layer}.mlp.W_out").astype(np.float64)
        pushes = run[f"blocks.{layer}.mlp_post"][-1] * reading.pushes(rows, target)
        neuron = int(pushes.argmax())
        if pushes[neuron] > best[2]:
            best = (layer, neuron, float(pushes[neuron]))
    return best
