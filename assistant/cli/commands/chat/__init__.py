"""`assistant chat`: a conversation with a library, typed in a terminal or piped in."""

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import click

from assistant.cli import console, invocation, options
from assistant.cli.options import FilterOptions, LibraryOptions
from assistant.domain.errors import ArchiveError, UsageError

if TYPE_CHECKING:
    from assistant.answering.conversation.archive import Archive
    from assistant.answering.conversation.turns import Conversation
    from assistant.cli.commands.chat.keyboard import Reader
    from assistant.cli.commands.chat.state import Chat

_NONE, _BEGIN = "there is no conversation to go on with", "`assistant chat` begins one"


@click.command()
@click.option("--continue", "last", is_flag=True, help="Go on with the latest conversation about this library.")
@click.option("--resume", metavar="ID", help="Go on with this conversation (the beginning of its id will do).")
@options.top_k(None, 50, "How many papers are evidence [8; up to 24 for a model that is shown much].")
@click.option("--context", type=click.IntRange(0), help="Tokens of earlier turns that a model is told at most [2000].")
@options.filters
@options.answering
def chat(
    last: bool, resume: str | None, limit: int | None, context: int | None, papers: FilterOptions, place: LibraryOptions
) -> int:
    """Every turn is kept; `assistant history` lists what was said.

    A line that begins with / is a command, such as /sources, /open 2 or /help. Ctrl-C stops an answer; Ctrl-D leaves.
    Lines can be piped in: each is a question or a command.

    \b
    Examples:
      assistant chat
      assistant chat --continue
      assistant chat --since 2024 --model gpt-4.1-mini
      printf 'How are reward models made robust?\\n/open 1\\n' | assistant chat
    """
    from assistant.answering.conversation.archive import Archive
    from assistant.answering.conversation.rewriting import HISTORY_TOKENS
    from assistant.answering.conversation.session import Session
    from assistant.app import folders
    from assistant.cli.commands.chat import keyboard, state

    console.typed()  # raises where there is nothing to read from
    folder = folders.chats_folder(invocation.environment())
    archive = Archive(folder, console.tell)
    settings = place.open().settings
    earlier = _resumed(archive, resume, latest=last)
    if earlier and not settings.chosen:
        place = replace(place, library=earlier.library)
    papers_filter = papers.filter()
    with place.open() as library:
        snapshot = library.snapshot
        earlier = _latest(archive, snapshot.place) if last else earlier
        conversation = earlier or archive.start(snapshot.place, state.now())
        pipeline = library.pipeline(limit)
        tokens = HISTORY_TOKENS if context is None else context
        with _locked(archive, conversation.id) as keeping:
            if last:
                console.tell(f"going on with {conversation.id}, about the library {snapshot.place}")
            if keeping:
                conversation = keeping.reload(conversation)  # another chat may have gone on with it until now
            session = Session(keeping, pipeline.account.count, tokens, state.now, on_unkept=_tell)
            known = len(conversation.recorded)
            answering = partial(library.answering, limit=limit)
            begun = state.Chat(session, pipeline, conversation, answering, begun=known)
            return _converse(state.narrowed(begun, papers_filter), keyboard.reader(folder, snapshot))


def _resumed(archive: "Archive", resume: str | None, *, latest: bool) -> "Conversation | None":
    """Return the conversation that `resume` names, None where it names none; raises `UsageError` where there is none to
    go on with."""
    if latest and resume:
        raise UsageError("--continue and --resume exclude each other")
    archive.sweep()
    if latest and not archive.ids():
        raise UsageError(_NONE, cure=_BEGIN)
    return archive.load(archive.find(resume)) if resume else None


def _converse(chat: "Chat", reader: "Reader") -> int:
    """Answer until the end, and return the exit code: that of a disk where nothing was kept and nobody could react."""
    from assistant.cli.commands.chat import keyboard, loop

    with keyboard.keys_as_typed(reader):
        code = loop.run(chat, reader, talkative=sys.stderr.isatty())
    return code if chat.session.archive or reader.interactive else ArchiveError.exit_code


@contextmanager
def _locked(archive: "Archive", id: str) -> "Iterator[Archive | None]":
    """Have a conversation for this chat alone; None, and a word about it, where the disk lets nothing be kept.

    Raises `ArchiveError` where another chat has it open.
    """
    with ExitStack() as stack:
        try:
            stack.enter_context(archive.lock(id))
        except ArchiveError as error:
            if isinstance(error.__cause__, TimeoutError):
                raise
            console.tell(f"nothing of this conversation is kept: {error}")
            yield None
        else:
            yield archive


def _tell(error: ArchiveError) -> None:
    console.tell(f"error: {error}")


def _latest(archive: "Archive", library: str) -> "Conversation":
    """Return the latest conversation about a library; raises `UsageError` where there is none."""
    for id in archive.ids():
        try:
            conversation = archive.load(id)
        except ArchiveError as error:  # which hides none of the others
            console.tell(str(error))
            continue
        if conversation.library == library:
            return conversation
    cure = f"{_BEGIN}; `assistant history` lists those about others, which --resume goes on with"
    raise UsageError(f"{_NONE} about this library", path=library, cure=cure)
