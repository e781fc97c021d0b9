"""Lists: every paper that belongs, best first, each with a sentence of its own; a toy cross-encoder reads for them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from support import libraries
from support.libraries import HashedWords

from assistant.answering import membership, pipeline
from assistant.answering.pipeline import Pipeline
from assistant.cli.views import answers as views
from assistant.domain.answers import Answer
from assistant.domain.records import Entry, Listing
from assistant.domain.verdicts import MARKS
from assistant.library.snapshot import LibrarySnapshot
from assistant.retrieval.retriever import Context

PAPERS = {
    "Moss in the Shade": ("2024-01-31", "Moss grows in shade. It needs no sun. Is that so?"),
    "Moss on Granite": ("2024-05-02", "Stone is hard. Moss holds on to granite by its rhizoids."),
    "A Review of Moss": (None, "Reviews are long. This one lists what is known of moss."),
    "Comets": ("2024-03-03", "Comets have tails."),
    "Ferns": ("2023-03-03", "Ferns unroll in spring."),
}


@pytest.fixture
def base(tmp_path: Path) -> Iterator[Pipeline]:
    rows = [
        Entry(Listing("a.jsonl", n, title, date.fromisoformat(day) if day else None), abstract, f"id{n}")
        for n, (title, (day, abstract)) in enumerate(PAPERS.items(), 1)
    ]
    libraries.ingest(tmp_path / "library", rows)
    embedder = HashedWords()
    with LibrarySnapshot(tmp_path / "library", embedder.fingerprint) as library:
        yield Pipeline(library, embedder, today=date(2024, 6, 1))


def shown(answer: Answer, rows: int | None = None) -> list[str]:
    lines = views.lines(answer, MARKS, rows=rows, more="--all shows them")
    return ["".join(piece for piece, _ in line) for line in lines]


def titles(answer: Answer) -> list[str]:
    return [paper.title for paper in answer.cited]


def test_a_list_has_every_paper_that_belongs_with_the_sentence_that_shows_why(base: Pipeline) -> None:
    answer = pipeline.ask(base, "Which papers study moss?")
    assert (answer.kind, answer.status, answer.text) == ("list", "answered", "3 papers on moss")
    assert sorted(titles(answer)) == ["A Review of Moss", "Moss in the Shade", "Moss on Granite"]
    assert {claim.text for claim in answer.claims} == {
        "Moss grows in shade.",
        "Moss holds on to granite by its rhizoids.",
        "This one lists what is known of moss.",
    }
    assert all(claim.step == "quote" for claim in answer.claims)
    record = views.record(answer, "vectors", 5)
    assert (record["kind"], record["answer"], len(record["citations"])) == ("list", "3 papers on moss", 3)


def test_a_period_filters_and_is_told_and_an_order_is_kept(base: Pipeline) -> None:
    note = "only papers since 2024-02-01 were searched, as the question asks; 1 paper has no date and is left out"
    answer = pipeline.ask(base, "papers on moss since February")
    assert (titles(answer), answer.notes) == (["Moss on Granite"], (note,))
    newest = pipeline.ask(base, "the newest papers on moss")
    assert (newest.text, titles(newest), newest.notes) == (
        "3 papers on moss, the newest first",
        ["Moss on Granite", "Moss in the Shade"],
        ("1 of 3 papers on moss has no date",),
    )
    [first] = pipeline.ask(base, "the newest paper on moss").cited
    assert first.title == "Moss on Granite"
    every = pipeline.ask(base, "papers from 2024")
    assert shown(every, 2)[:-2] == [
        "3 papers dated from 2024-01-01 to 2024-12-31",
        "",
        "[1] 2024-05-02  Moss on Granite",
        "    ❝ “Moss holds on to granite by its rhizoids.”",
        "[2] 2024-03-03  Comets",
        "    ❝ “Comets have tails.”",
        "and 1 more: --all shows them",
    ]


def test_what_was_shown_is_left_out_where_others_are_asked_for(base: Pipeline) -> None:
    seen = replace(base, context=Context(shown=frozenset({"id1", "id2"})))
    answer = pipeline.ask(seen, "Which papers study moss?")
    assert (answer.text, titles(answer)) == ("1 further paper on moss", ["A Review of Moss"])
    none = pipeline.ask(
        replace(base, context=Context(shown=frozenset({"id1", "id2", "id3"}))), "Which papers study moss?"
    )
    assert (none.status, shown(none)) == ("abstained", ["No further papers on moss were found."])


def test_what_is_on_another_subject_is_left_out_and_told(base: Pipeline) -> None:
    answer = pipeline.ask(base, "Which papers study moss, but not granite?")
    assert (answer.text, sorted(titles(answer)), answer.notes) == (
        "2 papers on moss and not on granite",
        ["A Review of Moss", "Moss in the Shade"],
        ("1 paper on granite was left out, as the question asks",),
    )


def test_all_papers_but_those_on_a_subject_are_listed(base: Pipeline) -> None:
    answer = pipeline.ask(base, "Which papers are not on moss?")
    assert (answer.text, titles(answer)) == ("2 papers not on moss", ["Comets", "Ferns"])
    assert pipeline.ask(base, "What percentage of papers are not on moss?").text == "2 of 5 papers not on moss: 40.0%"
    assert pipeline.ask(base, "papers not on moss since 2024").text == "1 paper not on moss dated since 2024-01-01"


def test_a_list_of_surveys_has_what_calls_itself_one(base: Pipeline) -> None:
    assert titles(pipeline.ask(base, "Which reviews of moss are there?")) == ["A Review of Moss"]
    one = pipeline.ask(base, "reviews of moss")
    assert (one.text, titles(one)) == ("1 paper that is a review of moss", ["A Review of Moss"])


def test_papers_are_not_counted_as_what_was_not_checked_of_them(base: Pipeline) -> None:
    answer = pipeline.ask(base, "Which papers do not study moss?")
    assert answer.text.endswith(" papers found for “do not study moss”")
    assert answer.notes == ("“do not” was not checked: what was found has the other words of the question",)


def test_a_share_is_that_of_the_papers_searched(base: Pipeline) -> None:
    assert pipeline.ask(base, "What percentage of papers study moss?").text == "3 of 5 papers on moss: 60.0%"
    assert pipeline.ask(base, "What share of papers since 2024 study moss?").text == "2 of 3 papers on moss: 66.7%"


def test_more_papers_are_looked_at_while_they_belong_and_where_that_ends_is_told(tmp_path: Path) -> None:
    rows = [Entry(Listing("a.jsonl", n, f"Moss {n}"), f"Moss is green in place {n}.", f"id{n}") for n in range(190)]
    libraries.ingest(tmp_path / "library", rows)
    embedder = HashedWords()
    with LibrarySnapshot(tmp_path / "library", embedder.fingerprint) as library:
        base = Pipeline(library, embedder)
        answer = pipeline.ask(base, "Which papers study moss?")
        some = pipeline.ask(replace(base, allowed=frozenset(f"id{n}" for n in range(100))), "Which papers study moss?")
        others = pipeline.ask(base, "Which papers are not on moss?")
    assert (others.status, others.text) == (
        "abstained",
        "Which papers are not on moss is not answered: more are on it than were looked at.",
    )
    assert (answer.text, len({*titles(answer)}), answer.notes) == (
        "At least 180 papers on moss",
        180,
        ("only the 180 nearest papers were looked at: more may belong",),
    )
    assert (some.text, some.notes) == ("100 papers on moss", ())


def test_where_none_belongs_that_is_said(base: Pipeline) -> None:
    answer = pipeline.ask(base, "Which papers study violins?")
    assert (answer.status, answer.text, answer.cited) == ("abstained", "No papers on violins were found.", ())
    assert shown(answer) == ["No papers on violins were found."]


@dataclass
class Longest:
    """A cross-encoder of which the shortest passage is the best: what it is sent is what matters."""

    fingerprint: str

    def __post_init__(self) -> None:
        self.read: list[tuple[str, str]] = []

    def score(self, pairs: Sequence[tuple[str, str]]) -> NDArray[np.float32]:
        self.read += pairs
        return np.array([-float(len(passage)) for _, passage in pairs], np.float32)


def test_a_cross_encoder_reads_title_and_two_sentences_where_its_numbers_are_known(base: Pipeline) -> None:
    papers = base.library.papers(["id3", "id4"])
    reader = Longest("known")
    columns = membership.features("known moss", papers, base.library, reader)
    assert reader.read == [
        ("known moss", "A Review of Moss. This one lists what is known of moss. Reviews are long."),
        ("known moss", "Comets. Comets have tails."),
    ]
    assert columns[:, 1:].tolist() == [[1.0, -73.0], [0.0, -26.0]]
    unknown = Longest("unknown")
    assert pipeline.ask(replace(base, reranker=unknown), "Which papers study moss?").text == "3 papers on moss"
    assert unknown.read == []


def test_of_very_many_papers_the_newest_are_listed_and_all_counted(tmp_path: Path) -> None:
    rows = [
        Entry(Listing("a.jsonl", n, f"Moss {n}", date(2024, 1, 1) + timedelta(n)), "", f"id{n}") for n in range(1_001)
    ]
    libraries.ingest(tmp_path / "library", rows)
    embedder = HashedWords()
    with LibrarySnapshot(tmp_path / "library", embedder.fingerprint) as library:
        answer = pipeline.ask(Pipeline(library, embedder), "List all papers")
    assert answer.text == "1,001 papers; the 1,000 newest are shown, `assistant papers` lists all"
    assert [item.paper.id for item in answer.evidence] == [f"id{number}" for number in range(1_000, 0, -1)]
