"""Captions never overlap and never leave the film; what is said is data."""

from __future__ import annotations

import re
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from gptviz.render.captions import Cue, cues, subrip, webvtt

TIMES = st.floats(min_value=0, max_value=20_000, allow_nan=False)
LINES = st.lists(st.text(max_size=50), max_size=3)
SAYING = st.builds(lambda lines, at: [*lines[:at], "x", *lines[at:]], LINES, st.integers(0, 3))
BEATS = st.lists(
    st.builds(
        lambda times, one, two: {
            "start": times[0],
            "end": times[2],
            "captions": [
                {"start": times[0], "lines": one},
                {"start": times[1], "lines": two},
            ],
        },
        st.tuples(TIMES, TIMES, TIMES).map(sorted),
        LINES,
        LINES,
    ),
    max_size=12,
)


@given(beats=BEATS, duration=TIMES)
def test_cues_are_in_order_and_inside_the_film(
    beats: list[dict[str, object]], duration: float
) -> None:
    found = cues(beats, duration)
    assert all(0 <= cue.start < cue.end <= duration + 1e-8 for cue in found)
    assert all(first.end <= second.start for first, second in pairwise(found))
    times = [
        _seconds(*match)
        for match in re.findall(r"^(\d+):(\d\d):(\d\d)[.](\d{3}) --> ", webvtt(found), re.M)
    ]
    assert len(times) == len(found) and times == sorted(times)


def test_what_ends_a_caption_behind_its_beat_ends_none_of_the_next() -> None:
    first = [{"start": 0.0, "lines": ["One."]}, {"start": 7.0, "lines": []}]
    second = [{"start": 6.0, "lines": ["Two."]}, {"start": 13.0, "lines": []}]
    beats = [
        {"start": 0.0, "end": 6.0, "captions": first},
        {"start": 6.0, "end": 12.0, "captions": second},
    ]
    assert cues(beats, 12.0) == [Cue(0.0, 6.0, ("One.",)), Cue(6.0, 12.0, ("Two.",))]


@given(lines=SAYING)
def test_no_text_can_end_a_cue_or_begin_another(lines: list[str]) -> None:
    for text, cue_line in (
        (subrip([Cue(1, 2, tuple(lines))]), "00:00:01,000 --> 00:00:02,000"),
        (webvtt([Cue(1, 2, tuple(lines))]), "00:00:01.000 --> 00:00:02.000"),
    ):
        head, _, rest = text.partition(cue_line + "\n")
        assert text.count("\n\n") == (2 if head.startswith("WEBVTT") else 1) and rest.endswith(
            "\n\n"
        )
        if head.startswith("WEBVTT"):
            assert "-->" not in rest and "<" not in rest


def test_as_players_read_them() -> None:
    two = cues(
        [
            {"end": 2.5, "captions": [{"start": 0.0, "lines": ["One & <two>"]}]},
            {"end": 3725.5, "captions": [{"start": 2.4, "lines": ["a", "b"]}]},
        ],
        3725.5,
    )
    assert subrip(two) == (
        "1\n00:00:00,000 --> 00:00:02,400\nOne & <two>\n\n"
        "2\n00:00:02,400 --> 01:02:05,500\na\nb\n\n"
    )
    assert webvtt(two).startswith(
        "WEBVTT\n\n00:00:00.000 --> 00:00:02.400\nOne &amp; &lt;two&gt;\n\n"
    )


def _seconds(hours: str, minutes: str, seconds: str, thousandths: str) -> float:
    return int(hours) * 3600 + int(minutes) * 60 + int(seconds) + int(thousandths) / 1000
