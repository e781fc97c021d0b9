"""Pairs of a premise and a claim -> judgements by a chat model: several pairs in one request, or one to a request in
the form that fact-checking models were trained on."""

import copy
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from assistant.answering import evidence_prompt, odds, prompts
from assistant.answering.evidence_prompt import neutralise
from assistant.domain.limits import CLAIM_LIMIT
from assistant.models.base import ChatModel, Checker, Judgement, Message, Reply
from assistant.models.metering import TokenCount, Tokens

PROMPT, PROMPT_OF_ONE = "check.v1", "check_one.v1"
TOGETHER = 6
"""Pairs of one request, where a request takes longer than the words in it."""
_SURE = 0.5
"""How likely a "yes" or "contradicts" has to be, of the three answers, to count: more than the two others together."""
_LONGEST_PREMISE = 4_000  # characters; three sentences of each of several papers have fewer
_ANSWERS: Mapping[str, Judgement] = {"yes": "yes", "no": "no", "contradicts": "contradicts"}
_WORDS = re.compile(r"yes|no(?!t\s+(?:sure|clear)|\w)|contradict(?:s|ed|ion)?", re.IGNORECASE)
_LINE = re.compile(
    r"^[^\w\n]*(?:claim\s*|pair\s*)?(\d{1,3})\b[\s\"'.):\]*-]*(?:answer\W+)?(\w+)", re.IGNORECASE | re.MULTILINE
)
_FACT_CHECKERS = re.compile(r"minicheck", re.IGNORECASE)


def open_checker(model: ChatModel, together: int = TOGETHER) -> Checker:
    """Return what has this model judge claims, so many in one request, or one by one in the form that its name says it
    was trained on."""
    return FactChecker(model) if _FACT_CHECKERS.search(model.name) else ChatChecker(model, together)


def asking(checker: Checker, wrap: Callable[[ChatModel], ChatModel]) -> Checker:
    """Return a checker whose model, if it is a chat model, is asked by way of `wrap`; what it counts is counted on."""
    if not isinstance(checker, _ModelChecker):
        return checker
    other = copy.copy(checker)
    other.model = wrap(checker.model)
    return other


class _ModelChecker:
    """A chat model that is asked about claims, with the tokens that this costs."""

    def __init__(self, model: ChatModel) -> None:
        self.name = model.name
        self.model = model
        self._count = TokenCount()

    @property
    def tokens(self) -> Tokens:
        """Input and output tokens of what this thread asked."""
        return self._count.tokens

    def _reply(self, text: str, schema: Mapping[str, object] | None = None) -> Reply:
        """Return what the model replies to a text; raises `ModelError` where it gives no reply."""
        reply = self.model.reply([Message("user", text)], schema=schema)
        self._count.add(reply)
        return reply


class ChatChecker(_ModelChecker):
    """Asks any chat model about several pairs at once, and holds its reply to the three answers where it can be; or
    about one pair, for an answer of one word, the quickest that a model on a slow machine can write."""

    def __init__(self, model: ChatModel, together: int = TOGETHER) -> None:
        super().__init__(model)
        self._together = together

    def check(self, pairs: Sequence[tuple[str, str]]) -> Iterator[Judgement]:
        """Yield one judgement a pair, request by request; "unscored" where a reply has none of the three for it.

        Raises `ModelError` where the model gives no reply.
        """
        for start in range(0, len(pairs), self._together):
            batch = pairs[start : start + self._together]
            schema = reply_schema(len(batch)) if len(batch) > 1 else None
            reply = self._reply(render(batch), schema)
            yield from _weighed(read_reply(reply.text, len(batch)), reply)


class FactChecker(_ModelChecker):
    """Asks a model that was trained to check facts, such as Bespoke-MiniCheck, about one pair at a time."""

    def check(self, pairs: Sequence[tuple[str, str]]) -> Iterator[Judgement]:
        """Yield "yes" or "no" for each pair, by whether the document supports the claim; "unscored" for any other
        reply. Raises `ModelError` where the model gives none."""
        return (self._judgement(premise, claim) for premise, claim in pairs)

    def _judgement(self, premise: str, claim: str) -> Judgement:
        # The form of https://ollama.com/library/bespoke-minicheck, whose model was trained on it.
        text = f"Document: {_plain(premise, _LONGEST_PREMISE)}\nClaim: {_plain(claim, CLAIM_LIMIT)}"
        word = re.match(r"\W*(yes|no)\b", self._reply(text).text, re.IGNORECASE)
        return _ANSWERS[word[1].casefold()] if word else "unscored"


def render(pairs: Sequence[tuple[str, str]]) -> str:
    """Return the prompt about one pair, or about several, numbered from 1; fenced, for both sides are strangers'
    words."""
    items = [
        f"Passage: {_plain(premise, _LONGEST_PREMISE)}\nClaim: {_plain(claim, CLAIM_LIMIT)}" for premise, claim in pairs
    ]
    if len(items) == 1:
        return prompts.load(PROMPT_OF_ONE).fill(pair=items[0], fence=evidence_prompt.fence("", items[0]))
    text = "\n\n".join(f"{number}\n{item}" for number, item in enumerate(items, 1))
    return prompts.load(PROMPT).fill(pairs=text, fence=evidence_prompt.fence("", text), count=str(len(items)))


def reply_schema(count: int) -> Mapping[str, object]:
    """Return the JSON Schema of a reply about so many pairs: {"1": "yes", "2": "contradicts"}."""
    names = [str(number) for number in range(1, count + 1)]
    answer = {"type": "string", "enum": list(_ANSWERS)}
    return {
        "type": "object",
        "properties": dict.fromkeys(names, answer),
        "required": names,
        "additionalProperties": False,
    }


def read_reply(text: str, count: int) -> list[Judgement]:
    """Return the judgements in a reply about so many pairs, whether it is JSON or lines of plain text.

    >>> read_reply('{"1": "yes", "2": "perhaps"}', 2), read_reply("1. No.\\n2: Contradicts, for ...", 2)
    (['yes', 'unscored'], ['no', 'contradicts'])
    """
    answers = _from_json(text) or {int(number): word for number, word in _LINE.findall(text)}
    if not answers and count == 1:
        answers = {1: text}
    return [_judgement(answers.get(number, "")) for number in range(1, count + 1)]


def _weighed(judgements: list[Judgement], reply: Reply) -> list[Judgement]:
    """Return judgements without those that the model was not sure of, where the endpoint tells how likely each was."""
    likely = odds.shares(reply, tuple(_ANSWERS))
    likely = likely[:1] if len(judgements) == 1 else likely
    if len(likely) != len(judgements):
        return judgements
    return [
        judgement if judgement == "no" or shares.get(judgement, 0.0) >= _SURE else "unscored"
        for judgement, shares in zip(judgements, likely, strict=True)
    ]


def _from_json(text: str) -> dict[int, str]:
    """Return {number: answer} by the first object of JSON in a text; empty where it has none."""
    start, end = text.find("{"), text.rfind("}")
    try:
        document = json.loads(text[start : end + 1])
        return {int(number): str(answer) for number, answer in document.items()}
    except (ValueError, AttributeError, RecursionError):
        return {}


def _judgement(answer: str) -> Judgement:
    match = _WORDS.match(answer.strip(" \t\n\"'*`.:"))
    if not match:
        return "unscored"
    word = match[0].casefold()
    return "contradicts" if word.startswith("contradict") else _ANSWERS[word]


def _plain(text: str, most: int) -> str:
    """Return strangers' words on one line, without marks of a template, of at most so many characters."""
    return neutralise(text)[:most]
