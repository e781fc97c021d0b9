"""An endpoint that fails under `ingest`, `reindex`, `search` and `ask`: exit code 5, and nothing computed is lost."""

import json
import threading
from pathlib import Path

import pytest
from conftest import Run
from support.endpoint import Exchange, Step, answers, embeds, floods, refuses, serve
from support.faults import KEY
from support.libraries import entries

from assistant.domain.errors import ModelError
from assistant.library import writer
from assistant.models.openai.embeddings import OpenAIEmbedder


@pytest.mark.parametrize(
    ("step", "cause"),
    [
        (floods(401), "larger than"),
        (answers(401, b"\x1f\x8b", content_encoding="gzip"), "compressed (gzip)"),
        (refuses(401, f"no {KEY[:-4]}"), "status 401: no ***"),
    ],
    ids=["endless", "compressed", "quoting the key"],
)
def test_each_command_ends_with_5(run: Run, tmp_path: Path, step: Step, cause: str) -> None:
    papers, library = tmp_path / "papers.jsonl", tmp_path / "library"
    papers.write_text(json.dumps({"id": "1", "title": "Yeast", "abstract": "Yeast makes dough rise."}) + "\n")
    broken = threading.Event()

    def turns(exchange: Exchange) -> None:
        (step if broken.is_set() or "chat" in exchange.request_made.path else embeds)(exchange)

    with serve(turns) as server:
        given = {"OPENAI_API_KEY": f"{KEY}\n", "OPENAI_BASE_URL": server.url, "ASSISTANT_EMBEDDER": "openai:m"}
        assert run("ingest", papers, "--library", library, ASSISTANT_MODEL="none", **given).returncode == 0
        asking = run("ask", "What makes dough rise?", "--library", library, "--model", "m", **given)
        broken.set()
        failures = [
            asking,
            run("ingest", papers, "--library", tmp_path / "other", **given),
            run("reindex", "--library", library, "--embedder", "openai:n", **given),
            run("search", "yeast", "--library", library, **given),
            run("ask", "What makes dough rise?", "--library", library, "--model", "none", **given),
        ]
    for failure in failures:
        assert failure.returncode == 5, failure.stderr
        assert cause in failure.stderr
        assert KEY[:12] not in failure.stdout + failure.stderr


def test_what_was_computed_before_a_failure_is_kept(tmp_path: Path) -> None:
    mended = threading.Event()

    def fails_late(exchange: Exchange) -> None:
        late = any("part 299" in text for text in exchange.request_made.body["input"])
        (refuses(401, "no more") if late and not mended.is_set() else embeds)(exchange)

    with serve(fails_late) as server:
        with pytest.raises(ModelError, match="no more"):
            writer.add(tmp_path / "library", entries(0, 300), OpenAIEmbedder("m", key=KEY, base_url=server.url))
        mended.set()
        server.requests.clear()
        writer.add(tmp_path / "library", entries(0, 300), OpenAIEmbedder("m", key=KEY, base_url=server.url))
    texts = [text for request in server.requests for text in request.body["input"]]
    titles = [text for text in texts if text.startswith("How to")]
    assert len(titles) == 300 - 256  # which are stored at once
