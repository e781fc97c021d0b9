"""`assistant status`: a library -> its counts, whether it is sound, and what cures it."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from assistant.cli import console, invocation, options, progress
from assistant.cli.commands import served_status
from assistant.cli.options import LibraryOptions
from assistant.cli.views import sources as views
from assistant.domain.errors import LibraryError, MissingModelError
from assistant.domain.sanitize import one_line

if TYPE_CHECKING:
    from assistant.app import sources
    from assistant.domain.settings import Settings
    from assistant.library import health
    from assistant.library.snapshot import LibrarySnapshot


_UNVOUCHED = (
    "none yet: made by an older version, so that only titles, abstracts and the lengths of vectors are compared; "
    "`assistant ingest` or `assistant reindex` adds them, to what is there then"
)


@click.command()
@click.option("--deep", is_flag=True, help="Also check what takes time: every vector of the vector index.")
@options.json
@options.indexed
def status(deep: bool, as_json: bool, place: LibraryOptions) -> int:
    """Every text, listing and vector of the catalogue and every index file is compared with its checksum, and a sample
    of the vector index with the catalogue; --deep compares all of it, and has SQLite check its own indexes too.

    Ends with 6 where nothing can be asked or papers are damaged, with 0 where damaged indexes are worked around.

    \b
    Examples:
      assistant status
      assistant status --deep
      assistant status --json --library papers-2024
    """
    from assistant import app
    from assistant.app import sources

    environment, settings = invocation.environment(), place.open().settings
    embedder, reranker = sources.embedder(settings, environment), sources.reranker(settings, environment)
    app.model(settings, environment)  # raises where its endpoint's address is none: nothing could be asked
    if settings.vectors is not None:
        return served_status.show(settings, {"embedder": embedder, "reranker": reranker}, deep=deep, as_json=as_json)
    with app.library(settings, environment, None, console.tell, heal=False) as library:
        papers, listings = library.catalogue.count()
        faults = _faults(library, settings, environment, deep=deep)
        facts: dict[str, object] = {
            "library": str(library.folder),
            "papers": papers,
            "listings": listings,
            **_texts(library),
            **_tail(library),
            "fingerprint": library.fingerprint,
            "checksums": library.catalogue.version() > 1,
            "healthy": not faults,
            "problems": [fault.problem for fault in faults],
            "cures": list(dict.fromkeys(fault.cure for fault in faults)),
            "chroma": str(library.vector_index_folder),
            "model": settings.model,
            "embedder": asdict(embedder),
            "reranker": asdict(reranker),
        }
    if as_json:
        console.record(facts)
    else:
        _print(facts, faults, {"embedder": embedder, "reranker": reranker})
    return 0 if all(fault.answered for fault in faults) else LibraryError.exit_code


def _texts(library: "LibrarySnapshot") -> dict[str, object]:
    """Return how many chunks there are, how many full texts, and passages of these."""
    from assistant.library import full_texts

    counts = full_texts.counts(library.catalogue)
    return {"chunks": library.chunks, "full_texts": len(counts), "passages": sum(counts.values())}


def _faults(
    library: "LibrarySnapshot", settings: "Settings", environment: Mapping[str, str], *, deep: bool
) -> "list[health.Fault]":
    """Return all that is wrong with the library, and with the embedder named for it."""
    from assistant import app
    from assistant.library import health

    with progress.bar() as on_progress:
        faults = health.faults(library.folder, library.catalogue, library.problems, deep=deep, on_progress=on_progress)
    try:
        mismatch = app.mismatch(settings, environment, library.fingerprint)
    except MissingModelError:  # what its vectors would be is not known; the line of the embedder tells
        return faults
    return faults if mismatch is None else [*faults, health.Fault("made by another embedder", *mismatch)]


def _print(
    facts: Mapping[str, object], faults: "list[health.Fault]", models: "Mapping[str, sources.ModelSource]"
) -> None:
    extractive = "extractive; set OPENAI_API_KEY or OPENAI_BASE_URL for a model"
    console.lines(
        console.plain(f"library      {one_line(str(facts['library']))}"),
        console.plain(
            f"papers       {facts['papers']:,} in {facts['listings']:,} listings, {facts['chunks']:,} chunks"
        ),
        *_full_text_line(facts),
        *_tail_line(facts),
        console.plain(f"fingerprint  {one_line(str(facts['fingerprint']))}"),
        console.plain(f"answers      {one_line(str(facts['model'] or extractive))}"),
        *(console.plain(f"{role:12} {one_line(views.line(model))}") for role, model in models.items()),
    )
    if not facts["checksums"]:
        console.lines(console.plain(f"checksums    {_UNVOUCHED}"))
    if not faults:
        console.lines(console.plain("health       sound"))
    for what, cure in dict.fromkeys((fault.what, fault.cure) for fault in faults):
        console.lines(console.plain(f"health       {what}: {one_line(cure)}"))
        problems = [fault.problem for fault in faults if (fault.what, fault.cure) == (what, cure)]
        console.lines(*(console.plain(f"             {one_line(problem)}") for problem in problems))


def _full_text_line(facts: Mapping[str, object]) -> list[console.StyledLine]:
    """Return how many papers have their pages, where some have."""
    if not facts["full_texts"]:
        return []
    return [console.plain(f"full texts   of {facts['full_texts']:,} papers, in {facts['passages']:,} passages")]


def _tail(library: "LibrarySnapshot") -> dict[str, object]:
    """Return how many papers, and texts of these, the vector index does not have as they are, and how many texts it
    may lack."""
    from assistant.library import tail, wording

    return {
        "tail": len(tail.ids(library.catalogue)),
        "tail_texts": tail.length(library.catalogue),
        "tail_limit": tail.limit(wording.size_of(library.catalogue)),
    }


def _tail_line(facts: Mapping[str, object]) -> list[console.StyledLine]:
    """Return what is not in the vector index yet, or no longer, and when it will be."""
    if not facts["tail"]:
        return []
    texts = f" in {facts['tail_texts']:,} texts" if facts["tail_texts"] != facts["tail"] else ""
    when = f"an ingest makes it anew beyond {facts['tail_limit']:,}{' texts' if texts else ''}"
    return [
        console.plain(
            f"tail         {facts['tail']:,} papers have changed{texts} since the vector index was made; {when}"
        )
    ]
