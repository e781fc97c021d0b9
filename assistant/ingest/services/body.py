"""A response under way -> its body, unpacked, within bounds of size and time."""

import zlib
from collections.abc import Callable
from typing import TYPE_CHECKING

from assistant.domain.errors import ServiceError
from assistant.domain.sanitize import one_line

if TYPE_CHECKING:
    import httpx

LARGEST = 20_000_000
"""Bytes of an answer, unpacked; a hundred papers have about 300,000."""
_GZIP = 31  # zlib's number for gzip with its head and checksum
_PLAIN = ("", "identity")


def read(service: str, response: "httpx.Response", is_late: Callable[[], bool]) -> bytes:
    """The body of what a service answers.

    Raises `ServiceError` where it is longer than `LARGEST` bytes, packed or unpacked, or not whole when it `is_late`,
    and where it is packed in another way than once with gzip, which alone was asked for.
    """
    encoding = response.headers.get("Content-Encoding", "").strip().lower()
    if encoding not in (*_PLAIN, "gzip"):
        raise ServiceError(f"{service} packs its answer in a way that was not asked for", cause=one_line(encoding)[:80])
    unpacker = None if encoding in _PLAIN else zlib.decompressobj(_GZIP)
    pieces: list[bytes] = []
    packed = size = 0
    for raw in response.iter_raw():
        if is_late():
            raise ServiceError(f"{service} takes too long over one answer", cure="ask for fewer papers, or later")
        packed += len(raw)
        try:
            piece = unpacker.decompress(raw, LARGEST - size + 1) if unpacker else raw
        except zlib.error as error:
            raise ServiceError(f"{service} gave an answer that cannot be unpacked", cause=str(error)) from error
        size += len(piece)
        if max(packed, size) > LARGEST:
            raise ServiceError(f"{service} answered with more than {LARGEST:,} bytes", cure="ask for fewer papers")
        pieces.append(piece)
    if unpacker and packed and not unpacker.eof:
        raise ServiceError(f"{service} gave an answer that cannot be unpacked", cause="it is cut short")
    return b"".join(pieces)
