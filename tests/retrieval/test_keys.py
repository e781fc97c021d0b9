"""Ids of papers -> citation keys that tell them apart."""

import hashlib

from assistant.domain.records import Paper
from assistant.retrieval.finder import PaperIndex
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


def test_a_key_is_unique_in_the_library_and_only_as_long_as_that_takes() -> None:
    first, second = twins(4)
    length = next(n for n in range(5, 65) if digest(first)[:n] != digest(second)[:n])
    keys = citation_keys([first, "a"], others=("a", first, second))
    assert keys == {first: f"P{digest(first)[:length]}", "a": f"P{digest('a')[:4]}"}


def test_every_key_of_a_question_means_its_paper_in_a_library_of_614() -> None:
    ids = tuple(f"paper {number}" for number in range(614))
    index = PaperIndex(Paper(id, f"Title of {id}", "x") for id in ids)
    assert len({digest(id)[:4] for id in ids}) < len(ids)  # four digits would not tell them apart
    for start in range(0, len(ids), 8):
        for id, key in citation_keys(ids[start : start + 8], others=ids).items():
            for form in (key, f"P{digest(id)[:12]}"):
                assert [paper.id for paper in index.find_all(form)] == [id]
    shared = next(d for d in (digest(id)[:4] for id in ids) if sum(digest(other)[:4] == d for other in ids) > 1)
    assert index.find_all(f"P{shared}") == []
