"""Several processes, full disks and failed writes -> a run that is whole, and one writer at a time."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from threading import Event

import pytest
from conftest import Run
from support.endpoint import Exchange, Server, says, serve
from support.made_runs import TWO, write_suite

from assistant.domain.errors import LockedError
from assistant.evaluation import runs
from assistant.evaluation.manifests import Manifest
from assistant.evaluation.outcomes import Key

ROOT = Path(__file__).parents[2]


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


def asked(server: Server) -> int:
    """How many questions an endpoint was asked; it may have been asked for its models too."""
    return sum(request.path.endswith("/chat/completions") for request in server.requests)


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
        own = {"OPENAI_BASE_URL": server.url, "ASSISTANT_EVIDENCE": "10000"}  # with less, one is not asked
        environment = {**clean_environment, **own}
        first = subprocess.Popen([sys.executable, "-m", "assistant", *words], env=environment, stderr=subprocess.PIPE)
        try:
            assert arrival.wait(100)
            second = run(*words, **own)
            assert not second.stdout
            assert second.returncode == 6
            assert f"{folder}: being written by process {first.pid} on " in second.stderr
            assert "wait for it to finish, then run this again" in second.stderr
        finally:
            release.set()
            first.communicate(timeout=100)
        assert first.returncode == 0
        assert asked(server) == 2
        assert run(*words, **own).returncode == 0
        assert asked(server) == 2  # nothing was left to ask
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
