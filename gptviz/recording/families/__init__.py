"""The families of recordings: one module each. Films and recorders import from here.

A module holds a **request** (what a film asks for) and its **recording** (what the film receives),
or a few that belong together. To add a family, write ``families/<name>.py`` like ``next_token.py``
and name its classes below:

- The request is a frozen dataclass of literals, ``class NextToken(Request["NextTokenRecording"])``,
  with a ``kind`` that no other has. A request of word vectors says ``source = "vectors"``.
- The recording says ``answers = NextToken`` and declares all that it holds:
  ``Tensor("float32", "rank")`` with dtype and axes, ``Value(int)``, ``Values(list[float])``,
  ``Text()``, ``Flag()``, ``Tokens()``, and ``Data(...)`` for lists of entries, which a TypedDict
  describes. ``when="sample"`` is for what only a request with ``sample`` asks for, ``optional=True``
  for what some models or prompts lack. A field is an accessor, too (see
  :mod:`gptviz.recording.declared`).
- Methods give what follows from it, with an address: ``derive(maths.probability, ...)``.

A recorder in :mod:`gptviz.recorders` answers the request. What it gives is checked against the
declaration when a recording is made, and again whenever one is read.
"""

from gptviz.recording.families.next_token import NextToken, NextTokenRecording

__all__ = ["NextToken", "NextTokenRecording"]
