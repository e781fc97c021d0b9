"""`assistant open`: a paper -> its page in the browser, or its address."""

import webbrowser

import click

from assistant.cli import console, naming, options
from assistant.cli.options import LibraryOptions
from assistant.domain.errors import ResourceError
from assistant.domain.links import link
from assistant.domain.sanitize import one_line


@click.command("open")
@click.argument("name", metavar="PAPER")
@click.option("--print", "only_print", is_flag=True, help="Print the address instead.")
@options.catalogue
def open_paper(name: str, only_print: bool, place: LibraryOptions) -> int:
    """PAPER is an id, a title, or the beginning of one. Its own link is opened, else its page at arXiv or that of its
    DOI; addresses of the web only. The browser is the one of your desktop, or that BROWSER names.

    \b
    Examples:
      assistant open 2210.10760
      assistant open "Scaling Laws for Reward Model Overoptimization" --print
    """
    with place.open() as library:
        those = naming.named(library, [name], "nothing was opened")
    if those is None:
        return naming.UNKNOWN
    address = next((address for paper in those if (address := link(paper))), None)
    if address is None:
        title = one_line(those[0].title)
        console.tell(f"“{title}” has no link, no arXiv id and no DOI; `assistant enrich` may find one")
        return naming.UNKNOWN
    if only_print:
        console.row(address)
    elif not webbrowser.open(address):
        cure = "set BROWSER to one, or print the address with --print"
        raise ResourceError("no browser could be started", path=address, cure=cure)
    return 0
