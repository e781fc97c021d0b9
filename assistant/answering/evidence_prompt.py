"""A question and its evidence -> the prompt for a model: within a budget, and with strangers' words as data only."""

import hashlib
import re
from collections.abc import Sequence

from assistant.answering.prompts import Prompt
from assistant.domain.records import Evidence
from assistant.domain.sanitize import one_line
from assistant.models.base import Message

_LONGEST = 4_000  # characters of one abstract; the longest of 614 real ones has 1,919
_BUDGET = 24_000  # characters of evidence, about 6,000 tokens: what small local models still read whole
# What chat templates treat as their own marks, and brackets that would read as a citation key.
_CONTROL = re.compile(
    r"<[|｜][^<>]{0,40}[|｜]>|</?(?:s|think|tool_call)>|<(?:start|end)_of_turn>|<</?SYS>>"
    r"|\[/?(?:INST|SYSTEM_PROMPT|TOOL_CALLS|TOOL_RESULTS|AVAILABLE_TOOLS)\]|\[(?=P[0-9a-f]{4})",
    re.IGNORECASE,
)


def render_prompt(prompt: Prompt, question: str, evidence: Sequence[Evidence]) -> list[Message]:
    """Return the messages of the prompt with the evidence between fences and its keys listed."""
    papers = "\n\n".join(
        f"[{item.key}] {neutralise(item.paper.title)}"
        + (f" ({item.paper.shown_day})" if item.paper.date else "")
        + f"\n{neutralise(_cut(item.paper.abstract))}"
        for item in evidence
    )
    keys = [item.key for item in evidence]
    return prompt.messages(
        evidence=papers,
        question=neutralise(question),
        keys=", ".join(keys),
        fence=fence(question, papers),
        example=keys[0],
    )


def fence(question: str, data: str) -> str:
    """Return the line between which a prompt puts strangers' words: nobody who wrote `data` can know it beforehand."""
    digest = hashlib.sha256(f"{question}\0{data}".encode("utf-8", "replace")).hexdigest()
    return f"=== {digest[:16]} ==="


def neutralise(text: str) -> str:
    """Return text that cannot pass for a mark of ours or of a chat template."""
    return _CONTROL.sub(lambda match: match[0].replace("[", "(").replace("<", "(").replace("]", ")"), one_line(text))


def select_within_budget(evidence: Sequence[Evidence]) -> tuple[Evidence, ...]:
    """Return the papers, best first, whose abstracts fit the budget together; always at least one."""
    spent = 0
    selection: list[Evidence] = []
    for item in evidence:
        size = len(item.paper.title) + len(_cut(item.paper.abstract))
        if not selection or spent + size <= _BUDGET:
            spent += size
            selection.append(item)
    return tuple(selection)


def _cut(abstract: str) -> str:
    """Return an abstract, or the beginning of a text too long to be one."""
    return abstract if len(abstract) <= _LONGEST else f"{abstract[:_LONGEST]} …"
