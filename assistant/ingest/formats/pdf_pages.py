"""A PDF with a text layer -> the text of its pages as the document has it, and why pages are missing from it."""

import io
import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

FIRST = 3
"""Pages within which the abstract of a paper stands; a document of which one of these cannot be read is refused."""
MOST = 400
"""Pages of a document that are read."""
_RUNS = 20_000  # pieces of text of a page; a page in two columns has some 500
_RUN = 2_000  # characters of a piece
_OPERATIONS = 1_000_000  # of a page; one with large drawings has some 100,000
_WORK = 5_000_000  # operations of a document
_PARTS = 600_000  # of a stream: operations, numbers, names; drawings with more of them are passed over
_STREAM = 20_000_000  # bytes of a stream
_SECONDS = 300.0  # that the processor works on a document; 14 pages in two columns take half of one
_LIGATURES = str.maketrans(
    {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"}
    | {"\x1b": "ff", "\x1c": "fi", "\x1d": "fl", "\x1e": "ffi", "\x1f": "ffl"}
)
"""The control characters are those of LaTeX's T1 encoding, in fonts that do not say what their letters are."""


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of text of a page in one size; 0 for what does not stand upright."""

    size: float
    text: str


@dataclass(frozen=True, slots=True)
class Document:
    """What was read of a document."""

    head: tuple[tuple[Run, ...], ...]
    """The pieces of each of the first pages."""
    texts: tuple[str, ...]
    """The upright text of each page, in the order of the document, which is that of columns where it was typeset so."""
    metadata: Mapping[str, Any]
    problems: tuple[tuple[int, str], ...] = ()
    """(page from 1, why it or what follows it was not read)."""


class _TooMuchError(Exception):
    """A page has more in it than a page of a paper."""


def read(data: bytes, most: int = MOST) -> Document:
    """Read at most so many pages; raises whatever pypdf does for a document that is encrypted or damaged."""
    import pypdf

    logging.getLogger("pypdf").addHandler(logging.NullHandler())  # it warns of what it mends
    with pypdf.apply_configuration(stream_parsing_work_maximum_count=_PARTS, zlib_maximum_output_length=_STREAM):
        reader = pypdf.PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise ValueError("it is encrypted with a password")
        return _read(reader, most)


def _read(reader: Any, most: int) -> Document:
    """Read the pages of an open document."""
    head: list[tuple[Run, ...]] = []
    texts: list[str] = []
    problems: list[tuple[int, str]] = []
    count, work, latest = len(reader.pages), 0, time.process_time() + _SECONDS
    for number in range(1, min(count, most) + 1):
        try:
            runs, operations = _runs(reader.pages[number - 1], latest)
        except Exception as error:
            if number <= FIRST:
                raise
            runs, operations = [], _OPERATIONS
            problems.append((number, f"page {number} cannot be read: {reason(error)}"))
        work += operations
        if number <= FIRST:
            head.append(tuple(runs))
        texts.append(plain("".join(run.text for run in runs if run.size)))
        if (work > _WORK or time.process_time() > latest) and number < count:
            problems.append((number + 1, f"pages from {number + 1} on are not read: there is too much on those before"))
            break
    if most == MOST < count and len(texts) == most:
        problems.append((most + 1, f"pages {most + 1} to {count:,} are not read; the limit is {most} pages"))
    return Document(tuple(head), tuple(texts), dict(reader.metadata or {}), tuple(problems))


def reason(error: Exception) -> str:
    """Return why a document or a page cannot be read, for a person."""
    return " ".join(str(error).split())[:150] or type(error).__name__


def plain(text: str) -> str:
    """Return text with its ligatures spelled out."""
    return text.translate(_LIGATURES)


def upright(runs: Sequence[Run], offset: int) -> int:
    """Return which offset in the upright text of a page an offset in all of its text is; both without ligatures."""
    place = kept = 0
    for run in runs:
        length = len(plain(run.text))
        if place + length > offset:
            return kept + (offset - place) * bool(run.size)
        place += length
        kept += length * bool(run.size)
    return kept


def _runs(page: Any, latest: float) -> tuple[list[Run], int]:
    """Return the pieces of text of a page, and how many operations it took; `latest` is until when the processor may
    work on it."""
    runs: list[Run] = []
    operations = 0

    def count(*_: Any) -> None:
        nonlocal operations
        operations += 1
        is_late = not operations % 256 and time.process_time() > latest
        if operations > _OPERATIONS or len(runs) > _RUNS or is_late:
            raise _TooMuchError("it has more in it than a page of a paper")

    def visit(text: str, cm: Any, tm: Any, _: Any, size: float) -> None:
        if text:
            scale = (float(tm[0]) ** 2 + float(tm[1]) ** 2) ** 0.5 * (float(cm[0]) ** 2 + float(cm[1]) ** 2) ** 0.5
            is_upright = abs(float(tm[1])) <= abs(float(tm[0]))
            runs.append(Run(round(float(size) * scale, 1) if is_upright else 0.0, text[:_RUN]))

    page.extract_text(visitor_operand_before=count, visitor_text=visit)
    return runs, operations
