"""`/v1/chat/completions` and `/v1/models` -> answers of the library."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from assistant.domain.errors import AssistantError
from assistant.serving import answer_text, failures, links
from assistant.serving.access import refused
from assistant.serving.answer_text import Link
from assistant.serving.completions import replies, requests
from assistant.serving.completions.replies import Envelope
from assistant.serving.completions.requests import CompletionRequest
from assistant.serving.desk import Desk
from assistant.serving.inquiries import Inquiry
from assistant.serving.resident import Resident

if TYPE_CHECKING:
    from assistant.answering.conversation.turns import Conversation

Ask = Callable[[Callable[[], Awaitable[object]] | None], Awaitable["Conversation"]]


class Completions:
    """The endpoint of one library."""

    def __init__(self, resident: Resident, desk: Desk, clock: Callable[[], float]) -> None:
        """`clock` tells the seconds since 1970."""
        self._resident = resident
        self._desk = desk
        self._clock = clock
        self._begun = int(clock())

    def routes(self) -> list[Route]:
        """Return its paths."""
        return [
            Route("/v1/chat/completions", self._complete, methods=["POST"]),
            Route("/v1/models", self._models),
            Route("/v1/models/{name}", self._model),
        ]

    async def _models(self, _: Request) -> Response:
        return JSONResponse({"object": "list", "data": [self._described(name) for name in requests.MODELS]})

    async def _model(self, request: Request) -> Response:
        name = request.path_params["name"]
        if name not in requests.MODELS:
            return refused(404, f"there is no model {name[:80]!r} here", "model_not_found")
        return JSONResponse(self._described(name))

    def _described(self, name: str) -> dict[str, object]:
        return {"id": name, "object": "model", "created": self._begun, "owned_by": "assistant"}

    async def _complete(self, request: Request) -> Response:
        try:
            completion = requests.parse(await request.body(), self._desk.limits.turns)
        except requests.RequestError as error:
            return failures.response(error)
        inquiry = Inquiry(completion.question, completion.earlier, with_model=completion.model == requests.MODELS[0])
        about = replies.envelope(completion.model, int(self._clock()))
        link = links.from_request(request)

        def ask(gone: Callable[[], Awaitable[object]] | None) -> Awaitable["Conversation"]:
            return self._desk.do(lambda is_over: self._resident.ask(inquiry, is_over), gone)

        if completion.is_streamed:
            return await self._streamed(ask, completion, about, link)
        try:
            conversation = await ask(lambda: links.left(request))
        except AssistantError as error:
            return failures.response(error)
        text = answer_text.write(conversation.turns[-1].answer, conversation.numbers, link, self._desk.limits.rows)
        return JSONResponse(replies.completion(about, text, conversation.turns[-1].answer.cost, link))

    async def _streamed(self, ask: Ask, completion: CompletionRequest, about: Envelope, link: Link) -> Response:
        """Return a stream, or an error where the question is refused at once."""
        task = asyncio.ensure_future(ask(None))
        await asyncio.sleep(0)  # the desk refuses before it waits
        if task.done() and isinstance(error := task.exception(), AssistantError):
            return failures.response(error)
        events = self._events(task, completion, about, link)
        return StreamingResponse(events, media_type="text/event-stream", headers={"Cache-Control": "no-cache"})

    async def _events(
        self, task: "asyncio.Future[Conversation]", completion: CompletionRequest, about: Envelope, link: Link
    ) -> AsyncIterator[bytes]:
        """Yield the events of a reply. Nothing of an answer is sent before it was checked."""
        try:
            yield replies.first(about, wants_usage=completion.wants_usage)
            while not (await asyncio.wait({task}, timeout=self._desk.limits.beat))[0]:
                yield replies.ALIVE
            conversation = task.result()
        except AssistantError as error:
            for event in replies.failure(json.loads(bytes(failures.response(error).body))):
                yield event
            return
        finally:
            task.cancel()
        answer = conversation.turns[-1].answer
        text = answer_text.write(answer, conversation.numbers, link, self._desk.limits.rows)
        for event in replies.rest(about, text, answer.cost, link, wants_usage=completion.wants_usage):
            yield event
