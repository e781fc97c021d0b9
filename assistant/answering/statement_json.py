"""JSON that a model writes, as far as it has come -> its statements, each a text with the sources that it names.

    {"statements": [{"sources": ["1.2"], "text": "Colder dough rises more slowly."}]}

It is read character by character, so that it shows while it is written and what broke off is not lost; an empty list
abstains.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assistant.answering.numbered_sources import NumberedSources
from assistant.domain import sentences

_ESCAPE, _UNICODE_ESCAPE = 2, 6  # characters of "\n", and of a character by its code
_TEXT = frozenset({"text", "answer", "statement", "sentence", "claim"})
_SOURCES = frozenset({"sources", "source", "citations", "citation"})
"""What a statement and its sources are called, also by models that are held to no schema."""
_ABSTAINS = re.compile(r"\{\s*(?:\"statements\"\s*:\s*\[\s*(?:\]|\Z)|\}|\Z)")
_LONE = re.compile("[\ud800-\udfff]")  # half of a character that is written as two codes
_MOST_STATEMENTS = 4  # small models repeat themselves without end where nothing ends it
_MOST_NAMED = 400  # sentences that a schema lists; more are named without a list


@dataclass(frozen=True, slots=True)
class WrittenStatement:
    """One statement as it was written."""

    text: str
    sources: tuple[str, ...]

    def cited(self) -> str:
        """Return the words with what they cite in square brackets; of several sentences each cites the same."""
        brackets = f" [{', '.join(dict.fromkeys(self.sources))}]" if self.sources else ""
        text = " ".join(self.text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").split())
        return " ".join(f"{text[start:end]}{brackets}" for start, end in sentences.split(text))


def schema(sources: NumberedSources) -> Mapping[str, object]:
    """Return the JSON Schema of such a reply, in which nothing but these sentences can be cited."""
    numbers = [number for number in sources.marks if "." in number]
    name: dict[str, object] = {"type": "string"}
    if len(numbers) <= _MOST_NAMED:
        name["enum"] = numbers
    fields = {"sources": {"type": "array", "items": name, "maxItems": 4}, "text": {"type": "string"}}
    return _record({"statements": {"type": "array", "items": _record(fields), "maxItems": _MOST_STATEMENTS}})


def _record(fields: Mapping[str, object]) -> dict[str, object]:
    return {"type": "object", "properties": fields, "required": list(fields), "additionalProperties": False}


def is_json(reply: str) -> bool:
    """Whether a reply, or its beginning, is such JSON and no text."""
    return reply.lstrip().removeprefix("```json").removeprefix("```").lstrip().startswith("{")


def abstains(reply: str) -> bool:
    """Whether such JSON has no statements, rather than some that cannot be read."""
    return _ABSTAINS.search(reply) is not None


def read(reply: str) -> Sequence[WrittenStatement]:
    """Return the statements of a reply, with what there is of the last one where it broke off."""
    reader = StatementReader()
    reader.take(reply)
    return reader.end()


class StatementReader:
    """Reads pieces of such JSON, in time linear in their length."""

    def __init__(self) -> None:
        self._statements: list[WrittenStatement] = []
        self._text: list[str] = []
        self._sources: list[str] = []
        self._field = ""
        self._string: list[str] | None = None  # the characters of a string that has not ended
        self._escape = ""
        self._number = ""
        self._last = ""  # the string that ended last: a field, where a colon follows

    def take(self, piece: str) -> str:
        """Read a piece; return the words of statements that it adds, each statement on a line of its own."""
        shown: list[str] = []
        for character in piece:
            if self._string is not None:
                shown.append(self._within(character))
            elif self._field in _SOURCES and character in "0123456789.":
                self._number += character
            elif self._number:
                self._sources.append(self._number)
                self._number = ""
                shown.append(self._between(character))
            else:
                shown.append(self._between(character))
        return "".join(shown)

    def end(self) -> Sequence[WrittenStatement]:
        """Return all statements, also one that has no end: without sources, for it may say more than they do."""
        if self._text:
            self._sources = []
            self._close()
        return self._statements

    def _between(self, character: str) -> str:
        """Take a character outside of strings; return the end of a statement that it ends."""
        if character == '"':
            self._string = []
        elif character == ":":
            self._field = self._last
        elif character == "}" and self._text:
            return self._close()
        elif character == "]" or (character == "," and self._field in _TEXT):
            self._field = ""
        return ""

    def _within(self, character: str) -> str:
        """Take a character of a string; return what it adds to the words of a statement."""
        if self._escape or character == "\\":
            character = self._escaped(character)
        elif character == '"':
            self._last, self._string = "".join(self._string or []), None
            if self._field in _SOURCES:
                self._sources.append(self._last)
            return ""
        if character and self._string is not None:
            self._string.append(character)
            if self._field in _TEXT:
                self._text.append(character)
                return "" if _LONE.match(character) else character
        return ""

    def _escaped(self, character: str) -> str:
        """Take a character of an escape; return what the escape means once it is whole, until then ""."""
        self._escape += character
        is_code = self._escape.startswith("\\u")
        if len(self._escape) < (_UNICODE_ESCAPE if is_code else _ESCAPE):
            return ""
        escape, self._escape = self._escape, ""
        try:
            return str(json.loads(f'"{escape}"'))
        except ValueError:
            return escape

    def _close(self) -> str:
        """End a statement; return what it cites, and the end of its line."""
        self._statements.append(WrittenStatement("".join(self._text), tuple(self._sources)))
        brackets = f" [{', '.join(dict.fromkeys(self._sources))}]" if self._sources else ""
        self._text, self._sources, self._field = [], [], ""
        return f"{brackets}\n"
