"""/sources, /open, /why and /search: a closer look at what an answer rests on."""

from assistant.cli import console
from assistant.cli.commands.chat import state
from assistant.cli.commands.chat.state import Chat
from assistant.cli.views import answers, papers
from assistant.domain import titles
from assistant.domain.errors import UsageError
from assistant.domain.records import Claim, Paper
from assistant.domain.sanitize import one_line
from assistant.retrieval import retriever

_DIGITS = 6  # of the number of a paper


def sources(chat: Chat, _: str) -> Chat:
    """Show the papers that were evidence for the last answer, best first."""
    console.lines(*papers.ranked(chat.last.answer.evidence, chat.conversation.numbers))
    return chat


def open_paper(chat: Chat, wanted: str) -> Chat:
    """Show a paper by its number in the conversation or by its title; what was quoted of it stands out."""
    paper = _paper(chat, wanted)
    quotes = [
        finding.quote
        for turn in chat.conversation.turns
        for claim in turn.answer.claims
        for finding in claim.findings
        if finding.paper and finding.paper.id == paper.id
    ]
    console.lines(*papers.card(paper, quotes))
    return chat


def why(chat: Chat, wanted: str) -> Chat:
    """Show what checking found for each claim of the last answer, or for those that cite one number."""
    numbers = chat.conversation.numbers
    number = _number(wanted) if wanted else None
    claims = [
        claim
        for claim in chat.last.answer.claims
        if number is None or any(finding.paper and numbers[finding.paper.id] == number for finding in claim.findings)
    ]
    if not claims:
        none = "the last answer has no claims"
        raise UsageError(none if number is None else f"no claim of the last answer cites [{number}]")
    for claim in claims:
        _explain(claim, numbers)
    return chat


def search(chat: Chat, words: str) -> Chat:
    """Show the papers nearest to some words, within the filter."""
    if not words:
        raise UsageError("give words to search for: /search reward hacking")
    asking = state.current(chat).asking
    asking.library.refresh()
    found = retriever.search(asking.library, asking.embedder, words, asking.limit, asking.allowed)
    console.lines(*papers.ranked(found, chat.conversation.numbers))
    return chat


def _explain(claim: Claim, numbers: dict[str, int]) -> None:
    marks = console.marks()
    console.lines(*answers.checked(claim, marks))
    for finding in claim.findings:
        number = f"[{numbers[finding.paper.id]}]" if finding.paper else f"[?{one_line(finding.key)}]"
        told = f"    {number} {finding.verdict}, decided by the step “{finding.step}”, score {finding.score:.2f}"
        console.lines(console.plain(told, "dim"))


def _paper(chat: Chat, wanted: str) -> Paper:
    numbered = chat.conversation.papers
    if not wanted:
        raise UsageError("give the number or the title of a paper: /open 2")
    if wanted.strip("[]").isdecimal():
        number = _number(wanted)
        if number not in numbered:
            last = f"; the last is [{max(numbered)}]" if numbered else ""
            raise UsageError(f"nothing was cited as [{number}] so far{last}")
        return numbered[number]
    name = titles.normalise(wanted.strip('"“”'))
    held = chat.asking.library.papers()
    found = [paper for paper in held if titles.normalise(paper.title) == name] or [
        paper for paper in held if titles.normalise(paper.title).startswith(name)
    ]
    if len(found) != 1:
        raise UsageError(f"{len(found) or 'no'} titles begin so; /search finds papers, Tab completes titles")
    return found[0]


def _number(wanted: str) -> int:
    plain = wanted.strip("[] ")
    if not plain.isdecimal() or len(plain) > _DIGITS:
        raise UsageError(f"{wanted} is no number; give one of those in brackets")
    return int(plain)
