"""`assistant search`: queries -> the nearest papers, as text or JSON."""

import sys
import time
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

import click

from assistant.cli import console, options
from assistant.cli.views import papers
from assistant.domain.errors import UsageError

_SNIPPET = 240  # characters


@click.command()
@click.argument("query", required=False)
@options.limit(10)
@options.json
@options.stdin
@options.filters
@options.library
def search(
    query: str | None,
    limit: int,
    as_json: bool,
    from_stdin: bool,
    since: date | None,
    until: date | None,
    source: str | None,
    **named: str | None,
) -> int:
    """Find the papers nearest to QUERY.

    \b
    Examples:
      assistant search "reward hacking" -k 5
      assistant search --since 2024 --json "long context"
      assistant search --stdin --json -k 100 < queries.txt
    """
    from assistant import app
    from assistant.retrieval import retriever

    environment = app.environment()
    chosen = app.load_settings(environment, library=named["library"], embedder=named["embedder"])
    embedder = app.embedder(chosen, environment)
    empty: list[bool] = []
    with app.library(chosen, environment, embedder, console.tell) as library:
        allowed = options.admitted(library, since, until, source)
        for words in queries(query, from_stdin):
            began = time.perf_counter()
            found = retriever.search(library, embedder, words, limit, allowed)
            empty.append(not found)
            seconds = time.perf_counter() - began
            if as_json:
                console.record({"query": words, "hits": [_hit(item) for item in found], "seconds": round(seconds, 4)})
            else:
                console.lines(*([console.heading(words)] if from_stdin else []), *papers.ranked(found))
    return 3 if empty and all(empty) else 0


def queries(query: str | None, from_stdin: bool) -> Iterable[str]:
    """Return what was asked: the argument, or the lines of standard input that are not blank; raises `UsageError`."""
    if from_stdin and query is None:
        return _lines()
    if query is None or from_stdin:
        raise UsageError("give one question as an argument, or many with --stdin, one a line")
    if not query.strip():
        raise UsageError("the question is empty")
    return [query]


def _lines() -> Iterator[str]:
    for raw in sys.stdin.buffer:
        if line := raw.decode("utf-8", "replace").strip():
            yield line


def _hit(item: Any) -> dict[str, Any]:
    paper = item.paper
    return {
        "id": paper.id,
        "title": paper.title,
        "date": paper.day,
        "date_inferred": paper.date_inferred,
        "score": round(item.score, 6),
        "snippet": paper.abstract[:_SNIPPET],
    }
