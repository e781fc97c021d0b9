"""`assistant serve`: a library -> an endpoint for chat that any front end can use, and a page to ask at."""

import click

from assistant.cli import console, options
from assistant.cli.options import LibraryOptions
from assistant.cli.reach import Reach, reach


@click.command()
@click.option("--port", type=click.IntRange(0, 65_535), default=8017, show_default=True, help="0 for any that is free.")
@reach
@click.option("--askers", type=click.IntRange(1, 64), default=8, show_default=True, help="Questions answered at once.")
@click.option(
    "--waiting", type=click.IntRange(0, 1_000), default=32, show_default=True, help="Questions that may wait for that."
)
@click.option(
    "--deadline",
    type=click.FloatRange(1, 86_400),
    default=600.0,
    show_default=True,
    metavar="SECONDS",
    help="How long an answer may take.",
)
@options.answering
def serve(port: int, reach: Reach, askers: int, waiting: int, deadline: float, place: LibraryOptions) -> int:
    """The endpoint speaks OpenAI's chat completions at /v1, with the models `assistant` and `assistant-quotes`; answers
    cite papers by annotations, and as text. The page is at /. Only this machine can ask, unless --host says otherwise,
    which takes a token. Ctrl-C ends it, with exit code 0.

    \b
    Examples:
      assistant serve
      assistant serve --port 9000 --library papers-2024 --model qwen3
      ASSISTANT_TOKEN=… assistant serve --host 0.0.0.0 --allow-host papers.example.org
    """
    from assistant.serving import desk, listening, web
    from assistant.serving.limits import Limits

    access = reach.access()
    limits = Limits(askers=askers, waiting=waiting, deadline=deadline)
    with place.open() as library, desk.opened(library, limits) as (resident, counter):
        model = resident.open()
        resident.warm()
        listener = listening.bind(access.host, port)
        address = listening.address(listener)
        console.tell(f"{resident.size:,} papers, {f'the model {model}' if model else 'quotes'}; Ctrl-C ends it")
        console.tell(f"page      {address}/")
        console.tell(f"endpoint  {address}/v1{'  (with the token)' if access.token else ''}")
        listening.run(web.application(resident, counter, access, model), listener, counter)
    return 0
