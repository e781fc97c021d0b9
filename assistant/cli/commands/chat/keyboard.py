"""Keys on a terminal, or lines of a pipe -> what was typed: questions and commands."""

import contextlib
import os
import re
import sys
from collections import deque
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from assistant.cli import console
from assistant.domain.limits import bounded_lines
from assistant.domain.sanitize import one_line, sanitize
from assistant.library.snapshot import LibrarySnapshot
from assistant.retrieval import library_finder

if TYPE_CHECKING:
    from prompt_toolkit.completion import Completer
    from prompt_toolkit.history import History
    from prompt_toolkit.key_binding import KeyBindings

PROMPT = "> "
_LINE_END = re.compile("[\r\n]")
_COMPLETIONS = 50  # titles that are offered for what was begun
_CTRL_D = ("\0", "\x04")  # the first is how the terminal keeps one for a program that reads lines


class Reader(Protocol):
    """Where questions come from."""

    interactive: bool
    """Whether a person types, who can be asked to go on after an error."""

    def read(self) -> str | None:
        """Return what was typed next, None at the end; raises `KeyboardInterrupt`."""


def reader(folder: Path, library: LibrarySnapshot) -> Reader:
    """Return a line editor with history in `folder` and titles of `library` where there is a terminal."""
    if not (sys.stdin and sys.stdin.isatty() and sys.stdout.isatty()):
        return Piped(interactive=False)
    if os.environ.get("TERM", "dumb") == "dumb":
        return Piped(interactive=True)
    return Edited(folder, library)


@contextlib.contextmanager
def keys_as_typed(reader: Reader) -> Iterator[None]:
    """Leave keys that are typed while an answer is made to the line editor, as they were typed.

    The terminal would make lines of them, in which Enter is what Ctrl-J is to the editor: another line of one question.
    So it did with what was typed until now, which the editor is given as lines. Where there is no termios, as on
    Windows, it does so all the time.
    """
    try:
        import termios
    except ImportError:
        yield
        return
    if not isinstance(reader, Edited):
        yield
        return
    before = termios.tcgetattr(0)
    raw = [before[0] & ~termios.ICRNL, *before[1:3], before[3] & ~(termios.ECHO | termios.ICANON), *before[4:]]
    termios.tcsetattr(0, termios.TCSANOW, raw)
    try:
        reader.take(_pending())
        yield
    finally:
        termios.tcsetattr(0, termios.TCSADRAIN, before)


def _pending() -> str:
    """Return what waits to be read from the terminal."""
    import select

    pieces = []
    while select.select([0], [], [], 0)[0] and (piece := os.read(0, 65_536)):
        pieces.append(piece)
    return b"".join(pieces).decode("utf-8", "replace")


class Piped:
    """Plain lines in; bytes that are no UTF-8 are replaced."""

    def __init__(self, *, interactive: bool) -> None:
        self.interactive = interactive

    def read(self) -> str | None:
        """Return the next line."""
        if self.interactive:
            print(PROMPT, end="", flush=True)
        raw = next(bounded_lines(console.typed()), None)
        return None if raw is None else raw.decode("utf-8", "replace")


class Edited:
    """prompt_toolkit's line editor: history across runs, several lines by pasting or Alt-Enter, completion by Tab."""

    interactive = True

    def __init__(self, folder: Path, library: LibrarySnapshot) -> None:
        from prompt_toolkit import PromptSession
        from prompt_toolkit.filters import Condition

        self._lines: deque[str] = deque()  # typed before there was an editor
        self._begun = ""  # of a line that was not sent
        path = folder / "history"
        with contextlib.suppress(OSError):  # where nothing can be kept, lines of this chat come back all the same
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            path.touch(mode=0o600)
        self._session: PromptSession[str] = PromptSession(
            PROMPT,
            history=_history(path),
            completer=_completer(library),
            complete_while_typing=Condition(lambda: self._session.default_buffer.text.startswith("/")),
            key_bindings=_bindings(),
            multiline=True,
            prompt_continuation=". ",
            enable_suspend=True,
        )

    def take(self, typed: str) -> None:
        """Take what was typed before the first prompt: each of its lines is read on its own."""
        *lines, self._begun = _LINE_END.split(typed)
        self._lines.extend(lines)

    def read(self) -> str | None:
        """Return the next question or command."""
        if self._lines:
            line = sanitize(self._lines.popleft())
            console.lines(console.plain(f"{PROMPT}{line}"))
            if line.strip():
                self._session.history.append_string(line)
            return line
        begun, self._begun = self._begun, ""
        if begun.startswith(_CTRL_D):
            return None
        try:
            return _valid(self._session.prompt(default=sanitize(begun)))
        except EOFError:
            return None


def _history(path: Path) -> "History":
    """Return what was typed before, from a file; what cannot be added to it is lost, and nothing else."""
    from prompt_toolkit.history import FileHistory

    class Lasting(FileHistory):
        def load_history_strings(self) -> Iterable[str]:
            try:
                return super().load_history_strings()
            except OSError:
                return []

        def store_string(self, string: str) -> None:
            with contextlib.suppress(OSError):
                super().store_string(_valid(string))

    return Lasting(str(path))


def _valid(typed: str) -> str:
    """Return text that can be encoded: bytes that are no UTF-8 arrive as halves of characters, and are replaced."""
    return typed.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _bindings() -> "KeyBindings":
    """Enter sends, Alt-Enter or Ctrl-J begins another line."""
    from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent

    keys = KeyBindings()

    @keys.add("enter")
    def send(event: KeyPressEvent) -> None:
        event.current_buffer.validate_and_handle()

    @keys.add("escape", "enter")
    @keys.add("c-j")
    def break_line(event: KeyPressEvent) -> None:
        event.current_buffer.insert_text("\n")

    return keys


def _completer(library: LibrarySnapshot) -> "Completer":
    from prompt_toolkit.completion import CompleteEvent, Completer, Completion
    from prompt_toolkit.document import Document

    from assistant.cli.commands.chat import commands
    from assistant.library import annotations

    class Words(Completer):
        """Commands after a slash; tags after /in; titles after /open and inside quotation marks."""

        def __init__(self) -> None:
            self._finder = library_finder.of_library(library)

        def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:
            text = document.text_before_cursor
            if text.startswith("/") and " " not in text:
                for name, command in commands.COMMANDS.items():
                    if name.startswith(text[1:]):
                        yield Completion(f"/{name}", -len(text), display_meta=command.help)
                return
            if text.startswith("/in "):
                begun = text.removeprefix("/in ")
                tags = map(one_line, annotations.counts(annotations.read(library.catalogue).by_id))
                yield from (Completion(tag, -len(begun)) for tag in tags if begun.casefold() in tag.casefold())
                return
            begun = text.removeprefix("/open ") if text.startswith("/open ") else _quoted(text)
            if begun:
                yield from (Completion(title, -len(begun)) for title in self._matching(begun.casefold()))

        def _matching(self, begun: str) -> Iterator[str]:
            papers = self._finder.suggestions(begun, _COMPLETIONS)
            titles = (one_line(paper.title) for paper in papers)
            return (title for title in titles if begun in sanitize(title).casefold())

    return Words()


def _quoted(text: str) -> str:
    """Return what follows an opening quotation mark that is not closed yet, "" where there is none."""
    before, mark, begun = text.rpartition('"')
    return begun if mark and before.count('"') % 2 == 0 else ""
