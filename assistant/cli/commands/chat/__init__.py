"""`assistant chat`: a conversation with a library, typed in a terminal or piped in."""

import sys
from typing import TYPE_CHECKING, Any

import click

from assistant.cli import console, options
from assistant.domain.errors import UsageError

if TYPE_CHECKING:
    from assistant.answering.conversation.archive import Archive
    from assistant.domain.settings import Settings


@click.command()
@click.option("--continue", "latest", is_flag=True, help="Go on with the latest conversation about this library.")
@click.option("--resume", metavar="ID", help="Go on with this conversation (the beginning of its id will do).")
@click.option("-k", "limit", type=click.IntRange(1, 50), default=8, show_default=True, help="Papers of evidence.")
@click.option("--model", metavar="NAME", help="The answering model, `none` for quotes [ASSISTANT_MODEL].")
@click.option("--context", type=click.IntRange(0), help="Tokens of earlier turns that a model is told at most [2000].")
@options.filters
@options.library
def chat(latest: bool, resume: str | None, limit: int, model: str | None, context: int | None, **named: Any) -> int:
    """Ask questions that follow one another. Every turn is kept; `assistant chats` lists what was said.

    A line that begins with / is a command, such as /sources, /open 2 or /help. Ctrl-C stops an answer; Ctrl-D leaves.
    Lines can be piped in: each is a question or a command.

    \b
    Examples:
      assistant chat
      assistant chat --continue
      assistant chat --since 2024 --model gpt-4.1-mini
      printf 'How are reward models made robust?\\n/open 1\\n' | assistant chat
    """
    from assistant import app
    from assistant.answering.conversation.archive import Archive
    from assistant.answering.conversation.rewriting import HISTORY_TOKENS
    from assistant.cli.commands.chat import keyboard, loop, state

    if latest and resume:
        raise UsageError("--continue and --resume exclude each other")
    environment = app.environment()
    archive = Archive(app.chats_folder(environment))
    chosen = app.load_settings(environment, library=named["library"], embedder=named["embedder"], model=model)
    before = _before(archive, chosen, latest, resume)
    if before and not chosen.chosen:
        chosen = app.load_settings(environment, library=before.library, embedder=named["embedder"], model=model)
    embedder = app.embedder(chosen, environment)
    wanted = options.chosen_filter(named["since"], named["until"], named["source"])
    with app.library(chosen, environment, embedder, console.tell) as library:
        conversation = before or archive.start(library.folder, state.now())
        answering = app.model(chosen, environment)
        tokens = HISTORY_TOKENS if context is None else context
        with archive.lock(conversation.id):
            conversation = archive.reload(conversation)  # another chat may have gone on with it until now
            opened = state.begin(archive, library, embedder, answering, conversation, limit, tokens)
            reader = keyboard.reader(app.chats_folder(environment), library)
            return loop.run(state.narrowed(opened, wanted), reader, talkative=sys.stderr.isatty())


def _before(archive: "Archive", chosen: "Settings", latest: bool, resume: str | None) -> Any:
    """Return the conversation to go on with, or None; raises `UsageError` where there is none."""
    if resume:
        return archive.load(archive.find(resume))
    if not latest:
        return None
    for id in archive.ids():
        held = archive.load(id)
        if not chosen.chosen or held.library == str(chosen.library):
            return held
    raise UsageError("there is no conversation to go on with; `assistant chat` begins one")
