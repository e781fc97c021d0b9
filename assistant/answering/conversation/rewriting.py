"""A follow-up and what was said before -> a question that stands alone, written by the model.

The model reads as many of the latest turns as fit whole into a number of tokens.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from assistant.answering import evidence_prompt, prompts
from assistant.answering.conversation import foreign_followups, patterns, rewriting_checks
from assistant.answering.conversation.followups import Terms
from assistant.answering.conversation.turns import Intent, Reading, Turn
from assistant.answering.evidence_prompt import neutralise
from assistant.domain.errors import ModelError
from assistant.domain.records import Paper
from assistant.domain.sanitize import one_line
from assistant.models.base import ChatModel, Message
from assistant.retrieval import forms, languages
from assistant.verification.verifier import FAILING

CountTokens = Callable[[str], int]
"""Text -> the number of its tokens."""

HISTORY_TOKENS = 2_000
"""Tokens of a conversation that a model reads at most, unless a user sets another number; a turn takes 100 to 300."""
_LONGEST_QUESTION = 600  # characters; a longer reply is no question
_LONGEST_QUOTE = 200
_WHOLE_TERMS = 3  # index terms from which on a question that the rule takes for a whole one is not asked about
_LABEL = re.compile(r"\A\s*(?:rewritten|last question|question)\s*:\s*", re.IGNORECASE)
BY_RULE: frozenset[Intent] = frozenset({"others", "fact", "narrow", "cite"})
"""What no model has to complete: the rule says all of it."""


def by_rule(question: str, reading: Reading, turns: Sequence[Turn], terms: Terms) -> Reading | None:
    """Return the reading by rule of what a model is to rewrite; None for what it has not to.

    Every question after the first is rewritten, but for those of which the rule says all: `reading`, which it made of
    the question in English, is of an intent that needs no words, small talk, a fact, an announced new subject, or a
    question that stands alone, has as many words as one needs, and no pronoun.
    """
    if not turns or reading.intent in BY_RULE or reading.intent == "missing":
        return None
    if reading.how == "rule":
        return reading
    if languages.foreign(question):
        return foreign_followups.read(question, turns, terms)
    is_plain = reading.text == " ".join(question.split()) and forms.read(question).kind in ("prose", "list")
    is_short = len(set(terms(patterns.FUNCTION.sub(" ", question)))) < _WHOLE_TERMS
    return reading if is_plain and (is_short or patterns.PRONOUN.search(question)) else None


def rewrite(
    model: ChatModel, question: str, reading: Reading, history: Sequence[Turn], cited: Mapping[int, Paper]
) -> Reading:
    """Return the reading of a follow-up question by the model, which gets to see the turns of `history`.

    `reading` is the one by rule, which stands where the model fails, where its rewriting is at fault, and where it
    repeats a question that stands alone by rule as well; `cited` has the papers cited so far by number.
    """
    numbers = {paper.id: number for number, paper in cited.items()}
    try:
        reply = model.reply(messages(question, history, numbers))
    except ModelError as error:
        return _kept(reading, f"failed to complete it: {error}")
    text = one_line(_LABEL.sub("", reply.text)).strip("\"'“” ")
    reading = replace(reading, tokens=(reply.input_tokens, reply.output_tokens))
    if not text or len(text) > _LONGEST_QUESTION or reply.cut:
        return _kept(reading, "wrote no question")
    told = "\n".join(_describe(turn, numbers) for turn in history)
    if fault := rewriting_checks.fault(text, question, reading, history, told):
        return _kept(reading, f"wrote what {fault}: “{text[:_LONGEST_QUOTE]}”")
    if _plain(text) == _plain(question):
        return reading
    return replace(reading, text=text, how="model", other="")


def _kept(reading: Reading, why: str) -> Reading:
    """Return the reading by rule, with why the model's is not the one."""
    how = "completed by rule" if reading.how == "rule" else "left as it is"
    return replace(reading, note=f"the follow-up was {how}, for the model {why}")


def latest_turns(
    turns: Sequence[Turn], numbers: Mapping[str, int], count: CountTokens, limit: int = HISTORY_TOKENS
) -> tuple[Turn, ...]:
    """Return the latest turns that fit in `limit` tokens together; none where the last one alone is longer.

    `numbers` is {paper id: number in the conversation}.
    """
    spent = 0
    latest: list[Turn] = []
    for turn in reversed(turns):
        spent += turn_tokens(turn, numbers, count)
        if spent > limit:
            break
        latest.insert(0, turn)
    return tuple(latest)


def turn_tokens(turn: Turn, numbers: Mapping[str, int], count: CountTokens) -> int:
    """Return the tokens of what a model reads of one turn."""
    return count(_describe(turn, numbers))


def _describe(turn: Turn, numbers: Mapping[str, int]) -> str:
    """Return what a model reads of one turn: question, the claims that passed, and the titles of what was cited."""
    answer = " ".join(claim.text for claim in turn.answer.claims if claim.verdict not in FAILING) or "None was found."
    cited = "\n".join(f"Cited [{numbers[paper.id]}]: {neutralise(paper.title)}" for paper in turn.cited)
    return f"Question: {neutralise(turn.reading.text)}\nAnswer: {neutralise(answer)}\n{cited}".strip()


def messages(question: str, turns: Sequence[Turn], numbers: Mapping[str, int]) -> list[Message]:
    """Return what a model is sent that is to rewrite a question; `numbers` is {paper id: number}."""
    history = "\n\n".join(_describe(turn, numbers) for turn in turns)
    fence = evidence_prompt.fence(question, history)
    return prompts.load("condense.v2").messages(history=history, question=neutralise(question), fence=fence)


def _plain(question: str) -> str:
    """Return a question without what makes no difference to its meaning."""
    return one_line(question).casefold().rstrip("?. ")
