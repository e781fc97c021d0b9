"""`assistant digest` and `assistant map` as people and cron call them: what is new, once, and never lost."""

import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from conftest import Run
from markdown_it import MarkdownIt
from support import browser, new_papers

from assistant.domain.records import Entry, Listing
from assistant.library import writer
from assistant.models.hashing import HashingEmbedder

Digest = Callable[..., "CompletedProcess[str]"]
LATER = Entry(
    Listing("later.jsonl", 1, "Part 16 of notes on honey bees"),
    "Hives and nectar are counted. We find that honey bees visit 16 flowers more on warm days.",
    "id16",
)

UNFITTED = (
    "assistant: no thresholds were fitted to the embedder hashed-words/32: it ranks papers, and words decide what "
    "answers\n"
)


@pytest.fixture
def library(tmp_path: Path) -> Path:
    writer.add(tmp_path / "library", new_papers.entries(), HashingEmbedder())
    return tmp_path / "library"


@pytest.fixture
def digest(run: Run, library: Path, tmp_path: Path) -> Digest:
    def called(*words: str, command: str = "digest") -> "CompletedProcess[str]":
        settled = {"ASSISTANT_EMBEDDER": "hashing", "ASSISTANT_MODEL": "none", "ASSISTANT_RERANKER": "none"}
        return run(command, *words, "--library", library, cwd=tmp_path, **settled)

    return called


def ids(done: "CompletedProcess[str]") -> list[str]:
    return [paper["id"] for group in json.loads(done.stdout)["groups"] for paper in group["papers"]]


def test_a_period_has_its_papers_and_counts_those_without_a_date(digest: Digest) -> None:
    done = digest("--since", "2025-04", "--topic", "honey bees")
    assert (done.returncode, done.stderr) == (0, UNFITTED)
    assert done.stdout == (
        "2 papers dated since 2025-04-01, in 1 topic; 4 more of no topic\n\nhoney bees  2\n"
        "[1] </script><script>alert(1)</script>\ufffd[31m <img src=x onerror=alert(2)> honey bees (2025-04-11)\n"
        "    ❝ “We find that honey bees visit 10 flowers more on warm days.”\n"
        "[2] Part 9 of notes on honey bees (2025-04-01)  https://example.org/9\n"
        "    ❝ “We find that honey bees visit 9 flowers more on warm days.”\n\n"
        "note: 3 papers have no date and are left out\n"
        "2 quotes from 2 papers; no model was asked, so nothing was concluded\n"
    )
    rows = json.loads(digest("--since", "2025-04", "--topic", "honey bees", "--json").stdout)
    assert {name: rows[name] for name in ("period", "papers", "shown", "undated", "topics", "model", "error")} == {
        "period": "dated since 2025-04-01", "papers": 6, "shown": 2, "undated": 3, "topics": ["honey bees"],
        "model": None, "error": None,
    }  # fmt: skip
    [group] = rows["groups"]
    assert group["papers"][1] == {
        "n": 2, "id": "id9", "title": "Part 9 of notes on honey bees", "date": "2025-04-01", "date_inferred": False,
        "url": "https://example.org/9", "says": "We find that honey bees visit 9 flowers more on warm days.",
        "verdict": "quoted", "step": "quote", "remark": None,
        "quote": "We find that honey bees visit 9 flowers more on warm days.",
    }  # fmt: skip


def test_since_last_tells_of_each_paper_once_dated_or_not(digest: Digest, library: Path) -> None:
    first = digest("--since", "last", "--json")
    assert (first.returncode, len(ids(first))) == (0, 15)
    again = digest("--since", "last", "--json")
    assert (again.returncode, again.stdout, again.stderr) == (3, "", "")
    writer.add(library, [LATER], HashingEmbedder())
    later = digest("--since", "last", "--json")
    assert (later.returncode, ids(later)) == (0, ["id16"])
    assert re.fullmatch(r"added since 20\d\d-\d\d-\d\d", json.loads(later.stdout)["period"])
    assert len(ids(digest("--since", "last", "--topic", "bees", "--json"))) > 1  # another question


def test_a_paper_that_was_told_of_is_not_new_when_its_arxiv_id_becomes_known(digest: Digest, library: Path) -> None:
    row = Listing("later.jsonl", 1, "Tides and what they carry")
    text = "We find that tides carry sand."
    writer.add(library, [Entry(row, text)], HashingEmbedder())
    assert digest("--since", "last").returncode == 0
    writer.add(library, [Entry(row, text, "2401.00001")], HashingEmbedder())
    shown = json.loads(digest("Tides and what they carry", "--json", command="show").stdout)
    assert shown["id"] == "2401.00001"
    assert digest("--since", "last").returncode == 3


def test_a_digest_written_by_hand_is_since_last_and_what_is_wrong_in_it_is_named(digest: Digest, library: Path) -> None:
    (library / "digests.toml").write_text('[mine]\ntopics = ["honey bees"]\n[bad]\nsource = ["a", "b"]\n')
    bad = digest("mine")
    assert (bad.returncode, "source of 'bad' is no text; write it in quotes" in bad.stderr) == (2, True)
    (library / "digests.toml").write_text('[mine]\ntags = ["theses"]\n')
    assert digest("mine").returncode == 3
    assert "no paper has the tag 'theses'" in digest("mine").stderr
    (library / "digests.toml").write_text('[mine]\ntopics = ["honey bees"]\n')
    assert [digest("mine").returncode for _ in range(2)] == [0, 3]


def test_a_saved_digest_is_kept_beside_comments_and_forgotten_only_when_asked(digest: Digest, library: Path) -> None:
    assert digest("--save", "weekly", "--topic", "honey bees", "--topic", 'tidal "rivers"').returncode == 0
    file = library / "digests.toml"
    file.write_text(f"# mine\n{file.read_text()}# also mine\n")
    assert digest("--save", "old", "--since", "2025", "--source", "made").returncode == 0
    text = (
        '# mine\n[weekly]\ntopics = ["honey bees", "tidal \\"rivers\\""]\nsince = "last"\n# also mine\n'
        '\n[old]\nsince = "2025-01-01"\nsource = "made"\n'
    )
    assert file.read_text().replace("\n\n[old]", "\n[old]") == text.replace("\n\n[old]", "\n[old]")
    taken = digest("--save", "weekly")
    assert (taken.returncode, "there is a digest named 'weekly' already" in taken.stderr) == (2, True)
    assert digest("weekly").returncode == 0
    assert digest("weekly").returncode == 3
    assert len(ids(digest("weekly", "--since", "2025", "--json"))) == 8
    listed = [json.loads(line) for line in digest("--list", "--json").stdout.splitlines()]
    assert [(row["name"], row["since"], row.get("source"), bool(row["last_run"])) for row in listed] == [
        ("weekly", "last", None, True), ("old", "2025-01-01", "made", False),
    ]  # fmt: skip
    assert digest("--forget", "weekly").returncode == 0
    gone = digest("weekly")
    assert (gone.returncode, "no digest is named 'weekly'; there are old" in gone.stderr) == (2, True)
    file.write_text("[old]\ntopics = 5\n")
    assert (digest("old").returncode, file.read_text()) == (2, "[old]\ntopics = 5\n")


def test_what_could_not_be_written_is_told_of_again(digest: Digest, tmp_path: Path) -> None:
    failed = digest("--since", "last", "--html", str(tmp_path / "none" / "digest.html"))
    assert (failed.returncode, "cannot be written" in failed.stderr) == (2, True)
    done = digest("--since", "last", "--html", "digest.html")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", UNFITTED)
    before = (tmp_path / "digest.html").read_text()
    assert digest("--since", "last", "--html", "digest.html").returncode == 3
    assert (tmp_path / "digest.html").read_text() == before


class Tags(HTMLParser):
    """The elements of a page, and the addresses that it names."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs


def test_pages_and_mail_show_strangers_words_as_words(digest: Digest, tmp_path: Path) -> None:
    assert digest("--html", "digest.html", "--topic", "honey bees").returncode == 0
    page = (tmp_path / "digest.html").read_text()
    tags = Tags(page)
    assert not {"script", "img", "iframe", "link"} & set(tags.tags)
    assert [value for name, value in tags.attributes if name == "href" and not str(value).startswith("#group-")] == [
        "https://example.org/9", "https://example.org/7",
    ]  # fmt: skip
    assert not [name for name, _ in tags.attributes if name.startswith("on") or name in ("src", "style")]
    assert tags.tags.count("article") == 5
    assert tags.tags.count("h1") == tags.tags.count("main") == 1
    text = digest("--markdown", "--topic", "honey bees").stdout
    html = MarkdownIt().render(text)
    assert not {"script", "img"} & set(Tags(html).tags)
    assert html.count("<li>") == 5
    assert "“We find that honey bees visit 10 flowers more on warm days.”" in html


def test_the_map_has_every_paper_and_nothing_of_it_acts(digest: Digest, tmp_path: Path) -> None:
    assert digest("--html", "map.html", command="map").returncode == 0
    page = (tmp_path / "map.html").read_text()
    assert digest("--html", "again.html", command="map").returncode == 0
    assert (tmp_path / "again.html").read_text() == page
    tags = Tags(page)
    assert tags.tags.count("script") == 2  # the data and the page's own
    assert not {"img", "link", "iframe"} & set(tags.tags)
    [data] = re.findall(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    papers = json.loads(data)["papers"]
    assert len(papers) == 15
    assert {paper["url"] for paper in papers if paper["url"]} == {f"https://example.org/{n}" for n in range(1, 16, 2)}
    assert digest("--html", "none.html", "--since", "2030", command="map").returncode == 3
    assert not (tmp_path / "none.html").exists()


def test_the_map_is_searched_filtered_and_opened_in_a_browser(digest: Digest, tmp_path: Path) -> None:
    if browser.executable() is None:
        pytest.skip("there is no Chromium on this machine")
    assert digest("--html", "map.html", command="map").returncode == 0
    with browser.browse(tmp_path / "profile") as tab:
        tab.open((tmp_path / "map.html").as_uri())
        on = "document.querySelectorAll('circle.dot:not(.off)').length"
        assert tab.evaluate(on) == 15
        search = "document.getElementById('words').value = {}; words.dispatchEvent(new Event('input'));"
        tab.evaluate(search.format("'HONEY warm'"))
        assert (tab.evaluate(on), tab.evaluate("document.getElementById('count').textContent")) == (5, "5 of 15 papers")
        tab.evaluate(search.format("''") + "document.querySelector('#legend button').click()")
        assert tab.evaluate(on) == 5
        tab.evaluate("document.getElementById('all').click(); document.querySelector('[value=time]').click()")
        assert tab.evaluate(on) == 15
        tab.evaluate(search.format("'onerror'") + "document.querySelector('circle.dot:not(.off)').focus()")
        for kind in ("rawKeyDown", "keyUp"):
            tab.send("Input.dispatchKeyEvent", type=kind, key="Enter", code="Enter", windowsVirtualKeyCode=13)
        title = tab.evaluate("document.querySelector('#paper h2').textContent")
        assert title == "</script><script>alert(1)</script>\ufffd[31m <img src=x onerror=alert(2)> honey bees"
        assert tab.evaluate("document.querySelectorAll('img').length") == 0
        for kind in ("rawKeyDown", "keyUp"):
            tab.send("Input.dispatchKeyEvent", type=kind, key="Escape", code="Escape", windowsVirtualKeyCode=27)
        assert tab.evaluate("document.getElementById('paper').hidden") is True
        assert tab.complaints() == []


def test_a_folder_that_leads_elsewhere_is_not_written_through(digest: Digest, library: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (library / "digests").symlink_to(tmp_path / "elsewhere")
    done = digest("--since", "last", "--topic", "honey bees")
    assert (done.returncode, "is a link to something else" in done.stderr) == (6, True)
    assert list((tmp_path / "elsewhere").iterdir()) == []
