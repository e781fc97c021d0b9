"""A judged turn -> whether a metric is asked of it, and the kinds of turns that it is counted with."""

from assistant.evaluation.metrics.judged_turn import JudgedTurn
from assistant.evaluation.suites import DIALOGUE


def always(judged: JudgedTurn) -> bool:
    """Whether it is a turn: all are."""
    return True


def answerable(judged: JudgedTurn) -> bool:
    """Whether it is a question asked alone that has an answer."""
    return judged.case.answerable and not in_conversation(judged) and judged.case.type != DIALOGUE


def unanswerable(judged: JudgedTurn) -> bool:
    """Whether a right answer is an abstention."""
    return not judged.case.answerable


def in_conversation(judged: JudgedTurn) -> bool:
    """Whether it is a turn of a conversation."""
    return judged.turn.retrieved_gold is not None


def expects(judged: JudgedTurn) -> bool:
    """Whether it is a later turn of a dialogue, whose answer is judged by what is expected of it."""
    return judged.expected is not None


def follows_up(judged: JudgedTurn) -> bool:
    """Whether it is a turn that goes on with the subject of those before."""
    return in_conversation(judged) and subject(judged) not in ("new", "switch")


def subject(judged: JudgedTurn) -> str:
    """Return what a turn does to the subject of its conversation: new, switch, stays, brings."""
    return "switch" if judged.gold.kind == "switch" else judged.gold.about


def kinds(judged: JudgedTurn) -> list[str]:
    """Return the kinds a turn of a conversation belongs to: what it does, and for a follow-up how it does it."""
    names = [subject(judged), *([judged.gold.kind] if follows_up(judged) else [])]
    return list(dict.fromkeys(names))
