"""What a checker's judgement makes of a claim, what it is asked of, and what it is never asked of."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest
from support.claims import CLAIMS, PAPERS, check, check_all, make, opened, statement

from assistant.domain.errors import BudgetError, ModelError, Stopped
from assistant.library import abstracts
from assistant.models.base import Judgement
from assistant.verification import documents, verifier
from assistant.verification.claims import CitationMark, Statement
from assistant.verification.documents import DocumentVerifier
from assistant.verification.entailment import Unchecked
from assistant.verification.verifier import VerificationContext

TURNED = "South-facing walls were covered twice as fast as north-facing walls."
PAIR = "Moss covered 42% of granite walls after three winters, and salt doubled the wear."


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


def test_what_is_half_right_is_not_shown_as_supported_whatever_it_says(checking: DocumentVerifier) -> None:
    half_right = "Moss covered 42% of the granite walls after three winters, and varnish shapes violins in summer."
    claim = check(replace(checking, checker=Judge("yes")), half_right, "moss")
    reason = "judge affirms it, but the abstract has hardly a word of “varnish shapes violins in summer”"
    assert (claim.verdict, claim.step, claim.reason) == ("located", "checker", reason)


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


class Reader(Judge):
    """A checker that affirms what it is shown all these titles for, and finds nothing elsewhere."""

    def __init__(self, *ids: str) -> None:
        super().__init__("no")
        self.titles = [PAPERS[id][0] for id in ids]

    def check(self, pairs: Sequence[tuple[str, str]]) -> tuple[Judgement, ...]:
        super().check(pairs)
        return tuple("yes" if all(title in premise for title in self.titles) else "no" for premise, _ in pairs)


@pytest.mark.parametrize(
    ("reader", "verdicts", "reasons"),
    [
        (Reader("moss", "bridge"), ("located", "located"), ["judge affirms it of these papers together"] * 2),
        (Reader("moss"), ("supported", "located"), ["", "judge does not find it in the sentences nearest to it"]),
        (Reader(), ("supported", "located"), ["", "judge affirms it"]),
    ],
)
def test_none_of_several_papers_speaks_for_another(
    checking: DocumentVerifier, reader: Reader, verdicts: tuple[str, str], reasons: list[str]
) -> None:
    claim = check(replace(checking, checker=reader), PAIR, "moss", "bridge")
    assert tuple(finding.verdict for finding in claim.findings) == verdicts
    assert [finding.reason.partition(",")[0] for finding in claim.findings] == reasons
    titles = [[PAPERS[id][0] for id in ids] for ids in (["moss"], ["bridge"], ["moss", "bridge"])]
    premises = [premise for premise, _ in reader.calls[0]]
    assert [[title in premise for title in shown] for premise, shown in zip(premises, titles, strict=True)] == [
        [True], [True], [True, True],
    ]  # fmt: skip


def test_a_paper_that_a_rule_objects_to_is_read_by_itself(checking: DocumentVerifier) -> None:
    judge = Judge("yes")
    beside = check(replace(checking, checker=judge), CLAIMS["violin"], "violin", "glacier")
    assert [finding.verdict for finding in beside.findings] == ["supported", "located"]
    assert [premise.partition(":")[0] for premise, _ in judge.calls[0]] == [PAPERS["violin"][0], PAPERS["glacier"][0]]


def test_its_failure_is_told_once_and_changes_no_verdict(checking: DocumentVerifier) -> None:
    problems: list[str] = []
    judged = replace(checking, checker=Judge(ModelError("it fell silent")), on_problem=problems.append)
    claims = [(CLAIMS[id], [id]) for id in ("moss", "fern")]
    assert check_all(judged, claims) == check_all(checking, claims)
    assert problems == ["no claim was judged by a checker, for it failed: it fell silent"]


class Halting(Judge):
    """A checker that affirms one claim and then does not go on."""

    def __init__(self, why: BaseException) -> None:
        super().__init__("yes")
        self.why = why

    def check(self, pairs: Sequence[tuple[str, str]]) -> Iterator[Judgement]:  # type: ignore[override]
        yield from super().check(pairs[:1])
        raise self.why


@pytest.mark.parametrize(
    ("why", "problem"),
    [
        (ModelError("it fell silent"), "of 3 claims 1 was judged by the checker, for it failed: it fell silent"),
        (BudgetError("no more"), "of 3 claims 1 was judged by the checker, for no more"),
        (KeyboardInterrupt(), "of 3 claims 1 was judged by the checker, for it was stopped"),
    ],
)
def test_what_was_judged_before_it_failed_or_was_stopped_stays_judged(
    checking: DocumentVerifier, why: BaseException, problem: str
) -> None:
    ids = ["moss", "violin", "fern"]
    statements = [statement(CLAIMS[id], id) for id in ids]
    unchecked, problems = list[Unchecked](), list[str]()
    by_id = abstracts.read(checking.library, checking.library.papers(ids), checking.embedder)
    plain = VerificationContext("", by_id, checking.scorer)
    context = replace(plain, checker=Halting(why), on_unchecked=unchecked.append, on_problem=problems.append)
    claims = verifier.verify_statements(statements, context, checking.embedder)
    without = verifier.verify_statements(statements, plain, checking.embedder)
    assert [claim.verdict for claim in claims] == ["supported", *(claim.verdict for claim in without[1:])]
    assert [(each.claims, each.of, each.cause) for each in unchecked] == [(2, 3, why)]
    assert problems == [problem]


@pytest.mark.parametrize("stop", [KeyboardInterrupt, Stopped])
def test_whoever_wants_no_part_of_the_claims_gets_the_interruption(
    checking: DocumentVerifier, stop: type[KeyboardInterrupt]
) -> None:
    with pytest.raises(stop):
        check_all(replace(checking, checker=Halting(stop())), [(CLAIMS["moss"], ["moss"])])


def test_a_citation_that_points_at_a_sentence_is_read_and_quoted_there(checking: DocumentVerifier) -> None:
    judge, sentence = Judge("yes"), "Lichen did not slow the moss."
    pointing = Statement(CLAIMS["moss"], (CitationMark("moss", wellformed=True, sentence=sentence),))
    [claim] = documents.verify_claims(replace(checking, checker=judge), [pointing])
    assert claim.findings[0].quote == sentence
    assert sentence in judge.calls[0][0][0]
    plain = next(documents.verify_claims(checking, [statement(CLAIMS["moss"], "moss")]))
    assert plain.findings[0].quote != sentence
