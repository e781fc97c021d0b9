"""A follow-up and what was said before -> a question that stands alone, written by the model."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace

from assistant.answering import prompts
from assistant.answering.conversation import patterns
from assistant.answering.conversation.turns import Reading, Turn
from assistant.answering.evidence_prompt import neutralise
from assistant.domain.errors import ModelError
from assistant.domain.records import Paper
from assistant.domain.sanitize import one_line
from assistant.models.base import ChatModel, Message
from assistant.verification.verifier import FAILING

_LONGEST = 600  # characters of a rewritten question; what is longer is no question


def rewrite(
    model: ChatModel, question: str, ruled: Reading, told: Sequence[Turn], numbered: Mapping[int, Paper]
) -> Reading:
    """Return how a question is to be read that by rule is read as `ruled`, which also stands where the model fails.

    `told` are the turns that the model gets to see.
    """
    numbers = {paper.id: number for number, paper in numbered.items()}
    try:
        reply = model.reply([Message("user", _prompt(question, told, numbers))])
    except ModelError as error:
        return replace(ruled, note=f"the follow-up was completed by rule, for the model failed to: {error}")
    text = one_line(reply.text).strip("\"'“” ")
    tokens = (reply.input_tokens, reply.output_tokens)
    if not text or len(text) > _LONGEST or reply.cut:
        return replace(
            ruled, note="the follow-up was completed by rule, for the model wrote no question", tokens=tokens
        )
    if text.casefold().rstrip("?. ") == one_line(question).casefold().rstrip("?. ") and not patterns.NUMBER.search(
        question
    ):
        return Reading(question, tokens=tokens)  # the rule was wrong: it stands alone
    return Reading(text, "model", ruled.papers, ruled.named, note=ruled.note, tokens=tokens)


def described(turn: Turn, numbers: Mapping[str, int]) -> str:
    """Return what the model is told of one turn: question, the claims that passed, and the titles of what was cited."""
    answer = " ".join(claim.text for claim in turn.answer.claims if claim.verdict not in FAILING) or "None was found."
    cited = "\n".join(f"Cited [{numbers[paper.id]}]: {neutralise(paper.title)}" for paper in turn.cited)
    return f"Question: {neutralise(turn.reading.text)}\nAnswer: {neutralise(answer)}\n{cited}".strip()


def _prompt(question: str, turns: Sequence[Turn], numbers: Mapping[str, int]) -> str:
    history = "\n\n".join(described(turn, numbers) for turn in turns)
    # Nobody who wrote a title or an abstract can know this line.
    fence = "=== " + hashlib.sha256(f"{question}\0{history}".encode("utf-8", "replace")).hexdigest()[:16] + " ==="
    return prompts.load("condense.v1").fill(history=history, question=neutralise(question), fence=fence)
