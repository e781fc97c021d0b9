"""A chat over a pipe: plain lines in, plain lines out; whole transcripts, and all that a model is sent."""

import re
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path

from support.chats import (
    ENSEMBLES,
    FOLLOW_UP,
    OVEROPTIMIZATION,
    SCALING,
    Talk,
    only,
)
from support.terminal import masked

from assistant.answering.conversation.archive import Archive
from assistant.answering.conversation.turns import Conversation

QUOTED = """
# How can reward overoptimization be mitigated?
❝ “With best-of-n sampling, the conservative ensemble objectives all but remove reward overoptimization, and final \
quality can rise by as much as 70%. With PPO, a conservative ensemble weakens overoptimization compared with a single \
reward model, and adding a small KL penalty on top stops the decline without sacrificing performance.” [1]
❝ “Overoptimization follows simple curves in the distance, measured by KL divergence, between the tuned policy and \
its starting point, with a different curve for each of the two optimization methods. Larger proxy reward models and \
more preference data delay reward overoptimization, and the coefficients of the curves change smoothly with reward \
model size.” [2]
❝ “Both kinds of ensemble do better than a single reward model, so combining reward models is a useful mitigation of \
reward hacking. Reward model ensembles do not eliminate reward hacking, because all members may share the same blind \
spot and then a policy can exploit the common error.” [3]
❝ “When the reward for a language model is a sum of several reward models, overoptimization becomes harder to control, \
and this paper proposes constraints as the remedy. Each component reward is useful only up to a certain value, which \
the authors call its proxy point, and beyond the proxy point further increases hurt the quality people actually care \
about.” [4]

[1] Reward Model Ensembles Help Mitigate Overoptimization (2023-10-04)
[2] Scaling Laws for Reward Model Overoptimization (2022-10-19)
[3] Helping or Herding? Reward Model Ensembles Mitigate but do not Eliminate Reward Hacking (2023-12-14)
[4] Confronting Reward Model Overoptimization with Constrained RLHF (2023-10-06)
4 quotes from 4 papers; no model was asked, so nothing was concluded · 0.0 s
"""


def quoted(conversation: Conversation, number: int) -> str:
    """What is shown of a turn without a model, whichever papers it found: only these are searching's affair."""
    turn, numbers = conversation.recorded[number - 1], conversation.numbers
    claims = turn.answer.claims
    told = [
        f"❝ “{claim.text}” [{numbers[finding.paper.id]}]" for claim in claims if (finding := claim.findings[0]).paper
    ]
    cited = [f"[{numbers[paper.id]}] {paper.title} ({paper.date})" for paper in turn.cited]
    quotes, papers = f"{len(claims)} quote{'s' * (len(claims) > 1)}", f"{len(cited)} paper{'s' * (len(cited) > 1)}"
    read = [f"↳ {turn.reading.text}"] if turn.reading.how != "alone" else []
    return "\n".join(
        [*read, *told, "", *cited, f"{quotes} from {papers}; no model was asked, so nothing was concluded · 0.0 s", ""]
    )


def test_a_conversation_without_a_model(talk: Talk, archive: Archive) -> None:
    code, shown = talk(OVEROPTIMIZATION, "", FOLLOW_UP, "/retry", "/why 1", "/undo", "/undo", "/undo", "  ", FOLLOW_UP)
    assert code == 0
    kept = only(archive)
    [said] = [claim.text for claim in kept.recorded[1].answer.claims if f"“{claim.text}” [1]" in quoted(kept, 2)]
    assert shown == (
        f"{QUOTED}\n# {FOLLOW_UP}\n{quoted(kept, 2)}{quoted(kept, 3)}"
        f"❝ {said}\n    ❝ [{ENSEMBLES}]\n      “{said}”\n"
        "    [1] quoted, decided by the step “quote”, score 1.00\n"
        f"assistant: taken back: {FOLLOW_UP}\n"
        f"assistant: taken back: {OVEROPTIMIZATION}\n"
        "assistant: error: nothing was asked yet\n"
        f"\n# {FOLLOW_UP}\n{quoted(kept, 4)}"
    )
    assert [turn.number for turn in kept.recorded] == [1, 2, 3, 4]
    assert [turn.number for turn in kept.turns] == [4]
    assert [turn.reading.how for turn in kept.recorded] == ["alone", "rule", "rule", "alone"]  # nothing to complete it
    assert [kept.papers[number].title for number in (1, 2)] == [ENSEMBLES, SCALING]


def test_small_talk_and_facts_are_answered_and_a_farewell_ends_the_chat(talk: Talk) -> None:
    code, shown = talk("thanks", "How many papers are there?", "exit", "Is this read?")
    assert (code, shown) == (
        0,
        "\n# thanks\nYou are welcome.\n\n# How many papers are there?\n48 papers.\nfrom the catalogue · 0.0 s\n",
    )


COMMANDS = """\
assistant: error: give words to search for: /search reward hacking
assistant: error: give the number, the key or the title of a paper: /open 2
assistant: error: nothing was cited as [9] so far; the last is [4]
assistant: error: no titles begin so; /search finds papers, Tab completes titles
assistant: error: no claim of the last answer cites [7]
assistant: error: x is no number; give one of those in brackets
assistant: filter: since 2023-10-06; 9 papers
assistant: filter: since 2023-10-06, until 2023-10-31; 3 papers
assistant: filter: since 2023-10-06, until 2023-10-31, source papers; 3 papers
assistant: no paper passes the filter
assistant: filter: since 2023-10-06, until 2023-10-31, source nothing; 0 papers
assistant: error: since 2024-01-01 is later than until 2023-10-31
assistant: filter: since 2023-10-06, until 2023-10-31, source nothing; 0 papers
assistant: filter: none; 48 papers
assistant: error: 'soon' is no date; write 2024, 2024-05 or 2024-05-31
assistant: answers: quotes, no model
assistant: answers: quotes, no model
  1. kept      354 tokens  How can reward overoptimization be mitigated?
354 of 2,000 tokens
assistant: error: give the name of a file that ends in .md, .tex, .html, .bib or .csv, such as notes.md
assistant: error: give the name of a file that ends in .md, .tex, .html, .bib or .csv, such as notes.md
assistant: error: nowhere/notes.md: cannot be written (No such file or directory)
assistant: written to notes.md
assistant: error: notes.md: exists already; give another name, or remove it first
assistant: written to notes.bib
assistant: error: there is no command /retri; did you mean /retry?
assistant: error: there is no command /xyzzy; /help lists the commands
/sources                 the evidence of the last answer, with scores
/open N, KEY or TITLE    a whole abstract, the quoted sentences marked
/why [N]                 what checking found, claim by claim, and which step decided
/search WORDS            the papers nearest to some words
/since [DATE]            only papers from a date on: 2024, 2024-05 or 2024-05-31
/until [DATE]            only papers up to a date
/filter [TEXT or --clear] only papers of a source whose name has TEXT; --clear: all
/in [TAG]                only papers with a tag, or one within it
/model [NAME or none]    who answers; none: quotes
/context                 which turns a model is told, and their tokens
/retry                   answer the last question again
/undo                    take the last turn back
/copy                    the last answer to the clipboard, as Markdown
/export FILE             the conversation: .md, .tex (its .bib beside it), .html, .bib or .csv
/help                    this list
/quit                    leave; so does Ctrl-D
Anything else is a question. Alt-Enter begins another line, Tab completes.
"""


def test_every_command_and_its_refusals(talk: Talk, archive: Archive, tmp_path: Path) -> None:
    code, shown = talk(
        OVEROPTIMIZATION, "/sources", "/search", "/search KL penalty", "/open", "/open 9", "/open two words", "/why 7",
        "/why x", "/since 2023-10-06", "/until 2023-10", "/search KL penalty", "/filter papers", "/filter nothing",
        "/since 2024", "/filter", "/filter --clear", "/since soon", "/model", "/model none",
        "/context", "/export", "/export notes.txt", "/export nowhere/notes.md", "/export notes.md", "/export notes.md",
        "/export notes.bib", "/retri", "/xyzzy", "/HELP", "/quit", "This is not read.",
    )  # fmt: skip
    assert code == 0
    ranked = [line for line in shown.splitlines() if re.match(r" +[0-9]+\. [A-Z]", line)]
    assert (
        "".join(line for line in shown.splitlines(keepends=True) if line.rstrip("\n") not in ranked)
        == QUOTED + COMMANDS
    )
    kept = only(archive)
    assert ranked[:8] == [
        f"  {rank}. {item.paper.title}"
        + (f"  {item.paper.date}" if item.paper.date else "")
        + f"  {item.score:.2f}"
        + (f"  [{kept.numbers[item.paper.id]}]" if item.paper.id in kept.numbers else "")
        for rank, item in enumerate(kept.turns[0].answer.evidence, 1)
    ]
    # Of 48 papers eight are nearest, of the three that pass the filter three.
    assert [line.split()[0] for line in ranked[8:]] == [f"{n}." for n in (*range(1, 9), *range(1, 4))]
    assert sum(f"{SCALING}  2022-10-19" in line and line.endswith("  [2]") for line in ranked) == 2
    assert (tmp_path / "notes.md").read_text().startswith(f"# {OVEROPTIMIZATION}\n")
    assert (tmp_path / "notes.bib").read_text().count("@misc{") == 4


OPENED = """\
Scaling Laws for Reward Model Overoptimization
t2-07e2c9a2767d · scalinglawsreward2022 · 2022-10-19 · 3 authors

Pushing a language model too hard against a learned reward model eventually makes its answers worse, and this paper \
measures how that decline unfolds. Because human labels are costly, the authors let a large fixed "gold" reward model \
stand in for people and train smaller proxy reward models on the labels it gives. Both best-of-n sampling and \
reinforcement learning raise the gold score at first and then lower it, while the proxy score keeps climbing. \
»Overoptimization follows simple curves in the distance, measured by KL divergence, between the tuned policy and its \
starting point, with a different curve for each of the two optimization methods. Larger proxy reward models and more \
preference data delay reward overoptimization, and the coefficients of the curves change smoothly with reward model \
size.« In the reinforcement learning runs, a KL penalty acted much like stopping early: the penalty did not improve \
the gold score reachable at a given KL distance.

listed in papers.txt:13
"""


def test_a_paper_opens_by_number_or_title_with_what_was_quoted_marked(talk: Talk) -> None:
    named = ("2", "[2]", "SCALING laws for reward  model", f'"{SCALING}"')
    assert talk(OVEROPTIMIZATION, *(f"/open {name}" for name in named)) == (0, QUOTED + OPENED * 4)


def test_a_question_of_hostile_bytes_is_plain_text(talk: Talk, archive: Archive) -> None:
    code, shown = talk(b"What of \xff\x1b]0;owned\x07 overoptimization?")
    assert code == 0
    assert shown.startswith("\n# What of \ufffd\ufffd]0;owned\ufffd overoptimization?\n")
    assert "\x1b" not in shown
    assert only(archive).turns[0].question == "What of \ufffd\x1b]0;owned\x07 overoptimization?"


def test_each_answer_comes_before_the_next_question_is_read(environment: Mapping[str, str]) -> None:
    command = [sys.executable, "-m", "assistant", "chat"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    with subprocess.Popen(command, env=environment, bufsize=0, **pipes) as process:  # type: ignore[call-overload]
        stop = threading.Timer(60, process.kill)  # lest a test that fails waits for ever
        stop.start()
        for _ in range(2):
            process.stdin.write(OVEROPTIMIZATION.encode() + b"\n")
            lines: list[str] = []
            while not lines or (lines[-1] and "nothing was concluded" not in lines[-1]):
                lines.append(process.stdout.readline().decode())
            assert masked("".join(lines)) == QUOTED
        process.stdin.close()
        assert process.wait(30) == 0
        stop.cancel()


def test_without_an_endpoint_the_chat_goes_on_with_quotes_when_told(talk: Talk, archive: Archive) -> None:
    code, shown = talk(OVEROPTIMIZATION, "/model none", OVEROPTIMIZATION, OPENAI_BASE_URL="http://127.0.0.1:9/v1")
    assert code == 5
    assert "failed (the connection failed: " in shown
    assert shown.endswith("assistant: answers: quotes, no model\n" + QUOTED)
    assert len(only(archive).turns) == 1


def test_answers_go_to_standard_output_and_all_else_to_standard_error(
    environment: Mapping[str, str], archive: Archive
) -> None:
    command = [sys.executable, "-m", "assistant", "chat"]
    lines = f"{OVEROPTIMIZATION}\n/xyzzy\n{FOLLOW_UP}\nWhat is the capital of France?\n"
    done = subprocess.run(command, input=lines, text=True, env=environment, capture_output=True, check=False)
    kept = only(archive)
    remark, _, answer = quoted(kept, 2).partition("\n")
    assert done.stderr == f"assistant: error: there is no command /xyzzy; /help lists the commands\n{remark}\n"
    assert masked(done.stdout) == (
        f"{QUOTED}\n# {FOLLOW_UP}\n{answer}\n# What is the capital of France?\nno sentence found that answers.\n"
    )


def test_without_a_terminal_nothing_is_kept_of_an_empty_chat(talk: Talk, archive: Archive) -> None:
    assert talk() == (0, "")
    code, shown = talk("/search reward models", options=("-k", "3"))
    assert (code, shown.count("\n")) == (0, 3)
    assert list(archive.folder.iterdir()) == []
