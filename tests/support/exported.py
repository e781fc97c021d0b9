"""A paper to export, and a strict reader of the BibTeX that it becomes."""

import re
from dataclasses import replace

from assistant.domain.records import Paper


def paper(title: str, id: str = "id", **facts: object) -> Paper:
    return replace(Paper(id, title, "An abstract."), **facts)  # type: ignore[arg-type]


def entries(text: str) -> list[tuple[str, dict[str, str]]]:
    """Read BibTeX as strictly as BibTeX itself: braces count even after a backslash. Returns (key, fields)."""
    read = []
    place = 0

    def take(pattern: str) -> str:
        nonlocal place
        match = re.compile(pattern).match(text, place)
        assert match, f"{pattern!r} expected at {text[place : place + 60]!r}"
        place = match.end()
        return match[1] if match.re.groups else match[0]

    while text[place:].strip():
        key = take(r"\s*@(?:misc|article|inproceedings)\{([a-z0-9-]+),\s*")
        fields: dict[str, str] = {}
        while text[place] != "}":
            name = take(r"([a-z]+) = ")
            assert name not in fields
            if text[place] != "{":
                fields[name] = take(r"(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)(?=,)")
            else:
                begin, depth = place, 0
                while True:
                    depth += {"{": 1, "}": -1}.get(text[place], 0)
                    place += 1
                    if not depth:
                        break
                fields[name] = text[begin + 1 : place - 1]
            take(r",\s*")
        place += 1
        read.append((key, fields))
    assert len({key for key, _ in read}) == len(read)
    return read
