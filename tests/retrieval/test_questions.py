"""A question as typed -> a query with its spelling corrected, and evidence within the period that it names."""

from collections.abc import Iterator

import numpy as np
import pytest
from support import libraries
from support.libraries import HashedWords

from assistant.library.snapshot import LibrarySnapshot
from assistant.retrieval import questions, ranking, retriever
from assistant.retrieval.retriever import Context, Query

EMBEDDER = HashedWords()


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LibrarySnapshot]:
    with LibrarySnapshot(libraries.made(tmp_path_factory.mktemp("questions"))) as snapshot:
        yield snapshot


def query(text: str) -> Query:
    return Query(text, EMBEDDER.embed([text])[0])


def test_spelling_is_corrected_only_where_ordinary_words_are_known(library: LibrarySnapshot) -> None:
    parsed, notes = questions.parse_question(library, EMBEDDER, "where are galciers", {"where"}.__contains__)
    assert (parsed.text, notes) == ("where are glaciers", ("searched for “glaciers” for “galciers”",))
    assert np.array_equal(parsed.vector, EMBEDDER.embed(["where are glaciers"])[0])
    parsed, notes = questions.parse_question(library, EMBEDDER, "where are galciers", None)
    assert (parsed.text, notes) == ("where are galciers", ())


def test_evidence_is_what_retrieval_gives_within_the_period(library: LibrarySnapshot) -> None:
    question = query("moss and granite")
    evidence, note = questions.find_evidence(library, question, 3, None, Context())
    assert evidence == retriever.retrieve(library, question.vector, question.text, 3)
    assert note == ""
    question = query("papers before 2024-01-04 on moss")
    evidence, note = questions.find_evidence(library, question, 9, None, Context())
    assert {item.paper.day for item in evidence} == {"2024-01-01", "2024-01-02", "2024-01-03"}
    assert note == "only papers until 2024-01-03 were searched, as the question asks"
    question = query("papers before 2024 on moss")
    assert questions.find_evidence(library, question, 3, None, Context()) == (
        (),
        "only papers until 2023-12-31 were searched, as the question asks",
    )


def test_the_words_just_typed_set_another_period_than_what_they_continue(library: LibrarySnapshot) -> None:
    question = query("papers before 2024 on moss, and since 2024")
    latest = Context(latest=query("and papers since 2024?"))
    evidence, note = questions.find_evidence(library, question, 3, None, latest)
    assert len(evidence) == 3
    assert note == "only papers since 2024-01-01 were searched, as the question asks"


def test_the_nearest_papers_of_many_texts_are_those_of_each(library: LibrarySnapshot) -> None:
    texts = [f"{verb} {subject}" for verb in libraries.VERBS for subject in libraries.SUBJECTS]  # more than one batch
    vectors = EMBEDDER.embed(texts)
    expected = []
    for text, vector in zip(texts, vectors, strict=True):
        words = np.zeros(len(library.ids), np.float32)
        for id, score in library.word_search.scores(text, len(library.ids)).items():
            words[library.ids.index(id)] = score
        scores = ranking.combine(words, library.table.wholes @ vector, library.table.wholes @ vector)
        expected.append({library.ids[row] for row in np.argsort(-scores, kind="stable")[:5]})
    assert [set(ids) for ids in retriever.nearest_papers(library, vectors, texts, 5)] == expected
    assert retriever.nearest_papers(library, vectors[:0], [], 5) == []
