"""`assistant search`: queries -> the nearest papers, as text or JSON."""

import time
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from assistant.cli import console, options
from assistant.cli.options import FilterOptions, LibraryOptions
from assistant.cli.output import OutputOptions, output
from assistant.cli.views import papers as views
from assistant.domain.errors import UsageError
from assistant.domain.limits import bounded_lines

if TYPE_CHECKING:
    from assistant.app.handle import Library
    from assistant.domain.records import Evidence

_SNIPPET = 240  # characters


@click.command()
@click.argument("query", required=False)
@options.top_k(10, 10_000, "How many papers at most.")
@output
@options.stdin
@options.filters
@options.indexed
def search(
    query: str | None,
    limit: int,
    output: OutputOptions,
    from_stdin: bool,
    papers: FilterOptions,
    place: LibraryOptions,
) -> int:
    """QUERY is any words; words after `--` may begin with a dash.

    \b
    Examples:
      assistant search "reward hacking" -k 5
      assistant search --since 2024 --json "long context"
      assistant search "reward hacking" -o reading.bib
      assistant search --stdin --json --top-k 100 < queries.txt
    """
    if output.is_document and from_stdin:
        raise UsageError(f"--format {output.name} makes one document of one query", cure="leave out --stdin")
    are_empty: list[bool] = []
    with place.open() as library:
        ids = library.admitted(papers.filter())
        for words in queries(query, from_stdin):
            began = time.perf_counter()
            hits = library.nearest(words, limit, ids)
            are_empty.append(not hits)
            seconds = time.perf_counter() - began
            if output.is_document:
                _publish(library, words, hits, output)
            elif output.as_json:
                records = [hit_record(hit) for hit in hits]
                console.record({"query": words, "hits": records, "seconds": round(seconds, 4)})
            else:
                console.lines(*([console.heading(words)] if from_stdin else []), *views.ranked(hits))
    return 3 if are_empty and all(are_empty) else 0


def _publish(library: "Library", words: str, evidence: "Sequence[Evidence]", output: OutputOptions) -> None:
    from assistant.publishing import reports

    output.publish(reports.of_evidence(words, evidence, library.citation_keys))


def queries(query: str | None, from_stdin: bool) -> Iterable[str]:
    """Return the argument, or the lines of standard input that are not blank; raises `UsageError`."""
    if from_stdin and query is None:
        return _lines(console.typed())
    if query is None or from_stdin:
        raise UsageError("give one question as an argument, or many with --stdin, one a line")
    if not query.strip():
        raise UsageError("the question is empty")
    return [query]


def _lines(stream: BinaryIO) -> Iterator[str]:
    for raw in bounded_lines(stream):
        if line := raw.decode("utf-8", "replace").strip():
            yield line


def hit_record(evidence: "Evidence") -> dict[str, Any]:
    """Return a paper that was found as JSON."""
    paper = evidence.paper
    return {
        "id": paper.id,
        "title": paper.title,
        "date": paper.day,
        "date_inferred": paper.date_inferred,
        "score": round(evidence.score, 6),
        "snippet": paper.abstract[:_SNIPPET],
    }
