"""`assistant verify`: a text, or claims as JSON lines -> a verdict for every claim."""

import json
import sys
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from assistant.cli import console, options
from assistant.domain.errors import UsageError

if TYPE_CHECKING:
    from assistant.domain.records import Claim
    from assistant.verification.claims import Statement
    from assistant.verification.documents import DocumentVerifier

UNVERIFIED = 4
_BATCH = 64  # claims embedded together


@click.command()
@click.argument("file", required=False)
@click.option("--strict", is_flag=True, help="Exit with 4 where a claim fails.")
@options.json
@click.option("--stdin", "from_stdin", is_flag=True, help="With --json: read one JSON object a line.")
@options.library
def verify(
    file: str | None, strict: bool, as_json: bool, from_stdin: bool, library: str | None, embedder: str | None
) -> int:
    """Check the claims of FILE (or of standard input) against the papers they cite.

    A citation stands in square brackets after its claim: the title or the id of a paper of the library, or several
    separated by semicolons. With --stdin --json each line is {"claim": "…", "papers": ["title or id", …]} and gives
    {"verdict", "step", "quote", "score", "reason", "papers": [{"id", "title", "verdict"}]}: the score is how likely the
    paper is the right one to cite (not whether the claim is true), the quote its sentence nearest to the claim.

    \b
    Examples:
      assistant verify related-work.txt
      echo "Longer chains help [Title of a Paper]." | assistant verify
      assistant verify --stdin --json < claims.jsonl
    """
    from assistant import app
    from assistant.retrieval.finder import PaperIndex
    from assistant.verification.documents import DocumentVerifier
    from assistant.verification.support import SupportScorer

    environment = app.environment()
    chosen = app.load_settings(environment, library=library, embedder=embedder)
    if from_stdin and (file or not as_json):
        raise UsageError("--stdin reads claims as JSON lines: use it with --json and without FILE")
    text = None if from_stdin else _text(file)
    found = app.embedder(chosen, environment)
    with app.library(chosen, environment, found, console.tell) as opened:
        checking = DocumentVerifier(opened, found, PaperIndex(opened.papers()), SupportScorer(opened.words))
        if text is None:
            failed, bad = _stream(checking)
        else:
            failed, bad = _checked_text(checking, text, as_json=as_json), 0
    if bad:
        raise UsageError(f"{bad} lines were no claims; see their `error`")
    if not strict:
        return 0
    for claim in failed:
        console.tell(f"{claim.verdict}: {claim.text} ({claim.reason})")
    return UNVERIFIED if failed else 0


def _text(file: str | None) -> str:
    if file is None or file == "-":
        raw = sys.stdin.buffer.read()
    else:
        try:
            raw = Path(file).read_bytes()
        except OSError as error:
            raise UsageError(f"{file}: {error.strerror}") from error
    text = raw.decode("utf-8", "replace")
    if not text.strip():
        raise UsageError(f"{file or 'standard input'}: there is no text to verify")
    return text


def _checked_text(checking: "DocumentVerifier", text: str, *, as_json: bool) -> "list[Claim]":
    """Check a text, print, and return the claims that fail."""
    from assistant.cli.views import answers
    from assistant.verification import documents as checks
    from assistant.verification import references
    from assistant.verification.verifier import FAILING

    claims = list(checks.verify_claims(checking, references.split(text, checking.papers)))
    for claim in claims:
        if as_json:
            console.record({"claim": claim.text, **_record(claim)})
        else:
            console.lines(*answers.checked(claim, console.marks()))
    if not as_json:
        console.lines(console.plain(answers.counted(claims, console.marks()), "dim"))
    return [claim for claim in claims if claim.verdict in FAILING]


def _stream(checking: "DocumentVerifier") -> "tuple[list[Claim], int]":
    """Check JSON lines; return the claims that fail, and how many lines were no claims."""
    from assistant.verification import documents as checks
    from assistant.verification.verifier import FAILING

    failed: list[Claim] = []
    bad = 0
    numbered = enumerate(sys.stdin.buffer, 1)
    while batch := list(islice(((number, raw) for number, raw in numbered if raw.strip()), _BATCH)):
        parsed = [_parsed(number, raw) for number, raw in batch]
        verdicts = checks.verify_claims(checking, [row for row in parsed if not isinstance(row, str)])
        for row in parsed:
            if isinstance(row, str):
                bad += 1
                console.record({"error": row})
                continue
            claim = next(verdicts)
            if claim.verdict in FAILING:
                failed.append(claim)
            console.record(_record(claim))
    return failed, bad


def _parsed(number: int, raw: bytes) -> "Statement | str":
    """Return the claim of a line, or what is wrong with it."""
    from assistant.verification.claims import CitationMark, Statement

    try:
        row = json.loads(raw)
    except (ValueError, RecursionError) as error:
        return f"line {number}: not JSON ({error})"
    claim, names = (row.get("claim"), row.get("papers", [])) if isinstance(row, dict) else (None, None)
    if not isinstance(claim, str) or not claim.strip():
        return f'line {number}: needs a "claim" with words'
    if not isinstance(names, list) or not all(isinstance(name, str | int) for name in names):
        return f'line {number}: "papers" must be a list of titles or ids'
    return Statement(claim, tuple(CitationMark(str(name), wellformed=True) for name in names))


def _record(claim: "Claim") -> dict[str, Any]:
    best = max(claim.findings, key=lambda finding: finding.score, default=None)
    return {
        "verdict": claim.verdict,
        "step": claim.step,
        "quote": best.quote if best else "",
        "score": best.score if best else 0.0,
        "reason": claim.reason,
        "papers": [
            {
                "id": finding.paper.id if finding.paper else None,
                "title": finding.paper.title if finding.paper else finding.key,
                "verdict": finding.verdict,
            }
            for finding in claim.findings
        ],
    }
