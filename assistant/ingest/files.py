"""Paths -> sources: the bytes and the checked text lines of every file, or the reason a file cannot be read."""

import gzip
import io
import os
import re
import stat
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain
from pathlib import Path
from typing import BinaryIO

from assistant.domain.records import Rejection
from assistant.ingest.fields import HALF_CHARACTER
from assistant.ingest.paths import files, read_failure, require_path

MEGABYTE = 1_000_000
STREAM_LIMIT = 100 * MEGABYTE
"""Decoded bytes of what cannot be read piece by piece: gzip, standard input, pipes, one JSON text."""
LINE_LIMIT = MEGABYTE

_HEAD_BYTES = 8192
_HEAD_LINES = 20  # with text
_FAULTY_LENGTH = 2000  # characters of a line over the limit, enough to see what kind of line it is
_GZIP = b"\x1f\x8b"
_SURROGATE = re.compile("[\ud800-\udfff]")  # halves of characters in UTF-16; in UTF-8, bytes that are not UTF-8
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
class Head:
    """The beginning of a source, by which a format knows its own."""

    data: bytes
    """The first 8,192 bytes, or as many as there are."""
    lines: tuple[str, ...]
    """The first 20 lines that are not blank, decoded; none where the source is binary."""
    binary: str = ""
    """What is said of a source that is no text where no format takes it; "" for text."""

    @property
    def first_line(self) -> str:
        """The first line that is not blank; "" where there is none."""
        return self.lines[0] if self.lines else ""


@dataclass(frozen=True, slots=True)
class Source:
    """One readable file or stream; its reader takes the lines or the bytes, once."""

    name: str
    modified: date | None
    """The day the file was last changed; None for standard input, and for a day that no calendar has."""
    head: Head
    lines: Iterator[SourceLine]
    """Every line from the first on, decoded and checked."""
    stream: BinaryIO
    size_limit: int = STREAM_LIMIT
    """Bytes that a reader may hold at once."""

    def rewound(self) -> BinaryIO:
        """The bytes from the first on, unpacked where the file is gzip; after this the lines are lost."""
        self.stream.seek(0)
        return self.stream


def sources(paths: Sequence[str], stdin: BinaryIO, size_limit: int = STREAM_LIMIT) -> Iterator[Source | Rejection]:
    """Every file once, in the order given, directories sorted; whoever takes a source closes its `stream`.

    Raises a `UsageError` at once where there is nothing at one of the paths.
    """
    for path in paths:
        require_path(path)
    return _sources(paths, stdin, size_limit)


def in_memory(name: str, data: bytes, size_limit: int = STREAM_LIMIT) -> Source:
    """A source of bytes that came from elsewhere."""
    return _source(name, None, data[:_HEAD_BYTES], io.BytesIO(data), size_limit)


def size_of(line: str) -> int:
    """The bytes of a line without its ending."""
    return len(line.removesuffix("\n").encode("utf-8", "replace"))


def _sources(paths: Sequence[str], stdin: BinaryIO, size_limit: int) -> Iterator[Source | Rejection]:
    for file in files(paths):
        if isinstance(file, Rejection):
            yield file
        elif file.path is None:
            yield _read_stream(file.name, stdin, None, size_limit)
        else:
            yield _open(file.name, file.path, size_limit)


def _open(name: str, path: Path, size_limit: int) -> Source | Rejection:
    try:
        stream = path.open("rb")
        status = os.fstat(stream.fileno())
        modified = _day(status.st_mtime)
        data = stream.read(_HEAD_BYTES) if stat.S_ISREG(status.st_mode) else b""
    except OSError as error:
        return Rejection(name, 0, read_failure(error))
    if not stat.S_ISREG(status.st_mode) or data.startswith(_GZIP):
        with stream:
            if data:
                stream.seek(0)
            return _read_stream(name, stream, modified, size_limit)
    return _source(name, modified, data, stream, size_limit)


def _day(seconds: float) -> date | None:
    """The day of a time since 1970, None before the year 1 and after 9999."""
    try:
        return date.fromtimestamp(seconds)
    except (ValueError, OverflowError, OSError):
        return None


def _read_stream(name: str, stream: BinaryIO, modified: date | None, size_limit: int) -> Source | Rejection:
    """Read at once, up to the limit: nothing of what is larger is used."""
    try:
        data = stream.read(size_limit + 1)
        if data.startswith(_GZIP):
            with gzip.GzipFile(fileobj=io.BytesIO(data)) as unpacked:
                data = unpacked.read(size_limit + 1)
    except (EOFError, zlib.error, gzip.BadGzipFile):
        return Rejection(name, 0, "is a damaged gzip file")
    except OSError as error:
        return Rejection(name, 0, read_failure(error))
    if len(data) > size_limit:
        limit = f"{size_limit // MEGABYTE} MB"
        return Rejection(name, 0, f"holds more than {limit} once decoded; unpack it to a file, or split it")
    return _source(name, modified, data[:_HEAD_BYTES], io.BytesIO(data), size_limit)


def _source(name: str, modified: date | None, data: bytes, stream: BinaryIO, size_limit: int) -> Source:
    """The head is looked at, and the lines of it are given again."""
    stream.seek(0)
    binary = _binary_kind(data)
    lines = _lines(stream, data)
    sample: list[SourceLine] = []
    texts: list[str] = []
    while not binary and len(texts) < _HEAD_LINES and (line := next(lines, None)) is not None:
        sample.append(line)
        if line.text.strip():
            texts.append(line.text)
    return Source(name, modified, Head(data, tuple(texts), binary), chain(sample, lines), stream, size_limit)


def _binary_kind(data: bytes) -> str:
    """What a file that begins so is, where that is no text; "" for a text, even one with a few bad bytes."""
    for magic, kind in _DOCUMENTS.items():
        if data.startswith(magic):
            return f"is {kind}, not a listing"
    bad = 0 if data.startswith(_UTF16) else len(_NOT_TEXT.findall(data.decode("utf-8", "surrogateescape")))
    return "is not a listing: it is binary, or text in another encoding than UTF-8" if bad > 4 + len(data) // 10 else ""


def _lines(stream: BinaryIO, data: bytes) -> Iterator[SourceLine]:
    wide = data.startswith(_UTF16)
    encoding, errors = ("utf-16", "surrogatepass") if wide else ("utf-8-sig", "surrogateescape")
    number = 0
    text = io.TextIOWrapper(stream, encoding=encoding, errors=errors, newline=None)
    try:
        while line := text.readline(LINE_LIMIT + 1):
            number += 1
            yield _line(number, line, text, wide=wide)
    except OSError as error:
        yield SourceLine(number + 1, "", read_failure(error))
    except UnicodeDecodeError:
        yield SourceLine(number + 1, "", "is not valid UTF-16; nothing after it was read")
    finally:
        if not stream.closed:
            text.detach()  # or it would close the stream, whose bytes may still be read


def _line(number: int, line: str, rest: io.TextIOWrapper, *, wide: bool) -> SourceLine:
    """Check a line; `wide` text is UTF-16, of other text a byte that is not UTF-8 comes as a "surrogateescape"."""
    size = len(line) if len(line) * 4 < LINE_LIMIT else size_of(line)
    if size > LINE_LIMIT:
        more = line
        while not more.endswith("\n") and (more := rest.readline(LINE_LIMIT)):
            size += size_of(more)
        fault = f"line is {size / MEGABYTE:.1f} MB long; the limit is {LINE_LIMIT // MEGABYTE} MB"
        return SourceLine(number, _SURROGATE.sub("\ufffd", line[:_FAULTY_LENGTH]), fault)
    line = line.removesuffix("\n")
    if bad := _SURROGATE.search(line):
        place = f"at character {bad.start() + 1}"
        fault = (
            f"{HALF_CHARACTER}, {place}" if wide else f"is not UTF-8 text (byte 0x{ord(bad[0]) - 0xDC00:02X} {place})"
        )
        return SourceLine(number, _SURROGATE.sub("\ufffd", line), fault)
    return SourceLine(number, line, "holds a NUL character" if "\0" in line else "")
