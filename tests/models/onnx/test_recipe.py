"""The files of sentence-transformers, and names of models -> pooling, prefixes and length."""

import json
from pathlib import Path

import pytest

from assistant.domain.errors import UsageError
from assistant.models.onnx import recipe
from assistant.models.onnx.recipe import Recipe

BGE = "Represent this sentence for searching relevant passages: "


def write(folder: Path, **files: object) -> Path:
    """Write files of JSON; `__` in a name is a folder's end."""
    for name, content in files.items():
        path = folder / f"{name.replace('__', '/')}.json"
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(content))
    return folder


def test_the_files_of_sentence_transformers_decide(tmp_path: Path) -> None:
    steps = [{"type": f"sentence_transformers.models.{name}"} for name in ("Transformer", "Pooling", "Normalize")]
    folder = write(
        tmp_path,
        modules=steps,
        **{"1_Pooling__config": {"pooling_mode_cls_token": True, "pooling_mode_mean_tokens": False}},
        config_sentence_transformers={"prompts": {"query": "ask: ", "document": "read: "}},
        sentence_bert_config={"max_seq_length": 256},
        tokenizer_config={"model_max_length": 512},
        config={"hidden_size": 48},
    )
    assert recipe.read(folder, "e5-small") == Recipe("first", "ask: ", "read: ", 256)
    assert recipe.dimension(folder) == 48


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Xenova/bge-base-en-v1.5", Recipe("first", BGE)),
        ("models/e5-large-v2", Recipe("mean", "query: ", "passage: ")),
        ("nomic-embed-text-v1.5", Recipe("mean", "search_query: ", "search_document: ")),
        ("Xenova/all-MiniLM-L6-v2", Recipe("mean")),
        ("nobody/knows", Recipe("mean", guessed=True)),
    ],
)
def test_a_folder_without_them_is_used_by_its_name_or_guessed(tmp_path: Path, name: str, expected: Recipe) -> None:
    assert recipe.read(write(tmp_path, tokenizer_config={"model_max_length": 10**30}), name) == expected
    assert recipe.dimension(tmp_path) is None


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"modules": [{"type": "sentence_transformers.models.Dense"}]}, "has a step 'Dense' after its graph"),
        ({"1_Pooling__config": {"pooling_mode_weightedmean_tokens": True}}, "asks for pooling_mode_weightedmean_to"),
        ({"config": [1]}, "does not hold what a model's folder has there"),
    ],
)
def test_what_is_not_computed_here_is_refused(tmp_path: Path, files: dict[str, object], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        recipe.read(write(tmp_path, **files), "m")
