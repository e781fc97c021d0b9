"""A library -> a server of it on this machine, in a thread, for as long as a block runs."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import openai
from openai.types.chat import ChatCompletionMessageParam
from starlette.types import ASGIApp

import assistant
from assistant.app.handle import Library
from assistant.serving import desk as desks
from assistant.serving import listening, web
from assistant.serving.access import Access
from assistant.serving.desk import Desk
from assistant.serving.limits import Limits
from assistant.serving.resident import Resident
from assistant.testing import HashingEmbedder

PATIENCE = 30.0
QUESTION = "How do we predict glaciers?"
Build = Callable[[Resident, Desk, Access], ASGIApp]


@dataclass(frozen=True)
class Served:
    """A server that runs."""

    url: str
    resident: Resident
    desk: Desk

    def client(self, **headers: str) -> httpx.Client:
        """Return a client of it."""
        return httpx.Client(base_url=self.url, headers={name.replace("_", "-"): headers[name] for name in headers})


def library(folder: Path, model: Any = "none") -> Library:
    """Open a library that `libraries` made, with a model or none to answer."""
    return assistant.open_library(folder, embedder=HashingEmbedder(32), model=model, reranker="none")


def client(served: Served) -> openai.OpenAI:
    """Return OpenAI's client of a server."""
    return openai.OpenAI(base_url=f"{served.url}/v1", api_key="none", max_retries=0, timeout=PATIENCE)


def user(text: str) -> ChatCompletionMessageParam:
    """Return a question as that client sends it."""
    return {"role": "user", "content": text}


def said(text: str | None) -> ChatCompletionMessageParam:
    """Return an earlier answer as that client sends it."""
    return {"role": "assistant", "content": text or ""}


def _pages(resident: Resident, desk: Desk, access: Access) -> ASGIApp:
    return web.application(resident, desk, access, resident.open())


@contextmanager
def serve(
    library: Library, access: Access | None = None, limits: Limits | None = None, build: Build = _pages
) -> Iterator[Served]:
    """Serve a library at a port that is free."""
    access = access or Access()
    with desks.opened(library, limits or Limits()) as (resident, desk):
        app = build(resident, desk, access)
        listener = listening.bind("127.0.0.1", 0)
        server = listening.server(app, desk)
        thread = Thread(target=server.run, args=([listener],))
        thread.start()
        try:
            yield Served(listening.address(listener), resident, desk)
        finally:
            server.should_exit = True
            thread.join()
            listener.close()
