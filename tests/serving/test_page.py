"""The page to ask at: by a plain form, in a real browser, and with papers that would like to act on it."""

import html
import re
from pathlib import Path

import pytest
from support import browser, libraries
from support.browser import browse
from support.serving import Served, serve

import assistant
from assistant.domain.records import Entry, Listing
from assistant.testing import HashingEmbedder

QUESTION = "How do we predict glaciers?"
ATTACK = "<script>alert(1)</script><img src=x onerror=alert(2)>"


def hidden(page: str) -> str:
    found = re.search(r'name="earlier" value="([^"]*)"', page)
    assert found
    return html.unescape(found[1])


def test_a_form_without_scripts_is_answered_and_the_next_question_follows_it(quoting: Served) -> None:
    with quoting.client() as asked:
        blank = asked.get("/")
        assert "40 papers · answers are quotes" in blank.text
        first = asked.post("/", data={"question": QUESTION, "earlier": hidden(blank.text)})
        assert first.status_code == 200
        assert first.text.count("<article") == 1
        assert '<li class="quoted">' in first.text
        [title] = re.findall(r'id="s1-1">.*?<a href="/paper/[^"]+">([^<]+)</a>', first.text)
        follow_up = {"question": "Which one is [1] about?", "earlier": hidden(first.text), "since": "2024", "until": ""}
        second = asked.post("/", data=follow_up)
        assert second.text.count("<article") == 2
        assert "Read as:" in second.text
        assert 'value="2024"' in second.text
        assert re.findall(r'id="s2-1">.*?<a href="/paper/[^"]+">([^<]+)</a>', second.text) == [title]


def test_what_is_wrong_is_said_on_the_page_with_what_was_typed(quoting: Served) -> None:
    with quoting.client() as asked:
        late = asked.post("/", data={"question": ATTACK, "since": "soon"})
        assert (late.status_code, "&#39;soon&#39; is no date" in late.text) == (400, True)
        assert html.escape(ATTACK) in late.text
        assert asked.post("/", data={"question": " "}).status_code == 400
        assert asked.post("/", content=b"\xff=%00&" * 30).status_code == 400
        gone = asked.get("/paper/nobody%2F..%2F7")
        assert (gone.status_code, "no paper of this id" in gone.text) == (404, True)


def test_nothing_of_a_paper_or_a_question_acts(tmp_path: Path) -> None:
    listing = Listing("made.jsonl", 1, f"Moss {ATTACK}")
    hostile = Entry(listing, f"We measure moss {ATTACK} daily.", "<b>&", (ATTACK,), "javascript:alert(3)")
    rows = [
        *libraries.entries(2, 9),
        hostile.__class__(hostile.listing, hostile.abstract, hostile.id, (ATTACK,), "javascript:alert(3)"),
    ]
    libraries.ingest(tmp_path / "library", rows)
    library = assistant.open_library(tmp_path / "library", embedder=HashingEmbedder(32), model="none", reranker="none")
    with serve(library) as served, served.client() as asked:
        page = asked.post("/", data={"question": f"How do we measure moss {ATTACK}?"})
        paper = asked.get("/paper/%3Cb%3E%26", params={"quote": "moss"})
    assert page.status_code == paper.status_code == 200
    for text in (page.text, paper.text):
        assert "alert(2)" in text
        assert "<img" not in text
        assert "javascript:" not in text
        assert len(re.findall(r"<script", text)) == text.count('<script>"use strict"')
    policy = page.headers["content-security-policy"].split("; ")
    assert "default-src 'none'" in policy
    assert not [part for part in policy if "unsafe" in part or "*" in part or "http" in part]


@pytest.fixture(scope="module")
def chromium() -> None:
    if not browser.executable():
        pytest.skip("there is no Chromium on this machine")


@pytest.mark.usefixtures("chromium")
def test_in_a_browser_a_question_is_typed_answered_unfolded_and_followed(quoting: Served, tmp_path: Path) -> None:
    with browse(tmp_path) as tab:
        tab.open(f"{quoting.url}/")
        drawn = "new Promise(done => requestAnimationFrame(() => done(document.activeElement.id)))"
        assert tab.evaluate(drawn) == "question"  # which is done when the page is drawn first
        tab.send("Input.insertText", text=QUESTION)
        tab.press("document.querySelector('button').click()")
        assert tab.evaluate("document.querySelector('h2').textContent") == QUESTION
        assert tab.evaluate("document.querySelectorAll('.claims > li.quoted').length") > 0
        assert tab.evaluate("getComputedStyle(document.querySelector('.mark')).position") == "absolute"  # has its style
        height = "document.querySelector('details').offsetHeight"
        folded = tab.evaluate(height)
        tab.evaluate("document.querySelector('summary').click()")
        assert tab.evaluate(height) > folded
        assert tab.evaluate("document.querySelector('details mark').textContent.length") > 0
        tab.press("document.querySelector('.sources a').click()")
        assert "/paper/" in tab.evaluate("location.pathname")
        assert tab.evaluate("document.querySelector('.abstract mark').textContent.length") > 0
        tab.open(f"{quoting.url}/")
        # Every field has a name that is heard, and every link a text.
        tab.send("Accessibility.enable")
        nodes = tab.send("Accessibility.getFullAXTree")["nodes"]
        fields = [node for node in nodes if node["role"]["value"] in ("textbox", "button", "link", "heading")]
        assert len(fields) >= 6
        assert all(node["name"]["value"].strip() for node in fields)
        assert tab.complaints() == []
