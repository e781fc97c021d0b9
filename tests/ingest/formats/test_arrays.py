"""JSON texts over several lines as entries, each at the line of its object."""

import json
from pathlib import Path

import pytest
from support.pages import ROW, TITLE, TODAY, entry, found

from assistant.domain.records import Entry, Rejection
from assistant.ingest import files, read


def test_an_array_is_read_object_by_object_each_at_its_line() -> None:
    text = json.dumps([ROW, {"title": TITLE}, ROW], indent=2)
    assert found(text) == [entry(2), Rejection("-", 6, "has no abstract (nor text, nor summary)"), entry(9)]


def test_objects_over_several_lines_are_read() -> None:
    assert found("\n\n".join([json.dumps(ROW, indent=1)] * 2)) == [entry(1), entry(6)]


def test_what_follows_a_syntax_error_in_an_array_is_not_read() -> None:
    first, second = found("[" + json.dumps(ROW) + ",\n{oops},\n" + json.dumps(ROW) + "]")
    assert first == entry(1)
    assert isinstance(second, Rejection)
    assert second.line == 2
    assert second.reason.endswith("; nothing after it was read; write one object a line")


def test_a_bad_line_in_an_array_costs_only_its_object() -> None:
    text = json.dumps([ROW] * 3, indent=1).encode().split(b"\n")
    text[6] = text[6].replace(b"Trees", b"Tr\xe9es")
    text[10] = text[10].replace(b"Trees", b"Tr\0ees")
    assert found(b"\n".join(text)) == [
        entry(2),
        Rejection("-", 7, "is not UTF-8 text (byte 0xE9 at character 32)"),
        Rejection("-", 11, "holds a NUL character"),
    ]


def test_an_array_on_one_line_has_the_limit_of_a_line() -> None:
    (row,) = found(json.dumps([{**ROW, "abstract": "x" * 1_500_000}]))
    assert isinstance(row, Rejection)
    assert row.reason.startswith("line is 1.5 MB long; the limit is 1 MB; nothing after it was read")


@pytest.mark.parametrize("text", ["[]", "[\n]", " [ \n\n ] "])
def test_an_array_of_nothing_is_said_to_hold_no_paper(text: str) -> None:
    assert found(text) == [Rejection("-", 0, "holds no paper")]


def test_an_array_is_held_whole_only_up_to_a_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "rows.json"
    path.write_text(json.dumps([ROW] * 3, indent=1))
    monkeypatch.setattr(files, "MEGABYTE", 100)
    monkeypatch.setattr(files, "STREAM_LIMIT", path.stat().st_size + 1)
    assert len([row for row in read([str(path)], None, TODAY) if isinstance(row, Entry)]) == 3
    monkeypatch.setattr(files, "STREAM_LIMIT", 200)
    reason = "is one JSON text of more than 2 MB; write one object a line, or split it"
    assert list(read([str(path)], None, TODAY)) == [Rejection("rows.json", 0, reason)]
