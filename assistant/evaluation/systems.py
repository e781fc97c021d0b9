"""One case -> its outcome: asked through the doors that `ask` and `chat` use."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from assistant.answering import pipeline
from assistant.answering.conversation import followups, session
from assistant.answering.conversation.session import Session
from assistant.answering.conversation.turns import Conversation, Reading, Turn
from assistant.answering.pipeline import Pipeline
from assistant.domain.answers import Answer
from assistant.domain.records import Claim, Evidence, Finding, Paper
from assistant.evaluation import outcomes
from assistant.evaluation.cases import DIALOGUE, Case, GoldTurn
from assistant.evaluation.outcomes import Outcome, TurnOutcome
from assistant.library.snapshot import LibrarySnapshot


@dataclass(frozen=True, slots=True)
class EvaluationContext:
    """What cases are asked of and with; one for each thread, because a library belongs to the thread that opened it."""

    pipeline: Pipeline
    session: Session
    """For the turns of conversations, which are not archived."""
    papers: Mapping[str, Paper] = field(default_factory=dict)
    """The papers of the library by title."""

    def at(self, library: LibrarySnapshot) -> "EvaluationContext":
        """Return the same with another library."""
        papers = {paper.title: paper for paper in library.papers()}
        return replace(self, pipeline=replace(self.pipeline, library=library), papers=papers)


def run(context: EvaluationContext, case: Case, repeat: int) -> Outcome:
    """Return the outcome of one case; raises whatever goes wrong with it."""
    if case.type == DIALOGUE:
        turns = _dialogue(context, case)
    elif len(case.turns) > 1:
        turns = _conversation(context, case)
    else:
        turns = [_question(context, case.turns[0].question)]
    return outcomes.done(case, repeat, turns)


def _question(context: EvaluationContext, question: str) -> TurnOutcome:
    answer = pipeline.ask(context.pipeline, question)
    return outcomes.turn(question, answer, _ranking(context.pipeline, question))


def _dialogue(context: EvaluationContext, case: Case) -> list[TurnOutcome]:
    """Return the turns of a dialogue: the answers, with what a person is told of how the question was understood."""
    conversation = Conversation(case.id, "", datetime.min)
    turns = []
    for gold in case.turns:
        conversation = session.ask(context.session, context.pipeline, conversation, gold.question)
        reading, answer = conversation.recorded[-1].reading, conversation.recorded[-1].answer
        outcome = outcomes.turn(gold.question, answer, ())
        notes = (*outcome.notes, reading.note) if reading.note else outcome.notes
        turns.append(replace(outcome, notes=notes, how=reading.how))
    return turns


def _conversation(context: EvaluationContext, case: Case) -> list[TurnOutcome]:
    """Return the turns of a conversation, each with the rankings that show what its history was worth.

    The history of `own` is what the assistant said itself, that of `right` what a right answer would have cited.
    """
    own = right = Conversation(case.id, "", datetime.min)
    turns = []
    for number, gold in enumerate(case.turns, 1):
        before, own = own, session.ask(context.session, context.pipeline, own, gold.question)
        turn = own.recorded[-1]
        reading = followups.resolve(gold.question, right.turns, right.papers, context.pipeline.library.words.terms)
        outcome = outcomes.turn(
            gold.question,
            turn.answer,
            _ranking_in(context, before, gold.question, turn.reading),
        )
        turns.append(
            replace(
                outcome,
                how=turn.reading.how,
                retrieved_gold=outcomes.ids(_ranking_in(context, right, gold.question, reading)),
                retrieved_alone=outcomes.ids(_ranking(context.pipeline, gold.question)),
                retrieved_standalone=outcomes.ids(_ranking(context.pipeline, gold.standalone or gold.question)),
            )
        )
        right = replace(right, recorded=(*right.recorded, _right_turn(context, number, gold, reading)))
    return turns


def _ranking_in(
    context: EvaluationContext, conversation: Conversation, question: str, reading: Reading
) -> tuple[Evidence, ...]:
    """Return the ranking of a question that was understood in its conversation."""
    pipeline = context.pipeline
    history = session.context(conversation, question, reading, pipeline.embedder, pipeline.library.words.terms)
    return _ranking(replace(pipeline, context=history), reading.text)


def _right_turn(context: EvaluationContext, number: int, gold: GoldTurn, reading: Reading) -> Turn:
    """Return the turn that a right answer would have made."""
    papers = [context.papers[title] for title in gold.cited if title in context.papers]
    findings = tuple(Finding(paper, paper.id, "quoted", "quote") for paper in papers)
    answer = Answer(reading.text, "answered", (Claim("", "quoted", "quote", findings),), ())
    return Turn(number, datetime.min, gold.question, reading, answer)


def _ranking(asking: Pipeline, text: str) -> tuple[Evidence, ...]:
    _, ranking, _ = pipeline.rank(asking, text, outcomes.DEPTH)
    return ranking
