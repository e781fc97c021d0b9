"""`assistant doctor`: what is in place here, what is not, and what cures it."""

import json
from pathlib import Path
from typing import Any

import pytest
from conftest import Run
from support import libraries
from support.endpoint import answers, serve
from support.homes import Home

from assistant.app import requirements

MODELS = {"object": "list", "data": [{"id": "m", "object": "model"}]}


def examined(run: Run, home: Home, **more: str) -> tuple[int, dict[str, dict[str, Any]]]:
    done = run("doctor", "--json", **{**home.environment, **more})
    return done.returncode, {row["check"]: row for row in map(json.loads, done.stdout.splitlines())}


def test_where_all_is_in_place_every_line_says_so(run: Run, home: Home) -> None:
    with serve(answers(200, MODELS)) as server:
        own = {"OPENAI_BASE_URL": server.url, "ASSISTANT_MODEL": "m", "ASSISTANT_EMBEDDER": "hashing:32"}
        code, rows = examined(run, home, **own)
        assert [request.path for request in server.requests] == ["/v1/models"]  # one request, to the endpoint alone
    assert (code, [row["state"] for row in rows.values()]) == (0, ["ok"] * 11)
    assert rows["library"]["what"].startswith(f"{libraries.MADE} papers in")
    assert rows["endpoint"]["what"].endswith("answers, and has m")


def test_what_fails_is_told_with_its_cure_and_its_exit_code(run: Run, home: Home, tmp_path: Path) -> None:
    with serve(answers(401, {"error": {"message": "no such key"}})) as server:
        own = {"OPENAI_BASE_URL": server.url, "ASSISTANT_MODEL": "m", "ASSISTANT_EMBEDDER": "hashing:32"}
        code, rows = examined(run, home, **own)
    assert (code, rows["endpoint"]["state"]) == (5, "fail")
    assert "status 401" in rows["endpoint"]["what"]
    with serve(answers(200, {"data": [{"id": "other"}]})) as server:
        code, rows = examined(run, home, **{**own, "OPENAI_BASE_URL": server.url})
    assert (code, rows["endpoint"]["state"]) == (0, "warn")
    assert rows["endpoint"]["cure"].startswith("choose one with --model, such as other;")
    code, rows = examined(run, home, OPENAI_API_KEY="sk-1", ASSISTANT_MODEL="qwen3", ASSISTANT_EMBEDDER="hashing:32")
    assert (code, rows["endpoint"]["state"], "nothing was sent" in rows["endpoint"]["what"]) == (2, "fail", True)
    own = {"OPENAI_API_KEY": "sk-1", "ASSISTANT_MODEL": "llama-index:none-such/m", "ASSISTANT_EMBEDDER": "hashing:32"}
    code, rows = examined(run, home, **own)
    assert (code, rows["endpoint"]["what"]) == (2, "llama-index has no none_such here")
    code, rows = examined(run, home, ASSISTANT_EMBEDDER="hashing:16")
    assert (code, rows["library"]["state"]) == (6, "fail")
    assert rows["library"]["cure"].startswith("choose the embedder it was built with (--embedder hashing:32)")
    (tmp_path / "a file").write_text("")
    code, rows = examined(
        run, home, ASSISTANT_CHATS=str(tmp_path / "a file" / "chats"), ASSISTANT_EMBEDDER="hashing:32"
    )
    assert (code, rows["chats folder"]["state"]) == (6, "fail")


def test_a_library_that_is_not_there_yet_and_models_that_are_missing_are_warnings(
    run: Run, home: Home, tmp_path: Path
) -> None:
    own = {"ASSISTANT_LIBRARY": str(tmp_path / "new"), "HF_HOME": str(tmp_path), "ASSISTANT_MODELS": str(tmp_path)}
    code, rows = examined(run, home, **own)
    assert (code, rows["library"]["state"]) == (0, "warn")
    assert rows["library"]["cure"] == f"make it with `assistant ingest PATH --library {tmp_path}/new`"
    code, rows = examined(run, home, **own, ASSISTANT_VECTORS="http://127.0.0.1:9")
    assert (code, rows["library"]["what"].split(" (")[0]) == (
        6,
        "http://127.0.0.1:9: the Chroma server cannot be reached",
    )


def test_a_configuration_that_cannot_be_read_is_a_line_of_its_own(run: Run, home: Home, tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text("timeout = 'soon'\n")
    code, rows = examined(run, home, ASSISTANT_CONFIG=str(config))
    assert (code, list(rows), rows["configuration"]["state"]) == (2, ["python", "packages", "configuration"], "fail")
    config.write_text('base-url = "http://127.0.0.1:9/v1"\n[keys]\nsemantic-scholar = "file"\n')
    code, rows = examined(run, home, ASSISTANT_CONFIG=str(config))
    assert rows["configuration"]["what"].startswith("the key semantic-scholar is not in")
    assert rows["configuration"]["cure"].startswith("run `assistant config set-key semantic-scholar`")
    config.write_text('base-url = "http://127.0.0.1:9/v1"\nkey = "router"\n')
    code, rows = examined(run, home, ASSISTANT_CONFIG=str(config))
    assert rows["configuration"]["what"] == "the setting key names router, and no such key is stored"
    config.write_text('base-url = "http://127.0.0.1:9/v1"\n')
    _, rows = examined(run, home, ASSISTANT_CONFIG=str(config), OPENAI_API_KEY="sk-1")
    assert rows["configuration"]["what"] == f"OPENAI_API_KEY, of the environment, is sent to the base-url of {config}:1"


def test_a_line_for_people_has_the_cure_below(run: Run, home: Home) -> None:
    text = run("doctor", "--library", "/nowhere/at/all", **home.environment).stdout
    assert "warn  library         there is none in /nowhere/at/all yet\n" in text
    assert f"{'':22}make it with `assistant ingest PATH --library /nowhere/at/all`\n" in text


@pytest.mark.parametrize(
    ("version", "bounds", "is_within"),
    [
        ("1.5.9", ">=1.5.9,<1.6", True),
        ("1.6", "<1.6,>=1.5.9", False),
        ("0.14.25", ">=0.14.25,<0.15", True),
        ("10.0", ">=9.5", True),
        ("2.0rc1", "<2", False),
        ("4.13.0", "==4.13.0", True),
        ("4.13", "!=4.13.0", False),
        ("1", "", True),
    ],
)
def test_versions_are_compared_by_their_numbers(version: str, bounds: str, is_within: bool) -> None:
    assert requirements.satisfies(version, bounds) is is_within


def test_what_is_needed_is_compared_with_what_is_there() -> None:
    assert requirements.faults("assistant") == []
    assert requirements.faults("no-such-program") is None
