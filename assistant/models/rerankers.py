"""The name typed after `--reranker` -> a reranker, or none.

Each kind of reranker is one row of `RERANKERS`; nothing outside this file knows the kinds. To add one, write its row.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from assistant.domain.settings import Settings
from assistant.models import naming
from assistant.models.base import Reranker

Environment = Mapping[str, str]

DEFAULT = "local"
"""The name that is meant where none is typed."""


@dataclass(frozen=True, slots=True)
class RerankerKind:
    """One kind of reranker: how it is named and opened."""

    form: str
    """How its names look, for messages: `onnx:<folder>`."""
    names: str
    """A regular expression that its names match as a whole; the text of its group, or "", is the argument of `open`."""
    open: Callable[[str, Environment], Reranker | None]
    """(argument, environment) -> the reranker, which loads its model with the first pair; None for none."""


def _open_local(argument: str, environment: Environment) -> Reranker:
    from assistant.models.onnx.local import local_reranker

    return local_reranker(environment)


def _open_folder(argument: str, environment: Environment) -> Reranker:
    from assistant.models.onnx.local import folder_reranker

    return folder_reranker(argument, environment)


RERANKERS: tuple[RerankerKind, ...] = (
    RerankerKind(form="local", names="local", open=_open_local),
    RerankerKind(form="onnx:<folder>", names=r"onnx:(.*\S.*)", open=_open_folder),
    RerankerKind(form="none", names="none", open=lambda argument, environment: None),
)
"""The kinds of rerankers, in the order in which a name is tried with them."""


def find_kind(name: str, kinds: Sequence[RerankerKind] = RERANKERS) -> tuple[RerankerKind, str]:
    """Return the kind that a name is of, and the argument in it; raises `UsageError` where it is of none.

    >>> kind, argument = find_kind("onnx:models/large")
    >>> kind.form, argument
    ('onnx:<folder>', 'models/large')
    """
    return naming.find_kind(name, kinds, "reranker")


def open_reranker(
    settings: Settings, environment: Environment, kinds: Sequence[RerankerKind] = RERANKERS
) -> Reranker | None:
    """Return the reranker of these settings, None where they want none; raises `UsageError` where there is no such one,
    `MissingModelError` where its files are not on this machine."""
    kind, argument = find_kind(settings.reranker or DEFAULT, kinds)
    return kind.open(argument, environment)
