"""A question and its evidence -> what a model is told: within a budget, and with strangers' words as data only."""

import hashlib
import re
from collections.abc import Sequence

from assistant.answering.prompts import Prompt
from assistant.domain.records import Evidence
from assistant.domain.sanitize import one_line

_LONGEST = 4_000  # characters of one abstract; the longest of 614 real ones has 1,919
_BUDGET = 24_000  # characters of evidence, about 6,000 tokens: what small local models still read whole
# What chat templates treat as their own marks, and brackets that would read as a citation key.
_CONTROL = re.compile(
    r"<[|｜][^<>]{0,40}[|｜]>|</?(?:s|think|tool_call)>|<(?:start|end)_of_turn>|<</?SYS>>"
    r"|\[/?(?:INST|SYSTEM_PROMPT|TOOL_CALLS|TOOL_RESULTS|AVAILABLE_TOOLS)\]|\[(?=P[0-9a-f]{4})",
    re.IGNORECASE,
)


def render_prompt(prompt: Prompt, question: str, found: Sequence[Evidence]) -> str:
    """Return the prompt with the evidence between fences and its keys listed."""
    listed = "\n\n".join(
        f"[{item.key}] {neutralise(item.paper.title)}"
        + (f" ({item.paper.shown_day})" if item.paper.date else "")
        + f"\n{neutralise(_cut(item.paper.abstract))}"
        for item in found
    )
    # Nobody who wrote an abstract can know this line.
    fence = "=== " + hashlib.sha256(f"{question}\0{listed}".encode("utf-8", "replace")).hexdigest()[:16] + " ==="
    keys = [item.key for item in found]
    return prompt.fill(
        evidence=listed, question=neutralise(question), keys=", ".join(keys), fence=fence, example=keys[0]
    )


def neutralise(text: str) -> str:
    """Return text that cannot pass for a mark of ours or of a chat template."""
    return _CONTROL.sub(lambda match: match[0].replace("[", "(").replace("<", "(").replace("]", ")"), one_line(text))


def select_within_budget(found: Sequence[Evidence]) -> tuple[Evidence, ...]:
    """Return the papers, best first, whose abstracts fit the budget together; always at least one."""
    spent = 0
    kept: list[Evidence] = []
    for item in found:
        size = len(item.paper.title) + len(_cut(item.paper.abstract))
        if not kept or spent + size <= _BUDGET:
            spent += size
            kept.append(item)
    return tuple(kept)


def _cut(abstract: str) -> str:
    """Return an abstract, or the beginning of what is none."""
    return abstract if len(abstract) <= _LONGEST else f"{abstract[:_LONGEST]} …"
