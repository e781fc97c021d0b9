"""Flags and variables -> settings."""

import json
from pathlib import Path

import pytest
from conftest import Run
from support import libraries
from support.endpoint import hangs, says, serve

from assistant import app
from assistant.domain import settings
from assistant.domain.errors import UsageError

SECRET = "hunter2secret"


def test_a_flag_wins_over_a_variable_and_that_over_the_default() -> None:
    environment = {"ASSISTANT_EMBEDDER": "openai:a"}
    assert app.load_settings(environment, embedder="local").embedder == "local"
    assert app.load_settings(environment).embedder == "openai:a"


@pytest.mark.parametrize(
    ("environment", "name"),
    [
        ({}, None),
        ({"ASSISTANT_EMBEDDER": ""}, None),
        ({"ASSISTANT_EMBEDDER": "local"}, "local"),
        ({"ASSISTANT_EMBEDDER": "openai:a:b"}, "openai:a:b"),
        ({"ASSISTANT_EMBEDDER": "hashing:64"}, "hashing:64"),
    ],
)
def test_whether_the_embedder_was_named_is_known(environment: dict[str, str], name: str | None) -> None:
    assert app.load_settings(environment).embedder == name


def test_how_long_a_reply_may_take_is_settled_once_for_models_and_embedders() -> None:
    environment = {"ASSISTANT_TIMEOUT": "7.5", "ASSISTANT_EMBEDDER": "openai:e"}
    assert [app.load_settings({}).timeout, app.load_settings(environment).timeout] == [None, 7.5]
    assert app.load_settings(environment, seconds="9").timeout == 9.0


@pytest.mark.parametrize("seconds", ["0", "-1", "nan", "inf", "soon", "86401", " "])
def test_a_time_that_no_reply_may_take_is_refused(seconds: str) -> None:
    with pytest.raises(UsageError, match="is not a number of seconds that a reply may take"):
        app.load_settings({"ASSISTANT_TIMEOUT": seconds})


def test_a_reply_that_takes_longer_than_the_flag_says_is_given_up(run: Run, tmp_path: Path) -> None:
    library = libraries.made(tmp_path)
    with serve(hangs) as server:
        own = {"OPENAI_BASE_URL": server.url, "ASSISTANT_TIMEOUT": "600"}
        words = ["--library", library, "--embedder", "hashing:32", "--timeout", "0.2"]
        done = run("ask", *words, "Who restores bridges?", **own)
        assert (done.returncode, "no word of a reply for 0.2 seconds" in done.stderr) == (5, True)
        (tmp_path / "own.jsonl").write_text('{"title": "Oaks", "abstract": "Tall."}')
        words = ["--library", tmp_path / "other", "--embedder", "openai:e", "--timeout", "0.2", tmp_path / "own.jsonl"]
        done = run("ingest", *words, **own)
        assert (done.returncode, "no whole reply within 0.2 seconds" in done.stderr) == (5, True)


def test_a_budget_bounds_what_a_command_asks_and_the_answers_tell_what_they_cost(run: Run, tmp_path: Path) -> None:
    words = ["--library", libraries.made(tmp_path), "--embedder", "hashing:32", "--json", "--stdin"]
    table = tmp_path / "prices.toml"
    table.write_text("day = 2026-11-01\n[models]\nm = { input = 0.5, output = 2.0, cached = 0.05 }\n")
    with serve(says("The library does not hold the answer.", tokens=(4_000, 100))) as server:
        own = {"OPENAI_BASE_URL": server.url, "ASSISTANT_MODEL": "m", "ASSISTANT_PRICES": str(table)}
        asked = run("ask", *words, "--budget", "0.0045", typed="Who restores bridges?\nWho restores bridges?\n", **own)
        first, second = map(json.loads, asked.stdout.splitlines())
        cost: dict[str, object] = {
            "requests": 2,  # whether the passages state the answer, and the answer
            "input_tokens": 8_000,
            "cached_tokens": None,
            "output_tokens": 200,
            "estimated": False,
        }
        cost |= {"dollars": 0.0044, "local": False, "prices": "2026-11-01"}
        assert {name: value for name, value in first["cost"].items() if name != "seconds"} == cost
        assert (asked.returncode, second["status"], second["cost"], len(server.requests)) == (5, "failed", None, 2)
        assert "error: the budget of $0.0045 would be exceeded" in asked.stderr
        unknown = run("ask", *words, "--budget", "much", typed="Why?", **own)
    assert (unknown.returncode, "'much' is no budget" in unknown.stderr) == (2, True)


@pytest.mark.parametrize("name", ["magic", "openai:", "openai: ", "Local", "local:", "hashing:", "hashing:0"])
def test_an_embedder_of_no_kind_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match="use `local` or `onnx:<folder>` or `openai:<model>` or `hashing:<dimension>`"):
        app.load_settings({}, embedder=name)


@pytest.mark.parametrize("name", ["none", "None", "NONE", " none "])
def test_no_model_is_written_in_any_case(name: str) -> None:
    assert app.load_settings({"OPENAI_API_KEY": "k"}, model=name).model is None
    assert app.load_settings({"OPENAI_API_KEY": "k", "ASSISTANT_MODEL": name}).model is None
    assert app.load_settings({"OPENAI_API_KEY": "k"}).model == settings.DEFAULT_MODEL


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("https://api.openai.com/v1", "api.openai.com/v1"),
        ("http://127.0.0.1:8080/v1/", "127.0.0.1:8080/v1"),
        (f"https://me:{SECRET}@example.org/v1?key={SECRET}", "example.org/v1"),
    ],
)
def test_an_address_is_host_port_and_path(url: str, address: str) -> None:
    assert settings.address(url) == address


@pytest.mark.parametrize(
    "url",
    [
        "not a url",
        "http://not a url",
        "localhost:11434",
        "ftp://example.org",
        "https://",
        "http://[::1",
        "http://a\tb/v1",
        f"me:{SECRET}@example.org/v1",
        f"ftp://me:{SECRET}@example.org/v1",
        f"http://me:{SECRET}/x@example.org/v1",
        f"http://me:{SECRET}?x@example.org/v1",
        f"example.org?key={SECRET}",
    ],
)
def test_what_is_no_address_is_refused_for_models_and_embedders_and_shows_no_secret(url: str) -> None:
    chosen = app.load_settings({"OPENAI_BASE_URL": url}, embedder="openai:m", model="m")
    for make in (app.model, app.embedder):
        with pytest.raises(UsageError, match="is not the address of an endpoint, such as") as caught:
            make(chosen, {})
        assert SECRET not in str(caught.value)


def test_a_question_to_what_is_no_address_ends_with_2(run: Run, sample_library: Path) -> None:
    done = run("ask", "What is RLHF?", "--library", sample_library, OPENAI_BASE_URL="not a url")
    assert done.returncode == 2
    assert "'not a url' is not the address of an endpoint" in done.stderr
    assert run("papers", "--library", sample_library, OPENAI_BASE_URL="not a url").returncode == 0
