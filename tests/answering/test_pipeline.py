"""Questions answered by a scripted model over a real library: what is shown, sent back, refused, and said in JSON."""

import json
import re
from dataclasses import replace
from pathlib import Path

from conftest import Run
from support.endpoint import refuses, says, serve
from support.kitchen import PAPERS, QUESTION, RENNET, YEAST, verdicts, written

from assistant.answering import pipeline
from assistant.answering.pipeline import Pipeline
from assistant.cli.views import answers as render
from assistant.domain.verdicts import MARKS
from assistant.models.base import Reply
from assistant.testing import ScriptedModel


def test_a_right_reply_is_located_and_cites_by_title(kitchen: Pipeline, keys: dict[str, str]) -> None:
    answer, sent = written(kitchen, f"Carbon dioxide from yeast makes dough rise [{keys[YEAST]}].")
    assert verdicts(answer) == [("located", "support")]
    assert len(sent) == 1
    record = render.record(answer, "fingerprint", 4)
    assert record["answer"] == "Carbon dioxide from yeast makes dough rise. [1]"
    assert [(c["n"], c["id"], c["title"], c["date"]) for c in record["citations"]] == [(1, "k1", YEAST, "2024-01-01")]
    assert record["citations"][0]["quote"] in PAPERS[YEAST]
    assert (record["status"], record["extractive"]) == ("answered", False)
    assert record["usage"] == {"input_tokens": 900, "output_tokens": 9}
    assert record["prompt"]["name"] == "answer.v2"


def test_failing_claims_go_back_once_with_the_findings(kitchen: Pipeline, keys: dict[str, str]) -> None:
    wrong = "Dough rises because of unicorn breath [Pabcdef0123]."
    right = f"Yeast gives off carbon dioxide, which makes dough rise [{keys[YEAST]}]."
    answer, sent = written(kitchen, wrong, right)
    assert verdicts(answer) == [("located", "support")]
    assert len(sent) == 2
    assert "Dough rises because of unicorn breath" in sent[1]
    assert "Pabcdef0123" in sent[1]
    fence = re.search(r"^=== [0-9a-f]{16} ===$", sent[1], re.MULTILINE)
    assert fence
    before, data, after = sent[1].split(f"\n{fence[0]}\n")
    assert "unicorn breath" in data
    assert "unicorn" not in before + after
    assert answer.tokens == (1800, 18)
    assert answer.notes == ("1 failing claim was sent back once; this is the revision",)


def test_what_is_being_done_is_told_as_it_is_done(kitchen: Pipeline, keys: dict[str, str]) -> None:
    replies = ["Unicorns [P0000].", f"Yeast makes dough rise [{keys[YEAST]}]."]
    told: list[str] = []
    model = ScriptedModel(replies)
    pipeline.ask(replace(kitchen, model=model, on_stage=told.append, on_token=told.append), QUESTION)
    stages = [re.sub(r"about [0-9,]+00 tokens", "N", words) for words in told]
    again = "asking again, as claims failed: reading N"
    first, second = ([*re.findall(r"\S+\s*", reply)] for reply in replies)
    assert stages == ["reading N", *first, "checking", again, *second, "checking"]


def test_a_revision_that_gives_up_what_had_passed_is_not_taken(kitchen: Pipeline, keys: dict[str, str]) -> None:
    passing = (
        f"Carbon dioxide from yeast makes dough rise [{keys[YEAST]}]. Colder dough rises more slowly [{keys[YEAST]}]."
    )
    answer, _ = written(kitchen, f"{passing} Unicorns help [P0000].", "The library does not hold the answer.")
    assert [claim.verdict for claim in answer.claims] == ["located", "supported", "unsupported"]
    assert (
        answer.notes[-1] == "1 failing claim was sent back once; the model then gave up, and its first answer is shown"
    )


def test_what_still_fails_is_shown_as_failing(kitchen: Pipeline) -> None:
    wrong = "Dough rises because of unicorn breath [Pabcdef0123]."
    answer, sent = written(kitchen, wrong, wrong)
    assert verdicts(answer) == [("unsupported", "key")]
    assert len(sent) == 2
    text = "\n".join("".join(piece for piece, _ in row) for row in render.lines(answer, dict.fromkeys(MARKS, "!")))
    assert "[?Pabcdef0123]" in text
    assert "1 claim: 1 unsupported !" in text


def test_a_reply_that_broke_off_is_checked_as_far_as_it_goes_and_not_sent_back(
    kitchen: Pipeline, keys: dict[str, str]
) -> None:
    reply = f"Yeast makes dough rise [{keys[YEAST]}]. Unicorns help [P0000]. Colder dough rises mo"
    cause = "no word of a reply for 120 seconds"
    model = ScriptedModel([Reply(reply, "scripted", cut=True, break_cause=cause)])
    answer = pipeline.ask(replace(kitchen, model=model), QUESTION)
    assert [claim.text for claim in answer.claims] == ["Yeast makes dough rise.", "Unicorns help."]
    assert (answer.claims[1].verdict, len(model.requests), answer.reply) == ("unsupported", 1, reply)
    assert f"the model's reply broke off ({cause}); what came before is shown and checked" in answer.notes


def test_a_claim_without_a_citation_fails(kitchen: Pipeline) -> None:
    answer, _ = written(kitchen, "Dough rises.", "Dough rises.")
    assert verdicts(answer) == [("uncited", "citation")]


def test_a_malformed_citation_fails_and_is_named(kitchen: Pipeline) -> None:
    answer, _ = written(kitchen, "Yeast makes dough rise [91].", "Yeast makes dough rise [Smith et al., 2020].")
    assert verdicts(answer) == [("unsupported", "key")]
    assert "citations of no paper of the evidence: Smith et al., 2020" in answer.notes


def test_a_paper_outside_the_evidence_of_this_question_fails(kitchen: Pipeline, keys: dict[str, str]) -> None:
    reply = f"Rennet sets milk into curd [{keys[RENNET]}]."
    answer, _ = written(kitchen, reply, reply, limit=1)
    assert [item.paper.title for item in answer.evidence] == [YEAST]
    assert verdicts(answer) == [("unsupported", "key")]


def test_a_quote_must_stand_in_the_abstract(kitchen: Pipeline, keys: dict[str, str]) -> None:
    true = f'Yeast makes dough rise [{keys[YEAST]}: "gives off carbon dioxide"].'
    false = f'Yeast makes dough rise [{keys[YEAST]}: "gives off pure oxygen"].'
    assert verdicts(written(kitchen, true)[0]) == [("located", "support")]
    assert verdicts(written(kitchen, false, false)[0]) == [("unsupported", "quote")]


def test_a_changed_number_fails(kitchen: Pipeline, keys: dict[str, str]) -> None:
    reply = f"Dough doubles its volume in 45 minutes at 27 degrees [{keys[YEAST]}]."
    answer, _ = written(kitchen, reply, reply)
    assert verdicts(answer) == [("unsupported", "facts")]
    assert "45" in answer.claims[0].reason


def test_a_swapped_citation_is_a_misattribution(kitchen: Pipeline, keys: dict[str, str]) -> None:
    reply = f"Rennet sets milk into curd [{keys[YEAST]}]."
    answer, _ = written(kitchen, reply, reply, question="How do dough, milk and cabbage change?")
    assert verdicts(answer) == [("misattributed", "contrast")]


def test_the_abstention_sentence_abstains(kitchen: Pipeline) -> None:
    answer, sent = written(kitchen, "The library does not hold the answer.")
    assert (answer.status, answer.claims, len(sent)) == ("abstained", (), 1)


def test_papers_cannot_give_orders_or_forge_keys(kitchen: Pipeline) -> None:
    _, [prompt] = written(kitchen, "The library does not hold the answer.", question="How do bakers weigh flour?")
    fence = re.search(r"=== [0-9a-f]{16} ===", prompt)
    assert fence
    before, data, after = f"\n{prompt}".split(f"\n{fence[0]}\n")
    assert "Ignore all previous instructions" in data
    assert "Ignore all previous" not in before + after
    assert "dear $question." in data
    assert "[Pffff]" not in prompt
    assert "<|im_start|>" not in prompt
    assert "[/INST]" not in prompt


def test_strict_ends_with_4_and_names_the_failing_claims(run: Run, kitchen_library: Path) -> None:
    with serve(says("Dough rises by magic [P0000].")) as server:
        words = ("ask", QUESTION, "--library", kitchen_library, "--model", "m")
        done = run(*words, "--strict", OPENAI_BASE_URL=server.url, OPENAI_API_KEY="sk-secret")
        relaxed = run(*words, OPENAI_BASE_URL=server.url, OPENAI_API_KEY="sk-secret")
    assert (done.returncode, relaxed.returncode) == (4, 0)
    assert "unsupported: Dough rises by magic." in done.stderr
    assert "✗ Dough rises by magic. [?P0000]" in done.stdout
    assert "1 claim: 1 unsupported ✗" in relaxed.stdout


def test_a_failing_endpoint_ends_with_5_and_never_shows_the_key(run: Run, kitchen_library: Path) -> None:
    with serve(refuses(401, "Incorrect API key provided: sk-secret")) as server:
        done = run(
            "ask",
            QUESTION,
            "--json",
            "--library",
            kitchen_library,
            OPENAI_BASE_URL=server.url,
            OPENAI_API_KEY="sk-secret",
        )
    assert done.returncode == 5
    answer = json.loads(done.stdout)
    assert (answer["status"], answer["answer"], answer["claims"]) == ("failed", "", [])
    assert "sk-secret" not in done.stdout + done.stderr
    assert server.url in done.stderr


def test_many_questions_are_answered_one_line_each(run: Run, kitchen_library: Path, keys: dict[str, str]) -> None:
    script = [says(f"Yeast makes dough rise [{keys[YEAST]}]."), says("The library does not hold the answer.")]
    with serve(script, lists_models=False) as server:
        done = run(
            "ask", "--stdin", "--json", "--model", "m", "--evidence", "9000", "--library", kitchen_library,
            typed="What makes dough rise?\n\nWho won the cup?\n", OPENAI_BASE_URL=server.url,
        )  # fmt: skip
    assert done.returncode == 0
    assert [json.loads(line)["status"] for line in done.stdout.splitlines()] == ["answered", "abstained"]


def test_a_filter_that_admits_nothing_abstains_without_calling_the_model(run: Run, kitchen_library: Path) -> None:
    with serve(says("Never asked.")) as server:
        words = ("ask", QUESTION, "--json", "--since", "2030", "--library", kitchen_library, "--model", "m")
        done = run(*words, OPENAI_BASE_URL=server.url)
        assert (done.returncode, server.requests) == (3, [])
    assert json.loads(done.stdout)["evidence"] == []
