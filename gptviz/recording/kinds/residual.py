"""The residual stream, as a film sees it. Depth 0 enters the first block; depth l leaves block l -
1."""

from __future__ import annotations

from functools import cached_property

from gptviz import maths
from gptviz.recording.number import Count, Derived, Number, Numbers, Token, Word, derive
from gptviz.recording.rows import Row, TokenTable, row_of
from gptviz.recording.schema import Recording


class LogitLensRecording(Recording):
    """The stream read out at every depth.

    Tokens: ``prompt``, ``final`` (the token that wins at the end), ``table``. Tensors: ``top_ids``,
    ``top_logits`` (layer, rank); ``logsumexp``, ``entropy`` (bits), ``final_logits``,
    ``final_ranks`` (layer); ``grid_ids``, ``grid_logits``, ``grid_logsumexp`` (layer, token: the
    leader at the last tokens, from ``grid_from`` on). The axis ``layer`` is the depth, one longer
    than there are blocks. Values: ``vocab``, ``changes``, ``settled``, ``lens_rule``,
    ``settled_rule``.
    """

    kind = "logit_lens"

    @cached_property
    def table(self) -> TokenTable:
        """The tokens of all rows, by id."""
        return TokenTable(self)

    @property
    def prompt(self) -> list[Token]:
        """The prompt's tokens."""
        return self.tokens("prompt")

    @property
    def final(self) -> Token:
        """The token that wins at the end."""
        return self.tokens("final")[0]

    @cached_property
    def depths(self) -> list[int]:
        """The indices of all depths."""
        return list(range(len(self.array("logsumexp"))))

    def depth(self, index: int) -> Count:
        """A depth as a number to show: how many blocks the stream has passed."""
        return Count.position(index, self.depths, "blocks passed")

    def row(self, depth: int) -> Row:
        """The likeliest tokens after the prompt, read out at a depth."""
        return row_of(self, self.table, depth)

    def final_rank(self, depth: int) -> Number:
        """The rank of the final token at a depth, 0 in the lead."""
        return self.number("final_ranks", depth)

    def final_place(self, depth: int) -> Derived:
        """The place of the final token at a depth, 1 in the lead."""
        return derive(maths.place, self.final_rank(depth))

    def final_probability(self, depth: int) -> Derived:
        """The probability of the final token at a depth."""
        return derive(
            maths.probability, self.number("final_logits", depth), self.number("logsumexp", depth)
        )

    def entropy(self, depth: int) -> Number:
        """The uncertainty of the reading at a depth, in bits."""
        return self.number("entropy", depth)

    @property
    def settled(self) -> Number:
        """The first depth from which on the final token leads (see ``text("settled_rule")``)."""
        return self.value("settled")

    @property
    def changes(self) -> Number:
        """How often the leading token changes from depth to depth."""
        return self.value("changes")

    @property
    def grid_tokens(self) -> list[Token]:
        """The tokens of the prompt that the grid of leaders covers: its last ones."""
        return self.prompt[int(self.value("grid_from")) :]

    def leader(self, depth: int, token: int) -> Token:
        """The leading token after one of ``grid_tokens``, read out at a depth."""
        return self.table[self.number("grid_ids", depth, token)]

    def leader_probability(self, depth: int, token: int) -> Derived:
        """The probability of that leading token."""
        return derive(
            maths.probability,
            self.number("grid_logits", depth, token),
            self.number("grid_logsumexp", depth, token),
        )

    @property
    def vocab(self) -> Number:
        """How many tokens there are."""
        return self.value("vocab")


class LensChoiceRecording(LogitLensRecording):
    """The logit lens of a chosen prompt. Beyond :class:`LogitLensRecording`, values: ``prompt``,
    ``chosen`` (index), ``candidates`` (prompt, changes, settled), ``choice_rule``.
    """

    kind = "lens_choice"

    @property
    def chosen_prompt(self) -> Word:
        """The prompt that was chosen (see ``text("choice_rule")``)."""
        return self.text("prompt")

    @property
    def candidates(self) -> Count:
        """How many prompts were looked at."""
        return self.size("candidates", "prompts")

    def candidate(self, index: int) -> tuple[Word, Number]:
        """One of these prompts, and how often the lead changes there."""
        return self.text(f"candidates.{index}.prompt"), self.value(f"candidates.{index}.changes")


class ResidualStreamRecording(Recording):
    """Lengths, directions and layer-norm statistics of the stream.

    Tokens: ``prompt``. Tensors: ``norms`` (layer, part: resid_pre, resid_mid, resid_post; token);
    ``added`` (layer, part: attn_out, mlp_out; token); ``cosines`` (layer: depth; token): to the
    stream at depth 0; ``means_before``, ``means_after``, ``variances_before``, ``variances_after``
    (layer, part: the layer norm before attention, that before the MLP; token); ``vectors`` (layer:
    depth; position; d_model). Values: ``positions``, ``parts``.
    """

    kind = "residual_stream"

    @property
    def prompt(self) -> list[Token]:
        """The prompt's tokens."""
        return self.tokens("prompt")

    def norm(self, layer: int, part: int, token: int) -> Number:
        """The length of the stream: ``part`` 0 enters the block, 1 lies between attention and MLP,
        2 leaves it."""
        return self.number("norms", layer, part, token)

    def added_norm(self, layer: int, part: int, token: int) -> Number:
        """The length of what a block adds: ``part`` 0 its attention, 1 its MLP."""
        return self.number("added", layer, part, token)

    def cosine(self, depth: int, token: int) -> Number:
        """The cosine of the stream to itself at depth 0."""
        return self.number("cosines", depth, token)

    def mean(self, layer: int, part: int, token: int, after: bool) -> Number:
        """The mean of the stream's numbers before or after a layer norm: ``part`` 0 that of
        attention, 1 of the MLP."""
        return self.number("means_after" if after else "means_before", layer, part, token)

    def variance(self, layer: int, part: int, token: int, after: bool) -> Number:
        """The variance of the stream's numbers before or after a layer norm."""
        return self.number("variances_after" if after else "variances_before", layer, part, token)

    def vector(self, depth: int, position: int) -> Numbers:
        """The whole vector (d_model) at one of the positions that the request names, by its index
        there."""
        vector: Numbers = self.numbers("vectors")[depth, position]
        return vector


class TwoContextsRecording(Recording):
    """One word in two prompts, depth by depth.

    Tokens: ``prompt``, ``other``, ``table``. Tensors: ``cosines`` (layer: depth); ``norms`` (part,
    layer), ``vectors`` (part, layer, d_model), ``nearest_ids``, ``nearest_cosines`` (part, layer,
    rank); ``part`` 0 is ``prompt``, 1 is ``other``. Values: ``places`` (the word's last token in
    each), ``nearest_rule``.
    """

    kind = "two_contexts"

    @cached_property
    def table(self) -> TokenTable:
        """The tokens that are near, by id."""
        return TokenTable(self)

    def prompt(self, part: int) -> list[Token]:
        """The tokens of one of the two prompts."""
        return self.tokens(("prompt", "other")[part])

    def place(self, part: int) -> int:
        """The index of the word's last token in one of the two prompts."""
        return int(self.value(f"places.{part}"))

    def cosine(self, depth: int) -> Number:
        """The cosine of the two vectors at a depth."""
        return self.number("cosines", depth)

    def nearest(self, part: int, depth: int, rank: int) -> Token:
        """A token whose embedding is near (see ``text("nearest_rule")``)."""
        return self.table[self.number("nearest_ids", part, depth, rank)]

    def nearest_cosine(self, part: int, depth: int, rank: int) -> Number:
        """Its cosine to the word's vector."""
        return self.number("nearest_cosines", part, depth, rank)
