"""What a checker's judgement makes of a claim, what it is asked of, and what it is never asked of."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest
from support.claims import CLAIMS, PAPERS, check, check_all, make, opened, statement

from assistant.domain.errors import ModelError
from assistant.models.base import Judgement
from assistant.verification import documents
from assistant.verification.claims import CitationMark, Statement
from assistant.verification.documents import DocumentVerifier

TURNED = "South-facing walls were covered twice as fast as north-facing walls."
PAIR = "Moss covered 42% of granite walls after three winters, and salt water doubled the wear of bridge cables."


class Judge:
    """A checker that gives one judgement to all it is asked of, and remembers what that was."""

    name = "judge"

    def __init__(self, judgement: Judgement | ModelError) -> None:
        self.judgement = judgement
        self.calls: list[list[tuple[str, str]]] = []

    def check(self, pairs: Sequence[tuple[str, str]]) -> tuple[Judgement, ...]:
        self.calls.append(list(pairs))
        if isinstance(self.judgement, ModelError):
            raise self.judgement
        return (self.judgement,) * len(pairs)


@pytest.fixture(scope="module")
def checking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DocumentVerifier]:
    made = opened(make(tmp_path_factory.mktemp("claims") / "library"))
    yield made
    made.library.close()


@pytest.mark.parametrize(
    ("judgement", "located", "turned"),
    [
        ("yes", ("supported", "checker"), ("located", "checker")),
        ("no", ("located", "checker"), ("contradicted", "opposition")),
        ("contradicts", ("contradicted", "checker"), ("contradicted", "checker")),
        ("unscored", ("located", "support"), ("contradicted", "opposition")),
    ],
)
def test_each_judgement_decides_what_rules_leave_open(
    checking: DocumentVerifier, judgement: Judgement, located: tuple[str, str], turned: tuple[str, str]
) -> None:
    judged = replace(checking, checker=Judge(judgement))
    claims = check_all(judged, [(CLAIMS["moss"], ["moss"]), (TURNED, ["moss"])])
    assert [(claim.verdict, claim.step) for claim in claims] == [located, turned]


def test_what_it_affirms_against_a_rule_is_told_and_does_not_fail(checking: DocumentVerifier) -> None:
    before = check(checking, TURNED, "moss")
    claim = check(replace(checking, checker=Judge("yes")), TURNED, "moss")
    assert (before.verdict, claim.verdict) == ("contradicted", "located")
    assert claim.reason == f"judge affirms it, but {before.reason}"


def test_it_reads_the_title_and_the_sentences_nearest_to_the_claim_all_at_once(checking: DocumentVerifier) -> None:
    judge, stages = Judge("yes"), list[str]()
    judged = replace(checking, checker=judge, on_stage=stages.append)
    check_all(judged, [(CLAIMS["moss"], ["moss"]), (CLAIMS["violin"], ["violin"])])
    [[(premise, claim), _]] = judge.calls
    title, abstract = PAPERS["moss"]
    assert claim == CLAIMS["moss"]
    assert premise.startswith(f"{title}: ")
    assert "Moss covered 42% of the granite after three winters." in premise
    assert len(premise) < len(title) + len(abstract)
    assert stages == ["checking 2 claims"]


@pytest.mark.parametrize(
    ("claim", "paper"),
    [
        ("Moss covered 47% of the granite walls after three winters.", "moss"),
        (CLAIMS["moss"], "no such paper"),
        ("Tides follow the moon.", "silent"),
        ("Moss covered 42% of the granite after three winters.", "moss"),
        ("No, not in general.", "moss"),
    ],
)
def test_what_is_certain_costs_no_request(checking: DocumentVerifier, claim: str, paper: str) -> None:
    judge = Judge("yes")
    assert check(replace(checking, checker=judge), claim, paper) == check(checking, claim, paper)
    assert judge.calls == []


def test_a_quote_that_nobody_wrote_stays_failing(checking: DocumentVerifier) -> None:
    judge = Judge("yes")
    quoting = Statement(CLAIMS["moss"], (CitationMark("moss", wellformed=True, quote="Moss ate the wall."),))
    [claim] = documents.verify_claims(replace(checking, checker=judge), [quoting])
    assert (claim.verdict, claim.step, judge.calls) == ("unsupported", "quote", [])


def test_papers_that_are_near_a_claim_are_read_together_and_a_wrong_one_by_itself(checking: DocumentVerifier) -> None:
    judge = Judge("yes")
    claim = check(replace(checking, checker=judge), PAIR, "moss", "bridge")
    assert [finding.verdict for finding in claim.findings] == ["supported", "supported"]
    [[(premise, _)]] = judge.calls
    assert PAPERS["moss"][0] in premise
    assert PAPERS["bridge"][0] in premise
    beside = check(replace(checking, checker=judge), CLAIMS["violin"], "violin", "glacier")
    assert [finding.verdict for finding in beside.findings] == ["supported", "located"]
    assert [premise.partition(":")[0] for premise, _ in judge.calls[1]] == [PAPERS["violin"][0], PAPERS["glacier"][0]]


def test_its_failure_is_told_once_and_changes_no_verdict(checking: DocumentVerifier) -> None:
    problems: list[str] = []
    judged = replace(checking, checker=Judge(ModelError("it fell silent")), on_problem=problems.append)
    claims = [(CLAIMS[id], [id]) for id in ("moss", "fern")]
    assert check_all(judged, claims) == check_all(checking, claims)
    assert problems == ["no claim was judged by a checker, for it failed: it fell silent"]


def test_a_citation_that_points_at_a_sentence_is_read_and_quoted_there(checking: DocumentVerifier) -> None:
    judge, sentence = Judge("yes"), "Lichen did not slow the moss."
    pointing = Statement(CLAIMS["moss"], (CitationMark("moss", wellformed=True, sentence=sentence),))
    [claim] = documents.verify_claims(replace(checking, checker=judge), [pointing])
    assert claim.findings[0].quote == sentence
    assert sentence in judge.calls[0][0][0]
    plain = next(documents.verify_claims(checking, [statement(CLAIMS["moss"], "moss")]))
    assert plain.findings[0].quote != sentence
