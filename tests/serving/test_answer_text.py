"""Answers as text that comes back: what is written is read again, and nothing of a stranger's becomes markup."""

from dataclasses import replace
from datetime import date

from markdown_it import MarkdownIt

from assistant.domain.answers import Answer
from assistant.domain.records import Claim, Evidence, Finding, Paper
from assistant.serving import answer_text

YEAST = Paper("2401.00001", "Yeast: *why* [dough] rises", "Yeast makes dough rise. It eats $5.", date(2024, 5, 2))
RENNET = Paper("10.1145/3512", "Rennet & <b>Cheese</b>", "Rennet turns milk.", url="https://example.org/a_(b)?c=<d>")
PAPERS = {paper.id: paper for paper in (YEAST, RENNET)}


def link(paper: Paper) -> str:
    return paper.url or f"http://127.0.0.1/paper/{paper.id}"


def held(ids: list[str]) -> dict[str, Paper]:
    return {id: PAPERS[id] for id in ids if id in PAPERS}


def claim(text: str, verdict: str, *papers: Paper, quote: str = "", reason: str = "") -> Claim:
    findings = tuple(Finding(paper, "P1", verdict, "support", quote, 0.5) for paper in papers)  # type: ignore[arg-type]
    return Claim(text, verdict, "support", findings, reason)  # type: ignore[arg-type]


ANSWER = Answer(
    "Why does dough rise?",
    "answered",
    (
        claim("It eats $5.", "quoted", YEAST, quote="It eats $5."),
        claim("Both [99] matter *much* (so it is said)", "located", RENNET, YEAST, quote="Rennet turns milk."),
        claim("Nobody says so", "unsupported", RENNET, reason="not *in* the [1] abstract"),
        claim("Nothing cited", "uncited", reason="nothing is cited"),
    ),
    (Evidence("P1", YEAST, 1.0), Evidence("P2", RENNET, 0.5)),
    model="m_o_d",
    notes=("a <note>",),
)


def test_an_answer_is_read_again_as_it_was_written() -> None:
    written = answer_text.write(ANSWER, {YEAST.id: 1, RENNET.id: 2}, link, 100)
    again = answer_text.read(ANSWER.question, written.text, held)
    assert [(item.text, item.verdict) for item in again.claims] == [(item.text, item.verdict) for item in ANSWER.claims]
    assert [[finding.paper for finding in item.findings] for item in again.claims] == [
        [YEAST],
        [RENNET, YEAST],
        [RENNET],
        [],
    ]
    assert (again.status, again.kind, again.cited) == ("answered", "prose", (YEAST, RENNET))


def test_each_citation_is_where_it_is_said_to_be() -> None:
    written = answer_text.write(ANSWER, {YEAST.id: 4, RENNET.id: 2}, link, 100)
    places = [(written.text[item.start : item.end], item.paper) for item in written.citations]
    assert places == [("[4]", YEAST), ("[2]", RENNET), ("[4]", YEAST), ("[2]", RENNET)]


def test_what_strangers_wrote_is_shown_and_does_nothing() -> None:
    text = answer_text.write(ANSWER, {YEAST.id: 1, RENNET.id: 2}, link, 100).text
    html = MarkdownIt("commonmark", {"html": True}).render(text)
    assert "<b>" not in html
    assert "Yeast: *why* [dough] rises" in html
    assert "Rennet &amp; &lt;b&gt;Cheese&lt;/b&gt;" in html
    assert html.count("<a ") == 2
    assert 'href="https://example.org/a_(b)?c=%3Cd%3E"' in html


def test_a_paper_that_is_gone_keeps_its_number_and_its_name() -> None:
    written = answer_text.write(ANSWER, {YEAST.id: 1, RENNET.id: 2}, link, 100)
    again = answer_text.read("?", written.text, lambda _: {})
    assert [(paper.id, paper.title) for paper in again.cited] == [(YEAST.id, YEAST.title), (RENNET.id, RENNET.title)]


def test_lists_facts_and_abstentions_come_back_as_such() -> None:
    listed = replace(ANSWER, claims=(), kind="list", text="2 papers on *bread*", notes=())
    numbers = {YEAST.id: 1, RENNET.id: 2}
    written = answer_text.write(listed, numbers, link, 100)
    again = answer_text.read("?", written.text, held)
    assert (again.kind, again.status, again.text, again.cited) == ("list", "answered", listed.text, (YEAST, RENNET))
    assert [written.text[item.start : item.end] for item in written.citations] == ["[1]", "[2]"]
    short = answer_text.write(listed, numbers, link, 1).text
    assert short.endswith(" · 2401.00001\n- and 1 more")
    facts = answer_text.read("?", answer_text.write(replace(listed, kind="facts"), numbers, link, 9).text, held)
    assert facts.kind == "facts"
    none = replace(ANSWER, status="abstained", claims=(), model=None, notes=())
    text = answer_text.write(none, {}, link, 100).text
    assert text.startswith("no sentence found that answers.\n\nClosest papers:\n- [Yeast")
    assert answer_text.read("?", text, held).status == "abstained"


def test_text_of_another_origin_says_nothing() -> None:
    for text in ("", "As an AI, I cannot.", "Sources:", "- ✓ ", "\n\nSources:\n- [1] x", "- ❝ “” [1]\n\nPapers:\n"):
        again = answer_text.read("?", text, held)
        assert (again.cited, [item.findings for item in again.claims if item.findings]) == ((), [])
