"""Ids of papers -> citation keys: the short names by which a model cites them."""

import hashlib
from collections.abc import Iterable, Mapping
from types import MappingProxyType

_SHORTEST = 4  # hex digits of a key


def citation_keys(ids: Iterable[str], earlier: Mapping[str, str] = MappingProxyType({})) -> dict[str, str]:
    """Return {paper id: key}: "P" and the first hex digits of the id's hash, four or as many as make keys unique.

    A key names a paper, not a rank: the same paper has the same key in the next question. A paper keeps the key that
    it has in `earlier` ({paper id: key}), and no other paper gets that key.
    """
    order = list(ids)
    digests = {id: hashlib.sha256(id.encode("utf-8", "surrogatepass")).hexdigest() for id in order if id not in earlier}
    taken = {key[1:] for key in earlier.values()}
    length = _SHORTEST
    while len({digest[:length] for digest in digests.values()} | taken) < len(digests) + len(taken):
        length += 1
    return {id: earlier[id] if id in earlier else f"P{digests[id][:length]}" for id in order}
