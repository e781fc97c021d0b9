"""`assistant serve` and `assistant mcp` as processes: they say where they are, answer, and end with Ctrl-C."""

import json
import re
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from threading import Thread

import httpx
import pytest
from conftest import Run

import assistant
from assistant.serving import desk as desks
from assistant.serving import listening, web
from assistant.serving.access import Access
from assistant.serving.limits import Limits
from assistant.testing import HashingEmbedder

PATIENCE = 60.0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_says_where_it_is_answers_and_ends_when_it_is_told(
    folder: Path, clean_environment: Mapping[str, str], number: signal.Signals
) -> None:
    words = ["serve", "--port", "0", "--library", str(folder), "--embedder", "hashing", "--no-model"]
    with subprocess.Popen(
        [sys.executable, "-m", "assistant", *words],
        env=dict(clean_environment),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr
        lines = iter(process.stderr.readline, "")
        url = next(match[1] for line in lines if (match := re.search(r"page +(http://127\.0\.0\.1:\d+)/", line)))
        assert httpx.get(f"{url}/health", timeout=PATIENCE).json()["status"] == "ok"
        body = {"model": "assistant", "messages": [{"role": "user", "content": "How many papers are there?"}]}
        done = httpx.post(f"{url}/v1/chat/completions", json=body, timeout=PATIENCE).json()
        assert "40 papers" in done["choices"][0]["message"]["content"]
        process.send_signal(number)
        output, messages = process.communicate(timeout=PATIENCE)
    assert (process.returncode, output, "Traceback" in messages) == (0, "", False)


def test_a_second_ctrl_c_ends_it_at_once_and_says_nothing(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    library = assistant.open_library(folder, embedder=HashingEmbedder(32), model="none", reranker="none")
    with desks.opened(library, Limits()) as (resident, desk):
        listener = listening.bind("127.0.0.1", 0)
        server = listening.server(web.application(resident, desk, Access(), resident.open()), desk)
        thread = Thread(target=server.run, args=([listener],))
        thread.start()
        assert httpx.get(f"{listening.address(listener)}/health", timeout=PATIENCE).json()["status"] == "ok"
        for _ in range(2):
            server.handle_exit(signal.SIGINT, None)
        thread.join()
    told = [record.getMessage() for record in caplog.records if record.name.startswith("uvicorn")]
    assert (server.force_exit, told) == (True, [])


def test_it_answers_no_strangers_without_a_token_and_says_which_port_is_taken(run: Run, folder: Path) -> None:
    import socket

    place = ("--library", folder, "--embedder", "hashing", "--no-model")
    for command in (("serve", "--host", "0.0.0.0"), ("mcp", "--http", "0", "--host", "0.0.0.0")):
        refused = run(*command, *place)
        assert (refused.returncode, "to listen on 0.0.0.0 takes a token" in refused.stderr) == (2, True)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        refused = run("serve", "--port", port, *place)
    assert (refused.returncode, f"cannot listen on 127.0.0.1, port {port}" in refused.stderr) == (2, True)


def test_tools_over_streams_take_nothing_that_is_for_a_server(run: Run, folder: Path) -> None:
    words = ["mcp", "--library", folder, "--no-model"]
    for typed, said in (
        (["--token", "x"], "--token is for a server"),
        (["--host", "127.0.0.1", "--allow-origin", "https://a.example"], "--host and --allow-origin are for a server"),
    ):
        done = run(*words, *typed, ASSISTANT_TOKEN="a token for serve")
        expected = f"assistant: error: {said}, and none would listen; add --http PORT, or leave it out\n"
        assert (done.returncode, done.stderr) == (2, expected)


def test_ctrl_c_ends_the_tools_of_an_agent_at_once(folder: Path, clean_environment: Mapping[str, str]) -> None:
    client = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}
    with subprocess.Popen(
        [sys.executable, "-m", "assistant", "mcp", "--library", str(folder), "--embedder", "hashing", "--no-model"],
        env=dict(clean_environment),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin
        assert process.stdout
        process.stdin.write(json.dumps({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": client}) + "\n")
        process.stdin.flush()
        assert json.loads(process.stdout.readline())["id"] == 1
        process.send_signal(signal.SIGINT)  # while it waits for the next line
        assert process.wait(PATIENCE) == -signal.SIGINT
