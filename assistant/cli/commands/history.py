"""`assistant history`: the conversations that were kept -> listed, searched, shown, exported, deleted."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import click

from assistant.cli import console, invocation, options
from assistant.cli.group import Group
from assistant.domain.errors import ArchiveError
from assistant.domain.sanitize import one_line

if TYPE_CHECKING:
    from assistant.answering.conversation.archive import Archive
    from assistant.answering.conversation.turns import Conversation, Turn

_COMMANDS = {
    "list": (__name__, "list_all", "List the conversations, the latest first."),
    "search": (__name__, "search", "List the conversations in which some words occur."),
    "show": (__name__, "show", "Print a conversation as it was shown."),
    "export": (__name__, "export", "Write a conversation as Markdown, LaTeX, HTML, BibTeX or CSV."),
    "delete": (__name__, "delete", "Remove conversations for good."),
}


@click.group(cls=Group, table=_COMMANDS, invoke_without_command=True)
@options.json
@click.pass_context
def history(context: click.Context, as_json: bool) -> int:
    """Without a command they are listed. An ID may be cut short, as long as only one conversation begins so.

    \b
    Examples:
      assistant history
      assistant history search overoptimization
      assistant history show 20261121-0912
      assistant history export 20261121 notes.md
      assistant history delete 20261121-0912
    """
    if context.invoked_subcommand is None:
        _list(_load_all(_archive()), as_json=as_json)
    return 0


@click.command("list")
@options.json
def list_all(as_json: bool) -> int:
    """Each has a line with its id, its number of turns, and its first question."""
    _list(_load_all(_archive()), as_json=as_json)
    return 0


@click.command()
@click.argument("words", nargs=-1, required=True)
@options.json
def search(words: tuple[str, ...], as_json: bool) -> int:
    """All WORDS have to occur: in questions, answers or titles of cited papers. Ends with 3 where they do nowhere."""
    terms = [word.casefold() for word in " ".join(words).split()]
    matches = []
    for conversation in _load_all(_archive()):
        text = _text(conversation)
        if all(term in text for term in terms):
            matches.append(conversation)
    _list(matches, as_json=as_json)
    return 0 if matches else 3


@click.command()
@click.argument("id")
@options.json
def show(id: str, as_json: bool) -> int:
    """With --json each turn is an object with the fields of `assistant ask --json`, and its number and time."""
    from assistant.cli.views import answers

    archive = _archive()
    conversation = archive.load(archive.find(id))
    for turn in conversation.turns:
        if as_json:
            console.record(_turn(turn))
            continue
        console.lines(console.heading(turn.question))
        if turn.reading.how != "alone":
            console.lines(console.plain(f"↳ {one_line(turn.reading.text)}", "dim"))
        console.lines(*answers.lines(turn.answer, console.marks(), conversation.numbers))
    return 0


@click.command()
@click.argument("id")
@click.argument("file", required=False)
@click.option("--force", is_flag=True, help="Write over a file that is there.")
def export(id: str, file: str | None, force: bool) -> int:
    """FILE ends in .md (Markdown with BibTeX), .tex (LaTeX, its .bib beside it), .html, .bib or .csv; without one
    Markdown is printed."""
    from assistant.publishing import files, formats, markdown, reports
    from assistant.publishing.citation_keys import citation_keys

    archive = _archive()
    report = reports.of_conversation(archive.load(archive.find(id)), citation_keys)
    if file is None:
        console.lines(console.plain(markdown.report(report).rstrip("\n")))
        return 0
    path = files.named(file)
    written = files.publish(report, formats.require(path), path, overwrite=force)
    console.tell(f"written to {' and '.join(map(str, written))}")
    return 0


@click.command()
@click.argument("ids", nargs=-1, required=True)
def delete(ids: tuple[str, ...]) -> int:
    """Where one of the IDS is not known, none is removed."""
    archive = _archive()
    for id in [archive.find(name) for name in ids]:
        archive.delete(id)
        console.tell(f"deleted {id}")
    return 0


def _archive() -> "Archive":
    from assistant.answering.conversation.archive import Archive
    from assistant.app import folders

    return Archive(folders.chats_folder(invocation.environment()), console.tell)


def _load_all(archive: "Archive") -> Iterator["Conversation"]:
    """Yield the conversations that can be read; tell of those that cannot."""
    for id in archive.ids():
        try:
            yield archive.load(id)
        except ArchiveError as error:
            console.tell(str(error))


def _list(conversations: Iterable["Conversation"], *, as_json: bool) -> None:
    for conversation in conversations:
        turns = conversation.turns
        last = conversation.recorded[-1].at if conversation.recorded else conversation.begun
        first = turns[0].question if turns else ""
        if as_json:
            console.record(
                {
                    "id": conversation.id,
                    "begun": conversation.begun.isoformat(),
                    "last": last.isoformat(),
                    "turns": len(turns),
                    "question": first,
                    "cited": [paper.title for paper in conversation.papers.values()],
                    "library": conversation.library,
                }
            )
        else:
            console.lines(
                (
                    (f"{conversation.id}  ", "cyan"),
                    (f"{len(turns):3} turn{'s' if len(turns) != 1 else ' '}  ", "dim"),
                    (one_line(first), ""),
                )
            )


def _turn(turn: "Turn") -> dict[str, Any]:
    from assistant.cli.views import answers

    read_as = None if turn.reading.how == "alone" else turn.reading.text
    answer = answers.record(turn.answer, turn.fingerprint, turn.library_size)
    return {"number": turn.number, "at": turn.at.isoformat(), **answer, "question": turn.question, "read_as": read_as}


def _text(conversation: "Conversation") -> str:
    parts = [paper.title for turn in conversation.turns for paper in turn.cited]
    parts += [turn.question for turn in conversation.turns]
    parts += [claim.text for turn in conversation.turns for claim in turn.answer.claims]
    return "\n".join(parts).casefold()
