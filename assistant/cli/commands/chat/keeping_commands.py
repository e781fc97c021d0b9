"""/undo, /copy and /export: turns taken back, and answers taken elsewhere."""

import base64
import os
import sys
from dataclasses import replace

from assistant.answering.conversation import session
from assistant.cli import console
from assistant.cli.commands.chat.state import Chat
from assistant.cli.views import exports, files
from assistant.domain.sanitize import one_line


def undo(chat: Chat, _: str) -> Chat:
    """Take the last turn back; it stays in the file, and its citations keep their numbers."""
    question = chat.last.question
    conversation = session.undo(chat.session, chat.conversation)
    console.tell(f"taken back: {one_line(question)}")
    return replace(chat, conversation=conversation)


def copy(chat: Chat, _: str) -> Chat:
    """Hand the last answer to the terminal for its clipboard (OSC 52), or print it where none would take it."""
    text = exports.turn_markdown(chat.last, chat.conversation.numbers)
    if not sys.stdout.isatty() or os.environ.get("TERM", "dumb") == "dumb":
        console.lines(console.plain(text))
        return chat
    coded = base64.b64encode(text.encode("utf-8", "replace")).decode("ascii")
    sys.stdout.write(f"\x1b]52;c;{coded}\x07")
    sys.stdout.flush()
    console.tell("handed to the terminal's clipboard, if it has one that programs may write")
    return chat


def export(chat: Chat, wanted: str) -> Chat:
    """Write the conversation to a file that does not exist yet."""
    path = files.export(chat.conversation, wanted)
    console.tell(f"written to {path}")
    return chat
