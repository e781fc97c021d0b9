"""A judged turn -> the kinds it is of: a metric says by them which turns it is about."""

from assistant.evaluation.cases import DIALOGUE
from assistant.evaluation.metrics.judged_turn import JudgedTurn


def always(judged: JudgedTurn) -> bool:
    """Whether it is a turn: all are."""
    return True


def answerable(judged: JudgedTurn) -> bool:
    """Whether it is a question asked alone that has an answer."""
    return judged.case.answerable and not in_conversation(judged) and judged.case.type != DIALOGUE


def unanswerable(judged: JudgedTurn) -> bool:
    """Whether a right answer is an abstention."""
    return not judged.case.answerable


def marked(judged: JudgedTurn) -> bool:
    """Whether the sentences that answer it are known."""
    return bool(judged.answers) and answerable(judged)


def complete(judged: JudgedTurn) -> bool:
    """Whether it asks for all papers of a kind, and there are some."""
    return judged.gold.complete and answerable(judged)


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
