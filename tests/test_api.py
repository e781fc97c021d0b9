"""The library as programs use it: what `import assistant` offers, what that costs, and a library asked from Python."""

import ast
import json
import logging
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import pytest
from support import libraries

import assistant
from assistant.app import filters
from assistant.domain.callbacks import OnToken
from assistant.library.snapshot import LibrarySnapshot
from assistant.models.base import Message, Reply

ROOT = Path(__file__).parents[1]
NAMES = """
Answer ArchiveError AssistantError BudgetError ChatModel Checker Claim Cost Embedder Entry Evidence Finding
FingerprintError Interrupted Library LibraryError LibraryQueryEngine LibraryReader LibraryRetriever Listing
LlamaEmbedder LlamaModel LockedError Message MissingModelError ModelError Paper Rejection Reply Report Reranker
Seconds ServiceError Settings UsageError open_library
""".split()


class Scripted:
    """A model that says what it was told to say."""

    name = "scripted"

    def __init__(self, text: str) -> None:
        self._text = text
        self.messages: list[Sequence[Message]] = []

    def reply(
        self, messages: Sequence[Message], heard: OnToken | None = None, schema: Mapping[str, object] | None = None
    ) -> Reply:
        self.messages.append(messages)
        if heard:
            heard(self._text)
        return Reply(self._text, self.name)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return libraries.made(tmp_path)


def opened(folder: Path, model: "str | assistant.ChatModel" = "none", **environment: str) -> assistant.Library:
    return assistant.open_library(folder, embedder=libraries.HashedWords(), model=model, environment=environment)


# -- what there is


def test_the_public_names_are_exactly_these_and_each_is_there() -> None:
    assert assistant.__all__ == NAMES
    assert [getattr(assistant, name).__name__ for name in NAMES] == NAMES
    assert dir(assistant) == NAMES
    for name in NAMES:
        assert getattr(assistant, name).__doc__
    with pytest.raises(AttributeError, match="module 'assistant' has no attribute 'Papers'"):
        assistant.Papers  # noqa: B018


def test_type_checkers_are_told_of_the_same_names_from_the_same_modules() -> None:
    tree = ast.parse((ROOT / "assistant" / "__init__.py").read_text())
    declared = {
        alias.name: node.module
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("assistant.")
        for alias in node.names
    }
    assert declared == {name: getattr(assistant, name).__module__ for name in NAMES}
    assert (ROOT / "assistant" / "py.typed").is_file()


def imported_by(code: str, environment: Mapping[str, str]) -> set[str]:
    shown = f"{code}\nimport sys, json\nprint(json.dumps(list(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", shown], env=dict(environment), capture_output=True, text=True, check=True
    )
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_importing_it_imports_nothing_but_typing(clean_environment: Mapping[str, str]) -> None:
    before = imported_by("import typing", clean_environment)
    assert imported_by("import assistant", clean_environment) - before - {"json"} == {"assistant"}


def test_errors_and_records_need_only_the_standard_library(clean_environment: Mapping[str, str]) -> None:
    used = imported_by("from assistant import Answer, LibraryError, Settings, UsageError", clean_environment)
    outside = {name.split(".")[0] for name in used} - sys.stdlib_module_names - {"assistant", "__main__"}
    started = {name.split(".")[0] for name in imported_by("pass", clean_environment)}
    assert outside - started == set()


# -- a library


def test_papers_are_added_found_asked_about_and_verified(tmp_path: Path) -> None:
    rows = [
        {
            "id": "1",
            "title": "Yeast and Bread",
            "abstract": "Yeast makes dough rise by 40 percent.",
            "date": "2024-05-02",
        },
        {"id": "2", "title": "Rennet and Cheese", "abstract": "Rennet turns milk into cheese.", "date": "2023-01-01"},
    ]
    (tmp_path / "rows.jsonl").write_text("\n".join([*map(json.dumps, rows), "not json"]))
    steps: list[tuple[str, int, int]] = []
    with opened(tmp_path / "library") as library:
        dry = library.ingest(tmp_path / "rows.jsonl", dry_run=True)
        assert (len(dry.added), (tmp_path / "library").exists()) == (2, False)
        report = library.ingest([tmp_path / "rows.jsonl"], on_progress=lambda *step: steps.append(step))
        assert [paper.id for paper in report.added] == ["1", "2"]
        assert [(row.source, row.line) for row in report.rejected] == [("rows.jsonl", 3)]
        assert steps
        assert [paper.title for paper in library.papers()] == ["Yeast and Bread", "Rennet and Cheese"]
        for since in ("2024", "2024-05-02", date(2024, 1, 1)):
            assert [paper.id for paper in library.papers(since=since)] == ["1"]
        assert [item.paper.id for item in library.search("What makes dough rise?", limit=1)] == ["1"]
        assert [item.paper.id for item in library.search("What makes dough rise?", until="2023")] == ["2"]
        answer = library.ask("What makes dough rise?")
        assert [claim.text for claim in answer.claims] == ["Yeast makes dough rise by 40 percent."]
        assert "- [1] Yeast and Bread (2024-05-02)" in answer._repr_markdown_()
        verdicts = [
            claim.verdict for claim in library.verify("Yeast makes dough rise by 41 percent [Yeast and Bread].")
        ]
        assert verdicts == ["unsupported"]


def test_a_model_may_be_any_object_and_is_heard_as_it_writes(folder: Path) -> None:
    model = Scripted("The library does not hold the answer.")
    pieces: list[str] = []
    with opened(folder, model) as library:
        answer = library.ask("How do we predict glaciers?", limit=3, on_token=pieces.append)
    assert (answer.status, answer.model, pieces) == ("abstained", "scripted", [model._text])
    assert len(answer.evidence) == 3
    assert "How do we predict glaciers?" in model.messages[0][-1].text


def test_settings_come_from_arguments_then_the_environment(tmp_path: Path) -> None:
    environment = {"ASSISTANT_LIBRARY": str(tmp_path / "a"), "ASSISTANT_MODEL": "gpt-m", "OPENAI_API_KEY": "k"}
    library = assistant.open_library(environment=environment)
    assert library.settings == assistant.Settings(tmp_path / "a", chosen=True, model="gpt-m")
    assert library.model is not None
    assert library.model.name == "gpt-m"
    library = assistant.open_library(
        tmp_path / "b", model="none", embedder="local", reranker="none", environment=environment
    )
    assert library.settings == assistant.Settings(tmp_path / "b", chosen=True, embedder="local", reranker="none")
    assert library.model is None
    assert library.reranker is None
    with pytest.raises(assistant.UsageError, match="use `local` or `onnx:<folder>` or `none`"):
        assistant.open_library(environment={"ASSISTANT_RERANKER": "magic"})
    with pytest.raises(assistant.UsageError, match="use `local` or `onnx:<folder>` or `openai:<model>`"):
        assistant.open_library(embedder="magic", environment={})


def test_papers_can_be_listed_whoever_made_their_vectors_and_asked_about_only_with_the_same(folder: Path) -> None:
    other = assistant.open_library(folder, embedder=libraries.HashedWords(16), environment={})
    with other as library, pytest.raises(assistant.FingerprintError):
        library.papers()  # what is given as an object is meant
    with assistant.open_library(folder, embedder="local", environment={}) as library:
        assert len(library.papers()) == libraries.MADE
        with pytest.raises(assistant.FingerprintError):
            library.search("glaciers")


def test_faults_are_errors_with_what_to_do(tmp_path: Path, folder: Path) -> None:
    with (
        opened(tmp_path / "nowhere") as library,
        pytest.raises(assistant.LibraryError, match="no library here"),
    ):
        library.ask("What?")
    with opened(folder) as library:
        for call in (lambda: library.ask(" "), lambda: library.search(""), lambda: library.verify("\n")):
            with pytest.raises(assistant.UsageError, match="is empty"):
                call()
        with pytest.raises(assistant.UsageError, match="give 1 or more"):
            library.ask("What?", limit=0)
        with pytest.raises(assistant.UsageError, match="'soon' is no date; write 2024, 2024-05 or 2024-05-31"):
            library.papers(since="soon")
        with pytest.raises(assistant.UsageError, match="since 2024-01-01 is later than until 2023-12-31"):
            library.papers(since="2024", until="2023")


def test_what_a_person_should_know_goes_to_the_logger_or_to_on_message(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "assistant"), opened(folder) as library:
        assert library.papers(since="2099") == ()
    assert caplog.messages == ["no paper passes the filter"]
    messages: list[str] = []
    with assistant.open_library(folder, environment={}, on_message=messages.append) as library:
        library.papers(since="2099")
    assert messages == ["no paper passes the filter"]


def test_a_library_that_grows_is_asked_as_it_is(folder: Path) -> None:
    with opened(folder) as library:
        library.search("glaciers")
        libraries.ingest(folder, libraries.entries(libraries.MADE, libraries.MADE + 3))
        assert len(library.search("glaciers", limit=1000)) == libraries.MADE + 3
        library.close()
        assert len(library.papers()) == libraries.MADE + 3


def test_a_filter_admits_what_it_says(folder: Path) -> None:
    with LibrarySnapshot(folder) as snapshot:
        period = filters.paper_filter("2024-01", "2024-01", "MADE")
        ids = filters.admitted(snapshot, period, lambda _: None)
        assert ids == frozenset(paper.id for paper in snapshot.papers() if paper.date and paper.date < date(2024, 2, 1))


# -- the documentation


def test_the_example_in_the_documentation_runs(clean_environment: Mapping[str, str], tmp_path: Path) -> None:
    section = (ROOT / "docs" / "python.md").read_text()
    [code] = re.findall(r"```python\n(import assistant\n.*?)```", section, re.DOTALL)
    [expected] = re.findall(r"```text\n(.*?)```", section, re.DOTALL)
    (tmp_path / "store" / "sample").mkdir(parents=True)
    (tmp_path / "store" / "sample" / "papers.txt").write_bytes((ROOT / "store" / "sample" / "papers.txt").read_bytes())
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=dict(clean_environment),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == expected
