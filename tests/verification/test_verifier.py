"""Claims and the papers they cite -> verdicts: what each change to a right citation turns it into."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.claims import CLAIMS, PAPERS, check, check_all, make, opened
from support.libraries import HashedWords

from assistant.domain.records import Claim, Evidence
from assistant.library import abstracts
from assistant.retrieval.keys import citation_keys
from assistant.verification import quotes, verifier
from assistant.verification.claims import CitationMark, Statement
from assistant.verification.documents import DocumentVerifier

PAIR = "Moss covered 42% of granite walls after three winters, and salt water doubled the wear of bridge cables."


@pytest.fixture(scope="module")
def checking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DocumentVerifier]:
    made = opened(make(tmp_path_factory.mktemp("claims") / "library"))
    yield made
    made.library.close()


def how(claim: Claim) -> tuple[str, str]:
    return claim.verdict, claim.step


@pytest.mark.parametrize("id", list(CLAIMS))
def test_right_citations_in_other_words_are_located_and_never_more(checking: DocumentVerifier, id: str) -> None:
    claim = check(checking, CLAIMS[id], id)
    assert how(claim) == ("located", "support")
    assert claim.findings[0].quote in PAPERS[id][1]
    assert claim.findings[0].score > 0.9
    assert claim.reason == ""


def test_citations_shifted_by_one_all_fail(checking: DocumentVerifier) -> None:
    ids = list(CLAIMS)
    shifted = check_all(checking, [(CLAIMS[id], [ids[at - 1]]) for at, id in enumerate(ids)])
    assert {claim.verdict for claim in shifted} <= {"unsupported", "misattributed"}
    assert max(claim.findings[0].score for claim in shifted) < 0.1
    swapped = check(checking, CLAIMS["violin"], "glacier")
    assert how(swapped) == ("misattributed", "contrast")
    assert swapped.reason == "“Varnish and the tone of violins” supports it clearly better"


@pytest.mark.parametrize(
    ("id", "old", "new"),
    [("moss", "42%", "47%"), ("glacier", "1,200", "1,300"), ("glacier", "1995", "1996"), ("moss", "three", "4")],
)
def test_a_changed_number_fails(checking: DocumentVerifier, id: str, old: str, new: str) -> None:
    claim = check(checking, CLAIMS[id].replace(old, new), id)
    assert how(claim) == ("unsupported", "facts")
    assert claim.reason == f"not in the cited abstract: {new}"


def test_a_changed_name_is_told(checking: DocumentVerifier) -> None:
    right = check(checking, "Synthetic aperture radar images show glacier melt every six days.", "glacier")
    assert (right.verdict, right.reason) == ("located", "")
    claim = check(checking, "QX-9 radar images show glacier melt every six days.", "glacier")
    assert how(claim) == ("located", "facts")
    assert claim.reason == "not in the cited abstract: QX-9"


def test_a_dropped_citation_is_uncited(checking: DocumentVerifier) -> None:
    claim = check(checking, CLAIMS["moss"])
    assert (claim.verdict, claim.step, claim.reason, claim.findings) == ("uncited", "citation", "cites no paper", ())


def test_an_added_wrong_citation_fails_the_claim(checking: DocumentVerifier) -> None:
    claim = check(checking, CLAIMS["moss"], "moss", "comet")
    assert claim.verdict == "unsupported"
    assert [finding.verdict for finding in claim.findings] == ["located", "unsupported"]


def test_a_denial_in_the_same_words_is_seen_and_one_in_other_words_is_not(checking: DocumentVerifier) -> None:
    """Located evidence is not proof."""
    claim = check(checking, "Listeners could tell varnished violins from bare ones.", "violin")
    assert how(claim) == ("contradicted", "opposition")
    other = "Varnished violins sounded clearly unlike bare violins to listeners."
    assert check(checking, other, "violin").verdict not in verifier.FAILING


def test_papers_may_support_a_claim_together(checking: DocumentVerifier) -> None:
    both = check(checking, PAIR, "moss", "bridge")
    assert [finding.verdict for finding in both.findings] == ["located", "located"]
    assert check(checking, PAIR, "moss", "comet").verdict in verifier.FAILING
    assert check(checking, PAIR.replace("42%", "43%"), "moss", "bridge").step == "facts"


def test_a_sentence_of_the_abstract_is_always_supported(checking: DocumentVerifier) -> None:
    for id, (_, text) in PAPERS.items():
        for sentence in text.split(". "):
            if sentence:
                claim = check(checking, f"  {sentence.upper()}!", id)
                assert how(claim) == ("supported", "quote")
                assert claim.findings[0].quote.rstrip(".") == sentence.rstrip(".")
                assert claim.findings[0].score == 1.0


@pytest.mark.parametrize(
    ("claim", "id"),
    [
        ("Tides and moons", "silent"),
        ("A paper of which only the title about tides and moons is known", "silent"),
        ("Мох растёт на граните.", "moss"),
        ("苔は花崗岩の上に広がる。", "moss"),
        ("word " * 3000, "moss"),
    ],
)
def test_what_no_abstract_says_is_unsupported(checking: DocumentVerifier, claim: str, id: str) -> None:
    verdict = check(checking, claim, id)
    assert how(verdict) == ("unsupported", "support")
    assert verdict.findings[0].score < 0.6  # by words alone: one in two at most, about


@pytest.mark.parametrize("claim", ["No.", "No, not in general.", "Yes, it does.", "It is what it was and was not."])
def test_what_is_too_short_is_left_open_whatever_it_cites(checking: DocumentVerifier, claim: str) -> None:
    for id in ("moss", "glacier"):
        verdict = check(checking, claim, id)
        assert (how(verdict), verdict.reason) == (("located", "length"), "too short to be judged by itself")


def test_an_unknown_name_fails_and_tells_the_nearest_title(checking: DocumentVerifier) -> None:
    claim = check(checking, CLAIMS["moss"], "Moss on granit walls")
    assert how(claim) == ("unsupported", "key")
    assert claim.findings[0].paper is None
    assert claim.reason == (
        "no paper of the library is named “Moss on granit walls”; did you mean “Moss on granite walls”?"
    )
    assert check_all(checking, []) == []


def test_the_same_text_twice_is_no_better_support(tmp_path: Path) -> None:
    twice = PAPERS | {"moss again": ("Moss upon walls of granite", PAPERS["moss"][1])}
    made = opened(make(tmp_path / "library", twice))
    for id in ("moss", "moss again"):
        assert check(made, CLAIMS["moss"], id).verdict == "located"
    made.library.close()


def answered(checking: DocumentVerifier, ids: list[str], *statements: Statement) -> tuple[Claim, ...]:
    """Verify as an answer is verified: against the evidence of its question only."""
    papers = checking.library.papers(ids)
    keys = citation_keys(ids)
    evidence = [Evidence(keys[paper.id], paper, 1.0) for paper in papers]
    context = verifier.context(
        "Which 99 walls?", evidence, abstracts.read(checking.library, papers, checking.embedder), checking.scorer
    )
    return verifier.verify_statements(statements, context, HashedWords(256))


def test_only_the_evidence_may_be_cited(checking: DocumentVerifier) -> None:
    keys = citation_keys(["moss", "violin"])
    outside = citation_keys(["comet"])["comet"]
    right = Statement(CLAIMS["moss"], (CitationMark(keys["moss"], True),))
    unknown = Statement(CLAIMS["comet"], (CitationMark(outside, True),))
    garbled = Statement(CLAIMS["moss"], (CitationMark("Smith 2020", False),))
    repeats_the_question = Statement(
        "Of 99 granite walls, moss covered 42% after three winters.", (CitationMark(keys["moss"], True),)
    )
    claims = answered(checking, ["moss", "violin"], right, unknown, garbled, repeats_the_question)
    assert [how(claim) for claim in claims] == [
        ("located", "support"),
        ("unsupported", "key"),
        ("unsupported", "key"),
        ("located", "support"),
    ]
    assert claims[1].reason == f"“{outside}” names no paper of the evidence"
    assert answered(checking, ["moss"]) == ()


def test_a_quote_must_stand_in_the_abstract(checking: DocumentVerifier) -> None:
    key = citation_keys(["moss"])["moss"]
    sentence = "Lichen did not slow the moss."
    claims = answered(
        checking,
        ["moss", "violin"],
        Statement(CLAIMS["moss"], (CitationMark(key, True, "moss COVERED 42% of the granite"),)),
        Statement(CLAIMS["moss"], (CitationMark(key, True, "moss covered 43% of the granite"),)),
        Statement("Moss on granite walls was not slowed by lichen.", (CitationMark(key, True, sentence),)),
    )
    assert [how(claim) for claim in claims][:2] == [("located", "support"), ("unsupported", "quote")]
    assert claims[0].findings[0].quote == "Moss covered 42% of the granite after three winters."
    assert claims[1].reason == "the abstract does not say “moss covered 43% of the granite”"
    assert claims[2].findings[0].quote == sentence


TEXT = "It grows. “Moss” – the green one – grows fast. It grows on walls. No."


@pytest.mark.parametrize(
    ("quote", "sentences_of_it"),
    [
        ('"moss" - the green one - grows FAST', "“Moss” – the green one – grows fast."),
        ("grows fast. It grows on", "“Moss” – the green one – grows fast. It grows on walls."),
        ("no", "No."),
        ("row", ""),
        ("grows", ""),
        ("the green one grow", ""),
        ("...", ""),
        ("", ""),
    ],
)
def test_a_quote_is_found_at_whole_words(quote: str, sentences_of_it: str) -> None:
    sentences = ("It grows.", "“Moss” – the green one – grows fast.", "It grows on walls.", "No.")
    assert quotes.find(quote, sentences, TEXT) == sentences_of_it
