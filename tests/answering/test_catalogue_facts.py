"""Facts of a library as its catalogue has them: whole answers, no embedder, and what is not recorded is said."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from support import libraries

from assistant.answering import pipeline, responses
from assistant.domain.records import Entry, Listing
from assistant.library.snapshot import LibrarySnapshot
from assistant.retrieval.retriever import Context

TODAY = date(2024, 6, 1)
ENTRIES = [
    Entry(
        Listing("a.jsonl", 1, "How Moss Grows", date(2024, 1, 31), organisation="Moss Lab"),
        "Moss grows slowly.",
        "1",
        ("Ada Moss", "José Núñez"),
        "https://example.org/1",
    ),
    Entry(Listing("a.jsonl", 2, "Ferns Unroll", date(2024, 5, 2)), "Ferns unroll.", "2", ("Ada Moss",)),
    Entry(Listing("b.txt", 3, "Ferns: A Review", author_count=4), "Ferns are old."),
]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LibrarySnapshot]:
    folder = tmp_path_factory.mktemp("facts") / "library"
    libraries.ingest(folder, ENTRIES)
    with LibrarySnapshot(folder) as snapshot:
        yield snapshot


UNDATED = "1 paper has no date and is left out"
TOLD: dict[str, tuple[str, list[str], tuple[str, ...]]] = {
    "How many papers are there?": ("3 papers.", [], ()),
    "How many papers since May?": (
        "1 paper dated since 2024-05-01.",
        [],
        (f"only papers since 2024-05-01 were searched, as the question asks; {UNDATED}",),
    ),
    "newest paper?": ("The newest paper is “Ferns Unroll”, 2024-05-02; 1 paper has no date.", ["Ferns Unroll"], ()),
    "the two oldest papers": (
        "The 2 oldest papers, of 2 with a date; 1 paper has no date:",
        ["How Moss Grows", "Ferns Unroll"],
        (),
    ),
    "What is in the library?": (
        "3 papers out of 2 sources; 2 of them dated, from 2024-01-31 to 2024-05-02. `assistant papers` lists them.",
        [],
        (),
    ),
    "sources": ("2 sources:\na.jsonl: 2 papers\nb.txt: 1 paper", [], ()),
    "papers by moss": (
        "2 papers by moss. No names of authors are recorded for 1 of 3 papers.",
        ["How Moss Grows", "Ferns Unroll"],
        (),
    ),
    "papers by A. Moss and Nunez": (
        "1 paper by A. Moss and Nunez. No names of authors are recorded for 1 of 3 papers.",
        ["How Moss Grows"],
        (),
    ),
    "papers by Moss Lab": (
        "1 paper by Moss Lab. No names of authors are recorded for 1 of 3 papers.",
        ["How Moss Grows"],
        (),
    ),
    "papers by Gao": (
        "No paper is recorded as by Gao. No names of authors are recorded for 1 of 3 papers.",
        [],
        (),
    ),
    "Who wrote how moss grows?": ("“How Moss Grows”: by Ada Moss and José Núñez", ["How Moss Grows"], ()),
    "authors of Ferns: A Review": (
        "“Ferns: A Review”: 4 authors, whose names are not recorded",
        ["Ferns: A Review"],
        (),
    ),
    "When was Ferns Unroll published?": ("“Ferns Unroll”: published 2024-05-02", ["Ferns Unroll"], ()),
    "When was Ferns: A Review published?": ("“Ferns: A Review”: no date is recorded", ["Ferns: A Review"], ()),
    "When was the growing moss paper published?": ("“How Moss Grows”: published 2024-01-31", ["How Moss Grows"], ()),
    "Who wrote the paper on unrolling ferns?": ("“Ferns Unroll”: by Ada Moss", ["Ferns Unroll"], ()),
    "link to How Moss Grows": (
        "“How Moss Grows”: https://example.org/1 (id 1)",
        ["How Moss Grows"],
        (),
    ),
    "abstract of Ferns Unroll": ("“Ferns Unroll”: Ferns unroll.", ["Ferns Unroll"], ()),
    "thanks": ("You are welcome.", [], ()),
}


@pytest.mark.parametrize("question", TOLD)
def test_a_fact_is_told_as_the_catalogue_has_it(library: LibrarySnapshot, question: str) -> None:
    answer = responses.from_catalogue(library, question, None, TODAY)
    assert answer is not None
    assert (answer.text, [paper.title for paper in answer.cited], answer.notes) == TOLD[question]
    assert (answer.status, answer.claims, answer.model) == ("answered", (), None)


def test_a_filter_holds_for_facts_too(library: LibrarySnapshot) -> None:
    answer = responses.from_catalogue(library, "How many papers are there?", frozenset({"1"}), TODAY)
    assert answer is not None
    assert answer.text == "1 paper."


def test_what_is_no_paper_of_the_library_is_said_or_left_to_the_papers(library: LibrarySnapshot) -> None:
    told = responses.from_catalogue(library, "Who wrote Attention Is All You Need?", None, TODAY)
    assert told is not None
    assert (told.status, told.text) == ("abstained", "No paper of the library is called “Attention Is All You Need”.")
    described = responses.from_catalogue(library, "Who wrote the paper on ferns and comets?", None, TODAY)
    assert described is not None
    assert described.text == "No paper of the library is called “the paper on ferns and comets”."
    pointing = responses.from_catalogue(library, "When was it published?", None, TODAY)
    assert pointing is not None
    assert pointing.text == "Nothing was cited so far that “it” could mean: name the paper by its title."
    assert responses.from_catalogue(library, "When was moss discovered?", None, TODAY) is None
    assert responses.from_catalogue(library, "When was GPT-4 released?", None, TODAY) is None


def test_several_papers_that_a_description_means_are_all_told_and_of_many_it_is_asked_which(tmp_path: Path) -> None:
    for number in 4, 6:
        folder = tmp_path / str(number)
        entries = [Entry(Listing("a", n, f"Kelp and Salt {n}"), "Kelp.", str(n)) for n in range(number)]
        libraries.ingest(folder, entries)
        with LibrarySnapshot(folder) as library:
            told = responses.from_catalogue(library, "Who wrote the kelp salt paper?", None, TODAY)
            assert told is not None
            if number == 4:
                assert sorted(told.text.splitlines()) == [
                    f"“Kelp and Salt {n}”: no authors are recorded" for n in range(4)
                ]
            else:
                assert told.text.startswith(
                    "“the kelp salt paper” may be any of 6 papers: name the one by its title, such"
                )


def test_a_pointer_means_what_was_cited_in_its_order(library: LibrarySnapshot) -> None:
    base = pipeline.Pipeline(library, libraries.HashedWords(), today=TODAY)
    context = Context(named_papers=frozenset({"1", "2"}), cited=("2", "1"))
    answer = pipeline.ask(replace(base, context=context), "When were they published?")
    assert answer.text == "“Ferns Unroll”: published 2024-05-02\n“How Moss Grows”: published 2024-01-31"
