"""A line that begins with a slash -> what it does to the chat, and what it shows."""

from collections.abc import Callable
from dataclasses import dataclass

from assistant.cli import console
from assistant.cli.commands.chat import evidence_commands as evidence
from assistant.cli.commands.chat import setting_commands as setting
from assistant.cli.commands.chat import turn
from assistant.cli.commands.chat.state import Chat
from assistant.cli.group import nearest_name
from assistant.domain.errors import UsageError


class Leave(Exception):
    """The chat is over."""


@dataclass(frozen=True, slots=True)
class Command:
    """One command of the chat."""

    run: Callable[[Chat, str], Chat]
    """Gets what follows the name, without white space around it; returns the chat as it is then."""
    arguments: str
    help: str


def run(chat: Chat, typed: str) -> Chat:
    """Run one command line; raises `UsageError` for a command that is none, `Leave` at the end."""
    name, rest = [*typed[1:].split(None, 1), "", ""][:2]
    name = name.casefold()
    if name not in COMMANDS:
        nearest = nearest_name(name, COMMANDS)
        hint = f"did you mean /{nearest}?" if nearest else "/help lists the commands"
        raise UsageError(f"there is no command /{name}; {hint}")
    return COMMANDS[name].run(chat, rest.strip())


def _help(chat: Chat, _: str) -> Chat:
    for name, command in COMMANDS.items():
        head = f"/{name} {command.arguments}".strip()
        console.lines(((f"{head:24} ", "cyan"), (command.help, "")))
    console.lines(console.plain("Anything else is a question. Alt-Enter begins another line, Tab completes.", "dim"))
    return chat


def _leave(_: Chat, __: str) -> Chat:
    raise Leave


def _retry(chat: Chat, _: str) -> Chat:
    return turn.retry(chat)


COMMANDS = {
    "sources": Command(evidence.sources, "", "the evidence of the last answer, with scores"),
    "open": Command(evidence.open_paper, "N, KEY or TITLE", "a whole abstract, the quoted sentences marked"),
    "why": Command(evidence.why, "[N]", "what checking found, claim by claim, and which step decided"),
    "search": Command(evidence.search, "WORDS", "the papers nearest to some words"),
    "since": Command(setting.since, "[DATE]", "only papers from a date on: 2024, 2024-05 or 2024-05-31"),
    "until": Command(setting.until, "[DATE]", "only papers up to a date"),
    "filter": Command(setting.source, "[TEXT or --clear]", "only papers of a source whose name has TEXT; --clear: all"),
    "in": Command(setting.tag, "[TAG]", "only papers with a tag, or one within it"),
    "model": Command(setting.model, "[NAME or none]", "who answers; none: quotes"),
    "context": Command(setting.context, "", "which turns a model is told, and their tokens"),
    "retry": Command(_retry, "", "answer the last question again"),
    "undo": Command(evidence.undo, "", "take the last turn back"),
    "copy": Command(evidence.copy, "", "the last answer to the clipboard, as Markdown"),
    "export": Command(evidence.export, "FILE", "the conversation: .md, .tex (its .bib beside it), .html, .bib or .csv"),
    "help": Command(_help, "", "this list"),
    "quit": Command(_leave, "", "leave; so does Ctrl-D"),
}
