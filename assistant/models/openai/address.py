"""The address of an endpoint -> what of it may be shown, what is secret in it, and whether it is this machine's."""

import ipaddress
import socket
from urllib.parse import unquote, urlsplit

_LOCAL_NAMES = frozenset({"localhost", "localhost.localdomain", "ip6-localhost", "ip6-loopback"})


def redact_address(address: str) -> str:
    """Return the address without what may be secret: a user's name, a password, a query.

    >>> redact_address("https://me:password@host.example:8/v1?token=secret")
    'https://host.example:8/v1'
    """
    try:
        parts = urlsplit(address)
    except ValueError:
        return "an address that cannot be read"
    if not parts.netloc:
        return address.partition("?")[0]
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def passwords(address: str) -> tuple[str, ...]:
    """Return the password in an address, as it is written and as it is meant; nothing where there is none.

    >>> passwords("https://me:a%2Fb@host.example")
    ('a%2Fb', 'a/b')
    """
    try:
        password = urlsplit(address).password or ""
    except ValueError:
        return ()
    return tuple(filter(None, (password, unquote(password))))


def is_this_machine(address: str) -> bool:
    """Whether the host of an address is this machine, in any way to write it that connects to it without a name server.

    >>> [is_this_machine(f"http://{host}/v1") for host in ("127.1", "0x7f.1", "[::]", "a.localhost.", "host.example")]
    [True, True, True, True, False]
    """
    try:
        host = (urlsplit(address).hostname or "").rstrip(".")
    except ValueError:
        return False
    if host in _LOCAL_NAMES or host.endswith(".localhost") or host == socket.gethostname().casefold():
        return True
    try:
        # The system reads 127.1, 2130706433 and 0x7f000001 as IPv4 addresses, which `ipaddress` does not.
        ip = ipaddress.ip_address(socket.inet_aton(host)) if ":" not in host else ipaddress.ip_address(host)
    except (OSError, ValueError):
        return False
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped:
        ip = ip.ipv4_mapped
    return ip.is_loopback or ip.is_unspecified
