"""A later turn of a dialogue and what was shown before it -> whether its answer does what it should."""

import re
from collections.abc import Sequence

from assistant.evaluation.expectations import Expectation
from assistant.evaluation.marked_sentences import MarkedSentences
from assistant.evaluation.outcomes import FindingOutcome, TurnOutcome

Groups = Sequence[frozenset[str]]


def right(expected: Expectation, groups: Groups, turn: TurnOutcome, before: Sequence[TurnOutcome]) -> bool:
    """Return whether an answer meets all that is expected of it.

    `groups` are sets of interchangeable ids, of each of which one must be cited; `before` are the turns already shown.
    """
    if expected.language and _names_language(turn, expected.language):
        return True
    return (
        _papers(expected, groups, turn, before)
        and _sentences(expected, turn, before)
        and all(any(says(told(turn), words) for words in group) for group in expected.says)
        and not (expected.fresh and _repeats(expected, turn, before))
        and not (expected.cites_nothing and (turn.cited or turn.status in ("abstained", "failed")))
        and not (expected.abstains and turn.status != "abstained")
    )


def told(turn: TurnOutcome) -> str:
    """Return all that a turn tells a person: what it says itself, its claims and notes."""
    return "\n".join((turn.said, *(claim.text for claim in turn.claims), *turn.notes))


def says(text: str, words: str) -> bool:
    """Whether words stand in a text by themselves, in any case: "9" is not in "99" or "0.9"."""
    return bool(re.search(rf"(?<![\w.]){re.escape(words)}(?![\w]|\.\d)", text, re.IGNORECASE))


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
    enough = inside == len(turn.cited) if expected.strict else 2 * inside >= len(turn.cited)
    return enough and not turn.cited.isdisjoint(remaining)


def _referred(expected: Expectation, before: Sequence[TurnOutcome]) -> frozenset[str]:
    """Return the papers that places and numbers stand for; none where one of them stands for none."""
    latest = next((_in_order(turn) for turn in reversed(before) if turn.cited), [])
    numbered = list(dict.fromkeys(id for turn in before for id in _in_order(turn)))
    named = [(latest, place) for place in expected.places] + [(numbered, number) for number in expected.numbers]
    if not all(1 <= abs(place) <= len(papers) for papers, place in named):
        return frozenset()
    return frozenset(papers[place - 1 if place > 0 else place] for papers, place in named)


def _sentences(expected: Expectation, turn: TurnOutcome, before: Sequence[TurnOutcome]) -> bool:
    """Whether one of the marked sentences is quoted, one not shown yet where there is any; those of other papers than
    the ones referred to do not count."""
    marked = expected.answers
    if expected.places or expected.numbers:
        referred = _referred(expected, before)
        marked = tuple(sentences for sentences in marked if sentences.paper in referred)
    shown = [finding for earlier in before for finding in _findings(earlier)]
    marked = tuple(sentences for whole in marked for sentences in whole.apart())
    remaining = [sentences for sentences in marked if not _quoted(sentences, shown)]
    return not marked or any(_quoted(sentences, _findings(turn)) for sentences in remaining or marked)


def _quoted(sentences: MarkedSentences, findings: Sequence[FindingOutcome]) -> bool:
    return any(sentences.hold(finding.paper, finding.abstract, finding.place) for finding in findings)


def _repeats(expected: Expectation, turn: TurnOutcome, before: Sequence[TurnOutcome]) -> bool:
    if expected.fresh == "papers":
        return not turn.cited.isdisjoint(_shown(before))
    return any(not _quotes(turn).isdisjoint(_quotes(earlier)) for earlier in before)


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
    return any(says(note, language) for note in turn.notes)
