"""An ONNX graph exported from the model -> the model's tensors, under the names they were published with."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.embedding.weights import Tensors


def tensors_of(content: bytes) -> Tensors:
    """The named tensors of a graph, and those an export renames: it turns them over and calls them after a number.

    A product's weight is known by the bias that is added to it. What cannot be read comes back as no tensors.
    """
    from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
    from onnx import load_model_from_string, numpy_helper

    try:
        graph: Any = load_model_from_string(content).graph
    except DecodeError:
        return {}
    found: dict[str, NDArray[np.float32]] = {
        _published(constant.name): numpy_helper.to_array(constant) for constant in graph.initializer
    }
    producers = {output: node for node in graph.node for output in node.output}
    for node in graph.node:
        if node.op_type != "Add":
            continue
        bias = next((_published(name) for name in node.input if name.endswith(".bias")), None)
        product = next((producers[name] for name in node.input if name in producers), None)
        if bias and product is not None and product.op_type == "MatMul" and product.input[1] in found:
            found[bias.removesuffix("bias") + "weight"] = found[product.input[1]].T
    return {name: tensor for name, tensor in found.items() if name.startswith(("embeddings.", "encoder."))}


def _published(name: str) -> str:
    """Without the prefixes a wrapping module adds."""
    for first in ("embeddings.", "encoder."):
        if first in name:
            return name[name.index(first) :]
    return name
