"""The folder of a run <-> its manifest, its papers, and one line a case, each on disk before the next."""

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.domain.errors import UsageError
from assistant.domain.records import Paper
from assistant.evaluation import outcomes, suites
from assistant.evaluation.outcomes import Key
from assistant.library import disk

MANIFEST, OUTCOMES, CORPUS = "run.json", "outcomes.jsonl", "corpus.jsonl"
# What two parts of one run may differ in.
_PASSING = frozenset({"started", "code", "jobs", "folder"})


@dataclass(frozen=True, slots=True)
class Run:
    """A run as it is on disk."""

    folder: Path
    manifest: Mapping[str, Any]
    titles: Mapping[str, str]
    """Paper id -> title, of the library without overlays."""
    lines: Mapping[Key, Mapping[str, Any]]
    """The last line of each case; an error only where nothing better followed."""


def begin(folder: Path, manifest: Mapping[str, Any], papers: Iterable[Paper]) -> None:
    """Make the folder, or find it made by the same command before; raises `UsageError` where by another."""
    path = folder / MANIFEST
    if path.exists():
        held = _json(path)
        differing = [name for name in manifest if name not in _PASSING and held.get(name) != _plain(manifest[name])]
        if differing:
            raise UsageError(f"{folder} holds a run with other {', '.join(differing)}; name another folder with --out")
        return
    if folder.exists() and any(folder.iterdir()):
        raise UsageError(f"{folder} is not empty and holds no run; name another folder with --out")
    folder.mkdir(parents=True, exist_ok=True)
    rows = "".join(json.dumps({"id": paper.id, "title": paper.title}) + "\n" for paper in papers)
    (folder / CORPUS).write_text(rows, "utf-8")
    disk.flush(folder / CORPUS)
    path.write_text(json.dumps(manifest, indent=1) + "\n", "utf-8")
    disk.flush(path)
    disk.flush(folder)


def load(folder: Path) -> Run:
    """Return a run; raises `UsageError` where there is none."""
    if not (folder / MANIFEST).is_file():
        raise UsageError(f"{folder} holds no run; `assistant eval run SUITE --out {folder}` makes one")
    titles = {row["id"]: row["title"] for _, row in suites.rows(folder / CORPUS)}
    return Run(folder, _json(folder / MANIFEST), titles, recorded(folder))


def recorded(folder: Path) -> dict[Key, Mapping[str, Any]]:
    """Return the lines of a run; one that was not written to its end does not count."""
    path = folder / OUTCOMES
    if not path.exists():
        return {}
    found: dict[Key, Mapping[str, Any]] = {}
    for number, text in enumerate(_whole(path.read_bytes()).decode("ascii").splitlines(), 1):
        try:
            row = json.loads(text)
            key = outcomes.key(row)
        except (ValueError, KeyError, TypeError) as error:
            raise UsageError(f"{path}:{number}: no line of a run ({error})") from error
        if row["state"] == "done" or found.get(key, row)["state"] == "error":
            found[key] = row
    return found


def append(folder: Path, row: Mapping[str, Any]) -> None:
    """Add one line; it is on disk on return."""
    path = folder / OUTCOMES
    with path.open("r+b" if path.exists() else "w+b") as file:
        end = len(_whole(file.read()))
        file.seek(end)
        file.truncate()
        file.write(json.dumps(row, ensure_ascii=True).encode("ascii") + b"\n")
        file.flush()
        os.fsync(file.fileno())


def corpus(papers: Iterable[Paper]) -> str:
    """Return the sha256 of the texts that can be found."""
    total = hashlib.sha256()
    for row in sorted(f"{paper.id}\0{paper.title}\0{paper.abstract}\0{paper.day}" for paper in papers):
        total.update(row.encode("utf-8", "surrogatepass") + b"\1")
    return total.hexdigest()


def _whole(data: bytes) -> bytes:
    return data[: data.rfind(b"\n") + 1]


def _json(path: Path) -> dict[str, Any]:
    try:
        held = json.loads(path.read_text("utf-8"))
        if not isinstance(held, dict):
            raise ValueError("no object")
    except (OSError, ValueError) as error:
        raise UsageError(f"{path}: {error}") from error
    return held


def _plain(value: Any) -> Any:
    return json.loads(json.dumps(value))
