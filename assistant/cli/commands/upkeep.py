"""`assistant status` and `assistant reindex`: the health of a library, and its cure."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from assistant.cli import console, options, progress
from assistant.domain.errors import LibraryError
from assistant.domain.sanitize import one_line

if TYPE_CHECKING:
    from assistant.domain.settings import Settings
    from assistant.library import health
    from assistant.library.catalogue import Catalogue
    from assistant.library.snapshot import LibrarySnapshot


@click.command()
@options.json
@options.library
def status(as_json: bool, library: str | None, embedder: str | None) -> int:
    """Tell what the library holds, whether it is sound, and what to do. Ends with 6 where nothing can be asked.

    \b
    Examples:
      assistant status
      assistant status --json --library papers-2024
    """
    from assistant import app

    environment = app.environment()
    chosen = app.load_settings(environment, library=library, embedder=embedder)
    app.model(chosen, environment)  # raises where its endpoint's address is none: nothing could be asked
    with app.library(chosen, environment, None, console.tell, heal=False) as opened:
        papers, listings = opened.catalogue.count()
        faults = _faults(opened, chosen, environment)
        facts: dict[str, object] = {
            "library": str(opened.folder),
            "papers": papers,
            "listings": listings,
            "chunks": opened.chunks,
            "fingerprint": opened.fingerprint,
            "healthy": not faults,
            "problems": [fault.problem for fault in faults],
            "cures": list(dict.fromkeys(fault.cure for fault in faults)),
            "chroma": str(opened.vector_index_folder),
            "model": chosen.model,
        }
    if as_json:
        console.record(facts)
    else:
        _print(facts, faults)
    return 0 if all(fault.answered for fault in faults) else LibraryError.exit_code


def _faults(opened: "LibrarySnapshot", chosen: "Settings", environment: Mapping[str, str]) -> "list[health.Fault]":
    """Return all that is wrong with the library, and with the embedder chosen for it."""
    from assistant import app
    from assistant.library import health

    found = health.faults(opened.folder, opened.catalogue, opened.problems)
    other = app.mismatch(chosen, environment, opened.fingerprint)
    return found if other is None else [*found, health.Fault("made by another embedder", *other)]


def _print(facts: Mapping[str, object], faults: "list[health.Fault]") -> None:
    extractive = "extractive; set OPENAI_API_KEY or OPENAI_BASE_URL for a model"
    console.lines(
        console.plain(f"library      {one_line(str(facts['library']))}"),
        console.plain(
            f"papers       {facts['papers']:,} in {facts['listings']:,} listings, {facts['chunks']:,} chunks"
        ),
        console.plain(f"fingerprint  {one_line(str(facts['fingerprint']))}"),
        console.plain(f"answers      {one_line(str(facts['model'] or extractive))}"),
    )
    if not faults:
        console.lines(console.plain("health       sound"))
    for what, cure in dict.fromkeys((fault.what, fault.cure) for fault in faults):
        console.lines(console.plain(f"health       {what}: {one_line(cure)}"))
        told = [fault.problem for fault in faults if (fault.what, fault.cure) == (what, cure)]
        console.lines(*(console.plain(f"             {one_line(problem)}") for problem in told))


@click.command()
@options.json
@options.library
def reindex(as_json: bool, library: str | None, embedder: str | None) -> int:
    """Rebuild the indexes from the catalogue. With --embedder (or ASSISTANT_EMBEDDER) compute what vectors that
    embedder has not computed yet; without, those of an embedder that may cost money stay as they are.

    \b
    Examples:
      assistant reindex
      assistant reindex --embedder openai:text-embedding-3-small
    """
    from assistant import app
    from assistant.library import builder, writer
    from assistant.library.catalogue import Catalogue
    from assistant.models import embedders

    environment = app.environment()
    chosen = app.load_settings(environment, library=library, embedder=embedder)
    catalogue = Catalogue(chosen.library)
    try:
        built = catalogue.state()["fingerprint"]
        kind, name = embedders.recognise(built) or (None, "NAME")
        if chosen.embedder is None and not (kind and kind.free):
            computed = 0
            _rebuild(chosen, catalogue, built, name)
        else:
            found = app.embedder(replace(chosen, embedder=chosen.embedder or name), environment)
            with progress.bar() as heard:
                computed = builder.reembed(chosen.library, catalogue, found, writer.LOCK_SECONDS, heard)
        papers, _ = catalogue.count()
        fingerprint = catalogue.state()["fingerprint"]
    finally:
        catalogue.close()
    if as_json:
        console.record({"papers": papers, "embedded": computed, "fingerprint": fingerprint})
    else:
        console.lines(console.plain(f"{papers:,} papers indexed anew; vectors computed for {computed:,}"))
    return 0


def _rebuild(chosen: "Settings", catalogue: "Catalogue", built: str, name: str) -> None:
    """Rebuild the indexes from the vectors kept, and say so: computing them anew may cost money."""
    from assistant.library import builder, writer
    from assistant.library.index import REINDEX

    console.tell(f"keeping the vectors of {built}: none is computed; --embedder NAME has another compute them anew")
    try:
        with (
            progress.bar() as heard,
            builder.writer_session(chosen.library, catalogue, writer.LOCK_SECONDS),
            catalogue.transaction(),
        ):
            builder.rebuild(chosen.library, catalogue, heard)
    except LibraryError as error:
        if error.cure != REINDEX:
            raise
        # Where vectors are missing, this very command would be named as the cure.
        cure = f"run `assistant reindex --embedder {name}`"
        raise type(error)(error.what, path=error.path, cause=error.cause, cure=cure) from error
