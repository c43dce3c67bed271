"""Displayed parts and the displayed whole: each sum that is written wrong, beside the same one
rounded so that it adds up."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from manim import VGroup

from gptviz import maths
from gptviz.drawing.base.text import Numeral, Words
from gptviz.drawing.base.whole import adding_up
from gptviz.film import Film
from gptviz.film.audit import AuditReport, audit
from gptviz.recording.number import Setting, Tracked, derive, derive_each
from tests.film.conftest import row_of

LEAK = (0.0475, 0.0184, 0.0575)  # 12.34 % in all
TOKENS = (0.3335, 0.3335, 0.333)


def report(
    values: tuple[float, ...], spec: str, place: Any, whole: str = "", keep: Any = None, **said: Any
) -> AuditReport:
    """What the audit finds in a film that shows values at places, beside their sum in a format."""

    class Shows(Film):
        """Do they add up?"""

        settings = {f"v{i}": value for i, value in enumerate(values)}

        def construct(self) -> None:
            parts: list[Tracked] = [self.setting(f"v{i}") for i in range(len(values))]
            total = derive(maths.total, parts)
            shown = parts if keep is None else derive_each(keep, parts)
            group = VGroup(*[Numeral(v, spec).move_to(place(i)) for i, v in enumerate(shown)])
            fields = {name: total for name in said}
            with self.beat(said.get("total", "They are all here."), **fields):
                self.add(group)
                if whole:
                    self.add(Numeral(total, whole).move_to((4, 2, 0)))
                self.wait(0.2)

    return audit(Shows, {}, "shows")


def row(i: int) -> list[float]:
    return [i * 1.5, 0, 0]


def column(i: int) -> list[float]:
    return [0, -i * 0.7, 0]


def ends_of_bars(i: int) -> list[float]:
    return [(0.1, 1.7, 0.9)[i], -i * 0.7, 0]


@pytest.mark.parametrize("place", [row, column, ends_of_bars])
def test_parts_beside_their_whole(place: Any) -> None:
    wrong = report(LEAK, ".2f", place, ".0%")
    assert [s.text for s in wrong.sums] == ["0.05 + 0.02 + 0.06"]
    assert "beside 12\u202f%, and make 0.13" in wrong.problems[0]
    assert "maths.hundredths" in wrong.problems[0], "what helps is said"
    assert report(LEAK, ".2f", place, ".0%", keep=maths.hundredths).ok


def test_a_whole_that_is_said() -> None:
    wrong = report(LEAK, ".2f", row, total="That is {total:.0%} in all.")
    assert len(wrong.sums) == 1
    about = report(LEAK, ".2f", row, total="That is {total:~%} of it.")
    assert len(about.sums) == 1, "about twelve percent"
    assert report(LEAK, ".3f", row, total="That is {total:.0%} in all.").ok, "12.3 is 12"


def test_shares_of_one_need_no_whole_beside_them() -> None:
    """Of one recording, in one row or column; parts of several things are no shares."""

    def film(keep: bool, spread: float = 0.7) -> type[Film]:
        class Shares(Film):
            """Are these all?"""

            def construct(self) -> None:
                given = self.rec["row"]
                shares = [given.probability(i) for i in range(3)]
                shares.append(derive(maths.remainder, list(shares)))
                shown = adding_up(shares, ".1%") if keep else shares
                with self.beat("They are all here."):
                    for i, share in enumerate(shown):
                        y = -i * 0.7 - (spread if i > 1 else 0)
                        self.add(Numeral(share, ".1%").place([0, y, 0], "right"))
                    self.wait(0.2)

        return Shares

    made = row_of([-1.5, -2.25, -4.0])
    plain = [made.probability(i) for i in range(3)]
    assert sum(round(float(p), 3) for p in plain) + round(1 - sum(map(float, plain)), 3) != 1
    found = audit(film(False), {"row": made}, "shares")
    assert [s.why.split(",")[0] for s in found.sums] == ["all of one whole"]
    assert audit(film(True), {"row": made}, "shares").ok
    assert audit(film(False, 9.0), {"row": made}, "shares").ok, "apart, they are not one column"


def test_what_is_no_sum() -> None:
    """Two numbers that make a third, by their figures only; a number and nothing."""

    class Alike(Film):
        """No sums here"""

        settings = {"a": 0.104, "b": 0.104, "c": 0.20801, "zero": 0.0}

        def construct(self) -> None:
            a, b, c, zero = (self.setting(name) for name in ("a", "b", "c", "zero"))
            with self.beat("They have nothing to do with one another."):
                self.add(*[Numeral(v, ".1f").place(row(i)) for i, v in enumerate((a, b, zero))])
                self.add(Numeral(c, ".3f").place([0, 2, 0]))
                self.add(Words("{a:.1f} apart", a=a).place([0, -2, 0]))
                self.wait(0.2)

    assert audit(Alike, {}, "alike").ok


def test_what_is_written_of_shares_adds_up() -> None:
    shares = [Setting(value, "v") for value in TOKENS]
    kept = adding_up(shares, ".0%")
    assert [format(v, ".0%") for v in kept] == ["34\u202f%", "33\u202f%", "33\u202f%"]
    assert np.abs(np.array(kept) - np.array(TOKENS)).max() < 0.01
    assert adding_up(shares, ",") == shares and adding_up(shares[:2], ".1%") == shares[:2]
