"""Conversations as Markdown and BibTeX: whole outputs, hostile words, and entries that any strict reader accepts."""

import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from support.exported import entries, paper

from assistant.answering.conversation.turns import Conversation, Reading, Turn
from assistant.domain.answers import Answer
from assistant.domain.errors import UsageError
from assistant.domain.records import Claim, Evidence, Finding, Paper
from assistant.domain.verdicts import Verdict
from assistant.publishing import files, formats, markdown, reports
from assistant.publishing.citation_keys import citation_keys
from assistant.publishing.formats import FORMATS


def markdown_of(talk: Conversation) -> str:
    return markdown.report(reports.of_conversation(talk, citation_keys))


def bibtex_of(talk: Conversation) -> str:
    return formats.text(FORMATS["bibtex"], reports.of_conversation(talk, citation_keys))


def written(talk: Conversation, name: str) -> Path:
    path = files.named(name)
    [file] = files.publish(reports.of_conversation(talk, citation_keys), formats.require(path), path)
    return file


BEGUN = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)


def claim(text: str, verdict: Verdict, *cited: Paper | str) -> Claim:
    findings = tuple(
        Finding(None, item, "unsupported", "key")
        if isinstance(item, str)
        else Finding(item, "P1", verdict, "support", "Quoted.", 0.9)
        for item in cited
    )
    return Claim(text, verdict, "support", findings)


def turn(number: int, question: str, *claims: Claim, model: str | None = "m", reading: Reading | None = None) -> Turn:
    papers = [finding.paper for claim in claims for finding in claim.findings if finding.paper]
    answer = Answer(
        question,
        "answered" if claims else "abstained",
        claims,
        tuple(Evidence("P1", item, 1.0) for item in papers),
        model,
    )
    return Turn(number, BEGUN, question, reading or Reading(question), answer)


def conversation(*turns: Turn, undone: int = 0) -> Conversation:
    return Conversation("c", "/some/library", BEGUN, turns, frozenset({undone} - {0}))


WARM = paper(
    "WARM: On the Benefits of Weight Averaged Reward Models",
    "arXiv:2401.12187v1",
    authors=("Alexandre Ramé", "Nino Vieillard"),
    date=date(2024, 1, 22),
    url="https://arxiv.org/abs/2401.12187",
)
TREES = paper("On the Height of Trees", "10.1000/AB_c", authors=("Ann Ash",))
UNDONE = paper("Taken Back", "id9")

MARKDOWN = r"""# How is reward hacking \*really\* avoided?

2026-03-01, with the library /some/library

## How is reward hacking \*really\* avoided?

- ✓ Weights are averaged. [1]
- ≈ Trees \[are\] high. [1][2] *(located)*
- ✗ Nobody says so. [?P\<b\>] *(unsupported)*

*3 claims: 1 supported ✓, 1 located ≈ (no checker), 1 unsupported ✗ · model m*

## Its second one?

*Read as: The second paper of WARM?*

- ❝ “Trees grow.” [2]

*1 quote from 1 paper; no model was asked, so nothing was concluded*

## What is the capital of France?

the model found no answer in these papers.

## Papers

- [1] [WARM: On the Benefits of Weight Averaged Reward Models](<https://arxiv.org/abs/2401.12187>) (2024-01-22)
- [2] On the Height of Trees

```bibtex
@misc{rame2024warm,
  title = {{WARM: On the Benefits of Weight Averaged Reward Models}},
  author = {Alexandre Ramé and Nino Vieillard},
  year = {2024},
  eprint = {2401.12187},
  archiveprefix = {arXiv},
  url = {https://arxiv.org/abs/2401.12187},
  month = jan,
}

@misc{ashheight,
  title = {{On the Height of Trees}},
  author = {Ann Ash},
  doi = {10.1000/ab_c},
}
```
"""


def test_a_conversation_is_markdown_with_its_papers_as_bibtex() -> None:
    talk = conversation(
        turn(
            1,
            "How is reward hacking *really* avoided?",
            claim("Weights are averaged.", "supported", WARM),
            claim("Trees [are] high.", "located", WARM, TREES),
            claim("Nobody says so.", "unsupported", "P<b>"),
        ),
        turn(2, "Taken back?", claim("No.", "supported", UNDONE)),
        turn(
            3,
            "Its second one?",
            claim("Trees grow.", "quoted", TREES),
            model=None,
            reading=Reading("The second paper of WARM?", "rule"),
        ),
        turn(4, "What is the capital of France?"),
        undone=2,
    )
    assert markdown_of(talk) == MARKDOWN
    bibtex = MARKDOWN.partition("```bibtex\n")[2].removesuffix("```\n")
    assert bibtex_of(talk) == bibtex


def test_an_empty_conversation_is_said_to_be() -> None:
    assert markdown_of(conversation()) == ("# An empty conversation\n\n2026-03-01, with the library /some/library\n")
    assert bibtex_of(conversation()) == ""


HOSTILE = "# 1. <img src=x onerror=alert(1)> [a](javascript:x) ``` | *b* _c_ &lt;i> ~~d~~ \\ \x1b]0;t\x07\n\n- e"


def test_hostile_words_stay_words_in_markdown() -> None:
    bad = paper(HOSTILE, url="javascript:alert(1)")
    worse = paper("- x", "id2", url="https://x.example/a b>c<d")
    talk = conversation(turn(1, HOSTILE, claim(HOSTILE, "supported", bad), claim("1) x", "located", worse, HOSTILE)))
    text, _, code = markdown_of(talk).partition("```bibtex\n")
    safe = (
        r"\# 1. \<img src=x onerror=alert(1)\> \[a\](javascript:x) \`\`\` \| \*b\* \_c\_ \&lt;i\> \~\~d\~\~ "
        "<span>&#92;</span> \ufffd\\]0;t\ufffd - e"
    )
    assert text == (
        f"# {safe}\n\n2026-03-01, with the library /some/library\n\n## {safe}\n\n- ✓ {safe} [1]\n"
        f"- ≈ 1\\) x [2][?{safe}] *(located)*\n\n"
        "*2 claims: 1 supported ✓, 1 located ≈ (no checker) · model m*\n\n"
        f"## Papers\n\n- [1] {safe}\n"
        "- [2] [\\- x](<https://x.example/a%20b%3Ec%3Cd>)\n\n"
    )
    # Nothing within the fence ends it.
    assert code.count("```") == 1
    assert re.findall(r"^ {0,3}```", code, re.MULTILINE) == ["```"]


def test_files_are_written_whole_and_over_nothing(tmp_path: Path) -> None:
    talk = conversation(turn(1, "Half \ud83d?", claim("Trees grow.", "supported", TREES)))
    assert written(talk, str(tmp_path / "a.MD")) == tmp_path / "a.MD"
    assert (tmp_path / "a.MD").read_text() == markdown_of(talk)
    written(talk, str(tmp_path / "b.bib"))
    assert len(entries((tmp_path / "b.bib").read_text())) == 1
    for path, message in (
        (tmp_path / "b.bib", f"{tmp_path}/b.bib: exists already; give another name, or remove it first"),
        (tmp_path / "no" / "b.bib", f"{tmp_path}/no/b.bib: cannot be written (No such file or directory)"),
        (
            "~nobody-of-this-name/a.md",
            "~nobody-of-this-name/a.md: cannot be written (Could not determine home directory.)",
        ),
        ("a\0b.md", "a\ufffdb.md: cannot be written (embedded null byte)"),
        (tmp_path / "b.txt", "give the name of a file that ends in .md, .tex, .html, .bib or .csv, such as notes.md"),
        ("", "give the name of a file that ends in .md, .tex, .html, .bib or .csv, such as notes.md"),
    ):
        with pytest.raises(UsageError) as caught:
            written(talk, str(path))
        assert str(caught.value) == message


def test_only_their_owner_can_read_exports_and_no_link_is_written_through(tmp_path: Path) -> None:
    exported = conversation(turn(1, "Why?", claim("Trees grow.", "supported", TREES)))
    assert written(exported, str(tmp_path / "a.md")).stat().st_mode & 0o777 == 0o600
    (tmp_path / "b.md").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UsageError, match="exists already"):
        written(exported, str(tmp_path / "b.md"))
    assert not (tmp_path / "elsewhere").exists()
