"""A recording as a notebook shows it: what was asked of whom, its tokens, values and tensors, each
with its address."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from itertools import islice, product
from typing import TYPE_CHECKING, Any

from gptviz.recording.address import Place

if TYPE_CHECKING:
    from gptviz.recording.schema import Recording

FIRST = 6  #: entries of a tensor or a list that are written out; the rest is counted
LONGEST = 120  #: characters of a value


def table(recording: Recording) -> str:
    """An HTML table. The first column is the address by which ``audit`` knows the value as well;
    floats are written with six digits."""
    rows = "".join(
        f"<tr><td><code>{escape(address)}</code></td><td>{escape(what)}</td>"
        f"<td>{escape(value)}</td></tr>"
        for address, what, value in _rows(recording)
    )
    asked = ", ".join(f"{key}={value!r}" for key, value in recording.manifest.request.items())
    return (
        f"<table><caption><b>{escape(recording.kind)}</b> of "
        f"{escape(recording.provenance.model)}: {escape(_short(asked))} "
        f"<code>{recording.digest[:12]}</code></caption>"
        f"<thead><tr><th>address</th><th>what</th><th>value</th></tr></thead><tbody>{rows}</tbody>"
        "</table>"
    )


def _rows(recording: Recording) -> Iterator[tuple[str, str, str]]:
    manifest, name = recording.manifest, recording.name
    for group, tokens in manifest.tokens.items():
        texts = ", ".join(repr(token.text) for token in tokens[:FIRST])
        yield str(Place.token(name, group)), f"{len(tokens)} tokens", _more(texts, len(tokens))
    for key, value in manifest.values.items():
        yield str(Place.value(name, key)), type(value).__name__, _short(_number(value))
    for key, entry in manifest.tensors.items():
        axes = ", ".join(
            f"{axis} {size}" for axis, size in zip(entry.axes, entry.shape, strict=True)
        )
        what = f"{entry.dtype} ({axes})"
        array = recording.array(key)
        follows = f"its first {FIRST} entries follow" if array.size > FIRST else ""
        yield str(Place.tensor(name, key)), what, follows
        for index in islice(product(*map(range, array.shape)), FIRST):
            yield str(Place.tensor(name, key, *index)), "", _number(array[index].item())


def _more(shown: str, count: int) -> str:
    return f"{shown} and {count - FIRST:,} more" if count > FIRST else shown


def _number(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
