"""`assistant chats`: what was said, listed, searched, exported, deleted."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import click

from assistant.cli import console, options
from assistant.domain.errors import ArchiveError
from assistant.domain.sanitize import one_line

if TYPE_CHECKING:
    from assistant.answering.conversation.archive import Archive
    from assistant.answering.conversation.turns import Conversation


@click.group(invoke_without_command=True)
@options.json
@click.pass_context
def chats(context: click.Context, as_json: bool) -> int:
    """List the conversations, the latest first; or search, show, export or delete them.

    \b
    Examples:
      assistant chats
      assistant chats search overoptimization
      assistant chats export 20261121 notes.md
      assistant chats delete 20261121-0912
    """
    if context.invoked_subcommand:
        return 0
    _list(_all(_archive()), as_json=as_json)
    return 0


@chats.command()
@click.argument("words", nargs=-1, required=True)
@options.json
def search(words: tuple[str, ...], as_json: bool) -> int:
    """List the conversations in which all WORDS occur: in questions, answers or titles of cited papers."""
    wanted = [word.casefold() for word in " ".join(words).split()]
    found = [held for held in _all(_archive()) if all(word in _text(held) for word in wanted)]
    _list(found, as_json=as_json)
    return 0 if found else 3


@chats.command()
@click.argument("id")
@click.argument("file", required=False)
def export(id: str, file: str | None) -> int:
    """Write a conversation to FILE: .md for Markdown with BibTeX, .bib for BibTeX; without one print Markdown."""
    from assistant.cli.views import files

    archive = _archive()
    held = archive.load(archive.find(id))
    if file is None:
        console.lines(console.plain(files.exported(held, ".md").rstrip("\n")))
        return 0
    console.tell(f"written to {files.export(held, file)}")
    return 0


@chats.command()
@click.argument("ids", nargs=-1, required=True)
def delete(ids: tuple[str, ...]) -> int:
    """Remove conversations for good."""
    archive = _archive()
    for id in [archive.find(name) for name in ids]:
        archive.delete(id)
        console.tell(f"deleted {id}")
    return 0


def _archive() -> "Archive":
    from assistant import app
    from assistant.answering.conversation.archive import Archive

    return Archive(app.chats_folder(app.environment()))


def _all(archive: "Archive") -> Iterator["Conversation"]:
    """Yield the conversations that can be read; tell of those that cannot."""
    for id in archive.ids():
        try:
            yield archive.load(id)
        except ArchiveError as error:
            console.tell(str(error))


def _list(found: Iterable["Conversation"], *, as_json: bool) -> None:
    for held in found:
        turns = held.turns
        last = held.recorded[-1].at if held.recorded else held.begun
        first = turns[0].question if turns else ""
        if as_json:
            console.record(
                {
                    "id": held.id,
                    "begun": held.begun.isoformat(),
                    "last": last.isoformat(),
                    "turns": len(turns),
                    "question": first,
                    "cited": [paper.title for paper in held.papers.values()],
                    "library": held.library,
                }
            )
        else:
            console.lines(
                (
                    (f"{held.id}  ", "cyan"),
                    (f"{len(turns):3} turn{'s' if len(turns) != 1 else ' '}  ", "dim"),
                    (one_line(first), ""),
                )
            )


def _text(held: "Conversation") -> str:
    parts = [title for turn in held.turns for title in [paper.title for paper in turn.cited]]
    parts += [turn.question for turn in held.turns]
    parts += [claim.text for turn in held.turns for claim in turn.answer.claims]
    return "\n".join(parts).casefold()
