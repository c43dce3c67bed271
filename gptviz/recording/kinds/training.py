"""Learning, as a film sees it: every position's prediction, one step of descent, a model at several
ages."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from gptviz import maths
from gptviz.recording.number import Derived, Number, Numbers, Token, Word, derive
from gptviz.recording.rows import Row, TokenTable, row_of
from gptviz.recording.schema import Recording


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


class EveryPositionRecording(Recording):
    """What the model predicts behind every token of a text.

    Tokens: ``prompt``, ``table``. Tensors: ``top_ids``, ``top_logits`` (token, rank);
    ``logsumexp``, ``entropy`` (bits) (token); ``true_logits``, ``true_ranks`` (token; the last
    token of the text has no follower and no entry). Values: ``vocab``.
    """

    kind = "every_position"

    @cached_property
    def table(self) -> TokenTable:
        """The tokens of all rows, by id."""
        return TokenTable(self)

    @property
    def prompt(self) -> list[Token]:
        """The text's tokens."""
        return self.tokens("prompt")

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

    @property
    def vocab(self) -> Number:
        """How many tokens there are."""
        return self.value("vocab")


class TrainingStepRecording(Recording):
    """One step of gradient descent on one text.

    Tokens: ``prompt``, ``table``. Tensors: those of :class:`EveryPositionRecording` twice, as
    ``before_...`` and ``after_...``; ``gradient_lengths`` (part: the ``groups``). Values:
    ``vocab``, ``groups`` (names), ``gradient_length`` (of all learned numbers together), ``weight``
    (tensor, index, gradient, before, after), ``weight_rule``, ``most_gained`` (index of a
    prediction), ``gain_rule``.
    """

    kind = "training_step"

    @cached_property
    def table(self) -> TokenTable:
        """The tokens of all rows, by id."""
        return TokenTable(self)

    @property
    def prompt(self) -> list[Token]:
        """The text's tokens."""
        return self.tokens("prompt")

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
        return int(self.value("most_gained"))

    @property
    def gradient_length(self) -> Number:
        """The length of the whole gradient: of all learned numbers together."""
        return self.value("gradient_length")

    @property
    def groups(self) -> list[tuple[Word, Number]]:
        """Where the gradient lies: names such as ``wte``, ``h.0.attn``, ``h.0.mlp``, and the length
        of each part."""
        return [
            (self.text(f"groups.{i}"), self.number("gradient_lengths", i))
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


class LearningCurveRecording(Recording):
    """The same prompt at several ages of one model.

    Tokens: ``prompt``, ``winner`` (the token that leads at the last age), ``continuation0`` ...
    (greedy, one an age), ``table``. Tensors: ``top_ids``, ``top_logits`` (checkpoint, rank);
    ``logsumexp``, ``entropy`` (bits), ``winner_logits``, ``winner_ranks``, ``losses`` (checkpoint:
    mean over held-out text); ``true_logits``, ``true_logsumexp`` (checkpoint, token: of the
    prompt's own followers); ``log_steps``, ``log_held_out``, ``log_training_steps``,
    ``log_training`` (row: what the training printed). Values: ``vocab``, ``ages``, ``texts``,
    ``window`` (its tokens), ``windows_rule``.
    """

    kind = "learning_curve"

    @cached_property
    def table(self) -> TokenTable:
        """The tokens of all rows, by id."""
        return TokenTable(self)

    @property
    def prompt(self) -> list[Token]:
        """The prompt's tokens."""
        return self.tokens("prompt")

    @property
    def winner(self) -> Token:
        """The token that leads at the last age."""
        return self.tokens("winner")[0]

    @cached_property
    def ages(self) -> list[Age]:
        """The ages, youngest first as the request names them."""
        return [Age(self, i) for i in range(len(self.manifest.values["ages"]))]

    @property
    def losses(self) -> Numbers:
        """The mean loss on held-out text (checkpoint), in nats."""
        return self.numbers("losses")

    @property
    def log_held_out(self) -> tuple[Numbers, Numbers]:
        """The training's own log: steps, and the loss on held-out text there (its mixture, not that
        of ``losses``)."""
        return self.numbers("log_steps"), self.numbers("log_held_out")

    @property
    def log_training(self) -> tuple[Numbers, Numbers]:
        """The training's own log: steps, and the mean training loss before each."""
        return self.numbers("log_training_steps"), self.numbers("log_training")

    @property
    def windows(self) -> Number:
        """How many tokens a window of held-out text has; how many there are is the request's
        ``windows``."""
        return self.value("window")


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
