"""A question and the turns before it -> a question that stands alone, by rule, and the papers that it refers to."""

import re
from collections.abc import Callable, Mapping, Sequence

from assistant.answering.conversation import patterns
from assistant.answering.conversation.turns import Reading, Turn, last_cited
from assistant.domain.records import Paper

Terms = Callable[[str], list[str]]
"""Words -> index terms: stemmed, without stop words."""

_ANTECEDENT_WORDS = 2  # content words that, before a pronoun, may be what it stands for
_ELLIPTIC_WORDS = 1  # content words; a question with no more leaves out what it is about


def resolve(question: str, turns: Sequence[Turn], cited: Mapping[int, Paper], terms: Terms) -> Reading:
    """Return how a question is to be read after `turns`; `cited` has all papers of the conversation by number."""
    question = " ".join(question.split())  # the patterns would take long over a long run of white space
    announced = patterns.ANNOUNCED.match(question)
    if announced and announced.end() < len(question):
        return Reading(question[announced.end() :])
    if not turns and not cited:
        return Reading(question)
    named_papers = _named_papers(question, turns, cited)
    if not named_papers and (not turns or stands_alone(question, terms)):
        return Reading(question)
    papers = named_papers or last_cited(turns)
    missing = [number for number in _numbers(question) if number not in cited]
    note = f"nothing was cited as {', '.join(f'[{number}]' for number in missing)} so far" if missing else ""
    return Reading(
        text=_complete(question, turns, terms),
        how="rule",
        papers=tuple(paper.id for paper in papers),
        named=bool(named_papers) or _only_cites(question, terms),
        other=" ".join([*(paper.title for paper in papers), question]),
        note=note,
    )


def stands_alone(question: str, terms: Terms) -> bool:
    """Whether a question seems to leave nothing out that was said before."""
    if patterns.CORRECTION.search(question) or patterns.ELLIPSIS.search(question) or patterns.NUMBER.search(question):
        return False
    content = len(_content(question, terms))
    if not content or _only_cites(question, terms):
        return False
    if content <= _ELLIPTIC_WORDS and not patterns.DEFINITION.search(question):
        return False
    if content <= _ANTECEDENT_WORDS and patterns.MAYBE_ELLIPSIS.search(question):
        return False
    spared = {place for match in patterns.EXPLETIVE.finditer(question) for place in range(*match.span())}
    subjects = {match.end() for match in patterns.SUBJECT.finditer(question)}
    clause = read = 0
    enough = len(question) + 1  # characters of the question that are known to hold an antecedent
    for match in patterns.PRONOUN.finditer(question):
        clause = max(clause, *(question.rfind(mark, read, match.start()) + 1 for mark in ",;:"))
        read = match.start()
        if match.start() in spared:
            continue
        size = clause if match.end() in subjects else match.start()
        if size < enough:
            if len(_content(question[:size], terms)) < _ANTECEDENT_WORDS:
                return False
            enough = size
    return not patterns.PLACE.search(question)


def _content(text: str, terms: Terms) -> list[str]:
    """Return the index terms of the words that say something of a subject."""
    return terms(patterns.FUNCTION.sub(" ", text))


def _named_papers(question: str, turns: Sequence[Turn], cited: Mapping[int, Paper]) -> list[Paper]:
    """Return the papers that a question names by number or place, each once."""
    papers = [cited[number] for number in _numbers(question) if number in cited]
    last = last_cited(turns)
    pool = tuple(cited.values()) if patterns.BACK.search(question) else last
    for match in patterns.PLACE.finditer(question):
        candidates = last if match["pair"] else pool
        place = patterns.PLACES[(match["place"] or match["pair"]).lower()]
        if -len(candidates) <= place < len(candidates):
            papers.append(candidates[place])
    if not papers and patterns.BOTH.search(question) and len(last) > 1:
        papers = list(last)
    return list({paper.id: paper for paper in papers}.values())


def _numbers(question: str) -> list[int]:
    """Return the numbers by which a question names papers."""
    return [int(match[1] or match[2]) for match in patterns.NUMBER.finditer(question)]


def _only_cites(question: str, terms: Terms) -> bool:
    """Whether a question asks for nothing but the source of what was said."""
    if not patterns.CITE.search(question):
        return False
    rest = patterns.CITE.sub(" ", question)
    pointing = re.search(r"\b(?:that|this|it|so)\b", question, re.IGNORECASE)
    return len(_content(rest, terms)) <= (_ANTECEDENT_WORDS if pointing else 0)


def _complete(question: str, turns: Sequence[Turn], terms: Terms) -> str:
    """Return the question after the last one that stood alone, which is left out where it says nothing more."""
    root = next((turn.reading.text for turn in reversed(turns) if turn.reading.how != "rule"), "")
    corrects = patterns.CORRECTION.search(question)
    rejected = {word.lower() for word in patterns.REJECTED.findall(question)} if corrects else set()
    subject = " ".join(word for word in root.split() if word.strip(".,;:?!").lower() not in rejected)
    return f"{subject} {question}".strip() if set(terms(subject)) - set(terms(question)) else question
