"""Frames that repeat the one before, without an encoder.

Two thirds of a film stand still, so that it can be read. x264 spends 6 ms of CPU on each such frame
at 1080 lines to find that nothing changed. What it then writes is known beforehand: a picture in
which every macroblock is skipped, some 20 bytes. Here these bytes are written at once, for the
picture that was shown last. A decoder copies that picture; the film has all its frames, at a
constant rate.

Without arithmetic coding the code of skipped macroblocks is one number: how many there are. So
these pictures have a parameter set of their own, which leaves that coding out.

Source: ITU-T Rec. H.264 (08/2021): NAL units 7.3.1, sequence and picture parameter sets 7.3.2.1.1
and 7.3.2.2, slice headers 7.3.3, reference list modification 7.3.3.1 and 8.2.4.3.1, skipped
macroblocks 7.3.4 and 8.4.1.1, Exp-Golomb codes 9.1.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_SLICE, _IDR, _SEQUENCE = 1, 5, 7  # types of NAL units
_START = b"\x00\x00\x00\x01"
_WITH_CHROMA = {100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135}  # profiles
PICTURE_SET = 1  # number of our picture parameter set; x264's is 0


@dataclass(frozen=True)
class Layout:
    """What slice headers of a stream look like: bits of frame numbers and of picture order;
    macroblocks a picture."""

    number_bits: int
    order_bits: int
    macroblocks: int


@dataclass(frozen=True)
class _Picture:
    number: int
    order: int
    reference: bool


class Repeater:
    """Follows the packets of one encoder and continues its stream with pictures that repeat the
    last one shown."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._last: _Picture | None = None  # of those shown so far, the one shown last
        self._shown = -1
        self._number = 0  # of the reference picture decoded last

    def saw(self, packet: bytes, time: int) -> None:
        """Takes note of a packet (in the order of decoding), shown at ``time``."""
        for unit in units(packet):
            if unit[0] & 31 in (_SLICE, _IDR):
                picture = self._read(unit)
                if picture.reference:
                    self._number = picture.number
                if time > self._shown:
                    self._last, self._shown = picture, time

    def repeat(self) -> bytes | None:
        """The packet of one more picture, a repetition of the last; None where that cannot be
        referred to."""
        last, layout = self._last, self._layout
        if last is None or not last.reference:
            return None
        number = (self._number + 1) % (1 << layout.number_bits)
        order = (last.order + 2) % (1 << layout.order_bits)
        back = (number - last.number) % (1 << layout.number_bits)
        bits = Bits()
        bits.exp(0).exp(5).exp(PICTURE_SET)  # first macroblock, P slices only, parameter set
        bits.put(number, layout.number_bits).put(order, layout.order_bits)
        bits.put(0, 1)  # as many references as the set says: one
        if back == 1:
            bits.put(0, 1)
        else:
            bits.put(1, 1).exp(0).exp(back - 1).exp(
                3
            )  # not the one decoded last, but the one shown last
        bits.put(0, 1)  # references leave in the order in which they came
        bits.exp(0).exp(1)  # quantiser as in the set; no deblocking
        bits.exp(layout.macroblocks)  # all of them skipped
        self._last, self._shown, self._number = (
            _Picture(number, order, True),
            self._shown + 1,
            number,
        )
        return _START + bytes([0b01 << 5 | _SLICE]) + bits.payload()

    def _read(self, unit: bytes) -> _Picture:
        bits = Reader(unit)
        bits.exp(), bits.exp(), bits.exp()
        number = bits.get(self._layout.number_bits)
        if unit[0] & 31 == _IDR:
            bits.exp()
        return _Picture(number, bits.get(self._layout.order_bits), bool(unit[0] >> 5 & 3))


def picture_set() -> bytes:
    """The picture parameter set (with its start code) of repeated pictures: no arithmetic coding,
    one reference."""
    bits = Bits().exp(PICTURE_SET).exp(0)
    bits.put(0, 1).put(0, 1).exp(
        0
    )  # variable-length codes, no bottom field's order, one group of slices
    bits.exp(0).exp(0)  # one reference in either list
    bits.put(0, 1).put(0, 2)  # no weighted prediction
    bits.exp(0).exp(0).exp(0)  # quantisers (0 coded: 26), chroma offset
    bits.put(1, 1).put(0, 1).put(0, 1)  # slices may switch deblocking off; nothing else
    return _START + bytes([0b11 << 5 | 8]) + bits.payload()


def layout(extradata: bytes) -> Layout | None:
    """The layout of a stream from its parameter sets; None where it is one whose repetitions are
    not known here."""
    for unit in units(extradata):
        if unit[0] & 31 == _SEQUENCE:
            return _layout(Reader(unit))
    return None


def _layout(bits: Reader) -> Layout | None:
    profile = bits.get(8)
    bits.get(16)
    bits.exp()
    if profile in _WITH_CHROMA:
        chroma = bits.exp()
        if chroma == 3:
            bits.get(1)
        bits.exp(), bits.exp(), bits.get(1)
        if bits.get(1):  # scaling matrices of its own
            return None
    number_bits = bits.exp() + 4
    if bits.exp() != 0:  # the kind of picture order that x264 uses with B pictures
        return None
    order_bits = bits.exp() + 4
    bits.exp(), bits.get(1)
    macroblocks = (bits.exp() + 1) * (bits.exp() + 1)
    return (
        Layout(number_bits, order_bits, macroblocks) if bits.get(1) else None
    )  # whole frames, no fields


def units(stream: bytes) -> list[bytes]:
    """The NAL units of a stream with start codes, without these."""
    return [unit for unit in re.split(rb"\x00?\x00\x00\x01", stream) if unit]


class Bits:
    """Bits to be written."""

    def __init__(self) -> None:
        self._bits: list[str] = []

    def put(self, value: int, count: int) -> Bits:
        """A number in a fixed number of bits."""
        self._bits.append(format(value, f"0{count}b"))
        return self

    def exp(self, value: int) -> Bits:
        """A number in an Exp-Golomb code."""
        digits = format(value + 1, "b")
        self._bits.append("0" * (len(digits) - 1) + digits)
        return self

    def payload(self) -> bytes:
        """The bits with their end mark, as the bytes of a NAL unit: none of its parts looks like a
        start code."""
        bits = "".join(self._bits) + "1"
        bits += "0" * (-len(bits) % 8)
        raw = int(bits, 2).to_bytes(len(bits) // 8, "big")
        return re.sub(rb"\x00\x00(?=[\x00-\x03])", b"\x00\x00\x03", raw)


class Reader:
    """Bits of a NAL unit, after its first byte."""

    def __init__(self, unit: bytes) -> None:
        raw = re.sub(rb"\x00\x00\x03", b"\x00\x00", unit[1:64])  # headers are shorter than that
        self._bits, self._at = "".join(format(byte, "08b") for byte in raw), 0

    def get(self, count: int) -> int:
        """A number of some bits."""
        self._at += count
        return int(self._bits[self._at - count : self._at], 2)

    def exp(self) -> int:
        """A number in an Exp-Golomb code."""
        zeros = self._bits.index("1", self._at) - self._at
        self._at += zeros
        return self.get(zeros + 1) - 1
