"""What a person at the terminal sees: tables, steps that take a while, films being made. Quiet
where nobody looks."""

from __future__ import annotations

import contextlib
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Console

if TYPE_CHECKING:
    from gptviz.render.plan import Plan
    from gptviz.render.produce import Result

_errors = Console(stderr=True, highlight=False, soft_wrap=True)


def say(text: str) -> None:
    """A line that is no result: on standard error."""
    _errors.print(text, markup=False)


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Rows under heads, on standard output; whole lines, however long, where that is not a
    terminal."""
    if not sys.stdout.isatty():
        lines = [[_printable(cell) for cell in row] for row in (heads, *rows)]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        for line in lines:
            print(
                "  ".join(
                    f"{cell:<{width}}" for cell, width in zip(line, widths, strict=True)
                ).rstrip()
            )
        return
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    out = Console(highlight=False)
    grid = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for head in heads:
        grid.add_column(head, overflow="fold")
    for row in rows:
        grid.add_row(*(Text(_printable(cell)) for cell in row))
    out.print(grid)


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


@contextlib.contextmanager
def step(text: str) -> Iterator[None]:
    """Something that takes a while and cannot say how long: a spinner on a terminal."""
    if not _errors.is_terminal:
        yield
        return
    with _errors.status(text):
        yield


class Films:
    """Films being made, each with what it shows now and the time left; see
    :class:`gptviz.render.produce.Watcher`.

    On a terminal bars, elsewhere nothing but who is waited for.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._bars: Any = None
        self._tasks: dict[str, Any] = {}
        self._begun: dict[str, float] = {}

    @contextlib.contextmanager
    def shown(self) -> Iterator[Films]:
        """Shows the bars while films are made."""
        if not _errors.is_terminal:
            yield self
            return
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn  # noqa: PLC0415

        with Progress(
            TextColumn("{task.fields[film]}"),
            BarColumn(),
            TextColumn("{task.fields[now]}"),
            TimeRemainingColumn(),
            console=_errors,
            transient=True,
        ) as self._bars:
            yield self

    def begun(self, plan: Plan, seconds: float | None) -> None:
        with self._lock:
            self._begun[plan.scene.name] = time.monotonic()
            if self._bars is not None:
                self._tasks[plan.scene.name] = self._bars.add_task(
                    "", film=plan.scene.name, now="starting", total=seconds or None
                )

    def heard(self, plan: Plan, message: dict[str, Any]) -> None:
        if "note" in message:
            say(f"{plan.scene.name}: {message['note']}")
        if self._bars is not None and "speaking" in message:
            self._bars.update(
                self._tasks[plan.scene.name], now=f"speaking {message['speaking']} sentences"
            )
        if self._bars is not None and "beat" in message:
            self._bars.update(
                self._tasks[plan.scene.name],
                completed=message["time"],
                now=f"beat {message['beat']} at {message['time']:.0f} s",
            )

    def waiting(self, plan: Plan, process: str) -> None:
        say(f"{plan.scene.name}: process {process} is rendering it; waiting")

    def ended(self, result: Result) -> None:
        with self._lock:
            if (
                self._bars is not None
                and (task := self._tasks.pop(result.plan.scene.name, None)) is not None
            ):
                self._bars.remove_task(task)

    def seconds(self, name: str) -> float | None:
        """How long a film has been in the making, or None where it was not."""
        begun = self._begun.get(name)
        return None if begun is None else time.monotonic() - begun
