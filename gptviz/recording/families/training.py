"""Learning, as a film sees it: every position's prediction, one step of descent, a model at several
ages."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

from typing_extensions import TypedDict

from gptviz import maths
from gptviz.recording.declared import Data, Tensor, Text, Tokens, TokensEach, Value, Values
from gptviz.recording.number import Derived, Number, Numbers, Token, Word, derive
from gptviz.recording.request import Request
from gptviz.recording.rows import Row, TokenTable, row_of
from gptviz.recording.schema import Recording


class ShownWeight(TypedDict):
    """One learned number: where it stands, its gradient, and its value before and after the step."""

    tensor: str
    index: list[int]
    gradient: float
    before: float
    after: float


@dataclass(frozen=True)
class Prediction:
    """What the model expected behind the token at ``index``, and how ``true``, the token that
    follows it, fared."""

    recording: Recording
    table: TokenTable
    index: int
    true: Token
    prefix: str = ""

    @property
    def row(self) -> Row:
        """The likeliest tokens."""
        return row_of(self.recording, self.table, self.index, prefix=self.prefix)

    @property
    def probability(self) -> Derived:
        """The probability of the true token."""
        return derive(maths.probability, self._number("true_logits"), self._number("logsumexp"))

    @property
    def loss(self) -> Derived:
        """Minus the natural log of that probability."""
        return derive(maths.surprise, self._number("true_logits"), self._number("logsumexp"))

    @property
    def rank(self) -> Number:
        """How many tokens the model thought likelier; 0 where the true one leads."""
        return self._number("true_ranks")

    @property
    def place(self) -> Derived:
        """The place of the true token, 1 the likeliest."""
        return derive(maths.place, self.rank)

    @property
    def entropy(self) -> Number:
        """The uncertainty of the prediction, in bits."""
        return self._number("entropy")

    def _number(self, name: str) -> Number:
        return self.recording.number(f"{self.prefix}{name}", self.index)


def _predictions(recording: Recording, table: TokenTable, prefix: str = "") -> list[Prediction]:
    followers = recording.tokens("prompt")[1:]
    return [Prediction(recording, table, i, true, prefix) for i, true in enumerate(followers)]


def _mean_loss(recording: Recording, prefix: str = "") -> Derived:
    logits = recording.numbers(f"{prefix}true_logits")
    return derive(
        maths.mean_surprise, logits, recording.numbers(f"{prefix}logsumexp")[: len(logits)]
    )


@dataclass(frozen=True)
class EveryPosition(Request["EveryPositionRecording"]):
    """What the model predicts at every position of ``prompt``, and the loss against the token that
    follows there."""

    kind: ClassVar[str] = "every_position"
    prompt: str
    top: int = 5


class EveryPositionRecording(Recording):
    """What the model predicts behind every token of a text."""

    answers = EveryPosition

    prompt = Tokens()  #: the text's tokens
    _table = Tokens()
    _top_ids = Tensor("int32", "token", "rank")
    _top_logits = Tensor("float32", "token", "rank")
    _logsumexp = Tensor("float64", "token")
    _entropy = Tensor("float64", "token")
    _true_logits = Tensor("float32", "token")
    _true_ranks = Tensor("int32", "token")
    vocab = Value(int)  #: how many tokens there are

    @cached_property
    def table(self) -> TokenTable:
        """The tokens of all rows, by id."""
        return TokenTable(self)

    @cached_property
    def predictions(self) -> list[Prediction]:
        """What was expected behind each token that has a follower."""
        return _predictions(self, self.table)

    @property
    def last(self) -> Row:
        """What is expected behind the last token: the only row that writing uses."""
        return row_of(self, self.table, len(self.prompt) - 1)

    @property
    def mean_loss(self) -> Derived:
        """The mean loss of all predictions, in nats."""
        return _mean_loss(self)


@dataclass(frozen=True)
class TrainingStep(Request["TrainingStepRecording"]):
    """One step of gradient descent on ``prompt`` with learning rate ``rate``: every prediction
    before and after it."""

    kind: ClassVar[str] = "training_step"
    prompt: str
    rate: float
    top: int = 5


class TrainingStepRecording(Recording):
    """One step of gradient descent on one text."""

    answers = TrainingStep

    prompt = Tokens()  #: the text's tokens
    _table = Tokens()
    _before_top_ids = Tensor("int32", "token", "rank")
    _before_top_logits = Tensor("float32", "token", "rank")
    _before_logsumexp = Tensor("float64", "token")
    _before_entropy = Tensor("float64", "token")
    _before_true_logits = Tensor("float32", "token")
    _before_true_ranks = Tensor("int32", "token")
    _after_top_ids = Tensor("int32", "token", "rank")
    _after_top_logits = Tensor("float32", "token", "rank")
    _after_logsumexp = Tensor("float64", "token")
    _after_entropy = Tensor("float64", "token")
    _after_true_logits = Tensor("float32", "token")
    _after_true_ranks = Tensor("int32", "token")
    _gradient_lengths = Tensor("float64", "part")
    _vocab = Value(int)
    _groups = Data(list[str])
    #: the length of the whole gradient: of all learned numbers together
    gradient_length = Value(float)
    _weight = Data(ShownWeight)
    _weight_rule = Text()
    _most_gained = Value(int)
    _gain_rule = Text()

    @cached_property
    def table(self) -> TokenTable:
        """The tokens of all rows, by id."""
        return TokenTable(self)

    @cached_property
    def before(self) -> list[Prediction]:
        """The predictions before the step."""
        return _predictions(self, self.table, "before_")

    @cached_property
    def after(self) -> list[Prediction]:
        """The predictions after it."""
        return _predictions(self, self.table, "after_")

    @property
    def loss_before(self) -> Derived:
        """The mean loss before the step, in nats."""
        return _mean_loss(self, "before_")

    @property
    def loss_after(self) -> Derived:
        """The mean loss after it."""
        return _mean_loss(self, "after_")

    @property
    def most_gained(self) -> int:
        """The index of the prediction that gained most (see ``text("gain_rule")``)."""
        return int(self._most_gained)

    @property
    def groups(self) -> list[tuple[Word, Number]]:
        """Where the gradient lies: names such as ``wte``, ``h.0.attn``, ``h.0.mlp``, and the length
        of each part."""
        return [
            (self.text(f"groups.{i}"), self._gradient_lengths.at(i))
            for i in range(len(self.array("gradient_lengths")))
        ]

    @property
    def weight_name(self) -> Word:
        """In which tensor the weight lies that is shown (see ``text("weight_rule")``)."""
        return self.text("weight.tensor")

    @property
    def weight_before(self) -> Number:
        """That weight before the step."""
        return self.value("weight.before")

    @property
    def weight_gradient(self) -> Number:
        """Its gradient."""
        return self.value("weight.gradient")

    @property
    def weight_after(self) -> Derived:
        """The weight after the step, by the formula."""
        return derive(
            maths.descent_step, self.weight_before, self.setting("rate"), self.weight_gradient
        )


@dataclass(frozen=True)
class LearningCurve(Request["LearningCurveRecording"]):
    """The model at several ``ages`` (in training steps): its ``top`` tokens after ``prompt`` and
    ``steps`` greedy ones.

    The loss of each age is the mean over ``windows`` windows of held-out text.
    """

    kind: ClassVar[str] = "learning_curve"
    prompt: str
    ages: tuple[int, ...] = (0, 51, 256, 1280, 4910)
    steps: int = 24
    top: int = 10
    windows: int = 64


class LearningCurveRecording(Recording):
    """The same prompt at several ages of one model."""

    answers = LearningCurve

    prompt = Tokens()  #: the prompt's tokens
    _winner = Tokens()
    _table = Tokens()
    _continuation = TokensEach()
    _top_ids = Tensor("int32", "checkpoint", "rank")
    _top_logits = Tensor("float32", "checkpoint", "rank")
    _logsumexp = Tensor("float64", "checkpoint")
    _entropy = Tensor("float64", "checkpoint")
    _winner_logits = Tensor("float32", "checkpoint")
    _winner_ranks = Tensor("int32", "checkpoint")
    _true_logits = Tensor("float32", "checkpoint", "token")
    _true_logsumexp = Tensor("float64", "checkpoint", "token")
    #: the mean loss on held-out text (checkpoint), in nats
    losses = Tensor("float64", "checkpoint")
    _log_steps = Tensor("float64", "row")
    _log_held_out = Tensor("float64", "row")
    _log_training_steps = Tensor("float64", "row")
    _log_training = Tensor("float64", "row")
    _vocab = Value(int)
    _ages = Values(list[int])
    _windows_rule = Text()
    #: how many tokens a window of held-out text has; how many there are is the request's
    #: ``windows``
    windows = Value(int, key="window")
    _texts = Data(list[str])

    @cached_property
    def table(self) -> TokenTable:
        """The tokens of all rows, by id."""
        return TokenTable(self)

    @property
    def winner(self) -> Token:
        """The token that leads at the last age."""
        return self._winner[0]

    @cached_property
    def ages(self) -> list[Age]:
        """The ages, youngest first as the request names them."""
        return [Age(self, i) for i in range(len(self.manifest.values["ages"]))]

    @property
    def log_held_out(self) -> tuple[Numbers, Numbers]:
        """The training's own log: steps, and the loss on held-out text there (its mixture, not that
        of ``losses``)."""
        return self._log_steps, self._log_held_out

    @property
    def log_training(self) -> tuple[Numbers, Numbers]:
        """The training's own log: steps, and the mean training loss before each."""
        return self._log_training_steps, self._log_training


@dataclass(frozen=True)
class Age:
    """The model at one age."""

    curve: LearningCurveRecording
    index: int

    @property
    def step(self) -> Number:
        """After how many training steps."""
        return self.curve.value(f"ages.{self.index}")

    @property
    def row(self) -> Row:
        """The likeliest tokens after the prompt."""
        return row_of(self.curve, self.curve.table, self.index)

    @property
    def winner_probability(self) -> Derived:
        """The probability of the token that leads at the last age."""
        return derive(
            maths.probability,
            self.curve.number("winner_logits", self.index),
            self.curve.number("logsumexp", self.index),
        )

    @property
    def winner_rank(self) -> Number:
        """Its rank, 0 in the lead."""
        return self.curve.number("winner_ranks", self.index)

    @property
    def continuation(self) -> list[Token]:
        """What the model writes after the prompt, greedily."""
        return self.curve.tokens(f"continuation{self.index}")

    @property
    def written(self) -> Word:
        """The same, decoded together."""
        return self.curve.text(f"texts.{self.index}")

    @property
    def loss(self) -> Number:
        """The mean loss on held-out text, in nats."""
        return self.curve.number("losses", self.index)

    @property
    def perplexity(self) -> Derived:
        """Among how many equally likely tokens such a model would be choosing."""
        return derive(maths.perplexity, self.loss)

    def true_probability(self, index: int) -> Derived:
        """The probability of the token of the prompt that follows the one at ``index``."""
        return derive(
            maths.probability,
            self.curve.number("true_logits", self.index, index),
            self.curve.number("true_logsumexp", self.index, index),
        )

    @property
    def prompt_loss(self) -> Derived:
        """The mean loss on the prompt's own followers, in nats."""
        return derive(
            maths.mean_surprise,
            self.curve.numbers("true_logits")[self.index],
            self.curve.numbers("true_logsumexp")[self.index],
        )
