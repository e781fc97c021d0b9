"""The command line: its commands, loaded one at a time, and the one place where errors become exit codes."""

import os
import sys
from collections.abc import Sequence

import click

from assistant.cli import console
from assistant.cli.group import Group
from assistant.cli.invocation import INTERRUPTED, Invocation
from assistant.domain.errors import AssistantError, ResourceError
from assistant.library import allowance

_ROOM = "assistant.cli.commands"
COMMANDS = {
    "ask": (
        f"{_ROOM}.ask",
        "ask",
        "Ask the library a question; every claim of the answer cites a paper, and is marked.",
    ),
    "chat": (f"{_ROOM}.chat", "chat", "Ask questions that follow one another, in a terminal or over a pipe."),
    "history": (f"{_ROOM}.history", "history", "List, search, show, export or delete conversations."),
    "ingest": (
        f"{_ROOM}.ingest",
        "ingest",
        "Read files (pages, BibTeX, PDF, CSV, …) and add their papers to the library.",
    ),
    "add": (f"{_ROOM}.add", "add", "Fetch papers by id, day or words from arXiv and others, and add them."),
    "enrich": (f"{_ROOM}.enrich", "enrich", "Fill dates, authors, links and DOIs of the papers that are held."),
    "search": (f"{_ROOM}.search", "search", "Find the papers nearest to a query, without an answer."),
    "digest": (f"{_ROOM}.digest", "digest", "Tell what is new, by theme or topic, with what each paper found."),
    "map": (f"{_ROOM}.map", "draw_map", "Draw the papers by theme and time, as a page that needs no net."),
    "show": (f"{_ROOM}.papers", "show", "Show one paper."),
    "papers": (f"{_ROOM}.papers", "list_papers", "List papers by date, source, tag and words; as a table or CSV."),
    "similar": (f"{_ROOM}.similar", "similar", "Find the papers nearest to a paper."),
    "open": (f"{_ROOM}.open", "open_paper", "Open the page of a paper in the browser."),
    "tag": (f"{_ROOM}.tags", "tag", "Give papers tags, or take these away."),
    "tags": (f"{_ROOM}.tags", "tags", "List the tags, with how many papers have each."),
    "note": (f"{_ROOM}.notes", "note", "Write a note on a paper, or show its notes."),
    "read": (f"{_ROOM}.notes", "read", "Mark papers as read."),
    "unread": (f"{_ROOM}.notes", "unread", "Mark papers as unread."),
    "sources": (f"{_ROOM}.sources", "sources", "List the files and services that papers came from."),
    "remove": (f"{_ROOM}.remove", "remove", "Take papers out of the library, after asking."),
    "undo": (f"{_ROOM}.undo", "undo", "Take back the last removal, tag, note or mark."),
    "verify": (f"{_ROOM}.verify", "verify", "Check the claims of any text against the papers it cites."),
    "mcp": (f"{_ROOM}.mcp", "mcp", "Give agents and editors the library as tools (Model Context Protocol)."),
    "serve": (f"{_ROOM}.serve", "serve", "Answer any chat front end (OpenAI-compatible), and at a page of its own."),
    "eval": (
        f"{_ROOM}.evaluate",
        "evaluate",
        "Run question sets, score the answers, compare runs, and gate on them.",
    ),
    "status": (f"{_ROOM}.status", "status", "Tell what the library holds, whether it is sound, and what to do."),
    "models": (f"{_ROOM}.models", "models", "List the models that can write answers, and fetch those that search."),
    "reindex": (f"{_ROOM}.reindex", "reindex", "Rebuild the indexes from the catalogue, or with another embedder."),
    "backup": (f"{_ROOM}.backup", "backup", "Write the library into one file, whoever writes to it meanwhile."),
    "restore": (f"{_ROOM}.backup", "restore", "Make a library of a file that `backup` wrote."),
    "export": (f"{_ROOM}.export", "export", "Copy the library to a Chroma server, or from there into a folder."),
    "config": (f"{_ROOM}.config", "config", "Show settings with their origins, and change your configuration."),
    "doctor": (f"{_ROOM}.doctor", "doctor", "Check that everything is in place here, and say what cures what is not."),
    "completion": (f"{_ROOM}.completion", "completion", "Print what completes words in bash, zsh or fish."),
    "help": ("assistant.cli.main", "show_help", "Show the help of a command, or a manual page."),
}

_EPILOG = """\b
Examples:
  assistant ingest papers/                     add listings to the library
  assistant ask "How is RLHF made robust?"     one question, one cited answer
  assistant chat                               questions that follow one another
  assistant ask --stdin --json < questions     one JSON object a question
  assistant search "reward hacking" -k 5       retrieval alone
  assistant verify related-work.txt            check a text against the library

\b
Exit codes: 0 answered, 1 internal error, 2 usage, 3 no answer found,
4 judged short (--strict, eval gate), 5 the model or a service of papers
failed, or would cost more than --budget, 6 the library, the disk or the
memory cannot be used, 130 interrupted.
"""

_MEMORY = ("not enough memory", "free some, or allow this program more of it (`ulimit -v`)")
_LACKS = {
    "failed to map segment": _MEMORY,
    "annot allocate memory": _MEMORY,
    "bad_alloc": _MEMORY,
    "Too many open files": ("too many open files", "allow this program more of them (`ulimit -n`)"),
    "can't start new thread": ("no thread can be started", "allow this user more of them (`ulimit -u`)"),
    "timestamp too large": ("the clock of this machine is past 2262-04-11, which Python cannot tell", "set the clock"),
}
"""What the system, or a library that is written in another language, says -> what is lacking, and what to do."""

_GREETING = """\
assistant: ask a library of research papers; every claim of the answer cites a paper, and a mark
says what checking it found.

Try one of these; until you add papers, they use a small sample, summaries of well-known ones:

  assistant ask "How can reward overoptimization be mitigated?"
  assistant chat
  assistant ingest PATH

`assistant help` lists all commands, `assistant help ask` says what one of them does."""


@click.group(
    cls=Group,
    table=COMMANDS,
    former={"chats": "history"},
    epilog=_EPILOG,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(package_name="assistant", message="assistant %(version)s")
@click.pass_context
def assistant(context: click.Context) -> None:
    """Ask a library of research papers; every claim of the answer cites a paper and has a mark: what checking found."""
    if context.invoked_subcommand is None:
        console.lines(*(console.plain(line) for line in _GREETING.splitlines()))
    elif context.invoked_subcommand != "help":
        allowance.require(allowance.READING)


@click.command()
@click.argument("command", nargs=-1)
@click.option("--man", "as_manual", is_flag=True, help="Print the manual page of all commands, in roff.")
@click.pass_context
def show_help(context: click.Context, command: tuple[str, ...], as_manual: bool) -> None:
    """COMMAND may have several words, such as `eval run`; without one, all commands are listed.

    \b
    Examples:
      assistant help
      assistant help ask
      assistant help eval run
      assistant help --man > assistant.1
    """
    subject = context.find_root()
    if as_manual:
        from assistant.cli import manual

        console.lines(*(console.plain(line) for line in manual.page(subject).splitlines()))
        return
    for word in command:
        if not isinstance(subject.command, Group):
            raise click.UsageError(f"`{subject.command_path}` has no commands of its own", subject)
        _, subcommand, _ = subject.command.resolve_command(subject, [word])
        if subcommand is not None:
            subject = click.Context(subcommand, info_name=word, parent=subject)
    console.lines(*(console.plain(line) for line in subject.get_help().splitlines()))


def run(words: Sequence[str]) -> int:
    """Run one command line and return its exit code; nothing but its result goes to standard output."""
    invocation = Invocation()
    try:
        console.prepare()
        code = assistant.main(list(words), prog_name="assistant", standalone_mode=False, obj=invocation)
        sys.stdout.flush()
        return code if isinstance(code, int) else 0
    except (KeyboardInterrupt, click.Abort):
        console.tell("interrupted")
        return INTERRUPTED
    except (BrokenPipeError, SystemExit):
        # The reader has what it wanted (`| head`); click turns that, and nothing else, into an exit of its own.
        # Python would complain again while it shuts down.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except click.ClickException as error:
        usage = error.ctx.get_usage() + "\n" if isinstance(error, click.UsageError) and error.ctx else ""
        console.tell(f"error: {error.format_message()}\n{usage}".strip())
        return 2
    except AssistantError as error:
        _show_trace(invocation)
        console.tell(f"error: {error}")
        return error.exit_code
    except OSError as error:
        _show_trace(invocation)
        console.tell(f"error: {error.filename or 'writing the output'}: {error.strerror or error}")
        return ResourceError.exit_code
    except BaseException as error:  # noqa: BLE001  the last resort; a panic of native code is no `Exception`
        if isinstance(error, ImportError) and _is_interrupted(error):
            console.tell("interrupted")
            return INTERRUPTED
        _show_trace(invocation)
        if lack := _lacking(error):
            console.tell(f"error: {lack}")
            return lack.exit_code
        console.tell(f"internal error: {type(error).__name__}: {error}; add --debug for the details, and report them")
        return AssistantError.exit_code


def _is_interrupted(error: BaseException | None) -> bool:
    """Whether an error came of Ctrl-C, of which native modules make one of their own while they are imported."""
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__cause__ or error.__context__
    return error is not None


def _lacking(error: BaseException | None) -> ResourceError | None:
    """Return what to tell where an error, or one that it came of, says that the machine lacks something."""
    while error is not None:
        if isinstance(error, MemoryError):
            return ResourceError(_MEMORY[0], cure=_MEMORY[1])
        if isinstance(error, ImportError | OSError | RuntimeError | OverflowError):
            for text, (what, cure) in _LACKS.items():
                if text in str(error):
                    return ResourceError(what, cause=str(error)[:200], cure=cure)
        error = error.__cause__ or error.__context__
    return None


def _show_trace(invocation: Invocation) -> None:
    if invocation.is_traced:
        import traceback

        console.tell(traceback.format_exc())
