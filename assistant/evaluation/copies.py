"""A library and what an overlay changes of it -> a changed copy, the original untouched."""

import shutil
from pathlib import Path

from assistant.evaluation.perturbations import Perturbation
from assistant.library import writer
from assistant.library.snapshot import LibrarySnapshot
from assistant.models.base import Embedder


def library(original: LibrarySnapshot, overlay: Perturbation, folder: Path, embedder: Embedder) -> Path:
    """Return the folder of the library that the overlay's cases are asked of: the original where nothing changes."""
    if not overlay.removed and not overlay.added:
        return original.folder
    target = folder / overlay.name
    shutil.copytree(original.folder, target)
    gone = [paper.id for paper in original.papers() if paper.title in overlay.removed]
    if gone:
        writer.remove(target, gone)
    if overlay.added:
        writer.add(target, overlay.added, embedder)
    return target
