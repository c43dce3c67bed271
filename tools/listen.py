"""An independent ear: ``python tools/listen.py [FILM.mp4 ...]`` writes down what it hears in
published films that speak (by default all in media/videos), and counts the words that it got wrong.

The ear is pocketsphinx with the English model that its wheel carries: no network, and nothing that
the voices were made with. It mishears a good tenth of what people say, technical words above all,
so the figure is for comparing: a sentence far worse than the rest cannot be understood. Each
sentence is heard alone, cut out of the film's own sound track by the times in its manifest.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pocketsphinx import Decoder
from scipy.signal import resample_poly

from gptviz.voice.sound import RATE, Sound, read

EAR = 16_000  # samples a second that its model was trained on
BAD = 0.6  # share of a sentence's words, from which it is printed


@dataclass(frozen=True)
class Heard:
    """A sentence as it was said and as it was heard."""

    said: str
    heard: str

    @property
    def words(self) -> int:
        return len(plain(self.said))

    @property
    def wrong(self) -> int:
        """Words that are missing, added or another."""
        return distance(plain(self.said), plain(self.heard))


class Ear:
    """Writes down one sentence after another."""

    def __init__(self) -> None:
        self._decoder = Decoder(samprate=EAR, loglevel="FATAL")

    def hear(self, sound: Sound) -> str:
        """The words of a sound; nothing where none is heard."""
        quiet = np.pad(sound, (RATE // 4, RATE // 4))
        samples = np.clip(resample_poly(quiet, EAR, RATE), -1, 1)
        self._decoder.start_utt()
        self._decoder.process_raw((samples * 32767).astype("<i2").tobytes(), full_utt=True)
        self._decoder.end_utt()
        found = self._decoder.hyp()
        return found.hypstr if found else ""


def plain(text: str) -> list[str]:
    """Words as they are compared: small letters, no marks."""
    return re.findall(r"[a-z0-9']+", text.lower().replace("\u2019", "'"))


def distance(one: Sequence[str], other: Sequence[str]) -> int:
    """How many words must be added, left out or replaced (Levenshtein)."""
    row = list(range(len(other) + 1))
    for i, word in enumerate(one, 1):
        left = [i]
        for j, against in enumerate(other, 1):
            left.append(min(row[j] + 1, left[-1] + 1, row[j - 1] + (word != against)))
        row = left
    return row[-1]


def rate(heard: Sequence[Heard]) -> float:
    """The word error rate of several sentences."""
    return sum(each.wrong for each in heard) / max(sum(each.words for each in heard), 1)


def listen(film: Path, ear: Ear) -> Iterator[Heard]:
    """The sentences of a published film, heard in its sound track."""
    sound = read(film)
    told = json.loads(film.with_suffix(".json").read_text(encoding="utf-8"))
    for section in told["sections"]:
        for sentence in section["sentences"]:
            begin, end = (round(sentence[name] * RATE) for name in ("start", "end"))
            yield Heard(sentence["text"], ear.hear(sound[begin:end]))


def speaks(film: Path) -> bool:
    """Whether a published film has sound."""
    told = json.loads(film.with_suffix(".json").read_text(encoding="utf-8"))
    return "sound" in told["video"]


def main() -> None:
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("films", nargs="*", type=Path, help="published .mp4 files")
    films = given.parse_args().films or sorted(Path("media/videos").rglob("*.mp4"))
    ear, everything = Ear(), list[Heard]()
    for film in filter(speaks, films):
        heard = list(listen(film, ear))
        everything += heard
        print(f"{film.stem}: {rate(heard):.0%} of {sum(h.words for h in heard)} words misheard")
        for each in heard:
            if each.wrong > BAD * each.words:
                print(f"  said:  {each.said}\n  heard: {each.heard}")
    print(f"all: {rate(everything):.0%} of {sum(h.words for h in everything)} words misheard")


if __name__ == "__main__":
    main()
