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
    from assistant.library.health import Extent
    from assistant.library.server.snapshot import ServerSnapshot

_CHECKED: "Mapping[Extent, str]" = {
    "quick": "what the server notes of the library; --full reads all papers too",
    "full": "every paper; --deep reads all vectors too",
    "deep": "every paper and every vector",
}
UNSEEN = "nothing seen that is wrong"
"""What is said of a library of which little was looked at."""
_AGAIN = "run `assistant ingest` on the listings of these papers again"
_OTHER = "choose the embedder it was built with (--embedder), or name another collection for this one"


def show(settings: "Settings", models: Mapping[str, "ModelSource"], wish: "Extent | None", *, as_json: bool) -> int:
    """Print it; return the exit code. With "full" every paper is read, with "deep" every vector too, and compared with
    its checksum; None for what is usual for a library of that size."""
    from assistant import app
    from assistant.app import served
    from assistant.library import health

    environment = invocation.environment()
    with served.snapshot(settings.vectors or "", environment, None, console.tell) as library:
        papers, listings = library.catalogue.count()
        extent = wish or health.usual_extent(papers)
        problems, cures = ([], []) if extent == "quick" else _problems(library, deep=extent == "deep")
        try:
            if mismatch := app.mismatch(settings, environment, library.fingerprint):
                problems, cures = [*problems, mismatch[0]], [*cures, _OTHER]
        except MissingModelError:  # the line of the embedder tells
            pass
        facts: dict[str, object] = {
            "library": library.place,
            "papers": papers,
            "listings": listings,
            "chunks": library.chunks,
            "version": library.catalogue.now.number,
            "words": library.searches_words_by,
            "fingerprint": library.fingerprint,
            "checked": extent,
            "healthy": False if problems else None if extent == "quick" else True,
            "problems": problems,
            "cures": cures,
            "model": settings.model,
        }
    if as_json:
        console.record(facts | {role: asdict(model) for role, model in models.items()})
    else:
        _print(facts, models, extent, problems, cures)
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
    facts: Mapping[str, object],
    models: Mapping[str, "ModelSource"],
    extent: "Extent",
    problems: list[str],
    cures: list[str],
) -> None:
    counts = f"{facts['papers']:,} in {facts['listings']:,} listings, {facts['chunks']:,} chunks"
    console.lines(
        console.plain(f"library      {one_line(str(facts['library']))}, version {facts['version']:,}"),
        console.plain(f"papers       {counts}"),
        console.plain(f"words        {facts['words']}"),
        console.plain(f"fingerprint  {one_line(str(facts['fingerprint']))}"),
        *(console.plain(f"{role:12} {one_line(views.line(model))}") for role, model in models.items()),
        console.plain(f"checked      {_CHECKED[extent]}"),
        *([] if problems else [console.plain(f"health       {'sound' if facts['healthy'] else UNSEEN}")]),
        *(console.plain(f"health       {one_line(problem)}") for problem in problems),
        *(console.plain(f"             {one_line(cure)}") for cure in cures),
    )
