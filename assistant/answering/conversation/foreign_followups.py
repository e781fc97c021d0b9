"""A question in another language than English and the turns before it -> how it is to be read: joined, or alone.

Of these languages only what is plain is read: words that announce a new subject, small words that go on ("und",
"auch"), pronouns. This is what a model's rewriting is compared with, no way of understanding them.
"""

import re
from collections.abc import Sequence

from assistant.answering.conversation import followups
from assistant.answering.conversation.followups import Terms
from assistant.answering.conversation.turns import Reading, Turn
from assistant.retrieval.languages import content_words

_FEW = 2  # content words; a question with no more leaves out what it is about
_ANNOUNCED = re.compile(
    r"""^\W*(?:(?:eine?\s+)?(?:andere|neue|weitere)s?\s+(?:frage|thema) | themenwechsel
    | (?:otra|nueva)\s+(?:cosa|pregunta) | (?:otro|nuevo)\s+tema | cambiando\s+de\s+tema
    | (?:une?\s+)?(?:autre|nouvelle)\s+(?:sujet|question|chose) | changement\s+de\s+sujet
    | (?:altra|nuova)\s+domanda | (?:outra|nova)\s+pergunta | (?:andere|nieuwe)\s+vraag)\b\W*""",
    re.IGNORECASE | re.VERBOSE,
)
_GOES_ON = re.compile(r"^\W*(?:und|aber|y|e|pero|et|mais|ed|ma|mas|en|maar|и|а)\b", re.IGNORECASE)
_PRONOUN = re.compile(
    r"""\b(?:davon|dazu|dabei|daran|damit|dafür|dagegen|sie|ihn|ihnen
    | auch|también|aussi|anche|também|ook
    | eso|esto|ello|ellos|ellas | cela|ça|ils|elles | ciò|loro | isso|isto|eles|elas)\b""",
    re.IGNORECASE | re.VERBOSE,
)


def read(question: str, turns: Sequence[Turn], terms: Terms) -> Reading:
    """Return the reading of a question after at least one turn: alone, or after the last one that stood alone."""
    if (announced := _ANNOUNCED.match(question)) and announced.end() < len(question):
        return Reading(question[announced.end() :])
    if _GOES_ON.match(question) or _PRONOUN.search(question) or len(content_words(question)) <= _FEW:
        return followups.continued(question, turns, terms)
    return Reading(question)
