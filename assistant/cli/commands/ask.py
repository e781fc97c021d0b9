"""`assistant ask`: questions -> answers, each claim with what it cites and a mark, as text or JSON."""

import contextlib
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from assistant.cli import console, options
from assistant.cli.commands.search import queries
from assistant.cli.commands.verify import UNVERIFIED
from assistant.cli.invocation import INTERRUPTED
from assistant.cli.options import FilterOptions, LibraryOptions
from assistant.cli.output import OutputOptions, output
from assistant.domain.errors import ModelError

if TYPE_CHECKING:
    from assistant.app.handle import Library
    from assistant.domain.answers import Answer
    from assistant.library.snapshot import LibrarySnapshot

Reply = Callable[[str], "tuple[Answer, int]"]
"""A question -> its answer, and the exit code that this alone would end with."""

ABSTAINED = 3
"""Exit code where no answer was found."""


@click.command()
@click.argument("question", required=False)
@options.top_k(None, 50, "How many papers are evidence [8; up to 24 for a model that is shown much].")
@click.option("--strict", is_flag=True, help="Exit with 4 where a claim fails; one that is located does not.")
@click.option("--all", "every", is_flag=True, help="Show all papers of a list, not only the first 20.")
@output
@options.stdin
@options.filters
@options.answering
def ask(
    question: str | None,
    limit: int | None,
    strict: bool,
    every: bool,
    output: OutputOptions,
    from_stdin: bool,
    papers: FilterOptions,
    place: LibraryOptions,
) -> int:
    """Without a model the answer to QUESTION consists of quotes; a list ("Which papers study grokking?") or a fact of
    the library ("How many papers are there?") needs none. A model is any OpenAI-compatible endpoint: set
    OPENAI_API_KEY, or OPENAI_BASE_URL for another than OpenAI's, and --model.

    \b
    Examples:
      assistant ask "How can reward overoptimization be mitigated?"
      assistant ask --since 2024 --json "Which papers study long contexts?"
      assistant ask "papers by Gao since 2022"
      assistant ask -o answer.tex "What is known of reward hacking?"
      assistant ask --stdin --json --strict < questions.txt
      OPENAI_BASE_URL=http://localhost:11434/v1 assistant ask --model qwen3 "..."
    """
    questions = queries(question, from_stdin)
    codes: list[int] = []
    answers: list[Answer] = []
    with place.open() as library:
        reply = _without_a_model(library, limit, papers) if library.missing else _by_pipeline(library, limit, papers)
        with _until_interrupted(codes):
            for words in questions:
                if from_stdin and output.name == "text":
                    console.lines(console.heading(words))
                answer, code = reply(words)
                codes += [code, UNVERIFIED] if strict and _failing(answer) else [code]
                if output.is_document:
                    answers.append(answer)
                else:
                    _print(library.snapshot, answer, as_json=output.as_json, every=every)
                if code == INTERRUPTED:
                    break
        if output.is_document:
            _publish(library, answers, output)
    return _exit_code(codes)


@contextlib.contextmanager
def _until_interrupted(codes: list[int]) -> Iterator[None]:
    """Have Ctrl-C end only the asking where questions have been answered, with these exit codes: what was answered is
    written then, for it may have cost much."""
    try:
        yield
    except KeyboardInterrupt:
        if not codes:
            raise
        console.tell("interrupted")
        codes.append(INTERRUPTED)


def _without_a_model(library: "Library", limit: int | None, papers: FilterOptions) -> Reply:
    """Return what answers where the embedder's model is missing: papers found by words."""
    from assistant.app import by_words

    ids, missing = library.admitted(papers.filter()), library.missing
    if missing is None:
        return _by_pipeline(library, limit, papers)

    def reply(question: str) -> "tuple[Answer, int]":
        answer = by_words.answer(library.snapshot, question, limit or 8, ids, missing)
        return answer, ABSTAINED if answer.status == "abstained" else 0

    return reply


def _by_pipeline(library: "Library", limit: int | None, papers: FilterOptions) -> Reply:
    """Return what answers with the library's models, each question with its exit code."""
    from assistant.answering import pipeline
    from assistant.cli import live
    from assistant.domain.answers import Answer, Interrupted

    asking = library.pipeline(limit, papers.filter())
    if asking.model is None and sys.stderr.isatty():
        console.tell("answering with quotes; set OPENAI_API_KEY or OPENAI_BASE_URL to have a model write")

    def reply(question: str) -> tuple[Answer, int]:
        with asking.account.tally() as tally:
            try:
                with live.preview(asking.model is not None) as watching:
                    watched = replace(asking, on_token=watching.on_token, on_stage=watching.on_stage)
                    answer = pipeline.ask(watched, question)
            except Interrupted as stop:  # what there is of the answer is shown
                console.tell("interrupted")
                return stop.answer, INTERRUPTED
            except ModelError as error:
                console.tell(f"error: {error}")
                name = getattr(asking.model, "name", None)
                return Answer(question, "failed", (), (), name, (str(error),), cost=tally.cost), error.exit_code
        return answer, ABSTAINED if answer.status == "abstained" else 0

    return reply


def _failing(answer: "Answer") -> int:
    from assistant.cli.views import answers

    return answers.failing(answer.claims)


def _print(library: "LibrarySnapshot", answer: "Answer", *, as_json: bool, every: bool) -> None:
    """Print an answer; one that failed only as JSON, for its error was told."""
    from assistant.cli.views import answers
    from assistant.domain.answers import LIST_ROWS

    if as_json:
        console.record(answers.record(answer, library.fingerprint, library.size))
    elif answer.status != "failed":
        rows = None if every else LIST_ROWS
        console.lines(*answers.lines(answer, console.marks(), rows=rows, more="--all shows them"))


def _publish(library: "Library", answers: "list[Answer]", output: OutputOptions) -> None:
    """Write one document of all answers; none where there was no question."""
    from assistant.publishing import reports

    if answers:
        output.publish(reports.of_answers(answers, library.citation_keys))


def _exit_code(codes: list[int]) -> int:
    """Return what many questions end with: Ctrl-C, else a failed model, else failed verification, else abstention from
    all."""
    for code in (INTERRUPTED, ModelError.exit_code, UNVERIFIED):
        if code in codes:
            return code
    return ABSTAINED if codes and all(code == ABSTAINED for code in codes) else 0
