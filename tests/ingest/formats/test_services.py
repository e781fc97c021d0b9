"""Answers of arXiv, Daily Papers, Semantic Scholar and Crossref as entries: all of each, compared with the answer."""

import html
import io
import json
import re
from datetime import date
from typing import Any
from xml.etree import ElementTree

import pytest
from support.pages import ABSTRACT, TITLE, TODAY, read_rows
from support.recordings import bodies, recordings

from assistant.domain.records import Entry, Listing, Rejection
from assistant.ingest import FORMATS, ReadContext, read
from assistant.ingest.files import Source, sources
from assistant.ingest.formats import recognise

ATOM = "{http://www.w3.org/2005/Atom}"
ARXIV = "{http://arxiv.org/schemas/atom}"


def words(text: str | None) -> str:
    """A text on one line; the recorded feeds have UTF-8 that was encoded twice, and so controls and soft hyphens."""
    return " ".join(re.sub("[\x80-\x9f]", " ", (text or "").replace("\xad", "")).split())


def format_of(data: bytes) -> str | None:
    [source] = sources(["-"], io.BytesIO(data))
    assert isinstance(source, Source)
    format = recognise(source.head, FORMATS)
    return format.name if format else None


def facts(row: Entry) -> tuple[object, ...]:
    """What an answer says of a paper."""
    listing = row.listing
    return (row.id, row.aliases, listing.title, row.abstract, row.authors, listing.day, listing.date_inferred)


def atom_facts(element: ElementTree.Element) -> tuple[object, ...]:
    address = element.findtext(f"{ATOM}id") or ""
    doi = element.findtext(f"{ARXIV}doi")
    return (
        re.sub(r"^http://arxiv.org/abs/|v\d+$", "", address),
        (doi,) if doi else (),
        words(element.findtext(f"{ATOM}title")),
        words(element.findtext(f"{ATOM}summary")),
        tuple(words(name.text) for name in element.iterfind(f"{ATOM}author/{ATOM}name")),
        (element.findtext(f"{ATOM}published") or "")[:10],
        False,
    )


def test_every_recorded_feed_of_arxiv_is_read_whole() -> None:
    paths = recordings("arxiv_atom", "*.xml")
    for path in paths:
        rows = list(read([str(path)], None, TODAY))
        elements = list(ElementTree.parse(path).getroot().iterfind(f"{ATOM}entry"))
        assert format_of(path.read_bytes()) == "arXiv Atom"
        papers = [element for element in elements if "api/errors" not in (element.findtext(f"{ATOM}id") or "")]
        assert [facts(row) for row in rows if isinstance(row, Entry)] == [atom_facts(paper) for paper in papers]
        lines = path.read_text().split("\n")
        assert all("<entry>" in lines[row.listing.line - 1] for row in rows if isinstance(row, Entry))
        if not papers:
            errors = [f"arXiv says: {element.findtext(f'{ATOM}summary')}" for element in elements]
            told = errors or ["holds no paper: arXiv has none for what was asked"]
            assert [row.reason for row in rows if isinstance(row, Rejection)] == told
    assert len(paths) > 15


def test_a_feed_is_read_as_far_as_it_goes() -> None:
    [path] = recordings("arxiv_atom", "id_1605*.xml")
    data = path.read_bytes()
    [whole] = read_rows(data)
    assert isinstance(whole, Entry)
    assert whole.listing.line == 10
    cut = data[: data.index(b"</entry>") + 8]
    [row, fault] = read_rows(cut + b"\n<entry><id>")
    assert row == whole
    assert isinstance(fault, Rejection)
    assert fault.reason == "is not whole XML: no element found; nothing after it was read"
    bomb = data.replace(b"<feed", b'<!DOCTYPE f [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>\n<feed', 1)
    [fault] = read_rows(bomb)
    assert isinstance(fault, Rejection)
    assert fault.reason == ("declares entities or a document type, which no feed needs; nothing after it was read")


def test_the_daily_papers_of_the_api_are_read() -> None:
    [path] = recordings("hf_daily_papers", "*.json")
    [item] = json.loads(path.read_text())
    paper = item["paper"]
    [row] = read([str(path)], None, TODAY)
    expected = Entry(
        Listing(
            path.name, 2, paper["title"], date=date(2026, 2, 26), author_count=5,
            organisation="Multimedia and Human Understanding Group", discussions=1,
        ),
        words(paper["summary"]), id="2602.23229", url="https://arxiv.org/abs/2602.23229",
        authors=tuple(author["name"] for author in paper["authors"]),
    )  # fmt: skip
    assert row == expected
    for data in (json.dumps([item]), json.dumps(item), json.dumps(item) + "\n" + json.dumps(item), json.dumps(paper)):
        assert format_of(data.encode()) == "Daily Papers JSON"
        row = read_rows(data)[-1]
        assert isinstance(row, Entry)
        assert facts(row) == facts(expected)


def scholar_papers(answer: Any) -> list[Any]:
    """The papers of an answer of Semantic Scholar, whatever was asked."""
    if isinstance(answer, list):
        return [paper for paper in answer if paper]
    if "paperId" in answer or "citingPaper" in answer or "citedPaper" in answer:
        return [answer.get("citingPaper") or answer.get("citedPaper") or answer]
    inner = answer.get("data") or answer.get("recommendedPapers") or answer.get("papers") or []
    return [row.get("citingPaper") or row.get("citedPaper") or row for row in inner]


def scholar_facts(paper: Any) -> tuple[object, ...]:
    external = paper.get("externalIds") or {}
    ids = [id for id in (external.get("ArXiv"), external.get("DOI")) if id] or [paper["paperId"]]
    day = paper.get("publicationDate") or (f"{paper['year']}-01-01" if paper.get("year") else None)
    names = tuple(words(author["name"]) for author in paper.get("authors") or ())
    texts = words(paper["title"]), words(paper.get("abstract"))
    return (ids[0], tuple(ids[1:]), *texts, names, day, bool(day) and not paper.get("publicationDate"))


def bare_rows(data: bytes) -> list[Entry | Rejection]:
    """What is read where papers without an abstract are of use too."""
    [source] = sources(["-"], io.BytesIO(data))
    assert isinstance(source, Source)
    format = recognise(source.head, FORMATS)
    assert format is not None
    return list(format.read(source, ReadContext(None, TODAY, needs_abstracts=False)))


def test_every_recorded_answer_of_semantic_scholar_is_read_whole() -> None:
    papers_read = 0
    answers = [path.read_bytes() for path in recordings("semantic_scholar", "[ACPR]*.json")]
    answers += [body for path in recordings("semantic_scholar", "test_*paper*.yaml") for _, body in bodies(path)]
    for data in answers:
        if format_of(data) != "Semantic Scholar JSON":
            assert b'"paperId"' not in data[:8192]
            continue
        papers = scholar_papers(json.loads(data))
        rows = bare_rows(data)
        titled = [paper for paper in papers if paper.get("title")]
        assert [facts(row) for row in rows if isinstance(row, Entry)] == [scholar_facts(paper) for paper in titled]
        assert len(rows) == len(papers)
        papers_read += len(titled)
    assert papers_read > 1_000


def crossref_answers() -> list[bytes]:
    return [body for path in recordings("crossref", "*.yaml") for _, body in bodies(path) if b'"message"' in body]


def test_every_recorded_answer_of_crossref_is_read_whole() -> None:
    with_abstract = 0
    for data in crossref_answers():
        message = json.loads(data)["message"]
        works = message.get("items", [message])
        rows = read_rows(data)
        assert format_of(data) == "Crossref JSON"
        assert len(rows) == len(works)
        for row, work in zip(rows, works, strict=True):
            if not work.get("abstract") or not work.get("title"):
                assert isinstance(row, Rejection)
                continue
            assert isinstance(row, Entry)
            with_abstract += 1
            parts = work["issued"]["date-parts"][0]
            day = "-".join([str(parts[0]), *(f"{part:02}" for part in (*parts[1:], 1, 1))][:3])
            assert (row.id, row.listing.day, row.listing.date_inferred) == (work["DOI"], day, len(parts) < 3)
            names = [
                author.get("name") or words(" ".join(author.get(part, "") for part in ("given", "family", "suffix")))
                for author in work.get("author", ())
            ]
            assert row.authors == tuple(names)
            # Only tags went, and a title that says "Abstract" or "Summary": all other letters are there, in order.
            headless = re.sub(
                r"^\s*<jats:title>\s*(abstract|summary)\s*</jats:title>", "", work["abstract"], flags=re.IGNORECASE
            )
            letters = re.sub(r"\W", "", html.unescape(re.sub(r"<[^>]*>", "", headless)))
            assert re.sub(r"\W", "", row.abstract) == letters
            assert "<" not in row.abstract.replace("< ", "")
    assert with_abstract > 30


ITEM = {
    "id": "gao", "type": "article", "title": TITLE, "abstract": ABSTRACT,
    "author": [
        {"family": "Ash", "given": "Ann"}, {"literal": "The Birch Group"},
        {"family": "Gogh", "given": "Vincent", "non-dropping-particle": "van", "suffix": "Jr."},
    ],
    "issued": {"date-parts": [["2022", 10, 19]]}, "container-title": "Trees", "number": "arXiv:2210.10760",
    "DOI": "10.48550/arXiv.2210.10760", "URL": "http://arxiv.org/abs/2210.10760",
}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, {}),
        ({"number": None, "DOI": "10.1/7", "URL": "https://a.example/x"}, {"id": "gao", "url": "https://a.example/x"}),
        ({"DOI": "10.1145/77"}, {"aliases": ("10.1145/77",)}),
        ({"number": "3", "URL": "", "DOI": "", "note": "arXiv:2210.10760 [cs]"}, {}),
        ({"number": "3", "URL": "", "DOI": ""}, {"id": "gao", "url": None}),
    ],
)
def test_an_item_of_csl_json_is_read(change: dict[str, object], expected: dict[str, Any]) -> None:
    row = {"id": "2210.10760", "url": "https://arxiv.org/abs/2210.10760", "aliases": ()} | expected
    listing = Listing("-", 1, TITLE, date(2022, 10, 19), author_count=3, organisation="Trees")
    names = ("Ann Ash", "The Birch Group", "Vincent van Gogh Jr.")
    wanted = Entry(listing, ABSTRACT, authors=names, **row)
    assert format_of(json.dumps([ITEM | change]).encode()) == "CSL-JSON"
    assert read_rows(json.dumps([ITEM | change])) == [wanted]


@pytest.mark.parametrize(
    ("data", "reasons"),
    [
        (b'[{"paperId": "1", "title": "T", "abstract": "A"}, 7, {"paperId": 2}]',
         ["is not a JSON object", "has no title"]),
        (b'[{"paperId": "1", "title": "T"}]', ["has no abstract: “T”"]),
        (b'{"data": [{"paperId": "1", "title": "T", "abstract": "A"}, 7, {"paperId": "2"}]}',
         ["record 2 is not a JSON object", "record 3 has no title"]),
        (b'[{"paperId": "1", "title": "T", "abstract": "A", "externalIds": 7}]', ["is not as the service writes it"]),
        (b'[{"paperId": "1", "title": "T", "abstract": "A\\u0000"}]', ["abstract holds a NUL character"]),
        (b'[{"paperId": "1", "title": "T\xff"}]', ["is not UTF-8 text (byte 0xFF)"]),
        (b'[{"paperId": "1", "title": "T", "abstract": "A"},\n{"paperId": NaN}]', ["is not valid JSON: NaN"]),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_record_is_told(data: bytes, reasons: list[str]) -> None:
    rejections = [row.reason for row in read_rows(data) if isinstance(row, Rejection)]
    assert len(rejections) == len(reasons)
    for rejection, reason in zip(rejections, reasons, strict=True):
        assert rejection.startswith(reason)


def test_what_has_no_abstract_is_of_use_to_fill_what_is_held() -> None:
    data = json.dumps([{"paperId": "1", "title": TITLE, "year": 2022}]).encode()
    assert read_rows(data) == [Rejection("-", 1, f"has no abstract: “{TITLE}”")]
    assert bare_rows(data) == [Entry(Listing("-", 1, TITLE, date(2022, 1, 1), date_inferred=True), "", id="1")]
