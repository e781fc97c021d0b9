"""Run `python -m bench.rewriting LIBRARY REPLIES [URL MODEL]`: follow-ups in four languages, by rule and by a model.

Each later turn of `evals/daily_papers/languages.jsonl` and `conversations.jsonl` (English) that a model is asked about
is read in a conversation whose answers were right: as it was typed, by the rule for its language, as the model wrote
it, as the model wrote it where that passes the checks (else by rule), and as a person wrote it. Two more stand for
models that nobody has to ask: the weakest, which repeats the question, and a strong one, which writes what the person
wrote, both checked. Printed is how often a gold paper is among the first 5 found, with what became of the rewritings.
REPLIES keeps what the model wrote, one JSON object a line: what it holds is not asked again, and without a URL only
that is scored. OPENAI_API_KEY is sent to the URL.
"""

import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from assistant import app
from assistant.answering import pipeline
from assistant.answering.conversation import followups, rewriting, session
from assistant.answering.conversation.turns import Conversation, Reading, Turn
from assistant.answering.pipeline import Pipeline
from assistant.domain.answers import Answer
from assistant.domain.records import Claim, Finding, Paper
from assistant.evaluation import suites
from assistant.evaluation.cases import GoldTurn
from assistant.models.openai.chat import OpenAIModel
from assistant.testing import ScriptedModel

_FOLDER = Path(__file__).parents[1] / "evals" / "daily_papers"
SUITES = {"other languages": _FOLDER / suites.LANGUAGES, "English": _FOLDER}
LIMIT = 5
_LONGEST = 120  # tokens of a rewriting


@dataclass(frozen=True, slots=True)
class Row:
    """One follow-up."""

    suite: str
    split: str
    question: str
    hits: Mapping[str, bool]
    """Way of reading it -> whether a gold paper is among the first ones; a model's only where there is a reply."""
    checked: Reading | None
    """What is made of the model's rewriting."""


def main() -> None:
    """Ask what is to be asked, score, print."""
    folder, kept, *endpoint = sys.argv[1:]
    settings = app.load_settings({}, library=folder)
    embedder = app.embedder(settings, {})
    replies = _replies(Path(kept))
    rows = []
    with app.library(settings, {}, embedder, print) as library:
        asking = Pipeline(library, embedder)
        papers = {paper.title: paper for paper in library.papers()}
        for suite, case in [(name, case) for name, path in SUITES.items() for case in suites.load(path).cases]:
            conversation = Conversation(case.id, "", datetime.min)
            for number, gold in enumerate(case.turns, 1):
                key, rule = f"{case.id}/{number}", _rule(asking, conversation, gold.question)
                if rule and endpoint and key not in replies:
                    replies[key] = _ask(endpoint, conversation, gold.question)
                    with Path(kept).open("a", encoding="utf-8") as file:
                        file.write(json.dumps({"key": key, "reply": replies[key]}, ensure_ascii=False) + "\n")
                if rule:
                    hits, checked = _hits(asking, conversation, gold, papers, rule, replies.get(key))
                    rows.append(Row(suite, case.split, gold.question, hits, checked))
                conversation = _with(conversation, number, gold, papers)
    for suite in SUITES:
        for split in suites.SPLITS:
            _print(f"{suite}, {split}", [row for row in rows if (row.suite, row.split) == (suite, split)])


def _replies(path: Path) -> dict[str, str]:
    """Return {case and turn: what the model wrote}."""
    lines = path.read_text("utf-8").splitlines() if path.exists() else []
    return {row["key"]: row["reply"] for row in map(json.loads, lines)}


def _ask(endpoint: Sequence[str], conversation: Conversation, question: str) -> str:
    url, name = endpoint
    model = OpenAIModel(name, key=os.environ.get("OPENAI_API_KEY", ""), base_url=url, max_tokens=_LONGEST)
    numbers = {paper.id: number for number, paper in conversation.papers.items()}
    return model.reply(rewriting.messages(question, conversation.turns, numbers)).text


def _rule(asking: Pipeline, conversation: Conversation, question: str) -> Reading | None:
    """Return the reading by rule of what a model is asked about; None for what it is not."""
    terms, turns = asking.library.words.terms, conversation.turns
    reading = followups.resolve(question, turns, conversation.papers, terms)
    return rewriting.by_rule(question, reading, turns, terms)


def _hits(
    asking: Pipeline,
    conversation: Conversation,
    gold: GoldTurn,
    papers: Mapping[str, Paper],
    rule: Reading,
    reply: str | None,
) -> tuple[dict[str, bool], Reading | None]:
    """Return whether each way of reading a follow-up finds a gold paper, and what is made of the model's reply."""

    def checked(text: str) -> Reading:
        return rewriting.rewrite(ScriptedModel([text]), gold.question, rule, conversation.turns, conversation.papers)

    terms = asking.library.words.terms
    readings = {"as typed": Reading(gold.question), "by rule": rule, "by hand": Reading(gold.standalone)}
    readings |= {"repeated, checked": checked(gold.question), "by hand, checked": checked(gold.standalone)}
    if reply is not None:
        readings |= {"by model": replace(rule, text=reply or gold.question, how="model", other="")}
        readings |= {"by model, checked": checked(reply)}
    golds = {papers[title].id for group in gold.gold for title in group}
    hits = {}
    for name, reading in readings.items():
        context = session.context(conversation, gold.question, reading, asking.embedder, terms)
        _, ranking, _ = pipeline.rank(replace(asking, context=context), reading.text, LIMIT)
        hits[name] = bool(golds & {item.paper.id for item in ranking})
    return hits, readings.get("by model, checked")


def _with(conversation: Conversation, number: int, gold: GoldTurn, papers: Mapping[str, Paper]) -> Conversation:
    """Return the conversation with the turn that a right answer makes."""
    findings = tuple(Finding(papers[title], papers[title].id, "quoted", "quote") for title in gold.cited)
    answer = Answer(gold.standalone, "answered", (Claim("", "quoted", "quote", findings),), ())
    turn = Turn(number, datetime.min, gold.question, Reading(gold.standalone), answer)
    return replace(conversation, recorded=(*conversation.recorded, turn))


def _print(half: str, rows: Sequence[Row]) -> None:
    answered = [row for row in rows if row.checked]
    for what, some in (("all", rows), ("those that the model has rewritten", answered)):
        if not some:
            continue
        print(f"\n{half}, {what}: {len(some)} follow-ups; a gold paper among the first {LIMIT} found:")
        for name in some[0].hits:
            if not all(name in row.hits for row in some):
                continue
            print(f"  {name:18} {sum(row.hits[name] for row in some) / len(some):.2f}")
    for row in answered:
        if row.checked:
            note = f"  [{row.checked.note}]" if row.checked.note else ""
            print(f"    {row.checked.how:5} {row.question} -> {row.checked.text}{note}")


if __name__ == "__main__":
    main()
