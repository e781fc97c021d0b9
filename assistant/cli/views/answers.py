"""An answer -> what a reader sees: numbered citations, a mark for every verdict, the sources, and one summary line."""

from collections.abc import Mapping, Sequence
from typing import Any

from assistant.cli.console import StyledLine
from assistant.domain.records import ABSTENTION, Answer, Claim, Finding, Paper, Verdict
from assistant.domain.sanitize import one_line

_STYLES: Mapping[Verdict, str] = {
    "supported": "green",
    "weak": "yellow",
    "unsupported": "bold red",
    "misattributed": "bold red",
    "uncited": "bold red",
}
_NEAREST = 3  # papers named under an abstention


def numbers(claims: Sequence[Claim]) -> dict[str, int]:
    """Return {paper id: number} in the order in which the papers are first cited."""
    cited = [finding.paper.id for claim in claims for finding in claim.findings if finding.paper]
    return {id: number for number, id in enumerate(dict.fromkeys(cited), 1)}


def text(answer: Answer) -> str:
    """Return the answer as running text with numbers for citations, as it goes into JSON."""
    if answer.status != "answered":
        return ABSTENTION if answer.status == "abstained" else ""
    numbered = numbers(answer.claims)
    return " ".join(claim.text + cited(claim, numbered) for claim in answer.claims)


def lines(answer: Answer, marks: Mapping[str, str], numbered: Mapping[str, int] | None = None) -> list[StyledLine]:
    """Return the lines that a person sees; `marks` has a sign for each verdict, `numbered` the numbers of a
    conversation by paper id (None: those of this answer alone)."""
    if answer.status == "abstained":
        return _abstained(answer)
    numbered = numbers(answer.claims) if numbered is None else numbered
    rows: list[StyledLine] = []
    for claim in answer.claims:
        quoted = answer.model is None
        said = f"“{one_line(claim.text)}”" if quoted else one_line(claim.text)
        mark = (f"{marks[claim.verdict]} ", _STYLES[claim.verdict])
        rows.append((mark, (said, ""), (cited(claim, numbered), "cyan")))
        if claim.reason:
            rows.append(((f"    {claim.verdict}: {one_line(claim.reason)}", "dim"),))
    rows.append((("", ""),))
    for paper, number, best in sources(answer.claims, numbered):
        day = f" ({paper.shown_day})" if paper.date else ""
        url = f"  {one_line(paper.url)}" if paper.url else ""
        rows.append(((f"[{number}] ", "cyan"), (one_line(paper.title), "bold"), (day + url, "dim")))
        if answer.model is not None and best.quote:
            rows.append(((f"    {marks[best.verdict]} “{one_line(best.quote)}”", "dim"),))
    rows += _notes(answer)
    rows.append(((summary(answer, marks), "dim"),))
    return rows


def summary(answer: Answer, marks: Mapping[str, str]) -> str:
    """Return one line: how many claims got which verdict, and who answered."""
    by = f"model {one_line(answer.model)}" if answer.model else "extractive: quotes, no model"
    return f"{counted(answer.claims, marks)} · {by} · {answer.seconds.total:.1f} s"


def counted(claims: Sequence[Claim], marks: Mapping[str, str]) -> str:
    """Return how many claims got which verdict, in words and marks."""
    numbers = {verdict: sum(claim.verdict == verdict for claim in claims) for verdict in _STYLES}
    told = ", ".join(f"{count} {verdict} {marks[verdict]}" for verdict, count in numbers.items() if count)
    return f"{len(claims)} claim{'s' * (len(claims) != 1)}" + (f": {told}" if told else "")


def checked(claim: Claim, marks: Mapping[str, str]) -> list[StyledLine]:
    """Return the lines for one claim of a text: its mark, what it cites by title, why, and the best sentence."""
    rows: list[StyledLine] = [((f"{marks[claim.verdict]} ", _STYLES[claim.verdict]), (one_line(claim.text), ""))]
    for finding in claim.findings:
        title = one_line(finding.paper.title if finding.paper else finding.key)
        rows.append(((f"    {marks[finding.verdict]} ", _STYLES[finding.verdict]), (f"[{title}]", "cyan")))
        if finding.reason:
            rows.append(((f"      {finding.verdict}: {one_line(finding.reason)}", "dim"),))
        if finding.quote:
            rows.append(((f"      “{one_line(finding.quote)}”", "dim"),))
    if claim.reason and not claim.findings:
        rows.append(((f"    {claim.verdict}: {one_line(claim.reason)}", "dim"),))
    return rows


def record(answer: Answer, fingerprint: str, papers: int) -> dict[str, Any]:
    """Return the JSON object of `ask --json`."""
    numbered = numbers(answer.claims)
    return {
        "question": answer.question,
        "status": answer.status,
        "answer": text(answer),
        "extractive": answer.model is None,
        "model": answer.model,
        "claims": [_claim(claim, numbered) for claim in answer.claims],
        "citations": [
            {
                "n": number,
                "id": paper.id,
                "title": paper.title,
                "date": paper.day,
                "date_inferred": paper.date_inferred,
                "url": paper.url,
                "quote": best.quote,
                "verdict": best.verdict,
            }
            for paper, number, best in sources(answer.claims, numbered)
        ],
        "evidence": [
            {"id": item.paper.id, "title": item.paper.title, "score": round(item.score, 6)} for item in answer.evidence
        ],
        "notes": list(answer.notes),
        "confidence": None if answer.confidence is None else round(answer.confidence, 4),
        "usage": {"input_tokens": answer.tokens[0], "output_tokens": answer.tokens[1]},
        "seconds": {
            "retrieve": round(answer.seconds.retrieve, 4),
            "generate": round(answer.seconds.generate, 4),
            "verify": round(answer.seconds.verify, 4),
            "total": round(answer.seconds.total, 4),
        },
        "library": {"fingerprint": fingerprint, "papers": papers},
        "prompt": {"name": answer.prompt[0], "sha256": answer.prompt[1]} if answer.prompt else None,
    }


def _claim(claim: Claim, numbered: Mapping[str, int]) -> dict[str, Any]:
    best = max(claim.findings, key=lambda finding: finding.score, default=None)
    return {
        "text": claim.text,
        "verdict": claim.verdict,
        "citations": [numbered[finding.paper.id] for finding in claim.findings if finding.paper],
        "step": claim.step,
        "quote": best.quote if best else "",
        "score": best.score if best else 0.0,
        "reason": claim.reason,
        "unknown": [finding.key for finding in claim.findings if finding.paper is None],
    }


def _abstained(answer: Answer) -> list[StyledLine]:
    rows: list[StyledLine] = [((ABSTENTION, "bold"),)]
    if answer.evidence:
        rows.append((("Closest, but they do not answer:", "dim"),))
    for item in answer.evidence[:_NEAREST]:
        day = f" ({item.paper.shown_day})" if item.paper.date else ""
        rows.append((("  ", ""), (one_line(item.paper.title), ""), (day, "dim")))
    return rows + _notes(answer)


def _notes(answer: Answer) -> list[StyledLine]:
    return [((f"note: {one_line(note)}", "yellow"),) for note in answer.notes]


def cited(claim: Claim, numbered: Mapping[str, int]) -> str:
    """Return " [1][?]": numbers of the cited papers, a question mark for what names none."""
    told = [f"[{numbered[f.paper.id]}]" if f.paper else f"[?{one_line(f.key)}]" for f in claim.findings]
    return f" {''.join(dict.fromkeys(told))}" if told else ""


def sources(claims: Sequence[Claim], numbered: Mapping[str, int]) -> list[tuple[Paper, int, Finding]]:
    """Return every cited paper with its number and the finding with the best support, in the order first cited."""
    found: dict[str, tuple[Paper, Finding]] = {}
    for claim in claims:
        for finding in claim.findings:
            if finding.paper is None:
                continue
            held = found.get(finding.paper.id)
            if held is None or finding.score > held[1].score:
                found[finding.paper.id] = (finding.paper, finding)
    return [(paper, numbered[id], finding) for id, (paper, finding) in found.items()]
