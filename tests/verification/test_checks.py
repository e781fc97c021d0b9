"""The cascade: what each row of it decides, in which order, and how another row is added."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from support.claims import CLAIMS, PAPERS, check, make, opened, statement
from support.libraries import HashedWords

from assistant.domain.errors import AssistantError
from assistant.domain.records import Evidence, Finding
from assistant.library import abstracts
from assistant.verification import documents, verifier
from assistant.verification.checks import CHECKS, Check, CitedEvidence
from assistant.verification.claims import CitationMark, Statement
from assistant.verification.documents import DocumentVerifier


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DocumentVerifier]:
    verifier_of_six = opened(make(tmp_path_factory.mktemp("checks") / "library"))
    yield verifier_of_six
    verifier_of_six.library.close()


def cited(claim: str, id: str, quote: str = "") -> Statement:
    return Statement(claim, (CitationMark(id, wellformed=True, quote=quote),))


FOUR = (
    "Salt water doubled cable wear, and small grains leave tails first, and glacier melt began weeks earlier, and "
    "lichen did not slow moss."
)
BESIDE = "Moss covered 42% of the QX-9 granite walls after three winters."
ROWS = {
    "key_names_a_paper": (
        cited(CLAIMS["moss"], "grass"),
        ("unsupported", "key", "", "no paper of the library is named “grass”"),
    ),
    "quote_is_verbatim": (
        cited(CLAIMS["moss"], "moss", "moss covered 43%"),
        ("unsupported", "quote", "Moss covered 42%", "the abstract does not say “moss covered 43%”"),
    ),
    "claim_is_verbatim": (
        cited("lichen did not slow the moss", "moss"),
        ("supported", "quote", "Lichen did not slow the moss.", ""),
    ),
    "numbers_occur": (
        cited(CLAIMS["moss"].replace("42", "47"), "moss"),
        ("unsupported", "facts", "Moss covered 42%", "not in the cited abstract: 47%"),
    ),
    "abstract_exists": (
        cited("Tides follow moons.", "silent"),
        ("unsupported", "support", "", "the cited paper has no abstract"),
    ),
    "polarity_agrees": (
        cited("Listeners could tell varnished violins from bare ones.", "violin"),
        (
            "unsupported",
            "facts",
            "Listeners could not tell",
            "the abstract says the same with the opposite sign: see its “not”",
        ),
    ),
    "part_is_supported": (
        statement(FOUR, "bridge", "comet", "glacier", "moss"),
        ("weak", "support", "Melt began", "holds a part of what is claimed"),
    ),
    "no_rival_is_better": (
        cited(CLAIMS["violin"], "glacier"),
        ("misattributed", "contrast", "", "“Varnish and the tone of violins” supports it clearly better"),
    ),
    "support_is_above_the_floor": (
        cited("Oceans freeze under starlight.", "moss"),
        ("unsupported", "support", "", "the cited abstract does not say so"),
    ),
    "names_occur": (cited(BESIDE, "moss"), ("weak", "facts", "Moss covered 42%", "not in the cited abstract: QX-9")),
    "quote_supports": (
        cited(CLAIMS["moss"], "moss", "after three winters"),
        ("supported", "quote", "Moss covered 42%", ""),
    ),
    "support_decides": (cited(CLAIMS["fern"], "fern"), ("supported", "support", "Ferns under blue light", "")),
}
"""Check -> a claim that it decides, with the verdict, step, beginning of the quote and reason that it gives."""


def test_every_check_has_its_claim() -> None:
    assert [check.find.__name__ for check in CHECKS] == list(ROWS)


@pytest.mark.parametrize("name", list(ROWS))
def test_each_check_decides_its_claim_and_none_before_it_does(document: DocumentVerifier, name: str) -> None:
    claim, (verdict, step, quote, reason) = ROWS[name]
    finding = next(documents.verify_claims(document, [claim])).findings[0]
    assert (finding.verdict, finding.step, finding.reason) == (verdict, step, reason)
    assert finding.quote.startswith(quote)
    place = list(ROWS).index(name)
    up_to_here = replace(document, checks=CHECKS[: place + 1])
    assert next(documents.verify_claims(up_to_here, [claim])).findings[0] == finding
    with pytest.raises(AssistantError, match="no check decides on this citation") as raised:
        next(documents.verify_claims(replace(document, checks=CHECKS[:place]), [claim]))
    assert raised.value.path == claim.citations[0].key


def hedges(claim: Statement, citation: CitationMark, evidence: CitedEvidence) -> Finding | None:
    """A toy: calls weak what is said to be so perhaps."""
    return evidence.finding("weak", "it is said with “perhaps”") if "perhaps" in claim.text.split() else None


def test_a_check_is_added_by_a_function_and_a_row(document: DocumentVerifier) -> None:
    with_hedges = replace(document, checks=(CHECKS[0], Check("hedge", hedges), *CHECKS[1:]))
    plain, hedged = CLAIMS["moss"], CLAIMS["moss"].replace("Moss", "Moss perhaps")
    assert check(with_hedges, plain, "moss") == check(document, plain, "moss")
    claim = check(with_hedges, hedged, "moss")
    assert (claim.verdict, claim.step, claim.reason) == ("weak", "hedge", "it is said with “perhaps”")
    assert claim.findings[0].quote == PAPERS["moss"][1].split(". ")[1] + "."
    assert claim.findings[0].score == check(document, hedged, "moss").findings[0].score
    # Its place in the tuple is its place in the cascade: behind the quotes, a verbatim quote decides before it.
    last = replace(document, checks=(*CHECKS[:-1], Check("hedge", hedges), CHECKS[-1]))
    assert check(last, hedged, "moss").step == "hedge"
    assert check(last, hedged.replace("42%", "43%"), "moss").step == "facts"


def test_the_claims_of_an_answer_are_checked_by_the_checks_of_their_context(document: DocumentVerifier) -> None:
    papers = document.library.papers(["moss"])
    evidence = [Evidence("P1a2b", paper, 1.0) for paper in papers]
    context = verifier.context(
        "?", evidence, abstracts.read(document.library, papers, document.embedder), document.scorer
    )
    context = replace(context, checks=(Check("hedge", hedges), *CHECKS))
    hedged = CLAIMS["moss"].replace("Moss", "Moss perhaps")
    claims = verifier.verify_statements([statement(hedged, "P1a2b")], context, HashedWords(256))
    assert [(claim.verdict, claim.step) for claim in claims] == [("weak", "hedge")]
