"""An answer that comes while it is written, on a real terminal: drafts, what is typed meanwhile, and stopping it."""

import re
from threading import Event

from support.chats import (
    ENSEMBLES,
    OVEROPTIMIZATION,
    SAID,
    WRITTEN,
    Chat,
    key,
    only,
    paused,
)
from support.endpoint import chunk as piece
from support.endpoint import says, serve, streams
from support.terminal import CTRL_C, CTRL_D, ENTER, UP, masked

from assistant.answering.conversation.archive import Archive


def test_a_draft_is_markdown_while_it_comes_and_gone_once_it_is_checked(chat: Chat, archive: Archive) -> None:
    go = Event()
    first, rest = WRITTEN[:40], WRITTEN[40:]
    with serve(paused(go, first, rest), lists_models=False) as server, chat(OPENAI_BASE_URL=server.url) as terminal:
        terminal.until_prompt()
        terminal.send(OVEROPTIMIZATION)
        terminal.until_shown("Conservative objectives all but")
        assert "**" not in terminal.text()
        assert terminal.is_bold("Conservative")
        assert not terminal.is_bold("objectives")
        assert archive.ids() == []
        go.set()
        terminal.until_shown("1 claim: 1 located ≈ (no checker) · model scripted")
        # What is complete on the screen is on disk.
        assert only(archive).turns[0].answer.reply == WRITTEN
        terminal.until_prompt()
        shown = masked(terminal.text())
    assert shown[shown.index("> How") :] == (
        f"> {OVEROPTIMIZATION}\n≈ {SAID}\n\n[1] {ENSEMBLES} (2023-10-04)\n"
        "    ≈ “With best-of-n sampling, the conservative ensemble objectives all but\n"
        "remove reward overoptimization, and final quality can rise by as much as 70%.”\n"
        "1 claim: 1 located ≈ (no checker) · model scripted · 9,000 tokens in, 9 out ·\n0.0 s\n>"
    )


def test_a_draft_longer_than_the_screen_leaves_nothing_behind(chat: Chat) -> None:
    go = Event()
    draft = "".join(f"\n\nParagraph number{n} [{key(ENSEMBLES)}]." for n in range(30))
    with (
        serve(paused(go, draft, "\n\nEnd."), lists_models=False) as server,
        chat(OPENAI_BASE_URL=server.url) as terminal,
    ):
        terminal.until_prompt()
        terminal.send(OVEROPTIMIZATION)
        terminal.until_shown("Paragraph number29")
        assert "Paragraph number2 " not in terminal.text()
        terminal.press("typed\nahead")
        go.set()
        terminal.until_shown("model scripted")
        terminal.until(lambda: terminal.lines()[-2:] == ["> typed", ". ahead"], "what was typed meanwhile")
        assert f"[{key(ENSEMBLES)}]" not in terminal.text()
        assert terminal.text().count("ahead") == 1


def test_questions_typed_while_an_answer_runs_are_asked_one_by_one(chat: Chat, archive: Archive) -> None:
    go = Event()
    with (
        serve([paused(go, WRITTEN), says(WRITTEN)], lists_models=False) as server,
        chat(OPENAI_BASE_URL=server.url) as terminal,
    ):
        terminal.until_prompt()
        terminal.send(OVEROPTIMIZATION)
        terminal.until_shown("Conservative objectives")
        terminal.press(f"{ENSEMBLES}?{ENTER}/sources{ENTER}half a ques")
        go.set()
        terminal.until(lambda: terminal.lines()[-1] == "> half a ques", "what was typed last")
        assert terminal.text().count("1 claim: 1 located ≈ (no checker)") == 2
        terminal.press(CTRL_C + CTRL_D)
        assert terminal.end() == 0
    assert [turn.question for turn in only(archive).turns] == [OVEROPTIMIZATION, f"{ENSEMBLES}?"]


def test_questions_typed_before_the_first_prompt_are_asked_one_by_one(chat: Chat, archive: Archive) -> None:
    with chat() as terminal:
        terminal.press(f"{OVEROPTIMIZATION}{ENTER}{ENSEMBLES}{ENTER}/und")
        terminal.until(lambda: terminal.cursor_row() == "> /und", "what was typed and not sent")
        terminal.press(f"o{ENTER}")
        terminal.until_shown("taken back")
        terminal.until_prompt()
        terminal.press(UP)
        terminal.until_shown("> /undo")
        terminal.press(UP)
        terminal.until(lambda: ENSEMBLES in terminal.cursor_row(), "the line before it")
        terminal.press(CTRL_C + CTRL_D)
        assert terminal.end() == 0
    assert [turn.question for turn in only(archive).recorded] == [OVEROPTIMIZATION, ENSEMBLES]


def test_a_chat_that_was_left_before_its_first_prompt_ends_after_what_was_typed(chat: Chat, archive: Archive) -> None:
    with chat() as terminal:
        terminal.press(f"{OVEROPTIMIZATION}{ENTER}{CTRL_D}")
        assert terminal.end() == 0
    assert [turn.question for turn in only(archive).recorded] == [OVEROPTIMIZATION]


def test_ctrl_c_stops_an_answer_and_the_chat_goes_on(chat: Chat, archive: Archive) -> None:
    stalls = streams(piece(WRITTEN[:40]), then="stall")
    with (
        serve([stalls, says(WRITTEN, tokens=(9_000, 9))], lists_models=False) as server,
        chat(OPENAI_BASE_URL=server.url) as terminal,
    ):
        terminal.until_prompt()
        terminal.send(OVEROPTIMIZATION)
        terminal.until_shown("Conservative objectives all but")
        terminal.press(CTRL_C)
        terminal.until_shown("assistant: stopped; the question is not kept")
        terminal.until_prompt()
        assert "Conservative" not in terminal.text()
        assert archive.ids() == []
        assert SAID in terminal.enter(OVEROPTIMIZATION)
        terminal.press(CTRL_D)
        assert terminal.end() == 0
    assert [(turn.number, turn.question) for turn in only(archive).recorded] == [(1, OVEROPTIMIZATION)]


def test_a_window_that_changes_its_size_does_no_harm(chat: Chat, archive: Archive) -> None:
    go = Event()
    with (
        serve(paused(go, WRITTEN[:40], WRITTEN[40:]), lists_models=False) as server,
        chat(OPENAI_BASE_URL=server.url) as terminal,
    ):
        terminal.until_prompt()
        terminal.press("How can reward overopt")
        terminal.until(lambda: terminal.cursor_row() == "> How can reward overopt", "what was typed")
        for columns, rows in ((40, 10), (100, 30)):
            terminal.resize(columns, rows)
            seen = len(terminal.raw)
            terminal.until(lambda: len(terminal.raw) > seen, "the line drawn anew")  # noqa: B023
            terminal.until(lambda: terminal.cursor_row() == "> How can reward overopt", "the same line")
        terminal.press("imization be mitigated?" + ENTER)
        terminal.until_shown("Conservative objectives all but")
        terminal.resize(50, 12)
        terminal.resize(120, 40)
        go.set()
        terminal.until_shown("1 claim: 1 located ≈ (no checker) · model scripted")
        terminal.until_prompt()
        assert f"≈ {SAID}" in terminal.lines()
        assert f"[{key(ENSEMBLES)}]" not in terminal.text()
        assert "nothing was concluded" in terminal.enter("/model none") + terminal.enter(OVEROPTIMIZATION)
    assert len(only(archive).turns) == 2


def test_without_colour_a_draft_is_shown_all_the_same(chat: Chat) -> None:
    go = Event()
    with (
        serve(paused(go, WRITTEN[:40], WRITTEN[40:]), lists_models=False) as server,
        chat(NO_COLOR="1", OPENAI_BASE_URL=server.url) as it,
    ):
        it.until_prompt()
        it.send(OVEROPTIMIZATION)
        it.until_shown("Conservative objectives all but")
        go.set()
        it.until_shown("model scripted")
        it.until_prompt()
        it.press(CTRL_D)
        assert it.end() == 0
    styles = {code for codes in re.findall(rb"\x1b\[([0-9;]*)m", it.raw) for code in codes.split(b";")}
    assert not {code for code in styles if re.fullmatch(rb"[349][0-7]|10[0-7]|38|48", code)}
