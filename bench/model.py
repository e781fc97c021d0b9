"""Run `python -m bench.model URL --library DIR`: ours and stock llama-index answer the same questions with one model.

DIR holds the papers of the five pages. Questions are a sample of evals/daily_papers dev; both systems get as many
papers, the same embedder and the same limit of a reply, and are asked in turns. Replies are kept in --replies, so that
the same command goes on after a break, and judges anew what is there already. Titles are compared as `assistant eval`
does; sentences of both are checked by our verifier, and both abstentions are read by one rule. Questions that --minutes
left no time for are left out of both columns. The table is Markdown.
"""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import fmean, median
from typing import Any

from assistant.answering import abstention, pipeline
from assistant.app.handle import Library
from assistant.app.opening import open_library
from assistant.domain import titles
from assistant.domain.errors import ModelError
from assistant.domain.records import Claim, Evidence, Paper
from assistant.evaluation.metrics.titles import TitleScores, title_scores
from assistant.library import abstracts
from assistant.models.openai.chat import OpenAIModel
from assistant.verification import claims, verifier
from assistant.verification.claims import CitationMark
from assistant.verification.support import SupportScorer, classifier
from bench.model_sample import kind, sample
from bench.recorded_model import RecordedModel
from bench.stock_answers import Stock

_FAULTS = {"near": "false answers, near misses", "foreign": "false answers, foreign"}


@dataclass(frozen=True)
class Judged:
    """One answer, judged."""

    question: Mapping[str, Any]
    claims: tuple[Claim, ...]
    """None where it abstained."""
    tokens: tuple[int, int]
    first_word: float | None
    seconds: float

    @property
    def scores(self) -> TitleScores | None:
        """How what it cites agrees with the gold; None for a question without an answer."""
        if not self.question["answerable"]:
            return None
        groups = [frozenset(map(titles.normalise, group)) for group in self.question["gold"]]
        acceptable = frozenset(map(titles.normalise, self.question.get("acceptable", ())))
        findings = [finding for claim in self.claims for finding in claim.findings]
        cited = frozenset(titles.normalise(found.paper.title) if found.paper else f"?{found.key}" for found in findings)
        return title_scores(groups, acceptable, frozenset(), cited)


Answering = Callable[[str], tuple[Claim, ...]]


def ours(library: Library, model: RecordedModel) -> Answering:
    """Return what answers as the command does."""
    asked = replace(library.pipeline(), model=model)
    return lambda question: pipeline.ask(asked, question).claims


def stock(library: Library, model: RecordedModel) -> Answering:
    """Return what answers by stock llama-index, its sentences checked as ours are."""
    engine = Stock(library.snapshot, library.embedder, model, library.pipeline().limit)
    snapshot, embedder = library.snapshot, library.embedder
    scorer = SupportScorer(snapshot.words, classifier.load(embedder.fingerprint))

    def answer(question: str) -> tuple[Claim, ...]:
        reply = engine.answer(question)
        by_id = {paper.id: paper for paper in snapshot.papers(reply.papers)}
        papers = [by_id[id] for id in reply.papers]
        statements = claims.split(reply.text, _numbered(papers))
        if all(abstention.says_missing(statement.text) for statement in statements):
            return ()
        statements = tuple(
            statement for statement in statements if statement.citations or not abstention.says_missing(statement.text)
        )  # as of ours, what only says that something is missing is no sentence without a citation
        evidence = [Evidence(f"P{number:04x}", paper, 0.0) for number, paper in enumerate(papers, 1)]
        texts = abstracts.read(snapshot, papers, embedder)
        return verifier.verify_statements(statements, verifier.context(question, evidence, texts, scorer), embedder)

    return answer


def _numbered(papers: Sequence[Paper]) -> claims.Names:
    """Return what a number of stock's sources cites."""
    marks = {f"{number}": CitationMark(f"P{number:04x}", wellformed=True) for number in range(1, len(papers) + 1)}
    return marks.get


def judge(answering: Answering, model: RecordedModel, question: Mapping[str, Any]) -> Judged | None:
    """Return the judged answer to one question; None where the model fails, which is told."""
    began = time.perf_counter()
    try:
        said = answering(question["question"])
    except ModelError as error:
        print(f"{question['id']}: {error}", file=sys.stderr)
        return None
    own = time.perf_counter() - began - model.waited
    first = None if model.first_word is None else own + model.first_word
    return Judged(question, said, (model.tokens[0], model.tokens[1]), first, own + model.seconds)


def show(system: str, answer: Judged) -> None:
    """Tell an answer, to be read by a person."""
    question = answer.question
    print(f"\n{system}, {kind(question)} {question['id']}: {question['question']}", file=sys.stderr)
    for claim in answer.claims:
        cited = [finding.paper.title if finding.paper else f"?{finding.key}" for finding in claim.findings]
        print(f"    {claim.verdict}: {claim.text} {cited}", file=sys.stderr)
    f1 = f", F1 {answer.scores.f1:.2f}" if answer.scores else ""
    print(f"    {answer.tokens} tokens, {answer.seconds:.0f} s{f1}", file=sys.stderr)


def run(
    systems: Mapping[str, Answering],
    model: RecordedModel,
    questions: Sequence[Mapping[str, Any]],
    repeat: int,
    end: float,
) -> dict[str, list[Judged]]:
    """Return {system: its answers} to the questions that all systems answered before a reading of the clock."""
    answers: dict[str, list[Judged]] = {name: [] for name in systems}
    for question in questions:
        if time.monotonic() > end:
            break
        row = {}
        for name, answering in systems.items():
            model.restart(repeat)
            if answer := judge(answering, model, question):
                row[name] = answer
                show(name, answer)
        if len(row) == len(systems):
            for name, answer in row.items():
                answers[name].append(answer)
    return answers


def figures(answers: Sequence[Judged]) -> dict[str, float]:
    """Return the rows of the table; a row that has nothing to count is left out."""
    scores = [scores for answer in answers if (scores := answer.scores)]
    said = [claim for answer in answers for claim in answer.claims]
    marks = [finding for claim in said for finding in claim.findings]
    verdicts = Counter(claim.verdict for claim in said)
    rows: dict[str, Sequence[float]] = {
        "title precision": [score.precision for score in scores],
        "title recall": [score.recall for score in scores],
        "title F1": [score.f1 for score in scores],
        "false abstentions": [not answer.claims for answer in answers if answer.question["answerable"]],
        **{
            row: [bool(answer.claims) for answer in answers if kind(answer.question) == name]
            for name, row in _FAULTS.items()
        },
        "citations of a paper that was shown": [mark.paper is not None for mark in marks],
        "sentences that cite nothing": [not claim.findings for claim in said],
        **{f"sentences {verdict}": [claim.verdict == verdict for claim in said] for verdict in sorted(verdicts)},
        "tokens read": [answer.tokens[0] for answer in answers],
        "tokens written": [answer.tokens[1] for answer in answers],
    }
    table = {name: fmean(values) for name, values in rows.items() if values}
    firsts = [answer.first_word for answer in answers if answer.first_word is not None]
    waits = {"seconds to the first word (median)": firsts, "seconds in all (median)": [a.seconds for a in answers]}
    return table | {name: median(values) for name, values in waits.items() if values}


def table(columns: Mapping[str, Mapping[str, float]]) -> str:
    """Return figures by system as a table in Markdown; "" where a system has nothing to count."""
    names = dict.fromkeys(name for column in columns.values() for name in column)
    lines = [f"| | {' | '.join(columns)} |", "|---" * (len(columns) + 1) + "|"]
    for name in names:
        cells = (f"{column[name]:.3f}" if name in column else "" for column in columns.values())
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def noise(repeats: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Return how far apart the repeats are: the largest minus the smallest figure of each row."""
    names = [name for name in repeats[0] if all(name in figures for figures in repeats)]
    return {name: max(f[name] for f in repeats) - min(f[name] for f in repeats) for name in names}


def main(words: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.model", description=__doc__.partition("\n")[0])
    parser.add_argument("url", metavar="URL", help="an OpenAI-compatible endpoint, such as http://127.0.0.1:8080/v1")
    parser.add_argument("--library", required=True, metavar="DIR")
    parser.add_argument("--model", default="qwen", metavar="NAME")
    parser.add_argument("--key", default="none", help="what the endpoint wants as a key")
    parser.add_argument("--sample", type=int, default=36, metavar="N")
    parser.add_argument("--seed", type=int, default=1, metavar="S")
    parser.add_argument("--repeats", type=int, default=1, metavar="N")
    parser.add_argument("--evidence", type=int, metavar="TOKENS")
    parser.add_argument("--max-tokens", type=int, default=300, metavar="N")
    parser.add_argument("--replies", type=Path, default=Path("replies.jsonl"), metavar="FILE")
    parser.add_argument("--minutes", type=float, default=24 * 60, metavar="N", help="after which no question is begun")
    parser.add_argument("--system", choices=("ours", "stock", "both"), default="both")
    given = parser.parse_args(words)
    questions = sample(given.sample, given.seed)
    endpoint = OpenAIModel(given.model, key=given.key, base_url=given.url, max_tokens=given.max_tokens)
    model = RecordedModel(endpoint, given.replies)
    end = time.monotonic() + 60 * given.minutes
    with open_library(given.library, model=endpoint, evidence=given.evidence) as library:
        systems: dict[str, Answering] = {}
        if given.system != "stock":
            systems["ours"] = ours(library, model)
        if given.system != "ours":
            systems["stock"] = stock(library, model)
        runs = [run(systems, model, questions, repeat, end) for repeat in range(1, given.repeats + 1)]
    columns = {name: figures(runs[0][name]) for name in systems}
    if len(runs) > 1:
        columns |= {f"{name}, between repeats": noise([figures(run[name]) for run in runs]) for name in systems}
    counts = Counter(kind(answer.question) for answer in next(iter(runs[0].values())))
    print(f"{given.model}: {', '.join(f'{number} {name}' for name, number in counts.items())}\n\n{table(columns)}")


if __name__ == "__main__":
    main(sys.argv[1:])
