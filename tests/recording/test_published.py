"""Figures that publications printed name where they stand, and when."""

from __future__ import annotations

from gptviz.recording import published
from gptviz.recording.address import Printed


def test_a_publication_says_when_it_appeared() -> None:
    """The years are those of the papers' first appearance in the proceedings or journals named."""
    years = {
        published.LSTM: "1997",
        published.TRANSFORMER: "2017",
        published.DECODER: "2018",
        published.GPT2: "2019",
        published.GPT3: "2020",
        published.GPT4: "2023",
    }
    for source, expected in years.items():
        word = published.year(source)
        assert str(word) == expected
        assert word.address == Printed(source)
