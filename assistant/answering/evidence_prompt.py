"""Strangers' words -> the same words as data of a prompt: between fences, without what passes for a mark of ours."""

import hashlib
import re

from assistant.domain.sanitize import one_line

# What chat templates treat as their own marks, and brackets that would read as a citation key.
_CONTROL = re.compile(
    r"<[|｜][^<>]{0,40}[|｜]>|</?(?:s|think|tool_call)>|<(?:start|end)_of_turn>|<</?SYS>>"
    r"|\[/?(?:INST|SYSTEM_PROMPT|TOOL_CALLS|TOOL_RESULTS|AVAILABLE_TOOLS)\]|\[(?=P[0-9a-f]{4})",
    re.IGNORECASE,
)


def fence(question: str, data: str) -> str:
    """Return the line between which a prompt puts strangers' words: nobody who wrote `data` can know it beforehand."""
    digest = hashlib.sha256(f"{question}\0{data}".encode("utf-8", "replace")).hexdigest()
    return f"=== {digest[:16]} ==="


def neutralise(text: str) -> str:
    """Return text that cannot pass for a mark of ours or of a chat template."""
    return _CONTROL.sub(lambda match: match[0].replace("[", "(").replace("<", "(").replace("]", ")"), one_line(text))
