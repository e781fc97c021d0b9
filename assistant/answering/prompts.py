"""`prompts/<name>.md` -> instructions and a template that is checked when loaded and filled in one pass.

A file is the front matter between two lines +++, then the text. Where the text has a line +++ of its own, what stands
above it are the instructions: the same for every question and without fields, they go first, as a message of the
system. An endpoint that keeps what it has read of a prompt then reads them once, not once a question.
"""

import hashlib
import re
import string
import tomllib
from dataclasses import dataclass
from pathlib import Path

from assistant.domain.errors import AssistantError
from assistant.models.base import Message

_FRONT = re.compile(r"\A\+\+\+\n(.*?)\n\+\+\+\n(.*)\Z", re.DOTALL)
_BORDER = "\n+++\n"  # between the instructions and what is said of one question


@dataclass(frozen=True, slots=True)
class Prompt:
    """One released wording; its file never changes, the next wording is a new file."""

    name: str
    sha256: str
    fields: frozenset[str]
    abstain: str
    """The exact sentence that means "not in the library"; "" for a prompt that asks for no answer."""
    text: str
    """What is said of one question, with the fields."""
    system: str = ""
    """The instructions, the same for every question; "" where `text` holds them."""

    def messages(self, **values: str) -> list[Message]:
        """Return what a model is sent: the instructions first, then the values in place of the fields."""
        instructions = [Message("system", self.system)] if self.system else []
        return [*instructions, Message("user", self.fill(**values))]

    def fill(self, **values: str) -> str:
        """Put the values in place of the fields, once: a value that looks like a field stays as it is."""
        if values.keys() != self.fields:
            raise AssistantError(f"the prompt needs {sorted(self.fields)}, was given {sorted(values)}", path=self.name)
        return string.Template(self.text).substitute(values)


def load(name: str, folder: Path | None = None) -> Prompt:
    """Load the prompt `name`, such as "answer.v1", from `folder` or from where the program keeps them."""
    path = (folder or home()) / f"{name}.md"
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise AssistantError(
            "this prompt of the program cannot be read",
            path=path,
            cause=str(error.strerror),
            cure="the installation is not complete, install it again",
        ) from error
    match = _FRONT.match(raw.decode("utf-8"))
    if not match:
        raise AssistantError("no front matter between two lines +++", path=path)
    try:
        front, whole = tomllib.loads(match[1]), match[2]
        fields, abstain = frozenset(front["fields"]), str(front.get("abstain", ""))
    except (tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise AssistantError("the front matter needs `fields`", path=path, cause=str(error)) from error
    above, border, below = whole.partition(_BORDER)
    system, text = (above.strip(), below) if border else ("", whole)
    if string.Template(system).get_identifiers():
        raise AssistantError("its instructions have fields, and would differ from question to question", path=path)
    used = set(string.Template(text).get_identifiers())
    if used != fields:
        raise AssistantError(f"declares the fields {sorted(fields)} and uses {sorted(used)}", path=path)
    if abstain not in whole:
        raise AssistantError("the abstention sentence of the front matter is not in the text", path=path)
    return Prompt(name, hashlib.sha256(raw).hexdigest(), fields, abstain, text, system)


def home() -> Path:
    """Return the folder of the prompts: beside the package in a checkout, inside it when installed from a wheel."""
    package = Path(__file__).parents[1]
    installed = package / "_prompts"
    return installed if installed.is_dir() else package.parent / "prompts"
