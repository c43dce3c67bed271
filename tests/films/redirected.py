"""Which films were directed anew, and what the rules that a film stands before find in it."""

from __future__ import annotations

from gptviz.film.findings import MOTION
from gptviz.film.lint import LintReport

#: Films that were directed anew, which also stand before the rules of motion. The list grows.
REDIRECTED: frozenset[str] = frozenset(
    {
        "ablation",
        "autoregression",
        "induction",
        "positions",
        "softmax",
        "stack_3d",
        "token_by_token",
    }
)


def faults(name: str, report: LintReport) -> list[str]:
    """What an inspection found by the rules that a film stands before."""
    return [
        f"{finding.time:.2f} s: {finding.message}"
        for finding in report.findings
        if name in REDIRECTED or finding.rule not in MOTION
    ]
