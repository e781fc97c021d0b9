"""Reports and lists of papers -> CSV for a spreadsheet: a row a claim and cited paper, no cell a formula."""

import csv
import io
import itertools
from collections.abc import Iterable, Iterator, Sequence

from assistant.domain.records import Claim, Finding, Paper
from assistant.domain.sanitize import one_line
from assistant.publishing.reports import PaperList, Report, Section

_ACTING = "=+-@\t\r"
_CLAIM = ("question", "status", "claim", "verdict", "reason", "quote", "page")
_PAPER = ("key", "id", "title", "authors", "date", "url")


def report(report: Report) -> str:
    """Return a row for each claim and paper that it cites; for a claim or an answer that cites none, one without."""
    rows: list[list[str]] = []
    for section in report.sections:
        rows += [
            [*claim, *_paper(paper, report.keys.get(paper.id, "") if paper else "")] for claim, paper in _of(section)
        ]
    return csv_text((*_CLAIM, *_PAPER), rows)


def papers(listing: PaperList) -> str:
    """Return a row a paper, with its score where it was searched for, and its abstract."""
    scored = ("score",) if listing.scores else ()
    rows = [
        [*_paper(paper, listing.keys[paper.id]), *(f"{listing.scores[paper.id]:.6f}" for _ in scored), paper.abstract]
        for paper in listing.papers
    ]
    return csv_text((*_PAPER, *scored, "abstract"), rows)


def csv_text(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table as CSV (RFC 4180, but for lines that end as those of Unix do). Each cell is one line, and one that
    a spreadsheet would take for a formula begins with an apostrophe."""
    return "".join(f"{line}\n" for line in csv_lines(header, rows))


def csv_lines(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Yield the lines of such a table, each when its row is read."""
    for row in itertools.chain([header], rows):
        text = io.StringIO()
        csv.writer(text, lineterminator="").writerow([_cell(value) for value in row])
        yield text.getvalue()


def _cell(value: str) -> str:
    plain = one_line(value)
    return f"'{plain}" if plain[:1] and plain[0] in _ACTING else plain


def _of(section: Section) -> Iterable[tuple[tuple[str, ...], Paper | None]]:
    """Yield (cells of a claim, a paper that it cites) of an answer; papers that no claim is about come last."""
    answer = section.answer
    head = (section.question, answer.status)
    named: set[str] = set()
    for claim in answer.claims:
        for finding in claim.findings or (None,):
            paper = finding.paper if finding else None
            named |= {paper.id} if paper else set()
            yield (*head, *_claim(claim, finding)), paper
    silent = [paper for paper in answer.cited if paper.id not in named]
    for paper in silent:
        yield (*head, answer.text, "", "", "", ""), paper
    if not answer.claims and not silent:
        yield (*head, answer.text, "", "", "", ""), None


def _claim(claim: Claim, finding: Finding | None) -> tuple[str, ...]:
    if finding is None:
        return claim.text, claim.verdict, claim.reason, "", ""
    return claim.text, finding.verdict, finding.reason, finding.quote, str(finding.page or "")


def _paper(paper: Paper | None, key: str) -> tuple[str, ...]:
    if paper is None:
        return ("",) * len(_PAPER)
    return key, paper.id, paper.title, "; ".join(paper.authors), paper.day or "", paper.url or ""
