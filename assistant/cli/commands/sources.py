"""`assistant sources`: the files and services that a library was made of, with counts and whether they have changed."""

from dataclasses import asdict

import click

from assistant.cli import console, options
from assistant.cli.options import LibraryOptions
from assistant.domain.sanitize import one_line

_SAID = {"unchanged": "unchanged", "changed": "has changed since", "missing": "is gone", "unknown": "-"}


@click.command()
@options.json
@options.catalogue
def sources(as_json: bool, place: LibraryOptions) -> int:
    """In the order added: how many papers each lists, how many of these it alone lists, when it was added, and whether
    its file is still what was read. Nothing is known of services, of standard input, and of what an older version
    read, until it is read again.

    \b
    Examples:
      assistant sources
      assistant remove --source wrong-file.jsonl --dry-run
    """
    from assistant.library import provenance, row_sums

    with place.open() as library:
        catalogue = library.as_stored().catalogue
        rows = provenance.sources(catalogue)
        for problem in provenance.problems(catalogue, "sources"):
            console.tell(f"{problem}, and left out. To cure it, {row_sums.CURE}")
    width = max((len(one_line(row.name)) for row in rows), default=0)
    if rows and not as_json:
        console.lines(console.plain(f"{'papers':>7} {'alone':>7}  {'added':10}  {'source':{width}}  file", "dim"))
    for row in rows:
        if as_json:
            console.record(asdict(row))
        else:
            counts = (f"{row.papers:7,} {row.alone:7,}  {(row.added or '-')[:10]:10}  ", "")
            console.lines((counts, (f"{one_line(row.name):{width}}", "bold"), (f"  {_SAID[row.state]}", "dim")))
    return 0
