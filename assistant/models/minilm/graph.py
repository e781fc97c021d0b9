"""The model's weights -> an ONNX graph: token ids in, the unit vectors of the texts out."""

import numpy as np

from assistant.models.minilm.nodes import FUSED, Nodes
from assistant.models.minilm.quantization import FloatLinear, Int8Linear, Linear, Matrix
from assistant.models.minilm.weights import Tensors

LAYERS, HEADS, WIDTH = 6, 12, 384
_EPSILON = 1e-12
_OPSET, _IR_VERSION = 21, 10


def build(tensors: Tensors, precision: str) -> bytes:
    """The serialised graph: `ids` (batch, tokens) -> `vector` (batch, 384).

    It knows no padding: the texts of a batch have the same number of tokens. Inside, `states` (batch, tokens, 384) are
    those of the last layer.
    """
    from onnx import TensorProto, helper

    nodes = Nodes()
    linear: Linear = Int8Linear(nodes) if precision == "int8" else FloatLinear(nodes)
    states = _embeddings(nodes, linear, tensors)
    for layer in range(LAYERS):
        states = _layer(nodes, linear, tensors, f"encoder.layer.{layer}.", states)
    shape = nodes.add("Concat", nodes.add("Shape", "ids"), nodes.integers(WIDTH), axis=0)
    by_text = nodes.add("Reshape", states, shape)
    nodes.rename(by_text, "states")
    # each text's mean by itself: over several at once, ReduceMean adds in another order, and the last bits differ
    mean = nodes.each("states", "ReduceMean", nodes.integers(0), keepdims=0)
    nodes.rename(nodes.add("LpNormalization", mean, axis=-1, p=2), "vector")
    graph = helper.make_graph(
        nodes.nodes,
        "sentence_encoder",
        [helper.make_tensor_value_info("ids", TensorProto.INT64, ["batch", "tokens"])],
        [helper.make_tensor_value_info("vector", TensorProto.FLOAT, ["batch", WIDTH])],
        nodes.constants,
    )
    opsets = [helper.make_opsetid("", _OPSET), helper.make_opsetid(FUSED, 1)]
    content: bytes = helper.make_model(graph, opset_imports=opsets, ir_version=_IR_VERSION).SerializeToString()
    return content


def _embeddings(nodes: Nodes, linear: Linear, tensors: Tensors) -> str:
    """Word + position + segment (always the first), normalised."""
    words = linear.add_lookup("ids", tensors["embeddings.word_embeddings.weight"])
    fixed = tensors["embeddings.position_embeddings.weight"] + tensors["embeddings.token_type_embeddings.weight"][0]
    count = nodes.add("Shape", "ids", start=1, end=2)
    positions = nodes.add("Slice", nodes.constant("positions", fixed), nodes.integers(0), count)
    joined = nodes.add("Reshape", nodes.add("Add", words, positions), nodes.integers(-1, WIDTH))
    return _normalised(nodes, tensors, "embeddings.LayerNorm", joined)


def _layer(nodes: Nodes, linear: Linear, tensors: Tensors, prefix: str, states: str) -> str:
    """One transformer layer: attention, then the two-step feed-forward, each added to its input and normalised."""

    def parameters(name: str) -> tuple[Matrix, Matrix]:
        return tensors[f"{prefix}{name}.weight"].T, tensors[f"{prefix}{name}.bias"]

    attended = _attention(nodes, linear, tensors, prefix, states)
    mixed = linear.add(attended, *parameters("attention.output.dense"))
    states = _normalised(nodes, tensors, f"{prefix}attention.output.LayerNorm", nodes.add("Add", mixed, states))
    widened = nodes.add("Gelu", linear.add_to_states(states, *parameters("intermediate.dense")), domain=FUSED)
    narrowed = nodes.add("Add", linear.add_to_gelu(widened, *parameters("output.dense")), states)
    return _normalised(nodes, tensors, f"{prefix}output.LayerNorm", narrowed)


def _attention(nodes: Nodes, linear: Linear, tensors: Tensors, prefix: str, states: str) -> str:
    """Scaled dot-product attention; query, key and value come out of one product, in that order."""
    parts = [f"{prefix}attention.self.{part}" for part in ("query", "key", "value")]
    weight = np.concatenate([tensors[f"{part}.weight"] for part in parts]).T
    bias = np.concatenate([tensors[f"{part}.bias"] for part in parts])
    joined = linear.add_to_states(states, weight, bias)
    shape = nodes.add("Concat", nodes.add("Shape", "ids"), nodes.integers(3, HEADS, WIDTH // HEADS), axis=0)
    by_head = nodes.add("Transpose", nodes.add("Reshape", joined, shape), perm=[2, 0, 3, 1, 4])
    query, key, value = (nodes.add("Gather", by_head, nodes.integer(part), axis=0) for part in range(3))
    scores = nodes.add("FusedMatMul", query, key, domain=FUSED, transB=1, alpha=(WIDTH // HEADS) ** -0.5)
    mixed = nodes.add("MatMul", nodes.add("Softmax", scores, axis=-1), value)
    return nodes.add("Reshape", nodes.add("Transpose", mixed, perm=[0, 2, 1, 3]), nodes.integers(-1, WIDTH))


def _normalised(nodes: Nodes, tensors: Tensors, name: str, source: str) -> str:
    """Zero mean and unit variance along each token, scaled and shifted."""
    scale, shift = (nodes.constant(f"{name}.{part}", tensors[f"{name}.{part}"]) for part in ("weight", "bias"))
    return nodes.add("LayerNormalization", source, scale, shift, axis=-1, epsilon=_EPSILON)
