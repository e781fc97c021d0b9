"""Answerers made for these tests, passed into a pipeline: what they state is verified, revised and shown."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from support.libraries import HashedWords, entry, ingest, made

from assistant.answering import pipeline
from assistant.answering.answerer import Answerer, Draft, Inquiry
from assistant.answering.answerers import ANSWERERS, AnswererKind, choose
from assistant.answering.evidence_packing import LARGE, SMALL
from assistant.answering.extractive import Extractive
from assistant.answering.generative import Generative
from assistant.answering.pipeline import Pipeline
from assistant.domain.answers import Answer, Interrupted
from assistant.domain.errors import BudgetError, ModelError, Stopped
from assistant.domain.records import Claim, Evidence
from assistant.library import chunks
from assistant.library.snapshot import LibrarySnapshot
from assistant.retrieval.retriever import Context
from assistant.testing import ScriptedModel
from assistant.verification.claims import CitationMark, Statement

QUESTION = "How do we predict glaciers?"


@pytest.fixture
def base(tmp_path: Path) -> Iterator[Pipeline]:
    embedder = HashedWords()
    with LibrarySnapshot(made(tmp_path), embedder.fingerprint) as library:
        yield Pipeline(library, embedder)


class FirstTitle(Answerer):
    """States the title of the first paper."""

    def state(self, inquiry: Inquiry) -> Draft:
        [first, *_] = inquiry.evidence
        return Draft((Statement(first.paper.title, (CitationMark(first.key, wellformed=True),)),), model="first-title")


def test_a_new_answerer_is_passed_in_and_its_statements_are_verified(base: Pipeline) -> None:
    answer = pipeline.ask(replace(base, answerer=FirstTitle()), QUESTION)
    first = answer.evidence[0].paper
    assert (answer.question, answer.status, answer.model) == (QUESTION, "answered", "first-title")
    assert (answer.notes, answer.prompt, answer.tokens, answer.reply) == ((), None, (None, None), "")
    assert [claim.text for claim in answer.claims] == [first.title]
    [finding] = answer.claims[0].findings
    assert finding.paper == first
    assert finding.quote in first.abstract
    assert len(answer.evidence) == 8


def test_a_new_answerer_is_one_row_and_the_first_that_can_answers() -> None:
    toy = AnswererKind("first title", lambda model, _: FirstTitle() if model is None else None)
    model = ScriptedModel([])
    assert isinstance(choose(None, (toy, *ANSWERERS)), FirstTitle)
    assert isinstance(choose(model, (toy, *ANSWERERS)), Generative)
    assert isinstance(choose(None), Extractive)
    assert isinstance(choose(model), Generative)
    assert isinstance(choose(None, ()), Extractive)


@dataclass
class Scripted(Answerer):
    """Writes drafts of so many passing and so many failing claims."""

    first: tuple[int, int]
    second: tuple[int, int] | BaseException | None = None
    asked_to_revise: int = 0

    def shortlist(self, evidence: Sequence[Evidence]) -> tuple[Evidence, ...]:
        return tuple(evidence[:2])

    def state(self, inquiry: Inquiry) -> Draft:
        return self._draft(inquiry, *self.first, tokens=(100, None))

    def revise(self, inquiry: Inquiry, draft: Draft, claims: Sequence[Claim]) -> Draft | None:
        self.asked_to_revise += 1
        assert [claim.text for claim in claims] == [statement.text for statement in draft.statements]
        if isinstance(self.second, BaseException):
            raise self.second
        return self._draft(inquiry, *self.second, tokens=(30, None)) if self.second else None

    def _draft(self, inquiry: Inquiry, passing: int, failing: int, tokens: tuple[int, None]) -> Draft:
        first = inquiry.evidence[0]
        quotes = chunks.sentences_of(first.paper)[:passing]
        good = [Statement(text, (CitationMark(first.key, wellformed=True),)) for text in quotes]
        bad = [Statement(f"Unicorn {n} did it.", (CitationMark("P0000", wellformed=True),)) for n in range(failing)]
        return Draft((*good, *bad), ("drafted",), "scripted", ("p.v1", "00"), tokens, f"{passing}+{failing}")


def counts(answer: Answer) -> tuple[int, int]:
    passing = sum(claim.verdict == "supported" for claim in answer.claims)
    return passing, len(answer.claims) - passing


REVISED = "this is the revision"
GAVE_UP = "the model then gave up, and its first answer is shown"
WORSE = "the revision was worse and is not shown"


@pytest.mark.parametrize(
    ("first", "second", "note"),
    [
        ((1, 1), (1, 0), REVISED),
        ((1, 1), (2, 1), REVISED),
        ((1, 1), (1, 1), REVISED),
        ((2, 2), (1, 0), REVISED),
        ((0, 1), (0, 0), GAVE_UP),  # what fails is shown failing: giving up is no better answer
        ((3, 1), (0, 0), GAVE_UP),
        ((3, 1), (1, 0), WORSE),
        ((1, 1), (0, 1), WORSE),
    ],
)
def test_a_revision_is_shown_unless_it_is_worse(
    base: Pipeline, first: tuple[int, int], second: tuple[int, int], note: str
) -> None:
    answer = pipeline.ask(replace(base, answerer=Scripted(first, second)), QUESTION)
    expected = second if note == REVISED else first
    assert counts(answer) == expected
    assert answer.reply == f"{expected[0]}+{expected[1]}"
    assert answer.status == ("answered" if sum(expected) else "abstained")
    sent_back = "1 failing claim was" if first[1] == 1 else f"{first[1]} failing claims were"
    assert answer.notes == ("drafted", f"{sent_back} sent back once; {note}")
    assert answer.tokens == (130, None)
    assert answer.prompt == ("p.v1", "00")


def test_what_passes_is_not_revised(base: Pipeline) -> None:
    answerer = Scripted((2, 0), (1, 0))
    answer = pipeline.ask(replace(base, answerer=answerer), QUESTION)
    assert (counts(answer), answer.notes, answerer.asked_to_revise) == ((2, 0), ("drafted",), 0)


@pytest.mark.parametrize(
    ("second", "notes"),
    [
        (None, ("drafted",)),
        (ModelError("it hung up"), ("drafted", "what failed was sent back once, and the model failed: it hung up")),
        (BudgetError("no money is left"), ("drafted", "what failed was not revised: no money is left")),
    ],
)
def test_without_a_revision_the_first_draft_stands(
    base: Pipeline, second: ModelError | None, notes: tuple[str, ...]
) -> None:
    answer = pipeline.ask(replace(base, answerer=Scripted((1, 1), second)), QUESTION)
    assert (counts(answer), answer.notes, answer.tokens) == ((1, 1), notes, (100, None))


def test_ctrl_c_during_a_revision_carries_the_first_draft_and_a_question_that_nobody_waits_for_ends(
    base: Pipeline,
) -> None:
    with pytest.raises(Interrupted) as caught:
        pipeline.ask(replace(base, answerer=Scripted((1, 1), KeyboardInterrupt())), QUESTION)
    answer = caught.value.answer
    note = "1 failing claim was sent back once; the revision was stopped, and the first answer stands"
    assert (counts(answer), answer.notes, answer.status) == ((1, 1), ("drafted", note), "answered")
    with pytest.raises(Stopped):
        pipeline.ask(replace(base, answerer=Scripted((1, 1), Stopped())), QUESTION)


class LooksAgain(Scripted):
    """Asks for a further search beside its first draft."""

    def state(self, inquiry: Inquiry) -> Draft:
        return replace(super().state(inquiry), searches=("violins",))


class FailsToSearchFor(HashedWords):
    """The hashing embedder, which fails at queries of one word."""

    def __init__(self, word: str) -> None:
        super().__init__()
        self._word = word

    def embed_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        if any(self._word in text for text in texts):
            raise ModelError("the embedder hung up")
        return super().embed_queries(texts)


def test_where_a_further_search_fails_the_first_draft_stands(base: Pipeline) -> None:
    failing = replace(base, embedder=FailsToSearchFor("violins"), answerer=LooksAgain((1, 0)))
    answer = pipeline.ask(failing, QUESTION)
    note = "the model had the library searched again, for “violins”; that failed: the embedder hung up"
    assert (counts(answer), answer.notes, answer.tokens) == ((1, 0), ("drafted", note), (100, None))


class LookedAgain(Scripted):
    """Asks for a further search, and writes the second draft as a script has it."""

    def state(self, inquiry: Inquiry) -> Draft:
        if inquiry.may_search:
            return replace(super().state(inquiry), searches=("violins",))
        if isinstance(self.second, BaseException):
            raise self.second
        return replace(self._draft(inquiry, *(self.second or (0, 0)), tokens=(30, None)), break_cause="it fell silent")


def test_what_was_answered_before_a_further_search_stands_where_the_next_answer_is_stopped_or_breaks_off(
    base: Pipeline,
) -> None:
    again = "the model had the library searched again, for “violins”"
    narrow = replace(base, limit=3)
    answer = pipeline.ask(replace(narrow, answerer=LookedAgain((1, 0), (2, 0))), QUESTION)
    assert (counts(answer), answer.tokens) == ((1, 0), (130, None))
    assert answer.notes[1].startswith(f"{again}: ")
    assert answer.notes[1].endswith("found; the answer from them broke off (it fell silent)")
    with pytest.raises(Interrupted) as caught:
        pipeline.ask(replace(narrow, answerer=LookedAgain((1, 0), KeyboardInterrupt())), QUESTION)
    assert caught.value.answer.notes == ("drafted", f"{again}; that was stopped")
    with pytest.raises(KeyboardInterrupt) as plain:
        pipeline.ask(replace(narrow, answerer=LookedAgain((0, 0), KeyboardInterrupt())), QUESTION)
    assert not isinstance(plain.value, Interrupted)  # there is nothing to show


def test_an_answerer_reads_no_more_than_its_shortlist(base: Pipeline) -> None:
    whole = pipeline.ask(base, QUESTION).evidence
    assert pipeline.ask(replace(base, answerer=Scripted((1, 0))), QUESTION).evidence == whole[:2]


@pytest.mark.parametrize("tokens", [LARGE, SMALL])
def test_a_model_is_not_asked_where_no_paper_has_an_abstract(tmp_path: Path, tokens: int) -> None:
    bare = [replace(entry(number), abstract="") for number in range(2)]
    ingest(tmp_path / "library", bare)
    embedder, context = HashedWords(), Context(named_papers=frozenset(["id0", "id1"]))
    with LibrarySnapshot(tmp_path / "library", embedder.fingerprint) as library:
        asking = Pipeline(library, embedder, ScriptedModel([]), context=context, evidence_tokens=tokens)
        answer = pipeline.ask(asking, QUESTION)
    note = "the model was not asked: none of these papers has an abstract"
    assert (answer.status, answer.notes, len(answer.evidence)) == ("abstained", (note,), 2)


def test_nobody_is_asked_where_there_is_no_evidence(base: Pipeline) -> None:
    nothing = replace(base, answerer=Scripted((1, 0)), allowed=frozenset())
    answer = pipeline.ask(nothing, QUESTION)
    assert replace(answer, seconds=replace(answer.seconds, retrieve=0.0, total=0.0)) == Answer(
        QUESTION, "abstained", (), (), confidence=0.0, is_near=False
    )
