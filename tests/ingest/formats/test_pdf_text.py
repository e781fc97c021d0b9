"""The pages of a paper -> its passages: what stays, what goes, and on which page each sentence begins."""

import zlib

import pytest
from support import full_papers
from support.pages import TITLE, read_rows
from support.pdfs import Line, pdf

from assistant.domain.full_texts import FullText, Passage, decode, encode
from assistant.domain.records import Entry, Rejection
from assistant.ingest.formats import pdf_pages, pdf_text

HEAD = ((18, TITLE), (12, "Abstract"), (10, full_papers.ABSTRACT))
LONG = "Every oak of the northern slope was measured in spring and once more before the leaves fell."


def text_of(*pages: str) -> list[tuple[str, str, tuple[tuple[int, int], ...]]]:
    """(section, text, pages) of the passages of these pages, from the first on."""
    passages, _ = pdf_text.passages(pages, (1, 0), 1_000)
    return [(passage.section, passage.text, passage.pages) for passage in passages]


def test_a_sentence_that_goes_on_over_the_page_is_on_the_one_where_it_begins() -> None:
    first = "1 Introduction\nTrees are patient and nobody has seen one hurry. They were mea-"
    second = (
        "Journal of Trees\nsured in long-\nterm studies that self-\nreport every\nheight. A third sentence is here.\n2"
    )
    pages = (first, second, "Journal of Trees\n3", "Journal of Trees\n4")
    text = (
        "Trees are patient and nobody has seen one hurry. They were measured in long-term studies that self-report"
        " every height. A third sentence is here."
    )
    assert text_of(*pages) == [("1 Introduction", text, ((0, 1), (text.index("sured"), 2)))]
    [passage] = pdf_text.passages(pages, (1, 0), 1_000)[0]
    sentences = ["Trees", "They", "A third"]
    assert [passage.page_at(passage.text.index(sentence)) for sentence in sentences] == [1, 1, 2]


def test_a_parted_word_is_written_as_elsewhere_in_the_document() -> None:
    page = "Some preferred the well-known or real-time test.\nOthers pre-\nferred a well-\nknown or real-\ntime one."
    [(_, text, _)] = text_of(page)
    assert text.endswith("Others preferred a well-known or real-time one.")
    assert pdf_pages.plain("O\x1ecers \ufb01nd it") == "Officers find it"


def test_sections_are_apart_and_long_ones_in_runs_of_whole_sentences() -> None:
    page = f"Keywords: oak\n1 Introduction\n{LONG}\n2. Related Work\n{LONG}\n3.1 A Part\n{LONG}\nConclusions\n{LONG}"
    headings = ["1 Introduction", "2. Related Work", "3.1 A Part", "Conclusions"]
    assert text_of(page) == [(heading, LONG, ((0, 1),)) for heading in headings]
    sentences = [f"Oak number {n} was measured by two people who did not agree about it." for n in range(40)]
    passages, _ = pdf_text.passages(["\n".join(sentences)], (1, 0), 300)
    assert " ".join(passage.text for passage in passages) == " ".join(sentences)
    assert {len(passage.text) <= 300 for passage in passages} == {True}
    assert all(passage.text.endswith("about it.") for passage in passages)
    endless, _ = pdf_text.passages(["word " * 1_000], (1, 0), 300)
    assert " ".join(passage.text for passage in endless) == " ".join(["word"] * 1_000)


@pytest.mark.parametrize("heading", ["References", "REFERENCES", "7 References", "VII. Bibliography"])
def test_the_references_are_left_out_up_to_the_appendix(heading: str) -> None:
    listed = "\n".join(f"[{n}] A. Author. A work about trees of every kind. Leaves, 20{n}." for n in range(10, 30))
    appendix = f"Appendix A Further Oaks\n{LONG}"
    pages = (f"1 Introduction\n{LONG}\n{heading}\n{listed}", f"{listed}\n{appendix}")
    assert text_of(*pages) == [("1 Introduction", LONG, ((0, 1),)), ("Appendix A Further Oaks", LONG, ((0, 2),))]


def test_a_word_that_is_no_heading_leaves_nothing_out() -> None:
    page = f"1 Introduction\n{LONG} Letters of\nreferences\nwere asked for as well, of all who had climbed one.\n{LONG}"
    [(_, text, _)] = text_of(page)
    assert text.count(LONG) == 2
    assert "Letters of references were asked for" in text


def test_rows_of_numbers_and_what_cannot_be_stored_are_left_out() -> None:
    page = f"1 Introduction\n{LONG}\n0.1 0.2 0.3 ± 4\n\x1b[31mRed\x00 oaks\ud800 have a well-\u200bknown colour."
    [(_, text, _)] = text_of(page)
    assert text == f"{LONG} [31mRed oaks� have a well-known colour."


def test_a_document_has_its_text_after_the_abstract_with_its_pages() -> None:
    [row] = read_rows(full_papers.paper())
    assert isinstance(row, Entry)
    text = row.full_text
    assert text is not None
    assert (text.pages, text.count, len(text.passages)) == (8, 8, 8)
    assert [passage.pages for passage in text.passages] == [((0, page),) for page in range(1, 9)]
    whole = " ".join(passage.text for passage in text.passages)
    assert full_papers.ANSWER in whole
    assert full_papers.ABSTRACT not in whole
    assert full_papers.HEADER not in whole
    assert decode(encode(text.passages, 8)) == text
    assert decode(encode(text.passages, 8)).passages == text.passages
    assert text.passages[6].section == "7 Field Notes"
    [again] = read_rows(full_papers.paper())
    assert again == row
    assert text == FullText(text.digest, 8, 8)


def test_a_stamp_beside_the_text_is_no_part_of_it() -> None:
    body: tuple[Line, ...] = ((12, "1 Introduction"), (10, LONG))
    turned = pdf((*HEAD, *body)).replace(
        b"BT /F1 18 Tf", b"BT /F1 9 Tf 0 1 -1 0 20 300 Tm (Stamp 1) Tj ET BT /F1 18 Tf"
    )
    [row] = read_rows(turned)
    assert isinstance(row, Entry)
    assert row.full_text
    assert row.full_text.passages == (Passage(LONG, ((0, 1),), "1 Introduction"),)


def test_a_page_that_cannot_be_read_is_named_and_the_others_are_kept() -> None:
    good = full_papers.paper(((10, "Unreadable"),))
    broken = good.replace(b"BT /F1 10 Tf 72 740 Td (Unreadable) Tj ET", b"BT /F1 10 Tf 72 740 Td <zz) Tj ET        ")
    rows = read_rows(broken)
    entry = rows[0]
    assert isinstance(entry, Entry)
    assert entry.full_text
    assert entry.full_text.count == 8


def test_pages_beyond_the_limit_are_named() -> None:
    document = pdf_pages.read(full_papers.paper(), 3)
    assert (len(document.texts), document.problems) == (3, ())
    more = [((10, f"{LONG} {number}"),) for number in range(9, 405)]
    rows = read_rows(full_papers.paper(*more))
    entry, rejection = rows
    assert isinstance(entry, Entry)
    assert entry.full_text
    assert entry.full_text.pages == 400
    assert rejection == Rejection("-", 401, "pages 401 to 404 are not read; the limit is 400 pages")


def test_a_page_that_draws_without_end_costs_little_and_is_named() -> None:
    lines = b"0 0 m 1 1 l S\n" * 2_000_000  # 28 MB
    stream = zlib.compress(lines)
    plain = full_papers.paper(((10, "Drawing"),))
    content = b"BT /F1 10 Tf 72 740 Td (Drawing) Tj ET"
    old = b"<< /Length %d >>\nstream\n%b\nendstream" % (len(content), content)
    new = b"<< /Filter /FlateDecode /Length %d >>\nstream\n%b\nendstream" % (len(stream), stream)
    entry, *rejections = read_rows(plain.replace(old, new))
    assert isinstance(entry, Entry)
    assert entry.full_text
    assert entry.full_text.count == 8
    [rejection] = rejections
    assert isinstance(rejection, Rejection)
    assert (rejection.source, rejection.line) == ("-", 9)
    assert rejection.reason.startswith("page 9 cannot be read: ")
