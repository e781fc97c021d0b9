"""Texts longer than what is read of them -> refused, by how long they are."""

import io
import json
from datetime import date

import pytest
from support.libraries import HashedWords

from assistant import ingest
from assistant.domain.errors import UsageError
from assistant.domain.limits import ABSTRACT_LIMIT, CLAIM_LIMIT, QUESTION_LIMIT, TEXT_LIMIT, require_question
from assistant.domain.records import Entry
from assistant.library import bm25
from assistant.retrieval.finder import PaperIndex
from assistant.verification import references, verifier
from assistant.verification.claims import CitationMark, Statement
from assistant.verification.support import SupportScorer
from assistant.verification.verifier import VerificationContext

TITLE = "On the Growth of Texts"


@pytest.mark.parametrize("form", ["jsonl", "csv", "page"])
def test_an_abstract_over_the_limit_is_refused_by_its_length(form: str) -> None:
    at, over = "a " * (ABSTRACT_LIMIT // 2 - 1) + "ab", "a " * (ABSTRACT_LIMIT // 2) + "b"
    texts = {
        "jsonl": lambda text: json.dumps({"title": TITLE, "abstract": text}),
        "csv": lambda text: f"title,abstract\n{TITLE},{text}",
        "page": lambda text: f"Daily Papers\n\n{TITLE}\n\n{text}\n\n4 authors · May 3\n",
    }
    fault = f"abstract is {ABSTRACT_LIMIT + 1:,} characters long; the limit is {ABSTRACT_LIMIT:,}"
    [row], [rejection] = (
        ingest.read(["-"], None, date(2026, 1, 1), io.BytesIO(texts[form](text).encode())) for text in (at, over)
    )
    assert isinstance(row, Entry)
    assert fault in str(rejection)


def test_other_texts_over_their_limits_are_refused_by_their_length() -> None:
    with pytest.raises(UsageError, match=r"the question is 10,001 characters long; the limit is 10,000"):
        require_question("a" * (QUESTION_LIMIT + 1))
    with pytest.raises(UsageError, match=r"the text is 1,000,001 characters long; the limit is 1,000,000"):
        references.split("a" * (TEXT_LIMIT + 1), PaperIndex([]))
    statement = Statement("a" * (CLAIM_LIMIT + 1), (CitationMark("P1a2b", wellformed=True),))
    scorer = SupportScorer.fitted(bm25.build_index([(TITLE, "We measure moss.")], None), HashedWords())
    [claim] = verifier.verify_statements([statement], VerificationContext("", {}, scorer), HashedWords())
    reason = "the sentence is 20,001 characters long; the limit is 20,000"
    assert (claim.verdict, claim.step, claim.reason) == ("unsupported", "length", reason)
