"""The command line as its users and their scripts meet it: streams, JSON fields, exit codes."""

import json
from pathlib import Path
from typing import Any

import pytest
from conftest import Run
from support.chats import ENSEMBLES, OVEROPTIMIZATION

HASHED = ("--embedder", "hashing")


def objects(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_the_five_pages_are_643_listings_of_614_papers(pages_library: Path) -> None:
    report = json.loads((pages_library.parent / "output").read_text())
    del report["seconds"]
    assert report == {
        "listings": 643,
        "added": 614,
        "updated": 0,
        "unchanged": 0,
        "merged": 29,
        "rejected": 0,
        "embedded": 614,
        "rejections": [],
        "conflicts": [],
    }


def test_a_second_ingest_changes_and_computes_nothing(run: Run, pages_library: Path, pages: Path) -> None:
    before = (pages_library / "catalogue.sqlite3").read_bytes()
    [report] = objects(run("ingest", "--json", *HASHED, "--library", pages_library, pages).stdout)
    assert (report["added"], report["updated"], report["unchanged"], report["embedded"]) == (0, 0, 614, 0)
    assert (pages_library / "catalogue.sqlite3").read_bytes() == before


def test_listings_keep_their_facts(run: Run, pages_library: Path) -> None:
    papers = objects(run("papers", "--json", "--library", pages_library).stdout)
    listings = [listing for paper in papers for listing in paper["listings"]]
    page = [listing for listing in listings if listing["source"].startswith("001_")]
    assert (len(papers), len(listings), len(page)) == (614, 643, 63)
    assert sum(listing["authors"] is not None for listing in page) == 61
    assert sum(listing["date"] is not None for listing in page) == 62
    assert sum(listing["organisation"] is not None for listing in page) == 1
    assert sum(listing["authors"] is None and listing["date"] is None for listing in page) == 1


def test_papers_are_filtered_by_date_and_source(run: Run, pages_library: Path) -> None:
    dated = objects(run("papers", "--json", "--since", "2024", "--until", "2024-06", "--library", pages_library).stdout)
    assert dated
    assert all("2024-01-01" <= paper["date"] <= "2024-06-30" for paper in dated)
    listed = objects(run("papers", "--json", "--source", "000_", "--library", pages_library).stdout)
    assert len(listed) == 8


def test_search_finds_a_paper_by_its_topic(run: Run, sample_library: Path) -> None:
    done = run(
        "search", "reward model ensembles against overoptimization", "-k", "3", "--json", "--library", sample_library
    )
    [found] = objects(done.stdout)
    assert list(found) == ["query", "hits", "seconds"]
    assert list(found["hits"][0]) == ["id", "title", "date", "date_inferred", "score", "snippet"]
    assert ENSEMBLES in [hit["title"] for hit in found["hits"]]
    assert len(found["hits"]) == 3


def test_search_answers_each_line_of_standard_input(run: Run, sample_library: Path) -> None:
    done = run(
        "search", "--stdin", "--json", "--library", sample_library, typed="diffusion models\n\nrobot imitation\n"
    )
    assert [found["query"] for found in objects(done.stdout)] == ["diffusion models", "robot imitation"]


def test_an_extractive_answer_quotes_the_abstracts_it_cites(run: Run, sample_library: Path) -> None:
    done = run("ask", OVEROPTIMIZATION, "--json", "--strict", "--library", sample_library)
    assert done.returncode == 0, done.stderr
    [answer] = objects(done.stdout)
    papers = {paper["id"]: paper for paper in objects(run("papers", "--json", "--library", sample_library).stdout)}
    numbered = {citation["n"]: papers[citation["id"]] for citation in answer["citations"]}
    assert answer["status"] == "answered"
    assert answer["extractive"] is True
    assert len(numbered) > 1
    for claim in answer["claims"]:
        assert claim["verdict"] == "quoted"
        [number] = claim["citations"]
        assert claim["text"] in numbered[number]["abstract"]
    for citation in answer["citations"]:
        assert citation["title"] == papers[citation["id"]]["title"]


NOT_ANSWERED = ("What is the capital of France?", "How do I bake sourdough bread?", "asdf qwer zxcv")


@pytest.mark.parametrize("question", NOT_ANSWERED)
def test_a_question_that_the_library_does_not_answer_ends_with_3(run: Run, sample_library: Path, question: str) -> None:
    done = run("ask", question, "--json", "--library", sample_library)
    [answer] = objects(done.stdout)
    assert (done.returncode, answer["status"], answer["claims"], answer["citations"]) == (3, "abstained", [], [])
    assert answer["answer"] == "no sentence found that answers."
    assert len(answer["evidence"]) == 8


@pytest.mark.slow
def test_the_five_pages_are_embedded_by_the_model_searched_and_asked(run: Run, embedded_pages: Path) -> None:
    words = ("--json", "--library", embedded_pages)
    [report] = objects((embedded_pages.parent / "output").read_text())
    assert (report["added"], report["embedded"]) == (614, 614)
    [search] = objects(run("search", "reward model ensembles against overoptimization", "-k", "3", *words).stdout)
    assert ENSEMBLES in [hit["title"] for hit in search["hits"]]
    [answer] = objects(run("ask", OVEROPTIMIZATION, "--strict", *words).stdout)
    assert (answer["status"], len(answer["citations"]) > 1) == ("answered", True)
    for question in NOT_ANSWERED:
        [answer] = objects(run("ask", question, *words).stdout)
        assert (answer["status"], len(answer["evidence"])) == ("abstained", 8)


def test_show_prints_one_paper_by_title_in_any_case(run: Run, pages_library: Path) -> None:
    done = run("show", "scaling laws for reward model overoptimization", "--json", "--library", pages_library)
    [paper] = objects(done.stdout)
    assert paper["title"] == "Scaling Laws for Reward Model Overoptimization"
    assert run("show", "No Such Paper Anywhere", "--library", pages_library).returncode == 3


def test_status_tells_counts_and_health(run: Run, pages_library: Path, sample_library: Path) -> None:
    [status] = objects(run("status", "--json", "--library", pages_library, ASSISTANT_EMBEDDER="hashing").stdout)
    assert (status["papers"], status["listings"], status["healthy"], status["problems"]) == (614, 643, True, [])
    assert status["chunks"] >= 614
    [status] = objects(run("status", "--json", "--library", sample_library).stdout)
    assert status["fingerprint"].startswith("bge-small-en-v1.5@6c9c6101/int8/")


def test_rows_of_jsonl_keep_their_ids_and_titles(run: Run, tmp_path: Path) -> None:
    rows = tmp_path / "rows"
    rows.write_text(
        '{"_id": "4983", "title": "Bread, and how it  rises", "text": "Yeast makes gas. Gas makes dough rise."}\n'
        '{"title": "", "abstract": "No title here."}\n'
        "not json\n"
        '{"id": 7, "title": "Cheese", "summary": "Milk turns to cheese with rennet.", "date": "2024-05-02"}\n'
    )
    done = run("ingest", rows, "--json", "--library", tmp_path / "library")
    [report] = objects(done.stdout)
    assert (done.returncode, report["added"], report["rejected"]) == (0, 2, 2)
    assert [row["line"] for row in report["rejections"]] == [2, 3]
    papers = objects(run("papers", "--json", "--library", tmp_path / "library").stdout)
    assert [(paper["id"], paper["title"]) for paper in papers] == [("4983", "Bread, and how it rises"), ("7", "Cheese")]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["ask"], 2),
        (["ask", "  "], 2),
        (["ask", "a", "--since", "soon"], 2),
        (["ingest", "nowhere.txt"], 2),
        (["nonsense"], 2),
        (["ask", "a", "--embedder", "magic"], 2),
        (["ask", "a", "--library", "nowhere"], 6),
        (["papers", "--library", "nowhere"], 6),
        (["verify", "nowhere.txt"], 2),
        (["show", " "], 2),
        (["remove"], 2),
        (["search", "a", "-k", "many"], 2),
        (["--version"], 0),
    ],
)
def test_exit_codes(run: Run, words: list[str], code: int) -> None:
    done = run(*words)
    assert done.returncode == code
    assert "Traceback" not in done.stderr
    assert bool(done.stdout) is (code == 0)


def test_many_answers_name_their_questions(run: Run, sample_library: Path) -> None:
    done = run("ask", "--stdin", "--library", sample_library, typed="capital of France?\nhow to bake bread?\n")
    assert done.returncode == 3
    assert [line for line in done.stdout.splitlines() if line.startswith("# ")] == [
        "# capital of France?",
        "# how to bake bread?",
    ]


def test_a_filter_tells_what_it_leaves_out(run: Run, pages_library: Path) -> None:
    done = run("papers", "--since", "2030", "--library", pages_library)
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.splitlines() == [
        "assistant: 552 papers have no date and are left out",
        "assistant: no paper passes the filter",
    ]
    assert run("papers", "--since", "2024", "--until", "2023", "--library", pages_library).returncode == 2


def test_a_file_without_papers_makes_no_library(run: Run, tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("hello\n")
    done = run("ingest", tmp_path / "note.txt", "--library", tmp_path / "library")
    assert done.returncode == 2
    assert "rejected note.txt" in done.stderr
    assert not (tmp_path / "library").exists()


def test_papers_are_removed_by_title_or_by_source_all_or_nothing(run: Run, tmp_path: Path) -> None:
    for name in ("one", "two"):
        rows = [f'{{"title": "{name} {n}", "abstract": "Something {name} is said of {n}."}}' for n in ("ham", "rye")]
        (tmp_path / name).write_text("\n".join([*rows, '{"title": "Both", "abstract": "Listed in both files."}']))
    words = ("--library", tmp_path / "library")
    run("ingest", tmp_path / "one", tmp_path / "two", *words)
    assert run("remove", "one ham", "no such paper", *words).returncode == 3
    assert run("remove", "ONE HAM", "--yes", *words).stdout == "removed one ham\n"
    assert run("remove", "--source", "two", "-y", *words).stdout == "removed two ham\nremoved two rye\n"
    left = objects(run("papers", "--json", *words).stdout)
    assert [paper["title"] for paper in left] == ["one rye", "Both"]
    [found] = objects(run("search", "ham", "--json", *words).stdout)
    assert sorted(hit["title"] for hit in found["hits"]) == ["Both", "one rye"]
    [status] = objects(run("status", "--json", *words).stdout)
    assert (status["papers"], status["healthy"]) == (2, True)


@pytest.mark.parametrize("question", ["x", "1", "??"])
def test_a_question_without_a_word_is_not_answered(run: Run, sample_library: Path, question: str) -> None:
    assert run("ask", question, "--library", sample_library).returncode == 3


def test_a_hostile_dotenv_in_the_working_folder_changes_nothing(
    run_process: Run, sample_library: Path, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text(
        "IS_PERSISTENT=notabool\nMIGRATIONS=none\nCHROMA_API_IMPL=x.y\nOPENAI_API_KEY=k\nOPENAI_BASE_URL=http://evil\n"
    )
    row = tmp_path / "row.jsonl"
    row.write_text('{"id": "1", "title": "One", "abstract": "One thing is said here."}\n')
    assert run_process("ingest", row, "--library", tmp_path / "library", cwd=tmp_path).returncode == 0
    [answer] = objects(run_process("ask", OVEROPTIMIZATION, "--json", "--library", sample_library, cwd=tmp_path).stdout)
    assert (answer["status"], answer["extractive"]) == ("answered", True)
