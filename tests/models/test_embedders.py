"""The rows of `EMBEDDERS`: names and fingerprints find their kind, and one more row is all that another kind takes."""

import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from conftest import Run
from numpy.typing import NDArray

from assistant import app, ingest
from assistant.domain.errors import FingerprintError, UsageError
from assistant.library import embeddings, writer
from assistant.models import embedders
from assistant.models.embedders import EMBEDDERS, EmbedderKind
from assistant.models.onnx.published import BGE_SMALL
from assistant.retrieval import retriever

ROWS = """\
{"id": "1", "title": "Yeast", "abstract": "Yeast makes dough rise."}
{"id": "2", "title": "Zinc", "abstract": "Zinc plating in a vat."}
"""


class Letters:
    """An embedder that counts letters: a text is how often each of the 26 stands in it."""

    dimension = 26

    def __init__(self, edition: str) -> None:
        self.fingerprint = f"letters/{edition}"

    def embed(self, texts: Sequence[str], on_progress: Callable[[int], None] | None = None) -> NDArray[np.float32]:
        counts = np.array([[1 + text.lower().count(chr(97 + place)) for place in range(26)] for text in texts], float)
        return np.asarray(counts / np.linalg.norm(counts, axis=1, keepdims=True), np.float32)

    def embed_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return self.embed(texts)


LETTERS = EmbedderKind(
    form="letters:<edition>",
    names=r"letters:(\w+)",
    open=lambda argument, settings, environment: Letters(argument + environment.get("LETTERS_SUFFIX", "")),
    name=lambda fingerprint: (
        fingerprint.replace("/", ":").partition("+")[0] if fingerprint.startswith("letters/") else None
    ),
    free=True,
)


def test_one_row_adds_a_kind_of_embedder(tmp_path: Path) -> None:
    kinds = (*EMBEDDERS, LETTERS)
    (tmp_path / "rows.jsonl").write_text(ROWS)
    environment = {"LETTERS_SUFFIX": "b"}
    settings = app.load_settings(environment, library=str(tmp_path / "library"), embedder="letters:a", kinds=kinds)
    embedder = app.embedder(settings, environment, kinds)
    assert embedder.fingerprint == "letters/ab"

    writer.add(settings.library, ingest.read([str(tmp_path / "rows.jsonl")], None, date(2024, 1, 1)), embedder)
    with app.library(settings, environment, embedder, lambda _: None) as library:
        assert [hit.paper.id for hit in retriever.search(library, embedder, "zzz", 1, None)] == ["2"]
        built = library.fingerprint
    assert app.mismatch(settings, environment, built, kinds) is None

    other = replace(settings, embedder="hashing")
    problem, cure = app.mismatch(other, environment, built, kinds) or ("", "")
    assert problem == f"built with {built}, and this is {embeddings.fingerprint('hashed-words/32')}"
    assert (
        cure == "run `assistant reindex --embedder hashing` to compute its vectors anew"
    )  # `letters:ab` is `abb` here
    problem, cure = app.mismatch(other, {}, built, kinds) or ("", "")
    assert cure.startswith("choose the embedder it was built with (--embedder letters:ab), or run")
    with pytest.raises(FingerprintError):
        app.library(other, environment, app.embedder(other, environment, kinds), lambda _: None)


def test_a_kind_that_was_not_added_is_refused_with_the_names_of_all_that_were() -> None:
    with pytest.raises(UsageError) as caught:
        app.load_settings({}, embedder="letters:a")
    assert str(caught.value) == (
        "there is no embedder 'letters:a'; use `local` or `onnx:<folder>` or `openai:<model>` or `hashing:<dimension>` "
        "or `llama-index:<integration>/<model>`"
    )


@pytest.mark.parametrize(
    ("name", "form", "argument"),
    [
        ("local", "local", ""),
        ("onnx:models/e5", "onnx:<folder>", "models/e5"),
        ("openai:a:b", "openai:<model>", "a:b"),
        ("hashing", "hashing:<dimension>", ""),
        ("hashing:64", "hashing:<dimension>", "64"),
    ],
)
def test_a_name_is_of_one_kind(name: str, form: str, argument: str) -> None:
    kind, found = embedders.find_kind(name)
    assert (kind.form, found) == (form, argument)


SCHEME = embeddings.fingerprint("")


@pytest.mark.parametrize(
    ("fingerprint", "name", "free"),
    [
        (BGE_SMALL.fingerprint, "local", True),
        ("bge-small-en-v1.5@00000000/int8/9", "local", True),
        ("all-MiniLM-L6-v2@53aa5117/int8/1", "local", True),
        ("onnx:Xenova/e5-small@0a1b2c3d/1", "onnx:Xenova/e5-small", True),
        ("all-MiniLM-L6-v2@127.0.0.1:8080/v1/8000", "openai:all-MiniLM-L6-v2", False),
        ("hashed-words/64@host/8000", "openai:hashed-words/64", False),
        ("m@api.openai.com/v1/8000", "openai:m", False),
        ("hashed-words/32", "hashing:32", True),
    ],
)
@pytest.mark.parametrize("scheme", ["", SCHEME])
def test_a_fingerprint_tells_the_kind_and_the_name(fingerprint: str, scheme: str, name: str, free: bool) -> None:
    recognised = embedders.recognise(fingerprint + scheme)
    assert recognised
    assert (recognised[1], recognised[0].free) == (name, free)
    assert embedders.find_kind(name)[0] is recognised[0]


@pytest.mark.parametrize("fingerprint", ["", "magic/1", "hashed-words/", "hashed-words/0", "hashed-words/99999999"])
def test_a_fingerprint_of_no_kind_has_no_name(fingerprint: str) -> None:
    assert embedders.recognise(fingerprint + SCHEME) is None


@pytest.mark.parametrize("name", ["local", "openai:m", "hashing", "hashing:64"])
def test_what_is_opened_has_the_fingerprint_that_was_foretold(name: str, cache: Path) -> None:
    environment = {"ASSISTANT_CACHE": str(cache)}
    settings = app.load_settings(environment, embedder=name)
    fingerprint = embedders.fingerprint(settings, environment)
    assert embedders.open_embedder(settings, environment).fingerprint == fingerprint
    kind, again = embedders.recognise(fingerprint) or (None, "")
    assert kind is embedders.find_kind(name)[0]
    assert embedders.fingerprint(replace(settings, embedder=again), environment) == fingerprint


def test_the_kinds_are_known_without_importing_any() -> None:
    code = "import sys\nfrom assistant.models import embedders\nembedders.find_kind('local')\nprint(*sys.modules)"
    modules = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split()
    assert not {"numpy", "openai", "httpx", "onnxruntime", "tokenizers"} & set(modules)


def test_a_library_of_the_hashing_embedder_is_made_searched_and_reindexed_as_it_is(run: Run, tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl").write_text(ROWS)
    folder, hashing = tmp_path / "library", {"ASSISTANT_EMBEDDER": "hashing:64"}
    assert run("ingest", tmp_path / "rows.jsonl", "--library", folder, **hashing).returncode == 0
    shown = run("search", "What makes dough rise?", "-k", "1", "--library", folder, **hashing)
    assert (shown.returncode, "Yeast" in shown.stdout) == (0, True)
    done = run("reindex", "--json", "--library", folder)
    assert (done.returncode, '"embedded": 0' in done.stdout, "hashed-words/64" in done.stdout) == (0, True, True)
    other = run("search", "dough", "--library", folder)
    assert (other.returncode, "hashed-words/64" in other.stderr) == (6, True)
