"""The options that several commands share, and dates and limits as typed."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, TypeVar

import click

from assistant.cli import console
from assistant.domain.errors import UsageError

if TYPE_CHECKING:
    from assistant.domain.records import Paper
    from assistant.library.snapshot import LibrarySnapshot
    from assistant.retrieval.filters import Filter

Command = TypeVar("Command", bound=Callable[..., Any])


def library(command: Command) -> Command:
    """Add `--library` and `--embedder`."""
    command = click.option("--library", metavar="DIR", help="The library to use [ASSISTANT_LIBRARY; store/default].")(
        command
    )
    return click.option(
        "--embedder", metavar="NAME", help="`local`, `openai:<model>` or `hashing` [ASSISTANT_EMBEDDER]."
    )(command)


def filters(command: Command) -> Command:
    """Add `--since`, `--until` and `--source`."""
    command = click.option("--source", metavar="TEXT", help="Only papers listed in a source whose name has TEXT.")(
        command
    )
    command = click.option(
        "--until", type=Day(last=True), help="Only papers dated no later: 2024, 2024-05 or 2024-05-31."
    )(command)
    return click.option(
        "--since", type=Day(last=False), help="Only papers dated no earlier: 2024, 2024-05 or 2024-05-31."
    )(command)


def limit(default: int) -> Callable[[Command], Command]:
    """Add `-k`."""
    return click.option(
        "-k",
        "limit",
        type=click.IntRange(1, 10_000),
        default=default,
        show_default=True,
        help="How many papers at most.",
    )


def json(command: Command) -> Command:
    """Add `--json`."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON, one object a line.")(command)


def stdin(command: Command) -> Command:
    """Add `--stdin`."""
    return click.option("--stdin", "from_stdin", is_flag=True, help="Read one a line from standard input.")(command)


def chosen_filter(since: date | None, until: date | None, source: str | None) -> "Filter":
    """Return the filter of these options; raises `UsageError` for a period that ends before it begins."""
    from assistant.retrieval.filters import Filter

    if since and until and since > until:
        raise UsageError(f"--since {since} is later than --until {until}")
    return Filter(since, until, source)


def admitted(
    library: "LibrarySnapshot", since: date | None, until: date | None, source: str | None
) -> frozenset[str] | None:
    """Return the ids of the papers that these options let through (None: all), and tell what they leave out."""
    from assistant.retrieval.filters import Filter

    wanted = chosen_filter(since, until, source)
    if wanted == Filter():
        return None
    held = library.papers()
    ids = frozenset(paper.id for paper in held if wanted.admits(paper))
    explain(wanted, held, len(ids))
    return ids


def explain(wanted: "Filter", held: "Sequence[Paper]", kept: int) -> None:
    """Tell what nobody would expect of a filter: that undated papers are left out, or that nothing is left."""
    undated = sum(paper.date is None for paper in held)
    if (wanted.since or wanted.until) and undated:
        console.tell(f"{undated:,} papers without a date are left out")
    if held and not kept:
        console.tell("no paper passes the filter")


class Day(click.ParamType[date]):
    """A day, month or year; the first or the last day of it."""

    name = "date"

    def __init__(self, *, last: bool) -> None:
        self._last = last

    def convert(self, value: Any, parameter: click.Parameter | None, context: click.Context | None) -> date:
        """Turn what was typed into a day."""
        if isinstance(value, date):
            return value
        import re

        from assistant.domain.months import first_day, last_day

        match = re.fullmatch(r"([0-9]{4})(?:-([0-9]{1,2})(?:-([0-9]{1,2}))?)?", str(value).strip())
        try:
            if not match:
                raise ValueError
            month, day = (None if digits is None else int(digits) for digits in match.groups()[1:])
            return (last_day if self._last else first_day)(int(match[1]), month, day)
        except ValueError:
            self.fail(f"{value!r} is no date; write 2024, 2024-05 or 2024-05-31", parameter, context)
