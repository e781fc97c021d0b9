"""Where a model's files are looked for, in which order, and what is said of those that are not right."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from conftest import Run
from support import libraries

from assistant.domain.errors import MissingModelError, ModelError
from assistant.models.cache import checksum
from assistant.models.onnx import download, places
from assistant.models.onnx.local import folder_embedder
from assistant.models.onnx.places import ModelFiles
from assistant.models.onnx.published import BGE_SMALL

NOWHERE = replace(BGE_SMALL, wheel=replace(BGE_SMALL.wheel, package="no_such_package"))
"""The embedder on a machine that the package is not installed on."""


@pytest.fixture(scope="module")
def carried(cache: Path) -> ModelFiles:
    return places.find_published(BGE_SMALL, {"ASSISTANT_CACHE": str(cache)})


def link(carried: ModelFiles, folder: Path, model: str = "model.onnx") -> Path:
    """Make a folder that holds the embedder."""
    (folder / model).parent.mkdir(parents=True, exist_ok=True)
    (folder / model).symlink_to(carried.model)
    (folder / "tokenizer.json").symlink_to(carried.tokenizer)
    return folder


def test_the_first_place_with_the_published_files_is_used(carried: ModelFiles, tmp_path: Path) -> None:
    environment = {"ASSISTANT_CACHE": str(tmp_path / "cache"), "HF_HOME": str(tmp_path / "hub")}
    assert carried.source == "the package compartment 4.13.0"
    with pytest.raises(MissingModelError) as caught:
        places.find_published(NOWHERE, environment)
    assert str(caught.value) == (
        "the embedder bge-small-en-v1.5 is not on this machine (the package no_such_package 4.13.0: not there; "
        "`assistant models fetch`: not there); run `assistant models fetch`"
    )
    revision = tmp_path / "hub" / "hub" / "models--Xenova--bge-small-en-v1.5" / "snapshots" / "ab12"
    link(carried, revision, "onnx/model_quantized.onnx")
    assert places.find_published(NOWHERE, environment).source == "the cache of the model hub"
    named = {**environment, "ASSISTANT_MODELS": str(tmp_path / "models")}
    assert places.find_published(NOWHERE, named).folder == revision
    link(carried, tmp_path / "models" / BGE_SMALL.name)
    assert places.find_published(NOWHERE, named).source == "the folder of ASSISTANT_MODELS"
    assert places.find_published(BGE_SMALL, named).source == "the folder of ASSISTANT_MODELS"


def test_a_file_with_another_checksum_is_passed_over_and_named(carried: ModelFiles, tmp_path: Path) -> None:
    folder = link(carried, tmp_path / "models" / BGE_SMALL.name)
    (folder / "model.onnx").unlink()
    (folder / "model.onnx").write_bytes(b"another")
    environment = {"ASSISTANT_CACHE": str(tmp_path / "cache"), "ASSISTANT_MODELS": str(tmp_path / "models")}
    assert places.find_published(BGE_SMALL, environment).source == carried.source
    with pytest.raises(MissingModelError) as caught:
        places.find_published(NOWHERE, {**environment, "HF_HOME": str(tmp_path)})
    assert f"{folder / 'model.onnx'} is damaged, or of another model: its checksum is wrong" in caught.value.cause


def test_a_checksum_is_read_anew_where_the_file_changed(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"abc")
    abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"  # FIPS 180-2, appendix B.1
    assert [checksum(path, tmp_path / "cache") for _ in range(2)] == [abc, abc]
    path.write_bytes(b"abd")
    assert checksum(path, tmp_path / "cache") != abc
    (tmp_path / "cache" / "checksums.json").write_text("[")
    path.write_bytes(b"abc")
    assert checksum(path, tmp_path / "cache") == abc
    assert checksum(path, path / "no folder") == abc


def test_any_folder_serves_as_an_embedder_and_keeps_its_fingerprint_when_moved(
    carried: ModelFiles, tmp_path: Path
) -> None:
    environment = {"ASSISTANT_CACHE": str(tmp_path / "cache")}
    folder = link(carried, tmp_path / "own")
    fingerprint = folder_embedder(str(folder), environment).fingerprint
    assert fingerprint.startswith("onnx:own@")
    (tmp_path / "models").mkdir()
    folder.rename(tmp_path / "models" / "own")
    named = {**environment, "ASSISTANT_MODELS": str(tmp_path / "models")}
    assert folder_embedder("own", named).fingerprint == fingerprint
    (tmp_path / "models" / "own" / "config_sentence_transformers.json").write_text('{"prompts": {"query": "q: "}}')
    assert folder_embedder("own", named).fingerprint != fingerprint
    with pytest.raises(MissingModelError, match=r"no ONNX model 'a/b' .*run `hf download a/b`, or name the folder"):
        folder_embedder("a/b", {**environment, "HF_HOME": str(tmp_path)})


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve the files of a folder on this machine."""

    class Quiet(SimpleHTTPRequestHandler):
        def __init__(self, *arguments: Any) -> None:
            super().__init__(*arguments, directory=str(folder))

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Quiet) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_a_model_is_fetched_whole_and_right_or_not_at_all(
    carried: ModelFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")  # pip then asks nobody
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    hub = tmp_path / "hub" / "Xenova" / "bge-small-en-v1.5" / "resolve" / "main"
    link(carried, hub, "onnx/model_quantized.onnx")
    with served(tmp_path / "hub") as url:
        environment = {"ASSISTANT_CACHE": str(tmp_path / "cache"), "HF_HOME": str(tmp_path), "HF_ENDPOINT": url}
        files = download.fetch(NOWHERE, environment)
        assert (files.source, files.folder) == (
            "`assistant models fetch`",
            tmp_path / "cache" / "models" / BGE_SMALL.name,
        )
        (hub / "tokenizer.json").unlink()
        (hub / "tokenizer.json").write_text("{}")
        environment["ASSISTANT_CACHE"] = str(tmp_path / "other")
        with pytest.raises(ModelError) as caught:
            download.fetch(NOWHERE, environment)
    assert caught.value.what == "bge-small-en-v1.5 could not be fetched"
    assert caught.value.cause.startswith(f"the model hub {url}: the checksum of tokenizer.json is wrong; the package ")
    assert list((tmp_path / "other" / "models").iterdir()) == []


def test_without_its_embedder_a_library_is_searched_by_words_and_says_so(run: Run, tmp_path: Path) -> None:
    library = ("--library", str(libraries.made(tmp_path)))
    gone = {"ASSISTANT_EMBEDDER": "onnx:gone"}
    note = (
        "searched by words alone, for there is no ONNX model 'gone' on this machine; name the folder that holds these "
        "files, as onnx:/path/to/folder"
    )
    done = run("search", "--stdin", *library, typed="item17\nitem11\n", **gone)
    assert (done.returncode, done.stderr) == (0, f"assistant: {note}\n")
    assert ("part 17" in done.stdout, "part 11" in done.stdout) == (True, True)
    done = run("ask", "Where is item17?", *library, **gone)
    assert (done.returncode, f"note: {note}" in done.stdout, "part 17" in done.stdout) == (3, True, True)
    done = run("reindex", *library, **gone)
    assert (done.returncode, "there is no ONNX model 'gone' on this machine" in done.stderr) == (2, True)
    done = run("status", *library, ASSISTANT_RERANKER="none", **gone)
    assert "\nembedder     onnx:gone: there is no ONNX model 'gone'" in done.stdout
    assert "\nreranker     none\n" in done.stdout


def test_models_that_are_here_are_not_fetched_again(run: Run, carried: ModelFiles) -> None:
    done = run("models", "fetch")
    assert done.returncode == 0
    assert done.stdout.splitlines()[0] == (
        f"embedder  bge-small-en-v1.5 is here already, from the package compartment 4.13.0: {carried.folder}"
    )
