"""`assistant status` and `assistant reindex`: the health of a library, and its cure."""

import click

from assistant.cli import options, output, progress
from assistant.terminal import line


@click.command()
@options.json
@options.library
def status(as_json: bool, library: str | None, embedder: str | None) -> int:
    """Tell what the library holds, whether its indexes are sound, and what to do.

    \b
    Examples:
      assistant status
      assistant status --json --library papers-2024
    """
    from assistant import settings, wiring

    environment = wiring.environment()
    chosen = settings.load(environment, library=library, embedder=embedder)
    with wiring.library(chosen, environment, None, output.tell, heal=False) as opened:
        papers, listings = opened.catalogue.count()
        problems = [*opened.examine(), *wiring.mismatch(chosen, opened.fingerprint)]
        facts: dict[str, object] = {
            "library": str(opened.folder),
            "papers": papers,
            "listings": listings,
            "chunks": opened.chunks,
            "fingerprint": opened.fingerprint,
            "healthy": not problems,
            "problems": problems,
            "chroma": str(opened.chroma),
            "model": chosen.model,
        }
    if as_json:
        output.record(facts)
        return 0
    output.lines(
        output.plain(f"library      {line(str(facts['library']))}"),
        output.plain(f"papers       {papers:,} in {listings:,} listings, {facts['chunks']:,} chunks"),
        output.plain(f"fingerprint  {facts['fingerprint']}"),
        output.plain(f"answers      {chosen.model or 'extractive; set OPENAI_API_KEY or OPENAI_BASE_URL for a model'}"),
        output.plain(f"health       {'sound' if not problems else 'damaged: run `assistant reindex`'}"),
        *(output.plain(f"             {problem}") for problem in problems),
    )
    return 0


@click.command()
@options.json
@options.library
def reindex(as_json: bool, library: str | None, embedder: str | None) -> int:
    """Rebuild the indexes from the catalogue. No vector is computed again, unless the embedder is another one.

    \b
    Examples:
      assistant reindex
      assistant reindex --embedder openai:text-embedding-3-small
    """
    from assistant import settings, wiring
    from assistant.library import indexes, intake
    from assistant.library.catalogue import Catalogue

    environment = wiring.environment()
    chosen = settings.load(environment, library=library, embedder=embedder)
    wiring.existing(chosen)
    catalogue = Catalogue(chosen.library)
    try:
        with progress.bar() as heard:
            computed = indexes.renew(
                chosen.library, catalogue, wiring.embedder(chosen, environment), intake.LOCK_SECONDS, heard
            )
        papers, _ = catalogue.count()
    finally:
        catalogue.close()
    if as_json:
        output.record({"papers": papers, "embedded": computed})
    else:
        output.lines(output.plain(f"{papers:,} papers indexed anew; vectors computed for {computed:,}"))
    return 0
