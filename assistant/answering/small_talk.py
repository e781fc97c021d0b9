"""Small talk -> a word in return, which says what can be asked."""

from collections.abc import Mapping

from assistant.answering.answerer import Draft, Request, Response
from assistant.retrieval.small_talk import SmallTalk

_ASK = (
    "Ask about the papers of the library: what they say (“How can reward hacking be mitigated?”), which there are "
    "(“Which papers study grokking?”, “papers since 2024”), or what is known of them (“When was [1] published?”)."
)
_WORDS: Mapping[SmallTalk, str] = {
    "thanks": "You are welcome.",
    "assent": "Good. Ask on when you like.",
    "greeting": f"Hello. {_ASK}",
    "farewell": "Goodbye.",
    "help": f"This assistant answers from a library of papers, and cites them. {_ASK}",
}


def respond(request: Request) -> Response:
    """Return a word in return; no paper is searched for."""
    talk = request.form.small_talk
    return Response(Draft(text=_WORDS[talk] if talk else _ASK))
