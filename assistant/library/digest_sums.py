"""Texts in any order -> the sum of their sha256, by which one that is altered, gone or added is noticed.

Of a text that comes or goes the digest is added or taken away, and the others need not be read.
"""

import hashlib
from collections.abc import Iterable

_NONE = "0"
_MODULUS = 2**256  # of the digests, each of which is a number below it


def total(texts: Iterable[bytes], before: str = _NONE, *, minus: Iterable[bytes] = ()) -> str:
    """Return a sum `before` with the digests of `texts` added and those of `minus` taken away, in hexadecimal."""
    try:
        start = int(before, 16)
    except ValueError:  # it was damaged, and what comes of it is no sum of anything
        start = 0
    return f"{(start + sum(map(_number, texts)) - sum(map(_number, minus))) % _MODULUS:x}"


def _number(text: bytes) -> int:
    return int.from_bytes(hashlib.sha256(text).digest(), "big")
