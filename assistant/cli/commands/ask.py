"""`assistant ask`: questions -> cited, verified answers, as text or JSON."""

import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from assistant.cli import console, options
from assistant.domain.errors import ModelError

if TYPE_CHECKING:
    from assistant.answering.pipeline import Pipeline
    from assistant.domain.records import Answer

ABSTAINED, UNVERIFIED = 3, 4


@click.command()
@click.argument("question", required=False)
@click.option(
    "-k", "limit", type=click.IntRange(1, 50), default=8, show_default=True, help="How many papers are evidence."
)
@click.option("--model", metavar="NAME", help="The answering model, `none` for quotes [ASSISTANT_MODEL].")
@click.option("--strict", is_flag=True, help="Exit with 4 where a claim fails verification.")
@options.json
@options.stdin
@options.filters
@options.library
def ask(
    question: str | None,
    limit: int,
    model: str | None,
    strict: bool,
    as_json: bool,
    from_stdin: bool,
    **named: Any,
) -> int:
    """Answer QUESTION from the library; every claim cites a paper and is checked against it.

    Without a model the answer consists of quotes. A model is any OpenAI-compatible endpoint: set OPENAI_API_KEY, or
    OPENAI_BASE_URL for another than OpenAI's, and --model.

    \b
    Examples:
      assistant ask "How can reward overoptimization be mitigated?"
      assistant ask --since 2024 --json "Which papers study long contexts?"
      assistant ask --stdin --json --strict < questions.txt
      OPENAI_BASE_URL=http://localhost:11434/v1 assistant ask --model qwen3 "..."
    """
    from assistant import app
    from assistant.answering.pipeline import Pipeline
    from assistant.cli.commands.search import queries

    environment = app.environment()
    chosen = app.load_settings(environment, library=named["library"], embedder=named["embedder"], model=model)
    asked = queries(question, from_stdin)
    embedder = app.embedder(chosen, environment)
    codes: list[int] = []
    with app.library(chosen, environment, embedder, console.tell) as library:
        allowed = options.admitted(library, named["since"], named["until"], named["source"])
        answering = app.model(chosen, environment)
        if answering is None and sys.stderr.isatty():
            console.tell("answering with quotes; set OPENAI_API_KEY or OPENAI_BASE_URL to have a model write")
        asking = Pipeline(library, embedder, answering, limit, allowed, ordinary=app.ordinary())
        for words in asked:
            if from_stdin and not as_json:
                console.lines(console.heading(words))
            codes.append(_answer(asking, words, as_json=as_json, strict=strict))
    return _code(codes)


def _answer(asking: "Pipeline", question: str, *, as_json: bool, strict: bool) -> int:
    """Ask, print, and return the exit code of this question."""
    from assistant.answering import pipeline
    from assistant.cli import live
    from assistant.cli.views import answers as render
    from assistant.domain.records import Answer

    code = 0
    try:
        with live.shown(asking.model is not None) as hear:
            answer = pipeline.ask(replace(asking, on_token=hear), question)
    except ModelError as error:
        console.tell(f"error: {error}")
        answer = Answer(question, "failed", (), (), getattr(asking.model, "name", None), (str(error),))
        code = error.exit_code
    if as_json:
        console.record(render.record(answer, asking.library.fingerprint, len(asking.library.ids)))
    elif answer.status != "failed":
        console.lines(*render.lines(answer, console.marks()))
    if answer.status == "abstained":
        code = ABSTAINED
    return (_failing(answer) or code) if strict else code


def _failing(answer: "Answer") -> int:
    """Name the failing claims on standard error; return the exit code they call for."""
    from assistant.verification.verifier import FAILING

    failing = [claim for claim in answer.claims if claim.verdict in FAILING]
    for claim in failing:
        console.tell(f"{claim.verdict}: {claim.text} ({claim.reason})")
    return UNVERIFIED if failing else 0


def _code(codes: list[int]) -> int:
    """Return what many questions end with: a failed model, else failed verification, else abstention from all."""
    for code in (ModelError.exit_code, UNVERIFIED):
        if code in codes:
            return code
    return ABSTAINED if codes and all(code == ABSTAINED for code in codes) else 0
