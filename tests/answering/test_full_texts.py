"""The pages of a paper in a library -> evidence: claims are checked against them, and answers quote them by page."""

from collections.abc import Iterator

import pytest
from support import full_papers, libraries
from support.full_papers import ANSWER, ANSWER_PAGE, QUESTION, TITLE

from assistant.answering import pipeline
from assistant.domain.records import Claim
from assistant.library import abstracts
from assistant.library.snapshot import LibrarySnapshot
from assistant.retrieval import names
from assistant.verification import quotes, verifier
from assistant.verification.claims import CitationMark, Statement
from assistant.verification.support import SupportScorer

EMBEDDER = libraries.HashedWords()


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LibrarySnapshot]:
    """A library of 40 papers and one with its full text."""
    folder = libraries.made(tmp_path_factory.mktemp("pages"))
    libraries.ingest(folder, [full_papers.entry()])
    with LibrarySnapshot(folder) as opened:
        yield opened


def test_a_claim_is_checked_against_the_pages_of_what_it_cites(library: LibrarySnapshot) -> None:
    def checked(text: str) -> Claim:
        [paper] = [paper for paper in library.papers() if paper.title == TITLE]
        read = abstracts.read(library, [paper], EMBEDDER)
        scorer = SupportScorer.fitted(library.words, EMBEDDER)
        context = verifier.VerificationContext("", {"P1": read[paper.id]}, scorer)
        statement = Statement(text, (CitationMark("P1", wellformed=True),))
        [claim] = verifier.verify_statements([statement], context, EMBEDDER)
        return claim

    claim = checked(ANSWER)
    assert (claim.verdict, claim.findings[0].quote, claim.findings[0].page) == ("supported", ANSWER, ANSWER_PAGE)
    assert claim.citations({claim.findings[0].paper.id: 4} if claim.findings[0].paper else {}) == ("4, p. 7",)
    claim = checked("The drill bearings were lubricated with 12 litres of jojoba oil.")
    assert (claim.verdict, claim.reason) == ("unsupported", "not in the cited paper: 12")
    claim = checked("Violins are tuned by candle light in the cellars of old theatres.")
    assert (claim.verdict, claim.reason) == ("unsupported", "the cited paper does not say so")


def test_no_quote_goes_from_one_text_into_another_that_does_not_follow_it(library: LibrarySnapshot) -> None:
    [paper] = [paper for paper in library.papers() if paper.title == TITLE]
    read = abstracts.read(library, [paper], EMBEDDER)[paper.id]
    assert read.body
    first, second, _, fourth, *_ = (passage.text for passage in read.body.passages)
    text = read.with_passages([0, 1, 3]).text
    assert [quotes.occurs(part, text) for part in (paper.abstract, first, second, fourth)] == [True] * 4
    assert quotes.occurs(f"{first} {second}", text)
    assert not quotes.occurs(f"{second} {fourth}", text)
    assert not quotes.occurs(f"{paper.abstract} {first}", text)


def test_an_answer_quotes_the_sentence_of_a_page(library: LibrarySnapshot) -> None:
    answer = pipeline.ask(pipeline.Pipeline(library, EMBEDDER), QUESTION)
    assert answer.status == "answered"
    claim = next(claim for claim in answer.claims if ANSWER in claim.text)
    assert (claim.verdict, claim.findings[0].page) == ("quoted", ANSWER_PAGE)


def test_a_name_that_only_a_page_has_is_known(library: LibrarySnapshot) -> None:
    [paper] = [paper for paper in library.papers() if paper.title == TITLE]
    read = list(abstracts.read(library, [paper], EMBEDDER).values())
    question = "Is Jojoba oil used in the Drillbox?"
    assert names.unknown(question, library, read, {"oil"}.__contains__) == ("Drillbox",)
