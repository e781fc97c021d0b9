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


_CHECKED: "Mapping[str, str]" = {
    "quick": "what the catalogue notes, and sizes and times of the index files; --full reads every byte",
    "full": "every text, listing, vector and index file, and a sample of the vector index; --deep compares all of that",
    "deep": "every text, listing, vector and index file, and all of the vector index",
    "files": "every text, listing, vector and index file; to open the vector index writes, and nothing may be written "
    "here",
}
"""What was looked at: an extent, or "files" where that is `full` or `deep` and the vector index cannot be opened."""
_UNVOUCHED = (
    "none yet: made by an older version, so that only titles, abstracts and the lengths of vectors are compared; "
    "`assistant ingest` or `assistant reindex` adds them, to what is there then"
)


@click.command()
@click.option("--quick", "wish", flag_value="quick", help="Read no paper; so it is beyond 5,000 of them.")
@click.option("--full", "wish", flag_value="full", help="Read every byte, however large the library is.")
@click.option("--deep", "wish", flag_value="deep", help="Also compare every vector of the vector index.")
@options.json
@options.indexed
def status(wish: "health.Extent | None", as_json: bool, place: LibraryOptions) -> int:
    """Of at most 5,000 papers, and of more with --full, every text, listing and vector of the catalogue and every index
    file is compared with its checksum, and a sample of the vector index with the catalogue; --deep compares all of it,
    and has SQLite check its own indexes too. Otherwise, or with --quick, it is only looked at what the catalogue notes,
    and whether index files have the sizes and times that they had. The line `checked` says what was done.

    Ends with 6 where it was found that nothing can be asked or that papers are damaged, with 0 where damaged indexes
    are worked around.

    \b
    Examples:
      assistant status
      assistant status --full
      assistant status --json --library papers-2024
    """
    from assistant import app
    from assistant.app import sources
    from assistant.library import database, health, sizes

    environment, settings = invocation.environment(), place.open().settings
    embedder, reranker = sources.embedder(settings, environment), sources.reranker(settings, environment)
    app.model(settings, environment)  # raises where its endpoint's address is none: nothing could be asked
    if settings.vectors is not None:
        return served_status.show(settings, {"embedder": embedder, "reranker": reranker}, wish, as_json=as_json)
    with app.library(settings, environment, None, console.tell, heal=False) as library:
        extent = wish or health.usual_extent(library.size)
        is_opened = extent == "quick" or database.writable(library.catalogue.path)
        checked = extent if is_opened else "files"
        parts = sizes.of_parts(library.folder, library.catalogue)
        faults = _faults(library, settings, environment, extent)
        facts: dict[str, object] = {
            **_contents(library, extent),
            "bytes": parts,
            "checked": checked,
            "healthy": False if faults else None if extent == "quick" else True,
            "problems": [fault.problem for fault in faults],
            "cures": list(dict.fromkeys(fault.cure for fault in faults)),
            "model": settings.model,
            "embedder": asdict(embedder),
            "reranker": asdict(reranker),
        }
    if as_json:
        console.record(facts)
    else:
        _print(facts, parts, faults, {"embedder": embedder, "reranker": reranker})
    return 0 if all(fault.answered for fault in faults) else LibraryError.exit_code


def _contents(library: "LibrarySnapshot", extent: "health.Extent") -> dict[str, object]:
    """Return what a library holds; how many chunks only where all vectors are read."""
    from assistant.library import full_texts

    counts = full_texts.counts(library.catalogue)
    papers, listings = library.catalogue.count()
    return {
        "library": str(library.folder),
        "papers": papers,
        "listings": listings,
        "chunks": None if extent == "quick" else library.chunks,
        "full_texts": len(counts),
        "passages": sum(counts.values()),
        **_tail(library),
        "fingerprint": library.fingerprint,
        "checksums": library.catalogue.version() > 1,
        "chroma": str(library.vector_index_folder),
    }


def _faults(
    library: "LibrarySnapshot", settings: "Settings", environment: Mapping[str, str], extent: "health.Extent"
) -> "list[health.Fault]":
    """Return what is wrong with the library, as far as `extent` looks, and with the embedder named for it."""
    from assistant import app
    from assistant.library import health

    with progress.bar() as on_progress:
        left_out = library.damaged.values()
        faults = health.faults(
            library.folder, library.catalogue, library.problems, extent, on_progress, left_out=left_out
        )
    try:
        mismatch = app.mismatch(settings, environment, library.fingerprint)
    except MissingModelError:  # what its vectors would be is not known; the line of the embedder tells
        return faults
    return faults if mismatch is None else [*faults, health.Fault("made by another embedder", *mismatch)]


def _print(
    facts: Mapping[str, object],
    parts: Mapping[str, int],
    faults: "list[health.Fault]",
    models: "Mapping[str, sources.ModelSource]",
) -> None:
    counts = f"{facts['papers']:,} in {facts['listings']:,} listings"
    counts += f", {facts['chunks']:,} chunks" if facts["chunks"] is not None else ""
    extractive = "extractive; set OPENAI_API_KEY or OPENAI_BASE_URL for a model"
    console.lines(
        console.plain(f"library      {one_line(str(facts['library']))}"),
        console.plain(f"papers       {counts}"),
        *_full_text_line(facts),
        *_tail_line(facts),
        _size_line(parts),
        console.plain(f"fingerprint  {one_line(str(facts['fingerprint']))}"),
        console.plain(f"answers      {one_line(str(facts['model'] or extractive))}"),
        *(console.plain(f"{role:12} {one_line(views.line(model))}") for role, model in models.items()),
    )
    if not facts["checksums"]:
        console.lines(console.plain(f"checksums    {_UNVOUCHED}"))
    console.lines(console.plain(f"checked      {_CHECKED[str(facts['checked'])]}"))
    if not faults:
        console.lines(console.plain(f"health       {'sound' if facts['healthy'] else served_status.UNSEEN}"))
    for what, cure in dict.fromkeys((fault.what, fault.cure) for fault in faults):
        console.lines(console.plain(f"health       {what}: {one_line(cure)}"))
        problems = [fault.problem for fault in faults if (fault.what, fault.cure) == (what, cure)]
        console.lines(*(console.plain(f"             {one_line(problem)}") for problem in problems))


def _full_text_line(facts: Mapping[str, object]) -> list[console.StyledLine]:
    """Return how many papers have their pages, where some have."""
    if not facts["full_texts"]:
        return []
    return [console.plain(f"full texts   of {facts['full_texts']:,} papers, in {facts['passages']:,} passages")]


def _size_line(parts: Mapping[str, int]) -> console.StyledLine:
    """Return how much room the library takes, and its parts, in megabytes of 10^6 bytes."""
    megabytes = ", ".join(f"{part} {size / 1e6:,.1f}" for part, size in parts.items())
    return console.plain(f"size         {sum(parts.values()) / 1e6:,.1f} MB: {megabytes}")


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
