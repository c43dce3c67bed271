"""Figures that publications printed. A film draws them marked as quoted; nothing here was computed
by gptviz.

Each constant names where it was printed. Where a publication is wrong, the film shows what is true
beside it.
"""

from __future__ import annotations

import re

from gptviz.recording.address import Printed
from gptviz.recording.number import Quoted, Word

GPT3 = "Brown et al. 2020, Language models are few-shot learners, table 2.1"
GPT3_VOCABULARY = "Brown et al. 2020, section 2.1: the vocabulary of GPT-2"
BLUE_BROWN = "3Blue1Brown 2024, Transformers, the tech behind LLMs"
ILLUSTRATED = "Alammar 2019, The Illustrated GPT-2"
OPENAI_CODE = "openai/gpt-2, src/model.py"
OPENAI_ISSUE = "openai/gpt-2, issue 209"
IOI = "Wang et al. 2022, Interpretability in the wild, figure 2"
ARENA = "McDougall 2023, ARENA, chapter 1.2 (TransformerLens)"
MRI_ARTICLE = "Geva 2023, What does ChatGPT look like? I made an MRI image of a GPT brain"

# GPT-3 175B: its weights are not public, so that everything said of its size is arithmetic with
# these.
GPT3_LAYERS = Quoted(96, GPT3)
GPT3_HEADS = Quoted(96, GPT3)
GPT3_D_MODEL = Quoted(12288, GPT3)
GPT3_D_HEAD = Quoted(128, GPT3)
GPT3_D_MLP = Quoted(49152, "Brown et al. 2020, section 2.1: four times d_model")
GPT3_CONTEXT = Quoted(2048, "Brown et al. 2020, section 2.1")
GPT3_VOCAB = Quoted(50257, GPT3_VOCABULARY)
GPT3_PARAMETERS = Quoted(
    175_181_291_520, BLUE_BROWN
)  #: no biases, layer norms, positions; the output matrix apart
GPT3_MATRICES = Quoted(27_938, BLUE_BROWN)  #: "just under 28,000"

# GPT-4: OpenAI has published no size. What is said of it is a rumour that many repeat.
GPT4_RUMOUR = Quoted(
    1_700_000_000_000, "a rumour that many articles repeat; OpenAI has published no size of GPT-4"
)

# When the ideas and the models came that lead to them, by the publications that brought them.
LSTM = "Hochreiter, Schmidhuber 1997, Long short-term memory"
TRANSFORMER = "Vaswani et al. 2017, Attention is all you need"
DECODER = "Liu et al. 2018, Generating Wikipedia by summarizing long sequences"
GPT2 = "Radford et al. 2019, Language models are unsupervised multitask learners"
GPT4 = "OpenAI 2023, GPT-4 technical report"
DECODER_LAYERS = Quoted(6, ILLUSTRATED)  #: of the first model that is a decoder alone
DECODER_CONTEXT = Quoted(4000, ILLUSTRATED)  #: tokens that it reads at once

# The tally of GPT-2 small in "The Illustrated GPT-2".
TALLY = Quoted(124_410_624, ILLUSTRATED)
TALLY_C_FC_BIAS = Quoted(768, ILLUSTRATED)  #: 3,072 in truth
GPT2_FIRST_CLAIM = Quoted(117_000_000, OPENAI_ISSUE)  #: the size that OpenAI itself first named

# Its attention of "robot must obey orders": scores (query, key), and the softmax printed beside
# them (with the mask).
SCORES = tuple(
    tuple(Quoted(value, ILLUSTRATED) for value in row)
    for row in (
        (0.11, 0.00, 0.81, 0.79),
        (0.19, 0.50, 0.30, 0.48),
        (0.53, 0.98, 0.95, 0.14),
        (0.81, 0.86, 0.38, 0.90),
    )
)
SOFTMAX = tuple(
    tuple(Quoted(value, ILLUSTRATED) for value in row)
    for row in (
        (1.00, 0.00, 0.00, 0.00),
        (0.48, 0.52, 0.00, 0.00),
        (0.31, 0.35, 0.34, 0.00),
        (0.25, 0.26, 0.23, 0.26),
    )
)
MASKED_ROW = tuple(Quoted(value, ILLUSTRATED) for value in (0.20, 0.80, 0.0, 0.0))

# Its attention of "it" over the Second Law: in the text, in the picture of the sum, and the nine
# percentages drawn.
IT_IN_TEXT = tuple(Quoted(value, ILLUSTRATED) for value in (0.50, 0.30, 0.19))
IT_IN_PICTURE = tuple(Quoted(value, ILLUSTRATED) for value in (0.50, 0.30, 0.18))
IT_DRAWN = tuple(
    Quoted(value, ILLUSTRATED) for value in (0.1, 30.0, 50.0, 0.2, 0.1, 0.03, 0.5, 0.2, 18.0)
)  #: percent

# The weight picture: abs(w) * 1024 in one byte.
MRI_FACTOR = Quoted(1024, MRI_ARTICLE)

INITIAL_DEVIATION = Quoted(0.02, OPENAI_CODE)  #: of freshly made weights
MASK_VALUE = Quoted(-1e10, OPENAI_CODE)  #: what is put where the future would be

# Heads of GPT-2 small by what publications say that they do: (layer, head), counted from 0.
INDUCTION_HEADS = {
    IOI: ((5, 5), (5, 8), (5, 9), (6, 9)),
    ARENA: ((5, 1), (5, 5), (6, 9), (7, 2), (7, 10)),
}
PREVIOUS_TOKEN_HEADS = {IOI: ((2, 2), (4, 11))}
DUPLICATE_TOKEN_HEADS = {IOI: ((0, 1), (0, 10), (3, 0))}


def induction_sources(layer: int, head: int) -> list[str]:
    """The publications that name this head of GPT-2 small as an induction head."""
    return [source for source, heads in INDUCTION_HEADS.items() if (layer, head) in heads]


# An article that runs GPT-2 large on "London was". Its first row of scores is printed twice, before
# and after a token is added at the end; a causal model gives the same row both times.
TOKEN_ARTICLE = "an article that prints the scores of GPT-2 large token by token"
LONDON_FIRST_SCORE = Quoted(
    1.1894, TOKEN_ARTICLE
)  #: first score of the first row, the text being two tokens
LONDON_FIRST_AGAIN = Quoted(2.1159, TOKEN_ARTICLE)  #: the same score, the text being three tokens

# Whose name one of GPT-2's stranger entries is: a user of Reddit's forum for counting.
GLITCH = "Rumbelow and Watkins 2023, SolidGoldMagikarp III: Glitch token archaeology"


def named_induction_heads() -> list[tuple[int, int]]:
    """All heads (layer, head) of GPT-2 small that publications name as induction heads."""
    return sorted({head for heads in INDUCTION_HEADS.values() for head in heads})


def year(source: str) -> Word:
    """When a source appeared that is given as "authors year, title"."""
    found = re.search(r"\b(19|20)\d\d\b", source)
    return Word(found[0] if found else "", Printed(source))


def authors(source: str) -> str:
    """Who wrote a source that is given as "authors year, title"."""
    return source[
        : next((i for i, character in enumerate(source) if character.isdigit()), len(source))
    ].strip(" ,")
