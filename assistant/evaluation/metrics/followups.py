"""A later turn of a dialogue and what was shown before it -> whether its answer does what it should."""

from collections.abc import Collection, Mapping, Sequence

from assistant.domain.sentences import Span
from assistant.evaluation.expectations import Expectation
from assistant.evaluation.metrics import figures, quotes
from assistant.evaluation.outcomes import FindingOutcome, TurnOutcome

Groups = Sequence[frozenset[str]]
Answers = Mapping[str, Sequence[Span]]
_OTHERS = 2  # papers, where so many were not shown yet: any one paper of the subject is easily another one


def right(
    expected: Expectation, groups: Groups, answers: Answers, turn: TurnOutcome, before: Sequence[TurnOutcome]
) -> bool:
    """Return whether an answer meets all that is expected of it.

    `groups` are sets of interchangeable ids, of each of which one must be cited; `answers` are spans of abstracts by
    id, of which one must be quoted; `before` are the turns already shown.
    """
    if expected.language and _names_language(turn, expected.language):
        return True
    return (
        _papers(expected, groups, turn, before)
        and _sentences(expected, answers, turn, before)
        and all(any(_says(told(turn), words) for words in group) for group in expected.says)
        and not (expected.fresh and _repeats(expected, turn, before))
        and not (expected.cites_nothing and (turn.cited or turn.status in ("abstained", "failed")))
        and not (expected.abstains and turn.status != "abstained")
    )


def told(turn: TurnOutcome) -> str:
    """Return all that a turn tells a person: what it says itself, its claims and notes."""
    return "\n".join((turn.said, *(claim.text for claim in turn.claims), *turn.notes))


def _says(text: str, words: str) -> bool:
    return figures.says(text.casefold(), words.casefold())


def _papers(expected: Expectation, groups: Groups, turn: TurnOutcome, before: Sequence[TurnOutcome]) -> bool:
    if any(turn.cited.isdisjoint(group) for group in groups):
        return False
    if expected.topic and not _on_topic(expected, turn, before):
        return False
    if expected.places or expected.numbers:
        referred = _referred(expected, before)
        return turn.cited == referred and bool(referred or told(turn))
    return True


def _on_topic(expected: Expectation, turn: TurnOutcome, before: Sequence[TurnOutcome]) -> bool:
    """Whether papers of the subject are cited, new ones where that is asked for, and few others."""
    shown = _shown(before) if expected.fresh == "papers" else frozenset()
    remaining = expected.topic - shown
    inside = len(turn.cited & expected.topic)
    if not remaining:
        return not turn.cited
    precise = inside == len(turn.cited) if expected.strict else 2 * inside >= len(turn.cited)
    least = min(_OTHERS, len(remaining)) if shown else 1
    return precise and len(turn.cited & remaining) >= least


def _referred(expected: Expectation, before: Sequence[TurnOutcome]) -> frozenset[str]:
    """Return the papers that places and numbers stand for; none where one of them stands for none."""
    latest = next((_in_order(turn) for turn in reversed(before) if turn.cited), [])
    numbered = list(dict.fromkeys(id for turn in before for id in _in_order(turn)))
    named = [(latest, place) for place in expected.places] + [(numbered, number) for number in expected.numbers]
    if not all(1 <= abs(place) <= len(papers) for papers, place in named):
        return frozenset()
    return frozenset(papers[place - 1 if place > 0 else place] for papers, place in named)


def _sentences(expected: Expectation, answers: Answers, turn: TurnOutcome, before: Sequence[TurnOutcome]) -> bool:
    """Whether one of the marked sentences is quoted, one not shown yet where there is any; those of other papers than
    the ones referred to do not count."""
    papers: Collection[str] = answers
    if expected.places or expected.numbers:
        papers = _referred(expected, before) & answers.keys()
    marked = [(paper, span) for paper in papers for span in answers[paper]]
    shown = [quote for earlier in before for quote in quotes.of(earlier)]
    remaining = [(paper, span) for paper, span in marked if not quotes.hit(shown, {paper: [span]})]
    return not marked or any(quotes.hit(quotes.of(turn), {paper: [span]}) for paper, span in remaining or marked)


def _repeats(expected: Expectation, turn: TurnOutcome, before: Sequence[TurnOutcome]) -> bool:
    """Whether something is shown again, or papers are cited without a word of theirs where a new one is asked for."""
    if expected.fresh == "papers":
        return not turn.cited.isdisjoint(_shown(before))
    nothing_new = bool(turn.cited) and not _quotes(turn)
    return nothing_new or any(not _quotes(turn).isdisjoint(_quotes(earlier)) for earlier in before)


def _quotes(turn: TurnOutcome) -> frozenset[str]:
    return frozenset(finding.quote for finding in _findings(turn) if finding.quote)


def _findings(turn: TurnOutcome) -> list[FindingOutcome]:
    return [finding for claim in turn.claims for finding in claim.findings]


def _shown(before: Sequence[TurnOutcome]) -> frozenset[str]:
    return frozenset(id for turn in before for id in turn.cited)


def _in_order(turn: TurnOutcome) -> list[str]:
    """Return the papers of an answer as they are first cited."""
    return list(dict.fromkeys(finding.paper for finding in _findings(turn) if finding.paper))


def _names_language(turn: TurnOutcome, language: str) -> bool:
    return any(_says(note, language) for note in turn.notes)
