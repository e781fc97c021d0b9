"""An answer -> what a reader sees: numbered citations, a mark for every verdict, the sources, and one summary line."""

from collections.abc import Mapping, Sequence
from typing import Any

from assistant.cli import console
from assistant.cli.console import StyledLine
from assistant.cli.views import costs
from assistant.domain.answers import LIST_ROWS, Answer
from assistant.domain.records import Claim, Finding, Paper, cited_papers
from assistant.domain.sanitize import one_line
from assistant.domain.verdicts import Verdict

STYLES: Mapping[Verdict, str] = {
    "quoted": "cyan",
    "supported": "green",
    "located": "yellow",
    "unsupported": "bold red",
    "contradicted": "bold red",
    "misattributed": "bold red",
    "uncited": "bold red",
}
"""How a terminal shows the mark of each verdict."""


def text(answer: Answer) -> str:
    """Return the answer as running text with numbers for citations, as it goes into JSON."""
    if answer.text or answer.status != "answered":
        return answer.text or (f"{answer.abstention}." if answer.status == "abstained" else "")
    return " ".join(claim.text + _citations(claim, answer.numbers) for claim in answer.claims)


def lines(
    answer: Answer,
    marks: Mapping[Verdict, str],
    numbers: Mapping[str, int] | None = None,
    *,
    rows: int | None = LIST_ROWS,
    more: str = "",
) -> list[StyledLine]:
    """Return the lines that a person sees; `marks` has a sign for each verdict, `numbers` the numbers of a
    conversation by paper id (None: those of this answer alone). Of a list, `rows` papers are shown (None: all); `more`
    says how to see the others."""
    if answer.status == "abstained":
        return _abstained(answer)
    numbers = answer.numbers if numbers is None else numbers
    said: list[StyledLine] = [((one_line(line), "bold"),) for line in answer.text.splitlines()]
    if answer.kind == "small_talk":
        return said
    if answer.kind == "prose":
        body = [*_claims(answer, marks, numbers), (("", ""),), *_sources(answer, marks, numbers)]
    else:
        body = [(("", ""),), *_table(answer, marks, numbers, rows, more)] if answer.evidence else []
    return [*said, *body, *_notes(answer), ((summary(answer, marks), "dim"),)]


def _claims(answer: Answer, marks: Mapping[Verdict, str], numbers: Mapping[str, int]) -> list[StyledLine]:
    """Return a line a claim, and one more for what is wrong with it."""
    rows: list[StyledLine] = []
    for claim in answer.claims:
        words = f"“{one_line(claim.text)}”" if claim.verdict == "quoted" else one_line(claim.text)
        mark = (f"{marks[claim.verdict]} ", STYLES[claim.verdict])
        rows.append((mark, (words, ""), (_citations(claim, numbers), "cyan")))
        if claim.reason:
            rows.append(((f"    {claim.verdict}: {one_line(claim.reason)}", "dim"),))
    return rows


def _sources(answer: Answer, marks: Mapping[Verdict, str], numbers: Mapping[str, int]) -> list[StyledLine]:
    """Return a line a cited paper, and under a model's words the sentence that supports them best."""
    rows: list[StyledLine] = []
    for paper, finding in cited_papers(answer.claims).values():
        day = f" ({paper.shown_day})" if paper.date else ""
        url = f"  {one_line(paper.url)}" if paper.url else ""
        rows.append(((f"[{numbers[paper.id]}] ", "cyan"), (one_line(paper.title), "bold"), (day + url, "dim")))
        rows += _remark(paper, "    ")
        if answer.model is not None and finding.quote:
            rows.append(((f"    {marks[finding.verdict]} {finding.quoted}", "dim"),))
    return rows


def _table(
    answer: Answer, marks: Mapping[Verdict, str], numbers: Mapping[str, int], limit: int | None, more: str
) -> list[StyledLine]:
    """Return the papers of a list as rows of number, date and title, each above the sentence that shows why."""
    sentences = {finding.paper.id: claim for claim in answer.claims for finding in claim.findings if finding.paper}
    papers = answer.cited[:limit]
    width = max((len(f"[{numbers[paper.id]}]") for paper in papers), default=0)
    dates = 10 if any(paper.date for paper in papers) else 0
    rows: list[StyledLine] = []
    for paper in papers:
        day = f"{paper.day or '':{dates}}{'~' if paper.date_inferred else ' ' * bool(dates)} "
        label = f"[{numbers[paper.id]}]".rjust(width)
        rows.append(((f"{label} ", "cyan"), (day, "dim"), (one_line(paper.title), "bold")))
        if claim := sentences.get(paper.id):
            mark = (f"{' ' * width} {marks[claim.verdict]} ", STYLES[claim.verdict])
            rows.append((mark, (f"“{one_line(claim.text)}”", "")))
    if hidden := len(answer.cited) - len(papers):
        rows.append(((f"and {hidden:,} more{f': {more}' if more else ''}", "yellow"),))
    return rows


def summary(answer: Answer, marks: Mapping[Verdict, str]) -> str:
    """Return one line: how many claims got which verdict, and who answered."""
    if answer.kind == "facts":
        return f"from the catalogue · {answer.seconds.total:.1f} s"
    return f"{answer.conclusion(marks)} · {costs.line(answer)}"


def checked(claim: Claim, marks: Mapping[Verdict, str]) -> list[StyledLine]:
    """Return the lines for one claim of a text: its mark, what it cites by title, why, and the best sentence."""
    rows: list[StyledLine] = [((f"{marks[claim.verdict]} ", STYLES[claim.verdict]), (one_line(claim.text), ""))]
    for finding in claim.findings:
        title = one_line(finding.paper.title if finding.paper else finding.key)
        rows.append(((f"    {marks[finding.verdict]} ", STYLES[finding.verdict]), (f"[{title}]", "cyan")))
        if finding.reason:
            rows.append(((f"      {finding.verdict}: {one_line(finding.reason)}", "dim"),))
        if finding.quote:
            rows.append(((f"      {finding.quoted}", "dim"),))
            rows += _remark(finding.paper, "      ")
    if claim.reason and not claim.findings:
        rows.append(((f"    {claim.verdict}: {one_line(claim.reason)}", "dim"),))
    return rows


def record(answer: Answer, fingerprint: str, papers: int) -> dict[str, Any]:
    """Return the JSON object of `ask --json`."""
    numbers = answer.numbers
    findings = {paper.id: finding for paper, finding in cited_papers(answer.claims).values()}
    return {
        "question": answer.question,
        "kind": answer.kind,
        "status": answer.status,
        "answer": text(answer),
        "extractive": answer.model is None,
        "model": answer.model,
        "checker": answer.checker,
        "unchecked": answer.unchecked,
        "claims": [_claim(claim, numbers) for claim in answer.claims],
        "citations": [_citation(number, paper, findings.get(paper.id)) for number, paper in enumerate(answer.cited, 1)],
        "evidence": [
            {"id": item.paper.id, "title": item.paper.title, "score": round(item.score, 6)} for item in answer.evidence
        ],
        "notes": list(answer.notes),
        "confidence": None if answer.confidence is None else round(answer.confidence, 4),
        "usage": {"input_tokens": answer.tokens[0], "output_tokens": answer.tokens[1]},
        "cost": costs.record(answer.cost),
        "seconds": {
            "retrieve": round(answer.seconds.retrieve, 4),
            "generate": round(answer.seconds.generate, 4),
            "verify": round(answer.seconds.verify, 4),
            "total": round(answer.seconds.total, 4),
        },
        "library": {"fingerprint": fingerprint, "papers": papers},
        "prompt": {"name": answer.prompt[0], "sha256": answer.prompt[1]} if answer.prompt else None,
    }


def failing(claims: Sequence[Claim]) -> int:
    """Name the claims that fail verification on standard error; return how many do."""
    from assistant.verification.verifier import FAILING

    failures = [claim for claim in claims if claim.verdict in FAILING]
    for claim in failures:
        console.tell(f"{claim.verdict}: {claim.text} ({claim.reason})")
    return len(failures)


def _citation(number: int, paper: Paper, finding: Finding | None) -> dict[str, Any]:
    """Return a cited paper; one without a finding is of the catalogue, and nothing of it is quoted."""
    return {
        "n": number,
        "id": paper.id,
        "title": paper.title,
        "date": paper.day,
        "date_inferred": paper.date_inferred,
        "url": paper.url,
        "quote": finding.quote if finding else "",
        "page": finding.page if finding else None,
        "verdict": finding.verdict if finding else None,
        "remark": paper.remark or None,
    }


def _claim(claim: Claim, numbers: Mapping[str, int]) -> dict[str, Any]:
    best = claim.best
    return {
        "text": claim.text,
        "verdict": claim.verdict,
        "citations": [numbers[finding.paper.id] for finding in claim.findings if finding.paper],
        "step": claim.step,
        "quote": best.quote if best else "",
        "page": best.page if best else None,
        "score": best.score if best else 0.0,
        "reason": claim.reason,
        "unknown": [finding.key for finding in claim.findings if finding.paper is None],
    }


def _abstained(answer: Answer) -> list[StyledLine]:
    nearest = answer.nearest
    said = answer.text or f"{answer.abstention}{'; closest papers:' if nearest else '.'}"
    rows: list[StyledLine] = [((one_line(line), "bold"),) for line in said.splitlines()]
    if nearest and answer.text:
        rows.append((("Closest papers:", "dim"),))
    for item in nearest:
        day = f" ({item.paper.shown_day})" if item.paper.date else ""
        rows.append((("  ", ""), (one_line(item.paper.title), ""), (day, "dim")))
    if answer.cost.requests:
        rows.append(((costs.line(answer), "dim"),))
    return rows + _notes(answer)


def _remark(paper: Paper | None, indent: str) -> list[StyledLine]:
    """Return the line, if there is one, that says whose words a paper's quotes are."""
    return [((f"{indent}({paper.remark})", "dim"),)] if paper and paper.remark else []


def _notes(answer: Answer) -> list[StyledLine]:
    return [((f"note: {one_line(note)}", "yellow"),) for note in answer.notes]


def _citations(claim: Claim, numbers: Mapping[str, int]) -> str:
    """Return " [1][?key]": numbers of the cited papers, a question mark before what names none."""
    labels = "".join(f"[{one_line(label)}]" for label in claim.citations(numbers))
    return f" {labels}" if labels else ""
