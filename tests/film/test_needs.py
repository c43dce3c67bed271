"""A need is the request in the class, and in the film the recording that answers it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from gptviz.errors import NotDeclared
from gptviz.film import Film, Need
from gptviz.recording.families import NextToken
from gptviz.recording.schema import Recording

REQUEST = NextToken(prompt="As the 2 moons rose", top=3)


class Two(Film):
    """What does it need?"""

    row = Need(REQUEST, main=True)
    extra = Need(NextToken(prompt="x"), optional=True)


def test_a_film_is_given_what_it_needs_by_its_names(row: Recording) -> None:
    assert list(Two.needs) == ["row", "extra"] and Two.needs["row"] == REQUEST
    assert Two.row.request is REQUEST and Two.row.main and Two.optional == ("extra",)
    film = Two({"row": row})
    assert film.row is row and film.extra is None
    with pytest.raises(AttributeError, match="row is a need"):
        film.row = row  # type: ignore[assignment]
    with pytest.raises(NotDeclared, match="lacks row"):
        Two({"extra": row})


@pytest.mark.slow
def test_mypy_knows_what_a_need_gives(tmp_path: Path, root: Path) -> None:
    code = tmp_path / "seen.py"
    code.write_text(
        "from gptviz.film import Film, Need\n"
        "from gptviz.recording.families import NextToken, SamplingLoop\n"
        "class Seen(Film):\n"
        "    row = Need(NextToken(prompt='x'))\n"
        "    loop = Need(SamplingLoop(prompt='x'), optional=True)\n"
        "    def construct(self) -> None:\n"
        "        reveal_type(self.row)\n"
        "        reveal_type(self.row.logsumexp)\n"
        "        reveal_type(self.loop)\n"
        "        self.row.logit\n"
    )
    run = subprocess.run(
        [sys.executable, "-m", "mypy", "--no-error-summary", str(code)],
        capture_output=True,
        text=True,
        cwd=root,
        check=False,
    )
    assert "next_token.NextTokenRecording" in run.stdout and "number.Number" in run.stdout
    assert "sampling.SamplingLoopRecording | None" in run.stdout
    assert '"NextTokenRecording" has no attribute "logit"' in run.stdout
