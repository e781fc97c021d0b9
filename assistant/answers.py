"""A question -> an answer: evidence gathered, a reply or quotes, every claim verified, failing ones sent back once."""

import hashlib
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from assistant import abstracts, claims, evidence, extraction, prompts, verification
from assistant.embedding.ports import Embedder
from assistant.errors import ModelError
from assistant.library.reader import Library
from assistant.model import ChatModel, Message, Reply
from assistant.prompts import Prompt
from assistant.records import Answer, Claim, Evidence, Seconds
from assistant.verification import FAILING, Shown

ABSTENTION = "The library does not hold the answer."

_BUDGET = 24_000  # characters of evidence, about 6,000 tokens: what small local models still read whole
# What chat templates treat as their own marks, and brackets that would read as a citation key.
_CONTROL = re.compile(r"<\|[^|>]{0,40}\|>|\[/?INST\]|<</?SYS>>|\[(?=P[0-9a-f]{4})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Asking:
    """What questions are asked of, and with what; one for a whole session."""

    library: Library
    embedder: Embedder
    model: ChatModel | None = None
    """None for the extractive answerer."""
    limit: int = 8
    """How many papers at most are evidence."""
    allowed: frozenset[str] | None = None
    """Ids of the papers that a filter admits; None for all."""
    hear: Callable[[str], None] | None = None
    """Gets the reply's pieces as they arrive."""


def ask(asking: Asking, question: str) -> Answer:
    """Answer one question. Raises `ModelError` where the model fails."""
    began = time.perf_counter()
    asking.library.refresh()
    vector = asking.embedder.embed([question])[0]
    found = evidence.nearest(asking.library, vector, question, asking.limit, asking.allowed)
    if asking.model is not None:
        found = _within_budget(found)
    held = abstracts.read(asking.library, [item.paper for item in found])
    shown = verification.shown(question, found, held, asking.library.words)
    retrieved = time.perf_counter() - began
    if asking.model is None or not found:
        stated = extraction.extract(question, vector, found, held, asking.library.words)
        answer = Answer(question, "answered" if stated else "abstained", (), found)
    else:
        answer, stated = Answer(question, "answered", (), found), ()
    if asking.model is not None and found:
        answer = _written(asking, asking.model, answer, shown)
    else:
        checked = time.perf_counter()
        verdicts = verification.verify(stated, shown, asking.embedder)
        answer = replace(answer, claims=verdicts, seconds=Seconds(verify=time.perf_counter() - checked))
    total = time.perf_counter() - began
    return replace(answer, seconds=replace(answer.seconds, retrieve=retrieved, total=total))


def _written(asking: Asking, model: ChatModel, answer: Answer, shown: Shown) -> Answer:
    """Have the model write, check what it wrote, and send failing claims back once."""
    prompt = prompts.load("answer.v1")
    messages = [Message("user", _filled(prompt, answer.question, answer.evidence))]
    began = time.perf_counter()
    reply = model.reply(messages, asking.hear)
    generated = time.perf_counter() - began
    began = time.perf_counter()
    checked, notes = _checked(reply, prompt, shown, asking.embedder)
    verified = time.perf_counter() - began
    tokens = (reply.input_tokens, reply.output_tokens)
    if any(claim.verdict in FAILING for claim in checked):
        began = time.perf_counter()
        try:
            revised = model.reply([*messages, Message("assistant", reply.text), _findings(checked, shown)], asking.hear)
        except ModelError as error:
            notes.append(f"failing claims were sent back, and the model failed: {error}")
        else:
            generated += time.perf_counter() - began
            tokens = _sum(tokens, (revised.input_tokens, revised.output_tokens))
            checked, notes = _better((checked, notes), _checked(revised, prompt, shown, asking.embedder))
    return replace(
        answer,
        status="answered" if checked else "abstained",
        claims=checked,
        model=reply.model,
        notes=tuple(notes),
        prompt=(prompt.name, prompt.sha256),
        tokens=tokens,
        seconds=Seconds(generate=generated, verify=verified),
    )


def _checked(reply: Reply, prompt: Prompt, shown: Shown, embedder: Embedder) -> tuple[tuple[Claim, ...], list[str]]:
    abstained = verification.normal(prompt.abstain)
    stated = [claim for claim in claims.split(reply.text) if verification.normal(claim.text) != abstained]
    notes = ["the model's reply was cut off at its length limit"] if reply.cut else []
    bad = [cited.key for claim in stated for cited in claim.cited if cited.key not in shown.abstracts]
    if bad:
        notes.append(f"citations of no paper of the evidence: {', '.join(dict.fromkeys(bad))}")
    return verification.verify(stated, shown, embedder), notes


def _better(
    first: tuple[tuple[Claim, ...], list[str]], second: tuple[tuple[Claim, ...], list[str]]
) -> tuple[tuple[Claim, ...], list[str]]:
    """Return the revision, unless more of its claims fail."""

    def failing(checked: Sequence[Claim]) -> int:
        return sum(claim.verdict in FAILING for claim in checked)

    if failing(second[0]) > failing(first[0]):
        return first[0], [*first[1], "failing claims were sent back once; the revision was worse and is not shown"]
    return second[0], [*second[1], f"{failing(first[0])} failing claims were sent back once; this is the revision"]


def _findings(checked: Sequence[Claim], shown: Shown) -> Message:
    told = "\n".join(
        f"- {claim.text}\n  {claim.verdict}: {claim.reason}" for claim in checked if claim.verdict in FAILING
    )
    prompt = prompts.load("revise.v1")
    return Message("user", prompt.fill(findings=told, keys=", ".join(shown.abstracts)))


def _filled(prompt: Prompt, question: str, found: Sequence[Evidence]) -> str:
    listed = "\n\n".join(
        f"[{item.key}] {_data(item.paper.title)}"
        + (f" ({item.paper.date.isoformat()})" if item.paper.date else "")
        + f"\n{_data(item.paper.abstract)}"
        for item in found
    )
    # Nobody who wrote an abstract can know this line.
    fence = "=== " + hashlib.sha256(f"{question}\0{listed}".encode("utf-8", "replace")).hexdigest()[:16] + " ==="
    keys = [item.key for item in found]
    return prompt.fill(evidence=listed, question=_data(question), keys=", ".join(keys), fence=fence, example=keys[0])


def _data(text: str) -> str:
    """Return text that cannot pass for a mark of ours or of a chat template."""
    from assistant.terminal import line

    return _CONTROL.sub(lambda match: match[0].replace("[", "(").replace("<", "(").replace("]", ")"), line(text))


def _within_budget(found: Sequence[Evidence]) -> tuple[Evidence, ...]:
    """Return the best papers whose abstracts fit the budget together; always at least one."""
    spent = 0
    kept: list[Evidence] = []
    for item in found:
        spent += len(item.paper.title) + len(item.paper.abstract)
        if kept and spent > _BUDGET:
            break
        kept.append(item)
    return tuple(kept)


def _sum(first: tuple[int | None, int | None], second: tuple[int | None, int | None]) -> tuple[int | None, int | None]:
    pairs = [None if a is None and b is None else (a or 0) + (b or 0) for a, b in zip(first, second, strict=True)]
    return pairs[0], pairs[1]
