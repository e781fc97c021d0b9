"""`assistant digest`: what is new in a library, by theme or by topic -> text, Markdown, JSON, or a page."""

import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from assistant.cli import console, invocation, live, options
from assistant.cli.days import Day
from assistant.cli.options import FilterOptions, LibraryOptions
from assistant.domain.errors import ModelError, UsageError
from assistant.domain.sanitize import one_line

if TYPE_CHECKING:
    from assistant.answering.digests import Digest
    from assistant.app.handle import Library
    from assistant.app.saved_digests import SavedDigest, SavedDigests

NOTHING_NEW = 3
_LAST = "last"
_SINCE_LAST = "assistant.since_last"
_ROWS = 8  # papers of a group that a terminal shows at once


class Since(Day):
    """A day as everywhere, or the word `last`."""

    def convert(self, value: Any, parameter: click.Parameter | None, context: click.Context | None) -> date:
        """Turn what was typed into a day; "last" into the first of all days, and a note in the context."""
        if value != _LAST:
            return super().convert(value, parameter, context)
        if context is not None:
            context.meta[_SINCE_LAST] = True
        return date.min


def knows_last(command: click.Command) -> click.Command:
    """Let the `--since` of a command be `last`, too."""
    for option in command.params:
        if isinstance(option, click.Option) and option.name == "since":
            option.type = Since(last=False)
            option.help = (
                "Only papers dated no earlier: 2024, 2024-05 or 2024-05-31; or `last`: those, dated or not, that were "
                "added since this digest last ran."
            )
    return command


@dataclass(frozen=True, slots=True)
class Output:
    """Where a digest goes; to standard output as text where nothing else is asked for."""

    page: Path | None
    as_markdown: bool
    as_json: bool
    every: bool


@knows_last
@click.command()
@click.argument("name", required=False)
@click.option("--topic", "topics", multiple=True, metavar="WORDS", help="Group by topics, and leave out the rest.")
@click.option("--save", "save_as", metavar="NAME", help="Keep these options as NAME in the library, and do no more.")
@click.option("--forget", metavar="NAME", help="Forget a digest that was saved.")
@click.option("--list", "lists", is_flag=True, help="List the digests that were saved.")
@click.option("--html", "page", type=click.Path(path_type=Path, dir_okay=False), help="Write a page that needs no net.")
@click.option("--markdown", "as_markdown", is_flag=True, help="Print Markdown, for mail.")
@click.option("--all", "every", is_flag=True, help=f"Show all papers of a group in text, not only {_ROWS}.")
@options.json
@options.filters
@options.answering
@click.pass_context
def digest(  # noqa: PLR0913  one parameter for each option
    context: click.Context,
    name: str | None,
    topics: tuple[str, ...],
    save_as: str | None,
    forget: str | None,
    lists: bool,
    page: Path | None,
    as_markdown: bool,
    as_json: bool,
    every: bool,
    papers: FilterOptions,
    place: LibraryOptions,
) -> int:
    """Each paper has the sentence that says what it found, marked like any answer. NAME is a digest that was saved: it
    tells of what was added since it last ran, unless --since says otherwise. Ends with 3 where nothing is new, and then
    prints nothing and writes no page.

    \b
    Examples:
      assistant digest --since 2025-11-01
      assistant digest --since 2025-11 --topic "reward hacking" --topic agents --html digest.html
      assistant digest --save weekly --topic "reward models" --since last
      assistant digest weekly --markdown | mail -s "New papers" me@example.org
    """
    if sum((bool(name), bool(save_as), bool(forget), lists)) > 1:
        raise UsageError("give one of NAME, --save, --forget and --list")
    since_last = bool(context.meta.get(_SINCE_LAST))
    with place.open() as library:
        saved = _kept(library)
        if lists:
            return _list(saved, as_json=as_json)
        if forget:
            saved.forget(forget)
            return 0
        asked = _asked(topics, papers, since_last=since_last)
        if save_as:
            saved.save(save_as, asked if asked.since_last or "since" in asked.filters else _since_last(asked))
            return 0
        if name:
            asked = _merged(saved.get(name), asked)
        return _run(library, saved, name, asked, Output(page, as_markdown, as_json, every))


def _kept(library: "Library") -> "SavedDigests":
    """Return what is kept of the digests of a library."""
    from assistant.app import folders
    from assistant.app.saved_digests import SavedDigests

    folder = folders.digests_folder(library.settings, invocation.environment())
    return SavedDigests(folder, is_at_server=library.settings.vectors is not None)


def _run(library: "Library", saved: "SavedDigests", name: str | None, asked: "SavedDigest", output: Output) -> int:
    """Make a digest, show it, and only then remember what it told of."""
    from assistant.answering.digests import period_of
    from assistant.app import digests
    from assistant.publishing import files

    if output.page:
        files.require_place(output.page)
    mark = name or digests.nameless(asked)
    told = saved.told(mark) if asked.since_last else frozenset()
    papers_filter = _filter(asked).filter()
    library.snapshot.refresh()
    new = digests.new_papers(library.snapshot, papers_filter, told, library.on_message)
    period = period_of(papers_filter.since, papers_filter.until)
    if asked.since_last:
        last = saved.last_run(mark)[:10]
        period = f"added since {last}" if last else "of the library"
    made = None
    if new.papers:
        with live.preview(library.model is not None) as watching:
            made = digests.make(library, new, period, asked.topics, watching.on_stage)
    has_news = made is not None and bool(made.entries)
    if made is not None and has_news:
        _show(made, name or "", output)
    elif sys.stderr.isatty():
        console.aside(f"nothing new: no paper {period}{' of these topics' if new.papers else ''}")
    if asked.since_last:
        saved.remember(mark, told | new.admitted, datetime.now(UTC))
    if not has_news:
        return NOTHING_NEW
    return ModelError.exit_code if made and made.failure else 0


def _show(made: "Digest", name: str, output: Output) -> None:
    """Print a digest, and write its page where one is asked for; what failed is told at the end."""
    from assistant.cli.views import digests as views

    title = f"Digest: {one_line(name)}" if name else "New papers"
    if output.page:
        from assistant.evaluation import files
        from assistant.publishing import digest_page

        files.replace(output.page, digest_page.html(made, title, date.today()))
    if output.as_json:
        console.record(views.record(made))
    elif output.as_markdown:
        from assistant.publishing import digest_markdown

        console.lines(console.plain(digest_markdown.markdown(made, title)))
    elif not output.page:
        console.lines(*views.lines(made, console.marks(), None if output.every else _ROWS))
    if made.failure:
        console.tell(f"error: {made.failure}")


def _list(saved: "SavedDigests", *, as_json: bool) -> int:
    """Print the digests that were saved."""
    for name, one in saved.all().items():
        run = saved.last_run(name)
        since = _LAST if one.since_last else one.filters.get("since", "")
        if as_json:
            row = {"name": name, "topics": list(one.topics), **one.filters, "since": since or None}
            console.record({**row, "last_run": run or None})
            continue
        about = "; ".join(map(one_line, one.topics)) or "all papers, by theme"
        shown = {option: value if isinstance(value, str) else ", ".join(value) for option, value in one.filters.items()}
        others = "".join(f", {option} {one_line(text)}" for option, text in shown.items() if option != "since")
        told = f"last ran {run}" if run else "never ran"
        console.lines(((name, "bold"), (f"  {about}", ""), (f"  (since {since}{others}; {told})", "dim")))
    return 0


def _asked(topics: Sequence[str], papers: FilterOptions, *, since_last: bool) -> "SavedDigest":
    """Return what the options ask for."""
    from assistant.app.saved_digests import SavedDigest

    if any(not topic.strip() for topic in topics):
        raise UsageError("a topic is empty")
    given = {name: value for name, value in asdict(papers).items() if value}
    values = {name: value if isinstance(value, tuple) else str(value) for name, value in given.items()}
    if since_last:
        values.pop("since", None)
    return SavedDigest(tuple(dict.fromkeys(topics)), since_last, values)


def _merged(saved: "SavedDigest", asked: "SavedDigest") -> "SavedDigest":
    """Return a saved digest with the options that were given beside its name in the place of its own."""
    from assistant.app.saved_digests import SavedDigest

    since_last = asked.since_last or (saved.since_last and "since" not in asked.filters)
    own = {name: value for name, value in saved.filters.items() if not (name == "since" and since_last)}
    return SavedDigest(asked.topics or saved.topics, since_last, {**own, **asked.filters})


def _since_last(asked: "SavedDigest") -> "SavedDigest":
    from dataclasses import replace

    return replace(asked, since_last=True)


def _filter(asked: "SavedDigest") -> FilterOptions:
    """Return the options of filters of a digest; raises `UsageError` for one that there is not, or for no date."""
    from assistant.app.filters import parse_day

    known = set(FilterOptions.__dataclass_fields__)
    if strange := [name for name in asked.filters if name not in known]:
        raise UsageError(f"a digest has no option {', '.join(strange)}", cure=f"there are {', '.join(sorted(known))}")
    values: dict[str, Any] = {"since": None, "until": None, "source": None, **asked.filters}
    days = {name: parse_day(str(values[name]), last=name == "until") for name in ("since", "until") if values[name]}
    return FilterOptions(**{**values, **days})
