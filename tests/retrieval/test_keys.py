"""Ids of papers -> citation keys that tell them apart."""

import hashlib

from assistant.retrieval.keys import citation_keys


def digest(id: str) -> str:
    return hashlib.sha256(id.encode()).hexdigest()


def twins(digits: int) -> tuple[str, str]:
    """Two ids whose hashes begin with the same digits."""
    seen: dict[str, str] = {}
    for number in range(100_000):
        id = f"paper {number}"
        if (beginning := digest(id)[:digits]) in seen:
            return seen[beginning], id
        seen[beginning] = id
    raise LookupError(f"no two of 100,000 hashes begin with the same {digits} digits")


def test_a_key_is_the_beginning_of_the_hash_of_the_id() -> None:
    assert citation_keys(["b", "a"]) == {"b": f"P{digest('b')[:4]}", "a": f"P{digest('a')[:4]}"}
    assert citation_keys([]) == {}
    assert list(citation_keys(["\udcff"])) == ["\udcff"]


def test_keys_grow_until_they_are_unique() -> None:
    first, second = twins(4)
    keys = citation_keys([first, second])
    length = len(keys[first]) - 1
    assert keys == {first: f"P{digest(first)[:length]}", second: f"P{digest(second)[:length]}"}
    assert digest(first)[: length - 1] == digest(second)[: length - 1]


def test_an_earlier_key_stays_and_no_other_paper_gets_it() -> None:
    first, second = twins(4)
    earlier = {first: f"P{digest(first)[:4]}"}
    keys = citation_keys([second, first], earlier)
    assert keys[first] == earlier[first]
    assert keys[second].startswith(f"P{digest(second)[:5]}")
    assert citation_keys([second], earlier) == {second: keys[second]}
