"""Paths -> entries: every paper of pages, JSON lines, JSON arrays and CSV files, recognised from their content."""

import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from itertools import chain
from typing import BinaryIO

from assistant.domain.records import Entry, Rejection
from assistant.ingest.dates import page_year
from assistant.ingest.files import Source, SourceLine, sources
from assistant.ingest.formats import arrays, csv, jsonl
from assistant.ingest.formats.daily_papers import parser

__all__ = ["read"]

_SAMPLE = 20  # lines with text, of which most decide
_OBJECT = re.compile(r'\s*\{\s*"')
_OPENED = re.compile(r"\s*\{\s*$")
_ARRAY = re.compile(r"\s*\[\s*(?:\{|$|\]|\[)")
_MARKUP = re.compile(r"\s*<(?:!doctype|html|\?xml|feed|rss)\b", re.IGNORECASE)


def read(
    paths: Sequence[str], as_of: date | None, today: date, stdin: BinaryIO | None = None
) -> Iterator[Entry | Rejection]:
    """Everything the paths hold, in order. A path that does not exist is a UsageError before anything is read.

    `as_of` is the day the pages were taken, for dates without a year; "-" is `stdin`, the process's own by default.
    """
    found = sources(paths, sys.stdin.buffer if stdin is None else stdin)
    return chain.from_iterable(_held(source, as_of, today) for source in found)


def _held(source: Source | Rejection, as_of: date | None, today: date) -> Iterator[Entry | Rejection]:
    """What a source holds; that it holds nothing is said too."""
    if isinstance(source, Rejection):
        yield source
        return
    empty = True
    for row in _entries(source, as_of, today):
        empty = False
        yield row
    if empty:
        yield Rejection(source.name, 0, "holds no paper")


def _entries(source: Source, as_of: date | None, today: date) -> Iterator[Entry | Rejection]:
    sample: list[SourceLine] = []
    texts: list[str] = []
    for line in source.lines:
        sample.append(line)
        if line.text.strip():
            texts.append(line.text)
        if len(texts) == _SAMPLE:
            break
    lines = chain(sample, source.lines)
    year = page_year((), as_of=as_of, modified=source.modified, today=today)
    first = texts[0] if texts else ""
    if _MARKUP.match(first):
        yield Rejection(source.name, 0, "no paper was recognised: it is HTML or XML")
    elif _ARRAY.match(first) or _OPENED.match(first):
        yield from arrays.json_text(source.name, lines, year)
    elif 2 * sum(bool(_OBJECT.match(text)) for text in texts) > len(texts) or _OBJECT.match(first):
        yield from jsonl.json_lines(source.name, lines, year)
    elif csv.separator(first):
        yield from csv.csv_rows(source.name, lines, year)
    else:
        yield from parser.entries(replace(source, lines=lines), as_of=as_of, today=today)
