"""Words with numbers -> a folder with an ONNX model of inference: its logits are the mean of the numbers of a pair's
words. The graph is written field by field, by https://github.com/onnx/onnx/blob/main/onnx/onnx.proto."""

import json
import struct
from collections.abc import Mapping, Sequence
from pathlib import Path

from tokenizers import Tokenizer, models, pre_tokenizers

_FLOAT, _INT64 = 1, 7  # onnx.TensorProto.DataType
_INT, _INTS = 2, 7  # onnx.AttributeProto.AttributeType


def write(folder: Path, words: Mapping[str, Sequence[float]], labels: Mapping[str, str]) -> Path:
    """Write model.onnx, tokenizer.json and config.json; a word that is not among `words` counts zero for each label."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = [[0.0] * len(next(iter(words.values()))), *words.values()]
    (folder / "model.onnx").write_bytes(_model(rows))
    vocabulary = {"[UNK]": 0, **{word: number for number, word in enumerate(words, 1)}}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.save(str(folder / "tokenizer.json"))
    (folder / "config.json").write_text(json.dumps({"id2label": labels}), "utf-8")
    return folder


def _model(rows: Sequence[Sequence[float]]) -> bytes:
    width = len(rows[0])
    numbers = b"".join(struct.pack("<f", number) for row in rows for number in row)
    table = _int(1, len(rows)) + _int(1, width) + _int(2, _FLOAT) + _bytes(8, b"table") + _bytes(9, numbers)
    gather = _node("Gather", ["table", "input_ids"], "vectors", _attribute("axis", _INT, _int(3, 0)))
    axes, keep = _attribute("axes", _INTS, _int(8, 1)), _attribute("keepdims", _INT, _int(3, 0))
    mean = _node("ReduceMean", ["vectors"], "logits", axes, keep)
    graph = _bytes(1, gather) + _bytes(1, mean) + _bytes(2, b"tiny") + _bytes(5, table)
    graph += _bytes(11, _value("input_ids", _INT64, [1, "tokens"])) + _bytes(12, _value("logits", _FLOAT, [1, width]))
    return _int(1, 8) + _bytes(7, graph) + _bytes(8, _bytes(1, b"") + _int(2, 13))


def _node(kind: str, inputs: Sequence[str], output: str, *attributes: bytes) -> bytes:
    names = b"".join(_bytes(1, name.encode()) for name in inputs) + _bytes(2, output.encode())
    return names + _bytes(4, kind.encode()) + b"".join(_bytes(5, attribute) for attribute in attributes)


def _attribute(name: str, kind: int, value: bytes) -> bytes:
    return _bytes(1, name.encode()) + value + _int(20, kind)


def _value(name: str, kind: int, shape: Sequence[int | str]) -> bytes:
    sizes = b"".join(_bytes(1, _int(1, n) if isinstance(n, int) else _bytes(2, n.encode())) for n in shape)
    return _bytes(1, name.encode()) + _bytes(2, _bytes(1, _int(1, kind) + _bytes(2, sizes)))


def _int(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _bytes(field: int, value: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(value)) + value


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])
