"""The folder of a run <-> its manifest, its papers, and one line for each outcome, each on disk before the next."""

import contextlib
import json
import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from assistant.domain import sentences
from assistant.domain.callbacks import OnMessage
from assistant.domain.errors import LibraryError, LockedError, UsageError
from assistant.domain.files import private
from assistant.domain.records import Paper
from assistant.domain.sentences import Span
from assistant.evaluation import files, manifests, outcomes
from assistant.evaluation.manifests import Manifest
from assistant.evaluation.outcomes import Key, Outcome
from assistant.library import disk, locks

MANIFEST, OUTCOMES, CORPUS = "run.json", "outcomes.jsonl", "corpus.jsonl"
_LOCK = ("writer.lock", "writer.json")
_PART = ".part"  # ends the name of a file that is being written
_ELSEWHERE = "name another folder with --out"
_WRITABLE = f"make it writable, or {_ELSEWHERE}"


@dataclass(frozen=True, slots=True)
class Run:
    """A run as it is on disk."""

    folder: Path
    manifest: Manifest
    titles: Mapping[str, str]
    """Paper id -> title, of the library without perturbations."""
    outcomes: Mapping[Key, Outcome]
    """The last outcome of each case; an error only where nothing better followed."""
    openings: Mapping[str, Span] = field(default_factory=dict)
    """Paper id -> where the first sentence of its abstract stands; empty for a run made before this was kept."""


class OutcomeLog:
    """The outcomes of a run, open to be added to; only for who has the lock of its folder (`begin`)."""

    def __init__(self, folder: Path) -> None:
        """Read what is there, and cut off the end of a line that a killed process did not finish.

        Raises `UsageError` for a line that is no outcome, and where the file is a link or cannot be written.
        """
        self._path = folder / OUTCOMES
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        with _refusals(self._path):
            self._file = os.open(self._path, flags, 0o600)
        try:
            if not stat.S_ISREG(os.fstat(self._file).st_mode):
                raise UsageError("is no plain file", path=self._path, cure=_ELSEWHERE)
            with open(self._file, "rb", closefd=False) as file:
                data = file.read()
            self.earlier: Mapping[Key, Outcome] = _parse(data, self._path)
            self._end = len(_whole(data))
            with _refusals(self._path):
                os.ftruncate(self._file, self._end)
                disk.flush(folder)
        except BaseException:
            self.close()
            raise

    def append(self, outcome: Outcome) -> None:
        """Add one line; it is on disk on return. Raises `AssistantError`, and leaves no part of a line then."""
        line = outcomes.line(outcome).encode("ascii")
        with _refusals(self._path):
            try:
                written = os.write(self._file, line)
                while written < len(line):  # a disk that fills up takes a part, and refuses the rest
                    written += os.write(self._file, line[written:])
                os.fsync(self._file)
            except OSError:
                with contextlib.suppress(OSError):
                    os.ftruncate(self._file, self._end)
                raise
        self._end += len(line)

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)


@contextlib.contextmanager
def begin(
    folder: Path, manifest: Manifest, papers: Iterable[Paper], on_message: OnMessage = lambda _: None
) -> Iterator[OutcomeLog]:
    """Have the run in `folder` to oneself: a new one, or the one that the same command began there.

    Whatever a kill or a full disk left of a beginning is begun anew. `on_message` gets a sentence where earlier
    outcomes were made by other code. Raises `LockedError`, naming who has it, while another process runs it,
    `UsageError` where the folder holds another run or anything else, or cannot be written, and `LibraryError` where the
    disk is full.
    """
    _refuse_foreign(folder)
    with _refusals(folder):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _locked(folder), contextlib.closing(_open(folder, manifest, papers, on_message)) as log:
        yield log


def load(folder: Path) -> Run:
    """Return a run; raises `UsageError` where there is none, or a part of it is missing."""
    if not files.exists(folder / MANIFEST):
        cure = f"`assistant eval run SUITE --out {folder}` makes one"
        raise UsageError("holds no run", path=folder, cure=cure)
    manifest = manifests.read(folder / MANIFEST)
    papers = _papers(folder / CORPUS, manifest)
    titles = {row["id"]: row["title"] for row in papers}
    openings = {row["id"]: tuple(row["opening"]) for row in papers if row.get("opening")}
    return Run(folder, manifest, titles, read_outcomes(folder), openings)


def read_outcomes(folder: Path) -> dict[Key, Outcome]:
    """Return the outcomes of a run; a line that was not written to its end does not count. Raises `UsageError`."""
    path = folder / OUTCOMES
    return _parse(files.read(path), path) if files.exists(path) else {}


def _open(folder: Path, manifest: Manifest, papers: Iterable[Paper], on_message: OnMessage) -> OutcomeLog:
    """Begin the run, or go on with the one that is there."""
    _refuse_foreign(folder)  # now that nobody else changes it
    path, corpus = folder / MANIFEST, folder / CORPUS
    rows = "".join(map(_row, papers))
    begun = (folder / OUTCOMES).exists() and files.read(folder / OUTCOMES) != b""
    if path.exists() and (begun or not manifests.is_torn(path)):
        earlier = manifests.read(path)
        if names := manifests.differing(earlier, manifest):
            if begun:
                raise UsageError(f"holds a run with other {', '.join(names)}", path=folder, cure=_ELSEWHERE)
            _replace(path, manifests.write(manifest))
        elif change := manifests.code_change(earlier, manifest) if begun else "":
            on_message(f"{folder} was begun by other code: {change}")
    else:
        if corpus.exists() and not path.exists() and not rows.encode().startswith(files.read(corpus)):
            raise UsageError("is not empty and holds no run", path=folder, cure=_ELSEWHERE)
        _replace(path, manifests.write(manifest))
    # The manifest vouches for the papers: what differs was never finished, or damaged.
    if not corpus.exists() or files.read(corpus) != rows.encode():
        _replace(corpus, rows)
    return OutcomeLog(folder)


def _refuse_foreign(folder: Path) -> None:
    """Raise `UsageError` for a folder in which somebody keeps something other than a run."""
    ours = {MANIFEST, MANIFEST + _PART, CORPUS, CORPUS + _PART, *_LOCK}
    with _refusals(folder):
        names = {path.name for path in folder.iterdir()} if folder.exists() else set()
    if names - ours and MANIFEST not in names:
        raise UsageError("is not empty and holds no run", path=folder, cure=_ELSEWHERE)
    if (folder / OUTCOMES).is_symlink():
        raise UsageError("is a link, which is not written through", path=folder / OUTCOMES, cure=_ELSEWHERE)


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Have the lock of a folder, at once or not at all."""
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(locks.exclusive_lock(folder, 0))
        except LockedError:
            raise
        except LibraryError as error:
            if isinstance(error.__cause__, OSError):
                raise files.refused(folder, error.__cause__, _WRITABLE) from error
            raise UsageError(error.what, path=error.path, cause=error.cause, cure=_ELSEWHERE) from error
        yield


@contextlib.contextmanager
def _refusals(path: Path) -> Iterator[None]:
    """Have what the system refuses raised as an `AssistantError` about `path`."""
    try:
        yield
    except OSError as error:
        raise files.refused(path, error, _WRITABLE) from error


def _replace(path: Path, text: str) -> None:
    """Put a file with this text in the place of another, or leave that as it is; only under the lock of its folder."""
    part = path.with_name(path.name + _PART)
    with _refusals(path):
        try:
            part.unlink(missing_ok=True)
            with open(part, "x", encoding="utf-8", opener=private) as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
            disk.flush(path.parent)
        except OSError:
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)
            raise


def _row(paper: Paper) -> str:
    """Return the line of a paper: the first sentence of its abstract by its place, no text of it."""
    opening = next(iter(sentences.split(paper.abstract)), None)
    return json.dumps({"id": paper.id, "title": paper.title, "opening": opening}) + "\n"


def _papers(path: Path, manifest: Manifest) -> list[dict[str, Any]]:
    """Return the lines of the papers; raises `UsageError` where these are not all papers of the run."""
    papers: dict[str, dict[str, Any]] = {}
    for number, row in files.rows(path):
        if not isinstance(row, dict) or not isinstance(row.get("id"), str) or not isinstance(row.get("title"), str):
            raise UsageError("no paper of a run", path=f"{path}:{number}", cure=_MENDED)
        papers[row["id"]] = row
    count = manifest.get("papers", len(papers))
    if count != len(papers):
        raise UsageError(f"holds {len(papers)} of the {count} papers of the run", path=path, cure=_MENDED)
    return list(papers.values())


_MENDED = "`assistant eval run` with the same options mends it"


def _parse(data: bytes, path: Path) -> dict[Key, Outcome]:
    best: dict[Key, Outcome] = {}
    for number, text in enumerate(_whole(data).decode("ascii", "replace").split("\n")[:-1], 1):
        try:
            outcome = outcomes.read(text)
        except ValueError as error:
            cure = "remove this line; `assistant eval run` asks its case again"
            raise UsageError("no line of a run", path=f"{path}:{number}", cause=str(error), cure=cure) from error
        if not outcome.failed or best.get(outcome.key, outcome).failed:
            best[outcome.key] = outcome
    return best


def _whole(data: bytes) -> bytes:
    """Return all lines that were written to their end."""
    return data[: data.rfind(b"\n") + 1]
