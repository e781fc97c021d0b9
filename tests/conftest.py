"""What every test stands on: no key, no network but loopback, its own cache, and the command line as users run it."""

import gc
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from unittest import mock

import filelock
import pytest
from support import commands, graphs
from support.shared import shared

from assistant.answering.conversation.archive import Archive
from assistant.library import sample

Run = Callable[..., subprocess.CompletedProcess[str]]
MadeOnce = Callable[[str, Callable[[Path], subprocess.CompletedProcess[str]]], Path]
THIS_MACHINE = ("127.0.0.1", "::1", "localhost", "0.0.0.0", "::", "::ffff:127.0.0.1")
MEMORY, ROOM = Path("/dev/shm"), 4_000_000_000  # bytes, of which the tests take a tenth
NOBODYS = {"ASSISTANT_CONFIG": "none", "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}
collect_ignore = ["support"]  # holds no tests, and is imported under another name


def pytest_configure() -> None:
    """Have Ctrl-C mean what it means to a person: what is started in the background inherits that it means nothing.

    Whoever runs the tests has settings and keys of their own, which no test reads or changes. Folders of tests are in
    memory where it has room: a library waits for the disk each time it is written, and the tests write thousands.
    """
    os.environ.update(NOBODYS)
    # Tests start many processes; none of them, and no worker, is to compile the package anew.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False
    # Read when numpy is imported: of the processes that tests start, none has anything for its pool of threads to do.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # No test speaks TLS, and each client would read the certificates of all authorities: here it finds none to read.
    os.environ.pop("SSL_CERT_FILE", None)
    os.environ["SSL_CERT_DIR"] = str(Path(__file__).parent)
    if _has_room(MEMORY):
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection() -> None:
    """Have no example fail for its time: the machine may be busy."""
    from hypothesis import settings

    settings.register_profile("patient", deadline=None)
    settings.load_profile("patient")


def pytest_collection_finish() -> None:
    """Leave what was imported out of every later search for rubbish."""
    gc.collect()
    gc.freeze()


def _has_room(folder: Path) -> bool:
    """Whether a folder can be written, has room for all that tests write, and lets programs in it be run."""
    try:
        status = os.statvfs(folder)
    except OSError:
        return False
    can_run = not status.f_flag & getattr(os, "ST_NOEXEC", 0)
    return can_run and os.access(folder, os.W_OK) and status.f_bavail * status.f_frsize >= ROOM


@pytest.fixture(scope="session", autouse=True)
def _scratch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Have temporary files beside the folders of tests, which pytest clears away."""
    folder = {"TMPDIR": str(tmp_path_factory.mktemp("scratch"))}
    with mock.patch.dict(os.environ, folder), mock.patch.object(tempfile, "tempdir", None):
        yield


@pytest.fixture(scope="session", autouse=True)
def _graphs() -> Iterator[None]:
    """Open the graphs of models once for all tests of a process."""
    with graphs.opened_once():
        yield


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse every connection in this process that leaves the machine."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family != socket.AF_UNIX and str(address[0]) not in THIS_MACHINE:
            pytest.fail(f"a test wanted to connect to {address}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(scope="session")
def common(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of what is made once for all processes that run tests."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "common"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def cache(common: Path) -> Path:
    """Where the embedder's graph and the sample library are kept for all tests."""
    return common / "cache"


@pytest.fixture(scope="session")
def clean_environment(cache: Path) -> Mapping[str, str]:
    """Return the environment without anything that settles our settings."""
    inherited = {
        key: value for key, value in os.environ.items() if not key.startswith(("ASSISTANT_", "OPENAI_", "CHROMA_"))
    }
    # A proxy that is not there: what leaves this machine fails, also in the commands that tests start.
    proxies = {
        "http_proxy": "http://127.0.0.1:9",
        "https_proxy": "http://127.0.0.1:9",
        "no_proxy": "127.0.0.1,localhost",
    }
    own = {"ASSISTANT_CACHE": str(cache), "PYTHONPATH": str(Path(__file__).parents[1]), **NOBODYS}
    return {**inherited, **proxies, **own}


@pytest.fixture(scope="session")
def run(clean_environment: Mapping[str, str], tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Return a function that runs one assistant command in this process, in an empty folder unless told otherwise.

    `run("ask", "Why?", typed="", cwd=folder, ASSISTANT_MODEL="none")` returns what `subprocess.run` would.
    """
    return _runner(commands.in_this_process, clean_environment, tmp_path_factory.mktemp("elsewhere"))


@pytest.fixture(scope="session")
def run_process(clean_environment: Mapping[str, str], tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Return the same function, but for a process of its own: for what only a process has, and the way users start."""
    return _runner(commands.in_its_own_process, clean_environment, tmp_path_factory.mktemp("elsewhere"))


def _runner(command: Callable[..., subprocess.CompletedProcess[str]], settled: Mapping[str, str], empty: Path) -> Run:
    def run_one(
        *words: str | Path, typed: str | bytes = "", cwd: Path = empty, merged: bool = False, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        data = typed.encode() if isinstance(typed, str) else typed
        return command([str(word) for word in words], data, cwd, {**settled, **environment}, merged=merged)

    return run_one


@pytest.fixture(scope="session")
def pages() -> Path:
    """The folder of the five real listing pages."""
    return shared("papers")


@pytest.fixture(scope="session")
def made_once(common: Path) -> MadeOnce:
    """Return what makes a folder by a command, once for all processes that run tests; tests only read it.

    `made_once("name", lambda folder: run(...))` keeps what the command wrote beside the folder, in `output` and
    `messages`.
    """

    def make(name: str, command: Callable[[Path], subprocess.CompletedProcess[str]]) -> Path:
        home = common / name
        home.mkdir(exist_ok=True)
        with filelock.FileLock(home / "making.lock"):
            if not (home / "output").exists():
                done = command(home / "made")
                assert done.returncode == 0, done.stderr
                (home / "messages").write_text(done.stderr)
                (home / "output").write_text(done.stdout)
        return home / "made"

    return make


@pytest.fixture(scope="session")
def pages_library(made_once: MadeOnce, run: Run, pages: Path) -> Path:
    """A library of the five pages, with the hashing embedder: for what hangs on the papers and not on a model."""
    words = ("ingest", "--json", "--embedder", "hashing", "--library")
    return made_once("pages", lambda folder: run(*words, folder, pages))


@pytest.fixture(scope="session")
def embedded_pages(made_once: MadeOnce, run: Run, pages: Path) -> Path:
    """A library of the five pages, with the model, which takes half a minute of one core: for slow tests."""
    return made_once("embedded", lambda folder: run("ingest", "--json", "--library", folder, pages))


@pytest.fixture(scope="session")
def sample_library(made_once: MadeOnce, run: Run) -> Path:
    """A library of the sample's papers, with the models: for what hangs on these."""
    return made_once("sample", lambda folder: run("ingest", "--library", folder, sample.papers()))


@pytest.fixture(scope="session")
def sample_run(made_once: MadeOnce, run: Run) -> Path:
    """A run of the suite about the sample."""
    suite = Path(__file__).parents[1] / "evals" / "sample"
    return made_once("evaluation", lambda folder: run("eval", "run", suite, "--out", folder))


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    """An empty folder of chats."""
    return Archive(tmp_path / "chats")
