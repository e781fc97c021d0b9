"""The folder of a run: begun whole or not at all, one process at a time, and gone on with after a kill at any byte."""

import os
from collections.abc import Mapping
from pathlib import Path

import pytest
from conftest import Run
from support import small_runs
from support.made_runs import TWO, write_suite
from support.small_runs import timeless

from assistant.domain.errors import UsageError
from assistant.evaluation import manifests, outcomes, runs
from assistant.evaluation.manifests import Manifest
from assistant.evaluation.outcomes import Outcome
from assistant.evaluation.suites import Suite
from assistant.evaluation.systems import EvaluationContext

ROOT = Path(__file__).parents[2]


def failure(number: int) -> Outcome:
    return Outcome("case", number, "error", "m" * 20_000, (), "ModelError")


@pytest.fixture(scope="module")
def whole(suite: Suite, context: EvaluationContext, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("whole") / "run"
    assert small_runs.go_on(folder, suite, context) == []
    return folder


def places(size: int, most: int) -> list[int]:
    """At most so many places of a file, its beginning and its end among them."""
    return sorted({size * step // most for step in range(most + 1)})


def test_a_run_goes_on_after_a_kill_at_any_byte_of_an_outcome(
    suite: Suite, context: EvaluationContext, manifest: Manifest, whole: Path, tmp_path: Path
) -> None:
    """All outcomes that were written to their end are kept, none is asked twice, and the rest is asked."""
    data, folder = (whole / runs.OUTCOMES).read_bytes(), tmp_path / "run"
    ends = [place + 1 for place in range(len(data)) if data[place : place + 1] == b"\n"]
    near = [end + step for end in ends for step in (-1, 0, 1)]
    folder.mkdir()
    for place in sorted({*places(len(data), 20), *near} & {*range(len(data) + 1)}):
        (folder / runs.MANIFEST).write_bytes((whole / runs.MANIFEST).read_bytes())
        (folder / runs.OUTCOMES).write_bytes(data[:place])
        assert small_runs.go_on(folder, suite, context, manifest=manifest) == []
        lines = (folder / runs.OUTCOMES).read_bytes()
        assert lines.startswith(data[: data.rfind(b"\n", 0, place) + 1])
        assert lines.count(b"\n") == 4
        assert timeless(folder) == timeless(whole)
    assert runs.load(folder).titles == runs.load(whole).titles


def test_a_run_that_was_being_begun_is_begun_anew_or_gone_on_with_at_any_byte(
    context: EvaluationContext, manifest: Manifest, whole: Path, tmp_path: Path
) -> None:
    """Whatever part of the manifest or the papers is on disk, in place or beside it, as this or an earlier version
    wrote them."""
    papers = context.pipeline.library.papers()
    texts = {name: (whole / name).read_bytes() for name in (runs.MANIFEST, runs.CORPUS)}
    states: list[Mapping[str, bytes]] = [{}, {runs.OUTCOMES: b""}]
    for name, text in texts.items():
        cut = [text[:place] for place in places(len(text), 33)]
        states += [{f"{name}.part": part} for part in cut]
        # Earlier versions wrote the papers, and then the manifest, in place.
        states += [{name: part} | ({runs.CORPUS: texts[runs.CORPUS]} if name == runs.MANIFEST else {}) for part in cut]
        states += [{**texts, name: part} for part in cut]
    for number, state in enumerate(states):
        if runs.OUTCOMES in state:
            state = {**texts, **state}
        folder = tmp_path / str(number)
        folder.mkdir()
        for name, data in state.items():
            (folder / name).write_bytes(data)
        with runs.begin(folder, manifest, papers) as log:
            assert log.earlier == {}
        run = runs.load(folder)
        assert ({**run.manifest, "started": ""}, run.titles) == (
            {**manifests.read(whole / runs.MANIFEST), "started": ""},
            runs.load(whole).titles,
        )
        assert not list(folder.glob("*.part"))


def test_papers_that_are_missing_from_a_run_are_told_and_mended(
    suite: Suite, context: EvaluationContext, manifest: Manifest, whole: Path, tmp_path: Path
) -> None:
    for name in (runs.MANIFEST, runs.OUTCOMES):
        (tmp_path / name).write_bytes((whole / name).read_bytes())
    lines = (whole / runs.CORPUS).read_bytes().splitlines(keepends=True)
    (tmp_path / runs.CORPUS).write_bytes(b"".join(lines[:3]))
    with pytest.raises(UsageError, match="holds 3 of the 40 papers of the run"):
        runs.load(tmp_path)
    (tmp_path / runs.CORPUS).write_bytes(b'{"id": 1}\n')
    with pytest.raises(UsageError, match=r"corpus.jsonl:1: no paper of a run; `assistant eval run`"):
        runs.load(tmp_path)
    small_runs.go_on(tmp_path, suite, context, manifest=manifest)
    assert runs.load(tmp_path).titles == runs.load(whole).titles


def test_what_somebody_else_keeps_in_a_folder_is_left_alone(
    context: EvaluationContext, manifest: Manifest, whole: Path, tmp_path: Path
) -> None:
    """A corpus of one's own, a manifest of another program, outcomes whose manifest is damaged, a link."""
    papers = context.pipeline.library.papers()
    text, lines = ((whole / name).read_bytes() for name in (runs.MANIFEST, runs.OUTCOMES))
    states: Mapping[str, tuple[Mapping[str, bytes], str]] = {
        "corpus": ({runs.CORPUS: b'{"_id": "4983", "text": "mine"}\n'}, "is not empty and holds no run"),
        "other": ({runs.MANIFEST: b'{"command": "make"}\n'}, "is no manifest of a run (no field 'suite'"),
        "damaged": ({runs.MANIFEST: text[:90], runs.OUTCOMES: lines}, "is no manifest of a run"),
        "orphans": ({runs.OUTCOMES: lines}, "is not empty and holds no run"),
        "line": ({runs.MANIFEST: text, runs.OUTCOMES: b"{}\n" + lines}, "outcomes.jsonl:1: no line of a run"),
    }
    for name, (state, message) in states.items():
        folder = tmp_path / name
        folder.mkdir()
        for file, data in state.items():
            (folder / file).write_bytes(data)
        with pytest.raises(UsageError) as caught, runs.begin(folder, manifest, papers):
            pass
        assert message in str(caught.value)
        assert {file: (folder / file).read_bytes() for file in state} == state
    (tmp_path / "notes").write_bytes(b"mine, without an end of line")
    (tmp_path / "line" / runs.OUTCOMES).unlink()
    (tmp_path / "line" / runs.OUTCOMES).symlink_to(tmp_path / "notes")
    with pytest.raises(UsageError, match="is a link"), runs.begin(tmp_path / "line", manifest, papers):
        pass
    assert (tmp_path / "notes").read_bytes() == b"mine, without an end of line"


def test_files_that_have_no_end_are_refused_by_name(manifest: Manifest, whole: Path, tmp_path: Path) -> None:
    for name in (runs.MANIFEST, runs.OUTCOMES, runs.CORPUS):
        folder = tmp_path / name
        folder.mkdir()
        for file in {runs.MANIFEST, runs.OUTCOMES, runs.CORPUS} - {name}:
            (folder / file).write_bytes((whole / file).read_bytes())
        os.mkfifo(folder / name)
        with pytest.raises(UsageError, match=f"{name}: is no plain file"):
            runs.load(folder)
        with pytest.raises(UsageError, match=f"{name}: is no plain file"), runs.begin(folder, manifest, ()):
            pass


def test_a_line_costs_a_line(manifest: Manifest, tmp_path: Path) -> None:
    """However many there are, one more is one call that writes and one that sees it to the disk; nothing is read."""
    with runs.begin(tmp_path / "run", manifest, ()) as log:
        for number in range(1, 200):
            log.append(failure(number))
        line = len(outcomes.line(failure(200)))
        before = Path("/proc/self/io").read_text()
        log.append(failure(200))
        after = Path("/proc/self/io").read_text()
    counts = [dict(row.split(": ") for row in text.splitlines()) for text in (before, after)]
    grown = {name: int(counts[1][name]) - int(counts[0][name]) for name in ("wchar", "rchar")}
    assert grown["wchar"] == line
    assert grown["rchar"] < 1_000  # /proc/self/io itself
    assert (tmp_path / "run" / runs.OUTCOMES).read_text().count("\n") == 200


def test_what_cannot_be_a_folder_of_a_run_is_refused_by_name(run: Run, tmp_path: Path) -> None:
    suite = write_suite(tmp_path / "suite", *TWO)
    (tmp_path / "file").write_text("mine")
    for out in (tmp_path / "file", tmp_path / "file" / "run", Path("/proc/run"), tmp_path / ("m" * 5_000)):
        done = run("eval", "run", suite, "--out", out)
        assert (done.returncode, str(out)[:60] in done.stderr) == (2, True), done.stderr
        assert run("eval", "score", out).returncode == 2
    assert (tmp_path / "file").read_text() == "mine"


def test_a_run_that_goes_on_with_other_code_says_so(
    suite: Suite, context: EvaluationContext, manifest: Manifest, whole: Path, tmp_path: Path
) -> None:
    messages: list[str] = []
    code = {"version": "0.0.9", "commit": "f" * 40, "changed": True}
    (tmp_path / runs.MANIFEST).write_text(manifests.write({**manifest, "code": code}))
    (tmp_path / runs.OUTCOMES).write_bytes((whole / runs.OUTCOMES).read_bytes())
    with runs.begin(tmp_path, manifest, context.pipeline.library.papers(), messages.append):
        pass
    [message] = messages
    assert message.startswith(f"{tmp_path} was begun by other code: version 0.0.9 at ffffffffff with changes, then ")
