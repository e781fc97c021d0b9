"""Stated claims and the evidence shown -> verdicts, by a cascade of checks, the cheapest first.

citation -> key known -> quote verbatim -> numbers and names present -> support above a floor -> no other paper of the
evidence supports the claim clearly better. What passes has its evidence located; that is not proof.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant import facts, support
from assistant.abstracts import Abstract
from assistant.claims import Cited, Stated
from assistant.embedding.ports import Embedder
from assistant.library.lexical import Lexical
from assistant.records import Claim, Evidence, Finding, Verdict
from assistant.support import Support

FAILING: frozenset[Verdict] = frozenset({"unsupported", "misattributed", "uncited"})
"""Verdicts that no claim may have under --strict."""

SUPPORTED = 0.5
"""Least score of a supported claim."""
WEAK = 0.2
"""Least score of a weakly supported claim; below, it is unsupported."""
MARGIN = 0.3
"""How much better another paper of the evidence must support a claim to make its citation a misattribution."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What a claim may rest on: the question, the evidence of this question, and its abstracts."""

    question: str
    abstracts: Mapping[str, Abstract]
    """By key."""
    words: Lexical


def shown(question: str, evidence: Sequence[Evidence], held: Mapping[str, Abstract], words: Lexical) -> Shown:
    """Put together what the claims of one answer are checked against; `held` is by paper id."""
    return Shown(question, {item.key: held[item.paper.id] for item in evidence}, words)


def verify(stated: Sequence[Stated], against: Shown, embedder: Embedder) -> tuple[Claim, ...]:
    """Return the claims with their verdicts, in the order stated."""
    if not stated:
        return ()
    vectors = embedder.embed([claim.text for claim in stated])
    return tuple(judge(claim, vector, against) for claim, vector in zip(stated, vectors, strict=True))


def judge(claim: Stated, vector: NDArray[np.float32], against: Shown) -> Claim:
    """Return one claim, whose unit vector is `vector`, with its verdict."""
    if not claim.cited:
        return Claim(claim.text, "uncited", "citation", reason="cites no paper")
    scores = {key: support.measure(claim.text, vector, held, against.words) for key, held in against.abstracts.items()}
    texts = [against.question, *(_text(against.abstracts[c.key]) for c in claim.cited if c.key in against.abstracts)]
    absent = facts.missing(claim.text, texts)
    findings = tuple(_finding(cited, claim, scores, absent, against) for cited in claim.cited)
    # One wrong citation fails the claim; otherwise its best one speaks for it.
    failing = [finding for finding in findings if finding.verdict in FAILING]
    deciding = failing[0] if failing else max(findings, key=lambda finding: finding.score)
    return Claim(claim.text, deciding.verdict, deciding.step, findings, deciding.reason)


def _finding(
    cited: Cited, claim: Stated, scores: Mapping[str, Support], absent: Sequence[str], against: Shown
) -> Finding:
    if not cited.wellformed:
        return Finding(None, cited.key, "unsupported", "key", reason=f"no paper is named “{cited.key}”")
    if cited.key not in against.abstracts:
        return Finding(None, cited.key, "unsupported", "key", reason=f"“{cited.key}” names no paper of the evidence")
    held, found = against.abstracts[cited.key], scores[cited.key]
    quote = held.sentences[found.sentence] if found.sentence >= 0 else ""

    def finding(verdict: Verdict, step: str, reason: str = "") -> Finding:
        return Finding(held.paper, cited.key, verdict, step, quote, round(found.score, 4), reason)  # type: ignore[arg-type]

    if cited.quote and not occurs(cited.quote, _text(held)):
        return finding("unsupported", "quote", f"the abstract does not say “{cited.quote}”")
    if absent:
        return finding("unsupported", "facts", f"not in the cited abstract: {', '.join(absent)}")
    others = [(other.score, key) for key, other in scores.items() if key not in {c.key for c in claim.cited}]
    better, rival = max(others, default=(0.0, ""))
    if better - found.score > MARGIN:
        title = against.abstracts[rival].paper.title
        return finding("misattributed", "contrast", f"“{title}” supports it clearly better")
    if found.score < WEAK:
        return finding("unsupported", "support", "the cited abstract does not say so")
    if found.score < SUPPORTED:
        return finding("weak", "support", "the cited abstract says something near it")
    if cited.quote:
        return finding("supported", "quote")
    return finding("supported", "support")


def occurs(quote: str, text: str) -> bool:
    """Whether the words of `quote` stand in `text` as they are, but for case, spacing and kinds of quotation marks."""
    return bool(normal(quote)) and normal(quote) in normal(text)


def normal(text: str) -> str:
    """Return text as compared: NFKC, straight quotes and hyphens, single spaces, no case, no closing punctuation."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    plain = re.sub("[‘’`´]", "'", re.sub("[“”„«»]|''", '"', re.sub("[‐‑‒–—−]", "-", plain)))
    return " ".join(plain.split()).strip(" .,;:!?\"'…")


def _text(held: Abstract) -> str:
    return f"{held.paper.title}\n{held.paper.abstract}"
