"""A claim and a paper with its full text -> the passages of it in which the claim may stand, beside the abstract."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from assistant.library.abstracts import Abstract
from assistant.retrieval import idf
from assistant.verification import facts, quotes
from assistant.verification.claims import Statement

_LEAST_SHARE = 0.25
"""Of the weight of a claim's words: a passage with less of them, that has a number of the claim, speaks of something
else."""


def opened(abstract: Abstract, statement: Statement, vector: NDArray[np.float32]) -> Abstract:
    """Return the paper with the passages of its full text that count for a statement, whose unit vector is `vector`:
    those nearest to it, those that have its quotes word for word, and for each of its facts that these lack the one
    that says it with most of the statement's words."""
    body = abstract.body
    if body is None:
        return abstract
    weights = idf.term_weights(statement.text, abstract.words)
    said = [text for text in (statement.text, *(mark.quote for mark in statement.citations)) if text]
    verbatim = [n for n, passage in enumerate(body.passages) if any(quotes.occurs(text, passage.text) for text in said)]
    nearest = abstract.toward(vector, weights).with_passages(verbatim)
    missing = facts.missing_facts(statement.text, [abstract.paper.title, nearest.text])
    shares = [idf.coverage(weights, terms) for terms in body.terms]
    return nearest.with_passages(_with_facts(abstract, (*missing.numbers, *missing.names), shares))


def _with_facts(abstract: Abstract, missing: Sequence[str], shares: Sequence[float]) -> Iterator[int]:
    """Yield for each fact the number of the passage that has it and most of the words, where one has enough of them."""
    passages = abstract.body.passages if abstract.body else ()
    for fact in missing:
        having = [n for n, passage in enumerate(passages) if fact in passage.text and shares[n] >= _LEAST_SHARE]
        if having:
            yield max(having, key=lambda n: shares[n])
