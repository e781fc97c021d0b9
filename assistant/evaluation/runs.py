"""The folder of a run <-> its manifest, its papers, and one line for each case, each on disk before the next."""

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
from assistant.evaluation.outcomes import Key, Outcome
from assistant.library import disk

MANIFEST, OUTCOMES, CORPUS = "run.json", "outcomes.jsonl", "corpus.jsonl"
_PASSING = frozenset({"started", "code", "jobs", "folder"})  # what two parts of one run may differ in
_EARLIER_NAMES = {"overlays": "perturbations", "system": "baseline_system"}

Manifest = Mapping[str, Any]
"""All that the lines of a run depend on, by name, and when and by what code they were made."""


@dataclass(frozen=True, slots=True)
class Run:
    """A run as it is on disk."""

    folder: Path
    manifest: Manifest
    titles: Mapping[str, str]
    """Paper id -> title, of the library without perturbations."""
    outcomes: Mapping[Key, Outcome]
    """The last outcome of each case; an error only where nothing better followed."""


def begin(folder: Path, manifest: Manifest, papers: Iterable[Paper]) -> None:
    """Make the folder, or accept it as the same command made it before; raises `UsageError` where another did."""
    path = folder / MANIFEST
    cure = "name another folder with --out"
    if path.exists():
        earlier = _read_manifest(path)
        differing = [
            name for name in manifest if name not in _PASSING and earlier.get(name) != _as_read(manifest[name])
        ]
        if differing:
            raise UsageError(f"holds a run with other {', '.join(differing)}", path=folder, cure=cure)
        return
    if folder.exists() and any(folder.iterdir()):
        raise UsageError("is not empty and holds no run", path=folder, cure=cure)
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
        cure = f"`assistant eval run SUITE --out {folder}` makes one"
        raise UsageError("holds no run", path=folder, cure=cure)
    titles = {row["id"]: row["title"] for _, row in suites.rows(folder / CORPUS)}
    return Run(folder, _read_manifest(folder / MANIFEST), titles, read_outcomes(folder))


def read_outcomes(folder: Path) -> dict[Key, Outcome]:
    """Return the outcomes of a run; a line that was not written to its end does not count. Raises `UsageError`."""
    path = folder / OUTCOMES
    if not path.exists():
        return {}
    best: dict[Key, Outcome] = {}
    for number, text in enumerate(_whole(path.read_bytes()).decode("ascii", "replace").split("\n")[:-1], 1):
        try:
            outcome = outcomes.read(text)
        except ValueError as error:
            raise UsageError("no line of a run", path=f"{path}:{number}", cause=str(error)) from error
        if not outcome.failed or best.get(outcome.key, outcome).failed:
            best[outcome.key] = outcome
    return best


def append(folder: Path, outcome: Outcome) -> None:
    """Add one line; it is on disk on return."""
    path = folder / OUTCOMES
    with path.open("r+b" if path.exists() else "w+b") as file:
        end = len(_whole(file.read()))
        file.seek(end)
        file.truncate()
        file.write(outcomes.line(outcome).encode("ascii"))
        file.flush()
        os.fsync(file.fileno())


def corpus(papers: Iterable[Paper]) -> str:
    """Return the sha256 of the texts that can be found."""
    total = hashlib.sha256()
    for row in sorted(f"{paper.id}\0{paper.title}\0{paper.abstract}\0{paper.day}" for paper in papers):
        total.update(row.encode("utf-8", "surrogatepass") + b"\1")
    return total.hexdigest()


def today(manifest: Manifest) -> Manifest:
    """Return a manifest with the names that are used today; runs that were made earlier have two others."""
    return {_EARLIER_NAMES.get(name, name): value for name, value in manifest.items()}


def _whole(data: bytes) -> bytes:
    return data[: data.rfind(b"\n") + 1]


def _read_manifest(path: Path) -> Manifest:
    try:
        manifest = json.loads(path.read_text("utf-8"))
        if not isinstance(manifest, dict):
            raise ValueError("no object")
    except (OSError, ValueError) as error:
        raise UsageError("is no manifest of a run", path=path, cause=str(error)) from error
    return today(manifest)


def _as_read(value: Any) -> Any:
    """Return a value as it comes back from JSON: tuples as lists."""
    return json.loads(json.dumps(value))
