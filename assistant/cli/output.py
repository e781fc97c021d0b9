"""`--format`, `-o` and `--force` -> where results go, and as what: lines, JSON, a document for other programs."""

import contextlib
import functools
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assistant.cli import console, options
from assistant.domain.errors import UsageError
from assistant.publishing import files, formats
from assistant.publishing.formats import FORMATS

if TYPE_CHECKING:
    from assistant.publishing.reports import PaperList, Report

_LINES = {".txt": "text", ".json": "json", ".jsonl": "json"}


@dataclass(frozen=True, slots=True)
class OutputOptions:
    """The form of the results, and the file that they go to."""

    name: str
    """"text", "json", or a format of `FORMATS`."""
    path: Path | None
    """None for standard output."""
    overwrite: bool

    @property
    def as_json(self) -> bool:
        """Whether results are objects, one a line."""
        return self.name == "json"

    @property
    def is_document(self) -> bool:
        """Whether all results together make one document."""
        return self.name in FORMATS

    @contextlib.contextmanager
    def lines(self) -> Iterator[None]:
        """Have what is printed go to the file, where there is one and the form is lines; only if all goes well."""
        if self.path is None or self.is_document:
            yield
            return
        written = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", errors="backslashreplace", newline="\n")
        with contextlib.redirect_stdout(written):
            yield
        written.seek(0)
        files.write(self.path, written.read(), overwrite=self.overwrite)
        console.tell(f"written to {self.path}")

    def publish(self, content: "Report | PaperList") -> None:
        """Write a document to the file, or print it."""
        if self.path is None:
            console.lines(console.plain(formats.text(FORMATS[self.name], content).rstrip("\n")))
            if FORMATS[self.name].cites_a_file:
                console.tell("-o FILE.tex writes the bibliography beside it; --format bibtex prints it")
            return
        written = files.publish(content, self.name, self.path, overwrite=self.overwrite)
        console.tell(f"written to {' and '.join(map(str, written))}")


def options_of(as_json: bool, name: str | None, file: str | None, overwrite: bool) -> OutputOptions:
    """Return what flags ask for: a form that is not named is that of the file's name.

    Raises `UsageError` where they contradict each other, and for a file that is there, before anything is asked.
    """
    if as_json and name not in (None, "json"):
        raise UsageError(f"--json and --format {name} are two forms", cure="give one of them")
    path = files.named(file) if file not in (None, "-") else None
    by_name = None if path is None else _LINES.get(path.suffix.lower()) or formats.of_path(path)
    if path is not None and name is None and not as_json and by_name is None:
        raise UsageError(
            "the name does not say in which format", path=path, cure="add --format, or an ending: .md, .tex"
        )
    form = "json" if as_json else name or by_name or "text"
    for target in files.targets(form, path) if path else ():
        files.require_place(target)
        files.require_free(target, overwrite=overwrite, cure="give another name, or --force to write over it")
    return OutputOptions(form, path, overwrite)


def output(command: Callable[..., int]) -> Callable[..., int]:
    """Add `--format`, `--json`, `-o` and `--force`; the command gets `output`, an `OutputOptions`."""

    @functools.wraps(command)
    def wrapped(*, as_json: bool, form: str | None, file: str | None, force: bool, **others: object) -> int:
        chosen = options_of(as_json, form, file, force)
        with chosen.lines():
            return command(output=chosen, **others)

    form = click.option(
        "--format",
        "form",
        type=click.Choice(["text", "json", *FORMATS]),
        help="The form of the results [text, or what the name of -o says].",
    )
    file = click.option("-o", "--output", "file", metavar="FILE", help="Write to FILE; LaTeX has its .bib beside it.")
    force = click.option("--force", is_flag=True, help="Write over a file that is there.")
    return form(options.json(file(force(wrapped))))
