"""`assistant verify`: a text, or claims as JSON lines -> a verdict for every claim."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import click

from assistant.cli import claim_lines, console, options
from assistant.cli.options import FilterOptions, LibraryOptions
from assistant.domain.errors import UsageError
from assistant.domain.limits import TEXT_LIMIT, bounded_lines
from assistant.domain.sanitize import one_line

if TYPE_CHECKING:
    from assistant.app.handle import Library
    from assistant.domain.records import Claim
    from assistant.verification.documents import DocumentVerifier

UNVERIFIED = 4
"""Exit code where a claim fails under --strict."""
_BATCH = 64  # claims embedded together


@click.command()
@click.argument("file", required=False)
@click.option("--bib", "bibs", metavar="FILE", multiple=True, help="A .bib whose keys the text cites by.")
@click.option("--strict", is_flag=True, help="Exit with 4 where a claim fails; one that is located does not.")
@options.json
@click.option("--jsonl", "from_jsonl", is_flag=True, help="Read claims as JSON lines, and print JSON.")
@click.option("--stdin", "from_stdin", is_flag=True, help="With --json: the same as --jsonl.")
@options.filters
@options.verifying
def verify(
    file: str | None,
    bibs: tuple[str, ...],
    strict: bool,
    as_json: bool,
    from_jsonl: bool,
    from_stdin: bool,
    papers: FilterOptions,
    place: LibraryOptions,
) -> int:
    r"""The text is in FILE or comes from standard input: plain, Markdown, or LaTeX. Papers are cited by title, id or
    key in square brackets, several separated by semicolons; as [@key], \cite{key} and its kin; or as (Author, year) and
    Author et al. (year). Keys are those of the .bib, or those that `assistant show` tells. With --in and the like only
    the papers that these let through can be cited.

    With --jsonl each line is {"claim": "…", "papers": ["title or id", …]} and gives {"verdict", "step", "quote",
    "score", "reason", "papers": [{"id", "title", "verdict"}]}: the score is how likely the paper is the right one to
    cite (not whether the claim is true), the quote its sentence nearest to the claim. Verdicts: supported (verbatim in
    the abstract, or judged so by a checker), located (similar words; no checker affirmed it), unsupported,
    contradicted, misattributed, uncited. A step "checker" means that the `checker` named in the line decided.

    \b
    Examples:
      assistant verify related-work.txt
      assistant verify paper.tex --bib refs.bib
      echo "Longer chains help [Title of a Paper]." | assistant verify
      assistant verify --jsonl claims.jsonl
      assistant verify --stdin --json < claims.jsonl
    """
    from assistant.cli.views import answers

    if from_stdin and (file or not as_json):
        raise UsageError("--stdin reads claims as JSON lines: use it with --json and without FILE, or use --jsonl")
    with _opened(file) as stream, place.open() as library:
        if from_stdin or from_jsonl:
            claims, bad = _stream(_verifier(library, papers), stream)
        else:
            text = _text(file, stream)
            claims, bad = _verify_text(_verifier(library, papers), text, file, bibs, as_json=as_json), 0
    if bad:
        raise UsageError(f"{bad} lines were no claims; see their `error`")
    return UNVERIFIED if strict and answers.failing(claims) else 0


def _verifier(library: "Library", papers: FilterOptions) -> "DocumentVerifier":
    """Return the library's verifier; on a terminal it tells how many claims a checker, which may be slow, reads."""
    return replace(library.verifier(papers.filter()), on_stage=console.tell if sys.stderr.isatty() else None)


@contextmanager
def _opened(file: str | None) -> Iterator[BinaryIO]:
    """Give the bytes of a file, or of standard input; raises `UsageError`."""
    if file is None or file == "-":
        yield console.typed()
        return
    try:
        stream = Path(file).open("rb")  # noqa: SIM115  closed below; an error later is none of this file
    except OSError as error:
        raise UsageError("cannot be read", path=file, cause=error.strerror or str(error)) from error
    with stream:
        yield stream


def _text(file: str | None, stream: BinaryIO) -> str:
    try:
        text = stream.read(4 * TEXT_LIMIT + 1).decode("utf-8", "replace")  # no character has more than 4 bytes
    except OSError as error:
        raise UsageError("cannot be read", path=file, cause=error.strerror or str(error)) from error
    if not text.strip():
        raise UsageError("there is no text to verify", path=file or "standard input")
    return text


def _verify_text(
    verifier: "DocumentVerifier", text: str, file: str | None, bibs: tuple[str, ...], *, as_json: bool
) -> "list[Claim]":
    """Check a text, print, and return its claims; tell which citations name no paper, with their lines."""
    from assistant.app import verifying
    from assistant.domain import verdicts
    from assistant.domain.records import cited_papers
    from assistant.verification.entailment import is_judged

    verifier = verifying.with_keys(verifier, bibs or _beside(text, file), console.tell)
    has_lines = "\n" in text.strip()
    claims, lines = [], []
    for statement, claim in verifying.verify_text(verifier, text, file):
        claims.append(claim)
        lines.append(statement.line)
        _show(claim, statement.line, verifier, as_json=as_json, has_lines=has_lines)
    if not as_json:
        checker = one_line(verifier.checker.name) if verifier.checker and any(map(is_judged, claims)) else None
        counted = verdicts.counts(
            [claim.verdict for claim in claims], len(cited_papers(claims)), console.marks(), checker=checker
        )
        console.lines(console.plain(counted, "dim"))
    if has_lines:
        _tell_unresolved(claims, lines, file)
    return claims


def _show(claim: "Claim", line: int, verifier: "DocumentVerifier", *, as_json: bool, has_lines: bool) -> None:
    from assistant.cli.views import answers

    if as_json:
        console.record({"claim": claim.text, "line": line, **claim_lines.record(claim, verifier)})
        return
    first, *others = answers.checked(claim, console.marks())
    console.lines((*first, (f"  (line {line:,})", "dim")) if has_lines else first, *others)


def _tell_unresolved(claims: "Sequence[Claim]", lines: Sequence[int], file: str | None) -> None:
    """Tell once of each name that means no paper: on which line it is cited first, and on how many more."""
    places: dict[str, list[int]] = {}
    for claim, line in zip(claims, lines, strict=True):
        for finding in claim.findings:
            if finding.paper is None:
                places.setdefault(finding.reason or finding.key, []).append(line)
    for reason, cited in places.items():
        more = f" (and {len(cited) - 1:,} more)" if len(cited) > 1 else ""
        console.tell(f"{file or 'standard input'}:{cited[0]}: {reason}{more}")


def _beside(text: str, file: str | None) -> tuple[str, ...]:
    """Return the .bib files that a LaTeX document names, of those in its folder; none outside of it is ever opened."""
    from assistant.verification import latex_documents

    if file in (None, "-") or not latex_documents.is_latex(text, file):
        return ()
    folder = Path(file or "").resolve().parent
    paths = [(folder / name).resolve() for name in latex_documents.bibliographies(text) if "\0" not in name]
    bibs = tuple(str(path) for path in paths if path.is_relative_to(folder) and path.is_file())
    if bibs:
        console.tell(f"keys are those of {', '.join(Path(path).name for path in bibs)}, which the document names")
    return bibs


def _stream(verifier: "DocumentVerifier", stream: BinaryIO) -> "tuple[list[Claim], int]":
    """Check JSON lines, print; return the claims, and how many lines were no claims."""
    from assistant.verification import documents

    claims: list[Claim] = []
    bad = 0
    numbered = enumerate(bounded_lines(stream), 1)
    while batch := list(islice(((number, raw) for number, raw in numbered if raw.strip()), _BATCH)):
        rows = [claim_lines.parse(number, raw) for number, raw in batch]
        verdicts = documents.verify_claims(verifier, [row for row in rows if not isinstance(row, str)])
        for row in rows:
            if isinstance(row, str):
                bad += 1
                console.record({"error": row})
                continue
            claims.append(next(verdicts))
            console.record(claim_lines.record(claims[-1], verifier))
    return claims, bad
