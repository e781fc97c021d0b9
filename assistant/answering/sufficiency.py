"""A question, its likeliest passages and a small model -> whether it reads the answer there, before it writes one.

Small models answer from whatever they are shown; asked in one word whether the answer stands there, they tell questions
that the library answers from near misses better than any similarity does. How sure of a "yes" it has to be is in
sufficiency.json; `python -m bench.sufficiency` fits it on the dev half of evals/daily_papers.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.answering import odds, prompts
from assistant.answering.evidence_prompt import fence, neutralise
from assistant.answering.passages import Passage
from assistant.domain import calibration
from assistant.models.base import ChatModel, Message, OddsModel, Reply

FILE = Path(__file__).with_name("sufficiency.json")
PROMPT = "sufficient.v1"
PASSAGES = 3
"""So many passages are shown, each of another paper."""
_ANSWERS = ("yes", "no")
_LIKELIEST_TOKENS = 8  # in the place of each that is written; both answers are among them
_NO = re.compile(r"\W*(?:no|nein|non|não|nee|nej)\b", re.IGNORECASE)  # some answer in the language of the question


@dataclass(frozen=True, slots=True)
class Sufficiency:
    """What the model said."""

    is_stated: bool
    reply: Reply


def least() -> float:
    """Return how likely a "yes" has to be, of "yes" and "no"; raises `AssistantError`. One number serves all models:
    the fingerprint of a chat model is not known."""
    return calibration.load(FILE, {}).number("least")


def judge(model: ChatModel, question: str, passages: Sequence[Passage]) -> Sufficiency:
    """Return whether a model reads the answer in the first few passages, which are sorted best first: whether "yes" is
    likely enough, or, where the endpoint does not tell, whether it says anything but "no". Raises `ModelError`."""
    shown = "\n".join(f"- {neutralise(item.item.paper.title)}. {neutralise(item.text)}" for item in passages[:PASSAGES])
    text = prompts.load(PROMPT).fill(passages=shown, question=neutralise(question), fence=fence(question, shown))
    asked = model.with_alternatives(_LIKELIEST_TOKENS) if isinstance(model, OddsModel) else model
    reply = asked.reply([Message("user", text)])
    likely = odds.shares(reply, _ANSWERS)
    stated = likely[0]["yes"] >= least() if likely else not _NO.match(reply.text)
    return Sufficiency(stated, reply)
