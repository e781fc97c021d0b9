"""What a model is told of failing claims, and in what order further searches are shown to it."""

from dataclasses import replace

from assistant.answering import findings, further_searches
from assistant.answering.answerer import Draft
from assistant.answering.checked_drafts import CheckedDraft
from assistant.answering.evidence_packing import PackedPaper
from assistant.answering.numbered_sources import NumberedSources
from assistant.domain.answers import Seconds
from assistant.domain.records import Claim, Evidence, Finding, Paper

GAS, SLOW = "Yeast gives off gas.", "Colder dough rises more slowly."


def paper(id: str, score: float = 1.0) -> Evidence:
    return Evidence(f"P{id * 4}", Paper(id, f"Paper {id}", f"{GAS} {SLOW}"), score)


SOURCES = NumberedSources((PackedPaper(paper("a"), (GAS, SLOW)), PackedPaper(paper("b"), (GAS,))))


def test_a_finding_names_the_citation_the_sentence_compared_and_what_is_wanted() -> None:
    item = SOURCES.packed[0].item
    passing = Finding(item.paper, item.key, "located", "support", GAS, 0.9)
    turned = Finding(item.paper, item.key, "contradicted", "opposition", SLOW, 0.1, "“faster” for “slowly”")
    unknown = Finding(None, "[9.9]", "unsupported", "key", reason="“[9.9]” names no paper of the evidence")
    claims = [
        Claim("Yeast makes gas.", "located", "support", (passing,)),
        Claim("Colder dough rises faster.", "contradicted", "opposition", (turned,), "“faster” for “slowly”"),
        Claim("It rests.", "unsupported", "key", (unknown,), "“[9.9]” names no paper of the evidence"),
        Claim("So it is.", "uncited", "citation", reason="cites no paper"),
    ]
    assert findings.describe(claims, SOURCES) == (
        "- Colder dough rises faster. [1.2]\n"
        f"  compared with 1.2: {SLOW}\n"
        "  contradicted: “faster” for “slowly”\n"
        "  wanted: that sentence says otherwise: say what it says\n"
        "- It rests. [[9.9]]\n"
        "  unsupported: “[9.9]” names no paper of the evidence\n"
        "  wanted: say only what that sentence says, cite one that says this, or leave it out\n"
        "- So it is.\n"
        "  uncited: cites no paper\n"
        "  wanted: end it with the number of the sentence that says so, or leave it out"
    )


def test_the_first_papers_stay_and_the_others_take_turns_with_what_is_found() -> None:
    a, b, c, d = (paper(id) for id in "abcd")
    e, f, g = (paper(id) for id in "efg")
    merged = further_searches.merge([a, b, c, d], [[e, a, f], [g, c]], 6)
    assert [item.paper.id for item in merged] == ["a", "b", "e", "g", "c", "d"]
    assert further_searches.merge([], [[e], []], 6) == (e,)


def test_ctrl_c_while_a_second_draft_is_checked_ends_the_answer_of_which_the_first_is_shown() -> None:
    first = CheckedDraft(Draft(), (), Seconds(generate=1.0))
    stopped = replace(first, is_interrupted=True)
    assert first.after(stopped) == CheckedDraft(Draft(), (), Seconds(generate=2.0), is_interrupted=True)
