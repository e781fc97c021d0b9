"""Reports and lists of papers -> files, each whole or not there, over nothing that nobody said may go."""

import os
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from assistant.domain import files
from assistant.domain.errors import UsageError
from assistant.domain.sanitize import one_line
from assistant.publishing import formats
from assistant.publishing.bibtex import bibtex
from assistant.publishing.formats import FORMATS
from assistant.publishing.reports import PaperList, Report


def publish(content: Report | PaperList, name: str, path: Path, *, overwrite: bool = False) -> tuple[Path, ...]:
    """Write a report or a list of papers in the format of this name to a file; return the files written.

    A LaTeX document cites from a .bib, which is written beside it under the same name. Raises `UsageError` where one of
    the files is there and `overwrite` is not said, and where it cannot be written.
    """
    format = FORMATS[name]
    if not format.cites_a_file:
        write(path, formats.text(format, content), overwrite=overwrite)
        return (path,)
    beside = bibliography(path)
    references = bibtex(formats.papers_of(content), content.keys)
    for file in (path, beside)[: 1 + bool(references)]:
        require_free(file, overwrite=overwrite)
    text = formats.text(format, replace(content, bibliography=beside.stem))
    write(path, text, overwrite=overwrite)
    if not references:
        return (path,)
    write(beside, references, overwrite=overwrite)
    return (path, beside)


def targets(name: str, path: Path) -> Sequence[Path]:
    """Return the files that `publish` may write."""
    return (path, bibliography(path)) if name in FORMATS and FORMATS[name].cites_a_file else (path,)


def bibliography(path: Path) -> Path:
    r"""Return the .bib beside a document: of the same name, but for what \bibliography cannot name."""
    return path.with_name(re.sub(r"[^A-Za-z0-9._-]+", "-", path.stem).lstrip("-") or "references").with_suffix(".bib")


def named(name: str) -> Path:
    """Return the path that was typed, "~" being your home; raises `UsageError` for one that cannot be."""
    try:
        return Path(name).expanduser()
    except RuntimeError as error:
        raise UsageError("cannot be written", path=one_line(name), cause=str(error)) from error


def require_free(path: Path, *, overwrite: bool, cure: str = "give another name, or remove it first") -> None:
    """Raise `UsageError` where a file is there that may not be overwritten."""
    try:
        is_there = os.path.lexists(path)
    except ValueError as error:
        raise UsageError("cannot be written", path=one_line(str(path)), cause=str(error)) from error
    if is_there and not overwrite:
        raise UsageError("exists already", path=one_line(str(path)), cure=cure)


def require_place(path: Path) -> None:
    """Raise `UsageError` where no file can be, so that nobody waits, or pays, for what cannot be kept."""
    cause = ""
    try:
        if path.is_dir():
            cause = "Is a directory"
        elif path.exists() and not path.is_file():
            cause = "is no plain file"
        elif not path.parent.is_dir():
            cause = "there is no such folder"
        elif not os.access(path.parent, os.W_OK):
            cause = "its folder is not yours to write"
    except (OSError, ValueError) as error:
        cause = str(error)
    if cause:
        raise UsageError("cannot be written", path=one_line(str(path)), cause=cause, cure="give another name")


def write(path: Path, text: str, *, overwrite: bool = False) -> None:
    """Write a text that only its owner can read; half a file is never left. Raises `UsageError`."""
    try:
        if overwrite:
            files.replace_private(path, text)
        else:
            files.create_private(path, text)
    except FileExistsError:
        require_free(path, overwrite=False)
        raise
    except (OSError, ValueError) as error:
        cause = getattr(error, "strerror", None) or str(error)
        raise UsageError("cannot be written", path=one_line(str(path)), cause=cause) from error
