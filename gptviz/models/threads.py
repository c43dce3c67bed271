"""One thread for numbers: sums in another order give other last digits, and a recording's bytes
would differ."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator

from threadpoolctl import threadpool_limits


@contextlib.contextmanager
def one_thread() -> Iterator[None]:
    """BLAS, OpenMP and torch on one thread; the user's settings are back on leaving.

    torch carries a BLAS of its own that threadpoolctl does not see, so it is set apart; it is not
    imported for that.
    """
    torch = sys.modules.get("torch")
    before = torch.get_num_threads() if torch else None
    with threadpool_limits(limits=1):
        try:
            if torch:
                torch.set_num_threads(1)
            yield
        finally:
            if torch and before:
                torch.set_num_threads(before)
