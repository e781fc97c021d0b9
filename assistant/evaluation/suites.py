"""A folder of questions and conversations, or one file -> the cases of a suite, checked line by line."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from assistant.domain.errors import UsageError
from assistant.evaluation import expectations, files, marked_abstracts, suite_settings
from assistant.evaluation.cases import DIALOGUE, Case, GoldTurn
from assistant.evaluation.suite_settings import GateSettings, SuiteSettings

QUESTIONS, CONVERSATIONS, PARAPHRASES, JUDGEMENTS, SETTINGS = (
    "questions.jsonl",
    "conversations.jsonl",
    "paraphrases.jsonl",
    "judgements.jsonl",
    "suite.toml",
)
SENTENCES, LISTS, DIALOGUES, LANGUAGES = "sentences.jsonl", "lists.jsonl", "dialogues.jsonl", "languages.jsonl"
SPLITS = ("dev", "test")
Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Suite:
    """Cases, and what a run of them must satisfy."""

    folder: Path
    """Where it was loaded from; the file, where it is one."""
    name: str
    cases: tuple[Case, ...]
    digest: str
    """sha256 over its files: runs of different gold are not compared."""
    gate: GateSettings = field(default_factory=GateSettings)
    sample: bool = False
    """Whether it asks about the sample library, which every installation has."""


def load(folder: Path) -> Suite:
    """Return the suite in `folder`, or the one that a file is whose name is in `_FILES`.

    Raises `UsageError` that names file and line.
    """
    if not folder.is_dir():
        return _load_file(folder)
    settings = suite_settings.read(folder / SETTINGS)
    judgements = dict(_read(folder / JUDGEMENTS, _judgements))
    cases = [
        *_read(folder / QUESTIONS, lambda row: _question(row, judgements)),
        *_read(folder / CONVERSATIONS, _conversation),
    ]
    if not cases:
        raise UsageError(f"holds neither {QUESTIONS} nor {CONVERSATIONS}", path=folder)
    return _suite(folder, settings, cases, _digest(folder, (QUESTIONS, CONVERSATIONS, PARAPHRASES)))


def _load_file(path: Path) -> Suite:
    """Return the suite that one file is; its settings, where it has any, stand beside it, in "sentences.toml" say."""
    if path.name not in _FILES or not path.exists():
        what = "is no folder" if path.name not in _FILES else "is not there"
        cure = f"a suite is a folder with {QUESTIONS} or {CONVERSATIONS}, or a file {' or '.join(_FILES)}"
        raise UsageError(what, path=path, cure=cure)
    settings = suite_settings.read(path.with_suffix(".toml"))
    settings = replace(settings, name=f"{settings.name}/{path.stem}")
    if not (cases := _read(path, _FILES[path.name])):
        raise UsageError("holds no question", path=path)
    return _suite(path, settings, cases, _digest(path.parent, (path.name,)))


def _suite(folder: Path, settings: SuiteSettings, cases: Sequence[Case], digest: str) -> Suite:
    ids: set[str] = set()
    for case in cases:
        if case.id in ids:
            raise UsageError(f"two cases are called {case.id}", path=folder, cure="give one of them another id")
        ids.add(case.id)
    return Suite(
        folder=folder,
        name=settings.name,
        cases=tuple(cases),
        digest=digest,
        gate=settings.gate,
        sample=settings.sample,
    )


def paraphrases(folder: Path) -> dict[str, str]:
    """Return {id of a question: the same in other words}."""
    return dict(_read(folder / PARAPHRASES, lambda row: (row["parent"], _text(row["question"]))))


def _read(path: Path, build: Callable[[Any], Item]) -> list[Item]:
    if not path.exists():
        return []
    items = []
    for number, row in files.rows(path):
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


def _sentence_question(row: Mapping[str, Any]) -> Case:
    """Return a question whose answer is marked in abstracts; any one of them will do."""
    marked = marked_abstracts.read(row["answers"])
    gold = (frozenset(answer.paper for answer in marked),)
    return _case(row, str(row["type"]), (GoldTurn(question=_text(row["question"]), gold=gold, marked=marked),))


def _list_question(row: Mapping[str, Any]) -> Case:
    """Return a question for all papers of a kind; where there are none, a right answer is an abstention."""
    period = row.get("period", {})
    turn = GoldTurn(
        question=_text(row["question"]),
        gold=tuple(frozenset([title]) for title in _texts(row["gold"])),
        acceptable=frozenset(_texts(row["acceptable"])),
        complete=True,
        period=(str(period.get("since", "")), str(period.get("before", ""))),
    )
    case = _case(row, str(row["type"]), (turn,))
    return replace(case, answerable=bool(turn.gold), nearest=_texts(row.get("nearest", ())))


def _judgements(row: Mapping[str, Any]) -> tuple[str, frozenset[str]]:
    """Return the id of a question and the titles judged for it; grades and reasons are for people."""
    return str(row["id"]), frozenset(_text(title) for title, _, _ in row["judged"])


def _conversation(row: Mapping[str, Any]) -> Case:
    turns = tuple(_turn(turn) for turn in row["turns"])
    if len(turns) < 2 or not all(turn.gold for turn in turns):
        raise ValueError("a conversation has two turns or more, each with gold papers")
    return _case(row, "conversation", turns)


def _dialogue(row: Mapping[str, Any]) -> Case:
    """Return a conversation of which the later turns say what is expected of their answers."""
    first, *later = row["turns"]
    if not later:
        raise ValueError("a dialogue has two turns or more")
    turns = [GoldTurn(_text(first["question"]), _groups(first["gold"])), *map(_later_turn, later)]
    return _case(row, DIALOGUE, tuple(turns))


def _later_turn(row: Mapping[str, Any]) -> GoldTurn:
    expect = row["expect"]
    expected = expectations.read(expect)
    return GoldTurn(
        question=_text(row["question"]),
        gold=_groups(expect.get("gold", ())),
        kind=expected.kind,
        marked=marked_abstracts.read(expect["answers"]) if "answers" in expect else (),
        expected=expected,
    )


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


def _digest(folder: Path, names: Sequence[str]) -> str:
    total = hashlib.sha256()
    for name in names:
        path = folder / name
        total.update(name.encode() + b"\0" + (path.read_bytes() if path.exists() else b"") + b"\0")
    return total.hexdigest()


_FILES: Mapping[str, Callable[[Any], Case]] = {
    SENTENCES: _sentence_question,
    LISTS: _list_question,
    DIALOGUES: _dialogue,
    LANGUAGES: _conversation,
}
"""Files that are suites of their own: what they measure is no part of the means of the questions beside them."""
