"""The write-ahead log of a catalogue -> whether SQLite reads all of it, or leaves out transactions at its end.

SQLite takes a log to end before the first frame whose checksum is wrong: that is how it tells what a crash broke off.
Where a bit has flipped, what comes after it goes without a word. https://www.sqlite.org/fileformat2.html 4.1 and 4.2.
"""

import os
import struct
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from assistant.domain import files

_HEADER, _FRAME = 32, 24  # bytes before the frames, and before each page
_LITTLE, _BIG = 0x377F0682, 0x377F0683  # how a log begins: its checksums are of words of this byte order
_ALIKE = 7  # of the eight bytes of a frame's salts that have to be those of the log: one may be damaged
_BATCH = 2_000  # frames read at once, 8 MB
_WORD = 0xFFFF_FFFF

_Words = NDArray[np.uint32]
_Sums = tuple[int, int]


class _Weights(NamedTuple):
    """What each word of a frame adds to the two sums, and what the sums before it become, as SQLite's rule for a pair
    of words (s0 += a + s1; s1 += b + s0) makes it of many pairs, modulo 2**32."""

    first: _Words
    second: _Words
    power: tuple[int, int, int, int]


def sound_bytes(log: Path, page: int) -> int | None:
    """Return how many bytes of a log with pages of `page` bytes are sound, where the end of a transaction comes after
    them; None where all of it can be read.

    It may also come after them where the machine lost its power before the transaction was acknowledged. Raises
    `OSError`.
    """
    with files.open_regular(log) as file:
        header = file.read(_HEADER)
        salts = header[16:24]
        order = {_LITTLE: "<u4", _BIG: ">u4"}.get(int.from_bytes(header[:4], "big"), "<u4")
        sums = _add((0, 0), np.frombuffer(header[:24].ljust(24), order)[np.newaxis], _weights(3))[0]
        is_sound = len(header) == _HEADER and sums == struct.unpack(">II", header[24:])
        if not is_sound and not (salts := _salts(file.read(_FRAME))):
            return None
        sound = _HEADER if is_sound else 0
        file.seek(_HEADER, os.SEEK_SET)
        weights, size = _weights((8 + page) // 8), _FRAME + page
        batch, others = b".", 0
        while batch:
            batch = file.read(_BATCH * size)
            count = len(batch) // size
            frames = np.frombuffer(batch[: count * size], np.uint8).reshape(count, size)
            summed = np.ascontiguousarray(np.delete(frames, np.s_[8:_FRAME], axis=1)).view(order)
            totals = _add(sums, summed, weights) if count else []
            for frame, sums in zip(frames, totals, strict=True):
                own = bytes(frame[:_FRAME])
                is_sound = is_sound and own[8:16] == salts and struct.unpack(">II", own[16:]) == sums
                are_alike = sum(one == other for one, other in zip(own[8:16], salts, strict=True)) >= _ALIKE
                if not is_sound and are_alike and own[4:8] != bytes(4):
                    return sound
                others = 0 if are_alike else others + 1
                if others > 1:  # what is left of an earlier log, over which this one is being written
                    return None
                sound += size if is_sound else 0
    return None


def _salts(frame: bytes) -> bytes:
    return frame[8:16] if len(frame) == _FRAME else b""


def _weights(pairs: int) -> _Weights:
    """Return the weights of a text of so many pairs of words, of which the last weighs least."""
    m = (1, 0, 0, 1)  # a power of the matrix ((1, 1), (1, 2)), by which a pair turns the sums
    first, second = [], []
    for _ in range(pairs):
        first += [m[1], (m[0] + m[1]) & _WORD]  # from the last word to the first: b, then a
        second += [m[3], (m[2] + m[3]) & _WORD]
        turned = (m[0] + m[1], m[0] + 2 * m[1], m[2] + m[3], m[2] + 2 * m[3])
        m = (turned[0] & _WORD, turned[1] & _WORD, turned[2] & _WORD, turned[3] & _WORD)
    return _Weights(np.array(first[::-1], np.uint32), np.array(second[::-1], np.uint32), m)


def _add(sums: _Sums, texts: NDArray[np.uint32], weights: _Weights) -> list[_Sums]:
    """Return the sums after each text, one a row, when they are summed one after the other."""
    words = texts.astype(np.uint32)
    a, b, c, d = weights.power
    totals: list[_Sums] = []
    added = [(words * weight).sum(1, np.uint32) for weight in (weights.first, weights.second)]
    for first, second in zip(*added, strict=True):
        s0, s1 = sums
        sums = (a * s0 + b * s1 + int(first)) & _WORD, (c * s0 + d * s1 + int(second)) & _WORD
        totals.append(sums)
    return totals
