"""A PDF of which one page answers: every command that shows the quote says its page, in every format."""

import json
from pathlib import Path

import pytest
from conftest import Run
from support import full_papers
from support.full_papers import ANSWER, QUESTION, TITLE
from support.printed import objects, out

HASHING = ("--embedder", "hashing")
ALONE = (*HASHING, "--reranker", "none", "--model", "none")


@pytest.fixture
def library(run: Run, tmp_path: Path) -> Path:
    (tmp_path / "glaciers.pdf").write_bytes(full_papers.paper())
    (tmp_path / "other.jsonl").write_text('{"title": "Bread", "abstract": "Yeast makes the dough of bread rise."}\n')
    out(run, tmp_path / "library", "ingest", str(tmp_path / "glaciers.pdf"), str(tmp_path / "other.jsonl"), *HASHING)
    return tmp_path / "library"


def test_a_quote_says_its_page_wherever_it_is_shown(run: Run, library: Path, tmp_path: Path) -> None:
    assert out(run, library, "ask", QUESTION, *ALONE)[:3] == [f"❝ “{ANSWER}” [1, p. 7]", "", f"[1] {TITLE}"]
    answer = json.loads("\n".join(out(run, library, "ask", QUESTION, "--json", *ALONE)))
    assert [(row["n"], row["title"], row["quote"], row["page"]) for row in answer["citations"]] == [
        (1, TITLE, ANSWER, 7)
    ]
    assert answer["claims"][0]["page"] == 7
    for name, expected in {
        "markdown": f"- ❝ “{ANSWER}” [1, p. 7]",
        "latex": f"“{ANSWER}”~\\cite[p.~7]{{patienceglaciers}}",
        "csv": f',"{ANSWER}",quoted,,"{ANSWER}",7,patienceglaciers,',
        "html": f"<mark>{ANSWER}</mark> (p. 7)",
    }.items():
        assert expected in "\n".join(out(run, library, "ask", QUESTION, "--format", name, *ALONE))
    claim = f"{ANSWER} [{TITLE}]"
    [row] = objects(out(run, library, "verify", "--json", *HASHING, "--reranker", "none", typed=claim))
    assert (row["verdict"], row["quote"], row["page"]) == ("supported", ANSWER, 7)
    lines = out(run, library, "verify", *HASHING, "--reranker", "none", typed=claim)
    assert f"      “{ANSWER}” (p. 7)" in lines


def test_the_full_text_is_told_of_a_paper_and_of_the_library(run: Run, library: Path, tmp_path: Path) -> None:
    assert "full text: 8 pages, 8 passages" in out(run, library, "show", TITLE)
    [shown] = objects(out(run, library, "show", TITLE, "--json"))
    assert shown["full_text"] == {"pages": 8, "passages": 8}
    [other] = objects(out(run, library, "show", "Bread", "--json"))
    assert other["full_text"] is None
    status = json.loads("\n".join(out(run, library, "status", "--json", "--deep", *HASHING)))
    assert (status["papers"], status["chunks"], status["full_texts"], status["passages"]) == (2, 10, 1, 8)
    assert (status["healthy"], status["problems"]) == (True, [])
    out(run, tmp_path / "copy", "ingest", str(library))
    assert out(run, tmp_path / "copy", "ask", QUESTION, *ALONE)[0].endswith("[1, p. 7]")
