"""An answer -> Markdown for any front end to show, with the place of each citation in it; and that text -> an answer.

A front end sends back what was said before and nothing else, so the text says which papers it cites, by their ids.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from assistant.domain import markdown
from assistant.domain.answers import Answer, Kind
from assistant.domain.records import Claim, Evidence, Finding, Paper, cited_papers, reference
from assistant.domain.verdicts import MARKS, Verdict, conclusion

Link = Callable[[Paper], str]
"""A paper -> the address where it can be read."""

_HEADINGS: Mapping[Kind, str] = {"prose": "Sources:", "list": "Papers:", "facts": "From the catalogue:"}
_CLOSEST = "Closest papers:"
_LABEL = re.compile(
    r"(?<!\\)\[(\d{1,6})(?:, p\\?\. (\d{1,6}))?\]"
)  # of citations, with a page: what papers and models wrote is escaped
_LABELS = re.compile(r"(?:\[[^\]]{1,80}\])+")
_SOURCE = re.compile(r"- \[(\d{1,6})\] (.*) · (\S+)")
_TITLE = re.compile(r"\[(.*)\]\(<[^<>]*>\)|(.*)")
_CLAIM = re.compile(rf"- ([{''.join(dict.fromkeys(MARKS.values()))}]) (.*)")
_VERDICTS: Mapping[str, Verdict] = {mark: verdict for verdict, mark in [*MARKS.items()][::-1]}


@dataclass(frozen=True, slots=True)
class Citation:
    """One place of a text at which a paper is cited."""

    start: int
    end: int
    """In characters; the character at `end` is no part of it."""
    paper: Paper


@dataclass(frozen=True, slots=True)
class AnswerText:
    """What is shown, and where it cites."""

    text: str
    citations: tuple[Citation, ...]


def write(answer: Answer, numbers: Mapping[str, int], link: Link, rows: int) -> AnswerText:
    """Return an answer as Markdown: what it says with its marks, sources with their ids and quotes, and who checked.

    `numbers` is {paper id: number} of the conversation; of a list at most `rows` papers are named.
    """
    papers = {numbers[paper.id]: paper for paper in answer.cited if paper.id in numbers}
    body = answer.markdown(numbers)
    if answer.status != "answered":
        listed = [_CLOSEST, *(f"- {_named(item.paper, link)}" for item in answer.nearest)] if answer.nearest else []
    elif not papers:
        listed = []
    else:
        listed = [_HEADINGS[answer.kind], *_listed(answer, papers, link, rows)]
    parts = [body, "\n".join(listed), *_remarks(answer)]
    text = "\n\n".join(part for part in parts if part)
    return AnswerText(text, tuple(_citations(text, len(body) if answer.kind == "prose" else len(text), papers)))


def read(question: str, text: str, held: Callable[[list[str]], Mapping[str, Paper]]) -> Answer:
    """Return the answer that `write` made this text of, as far as the text tells; `held` gives the papers of ids that
    the library has, and those that it has no longer are as they were named. Text of another origin says nothing."""
    papers, kind = _papers(text, held)
    claims = tuple(_claims(text, papers))
    words = "" if claims or kind == "prose" else markdown.unescape(text.partition("\n\n")[0])
    answered = bool(claims) or (kind == "list" and bool(papers))
    evidence = tuple(Evidence("", paper, 0.0) for paper in papers.values())
    return Answer(question, "answered" if answered else "abstained", claims, evidence, kind=kind, text=words)


def _listed(answer: Answer, papers: Mapping[int, Paper], link: Link, rows: int) -> Iterator[str]:
    """Yield a line a paper, and the sentence that a claim in other words rests on."""
    quoted = {claim.text for claim in answer.claims}
    findings = {paper.id: finding for paper, finding in cited_papers(answer.claims).values()}
    for number, paper in list(papers.items())[:rows]:
        yield f"- [{number}] {_named(paper, link)}"
        finding = findings.get(paper.id)
        if finding and finding.quote and finding.quote not in quoted:
            yield f"  > {markdown.escape(finding.quoted)}"
    if len(papers) > rows:
        yield f"- and {len(papers) - rows:,} more"


def _named(paper: Paper, link: Link) -> str:
    return f"{reference(replace(paper, url=link(paper)))} · {markdown.escape(paper.id)}"


def _remarks(answer: Answer) -> Iterator[str]:
    """Yield who answered and checked, and what a reader should know beside."""
    if answer.claims:
        model = markdown.escape(answer.model) if answer.model else None
        checker = markdown.escape(answer.checker) if answer.checker else None
        verdicts = [claim.verdict for claim in answer.claims]
        yield f"*{conclusion(verdicts, len(answer.cited), model, checker=checker, unchecked=answer.unchecked)}*"
    yield from (f"*note: {markdown.escape(note)}*" for note in answer.notes)


def _citations(text: str, end: int, papers: Mapping[int, Paper]) -> Iterator[Citation]:
    for match in _LABEL.finditer(text, 0, end):
        if paper := papers.get(int(match[1])):
            yield Citation(*match.span(), paper)


def _papers(text: str, held: Callable[[list[str]], Mapping[str, Paper]]) -> tuple[dict[int, Paper], Kind]:
    """Return the papers that a text lists as cited, by number, and what kind of answer lists them so."""
    places = {kind: f"\n\n{text}".find(f"\n\n{heading}\n") for kind, heading in _HEADINGS.items()}
    kind = max(places, key=lambda kind: places[kind])
    if places[kind] < 0:
        return {}, "prose"
    rows = [match for line in text[places[kind] :].splitlines() if (match := _SOURCE.fullmatch(line))]
    present = held([markdown.unescape(match[3]) for match in rows])
    papers: dict[int, Paper] = {}
    for match in rows:
        id = markdown.unescape(match[3])
        title = _TITLE.match(match[2])
        name = markdown.unescape(title[1] or title[2]) if title else id
        papers.setdefault(int(match[1]), present.get(id) or Paper(id, name, ""))
    return papers, kind


def _claims(text: str, papers: Mapping[int, Paper]) -> Iterator[Claim]:
    for line in text.splitlines():
        if not (mark := _CLAIM.fullmatch(line)):
            continue
        words, fault = mark[2], ""
        if words.endswith(")*") and (start := words.rfind(" *(")) >= 0:  # within it, each asterisk is escaped
            words, fault = words[:start], words[start + 3 :]
        before, _, labels = words.rpartition(" ")
        words, labels = (before, labels) if _LABELS.fullmatch(labels) else (words, "")
        verdict = next((verdict for verdict in MARKS if fault.startswith(verdict)), _VERDICTS[mark[1]])
        words = markdown.unescape(words)
        quote = words.removeprefix("“").removesuffix("”") if verdict == "quoted" else ""
        cited = [(int(number), int(page) if page else None) for number, page in _LABEL.findall(labels)]
        findings = (
            Finding(papers[number], "", verdict, "", quote, page=page) for number, page in cited if number in papers
        )
        yield Claim(quote or words, verdict, "", tuple(findings))
