"""Conversations as Markdown and BibTeX: whole outputs, hostile words, and entries that any strict reader accepts."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.answering.conversation.turns import Conversation, Reading, Turn
from assistant.cli.views import exports
from assistant.domain.errors import UsageError
from assistant.domain.records import Answer, Claim, Evidence, Finding, Paper
from assistant.domain.verdicts import Verdict

BEGUN = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)


def paper(title: str, id: str = "id", **facts: object) -> Paper:
    return replace(Paper(id, title, "An abstract."), **facts)  # type: ignore[arg-type]


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

## Its second one?

*Read as: The second paper of WARM?*

- ❝ “Trees grow.” [2]

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
    assert exports.markdown(talk) == MARKDOWN
    bibtex = MARKDOWN.partition("```bibtex\n")[2].removesuffix("```\n")
    assert exports.bibtex(exports.papers_cited(talk).values()) == bibtex


def test_an_empty_conversation_is_said_to_be() -> None:
    assert exports.markdown(conversation()) == (
        "# An empty conversation\n\n2026-03-01, with the library /some/library\n"
    )
    assert exports.bibtex(exports.papers_cited(conversation()).values()) == ""


def entries(text: str) -> list[tuple[str, dict[str, str]]]:
    """Read BibTeX as strictly as BibTeX itself: braces count even after a backslash. Returns (key, fields)."""
    read = []
    place = 0

    def take(pattern: str) -> str:
        nonlocal place
        match = re.compile(pattern).match(text, place)
        assert match, f"{pattern!r} expected at {text[place : place + 60]!r}"
        place = match.end()
        return match[1] if match.re.groups else match[0]

    while text[place:].strip():
        key = take(r"\s*@misc\{([a-z0-9-]+),\s*")
        fields: dict[str, str] = {}
        while text[place] != "}":
            name = take(r"([a-z]+) = ")
            assert name not in fields
            if text[place] != "{":
                fields[name] = take(r"(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)(?=,)")
            else:
                begin, depth = place, 0
                while True:
                    depth += {"{": 1, "}": -1}.get(text[place], 0)
                    place += 1
                    if not depth:
                        break
                fields[name] = text[begin + 1 : place - 1]
            take(r",\s*")
        place += 1
        read.append((key, fields))
    assert len({key for key, _ in read}) == len(read)
    return read


def test_what_bibtex_would_take_for_its_own_is_written_out() -> None:
    title = r"50% & $x_1$ #2 {a} ~b^c \cite{x} } @misc{y, " + "\x1b[2J\nline"
    [(key, fields)] = entries(exports.bibtex([paper(title, authors=("O'Neil {and} Sons and Co", "A, B, C, D"))]))
    assert key == "cocite"
    assert fields["title"] == (
        r"{50\% \& \$x\_1\$ \#2 \textbraceleft{}a\textbraceright{} \textasciitilde{}b\textasciicircum{}c "
        r"\textbackslash{}cite\textbraceleft{}x\textbraceright{} \textbraceright{} @misc\textbraceleft{}y, "
        "\ufffd[2J line}"
    )
    assert fields["author"] == (r"{O'Neil \textbraceleft{}and\textbraceright{} Sons and Co} and {A, B, C, D}")


@pytest.mark.parametrize(
    ("author", "expected"),
    [
        ("others", "{others}"),
        ("Others", "{Others}"),
        ("and Sons", "{and Sons}"),
        ("Ash and", "{Ash and}"),
        ("AND", "{AND}"),
        ("Ash,", "{Ash,}"),
        (", Ann", "{, Ann}"),
        ("A,, B", "{A,, B}"),
        ("A, B, C, D", "{A, B, C, D}"),
        ("", "{}"),
        ("Ash, Jr., Ann", "Ash, Jr., Ann"),
        ("Ann Brothers", "Ann Brothers"),
        ("Ann Anderson", "Ann Anderson"),
    ],
)
def test_each_author_is_one_name_to_bibtex(author: str, expected: str) -> None:
    """Not a word between two names, not the word for those left out, and no part too many."""
    [(_, fields)] = entries(exports.bibtex([paper("Title", authors=("Ann Ash", author, "Bea B."))]))
    assert fields["author"] == f"Ann Ash and {expected} and Bea B."


@pytest.mark.parametrize(
    ("day", "inferred", "expected"),
    [
        (date(2022, 1, 1), True, {"year": "2022"}),  # "2022"
        (date(2022, 5, 1), True, {"year": "2022", "month": "may"}),  # "2022-05"
        (date(2025, 11, 7), True, {"year": "2025", "month": "nov"}),  # "Nov 7" on a page
        (date(2022, 1, 1), False, {"year": "2022", "month": "jan"}),
    ],
)
def test_a_month_that_was_not_written_is_not_exported(day: date, inferred: bool, expected: dict[str, str]) -> None:
    [(_, fields)] = entries(exports.bibtex([paper("Title", date=day, date_inferred=inferred)]))
    assert fields == {"title": "{Title}", **expected}


@pytest.mark.parametrize(
    ("id", "expected"),
    [
        ("2401.12187", {"eprint": "2401.12187", "archiveprefix": "arXiv"}),
        ("https://arxiv.org/abs/2401.12187v3", {"eprint": "2401.12187", "archiveprefix": "arXiv"}),
        ("cs/0112017", {"eprint": "cs/0112017", "archiveprefix": "arXiv"}),
        ("https://doi.org/10.1000/X_y{z}%20", {"doi": "10.1000/x_y%7Bz%7D%20"}),
        ("t-22814d6a9c05", {}),
        ("4983", {}),
    ],
)
def test_ids_are_fields_of_their_own(id: str, expected: dict[str, str]) -> None:
    [(_, fields)] = entries(exports.bibtex([paper("Title", id)]))
    assert fields == {"title": "{Title}", **expected}


def test_keys_are_short_and_each_is_used_once() -> None:
    papers = [
        paper("The Art of It", authors=("Ann Ash",), date=date(2024, 5, 1)),
        paper("The Art of It", "id2", authors=("Bea B.", "Ann Ash")),
        paper("Of Art", "id3"),
        paper("Of Art", "id4"),
        paper("Paper 2", "id5"),
        paper("論文", "id6"),
        paper("Of It", "id7", authors=("",)),
        paper("Paper", "id8", authors=("Of",), date=date(999, 1, 1)),
    ]
    assert [key for key, _ in entries(exports.bibtex(papers))] == [
        "ash2024paper",
        "bpaper",
        "paper",
        "paper-2",
        "paper-3",
        "paper-4",
        "paper-5",
        "of999paper",
    ]


HOSTILE = "# 1. <img src=x onerror=alert(1)> [a](javascript:x) ``` | *b* _c_ &lt;i> ~~d~~ \\ \x1b]0;t\x07\n\n- e"


def test_hostile_words_stay_words_in_markdown() -> None:
    bad = paper(HOSTILE, url="javascript:alert(1)")
    worse = paper("- x", "id2", url="https://x.example/a b>c<d")
    talk = conversation(turn(1, HOSTILE, claim(HOSTILE, "supported", bad), claim("1) x", "located", worse, HOSTILE)))
    text, _, code = exports.markdown(talk).partition("```bibtex\n")
    safe = (
        r"\# 1. \<img src=x onerror=alert(1)\> \[a\](javascript:x) \`\`\` \| \*b\* \_c\_ \&lt;i\> \~\~d\~\~ "
        "<span>&#92;</span> \ufffd\\]0;t\ufffd - e"
    )
    assert text == (
        f"# {safe}\n\n2026-03-01, with the library /some/library\n\n## {safe}\n\n- ✓ {safe} [1]\n"
        f"- ≈ 1\\) x [2][?{safe}] *(located)*\n\n## Papers\n\n- [1] {safe}\n"
        "- [2] [\\- x](<https://x.example/a%20b%3Ec%3Cd>)\n\n"
    )
    # Nothing within the fence ends it.
    assert code.count("```") == 1 + HOSTILE.count("```")
    assert re.findall(r"^ {0,3}```", code, re.MULTILINE) == ["```"]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.text(), st.lists(st.text(), max_size=2), st.text(), st.dates() | st.none()), max_size=4))
def test_any_words_make_entries_that_can_be_read(made: list[tuple[str, list[str], str, date | None]]) -> None:
    papers = [
        paper(title, f"id{n}", authors=tuple(authors), url=url, date=day)
        for n, (title, authors, url, day) in enumerate(made)
    ]
    read = entries(exports.bibtex(papers))
    assert len(read) == len(papers)
    for (_, fields), item in zip(read, papers, strict=True):
        assert fields.get("year") == (str(item.date.year) if item.date else None)


def test_files_are_written_whole_and_over_nothing(tmp_path: Path) -> None:
    talk = conversation(turn(1, "Half \ud83d?", claim("Trees grow.", "supported", TREES)))
    assert exports.write(talk, str(tmp_path / "a.MD")) == tmp_path / "a.MD"
    assert (tmp_path / "a.MD").read_text() == exports.markdown(talk)
    exports.write(talk, str(tmp_path / "b.bib"))
    assert len(entries((tmp_path / "b.bib").read_text())) == 1
    for path, message in (
        (tmp_path / "b.bib", f"{tmp_path}/b.bib: exists already; give another name, or remove it first"),
        (tmp_path / "no" / "b.bib", f"{tmp_path}/no/b.bib: cannot be written (No such file or directory)"),
        (
            "~nobody-of-this-name/a.md",
            "~nobody-of-this-name/a.md: cannot be written (Could not determine home directory.)",
        ),
        ("a\0b.md", "a\ufffdb.md: cannot be written (embedded null byte)"),
        (tmp_path / "b.txt", "give the name of a file that ends in .md or .bib, such as notes.md"),
        ("", "give the name of a file that ends in .md or .bib, such as notes.md"),
    ):
        with pytest.raises(UsageError) as caught:
            exports.write(talk, str(path))
        assert str(caught.value) == message


def test_only_their_owner_can_read_exports_and_no_link_is_written_through(tmp_path: Path) -> None:
    exported = conversation(turn(1, "Why?", claim("Trees grow.", "supported", TREES)))
    assert exports.write(exported, str(tmp_path / "a.md")).stat().st_mode & 0o777 == 0o600
    (tmp_path / "b.md").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UsageError, match="exists already"):
        exports.write(exported, str(tmp_path / "b.md"))
    assert not (tmp_path / "elsewhere").exists()
