"""A folder of an ONNX embedding model -> how it is to be used: its pooling, its prefixes, how many tokens it reads."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast

from assistant.domain.errors import UsageError

Pooling = Literal["first", "mean", "last", "max"]

TOKENS = 512
"""What a model reads that does not say how much: what most encoders were trained to."""
_MOST_TOKENS = 8_192


@dataclass(frozen=True, slots=True)
class Recipe:
    """How texts become vectors with one model."""

    pooling: Pooling = "mean"
    """Which states of the last layer make the vector: the first token's, the mean of all, the last token's, or the
    largest of each component."""
    query_prefix: str = ""
    """What a question begins with, by the model's training."""
    passage_prefix: str = ""
    tokens: int = TOKENS
    """How many tokens are read of a text."""
    guessed: bool = False
    """Whether neither the folder nor the table of known models says which pooling it is."""


_E5 = ("mean", "query: ", "passage: ")
_BGE = ("first", "Represent this sentence for searching relevant passages: ", "")
_FAMILIES: tuple[tuple[str, tuple[str, str, str]], ...] = (
    (r"bge-(?:small|base|large)-en(?:-v1\.5)?|mxbai-embed-\w+-v1|snowflake-arctic-embed-(?:xs|s|m|l)$", _BGE),
    (r"bge-m3", ("first", "", "")),
    (r"e5-(?:small|base|large)(?:-v2)?", _E5),
    (r"nomic-embed-text", ("mean", "search_query: ", "search_document: ")),
    (r"all-(?:minilm|mpnet)|paraphrase-|multi-qa-|gte-(?:small|base|large)$", ("mean", "", "")),
)
"""(A regular expression in a model's name, (pooling, query prefix, passage prefix)) by the cards of these models, for
folders without the files of sentence-transformers, such as those that were converted for a browser."""

_POOLINGS: dict[str, Pooling] = {
    "pooling_mode_cls_token": "first",
    "pooling_mode_mean_tokens": "mean",
    "pooling_mode_lasttoken": "last",
    "pooling_mode_max_tokens": "max",
}
_KNOWN_STEPS = ("Transformer", "Pooling", "Normalize")


def read(folder: Path, name: str) -> Recipe:
    """Return the recipe of the model in a folder: by the files of sentence-transformers there, else by its name.

    Raises `UsageError` where the files ask for what is not computed here.
    """
    for step in _json(folder / "modules.json", list):
        kind = str(step.get("type", "")).rpartition(".")[2] if isinstance(step, dict) else ""
        if kind not in _KNOWN_STEPS:
            raise UsageError(f"has a step {kind!r} after its graph, which is not run here", path=folder, cure=_CURE)
    named = _by_name(folder, name)
    pooling = _pooling(folder) or (cast(Pooling, named[0]) if named else None)
    prompts = _prompts(folder)
    family = named or ("", "", "")
    return Recipe(
        pooling=pooling or "mean",
        query_prefix=prompts.get("query", family[1]),
        passage_prefix=prompts.get("document", prompts.get("passage", family[2])),
        tokens=_tokens(folder),
        guessed=pooling is None,
    )


def dimension(folder: Path) -> int | None:
    """Return the number of components that the folder's `config.json` tells of; None where it does not."""
    size = _json(folder / "config.json", dict).get("hidden_size")
    return size if isinstance(size, int) and size > 0 else None


_CURE = "name the folder of another model"


def _by_name(folder: Path, name: str) -> tuple[str, str, str] | None:
    known_as = str(_json(folder / "config.json", dict).get("_name_or_path", ""))
    for text in (name, known_as):
        for pattern, family in _FAMILIES:
            if re.search(pattern, text.lower()):
                return family
    return None


def _pooling(folder: Path) -> Pooling | None:
    """Return the pooling of `1_Pooling/config.json`, None where there is none; raises `UsageError` for another kind."""
    path = folder / "1_Pooling" / "config.json"
    modes = [key for key, value in _json(path, dict).items() if key.startswith("pooling_mode_") and value is True]
    if not modes:
        return None
    if len(modes) > 1 or modes[0] not in _POOLINGS:
        raise UsageError(f"asks for {' and '.join(modes)}, which is not computed here", path=path, cure=_CURE)
    return _POOLINGS[modes[0]]


def _prompts(folder: Path) -> dict[str, str]:
    prompts = _json(folder / "config_sentence_transformers.json", dict).get("prompts")
    items = prompts.items() if isinstance(prompts, dict) else ()
    return {key: value for key, value in items if isinstance(value, str)}


def _tokens(folder: Path) -> int:
    for file, key in (
        ("sentence_bert_config.json", "max_seq_length"),
        ("tokenizer_config.json", "model_max_length"),
        ("config.json", "max_position_embeddings"),
    ):
        number = _json(folder / file, dict).get(key)
        if isinstance(number, int) and 2 < number <= _MOST_TOKENS:
            return number
    return TOKENS


def _json(path: Path, kind: type) -> Any:
    """Return the content of a file, and an empty one of its `kind` where there is none; raises `UsageError` for a file
    that cannot be read, or holds something else."""
    try:
        content = json.loads(path.read_text("utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return kind()
    except (OSError, ValueError, RecursionError) as error:
        raise UsageError("cannot be read", path=path, cause=str(error), cure=_CURE) from error
    if not isinstance(content, kind):
        raise UsageError("does not hold what a model's folder has there", path=path, cure=_CURE)
    return content
