"""`assistant reindex`: a catalogue -> its indexes made anew, with the vectors it has or those of another embedder."""

import contextlib
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from assistant.cli import console, invocation, options, progress
from assistant.cli.options import LibraryOptions
from assistant.domain.errors import LibraryError

if TYPE_CHECKING:
    from assistant.domain.settings import Settings
    from assistant.library.catalogue import Catalogue


@click.command()
@options.json
@options.indexed
def reindex(as_json: bool, place: LibraryOptions) -> int:
    """With --embedder (or ASSISTANT_EMBEDDER) that one computes the vectors it has not computed yet; without, those of
    a remote embedder stay as they are.

    \b
    Examples:
      assistant reindex
      assistant reindex --embedder openai:text-embedding-3-small
    """
    from assistant import app
    from assistant.app import served
    from assistant.library import builder, writer
    from assistant.library.catalogue import Catalogue
    from assistant.models import embedders

    settings = place.open().settings
    served.require_folder(
        settings,
        "to reindex",
        "a server keeps its own indexes; for another embedder, `assistant ingest` the listings into another collection",
    )
    with contextlib.closing(Catalogue(settings.library)) as catalogue:
        built = catalogue.state()["fingerprint"]
        kind, name = embedders.recognise(built) or (None, "NAME")
        if settings.embedder is None and not (kind and kind.free):
            computed = 0
            _rebuild(settings, catalogue, built, name)
        else:
            embedder = app.embedder(replace(settings, embedder=settings.embedder or name), invocation.environment())
            with progress.bar() as on_progress:
                computed = builder.reembed(settings.library, catalogue, embedder, writer.LOCK_SECONDS, on_progress)
        papers, _ = catalogue.count()
        fingerprint = catalogue.state()["fingerprint"]
    if as_json:
        console.record({"papers": papers, "embedded": computed, "fingerprint": fingerprint})
    else:
        console.lines(console.plain(f"{papers:,} papers indexed anew; vectors computed for {computed:,}"))
    return 0


def _rebuild(settings: "Settings", catalogue: "Catalogue", built: str, name: str) -> None:
    """Rebuild the indexes from the vectors kept, and say so: computing them anew may cost money."""
    from assistant.library import builder, packing, writer
    from assistant.library.index import REINDEX

    console.tell(f"keeping the vectors of {built}: none is computed; --embedder NAME has another compute them anew")
    try:
        with (
            progress.bar() as on_progress,
            builder.writer_session(settings.library, catalogue, writer.LOCK_SECONDS),
        ):
            with catalogue.transaction():
                packing.pack(catalogue)
                builder.rebuild(settings.library, catalogue, on_progress)
            packing.compact(catalogue)
    except LibraryError as error:
        if error.cure != REINDEX:
            raise
        # Where vectors are missing, this very command would be named as the cure.
        cure = f"run `assistant reindex --embedder {name}`"
        raise type(error)(error.what, path=error.path, cause=error.cause, cure=cure) from error
