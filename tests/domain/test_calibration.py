"""A file of fitted constants -> the table of the models at hand."""

import json
from pathlib import Path
from typing import Any

import pytest

from assistant.domain import calibration
from assistant.domain.errors import AssistantError

TABLES: list[dict[str, dict[str, Any]]] = [
    {"models": {}, "constants": {"at": 1, "weights": [1, 2.5]}},
    {"models": {"embedder": "e/1"}, "constants": {"at": 2}},
    {"models": {"reranker": "r/1"}, "constants": {"at": 3}},
    {"models": {"embedder": "e/1", "reranker": "r/1"}, "constants": {"at": 4}},
]


@pytest.mark.parametrize(
    ("models", "number"),
    [
        ({"embedder": "e/1", "reranker": "r/1"}, 4),
        ({"embedder": "e/1"}, 2),
        ({"embedder": "e/1", "reranker": "r/2"}, 2),
        ({"embedder": "e/2", "reranker": "r/1"}, 3),
        ({"embedder": "e/10", "reranker": "r/2"}, 1),
        ({}, 1),
    ],
)
def test_constants_are_those_of_the_same_models_or_of_none(
    tmp_path: Path, models: dict[str, str], number: float
) -> None:
    path = tmp_path / "calibration.json"
    path.write_text(json.dumps({"tables": TABLES}))
    table = calibration.load(path, models)
    assert table.number("at") == number
    assert table.models == TABLES[int(number) - 1]["models"]


def test_what_a_file_lacks_is_named(tmp_path: Path) -> None:
    path = tmp_path / "calibration.json"
    path.write_text(json.dumps({"tables": TABLES}))
    table = calibration.load(path, {})
    assert table.numbers("weights") == (1.0, 2.5)
    with pytest.raises(AssistantError, match="no number 'weights'"):
        table.number("weights")
    for text in ("", "{}", '{"tables": []}', '{"tables": [{"models": {"embedder": "x"}, "constants": {}}]}'):
        path = tmp_path / f"{len(text)}.json"
        path.write_text(text)
        with pytest.raises(AssistantError, match=r"cannot be read .*install it again"):
            calibration.load(path, {})
