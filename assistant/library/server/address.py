"""What a person types for a server -> where it is, and which tenant, database and collection of it are meant."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from assistant.domain.errors import UsageError

CLOUD = "cloud"
"""What is typed for Chroma Cloud, instead of the address of a server."""
KEY = "CHROMA_API_KEY"
"""The variable of the environment that has the key, or the token, of a server."""
_CLOUD_HOST = "api.trychroma.com"
_FORM = "write http://HOST:PORT, https://HOST or cloud, and behind it ?tenant=…&database=…&collection=… where need be"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,400}[A-Za-z0-9]")  # as Chroma has it, with room for our endings
ANNOTATIONS = "-said"
"""The ending of the name of the collection that has what readers say, beside that of the papers."""
_BESIDE = re.compile(rf"(-v[0-9]+|{ANNOTATIONS})$")
_LOOPBACK = re.compile(r"localhost|127(?:\.\d{1,3}){3}|::1")


@dataclass(frozen=True, slots=True)
class Address:
    """Where a library is; holds no secret."""

    host: str
    port: int
    tls: bool
    tenant: str | None = None
    """None for the server's default; on Chroma Cloud for that of the key."""
    database: str | None = None
    collection: str = "papers"
    path: str = ""
    """The path under which a proxy has the server."""

    @property
    def is_cloud(self) -> bool:
        """Whether it is Chroma Cloud, which has limits of its own and needs a key."""
        return self.host == _CLOUD_HOST

    @property
    def is_loopback(self) -> bool:
        """Whether it is this machine, so that nobody else sees what is sent."""
        return _LOOPBACK.fullmatch(self.host) is not None

    def __str__(self) -> str:
        """Return the address as it can be typed again."""
        names = {"tenant": self.tenant, "database": self.database}
        if self.collection != "papers":
            names["collection"] = self.collection
        query = "&".join(f"{key}={name}" for key, name in names.items() if name)
        host = f"[{self.host}]" if ":" in self.host else self.host
        usual = 443 if self.tls else 80
        port = f":{self.port}" if self.port != usual else ""
        place = CLOUD if self.is_cloud else f"http{'s' * self.tls}://{host}{port}{self.path}"
        return f"{place}?{query}" if query else place


def is_address(text: str) -> bool:
    """Whether what was typed names a server rather than a folder.

    >>> [is_address(text) for text in ("https://host", "cloud?database=papers", "cloud", "clouds", "store/default")]
    [True, True, True, False, False]
    """
    return re.match(r"https?://", text, re.IGNORECASE) is not None or text.partition("?")[0] == CLOUD


def parse(text: str, environment: Mapping[str, str]) -> Address:
    """Return the address that was typed; CHROMA_TENANT and CHROMA_DATABASE name what it does not, on Chroma Cloud.

    Raises `UsageError`, which shows nothing of an address that may hold a secret.

    >>> str(parse("http://localhost:8000?collection=notes", {}))
    'http://localhost:8000?collection=notes'
    """
    if not is_address(text):
        raise UsageError(f"{text[:80]!r} is not the address of a Chroma server", cure=_FORM)
    if re.search(r"//[^/?]*@", text) or "#" in text or re.search(r"[\s\x00-\x1f\x7f]", text):
        raise UsageError(
            "the address of the Chroma server has more in it than an address", cure=f"{_FORM}; {KEY} is for the key"
        )
    place, _, query = text.partition("?")
    names = dict(parse_qsl(query, keep_blank_values=True))
    if unknown := names.keys() - {"tenant", "database", "collection"}:
        shown = ", ".join(sorted(unknown))[:80]
        raise UsageError(f"the address of the Chroma server names what it has not: {shown}", cure=_FORM)
    for what, name in names.items():
        if not _NAME.fullmatch(name):
            raise UsageError(f"{name[:80]!r} is not the name of a {what}", cure="use 3 letters, digits, . _ - or more")
    if _BESIDE.search(names.get("collection", "")):
        what = "the name of the collection ends as those of what belongs to another do"
        raise UsageError(what, cure=f"use one without -v and a number, or {ANNOTATIONS}, at its end")
    try:
        parts = urlsplit(f"https://{_CLOUD_HOST}" if place == CLOUD else place)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port = "", None
    if not host:
        raise UsageError(f"{place[:80]!r} is not the address of a Chroma server", cure=_FORM)
    tls = parts.scheme == "https"
    cloud = environment if host == _CLOUD_HOST else {}
    return Address(
        host,
        port or (443 if tls else 80),
        tls,
        names.get("tenant") or cloud.get("CHROMA_TENANT") or None,
        names.get("database") or cloud.get("CHROMA_DATABASE") or None,
        names.get("collection", "papers"),
        parts.path.rstrip("/"),
    )


def key(address: Address, environment: Mapping[str, str]) -> str:
    """Return the key for a server, "" for none; raises `UsageError` where it is missing, or would be sent in the
    open."""
    secret = environment.get(KEY, "").strip()
    if address.is_cloud and not secret:
        raise UsageError("Chroma Cloud asks for a key", cure=f"set {KEY}")
    if secret and not re.fullmatch(r"[!-~]+", secret):
        raise UsageError("the key holds characters that no key has", cure=f"check {KEY}")
    if secret and not address.tls and not address.is_loopback:
        cure = f"use https:// for {address.host}, or unset {KEY}"
        raise UsageError("the key of the Chroma server would be sent unencrypted", cure=cure)
    return secret
