"""What every test stands on: no key, no network but loopback, its own cache, and the command line as users run it."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import filelock
import pytest
from support.shared import shared

Run = Callable[..., subprocess.CompletedProcess[str]]


def pytest_configure() -> None:
    """Have Ctrl-C mean what it means to a person: what is started in the background inherits that it means nothing."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse every connection in this process that leaves the machine."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family != socket.AF_UNIX and str(address[0]) not in ("127.0.0.1", "::1", "localhost"):
            pytest.fail(f"a test wanted to connect to {address}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the embedder's graph and the sample library are kept for all tests."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="session")
def clean_environment(cache: Path) -> Mapping[str, str]:
    """Return the environment without anything that settles our settings."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("ASSISTANT_", "OPENAI_"))}
    # A proxy that is not there: what leaves this machine fails, also in the commands that tests start.
    closed = {
        "http_proxy": "http://127.0.0.1:9",
        "https_proxy": "http://127.0.0.1:9",
        "no_proxy": "127.0.0.1,localhost",
    }
    own = {"ASSISTANT_CACHE": str(cache), "PYTHONPATH": str(Path(__file__).parents[1])}
    return {**kept, **closed, **own}


@pytest.fixture(scope="session")
def run(clean_environment: Mapping[str, str], tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Return a function that runs one assistant command to its end, in an empty folder unless told otherwise."""
    empty = tmp_path_factory.mktemp("elsewhere")

    def run_one(*words: str | Path, typed: str | bytes = "", cwd: Path = empty, **environment: str) -> Any:
        done = subprocess.run(
            [sys.executable, "-m", "assistant", *map(str, words)],
            input=typed.encode() if isinstance(typed, str) else typed,
            capture_output=True,
            cwd=cwd,
            env={**clean_environment, **environment},
            timeout=170,
            check=False,
        )
        return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())

    return run_one


@pytest.fixture(scope="session")
def pages() -> Path:
    """The folder of the five real listing pages."""
    return shared("papers")


@pytest.fixture(scope="session")
def real_library(run: Run, pages: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library made of the five pages, once for all processes that run tests; tests only read it."""
    base = tmp_path_factory.getbasetemp()
    shared_by_all = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "real"
    shared_by_all.mkdir(exist_ok=True)
    folder = shared_by_all / "library"
    with filelock.FileLock(shared_by_all / "making.lock"):
        if not (shared_by_all / "ingest.json").exists():
            done = run("ingest", "--json", "--library", folder, pages)
            assert done.returncode == 0, done.stderr
            (shared_by_all / "ingest.json").write_text(done.stdout)
    return folder
