"""An address of a service -> its answer: politely, within bounds, asked again where that may help, and kept."""

import email.utils
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.domain.callbacks import OnMessage
from assistant.domain.errors import ServiceError
from assistant.domain.sanitize import one_line
from assistant.ingest.services import body
from assistant.ingest.services.answers import Answer, Answers
from assistant.ingest.services.base import Service

if TYPE_CHECKING:
    import httpx

_FRESH = 3_600.0  # seconds within which an answer is not asked for again: a run that was interrupted goes on from it
_ATTEMPTS = 4
_SECONDS = 30.0  # without a byte
_CONNECTING = 10.0  # seconds
_LONGEST_ANSWER = 300.0  # seconds from the request to the last byte, however steadily they come
_LONGEST_WAIT = 120.0  # seconds that a service may ask us to wait
_REDIRECTS = 3
_DATE = 60  # characters
_PASSING = frozenset({429, 500, 502, 503, 504})
_MOVED = frozenset({301, 302, 303, 307, 308})
_OFFLINE = "check the network and the settings of its proxies, and call it again: it goes on where it was"


class RefusedError(ServiceError):
    """A service takes what it is asked for wrong (status 400), such as a page after its last."""


class _Passing(Exception):
    """Something that may be over soon, and how many seconds the service wants to be left alone (None: not said)."""

    def __init__(self, what: str, wait: float | None = None) -> None:
        super().__init__(what)
        self.wait = wait


@dataclass(slots=True)
class Client:
    """What asks services, one request after the other."""

    folder: Path
    """Where answers are kept."""
    environment: Mapping[str, str]
    on_message: OnMessage = lambda _: None
    clock: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep
    _http: "httpx.Client | None" = field(default=None, init=False)

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        if self._http is not None:
            self._http.close()
        self._http = None

    def get(self, service: Service, path: str = "", parameters: Mapping[str, str] | None = None) -> bytes | None:
        """What a service has at a path below its address; None where it has nothing there (404).

        Raises `ServiceError` where it cannot be reached, fails, or answers with more than 20 MB, and `UsageError` for
        an address that may not be asked.
        """
        import httpx

        address = httpx.URL(service.base(self.environment) + path)
        if parameters:
            address = address.copy_merge_params(parameters)
        answers = Answers(self.folder, body.LARGEST)
        earlier = answers.find(str(address))
        if earlier and 0 <= self.clock() - earlier.time < _FRESH:
            return earlier.body
        answer = self._answer(service, address, earlier, answers)
        if answer is not None:
            answers.keep(str(address), answer)
        return answer.body if answer else None

    def _answer(
        self, service: Service, address: "httpx.URL", earlier: Answer | None, answers: Answers
    ) -> Answer | None:
        """Ask until there is an answer; between two requests the service has its pause."""
        import httpx

        for attempt in range(1, _ATTEMPTS + 1):
            if not service.is_local(self.environment):
                answers.take_turn(service.name, service.pause, self.clock, self.sleep)
            try:
                return self._exchange(service, address, earlier)
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                raise _unreachable(service, error) from error
            except (_Passing, httpx.TimeoutException, httpx.RemoteProtocolError, httpx.ReadError) as error:
                if attempt == _ATTEMPTS:
                    what = f"{service.name} failed {_ATTEMPTS} times in a row"
                    raise ServiceError(what, cause=_cause(error), cure=f"wait a while; {_OFFLINE}") from error
                wait = error.wait if isinstance(error, _Passing) else None
                self._pause(service, attempt, wait)
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                raise _unreachable(service, error) from error
        return None

    def _exchange(self, service: Service, address: "httpx.URL", earlier: Answer | None) -> Answer | None:
        """One request and what it was redirected to, on the same host."""
        end = self.clock() + _LONGEST_ANSWER
        for _ in range(_REDIRECTS):
            headers = {"If-None-Match": earlier.etag} if earlier and earlier.etag else {}
            with self._client().stream("GET", address, headers=headers | self._own_headers(service)) as response:
                status = response.status_code
                if status == 304 and earlier:
                    return Answer(earlier.body, self.clock(), earlier.etag)
                if status in _MOVED:
                    address = _moved(service, address, response.headers.get("Location", ""))
                    continue
                if status in _PASSING:
                    raise _Passing(f"status {status}", _seconds(response.headers.get("Retry-After", ""), self.clock()))
                data = body.read(service.name, response, lambda: self.clock() > end)
                if status == 404:
                    return None
                if status != 200:
                    said = one_line(data[:500].decode("utf-8", "replace"))[:200]
                    kind = RefusedError if status == 400 else ServiceError
                    raise kind(f"{service.name} refused with status {status}", cause=said, cure=_cure(status))
                return Answer(data, self.clock(), response.headers.get("ETag", "")[:200])
        raise ServiceError(f"{service.name} redirects without end", path=str(address.copy_with(query=None)))

    def _client(self) -> "httpx.Client":
        import httpx

        if self._http is None:
            agent = {"User-Agent": _agent(self.environment), "Accept-Encoding": "gzip"}
            self._http = httpx.Client(
                timeout=httpx.Timeout(_SECONDS, connect=_CONNECTING), follow_redirects=False, headers=agent
            )
        return self._http

    def _own_headers(self, service: Service) -> dict[str, str]:
        key = self.environment.get(service.key_variable, "").strip() if service.key_variable else ""
        return {service.key_header: key} if key and key.isascii() and key.isprintable() else {}

    def _pause(self, service: Service, attempt: int, wait: float | None) -> None:
        """Wait before another attempt: as long as the service says, else twice as long each time."""
        seconds = 2.0**attempt if wait is None else wait
        if seconds > _LONGEST_WAIT:
            cure = f"call it again after {seconds:,.0f} seconds: it goes on where it was"
            raise ServiceError(f"{service.name} wants no request for {seconds:,.0f} seconds", cure=cure)
        if seconds:
            self.on_message(f"{service.name} is busy; asking it again in {seconds:.0f} s")
            self.sleep(seconds)


def _agent(environment: Mapping[str, str]) -> str:
    """The name of this program, and the address of its user where ASSISTANT_MAILTO says it: services ask for it."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        number = version("assistant")
    except PackageNotFoundError:
        number = "0"
    mail = environment.get("ASSISTANT_MAILTO", "").strip()
    is_sound = mail.isascii() and mail.isprintable() and "@" in mail and not set(mail) & set(" ()<>")
    return f"assistant/{number} (a library of papers{f'; mailto:{mail}' if is_sound else ''})"


def _moved(service: Service, address: "httpx.URL", location: str) -> "httpx.URL":
    """The address that one was moved to; raises `ServiceError` for one on another host, or that is less safe."""
    import httpx

    try:
        target = address.join(location)
    except httpx.InvalidURL:
        target = httpx.URL("")
    same = (target.scheme, target.host, target.port) == (address.scheme, address.host, address.port)
    if not location or not same:
        where = one_line(f"{target.scheme}://{target.host}")[:200]
        raise ServiceError(f"{service.name} redirects to another host, which is not followed", cause=where)
    return target


def _seconds(header: str, now: float) -> float | None:
    """The seconds from now that a Retry-After names, as a number or a date; None where it names none."""
    if header.isdecimal() and len(header) < 7:
        return float(header)
    try:
        date = email.utils.parsedate_to_datetime(header[:_DATE])
        return max(0.0, (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp() - now)
    except (ValueError, TypeError, OverflowError):
        return None


def _unreachable(service: Service, error: Exception) -> ServiceError:
    return ServiceError(f"{service.name} cannot be reached", cause=_cause(error), cure=_OFFLINE)


def _cause(error: Exception) -> str:
    return one_line(str(error))[:200] or type(error).__name__


def _cure(status: int) -> str:
    return "look at the key that is set for it" if status in (401, 403) else ""
