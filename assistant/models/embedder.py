"""The port every embedder fits: texts -> one row of unit length each."""

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class Embedder(Protocol):
    """Turns texts into vectors that may only be compared with vectors of the same fingerprint."""

    @property
    def fingerprint(self) -> str:
        """What made the vectors, such as `all-MiniLM-L6-v2@53aa5117/int8/1`; stored with the library."""

    @property
    def dimension(self) -> int:
        """Length of one vector."""

    def embed(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> NDArray[np.float32]:
        """One row a text, in the given order, each of length one; `progress` hears how many are done."""
