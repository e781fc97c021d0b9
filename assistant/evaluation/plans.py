"""A suite and what is wanted of it -> the jobs of a run, and the manifest that says what they are."""

import subprocess
from dataclasses import dataclass
from datetime import datetime
from importlib import metadata
from pathlib import Path
from typing import Any

from assistant.answering import prompts
from assistant.domain import settings
from assistant.domain.errors import UsageError
from assistant.evaluation import copies, perturbations, runs
from assistant.evaluation.runner import Equipment, Job
from assistant.evaluation.suites import Case, Suite
from assistant.library.snapshot import LibrarySnapshot

SCORER = 1
"""Rises whenever the same lines may get other scores."""


@dataclass(frozen=True, slots=True)
class RunPlan:
    """Which part of a suite is run, and how often."""

    split: str | None = None
    """None for all."""
    overlays: tuple[str, ...] = ()
    repeats: int = 1
    types: tuple[str, ...] = ()
    """Only questions of these types; none for all."""


def cases(suite: Suite, wanted: RunPlan) -> list[Case]:
    """Return the cases wanted, variants among them; raises `UsageError` where there are none."""
    plain = [
        case
        for case in suite.cases
        if wanted.split in (None, case.split) and (not wanted.types or case.type in wanted.types)
    ]
    if not plain:
        raise UsageError(
            f"{suite.folder} has no case of split {wanted.split} and type {', '.join(wanted.types) or 'any'}"
        )
    return plain + [case for name in wanted.overlays for case in perturbations.make(name, suite, plain, {}).cases]


def jobs(suite: Suite, wanted: RunPlan, library: LibrarySnapshot, equipment: Equipment, folder: Path) -> list[Job]:
    """Return what is to be run; libraries that overlays change are made in `folder`, and in nothing that is kept."""
    plain = cases(suite, RunPlan(wanted.split, (), 1, wanted.types))
    papers = {paper.title: paper for paper in library.papers()}
    asked: list[tuple[Case, Path]] = [(case, library.folder) for case in plain]
    for name in wanted.overlays:
        overlay = perturbations.make(name, suite, plain, papers)
        place = copies.library(library, overlay, folder, equipment.embedder)
        asked += [(case, place) for case in overlay.cases]
    return [Job(case, repeat, place) for repeat in range(1, wanted.repeats + 1) for case, place in asked]


def manifest(suite: Suite, wanted: RunPlan, library: LibrarySnapshot, equipment: Equipment) -> dict[str, Any]:
    """Return all that the lines of a run depend on, and when and by what code they were made."""
    held = library.papers()
    return {
        "suite": suite.name,
        "folder": str(suite.folder.absolute()),
        "gold": suite.digest,
        "split": wanted.split,
        "overlays": list(wanted.overlays),
        "types": list(wanted.types),
        "repeats": wanted.repeats,
        "seed": perturbations.SEED,
        "limit": equipment.limit,
        "system": equipment.system,
        "model": equipment.model.name if equipment.model else None,
        "prompts": {path.stem: prompts.load(path.stem).sha256 for path in sorted(prompts.home().glob("*.md"))},
        "fingerprint": library.fingerprint,
        "corpus": runs.corpus(held),
        "papers": len(held),
        "code": code(),
        "started": datetime.now().astimezone().isoformat(timespec="seconds"),
    }


def code() -> dict[str, Any]:
    """Return the version of this program and, in a checkout with git, its commit and whether files were changed."""
    known: dict[str, Any] = {"version": metadata.version("assistant"), "commit": None, "changed": None}
    root = settings.checkout()
    if root is None:
        return known
    try:
        commit = _git(root, "rev-parse", "HEAD")
        changed = bool(_git(root, "status", "--porcelain", "--untracked-files=no"))
    except (OSError, subprocess.SubprocessError):
        return known
    return {**known, "commit": commit, "changed": changed}


def _git(root: Path, *words: str) -> str:
    done = subprocess.run(["git", *words], cwd=root, capture_output=True, text=True, check=True, timeout=10)
    return done.stdout.strip()
