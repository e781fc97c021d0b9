"""One case -> its outcome: asked through the doors that `ask` and `chat` use, by the assistant or a trivial system."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from assistant.answering import pipeline
from assistant.answering.conversation import followups, session
from assistant.answering.conversation.session import Session
from assistant.answering.conversation.turns import Conversation, Reading, Turn
from assistant.answering.pipeline import Pipeline
from assistant.domain.errors import ModelError
from assistant.domain.records import Answer, Claim, Evidence, Finding, Paper
from assistant.evaluation import outcomes, suites
from assistant.evaluation.suites import Case

System = Callable[[Pipeline, Answer], Answer]
"""What is made of the assistant's answer: itself, or what a system would say that does without thought."""


@dataclass(frozen=True, slots=True)
class EvaluationContext:
    """What cases are asked of in one thread."""

    asking: Pipeline
    session: Session
    papers: Mapping[str, Paper]
    """The papers of the library by title."""
    system: System


def run(bench: EvaluationContext, case: Case, repeat: int) -> dict[str, Any]:
    """Return the line of one case; a model that fails makes it a line that says so."""
    try:
        turns = _conversation(bench, case) if len(case.turns) > 1 else [_question(bench, case.turns[0].question)]
    except ModelError as error:
        return outcomes.line(case, repeat, (), str(error))
    return outcomes.line(case, repeat, turns)


def _question(bench: EvaluationContext, question: str) -> dict[str, Any]:
    answer = bench.system(bench.asking, pipeline.ask(bench.asking, question))
    return outcomes.turn(question, answer, _ranked(bench.asking, question))


def _conversation(bench: EvaluationContext, case: Case) -> list[dict[str, Any]]:
    """Return the turns of a conversation, each with the rankings that show what its history was worth.

    `own` history is what the assistant said itself; `gold` is what a right answer would have cited.
    """
    asking = bench.asking
    own = gold = Conversation(case.id, "", datetime.min)
    found = []
    for number, wanted in enumerate(case.turns, 1):
        own = session.ask(bench.session, asking, own, wanted.question)
        taken = own.recorded[-1]
        reading = followups.resolve(wanted.question, gold.turns, gold.papers, asking.library.words.terms)
        found.append(
            outcomes.turn(
                wanted.question,
                bench.system(asking, taken.answer),
                _read(bench, replace(own, recorded=own.recorded[:-1]), wanted.question, taken.reading),
                how=taken.reading.how,
                retrieved_gold=_ids(_read(bench, gold, wanted.question, reading)),
                retrieved_alone=_ids(_ranked(asking, wanted.question)),
                retrieved_standalone=_ids(_ranked(asking, wanted.standalone or wanted.question)),
            )
        )
        gold = replace(gold, recorded=(*gold.recorded, _right(bench, number, wanted, reading)))
    return found


def _read(bench: EvaluationContext, before: Conversation, question: str, reading: Reading) -> tuple[Evidence, ...]:
    """Return the ranking of a question that was understood in its conversation."""
    context = session.context(before, question, reading, bench.asking.embedder)
    return _ranked(replace(bench.asking, context=context), reading.text)


def _right(bench: EvaluationContext, number: int, wanted: suites.GoldTurn, reading: Reading) -> Turn:
    """Return the turn that a right answer would have made."""
    cited = [bench.papers[title] for title in wanted.cited if title in bench.papers]
    findings = tuple(Finding(paper, paper.id, "supported", "quote") for paper in cited)
    answer = Answer(reading.text, "answered", (Claim("", "supported", "quote", findings),), ())
    return Turn(number, datetime.min, wanted.question, reading, answer)


def _ranked(asking: Pipeline, text: str) -> tuple[Evidence, ...]:
    query, _ = pipeline.read(asking, text)
    found, _ = pipeline.find(asking, query, outcomes.DEPTH)
    return found


def _ids(found: Sequence[Evidence]) -> list[str]:
    return [item.paper.id for item in found]


def _cite(count: int) -> System:
    """Return the system that cites the first papers found, whatever is asked."""

    def system(asking: Pipeline, answer: Answer) -> Answer:
        found = answer.evidence[:count]
        findings = tuple(Finding(item.paper, item.key, "supported", "quote") for item in found)
        claim = Claim("See these papers.", "supported", "quote", findings)
        return replace(answer, status="answered", claims=(claim,))

    return system


SYSTEMS: Mapping[str, System] = {
    "assistant": lambda asking, answer: answer,
    "cite-first": _cite(1),
    "cite-all": _cite(1_000),
    "abstain": lambda asking, answer: outcomes.bare(answer),
}
"""The assistant, and what any figure worth its name must rank far below it."""
