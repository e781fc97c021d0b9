"""Conversations without a model over a made library: what is repeated, left out, narrowed, and said to be missing."""

from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path

import pytest
from support import libraries
from support.libraries import HashedWords

from assistant.answering.conversation import session
from assistant.answering.conversation.session import Session
from assistant.answering.conversation.turns import Conversation, Turn
from assistant.answering.pipeline import Pipeline
from assistant.domain.records import Entry, Listing
from assistant.library.snapshot import LibrarySnapshot

MOSS = "Moss on granite walls"
PAPERS = {
    MOSS: (
        "Moss grows on granite walls. It grows because the stone holds water. Moss dies at 40 degrees. "
        "Walls in the sun have no moss."
    ),
    "Lichen on granite walls": "Lichen grows on granite walls. Lichen needs no water at all.",
    "Ferns in gardens": "Ferns unroll in spring. Ferns need shade.",
}
Talk = Callable[..., list[Turn]]


@pytest.fixture
def talk(tmp_path: Path) -> Iterator[Talk]:
    rows = [
        Entry(Listing("a.jsonl", n, title, date(2024, n, 1)), abstract, f"id{n}")
        for n, (title, abstract) in enumerate(PAPERS.items(), 1)
    ]
    libraries.ingest(tmp_path / "library", rows)
    embedder = HashedWords()
    with LibrarySnapshot(tmp_path / "library", embedder.fingerprint) as library:
        pipeline = Pipeline(library, embedder, today=date(2024, 6, 1))

        def one(*questions: str) -> list[Turn]:
            conversation = Conversation("c", str(library.folder), datetime.min)
            for question in questions:
                conversation = session.ask(Session(None, len), pipeline, conversation, question)
            return list(conversation.turns)

        yield one


def said(turn: Turn) -> list[str]:
    return [claim.text for claim in turn.answer.claims]


def cited(turn: Turn) -> list[str]:
    return [paper.title for paper in turn.cited]


def test_nothing_is_quoted_twice_and_where_nothing_is_left_that_is_said(talk: Talk) -> None:
    _, why, more, again, last = talk(
        "papers on moss", "what does [1] say?", "tell me more about [1]", "repeat that please", "tell me more about [1]"
    )
    every = PAPERS[MOSS]
    assert not set(said(why)) & set(said(more))
    assert all(text in every for text in said(why) + said(more))
    assert said(again) == (said(more) or said(why))
    assert (last.answer.status, last.answer.text) == (
        "abstained",
        "Nothing is left to quote that was not quoted before.",
    )


def test_a_reason_is_looked_for_in_the_papers_just_cited(talk: Talk) -> None:
    _, why = talk("papers on moss", "why?")
    assert said(why)[0] == "It grows because the stone holds water."
    assert why.reading.intent == "why"


def test_others_leave_out_what_was_shown_and_end(talk: Talk) -> None:
    first, others, none = talk("papers on granite walls", "any others?", "what else?")
    assert sorted(cited(first)) == ["Lichen on granite walls", MOSS]
    assert (others.answer.text, cited(others)) == ("No further papers on granite walls were found.", [])
    assert cited(none) == []


def test_papers_are_named_by_place_and_number_or_said_not_to_be_there(talk: Talk) -> None:
    first, second, missing, date_of, thanks = talk(
        "papers on granite walls", "what does the second one say?", "and [7]?", "when was [1] published?", "thanks"
    )
    assert cited(second) == [cited(first)[1]]
    assert (missing.answer.status, missing.answer.text, said(missing)) == (
        "abstained",
        "Nothing was cited as [7] so far.",
        [],
    )
    paper = first.cited[0]
    assert date_of.answer.text == f"“{paper.title}”: published {paper.day}"
    assert (thanks.answer.text, thanks.cited) == ("You are welcome.", ())


def test_what_no_paper_has_a_word_of_is_not_answered(talk: Talk) -> None:
    _, licence, narrowed = talk("papers on granite walls", "what licence does it have?", "only since February")
    assert (licence.answer.status, said(licence)) == ("abstained", [])
    assert cited(narrowed) == ["Lichen on granite walls"]
