"""A folder of questions, conversations and dialogues -> the cases of a suite, checked line by line."""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from assistant.domain.errors import UsageError
from assistant.evaluation import expectations, files, suite_settings
from assistant.evaluation.expectations import Expectation
from assistant.evaluation.suite_settings import GateSettings

QUESTIONS, CONVERSATIONS, DIALOGUES, PARAPHRASES, JUDGEMENTS, SETTINGS = (
    "questions.jsonl",
    "conversations.jsonl",
    "dialogues.jsonl",
    "paraphrases.jsonl",
    "judgements.jsonl",
    "suite.toml",
)
SPLITS = ("dev", "test")
DIALOGUE = "dialogue"
"""The type of a case whose later turns are judged by their answers, each with an `Expectation`."""
Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class GoldTurn:
    """One question with what a right answer rests on; papers are named by title."""

    question: str
    gold: tuple[frozenset[str], ...] = ()
    """Groups of interchangeable titles: a right answer cites one of each; none where the library has no answer."""
    acceptable: frozenset[str] = frozenset()
    """May be cited, need not be."""
    forbidden: frozenset[str] = frozenset()
    """Traps: near, and wrong."""
    facts: tuple[str, ...] = ()
    """Figures that the answer must contain."""
    kind: str = "standalone"
    """How it depends on the turns before: standalone, pronoun, ellipsis, correction, switch, cite, ordinal."""
    about: str = "new"
    """Whether its papers were cited before: "stays", "brings" another one, "new" subject."""
    standalone: str = ""
    """The same question written by hand so that it stands alone; "" where it does so already."""
    cited: tuple[str, ...] = ()
    """What a right answer cites, in order: the history of later turns."""
    judged_papers: frozenset[str] = frozenset()
    """Every paper that somebody judged for this question; none where nobody kept the judgements."""
    expected: Expectation | None = None
    """What a right answer does, for a later turn of a dialogue."""

    @property
    def gold_titles(self) -> tuple[str, ...]:
        """Every title that its gold names, each once."""
        titles = [title for group in self.gold for title in sorted(group)]
        if self.expected:
            titles += [*sorted(self.expected.topic), *(sentences.paper for sentences in self.expected.answers)]
        return tuple(dict.fromkeys(titles))


@dataclass(frozen=True, slots=True)
class Case:
    """What is asked and judged as one: a question, or the turns of a conversation."""

    id: str
    parent: str
    """The case it was made from, itself where it is no variant; variants are no independent evidence."""
    split: str
    type: str
    turns: tuple[GoldTurn, ...]
    answerable: bool = True
    nearest: tuple[str, ...] = ()
    """Titles near to an unanswerable question, which do not answer it."""
    reason: str = ""
    perturbation: str = ""
    """The change to library or question that made it; "" for none."""


@dataclass(frozen=True, slots=True)
class Suite:
    """Cases, and what a run of them must satisfy."""

    folder: Path
    name: str
    cases: tuple[Case, ...]
    digest: str
    """sha256 over its files: runs of different gold are not compared."""
    gate: GateSettings = field(default_factory=GateSettings)
    sample: bool = False
    """Whether it asks about the sample library, which every installation has."""


def load(folder: Path) -> Suite:
    """Return the suite in `folder`; raises `UsageError` that names file and line."""
    if not folder.is_dir():
        cure = f"a suite is a folder with {QUESTIONS} or {CONVERSATIONS}"
        raise UsageError("is no folder", path=folder, cure=cure)
    settings = suite_settings.read(folder / SETTINGS)
    judgements = dict(_read(folder / JUDGEMENTS, _judgements))
    cases = [
        *_read(folder / QUESTIONS, lambda row: _question(row, judgements)),
        *_read(folder / CONVERSATIONS, _conversation),
        *_read(folder / DIALOGUES, _dialogue),
    ]
    if not cases:
        raise UsageError(f"holds neither {QUESTIONS} nor {CONVERSATIONS} nor {DIALOGUES}", path=folder)
    ids: set[str] = set()
    for case in cases:
        if case.id in ids:
            raise UsageError(f"two cases are called {case.id}", path=folder, cure="give one of them another id")
        ids.add(case.id)
    return Suite(
        folder=folder,
        name=settings.name,
        cases=tuple(cases),
        digest=_digest(folder),
        gate=settings.gate,
        sample=settings.sample,
    )


def paraphrases(folder: Path) -> dict[str, str]:
    """Return {id of a question: the same in other words}."""
    return dict(_read(folder / PARAPHRASES, lambda row: (row["parent"], _text(row["question"]))))


def rows(path: Path) -> Iterator[tuple[int, Any]]:
    """Yield (1-based line, object) of a JSONL file; raises `UsageError`.

    Lines end with a line feed and with nothing else: U+2028 may stand in a JSON string as it is.
    """
    try:
        lines = files.read(path).decode("utf-8").split("\n")
    except UnicodeDecodeError as error:
        raise UsageError("cannot be read", path=path, cause=str(error)) from error
    for number, text in enumerate(lines, 1):
        if text.strip():
            try:
                yield number, json.loads(text)
            except ValueError as error:
                raise UsageError("no JSON", path=f"{path}:{number}", cause=str(error)) from error


def _read(path: Path, build: Callable[[Any], Item]) -> list[Item]:
    if not path.exists():
        return []
    items = []
    for number, row in rows(path):
        try:
            items.append(build(row))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise UsageError(f"{type(error).__name__}: {error}", path=f"{path}:{number}") from error
    return items


def _question(row: Mapping[str, Any], judgements: Mapping[str, frozenset[str]]) -> Case:
    turn = GoldTurn(
        question=_text(row["question"]),
        gold=_groups(row["gold"]),
        acceptable=frozenset(_texts(row.get("acceptable", ()))),
        forbidden=frozenset(_texts(row.get("must_not_cite", ()))),
        facts=_texts(row.get("facts", ())),
        judged_papers=judgements.get(str(row["id"]), frozenset()),
    )
    if not all(turn.gold):
        raise ValueError("a gold group is empty")
    if bool(turn.gold) != row["answerable"]:
        raise ValueError("a question is answerable where it has gold papers, and only there")
    case = _case(row, str(row["type"]), (turn,))
    return replace(case, answerable=row["answerable"], nearest=_texts(row.get("nearest", ())))


def _judgements(row: Mapping[str, Any]) -> tuple[str, frozenset[str]]:
    """Return the id of a question and the titles judged for it; grades and reasons are for people."""
    return str(row["id"]), frozenset(_text(title) for title, _, _ in row["judged"])


def _conversation(row: Mapping[str, Any]) -> Case:
    turns = tuple(_turn(turn) for turn in row["turns"])
    if len(turns) < 2 or not all(turn.gold for turn in turns):
        raise ValueError("a conversation has two turns or more, each with gold papers")
    return _case(row, "conversation", turns)


def _dialogue(row: Mapping[str, Any]) -> Case:
    first, *later = row["turns"]
    if not later:
        raise ValueError("a dialogue has two turns or more")
    turns = [GoldTurn(_text(first["question"]), _groups(first["gold"]))]
    for turn in later:
        expected = expectations.read(turn["expect"])
        groups = _groups(turn["expect"].get("gold", ()))
        turns.append(GoldTurn(_text(turn["question"]), groups, kind=expected.kind, expected=expected))
    return _case(row, DIALOGUE, tuple(turns))


def _groups(groups: Sequence[Sequence[str]]) -> tuple[frozenset[str], ...]:
    return tuple(frozenset(_texts(group)) for group in groups)


def _turn(row: Mapping[str, Any]) -> GoldTurn:
    return GoldTurn(
        question=_text(row["question"]),
        gold=tuple(frozenset([title]) for title in _texts(row["gold"])),
        kind=str(row["kind"]),
        about=str(row["about"]),
        standalone=_text(row["standalone"]),
        cited=_texts(row["cited"]),
    )


def _case(row: Mapping[str, Any], kind: str, turns: tuple[GoldTurn, ...]) -> Case:
    if row["split"] not in SPLITS:
        raise ValueError(f"split {row['split']!r} is not one of {', '.join(SPLITS)}")
    id = str(row["id"])
    return Case(id, str(row.get("parent", id)), row["split"], kind, turns, reason=str(row.get("reason", "")))


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"{value!r} is no text")
    return value


def _texts(values: Sequence[Any]) -> tuple[str, ...]:
    if isinstance(values, str):
        raise TypeError(f"{values!r} should be a list")
    return tuple(map(_text, values))


def _digest(folder: Path) -> str:
    total = hashlib.sha256()
    later = (DIALOGUES,) if (folder / DIALOGUES).exists() else ()  # older suites keep their digest
    for name in (QUESTIONS, CONVERSATIONS, PARAPHRASES, *later):
        path = folder / name
        total.update(name.encode() + b"\0" + (path.read_bytes() if path.exists() else b"") + b"\0")
    return total.hexdigest()
