"""Paths -> sources: the lines of every file, decoded and checked one by one, or the reason a file cannot be read."""

import gzip
import io
import os
import re
import stat
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import BinaryIO

from assistant.domain.records import Rejection
from assistant.ingest.paths import check, denied, files

MEGABYTE = 1_000_000
STREAM_LIMIT = 100 * MEGABYTE
"""Of decoded bytes, for what cannot be read piece by piece: gzip, standard input, pipes."""
LINE_LIMIT = MEGABYTE

_HEAD = 8192
_KEPT = 2000  # of a line over the limit, enough to see what kind of line it is
_ESCAPED = re.compile("[\udc80-\udcff]")  # bytes that are not UTF-8, as "surrogateescape" decodes them
_NOT_TEXT = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f\udc80-\udcff]")
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_DOCUMENTS = {b"%PDF-": "a PDF document", b"PK\x03\x04": "a ZIP archive", b"SQLite format 3": "a SQLite database"}


@dataclass(frozen=True, slots=True)
class SourceLine:
    """One line without its ending; `fault` says why what it holds cannot be used."""

    number: int
    text: str
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """One readable file or stream; its lines can be read once."""

    name: str
    modified: date | None
    lines: Iterator[SourceLine]


def sources(paths: Sequence[str], stdin: BinaryIO) -> Iterator[Source | Rejection]:
    """Every file once, in the order given, directories sorted; a missing path is a UsageError, raised at once."""
    for path in paths:
        check(path)
    return _sources(paths, stdin)


def _sources(paths: Sequence[str], stdin: BinaryIO) -> Iterator[Source | Rejection]:
    for found in files(paths):
        if isinstance(found, Rejection):
            yield found
        elif found.path is None:
            yield _stream(found.name, stdin, None)
        else:
            yield _open(found.name, found.path)


def _open(name: str, path: Path) -> Source | Rejection:
    try:
        stream = path.open("rb")
        status = os.fstat(stream.fileno())
        modified = date.fromtimestamp(status.st_mtime)
        head = stream.read(_HEAD) if stat.S_ISREG(status.st_mode) else b""
    except OSError as error:
        return Rejection(name, 0, denied(error))
    if not stat.S_ISREG(status.st_mode) or head.startswith(b"\x1f\x8b"):
        with stream:
            if head:
                stream.seek(0)
            return _stream(name, stream, modified)
    if reason := _not_text(head):
        stream.close()
        return Rejection(name, 0, reason)
    stream.seek(0)
    return Source(name, modified, _lines(stream, head))


def _stream(name: str, stream: BinaryIO, modified: date | None) -> Source | Rejection:
    """Read at once, up to the limit: nothing of what is larger is used."""
    try:
        data = stream.read(STREAM_LIMIT + 1)
        if data.startswith(b"\x1f\x8b"):
            with gzip.GzipFile(fileobj=io.BytesIO(data)) as unpacked:
                data = unpacked.read(STREAM_LIMIT + 1)
    except (EOFError, zlib.error, gzip.BadGzipFile):
        return Rejection(name, 0, "is a damaged gzip file")
    except OSError as error:
        return Rejection(name, 0, denied(error))
    if len(data) > STREAM_LIMIT:
        limit = f"{STREAM_LIMIT // MEGABYTE} MB"
        return Rejection(name, 0, f"holds more than {limit} once decoded; unpack it to a file, or split it")
    if reason := _not_text(data[:_HEAD]):
        return Rejection(name, 0, reason)
    return Source(name, modified, _lines(io.BytesIO(data), data[:2]))


def _not_text(head: bytes) -> str:
    """Why a file that begins so is no text; empty for a text, even one with a few bad bytes."""
    for magic, kind in _DOCUMENTS.items():
        if head.startswith(magic):
            return f"is {kind}, not a listing"
    bad = 0 if head.startswith(_UTF16) else len(_NOT_TEXT.findall(head.decode("utf-8", "surrogateescape")))
    return "is not a listing: it is binary, or text in another encoding than UTF-8" if bad > 4 + len(head) // 10 else ""


def _lines(stream: BinaryIO, head: bytes) -> Iterator[SourceLine]:
    wide = head.startswith(_UTF16)
    encoding, errors = ("utf-16", "surrogatepass") if wide else ("utf-8-sig", "surrogateescape")
    number = 0
    with io.TextIOWrapper(stream, encoding=encoding, errors=errors, newline=None) as text:
        try:
            while line := text.readline(LINE_LIMIT + 1):
                number += 1
                yield _line(number, line, text)
        except OSError as error:
            yield SourceLine(number + 1, "", denied(error))
        except UnicodeDecodeError:
            yield SourceLine(number + 1, "", "is not valid UTF-16; nothing after it was read")


def _line(number: int, line: str, rest: io.TextIOWrapper) -> SourceLine:
    size = len(line) if len(line) * 4 < LINE_LIMIT else size_of(line)
    if size > LINE_LIMIT:
        more = line
        while not more.endswith("\n") and (more := rest.readline(LINE_LIMIT)):
            size += size_of(more)
        fault = f"line is {size / MEGABYTE:.1f} MB long; the limit is {LINE_LIMIT // MEGABYTE} MB"
        return SourceLine(number, _ESCAPED.sub("\ufffd", line[:_KEPT]), fault)
    line = line.removesuffix("\n")
    if bad := _ESCAPED.search(line):
        byte = f"0x{ord(bad[0]) - 0xDC00:02X} at character {bad.start() + 1}"
        return SourceLine(number, _ESCAPED.sub("\ufffd", line), f"is not UTF-8 text (byte {byte})")
    return SourceLine(number, line, "holds a NUL character" if "\0" in line else "")


def size_of(line: str) -> int:
    """The bytes of a line without its ending."""
    return len(line.removesuffix("\n").encode("utf-8", "replace"))
