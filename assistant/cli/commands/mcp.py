"""`assistant mcp`: a library -> tools for agents and editors, by the Model Context Protocol."""

import signal

import click

from assistant.cli import console, invocation, options
from assistant.cli.options import LibraryOptions
from assistant.cli.reach import Reach, reach


@click.command()
@click.option("--http", "port", metavar="PORT", type=click.IntRange(0, 65_535), help="Serve over HTTP, at /mcp.")
@reach
@click.option("--allow-add", is_flag=True, help="Let agents fetch papers by id, and add them to the library.")
@options.answering
def mcp(port: int | None, reach: Reach, allow_add: bool, place: LibraryOptions) -> int:
    """Agents get the tools search, ask, verify, show, similar and add, and papers as resources paper://ID. They speak
    over standard input and output, and start this command themselves; with --http it runs by itself, and Ctrl-C ends
    it with exit code 0.

    \b
    Examples:
      claude mcp add papers -- assistant mcp --library papers-2024
      assistant mcp --http 8018
    """
    from assistant.serving import desk
    from assistant.serving.agents import adding, server
    from assistant.serving.limits import Limits

    if port is None:
        reach.require_none("add --http PORT, or leave it out")
    access = None if port is None else reach.access()
    with place.open() as library, desk.opened(library, Limits()) as (resident, counter):
        resident.open()
        add = adding.adding(resident, invocation.environment(), console.tell) if allow_add else None
        made = server.server(resident, counter, add)
        if access is None or port is None:
            # The thread that waits for a line would outlast anything gentler; no library is ever half-written.
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            made.run("stdio")
            return 0
        from assistant.serving import listening

        listener = listening.bind(access.host, port)
        address = f"{listening.address(listener)}{server.PATH}"
        console.tell(f"{resident.size:,} papers for agents at {address}; Ctrl-C ends it")
        listening.run(server.application(made, access, counter), listener, counter)
    return 0
