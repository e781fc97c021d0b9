"""A resident library -> a web application: the page, the endpoint for chat, and a sign of life."""

import time

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from assistant.serving import failures
from assistant.serving.access import OPEN, Access, Guard
from assistant.serving.completions.routes import Completions
from assistant.serving.desk import Desk
from assistant.serving.limits import Limits
from assistant.serving.page.routes import Page
from assistant.serving.resident import Resident


def application(resident: Resident, desk: Desk, access: Access, model: str | None) -> ASGIApp:
    """Return the application; `model` is the name of who answers, None where answers are quotes."""

    async def health(_: Request) -> Response:
        return JSONResponse({"status": "ok", "questions": desk.count})

    routes = [
        *Page(resident, desk, model).routes(),
        *Completions(resident, desk, time.time).routes(),
        Route(OPEN, health),
    ]
    handlers = {HTTPException: failures.unknown, Exception: failures.unexpected}
    return Starlette(
        routes=routes,
        middleware=guarded(access, desk.limits),
        exception_handlers=handlers,
    )


def guarded(access: Access, limits: Limits) -> list[Middleware]:
    """Return what stands before an application: who may ask, and from which pages elsewhere."""
    guard = Middleware(Guard, access, limits)
    if not access.origins:
        return [guard]
    from starlette.middleware.cors import CORSMiddleware

    shared = Middleware(
        CORSMiddleware,
        allow_origins=list(access.origins),
        allow_methods=["GET", "POST", "DELETE"],
        allow_headers=["*"],  # OpenAI's and MCP's clients send headers of their own
        expose_headers=["Mcp-Session-Id", "Retry-After"],
    )
    return [shared, guard]
