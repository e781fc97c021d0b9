"""Ctrl-C or a break after a draft was checked: the draft is shown and kept, and what is missing is said."""

import os
import signal
from collections.abc import Mapping
from pathlib import Path

import pytest
from support import commands
from support.chats import ENSEMBLES, OVEROPTIMIZATION, WRITTEN, Chat, Talk, key, only
from support.endpoint import Exchange, chunk, encoded, says, serve, streams
from support.terminal import CTRL_C, CTRL_D

from assistant.answering.conversation.archive import Archive

BAD = f"Ensembles cost 999 dollars [{key(ENSEMBLES)}]."
SHOWN = "✗ Ensembles cost 999 dollars. [1]\n    unsupported: not in the cited abstract: 999\n"
STOPPED = "1 failing claim was sent back once; the revision was stopped, and the first answer stands"
TWO = f"Ensembles soften exploitation [{key(ENSEMBLES)}]. Conservative objectives remove it [{key(ENSEMBLES)}]."


def interrupts(exchange: Exchange) -> None:
    """Begin a reply, and have Ctrl-C pressed."""
    exchange.begin()
    exchange.send(encoded(chunk("Ensembles"), done=False))
    os.kill(os.getpid(), signal.SIGINT)
    exchange.wait()


def ask(
    environment: Mapping[str, str], folder: Path, *words: str, typed: str = "", **more: str
) -> tuple[int, str, str]:
    done = commands.in_this_process(["ask", *words], typed.encode(), folder, {**environment, **more})
    return done.returncode, done.stdout, done.stderr


def test_ctrl_c_during_a_revision_leaves_the_checked_draft_and_ends_with_130(
    environment: Mapping[str, str], tmp_path: Path
) -> None:
    two = f"{OVEROPTIMIZATION}\n{OVEROPTIMIZATION}\n"
    with serve([says(BAD, tokens=(9_000, 9)), interrupts], lists_models=False) as server:
        given = {"OPENAI_BASE_URL": server.url, "ASSISTANT_CHECK": "none"}
        code, shown, told = ask(environment, tmp_path, "--stdin", typed=two, **given)
        assert (code, told, len(server.requests)) == (130, "assistant: interrupted\n", 2)
    assert SHOWN in shown
    assert f"note: {STOPPED}\n1 claim: 1 unsupported ✗ · model scripted · " in shown
    assert shown.count(OVEROPTIMIZATION) == 1  # the second question is not answered


def test_ctrl_c_while_claims_are_judged_leaves_what_was_judged(environment: Mapping[str, str], tmp_path: Path) -> None:
    with serve([says(TWO, tokens=(9_000, 9)), says("yes"), interrupts], lists_models=False) as server:
        given = {"OPENAI_BASE_URL": server.url, "ASSISTANT_CHECK": "model"}
        code, shown, _ = ask(environment, tmp_path, OVEROPTIMIZATION, **given)
    assert code == 130
    assert "note: of 2 claims 1 was judged by the checker, for it was stopped\n" in shown
    summary = "\n2 claims: 1 supported ✓, 1 located ≈ (not settled) · checked by gpt-4.1-mini · 1 not checked · model "
    assert summary in shown


def test_a_revision_that_breaks_off_leaves_the_checked_draft(environment: Mapping[str, str], tmp_path: Path) -> None:
    breaks = streams(chunk("Ensembles cost nothing"), then="cut")  # as for a silence: `test_both_models`
    with serve([says(BAD, tokens=(9_000, 9)), breaks], lists_models=False) as server:
        given = {"OPENAI_BASE_URL": server.url, "ASSISTANT_CHECK": "none"}
        code, shown, _ = ask(environment, tmp_path, OVEROPTIMIZATION, **given)
    assert (code, len(server.requests)) == (0, 2)
    assert SHOWN in shown
    [note] = [line for line in shown.splitlines() if line.startswith("note: ")]
    assert note.startswith("note: 1 failing claim was sent back once; the revision broke off (the connection failed: ")
    assert note.endswith("), and the first answer stands")


def test_in_a_chat_the_draft_is_kept_and_the_chat_goes_on(chat: Chat, archive: Archive) -> None:
    stalls = streams(chunk("Ensembles do"), then="stall")
    with (
        serve([says(BAD, tokens=(9_000, 9)), stalls, says(WRITTEN)], lists_models=False) as server,
        chat(OPENAI_BASE_URL=server.url) as terminal,
    ):
        terminal.until_prompt()
        terminal.send(OVEROPTIMIZATION)
        terminal.until_shown("Ensembles do")
        terminal.press(CTRL_C)
        terminal.until_shown("1 claim: 1 unsupported ✗ · model scripted")
        terminal.until_prompt()
        assert "✗ Ensembles cost 999 dollars. [1]" in terminal.text()
        assert "is not kept" not in terminal.text()
        assert "1 located ≈" in terminal.enter(OVEROPTIMIZATION)
        terminal.press(CTRL_D)
        assert terminal.end() == 0
    first, second = only(archive).turns
    assert (first.answer.notes, first.answer.reply) == ((STOPPED,), BAD)
    assert [claim.verdict for claim in (*first.answer.claims, *second.answer.claims)] == ["unsupported", "located"]


def test_a_pipe_into_a_chat_ends_with_130_once_the_draft_is_shown(talk: Talk, archive: Archive) -> None:
    with serve([says(BAD, tokens=(9_000, 9)), interrupts], lists_models=False) as server:
        code, shown = talk(OVEROPTIMIZATION, OVEROPTIMIZATION, OPENAI_BASE_URL=server.url)
    assert code == 130
    assert SHOWN in shown
    assert shown.endswith("assistant: interrupted\n")
    assert [turn.answer.notes for turn in only(archive).turns] == [(STOPPED,)]


@pytest.mark.parametrize("name", ["answers.md", "answers.jsonl"])
def test_ctrl_c_at_a_later_question_leaves_the_file_of_the_answers_before(
    environment: Mapping[str, str], tmp_path: Path, name: str
) -> None:
    two = f"{OVEROPTIMIZATION}\n{OVEROPTIMIZATION}\n"
    with serve([says(WRITTEN, tokens=(9_000, 9)), interrupts], lists_models=False) as server:
        given = {"OPENAI_BASE_URL": server.url, "ASSISTANT_CHECK": "none"}
        code, shown, told = ask(environment, tmp_path, "--stdin", "-o", name, typed=two, **given)
    assert (code, shown, told) == (130, "", f"assistant: interrupted\nassistant: written to {name}\n")
    assert "objectives all but remove reward overoptimization" in (tmp_path / name).read_text()
    with serve(interrupts, lists_models=False) as server:
        given = {"OPENAI_BASE_URL": server.url, "ASSISTANT_CHECK": "none"}
        code, shown, told = ask(environment, tmp_path, "--stdin", "-o", f"no-{name}", typed=two, **given)
    assert (code, shown, told.strip()) == (130, "", "assistant: interrupted")
    assert not (tmp_path / f"no-{name}").exists()  # there was no answer yet
