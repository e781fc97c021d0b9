"""A chat on a real terminal, keys typed and screen read: editing, streaming, stopping, leaving, and hostile words."""

import base64
import json
import re
from pathlib import Path

from conftest import Run
from support.chats import (
    ENSEMBLES,
    OVEROPTIMIZATION,
    SAID,
    SCALING,
    WRITTEN,
    Chat,
    only,
)
from support.endpoint import says, serve
from support.terminal import ALT_ENTER, CTRL_C, CTRL_D, ENTER, TAB, UP, masked, pasted

from assistant.answering.conversation.archive import Archive

SESSION = """\
> How can reward overoptimization be mitigated?
❝ “With best-of-n sampling, the conservative ensemble objectives all but remove
reward overoptimization, and final quality can rise by as much as 70%. With PPO,
a conservative ensemble weakens overoptimization compared with a single reward
model, and adding a small KL penalty on top stops the decline without
sacrificing performance.” [1]
❝ “Overoptimization follows simple curves in the distance, measured by KL
divergence, between the tuned policy and its starting point, with a different
curve for each of the two optimization methods. Larger proxy reward models and
more preference data delay reward overoptimization, and the coefficients of the
curves change smoothly with reward model size.” [2]
❝ “Both kinds of ensemble do better than a single reward model, so combining
reward models is a useful mitigation of reward hacking. Reward model ensembles
do not eliminate reward hacking, because all members may share the same blind
spot and then a policy can exploit the common error.” [3]
❝ “When the reward for a language model is a sum of several reward models,
overoptimization becomes harder to control, and this paper proposes constraints
as the remedy. Each component reward is useful only up to a certain value, which
the authors call its proxy point, and beyond the proxy point further increases
hurt the quality people actually care about.” [4]

[1] Reward Model Ensembles Help Mitigate Overoptimization (2023-10-04)
[2] Scaling Laws for Reward Model Overoptimization (2022-10-19)
[3] Helping or Herding? Reward Model Ensembles Mitigate but do not Eliminate
Reward Hacking (2023-12-14)
[4] Confronting Reward Model Overoptimization with Constrained RLHF (2023-10-06)
4 quotes from 4 papers; no model was asked, so nothing was concluded · 0.0 s
> /why 2
❝ Overoptimization follows simple curves in the distance, measured by KL
divergence, between the tuned policy and its starting point, with a different
curve for each of the two optimization methods. Larger proxy reward models and
more preference data delay reward overoptimization, and the coefficients of the
curves change smoothly with reward model size.
    ❝ [Scaling Laws for Reward Model Overoptimization]
      “Overoptimization follows simple curves in the distance, measured by KL
divergence, between the tuned policy and its starting point, with a different
curve for each of the two optimization methods. Larger proxy reward models and
more preference data delay reward overoptimization, and the coefficients of the
curves change smoothly with reward model size.”
    [2] quoted, decided by the step “quote”, score 1.00
> /sorces
assistant: error: there is no command /sorces; did you mean /sources?
> /
assistant: error: there is no command /; /help lists the commands
> /undo
assistant: taken back: How can reward overoptimization be mitigated?
> /quit"""


def test_a_session_reads_on_the_screen_as_it_was_held(chat: Chat, archive: Archive) -> None:
    with chat() as terminal:
        terminal.until_prompt()
        for typed in (OVEROPTIMIZATION, "/why 2", "/sorces", "/", "/undo"):
            terminal.enter(typed)
        terminal.send("/quit")
        assert terminal.end() == 0
        shown = masked(terminal.text())
    greeting, begun, rest = shown.partition("> ")
    assert begun + rest == SESSION
    assert "/help lists the commands; Ctrl-C stops an answer, Ctrl-D leaves" in greeting
    assert b"\x1b[2J" not in terminal.raw  # nothing ever clears the screen
    assert [turn.question for turn in only(archive).recorded] == [OVEROPTIMIZATION]
    assert only(archive).turns == ()


def test_what_was_typed_comes_back_in_the_next_run_and_ctrl_d_leaves_with_0(chat: Chat, archive: Archive) -> None:
    with chat() as first:
        first.until_prompt()
        first.enter(OVEROPTIMIZATION)
        first.enter("/sources")
        first.press(CTRL_D)
        assert first.end() == 0
    with chat("--continue") as second:
        second.until_prompt()
        # The words wrap where the path of the library ends.
        assert f"goes on after turn 1: {OVEROPTIMIZATION}" in second.text().replace("\n", "")
        second.press(UP)
        second.until(lambda: second.cursor_row() == "> /sources", "the last line typed")
        second.press(UP)
        second.until(lambda: second.cursor_row() == f"> {OVEROPTIMIZATION}", "the line before it")
        second.press(ENTER)
        second.until_shown("nothing was concluded")
        second.until_prompt()
        second.press(CTRL_D)
        assert second.end() == 0
    assert [turn.question for turn in only(archive).turns] == [OVEROPTIMIZATION] * 2
    assert (archive.folder / "history").stat().st_mode & 0o777 == 0o600


def test_ctrl_c_drops_a_line_and_twice_leaves_with_130(chat: Chat, archive: Archive) -> None:
    with chat() as terminal:
        terminal.until_prompt()
        terminal.press("half a ques")
        terminal.until(lambda: terminal.cursor_row() == "> half a ques", "what was typed")
        terminal.press(CTRL_C)
        terminal.until_shown("assistant: Ctrl-C again, or Ctrl-D, leaves")
        terminal.until_prompt()
        terminal.enter("/model")  # so that the next one is the first again
        terminal.press(CTRL_C)
        terminal.until(lambda: terminal.text().count("assistant: Ctrl-C again, or Ctrl-D, leaves") == 2, "the hint")
        terminal.until_prompt()
        terminal.press(CTRL_C)
        assert terminal.end() == 130
    assert list(archive.folder.glob("*.jsonl")) == []


def test_lines_pasted_and_lines_broken_are_one_question(chat: Chat, archive: Archive) -> None:
    with chat() as terminal:
        terminal.until_prompt()
        terminal.press(pasted("How can\r\nreward over\noptimization"))
        terminal.until(lambda: terminal.cursor_row() == ". optimization", "the last line pasted")
        terminal.press(ALT_ENTER)
        terminal.press("be mitigated?")
        terminal.until(lambda: terminal.cursor_row() == ". be mitigated?", "another line")
        assert terminal.lines()[-4:] == ["> How can", ". reward over", ". optimization", ". be mitigated?"]
        terminal.press(ENTER)
        terminal.until_shown("nothing was concluded")
        terminal.until_prompt()
    [turn] = only(archive).turns
    assert turn.question == "How can\nreward over\noptimization\nbe mitigated?"


def test_tab_completes_commands_and_titles(chat: Chat) -> None:
    with chat() as terminal:
        terminal.until_prompt()
        terminal.press("/so")
        terminal.until_shown("the evidence of the last answer, with scores")
        terminal.press(TAB)
        terminal.until(lambda: terminal.cursor_row() == "> /sources", "a command completed")
        terminal.press(CTRL_C)
        terminal.until_prompt()
        terminal.press("/open scaling laws for rew")
        terminal.until(lambda: terminal.text().count(SCALING) == 1, "a title on offer")
        terminal.press(TAB)
        terminal.until(lambda: terminal.cursor_row() == f"> /open {SCALING}", "a title completed")
        terminal.press(ENTER)
        terminal.until_shown("listed in papers.txt:")
        terminal.until_prompt()
        terminal.press('Who wrote "ensembles help')
        terminal.press(TAB)
        terminal.until(lambda: f'Who wrote "{ENSEMBLES}' in terminal.cursor_row(), "a title in a question")


HOSTILE = "Escape \x1b]0;owned\x07 \x1b[31mred\x1b[2J \x9b5n \u202e [bold]b[/bold]"


def test_hostile_words_never_reach_the_terminal_raw(chat: Chat, run: Run, tmp_path: Path, archive: Archive) -> None:
    rows = tmp_path / "rows.jsonl"
    row = {"title": HOSTILE, "abstract": f"Escapes are said {HOSTILE} here."}
    rows.write_text(json.dumps(row))
    made = tmp_path / "library"
    assert run("ingest", rows, "--library", made).returncode == 0
    reply = says(f"Escapes are said {HOSTILE} here [Pffff].", HOSTILE, tokens=None)
    with (
        serve(reply, lists_models=False) as server,
        chat("--library", str(made), OPENAI_BASE_URL=server.url) as terminal,
    ):
        terminal.until_prompt()
        terminal.enter("What is said of escapes?")
        known = terminal.text().count("[bold]b[/bold]")
        terminal.press("/open escape")
        terminal.until(lambda: terminal.text().count("[bold]b[/bold]") > known, "the title on offer")
        terminal.press(TAB)
        terminal.until(lambda: "> /open Escape" in terminal.text(), "the title completed")
        terminal.press(CTRL_C)
        terminal.until_prompt()
        # Characters that change the direction of writing are shown as they were typed; all others are made harmless.
        terminal.press(pasted(HOSTILE.replace("\u202e", "")) + ENTER)
        terminal.until(lambda: terminal.text().count("model scripted") == 2, "another answer")
        terminal.until_prompt()
        for typed in ("/sources", "/why", "/open 1", "/search escapes", "/undo", "/filter xyz", "/context"):
            terminal.enter(typed)
        terminal.press(CTRL_D)
        assert terminal.end() == 0
    sent = terminal.raw.decode()
    assert "owned" in sent
    for raw in ("\x1b]", "\x1b[31mred", "\x1b[2J", "\x9b", "\x07", "\u202e"):
        assert raw not in sent
    assert "owned" in only(archive).turns[0].answer.reply


def test_a_dumb_terminal_gets_plain_lines(chat: Chat, archive: Archive) -> None:
    with serve(says(WRITTEN), lists_models=False) as server, chat(TERM="dumb", OPENAI_BASE_URL=server.url) as terminal:
        terminal.until_prompt()
        assert SAID in terminal.enter(OVEROPTIMIZATION)
        assert "## How can reward overoptimization be mitigated?" in terminal.enter("/copy")
        terminal.press(CTRL_C)
        terminal.until_shown("assistant: Ctrl-C again, or Ctrl-D, leaves")
        terminal.until_prompt()
        terminal.press(CTRL_C)
        assert terminal.end() == 130
    assert b"\x1b" not in terminal.raw
    assert len(only(archive).turns) == 1


def test_copy_hands_the_answer_to_the_clipboard_once(chat: Chat) -> None:
    script = says(WRITTEN, tokens=(9_000, 9))
    with serve(script, lists_models=False) as server, chat(OPENAI_BASE_URL=server.url) as terminal:
        terminal.until_prompt()
        assert "assistant: error: nothing was asked yet" in terminal.enter("/copy")
        terminal.enter(OVEROPTIMIZATION)
        assert "handed to the terminal's clipboard" in terminal.enter("/copy")
    [coded] = re.findall(rb"\x1b\]52;c;([^\x07]*)\x07", terminal.raw)
    assert terminal.raw.count(b"\x1b]") == 1
    told = (
        f"## {OVEROPTIMIZATION}\n\n"
        "- ≈ \\*\\*Conservative\\*\\* objectives all but remove reward overoptimization. [1] *(located)*\n\n"
        "*1 claim: 1 located ≈ (no checker) · model scripted*"
    )
    assert base64.b64decode(coded).decode() == told


def test_bytes_that_are_no_text_are_replaced(chat: Chat, archive: Archive) -> None:
    with chat() as terminal:
        terminal.until_prompt()
        terminal.press(b"How is reward overoptimization caf\xe9 mitigated?\r")
        terminal.until_shown("nothing was concluded")
        terminal.until_prompt()
        terminal.press(CTRL_D)
        assert terminal.end() == 0
    assert only(archive).turns[0].question == "How is reward overoptimization caf\ufffd mitigated?"
    assert "caf" in (archive.folder / "history").read_text()
