"""/sources, /open, /why, /search, /copy, /export and /undo: what an answer rests on, and where it goes."""

import base64
import os
import sys
from dataclasses import replace

from assistant.answering.conversation import session
from assistant.cli import console
from assistant.cli.commands.chat import state
from assistant.cli.commands.chat.state import Chat
from assistant.cli.views import answers, papers
from assistant.domain.errors import UsageError
from assistant.domain.records import Claim, Paper
from assistant.domain.sanitize import one_line
from assistant.publishing import files, formats, markdown, reports
from assistant.publishing.citation_keys import library_citation_keys
from assistant.retrieval import library_finder, retriever

_DIGITS = 6  # of the number of a paper


def sources(chat: Chat, _: str) -> Chat:
    """Show the papers that were evidence for the last answer, best first."""
    console.lines(*papers.ranked(chat.last.answer.evidence, chat.conversation.numbers))
    return chat


def open_paper(chat: Chat, name: str) -> Chat:
    """Show a paper by its number in the conversation or by its title; what was quoted of it stands out."""
    paper = _paper(chat, name)
    quoted = [
        finding
        for turn in chat.conversation.turns
        for claim in turn.answer.claims
        for finding in claim.findings
        if finding.paper and finding.paper.id == paper.id
    ]
    key = library_citation_keys(chat.pipeline.library, [paper])[paper.id]
    console.lines(*papers.card(paper, quoted, key=key))
    return chat


def why(chat: Chat, label: str) -> Chat:
    """Show what checking found for each claim of the last answer, or for those that cite one number."""
    numbers = chat.conversation.numbers
    number = _number(label) if label else None
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
    pipeline = state.current(chat).pipeline
    pipeline.library.refresh()
    evidence = retriever.search(pipeline.library, pipeline.embedder, words, pipeline.limit, pipeline.allowed)
    console.lines(*papers.ranked(evidence, chat.conversation.numbers))
    return chat


def undo(chat: Chat, _: str) -> Chat:
    """Take the last turn back; it stays in the file, and its citations keep their numbers."""
    question = chat.last.question
    conversation = session.undo(chat.session, chat.conversation)
    console.tell(f"taken back: {one_line(question)}")
    return replace(chat, conversation=conversation)


def copy(chat: Chat, _: str) -> Chat:
    """Hand the last answer to the terminal for its clipboard (OSC 52), or print it where none would take it."""
    text = markdown.section_text(reports.section(chat.last), chat.conversation.numbers)
    if not sys.stdout.isatty() or os.environ.get("TERM", "dumb") == "dumb":
        console.lines(console.plain(text))
        return chat
    code = base64.b64encode(text.encode("utf-8", "replace")).decode("ascii")
    sys.stdout.write(f"\x1b]52;c;{code}\x07")
    sys.stdout.flush()
    console.tell("handed to the terminal's clipboard, if it has one that programs may write")
    return chat


def export(chat: Chat, name: str) -> Chat:
    """Write the conversation to a file that does not exist yet."""
    path = files.named(name)
    format = formats.require(path)
    library = chat.pipeline.library
    report = reports.of_conversation(chat.conversation, lambda cited: library_citation_keys(library, cited))
    written = files.publish(report, format, path)
    console.tell(f"written to {' and '.join(map(str, written))}")
    return chat


def _explain(claim: Claim, numbers: dict[str, int]) -> None:
    marks = console.marks()
    console.lines(*answers.checked(claim, marks))
    for finding in claim.findings:
        label = f"[{numbers[finding.paper.id]}]" if finding.paper else f"[?{one_line(finding.key)}]"
        line = f"    {label} {finding.verdict}, decided by the step “{finding.step}”, score {finding.score:.2f}"
        console.lines(console.plain(line, "dim"))


def _paper(chat: Chat, name: str) -> Paper:
    numbered = chat.conversation.papers
    if not name:
        raise UsageError("give the number, the key or the title of a paper: /open 2")
    if name.strip("[]").isdecimal():
        number = _number(name)
        if number not in numbered:
            last = f"; the last is [{max(numbered)}]" if numbered else ""
            raise UsageError(f"nothing was cited as [{number}] so far{last}")
        return numbered[number]
    matches = library_finder.of_library(chat.pipeline.library).find_beginning(name)
    if len(matches) != 1:
        raise UsageError(f"{len(matches) or 'no'} titles begin so; /search finds papers, Tab completes titles")
    return matches[0]


def _number(label: str) -> int:
    digits = label.strip("[] ")
    if not digits.isdecimal() or len(digits) > _DIGITS:
        raise UsageError(f"{label} is no number; give one of those in brackets")
    return int(digits)
