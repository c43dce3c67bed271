"""Which films were directed anew, and what the rules that a film stands before find in it."""

from __future__ import annotations

from gptviz.film.audit import AuditReport
from gptviz.film.findings import MOTION
from gptviz.film.lint import LintReport

#: Films that were directed anew, which also stand before the rules of motion. The list grows.
REDIRECTED: frozenset[str] = frozenset(
    {
        "ablation",
        "autoregression",
        "bpe_tokens",
        "head_zoo",
        "induction",
        "layernorm_residual",
        "logit_lens",
        "model_diff",
        "model_family",
        "positions",
        "qkv",
        "softmax",
        "stack_3d",
        "temperature",
        "token_by_token",
        "unembed",
        "vocab_tour",
    }
)


def faults(name: str, report: LintReport) -> list[str]:
    """What an inspection found by the rules that a film stands before."""
    return [
        f"{finding.time:.2f} s: {finding.message}"
        for finding in report.findings
        if name in REDIRECTED or finding.rule not in MOTION
    ]


#: Films from before in which sums are written that do not add up: embedding_matrix two rows and
#: their sum (smollm2), parameter_tally its shares (mini, smollm2), topk_topp the shares that were
#: kept (mini, smollm2). None is directed anew.
SUMS_OPEN = frozenset({"embedding_matrix", "parameter_tally", "topk_topp"})


#: Films in which every meaning colour has its meaning. docs/judges.md lists what the others get.
COLOURED = frozenset(
    {
        "autoregression",
        "bpe_tokens",
        "induction",
        "layernorm_residual",
        "logit_lens",
        "model_diff",
        "model_family",
        "positions",
        "qkv",
        "softmax",
        "stack_3d",
        "token_by_token",
        "unembed",
        "vocab_tour",
    }
)


def untruths(name: str, report: AuditReport) -> list[str]:
    """What an audit found, but for sums and colours in films that wait to be directed anew."""
    if name in SUMS_OPEN:
        report.sums.clear()
    if name not in COLOURED:
        report.colours.clear()
    return report.problems
