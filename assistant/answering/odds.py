"""The tokens of a reply and their alternatives -> how likely each of the answers was that it was to choose from."""

from collections.abc import Mapping, Sequence

from assistant.models.base import Reply


def shares(reply: Reply, answers: Sequence[str]) -> list[dict[str, float]]:
    """Return, for each token of a reply that begins one of the answers, how likely each of them was in its place, of
    these answers alone; empty where the endpoint does not tell.

    >>> likely = {"Yes": 0.375, "No": 0.125, "Well": 0.5}
    >>> shares(Reply("Yes.", "m", alternatives=(("Yes", likely), (".", {".": 1.0}))), ("yes", "no"))
    [{'yes': 0.75, 'no': 0.25}]
    """
    return [odds for token, others in reply.alternatives if (odds := _shares(token, others, answers))]


def _shares(token: str, others: Mapping[str, float], answers: Sequence[str]) -> dict[str, float]:
    """Return how likely each answer was where this token stands; empty for a token that begins none."""
    if not _begun(token, answers):
        return {}
    likely = dict.fromkeys(answers, 0.0)
    for other, probability in others.items():
        if answer := _begun(other, answers):
            likely[answer] += probability
    total = sum(likely.values())
    return {answer: probability / total for answer, probability in likely.items()} if total else {}


def _begun(token: str, answers: Sequence[str]) -> str:
    """Return the answer that a token is, or begins; "" for another token."""
    letters = token.strip(' "').casefold()
    return next((answer for answer in answers if letters and answer.startswith(letters)), "")
