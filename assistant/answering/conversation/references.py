"""A question and the turns before it -> the papers that it names by number or place, or why there is no such paper."""

from collections.abc import Mapping, Sequence

from assistant.answering.conversation import patterns
from assistant.answering.conversation.turns import Turn, last_cited
from assistant.domain.records import Paper


def named_papers(question: str, turns: Sequence[Turn], cited: Mapping[int, Paper]) -> list[Paper]:
    """Return the papers that a question names by number or place, each once."""
    papers = [cited[number] for number in numbers(question) if number in cited]
    last = _pool(turns)
    pool = tuple(cited.values()) if patterns.BACK.search(question) else last
    for match in patterns.SEVERAL.finditer(question):
        papers += pool[patterns.several(match)]
    for match in patterns.PLACE.finditer(question):
        candidates = last if match["pair"] else pool
        place = patterns.PLACES[(match["place"] or match["pair"]).lower()]
        if -len(candidates) <= place < len(candidates):
            papers.append(candidates[place])
    if not papers and patterns.BOTH.search(question) and len(last) > 1:
        papers = list(last)
    return list({paper.id: paper for paper in papers}.values())


def missing(question: str, named: Sequence[Paper], turns: Sequence[Turn], cited: Mapping[int, Paper]) -> str:
    """Return that a question names papers by number or place, and no such paper was cited; "" where one was."""
    if given := numbers(question):
        labels = ", ".join(f"[{number}]" for number in given if number not in cited)
        return f"nothing was cited as {labels} so far" if not named else ""
    several = patterns.SEVERAL.search(question)
    count = len(last_cited(turns))
    too_many = several and len(_pool(turns)) < patterns.count(several)
    if count and (too_many or (patterns.PLACE.search(question) and not named)):
        return f"the last answer cites {'one paper' if count == 1 else f'{count} papers'} only"
    return ""


def numbers(question: str) -> list[int]:
    """Return the numbers by which a question names papers."""
    return [int(match[1] or match[2]) for match in patterns.NUMBER.finditer(question)]


def _pool(turns: Sequence[Turn]) -> tuple[Paper, ...]:
    """Return the papers among which one is named by its place: those of the last answer, or where that cites one alone,
    of the last that cites several."""
    last = last_cited(turns)
    several = (turn.cited for turn in reversed(turns) if len(turn.cited) > 1)
    return last if len(last) > 1 else next(several, last)
