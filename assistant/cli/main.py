"""The command line: its commands, loaded one at a time, and the one place where errors become exit codes."""

import os
import sys
from collections.abc import Sequence

import click

from assistant.cli import console
from assistant.cli.group import Group
from assistant.domain.errors import AssistantError

INTERRUPTED = 130

_COMMANDS = {
    "ask": (
        "assistant.cli.commands.ask",
        "ask",
        "Ask the library a question; every claim of the answer cites a paper and is checked.",
    ),
    "chat": (
        "assistant.cli.commands.chat",
        "chat",
        "Ask questions that follow one another, in a terminal or over a pipe.",
    ),
    "chats": ("assistant.cli.commands.history", "chats", "List, search, export or delete conversations."),
    "ingest": (
        "assistant.cli.commands.ingest",
        "ingest",
        "Read listings (pages, JSONL, CSV) and add their papers to the library.",
    ),
    "search": ("assistant.cli.commands.search", "search", "Find the papers nearest to a query, without an answer."),
    "show": ("assistant.cli.commands.papers", "show", "Show one paper."),
    "papers": ("assistant.cli.commands.papers", "papers", "List papers, by date and source."),
    "remove": ("assistant.cli.commands.remove", "remove", "Take papers out of the library."),
    "verify": ("assistant.cli.commands.verify", "verify", "Check the claims of any text against the papers it cites."),
    "eval": (
        "assistant.cli.commands.evaluate",
        "evaluate",
        "Run question sets, score the answers, compare runs, and gate on them.",
    ),
    "status": (
        "assistant.cli.commands.upkeep",
        "status",
        "Tell what the library holds, whether it is sound, and what to do.",
    ),
    "reindex": (
        "assistant.cli.commands.upkeep",
        "reindex",
        "Rebuild the indexes from the catalogue, or with another embedder.",
    ),
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
Exit codes: 0 answered, 1 internal error, 2 usage, 3 not in the library,
4 failed verification under --strict, 5 the model failed, 6 the library
cannot be used, 130 interrupted.
"""


@click.group(cls=Group, table=_COMMANDS, epilog=_EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="assistant", message="assistant %(version)s")
@click.option("--debug", is_flag=True, help="Show where an error came from; may stand anywhere.")
def assistant(debug: bool) -> None:
    """Ask a library of research papers; every claim of the answer cites a paper and was checked against it."""


def run(words: Sequence[str]) -> int:
    """Run one command line and return its exit code; nothing but its result goes to standard output."""
    console.prepare()
    debug = "--debug" in words
    try:
        code = assistant.main(
            [word for word in words if word != "--debug"], prog_name="assistant", standalone_mode=False
        )
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
        _trace(debug)
        console.tell(f"error: {error}")
        return error.exit_code
    except OSError as error:
        _trace(debug)
        console.tell(f"error: {error.filename or 'writing the output'}: {error.strerror}")
        return AssistantError.exit_code
    except Exception as error:  # noqa: BLE001  the last resort
        _trace(debug)
        console.tell(f"internal error: {type(error).__name__}: {error}; add --debug for the details, and report them")
        return AssistantError.exit_code


def _trace(wanted: bool) -> None:
    if wanted:
        import traceback

        console.tell(traceback.format_exc())
