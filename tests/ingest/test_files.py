"""Files, directories and streams as sources of lines."""

import gzip
import io
import os
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from assistant.domain.errors import UsageError
from assistant.domain.records import Rejection
from assistant.ingest import read
from assistant.ingest.files import Head, Source, SourceLine, sources


def opened(path: str | Path, stdin: bytes = b"") -> Source:
    (source,) = sources([str(path)], io.BytesIO(stdin))
    assert isinstance(source, Source)
    return source


def lines(path: str | Path, stdin: bytes = b"") -> list[SourceLine]:
    source = opened(path, stdin)
    with source.stream:
        return list(source.lines)


def refusal(path: Path) -> Rejection:
    """What is said of a file, that no format takes, or that cannot be opened at all."""
    (rejection,) = read([str(path)], None, date(2026, 3, 1))
    assert isinstance(rejection, Rejection)
    return rejection


def packed(data: bytes) -> bytes:
    """The same gzip file at any time."""
    return gzip.compress(data, mtime=0)


def write(folder: Path, data: bytes) -> Path:
    path = folder / "page.txt"
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    "data",
    [
        b"one\ntwo\n",
        b"one\r\ntwo\r\n",
        b"one\rtwo",
        b"\xef\xbb\xbfone\ntwo",
        "one\ntwo".encode("utf-16"),
        "\ufeffone\r\ntwo".encode("utf-16-be"),
        packed(b"one\ntwo\n"),
        packed(b"\xef\xbb\xbfone\r\ntwo"),
    ],
)
def test_every_way_to_write_two_lines_gives_two_lines(tmp_path: Path, data: bytes) -> None:
    assert lines(write(tmp_path, data)) == [SourceLine(1, "one"), SourceLine(2, "two")]


def test_bytes_that_are_no_text_spoil_only_their_line(tmp_path: Path) -> None:
    assert lines(write(tmp_path, b"fine\nna\xefve\nnu\0l\nfine")) == [
        SourceLine(1, "fine"),
        SourceLine(2, "na\ufffdve", "is not UTF-8 text (byte 0xEF at character 3)"),
        SourceLine(3, "nu\0l", "holds a NUL character"),
        SourceLine(4, "fine"),
    ]


def test_half_a_character_of_utf_16_spoils_only_its_line(tmp_path: Path) -> None:
    data = "one\nna\ud800ve\nna\udceeve\ntwo 😀".encode("utf-16", "surrogatepass")
    assert lines(write(tmp_path, data)) == [
        SourceLine(1, "one"),
        SourceLine(2, "na\ufffdve", "holds half of a character (a lone surrogate), at character 3"),
        SourceLine(3, "na\ufffdve", "holds half of a character (a lone surrogate), at character 3"),
        SourceLine(4, "two 😀"),
    ]


def test_only_line_feeds_and_carriage_returns_end_a_line(tmp_path: Path) -> None:
    text = "one\u2028\u2029\x85\x0b\x0cone"
    assert lines(write(tmp_path, f"{text}\ntwo".encode())) == [SourceLine(1, text), SourceLine(2, "two")]


def test_a_line_over_the_limit_is_measured_and_not_kept(tmp_path: Path) -> None:
    read_lines = lines(write(tmp_path, b"a" * 10_000_000 + b"\n" + b"b" * 1_000_000 + b"\nlast"))
    assert [(line.number, len(line.text), line.fault) for line in read_lines] == [
        (1, 2000, "line is 10.0 MB long; the limit is 1 MB"),
        (2, 1_000_000, ""),
        (3, 4, ""),
    ]


def test_the_size_of_a_line_is_that_of_its_bytes(tmp_path: Path) -> None:
    (line,) = lines(write(tmp_path, "木".encode() * 400_000))
    assert line.fault == "line is 1.2 MB long; the limit is 1 MB"


def test_an_empty_directory_is_named(tmp_path: Path) -> None:
    assert refusal(tmp_path) == Rejection(tmp_path.name, 0, "is an empty directory")


@pytest.mark.parametrize("data", [b"one\ntwo", packed(b"one\ntwo")])
def test_a_dash_is_standard_input(data: bytes) -> None:
    source = opened("-", data)
    assert (source.name, source.modified) == ("-", None)
    assert list(source.lines) == [SourceLine(1, "one"), SourceLine(2, "two")]


def test_a_pipe_is_read_like_standard_input(tmp_path: Path) -> None:
    reader, writer = os.pipe()
    os.write(writer, b"one")
    os.close(writer)
    source = opened(f"/dev/fd/{reader}")
    os.close(reader)
    assert list(source.lines) == [SourceLine(1, "one")]


def test_a_file_carries_the_day_it_was_modified(tmp_path: Path) -> None:
    path = write(tmp_path, b"x")
    os.utime(path, (1_600_000_000, 1_600_000_000))
    source = opened(path)
    source.stream.close()
    assert source.modified == date.fromtimestamp(1_600_000_000)


@pytest.mark.parametrize("name", ["missing.txt", "nul\0"])
def test_a_missing_path_stops_everything_before_anything_is_read(tmp_path: Path, name: str) -> None:
    stdin = io.BytesIO(b"unread")
    with pytest.raises(UsageError, match=r"missing\.txt: there is no such file or directory|is not a path"):
        sources(["-", str(tmp_path / name)], stdin)
    assert stdin.tell() == 0


def test_a_file_that_may_not_be_read_is_rejected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: Path, __: str) -> None:
        raise PermissionError(13, "Permission denied")

    path = write(tmp_path, b"x")
    monkeypatch.setattr(Path, "open", refuse)
    assert refusal(path) == Rejection("page.txt", 0, "cannot be read: permission denied")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"%PDF-toy\n...", "is a PDF document, not a listing"),
        (b"PK\x03\x04abc", "is a ZIP archive, not a listing"),
        (bytes(range(256)) * 8, "is not a listing: it is binary, or text in another encoding than UTF-8"),
        (packed(b"some text" * 99)[:-12], "is a damaged gzip file"),
        (b"\x1f\x8bnot gzip at all", "is a damaged gzip file"),
        (packed(b"\0\1\2\3" * 999), "is not a listing: it is binary, or text in another encoding than UTF-8"),
    ],
)
def test_a_file_that_is_no_text_is_rejected_with_the_reason(tmp_path: Path, data: bytes, reason: str) -> None:
    assert refusal(write(tmp_path, data)) == Rejection("page.txt", 0, reason)


def test_what_unpacks_to_more_than_the_limit_is_rejected(tmp_path: Path) -> None:
    path = write(tmp_path, packed(b"line\n" * 500_000))
    (rejection,) = sources([str(path)], io.BytesIO(), 2_000_000)
    assert isinstance(rejection, Rejection)
    assert rejection.reason == "holds more than 2 MB once decoded; unpack it to a file, or split it"


def test_utf_16_that_stops_in_the_middle_spoils_only_its_end(tmp_path: Path) -> None:
    *_, last = lines(write(tmp_path, "one\ntwo\n".encode("utf-16") + b"x"))
    assert last.fault == "is not valid UTF-16; nothing after it was read"


@pytest.mark.skipif(os.name != "posix", reason="names of files are bytes only there")
def test_a_name_that_is_no_text_can_still_be_stored(tmp_path: Path) -> None:
    path = os.fsencode(tmp_path) + b"/na\xefve.txt"
    try:
        Path(os.fsdecode(path)).write_bytes(b"x")
    except OSError:
        pytest.skip("this file system takes no such name")
    source = opened(os.fsdecode(path))
    source.stream.close()
    assert source.name == "na\ufffdve.txt"


@pytest.mark.parametrize("pack", [bytes, packed])
def test_a_source_shows_its_beginning_and_still_gives_every_line_or_every_byte(
    tmp_path: Path, pack: Callable[[bytes], bytes]
) -> None:
    data = b"\n" + b"".join(b"line %d\n\n" % number for number in range(1, 5_000))
    path = write(tmp_path, pack(data))
    texts = [f"line {number}" for number in range(1, 5_000)]
    source = opened(path)
    with source.stream:
        assert source.head == Head(data[:8192], tuple(texts[:20]))
        assert [line.text for line in source.lines if line.text] == texts
    source = opened(path)
    with source.stream:
        assert source.rewound().read() == data


def test_the_bytes_of_a_short_source_can_be_read_though_its_lines_were_looked_at(tmp_path: Path) -> None:
    source = opened(write(tmp_path, b"one"))
    with source.stream:
        assert (source.head, source.rewound().read()) == (Head(b"one", ("one",)), b"one")
