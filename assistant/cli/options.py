"""The options that several commands share, each written once; those that belong together arrive as one record."""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, TypeVar

import click

from assistant.cli import console, days, invocation, places

if TYPE_CHECKING:
    from assistant.app.handle import Library
    from assistant.retrieval.filters import Filter

Command = TypeVar("Command", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class LibraryOptions:
    """Which library, embedder, model, reranker and checker flags or variables name; None where they do not."""

    library: str | None
    embedder: str | None = None
    model: str | None = None
    reranker: str | None = None
    timeout: str | None = None
    max_tokens: str | None = None
    check: str | None = None
    checker: str | None = None
    evidence: str | None = None
    budget: str | None = None
    vectors: str | None = None

    def open(self) -> "Library":
        """Return the library, which tells a person what there is to know; raises `UsageError`."""
        from assistant.app.opening import open_library

        return open_library(
            self.library,
            embedder=self.embedder,
            model=self.model,
            reranker=self.reranker,
            timeout=self.timeout,
            max_tokens=self.max_tokens,
            check=self.check,
            checker=self.checker,
            evidence=self.evidence,
            budget=self.budget,
            vectors=self.vectors,
            environment=invocation.environment(),
            on_message=console.tell,
        )


@dataclass(frozen=True, slots=True)
class FilterOptions:
    """Which papers may be found."""

    since: date | None
    until: date | None
    source: str | None
    tags: tuple[str, ...] = ()

    @property
    def are_given(self) -> bool:
        """Whether any of them leaves papers out."""
        return self != FilterOptions(None, None, None)

    def filter(self) -> "Filter":
        """Return the filter; raises `UsageError` for a period that ends before it begins, and for a tag that is
        none."""
        from assistant.app.filters import paper_filter

        return paper_filter(self.since, self.until, self.source, self.tags)


def _setting(flag: str, metavar: str, text: str) -> Callable[[Command], Command]:
    """Return an option that a variable of ours sets too: `--max-tokens`, and ASSISTANT_MAX_TOKENS."""
    variable = f"ASSISTANT_{flag.removeprefix('--').replace('-', '_').upper()}"
    return click.option(flag, metavar=metavar, envvar=variable, show_envvar=True, help=text)


_LIBRARY = _setting(
    "--library", "DIR", "The library; by default store/default in a checkout, else one in your data folder."
)
_VECTORS = _setting(
    "--vectors",
    "ADDRESS",
    "A Chroma server that has the library, such as http://host:8000, or `cloud`; no folder then.",
)
_EMBEDDER = _setting(
    "--embedder", "NAME", "`local` (default), `onnx:<folder>`, `openai:<model>`, `llama-index:<name>`, or `hashing`."
)
_RERANKER = _setting(
    "--reranker", "NAME", "What reads two texts together: `local` (the default), `onnx:<folder>`, or `none`."
)
_MODEL = _setting("--model", "NAME", "The answering model; `none` for quotes.")
timeout = _setting(
    "--timeout",
    "SECONDS",
    "How long a model may be silent, or an embedder may take [120; 180 before a local model's first word].",
)
"""Add `--timeout`, an argument of its own."""
_MAX_TOKENS = _setting("--max-tokens", "N", "The most tokens of a model's reply [4096].")
_EVIDENCE = _setting(
    "--evidence",
    "TOKENS",
    "How much of the papers a model is shown [800 for one on this machine, 10000 for another].",
)
_BUDGET = _setting(
    "--budget", "AMOUNT", "The most that the model may cost in all: US dollars (0.50), or tokens (20000t)."
)
_CHECK = _setting(
    "--check",
    "NAME",
    "Who judges claims in other words: the answering `model`, or `none` [a model that is not on this machine].",
)
_CHECKER = _setting(
    "--checker",
    "NAME",
    "Another model that judges: its name at the endpoint, or a folder of an ONNX model of inference.",
)
_NO_MODEL = click.option("--no-model", is_flag=True, help="Answer with quotes, whatever model is set.")
_SINCE = click.option(
    "--since", type=days.Day(last=False), help="Only papers dated no earlier: 2024, 2024-05 or 2024-05-31."
)
_UNTIL = click.option(
    "--until", type=days.Day(last=True), help="Only papers dated no later: 2024, 2024-05 or 2024-05-31."
)
_SOURCE = click.option("--source", metavar="TEXT", help="Only papers listed in a source whose name has TEXT.")
_IN = click.option(
    "--in", "tags", metavar="TAG", multiple=True, help="Only papers with this tag, or one within it; may be repeated."
)


def library(command: Command) -> Command:
    """Add `--library` and `--embedder`, each an argument of its own."""
    return _LIBRARY(_EMBEDDER(command))


def reranker(command: Command) -> Command:
    """Add `--reranker`."""
    return _RERANKER(command)


def checking(command: Command) -> Command:
    """Add `--check` and `--checker`, each an argument of its own."""
    return _CHECK(_CHECKER(command))


def catalogue(command: Callable[..., int]) -> Callable[..., int]:
    """Add `--library` and `--vectors`; the command gets `place`, a `LibraryOptions`."""
    return _placed(command, _LIBRARY, _VECTORS)


def indexed(command: Callable[..., int]) -> Callable[..., int]:
    """Add `--library`, `--vectors`, `--embedder` and `--timeout`; the command gets `place`, a `LibraryOptions`."""
    return _placed(command, _LIBRARY, _VECTORS, _EMBEDDER, timeout)


def verifying(command: Callable[..., int]) -> Callable[..., int]:
    """Add `--library`, `--vectors`, `--embedder`, `--reranker`, `--check` and `--checker`; the command gets `place`, a
    `LibraryOptions`."""
    return _placed(command, _LIBRARY, _VECTORS, _EMBEDDER, _RERANKER, checking)


def answering(command: Callable[..., int]) -> Callable[..., int]:
    """Add what `indexed` does, and who answers and checks, with how much, and at what cost; the command gets `place`, a
    `LibraryOptions`."""
    shared = _MODEL, _NO_MODEL, _LIBRARY, _VECTORS, _EMBEDDER, _RERANKER, timeout, _MAX_TOKENS, _EVIDENCE, _BUDGET
    return _placed(command, *shared, checking)


Option = Callable[[Callable[..., int]], Callable[..., int]]


def _placed(command: Callable[..., int], *options: Option) -> Callable[..., int]:
    """Add options, in this order; the command gets what they say as `place`, a `LibraryOptions`."""

    @functools.wraps(command)
    def wrapped(  # noqa: PLR0913  one parameter for each option
        *,
        library: str | None,
        embedder: str | None = None,
        reranker: str | None = None,
        model: str | None = None,
        no_model: bool = False,
        timeout: str | None = None,
        max_tokens: str | None = None,
        check: str | None = None,
        checker: str | None = None,
        evidence: str | None = None,
        budget: str | None = None,
        vectors: str | None = None,
        **others: object,
    ) -> int:
        name = "none" if no_model else model
        folder, address = places.folder_or_server(library, vectors)
        models = embedder, name, reranker, timeout, max_tokens, check, checker, evidence, budget
        place = LibraryOptions(folder, *models, address)
        return command(place=place, **others)

    decorated: Callable[..., int] = wrapped
    for option in reversed(options):
        decorated = option(decorated)
    return decorated


def filters(command: Callable[..., int]) -> Callable[..., int]:
    """Add `--since`, `--until`, `--source` and `--in`; the command gets `papers`, a `FilterOptions`."""

    @functools.wraps(command)
    def wrapped(
        *, since: date | None, until: date | None, source: str | None, tags: tuple[str, ...], **others: object
    ) -> int:
        return command(papers=FilterOptions(since, until, source, tags), **others)

    return _SINCE(_UNTIL(_SOURCE(_IN(wrapped))))


def top_k(default: int | None, most: int, text: str) -> Callable[[Command], Command]:
    """Add `-k` and `--top-k`, the number of papers; the command gets `limit`, None where there is no `default`."""
    return click.option(
        "-k", "--top-k", "limit", type=click.IntRange(1, most), default=default, show_default=True, help=text
    )


def json(command: Command) -> Command:
    """Add `--json`."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON, one object a line.")(command)


def stdin(command: Command) -> Command:
    """Add `--stdin`."""
    return click.option("--stdin", "from_stdin", is_flag=True, help="Read one a line from standard input.")(command)
