"""RIS and Zotero's CSV as entries."""

import csv
import io
from datetime import date

import pytest
from support.pages import ABSTRACT, TITLE, read_rows

from assistant.domain.records import Entry, Listing, Rejection

NAMES = ("Ann Ash", "Vincent van Gogh Jr.")
LISTING = Listing("-", 1, TITLE, date(2022, 10, 19), author_count=2, organisation="Trees")


def ris(**fields: str | list[str]) -> str:
    every = {
        "TI": TITLE, "AB": ABSTRACT, "AU": ["Ash, Ann", "van Gogh, Jr., Vincent"], "DA": "2022/10/19/",
        "T2": "Trees", "DO": "10.1000/x", "UR": "https://a.example/x",
    } | fields  # fmt: skip
    lines = [
        f"{tag}  - {value}"
        for tag, values in every.items()
        for value in ([values] if isinstance(values, str) else values)
    ]
    return "\n".join(["TY  - JOUR", *lines, "ER  - ", ""])


def test_a_record_of_ris_is_read_whole() -> None:
    expected = Entry(LISTING, ABSTRACT, "10.1000/x", NAMES, "https://a.example/x")
    assert read_rows(ris()) == [expected]
    assert read_rows(b"\xef\xbb\xbf" + ris().replace("\n", "\r\n").encode()) == [expected]
    assert read_rows(ris().encode("utf-16")) == [expected]
    old = ris(TI=[], AB=[], AU=[], DA=[], T1=TITLE, N2=ABSTRACT, A1=["Ash, Ann", "van Gogh, Jr., Vincent"])
    assert read_rows(old.replace("T2", "Y1  - 2022/10/19/\nJF")) == [expected]


@pytest.mark.parametrize(
    ("fields", "id", "aliases"),
    [
        ({"DO": [], "UR": "http://arxiv.org/abs/2210.10760v1"}, "2210.10760", ()),
        ({"DO": "10.1/x", "VL": "abs/2210.10760"}, "2210.10760", ("10.1000/y",)),
        ({"DO": "https://doi.org/10.48550/arXiv.2210.10760"}, "2210.10760", ()),
        ({"DO": [], "N1": "Comment: arXiv:2210.10760 [cs]"}, "2210.10760", ()),
        ({"DO": [], "ID": "77"}, "77", ()),
    ],
)
def test_ids_in_ris(fields: dict[str, str | list[str]], id: str, aliases: tuple[str, ...]) -> None:
    [row] = read_rows(ris(**({**fields, "DO": "10.1000/y"} if aliases else fields)))
    assert isinstance(row, Entry)
    assert (row.id, row.aliases) == (id, aliases)


@pytest.mark.parametrize(
    ("written", "day", "inferred"),
    [
        ("2022", "2022-01-01", True), ("2022///", "2022-01-01", True), ("2022/10//", "2022-10-01", True),
        ("2022-10-19", "2022-10-19", False), ("2022/10/19/spring", "2022-10-19", False), ("soon", None, False),
        ("2022/13/01", None, False),
    ],
)  # fmt: skip
def test_dates_in_ris(written: str, day: str | None, inferred: bool) -> None:
    [row] = read_rows(ris(DA=written))
    assert isinstance(row, Entry)
    assert (row.listing.day, row.listing.date_inferred) == (day, inferred)


def test_records_of_ris_end_where_they_end_and_a_fault_costs_one() -> None:
    head = "Provider: a library\n\n"
    open_record = ris(TI="Elms").removesuffix("ER  - \n")
    wrapped = ris(AB="Trees grow\nuntil they stop.")
    data = (head + open_record + wrapped).encode() + ris(TI="Caf\xe9").encode("latin-1") + ris(AB=[]).encode()
    elms, trees, bad, bare = read_rows(data)
    assert isinstance(elms, Entry)
    assert (elms.listing.title, elms.listing.line) == ("Elms", 3)
    assert isinstance(trees, Entry)
    assert (trees.abstract, trees.listing.line) == (ABSTRACT, 12)
    assert bad == Rejection("-", 24, "is not UTF-8 text (byte 0xE9 at character 10)")
    assert bare == Rejection("-", 33, f"has no abstract: “{TITLE}”")


ZOTERO = {
    "Key": "ABCD1234", "Item Type": "preprint", "Publication Year": "2022",
    "Author": "Ash, Ann; van Gogh, Jr., Vincent",
    "Title": TITLE, "Publication Title": "Trees", "ISBN": "", "DOI": "10.48550/arXiv.2210.10760",
    "Url": "http://arxiv.org/abs/2210.10760", "Abstract Note": ABSTRACT, "Date": "2022-10-19",
}  # fmt: skip


def zotero(**change: str) -> str:
    table = io.StringIO()
    row = ZOTERO | {name.replace("_", " "): value for name, value in change.items()}
    writer = csv.DictWriter(table, row, quoting=csv.QUOTE_ALL)
    writer.writeheader()
    writer.writerow(row)
    return "\ufeff" + table.getvalue()


def test_a_row_of_zotero_is_read_whole() -> None:
    listing = Listing("-", 2, TITLE, date(2022, 10, 19), author_count=2, organisation="Trees")
    assert read_rows(zotero()) == [Entry(listing, ABSTRACT, "2210.10760", NAMES, "https://arxiv.org/abs/2210.10760")]


@pytest.mark.parametrize(
    ("change", "id", "day"),
    [
        ({"DOI": "", "Url": "", "Extra": "arXiv:2210.10760 [cs]"}, "2210.10760", "2022-10-19"),
        ({"DOI": "10.1000/x", "Url": "https://a.example/x"}, "10.1000/x", "2022-10-19"),
        ({"DOI": "", "Url": "", "Date": "10/2022"}, "ABCD1234", "2022-01-01"),
        ({"DOI": "", "Url": "", "Date": "", "Publication_Year": ""}, "ABCD1234", None),
    ],
)
def test_ids_and_dates_of_zotero(change: dict[str, str], id: str, day: str | None) -> None:
    [row] = read_rows(zotero(**change))
    assert isinstance(row, Entry)
    assert (row.id, row.listing.day) == (id, day)
