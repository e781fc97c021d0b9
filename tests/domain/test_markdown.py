"""Untrusted text in Markdown: a reader of it (markdown-it) shows the very text, and nothing in it is live."""

import html
import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from assistant.domain.answers import Answer
from assistant.domain.markdown import escape, link
from assistant.domain.records import Claim, Evidence, Finding, Paper
from assistant.domain.sanitize import one_line

READER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
TAG = re.compile(r"<[^>]*>")
HOSTILE = [
    "<img src=x onerror=alert(1)>",
    "[a](javascript:alert(1))",
    "![a](http://evil.example/x.png)",
    "`code` *b* _c_ ~~d~~ | e | # f &lt;i> \\",
    r"$\href{javascript:alert(1)}{x}$ \(x\) \[y\] \begin{z}",
    "- e",
    "1. x",
    "1234) x",
    "---",
    "<https://evil.example>",
    "http://evil.example www.evil.example me@evil.example",
    "[1]: http://evil.example",
]
words = st.lists(st.sampled_from([*HOSTILE, *"\\`*_[]<>#|~$&;:.-+=1)! \n", "word"]), max_size=8).map("".join)


@pytest.mark.parametrize("frame", ["{}", "- {}", "- ✓ “{}” [1]", "# {}", "*({})*"])
@settings(max_examples=200, deadline=None)
@example("<script>")
@given(text=words)
def test_text_is_shown_as_it_is_wherever_it_stands(frame: str, text: str) -> None:
    text = one_line(text) or "x"
    page = READER.render(frame.format(escape(text)))
    assert text in html.unescape(TAG.sub("", page))
    assert set(re.findall(r"<(\w+)", page)) <= {"p", "ul", "li", "h1", "em", "span"}


@pytest.mark.parametrize("text", HOSTILE)
def test_no_formula_is_left_for_a_notebook_to_set(text: str) -> None:
    """Neither in the source, where a notebook looks for it first, nor within one element of the page."""
    source = escape(text)
    assert not re.search(r"\$|\\\\[(\[]|\\begin", source)
    for piece in TAG.split(READER.render(source)):
        assert not re.search(r"\$.|\\[(\[]|\\begin", html.unescape(piece))


def test_only_addresses_of_the_web_become_links() -> None:
    assert link("A [b]", "https://x.example/a b>c") == r"[A \[b\]](<https://x.example/a%20b%3Ec>)"
    assert READER.render(link("A", "HTTP://x.example/?a=1&b")) == (
        '<p><a href="HTTP://x.example/?a=1&amp;b">A</a></p>\n'
    )
    for url in ("javascript:alert(1)", "data:text/html,x", "", "//x.example", " https://x.example"):
        assert link("A", url) == "A"


ENSEMBLES = Paper("id1", "Ensembles <b>", "An abstract.", url="https://x.example/1")
TREES = Paper("id2", "On Trees", "An abstract.", url="javascript:alert(1)")


def finding(paper: Paper | None, verdict: str = "supported", key: str = "P1") -> Finding:
    return Finding(paper, key, verdict, "support", "Quoted.", 0.9)  # type: ignore[arg-type]


def test_an_answer_in_a_notebook_has_marks_titles_and_links_and_says_no_more_than_the_verdicts() -> None:
    answer = Answer(
        "How?",
        "answered",
        (
            Claim("Weights are *averaged*.", "supported", "support", (finding(ENSEMBLES), finding(ENSEMBLES))),
            Claim(
                "Trees grow.", "located", "support", (finding(TREES, "located"),), "the abstract says something near it"
            ),
            Claim("Nobody says so.", "unsupported", "key", (finding(None, "unsupported", "P<i>"),)),
            Claim("Nothing.", "uncited", "citation", (), "cites no paper"),
        ),
        (),
        model="m<x>",
        notes=("a [note](x)",),
    )
    assert answer._repr_markdown_() == (
        "- ✓ Weights are \\*averaged\\*. [1]\n"
        "- ≈ Trees grow. [2] *(located: the abstract says something near it)*\n"
        "- ✗ Nobody says so. [?P\\<i\\>] *(unsupported)*\n"
        "- ∅ Nothing. *(uncited: cites no paper)*\n\n"
        "- [1] [Ensembles \\<b\\>](<https://x.example/1>)\n"
        "- [2] On Trees\n\n"
        "*4 claims: 1 supported ✓, 1 located ≈ (no checker), 1 unsupported ✗, 1 uncited ∅ · model m\\<x\\>*\n\n"
        "*note: a \\[note\\](x)*"
    )


def test_an_abstention_in_a_notebook_names_the_nearest_papers() -> None:
    evidence = tuple(Evidence(f"P{number}", paper, 0.5) for number, paper in enumerate([ENSEMBLES, TREES] * 2))
    assert Answer("How?", "abstained", (), evidence)._repr_markdown_() == (
        "no sentence found that answers; closest papers:\n\n"
        "- [Ensembles \\<b\\>](<https://x.example/1>)\n- On Trees\n- [Ensembles \\<b\\>](<https://x.example/1>)"
    )
    assert Answer("How?", "failed", (), (), notes=("no reply",))._repr_markdown_() == "*note: no reply*"
