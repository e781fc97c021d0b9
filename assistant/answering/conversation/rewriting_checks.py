"""What a model made of a follow-up -> why the reading by rule is to be preferred; "" where it is not.

Where the rule finds that a question leaves something out, a model that adds nothing to it is not believed: small models
often say that such a question stands alone. The price is that a model which says so rightly is not believed either, so
a new subject that begins like a follow-up ("And can …?") is searched for together with the question before it. Of the
26 switches of subject in evals/daily_papers the rule takes one for a follow-up, whose paper is found all the same.
"""

from collections.abc import Sequence

from assistant.answering.conversation import patterns
from assistant.answering.conversation.turns import Reading, Turn
from assistant.retrieval.languages import content_words

_STEM = 5  # letters by which two words are taken for forms of one, in any language
_NEW_WORDS = 1  # that a rewriting may bring: "methods", "influence"
_QUESTION_MARKS = ("?", "？", "؟", ";")


def fault(text: str, question: str, rule: Reading, turns: Sequence[Turn], told: str) -> str:
    """Return what is wrong with the rewriting `text` of `question`, to which the `rule` gives another reading.

    `told` is all that the model was told of the conversation.
    """
    if question.rstrip().endswith(_QUESTION_MARKS) and not text.rstrip().endswith(_QUESTION_MARKS):
        return "answers rather than asks"
    rewritten, asked = _stems(text), _stems(question)
    known = asked | _stems(told)
    new = [word for word in _words(patterns.GENERIC.sub(" ", text)) if word[:_STEM] not in known]
    if len(new) > _NEW_WORDS:
        return f"brings words that nobody said: {', '.join(new[:3])}"
    own = asked - _stems(told)
    if own and not own & rewritten:
        return "leaves out what is asked"
    subject = _subject(question, rule, turns)
    if rule.how == "rule" and subject and not rewritten & subject:
        return "leaves out what the question is about"
    if rule.how == "rule" and not (rewritten & _stems(told)) - asked:
        return "adds nothing of what was said before"
    return ""


def _subject(question: str, rule: Reading, turns: Sequence[Turn]) -> frozenset[str]:
    """Return the stems of what a question goes on with: what the rule puts before it, and the titles that it means."""
    titles = {paper.id: paper.title for turn in turns for paper in turn.cited}
    words = " ".join((rule.text.removesuffix(question), *(titles.get(id, "") for id in rule.papers)))
    return _stems(patterns.GENERIC.sub(" ", words))


def _stems(text: str) -> frozenset[str]:
    return frozenset(word[:_STEM] for word in _words(text))


def _words(text: str) -> list[str]:
    """Return the words of a text that say something of a subject, in English or another language."""
    return content_words(patterns.FUNCTION.sub(" ", text))
