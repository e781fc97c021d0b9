"""`assistant status` of a library at a server: its counts, what the server can do, and whether all papers are there."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING

from assistant.cli import console
from assistant.domain.errors import LibraryError, MissingModelError
from assistant.domain.sanitize import one_line

if TYPE_CHECKING:
    from assistant.app.sources import ModelSource
    from assistant.domain.settings import Settings


def show(settings: "Settings", models: Mapping[str, "ModelSource"], *, deep: bool, as_json: bool) -> int:
    """Print it; return the exit code. With `deep` every vector is read too, and compared with its checksum."""
    from assistant import app
    from assistant.app import served
    from assistant.cli.commands.status import model_line
    from assistant.library import damaged_papers

    environment = app.environment()
    problems: list[str] = []
    with served.snapshot(settings.vectors or "", environment, None, console.tell) as library:
        try:
            library.papers()  # notes those that are not as they were written
            blobs = dict(library.catalogue.embeddings()) if deep else {}
            damaged = [*library.damaged.values(), *damaged_papers.vectors(library.catalogue, blobs)]
            problems += map(str, damaged)
        except LibraryError as error:
            problems.append(str(error))
        cures = ["run `assistant ingest` on the listings of these papers again"] if problems else []
        try:
            mismatch = app.mismatch(settings, environment, library.fingerprint)
        except MissingModelError:  # told by the line of the embedder
            mismatch = None
        if mismatch is not None:
            problems.append(mismatch[0])
            cures.append("choose the embedder it was built with (--embedder), or name another collection for this one")
        papers, listings = library.catalogue.count()
        facts: dict[str, object] = {
            "library": library.place,
            "papers": papers,
            "listings": listings,
            "chunks": library.chunks,
            "version": library.catalogue.now.number,
            "words": library.searches_words_by,
            "fingerprint": library.fingerprint,
            "healthy": not problems,
            "problems": problems,
            "cures": cures,
            "model": settings.model,
        }
    if as_json:
        console.record(facts | {role: asdict(model) for role, model in models.items()})
        return LibraryError.exit_code if problems else 0
    console.lines(
        console.plain(f"library      {one_line(library.place)}, version {facts['version']:,}"),
        console.plain(f"papers       {papers:,} in {listings:,} listings, {library.chunks:,} chunks"),
        console.plain(f"words        {facts['words']}"),
        console.plain(f"fingerprint  {one_line(library.fingerprint)}"),
        *(console.plain(f"{role:12} {one_line(model_line(model))}") for role, model in models.items()),
        *([] if problems else [console.plain("health       sound")]),
        *(console.plain(f"health       {one_line(problem)}") for problem in problems),
        *(console.plain(f"             {one_line(cure)}") for cure in cures),
    )
    return LibraryError.exit_code if problems else 0
