"""`assistant enrich`: files of any format, or services -> facts that the papers of the library lack."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from assistant.cli import console, invocation, options, progress
from assistant.cli.options import LibraryOptions
from assistant.domain.errors import UsageError
from assistant.domain.records import Entry, Rejection
from assistant.domain.sanitize import one_line

if TYPE_CHECKING:
    from assistant.ingest.enrichment import Enrichment
    from assistant.library.reports import Report

_PRINTED = 20  # differences and rejected rows printed; --json has all
_SERVICES = ("arxiv", "crossref", "semantic-scholar")
_TITLE = 48  # characters of a title in the table


@click.command()
@click.argument("paths", nargs=-1)
@click.option(
    "--from",
    "services",
    type=click.Choice(_SERVICES),
    multiple=True,
    help="Ask this service about the papers that lack a full date, authors or a link.",
)
@click.option("--limit", type=click.IntRange(1), help="Ask about so many papers at most.")
@click.option("--dry-run", is_flag=True, help="Show what would be filled; change nothing.")
@options.json
@options.indexed
def enrich(
    paths: tuple[str, ...],
    services: tuple[str, ...],
    limit: int | None,
    dry_run: bool,
    as_json: bool,
    place: LibraryOptions,
) -> int:
    """PATHS are files of any format that `ingest` reads, with or without abstracts; - for standard input.

    Dates, authors, links, ids and venues are filled where they are lacking, never replaced; the titles and abstracts
    stay. A record belongs to a paper by id, or by the same title and an author in common. What disagrees is shown.

    \b
    Examples:
      assistant enrich --dry-run references.bib
      assistant enrich --from arxiv --limit 100
    """
    from assistant.app import acquisition, enriching, served
    from assistant.ingest import enrichment

    if not (paths or services):
        raise UsageError("name files, or a service with --from")
    with place.open() as library, progress.bar() as on_progress:
        to = library.settings, invocation.environment()
        with served.catalogue(*to) as catalogue:
            wanted = enriching.lacking(catalogue, limit) if services else ()
            rows = list(acquisition.facts(paths, services, wanted, invocation.environment(), console.tell, on_progress))
            entries = [row for row in rows if isinstance(row, Entry)]
            result = enrichment.enrich(enriching.subjects(catalogue, entries), entries)
        report = served.add(*to, result.entries, library.embedder, dry_run=dry_run, on_progress=on_progress)
    rejections = [*(row for row in rows if isinstance(row, Rejection)), *report.rejected]
    if as_json:
        console.record(_record(result, rejections, report))
    else:
        _show(result, rejections, report, dry_run=dry_run)
    return 0


def _record(result: "Enrichment", rejections: Iterable[Rejection], report: "Report") -> dict[str, object]:
    return {
        "gains": [
            {"id": row.paper.id, "title": row.paper.title, "field": row.field, "value": row.value, "from": row.place}
            for row in result.gains
        ],
        "differences": [
            {
                "id": row.paper.id, "title": row.paper.title, "field": row.field,
                "value": row.value, "other": row.other, "from": row.place,
            }
            for row in result.differences
        ],
        "unmatched": len(result.unmatched),
        "rejections": [{"source": row.source, "line": row.line, "reason": row.reason} for row in rejections],
        "updated": len(report.updated),
        "relisted": len(report.relisted),
    }  # fmt: skip


def _show(result: "Enrichment", rejections: list[Rejection], report: "Report", *, dry_run: bool) -> None:
    for rejection in rejections[:_PRINTED]:
        console.tell(f"rejected {rejection}")
    if len(rejections) > _PRINTED:
        console.tell(f"and {len(rejections) - _PRINTED:,} more rejected; --json names them all")
    if dry_run:
        width = max((len(_short(gain.paper.title)) for gain in result.gains), default=0)
        for gain in result.gains:
            fact = f"{gain.field:8}  {one_line(gain.value)}"
            console.lines(((f"{_short(gain.paper.title):{width}}  ", ""), (fact, "green"), (f"  {gain.place}", "dim")))
    for row in result.differences[: None if dry_run else _PRINTED]:
        sides = f"{row.field}: {one_line(row.value)} here, {one_line(row.other)} in {row.place}"
        console.tell(f"differs: “{_short(row.paper.title)}”, {sides}")
    if not dry_run and len(result.differences) > _PRINTED:
        console.tell(f"and {len(result.differences) - _PRINTED:,} more that differ; --json names them all")
    count = len({gain.paper.id for gain in result.gains})
    verb = "would gain" if dry_run else "gained"
    console.lines(
        console.plain(
            f"{count:,} papers {verb} {len(result.gains):,} facts; {len(result.differences):,} differ and stay; "
            f"{len(result.unmatched):,} records are of no paper here ({report.seconds:.1f} s)"
        )
    )


def _short(title: str) -> str:
    plain = one_line(title)
    return plain if len(plain) <= _TITLE else f"{plain[: _TITLE - 1]}…"
