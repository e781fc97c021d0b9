"""Pairs of a premise and a claim -> judgements, with any model of natural language inference in the ONNX format.

Which number of the graph means what is read from the `id2label` of its config.json: three labels, or two.
"""

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.domain.errors import ModelError, UsageError
from assistant.models.base import Judgement
from assistant.models.onnx.pairs import PairReader
from assistant.models.onnx.places import ModelFiles

_CURE = "name a model of natural language inference (--checker), or `none`"
_LABELS: tuple[tuple[str, Judgement], ...] = (
    (r"contradict\w*|refut\w*", "contradicts"),
    (r"(?:not|non|no)entail\w*|neutral|unsupported|notsupported|notenoughinfo|nei|hallucinated|inconsistent", "no"),
    (r"entail\w*|support(?:ed|s)?|consistent", "yes"),
)
"""(What a label is, in small letters alone; what it means): by the cards of MNLI, FEVER and MiniCheck models."""


class OnnxChecker:
    """A `Checker` that loads its model with the first pair; any number of threads may use it at once."""

    def __init__(self, name: str, files: ModelFiles, tokens: int) -> None:
        """`tokens` is how many tokens of a pair the model reads. Raises `UsageError` where nothing tells its labels."""
        self.name = name
        self.files = files
        self._meanings = read_labels(files.folder / "config.json")
        self._reader = PairReader(files, tokens)

    def check(self, pairs: Sequence[tuple[str, str]]) -> tuple[Judgement, ...]:
        """Return for each (premise, claim) what the label with the largest logit means.

        Raises `UsageError` where the model's files are not what they should be, `ModelError` where it fails.
        """
        return tuple(map(self._judgement, self._reader.logits(pairs)))

    def _judgement(self, logits: NDArray[Any]) -> Judgement:
        if logits.size != len(self._meanings):
            cause = f"{logits.size} numbers for a pair, and {len(self._meanings)} labels in its config.json"
            raise ModelError(f"the model {self.files.model} gave no judgement", cause=cause, cure=_CURE)
        if not np.isfinite(logits).all():
            return "unscored"
        return self._meanings[int(logits.argmax())]


def read_labels(path: Path) -> tuple[Judgement, ...]:
    """Return what each number of a model means, in their order, by the `id2label` of its config.json.

    Raises `UsageError` where the labels are not told, or none of them or more than one means that a claim is entailed.
    """
    try:
        labels = json.loads(path.read_text("utf-8"))["id2label"]
        names = [str(labels[str(number)]) for number in range(len(labels))]
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        cause = f"no `id2label` can be read there ({type(error).__name__})"
        raise UsageError("does not tell what the model's numbers mean", path=path, cause=cause, cure=_CURE) from error
    meanings = [_meaning(name) for name in names]
    known = tuple(meaning for meaning in meanings if meaning)
    if len(known) < len(names) or known.count("yes") != 1 or len(known) < 2:
        cause = f"its labels are {', '.join(names)[:200]}"
        raise UsageError("does not tell what the model's numbers mean", path=path, cause=cause, cure=_CURE)
    return known


def _meaning(label: str) -> Judgement | None:
    letters = re.sub(r"[^a-z]", "", label.casefold())
    return next((meaning for pattern, meaning in _LABELS if re.fullmatch(pattern, letters)), None)
