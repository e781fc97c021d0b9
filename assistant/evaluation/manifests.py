"""The manifest of a run <-> `run.json`: all that its outcomes depend on, and when and by what code they were made."""

import hashlib
import json
import subprocess
from collections.abc import Iterable, Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

from assistant.domain import settings
from assistant.domain.errors import UsageError
from assistant.domain.records import Paper
from assistant.evaluation import files

Manifest = Mapping[str, Any]

_PASSING = frozenset({"started", "code", "jobs", "folder"})  # what two parts of one run may differ in
_EARLIER_NAMES = {"overlays": "perturbations", "system": "baseline_system"}
_FIELDS: Mapping[str, type | tuple[type, ...]] = {
    "suite": str,
    "folder": str,
    "gold": str,
    "split": (str, type(None)),
    "perturbations": list,
    "types": list,
    "repeats": int,
    "corpus": str,
}
"""What every manifest has, which is what judging a run reads."""
_COMMIT = 10  # digits of a commit that are enough for a person


def write(manifest: Manifest) -> str:
    """Return the text of a manifest."""
    return json.dumps(manifest, indent=1) + "\n"


def read(path: Path) -> Manifest:
    """Return a manifest by the names of today; raises `UsageError` for a file that holds none."""
    try:
        manifest = json.loads(files.read(path).decode("utf-8"))
        if not isinstance(manifest, dict):
            raise ValueError("no object")
        manifest = dict(today(manifest))
        for name, kind in _FIELDS.items():
            if not isinstance(manifest.get(name, NotImplemented), kind):
                raise ValueError(f"no field {name!r}, or another than a run has")
    except (ValueError, RecursionError) as error:
        cure = "put it back as it was, or name another folder"
        raise UsageError("is no manifest of a run", path=path, cause=str(error), cure=cure) from error
    return manifest


def today(manifest: Manifest) -> Manifest:
    """Return a manifest with the names that are used today; runs that were made earlier have two others."""
    return {_EARLIER_NAMES.get(name, name): value for name, value in manifest.items()}


def is_torn(path: Path) -> bool:
    """Whether a file is the beginning of a manifest, as versions that wrote it in place left it when they were
    killed."""
    text, opening = files.read(path), b'{\n "suite"'
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return text.startswith(opening) or opening.startswith(text)
    return False


def differing(earlier: Manifest, manifest: Manifest) -> list[str]:
    """Return the names in which two manifests are not of one run."""
    as_read = json.loads(write(manifest))  # tuples are lists
    return [name for name in as_read if name not in _PASSING and earlier.get(name) != as_read[name]]


def corpus(papers: Iterable[Paper]) -> str:
    """Return the sha256 of the texts that can be retrieved."""
    total = hashlib.sha256()
    for row in sorted(f"{paper.id}\0{paper.title}\0{paper.abstract}\0{paper.day}" for paper in papers):
        total.update(row.encode("utf-8", "surrogatepass") + b"\1")
    return total.hexdigest()


def code() -> dict[str, Any]:
    """Return the version of this program and, in a checkout with git, its commit and whether files were changed."""
    version: dict[str, Any] = {"version": metadata.version("assistant"), "commit": None, "changed": None}
    root = settings.checkout()
    if root is None:
        return version
    try:
        commit = _git(root, "rev-parse", "HEAD")
        changed = bool(_git(root, "status", "--porcelain", "--untracked-files=no"))
    except (OSError, subprocess.SubprocessError):
        return version
    return {**version, "commit": commit, "changed": changed}


def code_change(before: Manifest, after: Manifest) -> str:
    """Return "version 0.1.0 at 1a2b3c4d5e, then version 0.1.0 at 5f6a7b8c9d" where two manifests name other code, else
    ""; a manifest that names none tells nothing."""
    pair = [manifest.get("code") or {} for manifest in (before, after)]
    old, new = [(code.get("version"), code.get("commit")) for code in pair]
    return f"{_described(pair[0])}, then {_described(pair[1])}" if old != new and all(pair) else ""


def _described(code: Mapping[str, Any]) -> str:
    commit = f" at {str(code['commit'])[:_COMMIT]}" if code.get("commit") else ""
    return f"version {code.get('version')}{commit}{' with changes' if code.get('changed') else ''}"


def _git(root: Path, *words: str) -> str:
    process = subprocess.run(["git", *words], cwd=root, capture_output=True, text=True, check=True, timeout=10)
    return process.stdout.strip()
