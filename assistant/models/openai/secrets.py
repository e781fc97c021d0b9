"""A key and a password -> texts, streamed tokens and log records in which neither appears: whole, cut or encoded."""

import base64
import html
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import quote

from assistant.domain.callbacks import OnToken

if TYPE_CHECKING:
    import logging

_RUN = 8  # characters of a secret that must not be shown together; shorter runs occur in any text
_SHORTEST_HELD = 3  # characters at the end of a token that are held back where a secret may begin with them
_LONGEST_HELD = 1_000
_WORDY = 16  # characters; a shorter key of small letters, such as "placeholder", may be a word of an answer
_MASK = "***"
_LOGGERS = ("openai", "httpx", "httpcore")


class Secrets:
    """What must not be shown. Strings of fewer than eight characters are masked where they stand whole."""

    def __init__(self, *secrets: str) -> None:
        self._secrets = frozenset(filter(None, secrets))
        forms = {form for secret in self._secrets if len(secret) >= _RUN for form in _forms(secret)}
        self._runs = frozenset(run for form in forms for run in _substrings(form, _RUN))
        self._beginnings = frozenset(
            beginning
            for form in forms
            for length in range(_SHORTEST_HELD, _RUN)
            for beginning in _substrings(form, length)
        )

    def mask(self, text: str) -> str:
        """Return the text of a message without any run of eight characters of a secret, whichever way it is encoded.

        >>> Secrets("sk-a1b2c3d4e5f6").mask("the key sk-a1b2c3d4... (base64 c2stYTFiMmMzZDRlNWY2) is wrong")
        'the key ***... (base64 ***) is wrong'
        """
        text = self._replace(text, self._ranges(text))
        for secret in self._secrets:
            text = text.replace(secret, _MASK)
        return text

    def mask_reply(self, text: str, start: int = 0) -> str:
        """Return the text of a model's reply, from `start` on, without the secrets.

        A run of small letters alone may be a word, which stays: keys of local servers are made of words.

        >>> Secrets("local-server-key-7").mask_reply("A local-server-key-7 opens a local-server.")
        'A *** opens a local-server.'
        """
        ranges = [(begin, end) for begin, end in self._ranges(text) if self._is_secret(text[begin:end])]
        return self._replace(text, ranges, start)

    @contextmanager
    def masked_logs(self) -> Iterator[None]:
        """Mask what the vendor's client and its HTTP library log while the block runs; they log whole headers."""
        import logging

        mask = _LogFilter(self)
        names = [name for name in logging.Logger.manager.loggerDict if name.partition(".")[0] in _LOGGERS]
        loggers = [logging.getLogger(name) for name in names]
        for logger in loggers:
            logger.addFilter(mask)
        try:
            yield
        finally:
            for logger in loggers:
                logger.removeFilter(mask)

    def open_end(self, text: str) -> int:
        """Return from where on the end of `text` may be a secret whose rest is still to come."""
        start = len(text)
        for length in range(_SHORTEST_HELD, min(_RUN, len(text) + 1)):
            if text[-length:] in self._beginnings:
                start = len(text) - length
        for begin, end in self._ranges(text):
            if end >= start:
                return begin
        return start

    def _ranges(self, text: str) -> list[tuple[int, int]]:
        """Return where runs of a secret stand, those that touch or overlap as one."""
        ranges: list[tuple[int, int]] = []
        if not self._runs:
            return ranges
        for place in range(len(text) - _RUN + 1):
            if text[place : place + _RUN] in self._runs:
                start = ranges.pop()[0] if ranges and place <= ranges[-1][1] else place
                ranges.append((start, place + _RUN))
        return ranges

    def _is_secret(self, run: str) -> bool:
        if any(letter.isdigit() for letter in run) or not (run.islower() or run.isupper()):
            return True
        return any(len(secret) >= _WORDY and secret in run for secret in self._secrets)

    @staticmethod
    def _replace(text: str, ranges: list[tuple[int, int]], start: int = 0) -> str:
        pieces = []
        for begin, end in ranges:
            if end > start:
                pieces += [text[start : max(begin, start)], _MASK]
                start = end
        return "".join([*pieces, text[start:]])


class MaskedTokens:
    """Passes on the tokens of a reply without the secrets, which may come in pieces; nothing else is held back."""

    def __init__(self, secrets: Secrets, on_token: OnToken) -> None:
        self._secrets = secrets
        self._on_token = on_token
        self._context = ""  # the last characters that were passed on
        self._rest = ""  # what may be the beginning of a secret

    def put(self, token: str) -> None:
        """Pass on the token, or as much of it as is certain to belong to no secret."""
        self._rest += token
        text = self._context + self._rest
        self._pass_on(max(self._secrets.open_end(text) - len(self._context), len(self._rest) - _LONGEST_HELD, 0))

    def end(self) -> None:
        """Pass on the rest, as no more will come."""
        self._pass_on(len(self._rest))

    def _pass_on(self, length: int) -> None:
        if length:
            text = self._context + self._rest[:length]
            masked = self._secrets.mask_reply(text, len(self._context))
            self._context, self._rest = text[-_RUN + 1 :], self._rest[length:]
            self._on_token(masked)


def _substrings(text: str, length: int) -> Iterator[str]:
    return (text[start : start + length] for start in range(len(text) - length + 1))


def _forms(secret: str) -> Iterator[str]:
    """Yield the ways in which servers and libraries quote a secret."""
    data = secret.encode("utf-8", "replace")
    yield from (secret, repr(secret)[1:-1], json.dumps(secret)[1:-1], html.escape(secret), quote(secret, safe=""))
    hexadecimal = data.hex()
    percent = "".join(f"%{byte:02x}" for byte in data)
    yield from (hexadecimal, hexadecimal.upper(), percent, percent.upper())
    for before in range(3):  # of three bytes base64 makes four characters: it depends on where the secret begins
        encoded = base64.b64encode(b"\0" * before + data).rstrip(b"=").decode()
        inner = encoded[(0, 2, 3)[before] :]  # what is before it holds bits of the neighbours
        yield from (inner, inner.replace("+", "-").replace("/", "_"))


class _LogFilter:
    """Lets every record of a log pass, without the secrets."""

    def __init__(self, secrets: Secrets) -> None:
        self._secrets = secrets

    def filter(self, record: "logging.LogRecord") -> bool:
        import traceback

        record.msg, record.args = self._secrets.mask(record.getMessage()), ()
        if record.exc_info:
            record.exc_text = "".join(traceback.format_exception(*record.exc_info)).rstrip()
            record.exc_info = None
        if record.exc_text:  # perhaps of another call's filter, which does not know the same secrets
            record.exc_text = self._secrets.mask(record.exc_text)
        return True
