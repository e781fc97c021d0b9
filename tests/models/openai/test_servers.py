"""Servers as Ollama, LM Studio, llama.cpp and vLLM answer -> the models they offer, and where a name is found."""

import json
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from conftest import Run
from support.endpoint import Exchange, answers, hangs, serve

from assistant import app
from assistant.domain.errors import UsageError
from assistant.models.openai import found, ownership, servers
from assistant.models.openai.servers import Listing, ServedModel, Server

KEY = "sk-secret-0123456789abcdef"


def pages(found: Mapping[str, Any]) -> Callable[[Exchange], None]:
    """A server that has these pages, each a document or a function of what is sent, and no others."""

    def step(exchange: Exchange) -> None:
        page = found.get(exchange.request_made.path)
        if page is None:
            answers(404, {"error": "not found"})(exchange)
        else:
            answers(200, page(exchange.request_made.body) if callable(page) else page)(exchange)

    return step


def shown(body: Any) -> object:
    facts = {"model_info": {"general.architecture": "qwen3", "qwen3.context_length": 40_960}}
    return facts | {"parameters": 'stop  "<|im_end|>"\nnum_ctx  8192'} if body["model"] == "short:1b" else facts


LIST = {"object": "list", "data": [{"id": "a", "object": "model"}]}
OLLAMA: dict[str, Any] = {
    "/api/tags": {"models": [{"name": "qwen3:latest"}, {"name": "short:1b"}]},
    "/api/show": shown,
}
KINDS: dict[str, tuple[Mapping[str, Any], list[ServedModel]]] = {
    "llama.cpp": (
        {"/v1/models": LIST, "/props": {"default_generation_settings": {"n_ctx": 4096}}},
        [ServedModel("a", 4096)],
    ),
    "vLLM": ({"/v1/models": {"data": [{"id": "a", "max_model_len": 32_768}]}}, [ServedModel("a", 32_768)]),
    "LM Studio": (
        {"/v1/models": LIST, "/api/v0/models": {"data": [{"id": "a", "max_context_length": 131_072}]}},
        [ServedModel("a", 131_072)],
    ),
    "Ollama": (
        {"/v1/models": {"data": [{"id": "qwen3:latest"}, {"id": "short:1b"}]}, **OLLAMA},
        [ServedModel("qwen3:latest", 40_960), ServedModel("short:1b", 8_192)],
    ),
    "an old Ollama": (OLLAMA, [ServedModel("qwen3:latest", 40_960), ServedModel("short:1b", 8_192)]),
    "one that tells no context": ({"/v1/models": LIST}, [ServedModel("a")]),
    "one without models": ({"/v1/models": {"data": []}}, []),
    "nonsense in its list": (
        {"/v1/models": {"data": [1, {"id": 2}, {"id": "a\x1b[2J", "max_model_len": True}]}},
        [ServedModel("a�[2J")],
    ),
}


@pytest.mark.parametrize(("found", "models"), KINDS.values(), ids=KINDS)
def test_each_kind_of_server_tells_its_models_and_their_contexts(
    found: Mapping[str, Any], models: list[ServedModel]
) -> None:
    with serve(pages(found)) as endpoint:
        place = Server("any", endpoint.url)
        assert servers.list_models([place]) == (Listing(place, tuple(models)),)


def test_what_is_no_server_of_models_is_told_and_the_others_are_listed() -> None:
    script = [pages({}), pages({"/v1/models": [1]}), pages({"/v1/models": LIST}), hangs]
    with ExitStack() as stack:
        places = [Server("any", stack.enter_context(serve(step)).url) for step in script]
        listings = servers.list_models(places)
    assert [listing.models for listing in listings] == [(), (), (ServedModel("a"),), ()]
    assert [listing.problem for listing in listings] == [
        "status 404, and no list of models",
        "status 200, and no list of models",
        "",
        "no whole reply within 3 seconds",
    ]


def test_the_key_goes_to_the_configured_address_alone() -> None:
    with serve(pages({"/v1/models": LIST})) as configured, serve(pages({"/v1/models": LIST})) as other:
        servers.list_models([Server("configured", configured.url, f"{KEY}\n"), Server("Ollama", other.url)])
    assert configured.requests[0].headers["authorization"] == f"Bearer {KEY}"
    assert KEY not in "".join(str(request) for request in other.requests)


def test_a_usual_address_that_is_configured_is_asked_once() -> None:
    assert servers.servers("", "") == servers.USUAL
    first, *others = servers.servers("http://localhost:8080/v1/", "k")
    assert first == Server("configured", "http://localhost:8080/v1/", "k")
    assert [server.kind for server in others] == ["Ollama", "LM Studio", "vLLM"]
    assert servers.servers("", "k")[0] == Server("configured", "https://api.openai.com/v1", "k")


def test_a_name_is_found_where_a_server_offers_it_and_else_both_cures_are_named() -> None:
    with serve(pages({})) as other, serve(pages(KINDS["Ollama"][0])) as ollama:
        places = [Server("llama.cpp", other.url), Server("Ollama", ollama.url)]
        assert [servers.find_server(name, places).kind for name in ("qwen3", "short:1b")] == ["Ollama", "Ollama"]
        with pytest.raises(UsageError) as caught:
            servers.find_server("gpt-x", places)
    assert caught.value.what == "no key is set for OpenAI's address, which gpt-x would be asked at"
    assert "what answers there offers qwen3:latest, short:1b" in caught.value.cause
    assert caught.value.cure.startswith("set OPENAI_API_KEY, or OPENAI_BASE_URL to where the model is")


def test_openais_address_without_a_key_is_not_asked() -> None:
    settings = app.load_settings({"OPENAI_BASE_URL": "https://api.openai.com/v1/"}, model="gpt-x")
    with pytest.raises(UsageError, match=r"no key is set for OpenAI's address, .*OPENAI_API_KEY.*OPENAI_BASE_URL"):
        app.model(settings, {})
    assert "https://api.openai.com/v1" in repr(app.model(settings, {"OPENAI_API_KEY": "k"}))


@pytest.mark.parametrize("words", [("models",), ("models", "list")])
def test_the_command_lists_what_the_configured_endpoint_offers(run: Run, words: tuple[str, ...]) -> None:
    with serve(pages(KINDS["Ollama"][0])) as endpoint:
        own = {"OPENAI_BASE_URL": endpoint.url, "OPENAI_API_KEY": KEY}
        done, as_json = run(*words, **own), run(*words, "--json", **own)
    assert done.returncode == 0
    assert done.stdout.startswith(
        f"configured: {endpoint.url}\n"
        "  qwen3:latest  context up to 40,960 tokens\n"
        "  short:1b      context up to 8,192 tokens\n"
    )
    assert json.loads(as_json.stdout.splitlines()[0]) == {
        "server": "configured",
        "address": endpoint.url,
        "model": "qwen3:latest",
        "context": 40_960,
    }


@pytest.mark.parametrize("name", ["qwen3", "llama3.2:3b", "gpt-oss:20b", "mistralai/Mistral-7B"])
def test_openai_is_sent_nothing_for_a_model_that_is_not_its_own_unless_its_address_is_set(
    name: str, tmp_path: Path
) -> None:
    """A key alone means OpenAI's address; whoever names a model of their machine did not mean to send papers there."""
    environment = {"OPENAI_API_KEY": KEY, "ASSISTANT_CACHE": str(tmp_path)}
    with pytest.raises(UsageError) as caught:
        app.model(app.load_settings(environment, model=name), environment)
    assert (caught.value.what.split()[0], KEY in str(caught.value)) == (repr(name), False)
    assert "`assistant models` lists" in caught.value.cure
    seen = Listing(Server("Ollama", "http://127.0.0.1:11434/v1"), (ServedModel(f"{name}:latest"),))
    found.note([Listing(Server("configured", "https://host.example/v1"), (ServedModel(name),)), seen], environment)
    reason = ownership.refusal(name, "", environment)
    assert reason
    assert reason.cure.startswith("set OPENAI_BASE_URL to http://127.0.0.1:11434/v1, where `assistant models` last saw")
    embedder = app.embedder(app.load_settings(environment, embedder=f"openai:{name}"), environment)
    for texts in (embedder.embed, embedder.embed_queries):
        with pytest.raises(UsageError, match="nothing was sent"):
            texts(["A sentence of a paper."])
    stated = environment | {"OPENAI_BASE_URL": "https://api.openai.com/v1"}
    assert app.model(app.load_settings(stated, model=name), stated)
    assert app.model(app.load_settings(environment, model="ft:gpt-4.1:lab::1"), environment)
