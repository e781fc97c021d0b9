"""`assistant status` of a library at a server: its counts, what the server can do, and whether all papers are there."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING

from assistant.cli import console, invocation
from assistant.cli.views import sources as views
from assistant.domain.errors import LibraryError, MissingModelError
from assistant.domain.sanitize import one_line

if TYPE_CHECKING:
    from assistant.app.sources import ModelSource
    from assistant.domain.settings import Settings
    from assistant.library.server.snapshot import ServerSnapshot

_AGAIN = "run `assistant ingest` on the listings of these papers again"
_OTHER = "choose the embedder it was built with (--embedder), or name another collection for this one"


def show(settings: "Settings", models: Mapping[str, "ModelSource"], *, deep: bool, as_json: bool) -> int:
    """Print it; return the exit code. With `deep` every vector is read too, and compared with its checksum."""
    from assistant import app
    from assistant.app import served

    environment = invocation.environment()
    with served.snapshot(settings.vectors or "", environment, None, console.tell) as library:
        problems, cures = _problems(library, deep=deep)
        try:
            if mismatch := app.mismatch(settings, environment, library.fingerprint):
                problems, cures = [*problems, mismatch[0]], [*cures, _OTHER]
        except MissingModelError:  # the line of the embedder tells
            pass
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
    else:
        _print(facts, models, problems, cures)
    return LibraryError.exit_code if problems else 0


def _problems(library: "ServerSnapshot", *, deep: bool) -> tuple[list[str], list[str]]:
    """Return what is wrong with the papers and what readers say of them, and with `deep` with their vectors; and what
    cures it."""
    from assistant.library import annotations, damaged_papers

    try:
        library.papers()  # notes those that are not as they were written
        blobs = dict(library.catalogue.embeddings()) if deep else {}
        said = annotations.read(library.catalogue)
    except LibraryError as error:
        return [str(error)], [_AGAIN]
    papers = [*library.damaged.values(), *damaged_papers.vectors(library.catalogue, blobs)]
    cures = [_AGAIN] * bool(papers) + [said.cure] * bool(said.problems)
    return [*map(str, papers), *said.problems], cures


def _print(
    facts: Mapping[str, object], models: Mapping[str, "ModelSource"], problems: list[str], cures: list[str]
) -> None:
    counts = f"{facts['papers']:,} in {facts['listings']:,} listings, {facts['chunks']:,} chunks"
    console.lines(
        console.plain(f"library      {one_line(str(facts['library']))}, version {facts['version']:,}"),
        console.plain(f"papers       {counts}"),
        console.plain(f"words        {facts['words']}"),
        console.plain(f"fingerprint  {one_line(str(facts['fingerprint']))}"),
        *(console.plain(f"{role:12} {one_line(views.line(model))}") for role, model in models.items()),
        *([] if problems else [console.plain("health       sound")]),
        *(console.plain(f"health       {one_line(problem)}") for problem in problems),
        *(console.plain(f"             {one_line(cure)}") for cure in cures),
    )
