"""`assistant ask`: questions -> answers, each claim with what it cites and a mark, as text or JSON."""

import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from assistant.cli import console, options
from assistant.cli.commands.search import queries
from assistant.cli.commands.verify import UNVERIFIED
from assistant.cli.options import FilterOptions, LibraryOptions
from assistant.domain.errors import ModelError

if TYPE_CHECKING:
    from assistant.answering.pipeline import Pipeline
    from assistant.domain.answers import Answer
    from assistant.library.snapshot import LibrarySnapshot

ABSTAINED = 3
"""Exit code where no answer was found."""


@click.command()
@click.argument("question", required=False)
@options.top_k(None, 50, "How many papers are evidence [8; up to 24 for a model that is shown much].")
@click.option("--strict", is_flag=True, help="Exit with 4 where a claim fails; one that is located does not.")
@click.option("--all", "every", is_flag=True, help="Show all papers of a list, not only the first 20.")
@options.json
@options.stdin
@options.filters
@options.answering
def ask(
    question: str | None,
    limit: int | None,
    strict: bool,
    every: bool,
    as_json: bool,
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
      assistant ask --stdin --json --strict < questions.txt
      OPENAI_BASE_URL=http://localhost:11434/v1 assistant ask --model qwen3 "..."
    """
    questions = queries(question, from_stdin)
    codes: list[int] = []
    with place.open() as library:
        if library.missing:
            from assistant.app import by_words

            ids = library.admitted(papers.filter())
            for words in questions:
                answer = by_words.answer(library.snapshot, words, limit or 8, ids, library.missing)
                _print(library.snapshot, answer, as_json=as_json, every=every)
                codes.append(ABSTAINED if answer.status == "abstained" else 0)
            return _exit_code(codes)
        pipeline = library.pipeline(limit, papers.filter())
        if pipeline.model is None and sys.stderr.isatty():
            console.tell("answering with quotes; set OPENAI_API_KEY or OPENAI_BASE_URL to have a model write")
        for words in questions:
            if from_stdin and not as_json:
                console.lines(console.heading(words))
            codes.append(_answer(pipeline, words, as_json=as_json, strict=strict, every=every))
    return _exit_code(codes)


def _answer(asking: "Pipeline", question: str, *, as_json: bool, strict: bool, every: bool) -> int:
    """Ask, print, and return the exit code of this question."""
    from assistant.answering import pipeline
    from assistant.cli import live
    from assistant.cli.views import answers
    from assistant.domain.answers import Answer

    code, mark = 0, asking.account.mark()
    try:
        with live.preview(asking.model is not None) as watching:
            answer = pipeline.ask(replace(asking, on_token=watching.on_token, on_stage=watching.on_stage), question)
    except ModelError as error:
        console.tell(f"error: {error}")
        cost = asking.account.since(mark)
        answer = Answer(question, "failed", (), (), getattr(asking.model, "name", None), (str(error),), cost=cost)
        code = error.exit_code
    _print(asking.library, answer, as_json=as_json, every=every)
    if answer.status == "abstained":
        code = ABSTAINED
    return UNVERIFIED if strict and answers.failing(answer.claims) else code


def _print(library: "LibrarySnapshot", answer: "Answer", *, as_json: bool, every: bool) -> None:
    """Print an answer; one that failed only as JSON, for its error was told."""
    from assistant.cli.views import answers
    from assistant.domain.answers import LIST_ROWS

    if as_json:
        console.record(answers.record(answer, library.fingerprint, library.size))
    elif answer.status != "failed":
        rows = None if every else LIST_ROWS
        console.lines(*answers.lines(answer, console.marks(), rows=rows, more="--all shows them"))


def _exit_code(codes: list[int]) -> int:
    """Return what many questions end with: a failed model, else failed verification, else abstention from all."""
    for code in (ModelError.exit_code, UNVERIFIED):
        if code in codes:
            return code
    return ABSTAINED if codes and all(code == ABSTAINED for code in codes) else 0
