"""Run `python -m bench.embedding FOLDER [ROUNDS]`: how much faster our embedder is than Chroma's own, as ratios.

FOLDER holds text files; every paragraph of 500 to 4,000 characters is one text (200 are drawn). Chroma's
`ONNXMiniLM_L6_V2` runs as it is (padded to 256 tokens, floats, 32 texts a batch), over this project's float graph under
Chroma's names for inputs and outputs, so that no download is needed. The runs alternate; each ratio is the median over
the rounds, so that whatever else the machine does falls on all alike.
"""

import random
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from assistant.models.minilm import graph
from assistant.models.minilm.embedder import LocalEmbedder
from assistant.models.minilm.weights import find_model


def paragraphs(folder: Path) -> list[str]:
    """Abstract-sized paragraphs of all text files of a folder, a fixed draw of 200."""
    lines = [line for path in sorted(folder.rglob("*.txt")) for line in path.read_text("utf-8", "replace").split("\n")]
    fitting = [line for line in lines if 500 <= len(line) <= 4_000]
    return random.Random(0).sample(fitting, min(200, len(fitting)))


def write_stock_model(folder: Path) -> None:
    """This project's float graph as the files Chroma's embedding function expects in its folder.

    The graph has no use for the masks that it is given: it reads the padding as if it were text. That is the work the
    published graph does, less the masking, so the stock stack is not slower for it; its vectors are not compared.
    """
    import onnx
    from chromadb.utils.embedding_functions import ONNXMiniLM_L6_V2

    names = {"ids": "input_ids", "states": "last_hidden_state"}
    model = onnx.load_model_from_string(graph.build(find_model().read_tensors(), "fp32"))
    for node in model.graph.node:
        node.input[:] = [names.get(name, name) for name in node.input]
        node.output[:] = [names.get(name, name) for name in node.output]
    last = next(place for place, node in enumerate(model.graph.node) if "last_hidden_state" in node.output)
    del model.graph.node[last + 1 :]
    model.graph.input[0].name = "input_ids"
    for name in ("attention_mask", "token_type_ids"):
        model.graph.input.append(onnx.helper.make_tensor_value_info(name, onnx.TensorProto.INT64, ["batch", "tokens"]))
    shape = ["batch", "tokens", graph.WIDTH]
    output = onnx.helper.make_tensor_value_info("last_hidden_state", onnx.TensorProto.FLOAT, shape)
    del model.graph.output[:]
    model.graph.output.append(output)
    place = folder / ONNXMiniLM_L6_V2.EXTRACTED_FOLDER_NAME
    place.mkdir()
    onnx.save_model(model, str(place / "model.onnx"))
    (place / "tokenizer.json").write_bytes(find_model().read_tokenizer())
    for name in ("config.json", "special_tokens_map.json", "tokenizer_config.json", "vocab.txt"):
        (place / name).touch()


def chroma(folder: Path) -> Any:
    """Chroma's embedding function, with this project's float graph where it keeps its own."""
    from chromadb.utils.embedding_functions import ONNXMiniLM_L6_V2

    write_stock_model(folder)
    stock = ONNXMiniLM_L6_V2()
    stock.DOWNLOAD_PATH = folder
    return stock


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def main(folder: str, rounds: str = "3") -> None:
    texts = paragraphs(Path(folder))
    int8, fp32 = LocalEmbedder("int8"), LocalEmbedder("fp32")
    with TemporaryDirectory() as temporary:
        stock = chroma(Path(temporary))
        runs: dict[str, Callable[[], object]] = {
            "chroma, fp32, padded to 256": lambda: stock(texts),
            "assistant, fp32": lambda: fp32.embed(texts),
            "assistant, int8": lambda: int8.embed(texts),
        }
        for embed in (stock, fp32.embed, int8.embed):
            embed(texts[:2])
        rounds_taken = [{name: seconds(work) for name, work in runs.items()} for _ in range(int(rounds))]
    encoder = int8.load()
    tokens = sum(len(encoder.read(text)) for text in texts)
    print(f"{len(texts)} texts of {tokens / len(texts):.0f} tokens, {rounds} rounds")
    for name in runs:
        ratio = statistics.median(times["chroma, fp32, padded to 256"] / times[name] for times in rounds_taken)
        rate = statistics.median(len(texts) / times[name] for times in rounds_taken)
        print(f"{name:32}{ratio:6.2f}x{rate:8.1f} texts/s{rate / len(texts) * tokens:8.0f} tokens/s")


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3) or sys.argv[1].startswith("-"):
        sys.exit(__doc__)
    main(*sys.argv[1:])
