"""Answers, a conversation or papers -> what every format writes down: sections, the papers cited, numbers and keys."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from assistant.answering.conversation.turns import Conversation, Turn
from assistant.domain.answers import Answer
from assistant.domain.records import Evidence, Paper

Keys = Callable[[Sequence[Paper]], Mapping[str, str]]
"""Papers -> {paper id: the key that people cite it by}."""

BIBLIOGRAPHY = "references"
"""What the file of the bibliography is called, without its ending, where nobody named one."""


@dataclass(frozen=True, slots=True)
class Section:
    """One question with its answer."""

    question: str
    answer: Answer
    read_as: str = ""
    """The question as it was understood in its conversation; "" where that is how it was typed."""


@dataclass(frozen=True, slots=True)
class Report:
    """Answers that are written down together."""

    title: str
    sections: tuple[Section, ...]
    numbers: Mapping[str, int]
    """{paper id: the number by which all sections cite it}."""
    papers: Mapping[int, Paper]
    """{number: paper}, of those that are cited."""
    keys: Mapping[str, str]
    """{paper id: citation key}, of those that are cited."""
    about: str = ""
    """When and with what it was asked, for a person."""
    bibliography: str = BIBLIOGRAPHY
    """Name of the .bib that a LaTeX document reads, without its ending."""


@dataclass(frozen=True, slots=True)
class PaperList:
    """Papers that are written down together, in their order."""

    title: str
    papers: tuple[Paper, ...]
    keys: Mapping[str, str]
    scores: Mapping[str, float] = field(default_factory=dict)
    """{paper id: how near it is to what was searched for}; empty where nothing was."""
    bibliography: str = BIBLIOGRAPHY


def of_answers(answers: Sequence[Answer], keys: Keys) -> Report:
    """Return one answer, or several under their questions; papers are numbered as they are first cited."""
    papers = {paper.id: paper for answer in answers for paper in answer.cited}
    numbers = {id: number for number, id in enumerate(papers, 1)}
    title = answers[0].question if len(answers) == 1 else f"{len(answers):,} answers"
    sections = tuple(Section(answer.question, answer) for answer in answers)
    return Report(title, sections, numbers, dict(enumerate(papers.values(), 1)), keys(list(papers.values())))


def of_conversation(conversation: Conversation, keys: Keys) -> Report:
    """Return the turns that stand, with the numbers that papers have in the conversation."""
    turns = conversation.turns
    papers = papers_cited(conversation)
    return Report(
        turns[0].question if turns else "An empty conversation",
        tuple(map(section, turns)),
        conversation.numbers,
        papers,
        keys(list(papers.values())),
        f"{conversation.begun:%Y-%m-%d}, with the library {conversation.library}",
    )


def section(turn: Turn) -> Section:
    """Return a turn of a conversation."""
    return Section(turn.question, turn.answer, "" if turn.reading.how == "alone" else turn.reading.text)


def papers_cited(conversation: Conversation) -> dict[int, Paper]:
    """Return {number: paper} of what the turns that stand cite."""
    standing = {paper.id for turn in conversation.turns for paper in turn.cited}
    return {number: paper for number, paper in conversation.papers.items() if paper.id in standing}


def of_papers(title: str, papers: Sequence[Paper], keys: Keys) -> PaperList:
    """Return papers in the order given."""
    return PaperList(title, tuple(papers), keys(papers))


def of_evidence(title: str, evidence: Sequence[Evidence], keys: Keys) -> PaperList:
    """Return what a search found, best first, with its scores."""
    papers = [item.paper for item in evidence]
    return PaperList(title, tuple(papers), keys(papers), {item.paper.id: item.score for item in evidence})
