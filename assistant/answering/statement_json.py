"""JSON that a model writes, as far as it has come -> its statements, each a text with the sources that it names.

    {"statements": [{"sources": ["1.2"], "text": "Colder dough rises more slowly."}]}

A reply that is whole is read at once. While it is written, and where it broke off or is no JSON after all, it is read
character by character, so that nothing of it is lost. An empty list abstains.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from assistant.answering.numbered_sources import NumberedSources
from assistant.domain import sentences
from assistant.domain.sanitize import rejoin_surrogates

_ESCAPE, _UNICODE_ESCAPE = 2, 6  # characters of "\n", and of a character by its code
_TEXT = frozenset({"text", "answer", "statement", "sentence", "claim"})
_SOURCES = frozenset({"sources", "source", "citations", "citation"})
"""What a statement and its sources are called, also by models that are held to no schema."""
_BEGINS = re.compile(r"\s*(?:```(?:json)?\s*)?(?:\{|\[\s*(?:\{|\]\s*\Z))")
_ABSTAINS = re.compile(r"\A\W*\[\s*\]|\{\s*(?:\"statements\"\s*:\s*\[\s*(?:\]|\Z)|\}|\Z)")
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
        text = " ".join(rejoin_surrogates(self.text).split())
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
    return _BEGINS.match(reply) is not None


def abstains(reply: str) -> bool:
    """Whether such JSON has no statements, rather than some that cannot be read."""
    return _ABSTAINS.search(reply) is not None


def read(reply: str) -> Sequence[WrittenStatement]:
    """Return the statements of a reply, with what there is of the last one where it broke off.

    >>> [statement.cited() for statement in read('{"answer": {"text": "Yeast makes gas.", "sources": [1.10]}}')]
    ['Yeast makes gas. [1.10]']
    """
    whole = reply.strip().removeprefix("```json").removeprefix("```").removesuffix("```")
    try:
        # Names may stand twice, so objects are tuples of pairs. Numbers stay as they are written: 1.10 is not 1.1 here.
        document = json.loads(
            whole,
            strict=False,
            object_pairs_hook=tuple,
            parse_float=_Number,
            parse_int=_Number,
            parse_constant=_Number,
        )
        return list(_written(document))
    except (ValueError, RecursionError):
        reader = StatementReader()
        reader.take(reply)
        return reader.end()


class _Number(str):
    """A number as it is written."""

    __slots__ = ()


def _written(document: object) -> Iterator[WrittenStatement]:
    """Yield the statements that the objects of a document are, each before those within it."""
    waiting = [document]
    while waiting:
        value = waiting.pop()
        pairs = value if isinstance(value, tuple) else ()
        text = " ".join(word for name, part in pairs if name in _TEXT for word in _strings(part, str))
        if text.strip():
            named = (word for name, part in pairs if name in _SOURCES for word in _strings(part, str, _Number))
            yield WrittenStatement(text, tuple(named))
        parts = value if isinstance(value, list) else [part for name, part in pairs if name not in _SOURCES]
        waiting.extend(reversed(parts))


def _strings(value: object, *kinds: type[str]) -> list[str]:
    """Return what is of these kinds: a value, or what stands in the list that it is."""
    parts = value if isinstance(value, list) else [value]
    return [str(part) for part in parts if type(part) in kinds]


@dataclass(slots=True)
class _Object:
    """An object that is being read: the statement that it may be."""

    text: list[str] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)
    field: str = ""
    """The name before the value that is being read; "" where a name may come."""
    is_list: bool = False
    """Whether that value is a list of texts or sources."""


class StatementReader:
    """Reads pieces of such JSON, in time linear in their length."""

    def __init__(self) -> None:
        self._objects = [_Object()]  # in the order in which they begin
        self._open = [self._objects[0]]  # each within the one before it
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
            elif self._open[-1].field in _SOURCES and character in "0123456789.":
                self._number += character
            else:
                if self._number:
                    self._open[-1].sources.append(self._number)
                    self._number = ""
                shown.append(self._between(character))
        return "".join(shown)

    def end(self) -> Sequence[WrittenStatement]:
        """Return all statements, also those that have no end: without sources, for they may say more than these do."""
        for unfinished in self._open:
            unfinished.sources.clear()
        written = [WrittenStatement("".join(each.text), tuple(each.sources)) for each in self._objects]
        return [statement for statement in written if statement.text.strip()]

    def _between(self, character: str) -> str:
        """Take a character outside of strings; return the end of a statement that it ends."""
        inner = self._open[-1]
        if character == '"':
            self._string = []
        elif character == ":":
            inner.field, inner.is_list = self._last, False
            return self._apart(inner)
        elif character == "{":
            self._objects.append(_Object())
            self._open.append(self._objects[-1])
        elif character == "}":
            return self._closed()
        elif character == "[":
            inner.is_list = inner.field in _TEXT or inner.field in _SOURCES
        elif character == "]" or (character == "," and not inner.is_list):
            inner.field, inner.is_list = "", False
        elif character == ",":
            return self._apart(inner)
        return ""

    def _apart(self, inner: _Object) -> str:
        """Return what stands between two texts of one object, if this begins another one of it."""
        if inner.field not in _TEXT or not inner.text:
            return ""
        inner.text.append(" ")
        return " "

    def _within(self, character: str) -> str:
        """Take a character of a string; return what it adds to the words of a statement."""
        inner = self._open[-1]
        if self._escape or character == "\\":
            character = self._escaped(character)
        elif character == '"':
            self._last, self._string = "".join(self._string or []), None
            if inner.field in _SOURCES:
                inner.sources.append(self._last)
            return ""
        if character and self._string is not None:
            self._string.append(character)
            if inner.field in _TEXT:
                inner.text.append(character)
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

    def _closed(self) -> str:
        """End an object; return what it cites, and the end of its line, where it is a statement."""
        ended = self._open.pop()
        if not self._open:  # a bracket too many: what follows is another one's
            self._objects.append(_Object())
            self._open.append(self._objects[-1])
        if not "".join(ended.text).strip():
            return ""
        brackets = f" [{', '.join(dict.fromkeys(ended.sources))}]" if ended.sources else ""
        return f"{brackets}\n"
