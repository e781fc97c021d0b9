"""A paper as PDF: title, abstract with its page, ids of the stamp; and why a document is no paper."""

from datetime import date

import pytest
from support.pages import TITLE, read_rows
from support.pdfs import Line, pdf

from assistant.domain.records import Entry, Listing, Rejection

LINES = (
    "Trees grow until they stop. We measured 40 oaks with fine-",
    "tuned instruments for three years, and found that none of the oaks exceed-",
    "ed the height of the tower.",
)
ABSTRACT = (
    "Trees grow until they stop. We measured 40 oaks with fine-tuned instruments for three years, and found that none"
    " of the oaks exceeded the height of the tower."
)
BODY: tuple[Line, ...] = ((14, "1 Introduction"), (10, "Trees have long been of interest."))


def first_page(*head: Line) -> tuple[Line, ...]:
    return (*head, (12, "Abstract"), *((10, line) for line in LINES))


@pytest.mark.parametrize("title", ["", TITLE, "paper.dvi", "Another Title Altogether"])
def test_title_and_abstract_are_found_with_their_page(title: str) -> None:
    stamp = (8, "arXiv:2210.10760v1 [cs.LG] 19 Oct 2022")
    page = first_page(stamp, (18, "On the Height"), (18, "of Trees"), (11, "Ann Ash, Ben Birch"))
    listing = Listing("-", 1, TITLE, date(2022, 10, 19), author_count=2)
    expected = Entry(listing, ABSTRACT, "2210.10760", ("Ann Ash", "Ben Birch"), "https://arxiv.org/abs/2210.10760")
    assert read_rows(pdf(page + BODY, title=title, author="Ann Ash and Ben Birch")) == [expected]


@pytest.mark.parametrize(
    "after", [((10, "Keywords: trees, oaks"),), ((10, "I. INTRODUCTION"),), ((10, "CCS Concepts"),), BODY]
)
def test_the_abstract_ends_where_keywords_or_a_section_begin(after: tuple[Line, ...]) -> None:
    cover = ((18, TITLE), (10, "A report"))
    [row] = read_rows(pdf(cover, first_page(), after))
    assert isinstance(row, Entry)
    assert (row.abstract, row.listing.line, row.listing.title, row.id) == (ABSTRACT, 2, TITLE, None)


@pytest.mark.parametrize("heading", ["Abstract—", "ABSTRACT. ", "A B S T R A C T: ", "Abstract "])
def test_the_text_may_follow_its_heading_on_the_same_line(heading: str) -> None:
    texts = (heading + LINES[0], *LINES[1:])
    [row] = read_rows(pdf(((18, TITLE), *((10, text) for text in texts), *BODY)))
    assert isinstance(row, Entry)
    assert (row.listing.title, row.abstract) == (TITLE, ABSTRACT)


def test_the_one_doi_of_the_first_page_is_the_paper_s() -> None:
    head = ((18, TITLE), (8, "https://doi.org/10.1145/3512.77."))
    [row] = read_rows(pdf(first_page(*head) + BODY))
    assert isinstance(row, Entry)
    assert (row.id, row.url) == ("10.1145/3512.77", "https://doi.org/10.1145/3512.77")
    [row] = read_rows(pdf(first_page(*head, (8, "doi: 10.1145/other")) + BODY))
    assert isinstance(row, Entry)
    assert row.id is None


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (pdf(()), "is a PDF without a text layer; recognise its text (OCR) first"),
        (pdf(((18, TITLE), *BODY)), "no abstract was recognised in the first 3 pages"),
        (
            pdf(((18, TITLE), (12, "Abstract"), (10, "Short."), *BODY)),
            "no abstract was recognised in the first 3 pages",
        ),
        (pdf(((18, "Abstract Syntax Notation"), (10, "A manual of " + "it " * 40))), "no abstract was recognised"),
        (b"%PDF-1.4\nnothing of it", "cannot be read as PDF: "),
        (pdf(BODY).replace(b"/Root 1 0 R", b"/Root 1 0 R /Encrypt << /Filter /Standard >>"), "is encrypted: "),
    ],
)
def test_what_is_no_paper_is_refused_with_the_reason(data: bytes, reason: str) -> None:
    [row] = read_rows(data)
    assert isinstance(row, Rejection)
    assert (row.source, row.line, row.reason[: len(reason)]) == ("-", 0, reason)
