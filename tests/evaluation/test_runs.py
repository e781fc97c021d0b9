"""The folder of a run: begun whole or not at all, one process at a time, and gone on with after a kill at any byte."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from threading import Event

import pytest
from conftest import Run
from support import small_runs
from support.endpoint import Exchange, says, serve
from support.made_runs import TWO, write_suite
from support.small_runs import TITLES, conversation, question, timeless

from assistant.domain.errors import LockedError, UsageError
from assistant.evaluation import manifests, outcomes, runner, runs
from assistant.evaluation.manifests import Manifest
from assistant.evaluation.outcomes import Key, Outcome
from assistant.evaluation.runner import RunPlan
from assistant.evaluation.suites import Suite
from assistant.evaluation.systems import EvaluationContext

ROOT = Path(__file__).parents[2]


def failure(number: int) -> Outcome:
    return Outcome("case", number, "error", "m" * 20_000, (), "ModelError")


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Suite:
    rows = question("a", "Which moss?", TITLES[0]), question("b", "Which engines?"), question("c", "Which comets?")
    talk = conversation("talk", "Which moss?", "Which comets?", gold=TITLES[0])
    return small_runs.suite(tmp_path_factory.mktemp("suite") / "suite", *rows, conversations=[talk])


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EvaluationContext]:
    with small_runs.context(tmp_path_factory.mktemp("context")) as context:
        yield context


@pytest.fixture(scope="module")
def manifest(suite: Suite, context: EvaluationContext) -> Manifest:
    return runner.manifest(suite, RunPlan(), context)


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
    for place in sorted({*places(len(data), 60), *near} & {*range(len(data) + 1)}):
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


CHILD = """
import json, sys
from pathlib import Path
from assistant.domain.errors import LockedError
from assistant.evaluation import runs
from assistant.evaluation.outcomes import Outcome

folder, manifest, worker = Path(sys.argv[1]), json.loads(sys.argv[2]), sys.argv[3]
refused = 0
for number in range(1, 13):
    while True:
        try:
            with runs.begin(folder, manifest, ()) as log:
                log.append(Outcome(worker, number, "error", "m" * 5_000, (), "ModelError"))
            break
        except LockedError:
            refused += 1
print(refused)
"""


def test_processes_that_write_one_run_lose_nothing(manifest: Manifest, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", CHILD, folder, json.dumps(manifest), str(worker)], cwd=ROOT, text=True,
            stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        for worker in range(4)
    ]  # fmt: skip
    assert [process.communicate(timeout=120)[0].strip().isdigit() for process in processes] == [True] * 4
    assert [process.returncode for process in processes] == [0] * 4
    expected = {Key(str(worker), number) for worker in range(4) for number in range(1, 13)}
    assert runs.read_outcomes(folder).keys() == expected
    assert (folder / runs.OUTCOMES).read_bytes().count(b"\n") == len(expected)


def test_a_second_run_of_one_folder_is_refused_at_once_and_the_first_is_whole(
    run: Run, tmp_path: Path, clean_environment: Mapping[str, str]
) -> None:
    suite, folder = write_suite(tmp_path / "suite", *TWO), tmp_path / "run"
    arrival, release = Event(), Event()

    def waits(exchange: Exchange) -> None:
        arrival.set()
        release.wait(100)
        says("The library does not hold the answer.")(exchange)

    with serve(waits) as server:
        words = ["eval", "run", str(suite), "--out", str(folder), "--model", "m"]
        environment = {**clean_environment, "OPENAI_BASE_URL": server.url}
        first = subprocess.Popen([sys.executable, "-m", "assistant", *words], env=environment, stderr=subprocess.PIPE)
        try:
            assert arrival.wait(100)
            second = run(*words, OPENAI_BASE_URL=server.url)
            assert not second.stdout
            assert second.returncode == 6
            assert f"{folder}: being written by process {first.pid} on " in second.stderr
            assert "wait for it to finish, then run this again" in second.stderr
        finally:
            release.set()
            first.communicate(timeout=100)
        assert first.returncode == 0
        assert len(server.requests) == 2
        assert run(*words, OPENAI_BASE_URL=server.url).returncode == 0
        assert len(server.requests) == 2  # nothing was left to ask
    assert (folder / runs.OUTCOMES).read_bytes().count(b"\n") == 2


def test_a_lock_is_refused_within_one_process_too(manifest: Manifest, tmp_path: Path) -> None:
    with runs.begin(tmp_path / "run", manifest, ()):
        with pytest.raises(LockedError) as caught, runs.begin(tmp_path / "run", manifest, ()):
            pass
        assert str(os.getpid()) in str(caught.value)
    with runs.begin(tmp_path / "run", manifest, ()) as log:
        assert log.earlier == {}


FULL = """
import json, subprocess, sys
from pathlib import Path
from support.full_disk import fill
from assistant.domain.errors import AssistantError
from assistant.evaluation import runs
from assistant.evaluation.outcomes import Outcome

mounted, manifest = Path(sys.argv[1]), json.loads(sys.argv[2])
subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", mounted], check=True)
folder, ballast = mounted / "run", mounted / "ballast"

def attempt(first, last, size):
    try:
        with runs.begin(folder, manifest, ()) as log:
            for number in range(first, last):
                log.append(Outcome("case", number, "error", "m" * size, (), "ModelError"))
        return [0, ""]
    except AssistantError as error:
        return [error.exit_code, str(error)]

fill(mounted, ballast, 0)
print(json.dumps(attempt(1, 2, 9)))
ballast.unlink()
print(json.dumps(attempt(1, 100, 50_000)))
whole = (folder / runs.OUTCOMES).read_bytes()
print(json.dumps([whole.endswith(b"}\\n"), len(runs.read_outcomes(folder)) == whole.count(b"\\n") > 20]))
fill(mounted, ballast, 0)
print(json.dumps(len(runs.load(folder).outcomes) > 20))
ballast.unlink()
(folder / runs.OUTCOMES).write_bytes(whole[:1000])
print(json.dumps(attempt(1, 3, 50_000)))
subprocess.run(["mount", "-o", "remount,ro", mounted], check=True)
print(json.dumps(attempt(3, 4, 9)))
print(json.dumps(len(runs.load(folder).outcomes)))
"""


def test_a_disk_that_is_full_or_read_only_is_named_and_a_run_goes_on_when_there_is_room(
    manifest: Manifest, tmp_path: Path
) -> None:
    may = subprocess.run(["unshare", "-m", "mount", "-t", "tmpfs", "tmpfs", tmp_path], check=False, capture_output=True)
    if may.returncode:
        pytest.skip(f"no file system can be mounted here: {may.stderr.decode().strip()}")
    text = json.dumps({**manifest, "papers": 0})
    done = subprocess.run(
        ["unshare", "-m", sys.executable, "-c", FULL, tmp_path, text], capture_output=True, text=True,
        cwd=ROOT, env={**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}"}, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    begun, filled, whole_lines, read, gone_on, read_only, read_again = map(json.loads, done.stdout.splitlines())
    full = "no space left on the disk; free some and run this again"
    assert begun[0] == 6
    assert full in begun[1]
    assert filled == [6, f"{tmp_path}/run: {full}"]
    assert (whole_lines, read, gone_on, read_again) == ([True, True], True, [0, ""], 2)
    assert read_only[0] == 2
    assert f"{tmp_path}/run: cannot be written (Read-only file system); make it writable, or name" in read_only[1]


def test_what_cannot_be_a_folder_of_a_run_is_refused_by_name(run: Run, tmp_path: Path) -> None:
    suite = write_suite(tmp_path / "suite", *TWO)
    (tmp_path / "file").write_text("mine")
    for out in (tmp_path / "file", tmp_path / "file" / "run", Path("/proc/run"), tmp_path / ("m" * 5_000)):
        done = run("eval", "run", suite, "--out", out)
        assert (done.returncode, str(out)[:60] in done.stderr) == (2, True), done.stderr
        assert run("eval", "score", out).returncode == 2
    assert (tmp_path / "file").read_text() == "mine"


def test_a_failed_write_leaves_no_part_of_a_line(manifest: Manifest, tmp_path: Path) -> None:
    """The limit on the size of a file stands for a disk that takes a part of a line."""
    code = """
import json, resource, signal, sys
from pathlib import Path
from assistant.domain.errors import AssistantError
from assistant.evaluation import runs
from assistant.evaluation.outcomes import Outcome

with runs.begin(Path(sys.argv[1]), json.loads(sys.argv[2]), ()) as log:
    resource.setrlimit(resource.RLIMIT_FSIZE, (9_000, resource.RLIM_INFINITY))
    for size in (5_000, 6_000, 500):
        try:
            log.append(Outcome("case", size, "error", "m" * size, (), "ModelError"))
        except AssistantError as error:
            print(error.exit_code, error)
"""
    folder = tmp_path / "run"
    done = subprocess.run(
        [sys.executable, "-c", code, folder, json.dumps(manifest)], capture_output=True, text=True, cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)}, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    [message] = done.stdout.splitlines()
    assert message.startswith(f"2 {folder / runs.OUTCOMES}: cannot be written (File too large); make it writable")
    assert [key.repeat for key in runs.read_outcomes(folder)] == [5_000, 500]


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
