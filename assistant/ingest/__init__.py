"""Paths -> entries: every paper of pages, bibliographies, tables, documents and answers, by their content."""

import io
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import date
from itertools import chain
from typing import BinaryIO

from assistant.domain.errors import UsageError
from assistant.domain.records import Entry, Rejection
from assistant.ingest.files import Source, sources
from assistant.ingest.formats import FORMATS, Format, ReadContext, recognise
from assistant.ingest.paths import STANDARD_INPUT, read_failure

__all__ = ["FORMATS", "Format", "ReadContext", "read"]


def read(
    paths: Sequence[str],
    as_of: date | None,
    today: date,
    stdin: BinaryIO | None = None,
    *,
    formats: Sequence[Format] = FORMATS,
    needs_abstracts: bool = True,
) -> Iterator[Entry | Rejection]:
    """Everything the paths hold, in order. A path that does not exist is a `UsageError` before anything is read.

    `as_of` is the day the pages were taken, for dates without a year; "-" is `stdin`, the process's own by default.
    The first of `formats` that recognises a source reads it. A paper without an abstract is refused where these are
    needed.
    """
    context = ReadContext(as_of, today, needs_abstracts)
    if stdin is None and sys.stdin is not None:
        stdin = sys.stdin.buffer
    if stdin is None and STANDARD_INPUT in paths:
        raise UsageError("standard input is closed", cure="give it something to read, such as < FILE")
    inputs = sources(paths, stdin or io.BytesIO())
    return chain.from_iterable(_entries(source, context, formats) for source in inputs)


def _entries(
    source: Source | Rejection, context: ReadContext, formats: Sequence[Format]
) -> Iterator[Entry | Rejection]:
    """What a source holds; where it holds nothing, that is said too."""
    if isinstance(source, Rejection):
        yield source
        return
    with closing(source.stream):
        format = recognise(source.head, formats)
        if format is None:
            yield Rejection(source.name, 0, source.head.binary or "no paper was recognised")
            return
        empty = True
        try:
            for row in format.read(source, context):
                empty = False
                yield row
        except OSError as error:
            yield Rejection(source.name, 0, read_failure(error))
            return
    if empty:
        yield Rejection(source.name, 0, "holds no paper")
