"""What went wrong with a question -> the status, the shape and the words in which HTTP tells it."""

import logging
from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from assistant.domain.errors import AssistantError, BudgetError, LibraryError, ModelError, ResourceError, UsageError
from assistant.serving.desk import BusyError, ClosingError, GoneError, LateError
from assistant.serving.limits import RETRY_SECONDS

_log = logging.getLogger("assistant")

_STATUSES: Mapping[type[AssistantError], tuple[int, str, str | None]] = {
    BusyError: (429, "rate_limit_error", "rate_limit_exceeded"),
    ClosingError: (503, "server_error", "server_is_ending"),
    LateError: (504, "server_error", "timeout"),
    GoneError: (499, "invalid_request_error", "client_left"),
    BudgetError: (429, "insufficient_quota", "insufficient_quota"),
    UsageError: (400, "invalid_request_error", None),
    ModelError: (502, "server_error", "model_failed"),
    LibraryError: (503, "server_error", "library_unusable"),
    ResourceError: (503, "server_error", "out_of_resources"),
    AssistantError: (500, "server_error", None),
}
"""Of the first class that fits: the status, the type and the code of the error."""
_RETRIED = (429, 503)


def status(error: AssistantError) -> int:
    """Return the status of HTTP for an error."""
    return _STATUSES[_kind(error)][0]


def response(error: AssistantError) -> Response:
    """Return an error in OpenAI's shape; where trying again helps, it says when."""
    number, kind, code = _STATUSES[_kind(error)]
    code = getattr(error, "code", None) or code
    number = 404 if code == "model_not_found" else number
    # The path of a file of this machine is nobody's business; that of a field is the client's.
    field = str(error.path) if isinstance(error, UsageError) and hasattr(error, "code") and error.path else None
    message = {"message": told(error), "type": kind, "param": field, "code": code}
    waits = number in _RETRIED and not isinstance(error, BudgetError)
    headers = {"Retry-After": str(RETRY_SECONDS)} if waits else {}
    return JSONResponse({"error": message}, number, headers)


def told(error: AssistantError) -> str:
    """Return what a stranger is told of an error: no path of this machine."""
    if isinstance(error, LibraryError | ResourceError):
        _log.warning("%s", error)
        return f"the library cannot be used now ({error.what}); the server's messages say more"
    why = f" ({error.cause})" if error.cause else ""
    then = f"; {error.cure}" if error.cure else ""
    return f"{error.what}{why}{then}"


async def unexpected(_: Request, error: Exception) -> Response:
    """Return the answer to a request that failed by a fault of ours, which is logged (a handler of Starlette's)."""
    _log.error("a request failed", exc_info=error)
    message = {"message": "internal error; the server's messages say more", "type": "server_error"}
    return JSONResponse({"error": {**message, "param": None, "code": None}}, 500)


async def unknown(request: Request, error: Exception) -> Response:
    """Return the answer to a request for what there is not, or by another method (a handler of Starlette's)."""
    number = getattr(error, "status_code", 404)
    what = f"{request.method} {request.url.path[:200]} is nothing that this server answers"
    message = {"message": what, "type": "invalid_request_error", "param": None, "code": "unknown_url"}
    return JSONResponse({"error": message}, number, getattr(error, "headers", None))


def _kind(error: AssistantError) -> type[AssistantError]:
    return next(kind for kind in _STATUSES if isinstance(error, kind))
