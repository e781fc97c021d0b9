"""BibTeX and BibLaTeX as entries: real files counted by their marks, fields checked by hand, faults told by line."""

import io
import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest
from support.pages import ABSTRACT, TITLE, TODAY, entry, read_rows
from support.recordings import recordings

from assistant.domain.records import Entry, Listing, Rejection
from assistant.ingest import ReadContext
from assistant.ingest.files import Source, sources
from assistant.ingest.formats import FORMATS, bibtex, recognise
from assistant.ingest.formats.names import natural

BLOCK = re.compile(r"^@(?!string|comment|preamble|xdata|set\b)\w+\s*\{", re.IGNORECASE | re.MULTILINE)


def rows_of(path: Path) -> list[Entry | Rejection]:
    """What is read where papers without abstracts are of use."""
    [source] = sources([str(path)], io.BytesIO())
    assert isinstance(source, Source)
    format = recognise(source.head, FORMATS)
    assert format is not None
    assert format.name == "BibTeX"
    with source.stream:
        return list(bibtex.read_bibtex(source, ReadContext(None, TODAY, needs_abstracts=False)))


def real(name: str) -> dict[int, Entry]:
    """Line -> entry of a real file."""
    [path] = recordings("bibtex", name)
    return {row.listing.line: row for row in rows_of(path) if isinstance(row, Entry)}


def one(text: str) -> Entry:
    [row] = read_rows(text)
    assert isinstance(row, Entry)
    return row


def item(**fields: str) -> str:
    """A BibTeX entry of the paper."""
    every = {"title": f"{{{TITLE}}}", "abstract": f"{{{ABSTRACT}}}"} | fields
    return "@article{a,\n" + ",\n".join(f"  {name} = {value}" for name, value in every.items()) + "\n}\n"


def test_every_block_of_the_real_files_is_read_or_refused_at_its_line() -> None:
    paths = recordings("bibtex", "*.bib")
    count = 0
    for path in paths:
        text = path.read_text(errors="surrogateescape")
        starts = [text.count("\n", 0, match.start()) + 1 for match in BLOCK.finditer(text)]
        rows = rows_of(path)
        assert [row.listing.line if isinstance(row, Entry) else row.line for row in rows] == starts, path.name
        reasons = [row.reason for row in rows if isinstance(row, Rejection)]
        assert {reason.partition(":")[0] for reason in reasons} <= {"has no title", "is not valid BibTeX"}
        count += len(starts)
    assert (len(paths), count > 6_000) == (53, True)


def listed(
    line: int, title: str, day: tuple[int, int, int], venue: str | None, count: int, *, inferred: bool
) -> Listing:
    return Listing("-", line, title, date(*day), inferred, author_count=count, organisation=venue)


def test_fields_of_real_entries_are_what_a_person_reads_there() -> None:
    """Read off by hand: names in their spoken order, LaTeX, a string as venue, eprints, days, a cross-reference."""
    examples, volumes = real("examples.bib"), real("crossrefs.bib")
    title = "Computation of methodology-independent ionic solvation free energies from molecular simulations"
    [solvation] = [row for row in examples.values() if row.id == "10.1063/1.2172593"]
    assert solvation.listing.title == f"{title}: I. The electrostatic potential in molecular liquids"
    assert solvation.authors == ("M. A. Kastenholz", "Philippe H. Hünenberger")
    assert (solvation.listing.day, solvation.listing.date_inferred) == ("2006-01-01", True)
    assert (solvation.listing.organisation, solvation.url) == ("J. Chem. Phys.", "https://doi.org/10.1063/1.2172593")
    online = examples[1172]
    assert (online.id, online.url) == ("math/0307200", "https://arxiv.org/abs/math/0307200")
    assert (online.listing.day, online.listing.date_inferred) == ("2004-10-27", False)
    assert online.authors == ("John C. Baez", "Aaron D. Lauda")
    inside = volumes[4]
    assert (inside.listing.title, inside.listing.organisation) == ("Great and Good Graphs", "Graphs of the Continent")
    assert inside.listing.day == "1974-01-01"


@pytest.mark.parametrize(
    ("number", "title"),
    [(1, "Šome title"), (2, "Š"), (3, "Söme title"), (4, "Żome title"), (5, "à titlé"), (6, "↑à titlé")],
)
def test_an_encoding_that_a_file_names_is_heeded(number: int, title: str) -> None:
    [row] = real(f"encoding{number}.bib").values()
    assert row.listing.title.startswith(title)


def test_of_an_encoding_that_nobody_names_the_entry_is_refused() -> None:
    text = item(title="{Elms}").encode() + item(title="{Caf\xe9}").encode("latin-1")
    good, bad = read_rows(text)
    assert isinstance(good, Entry)
    assert bad == Rejection("-", 5, "is not UTF-8 text (byte 0xE9); convert it to UTF-8")
    for encoding in ("utf-8-sig", "utf-16"):
        [row] = read_rows(item(title="{Café}").encode(encoding))
        assert isinstance(row, Entry)
        assert row.listing.title == "Café"


@pytest.mark.parametrize(
    ("field", "read"),
    [
        (r"{The {\LaTeX}'s {P}oint}", "The LaTeX's Point"),
        (r'"Schr{\"o}dinger' 's Cat"', "Schrödingers Cat"),
        (r"{Fa{\ss} and {\'E}t{\'e} \& 90\% of \emph{it}}", "Faß and Été & 90% of it"),
        (r"{On $\alpha_{i}$-Nets -- ``so'' to~say}", "On $\\alpha_{i}$-Nets – “so” to say"),
        (r"{Worth \$5 or \$6}", "Worth $5 or $6"),
        ("{Two\n   lines}", "Two lines"),
        ("tree # {s and } # 2 # { elms}", "Trees and 2 elms"),
    ],
)
def test_latex_in_a_title_is_spelled_out(field: str, read: str) -> None:
    assert one("@string{tree = {Tree}}\n" + item(title=field)).listing.title == read


@pytest.mark.parametrize(
    ("fields", "day", "inferred"),
    [
        ({"year": "2003"}, "2003-01-01", True),
        ({"year": "{2003}", "month": "sep"}, "2003-09-01", True),
        ({"year": "2003", "month": '"10~" # feb'}, "2003-01-01", True),
        ({"year": "2003", "month": "{September}", "day": "{4}"}, "2003-09-04", False),
        ({"date": "{2003-09-04}"}, "2003-09-04", False),
        ({"date": "{2003-09/2004}"}, "2003-09-01", True),
        ({"date": "{2003-21}"}, "2003-01-01", True),
        ({"date": "{2003?}"}, "2003-01-01", True),
        ({"date": "{1996-13-03}"}, "1996-01-01", True),
        ({"year": "{in press}"}, None, False),
        ({"year": "{20031}"}, None, False),
    ],
)
def test_a_date_has_the_precision_that_was_written(fields: dict[str, str], day: str | None, inferred: bool) -> None:
    listing = one(item(**fields)).listing
    assert (listing.day, listing.date_inferred) == (day, inferred)


@pytest.mark.parametrize(
    ("fields", "ids"),
    [
        ({"eprint": "{2210.10760v2}", "archiveprefix": "{arXiv}", "doi": "{10.1/x}"}, ("2210.10760",)),
        ({"eprint": "{2210.10760}", "doi": "{10.1145/a\\_b}"}, ("2210.10760", "10.1145/a_b")),
        ({"journal": "{arXiv preprint arXiv:2210.10760}"}, ("2210.10760",)),
        ({"journal": "{CoRR}", "volume": "{abs/2210.10760}"}, ("2210.10760",)),
        ({"url": "{http://arxiv.org/abs/2210.10760v1}"}, ("2210.10760",)),
        ({"doi": "{https://doi.org/10.48550/arXiv.2210.10760}"}, ("2210.10760",)),
        ({"eprint": "{12345}", "eprinttype": "{jstor}"}, ("a",)),
    ],
)
def test_ids_are_found_wherever_bibliographies_have_them(fields: dict[str, str], ids: Sequence[str]) -> None:
    row = one(item(**fields))
    assert (row.id, *row.aliases) == tuple(ids)


@pytest.mark.parametrize(
    ("field", "authors", "count"),
    [
        ("{Ash, Ann and Ben Birch}", ("Ann Ash", "Ben Birch"), 2),
        ("{Ash, Ann AND others}", ("Ann Ash",), None),
        ("{{Ash and Birch, Inc.} and Vincent van Gogh}", ("Ash and Birch, Inc.", "Vincent van Gogh"), 2),
        ("{van Gogh, Jr., Vincent}", ("Vincent van Gogh Jr.",), 1),
        ("{family=Gogh, given=Vincent, prefix=van, useprefix=true}", ("Vincent van Gogh",), 1),
        (r"{H{\"u}nenberger, Philippe}", ("Philippe Hünenberger",), 1),
        ("{}", (), None),
    ],
)
def test_authors_have_their_names_in_spoken_order(field: str, authors: Sequence[str], count: int | None) -> None:
    row = one(item(author=field))
    assert (row.authors, row.listing.author_count) == (tuple(authors), count)


def test_a_broken_entry_costs_only_itself() -> None:
    text = "Words of a manager.\n" + item() + "@article{b,\n title = {A}, \n abstract {x},\n}\n" + item(title="{Elms}")
    first, broken, last = read_rows(text)
    assert first == entry(line=2, author_count=None) or isinstance(first, Entry)
    assert isinstance(broken, Rejection)
    assert (broken.line, broken.reason.partition(":")[0]) == (6, "is not valid BibTeX")
    assert isinstance(last, Entry)
    assert (last.listing.line, last.listing.title) == (10, "Elms")


@pytest.mark.parametrize("name", ["Ash", "Ash,", ",", "", " , , ", "a,b,c,d,e"])
def test_a_name_that_is_none_is_no_fault(name: str) -> None:
    assert isinstance(natural(name), str)


def overlong(text: str) -> list[tuple[int, str]]:
    """Line and reason of what is refused."""
    return [(row.line, row.reason) for row in read_rows(text) if isinstance(row, Rejection)]


def test_strings_that_double_each_other_are_refused_before_they_are_long() -> None:
    """Forty lines would stand for 2**40 characters."""
    doubled = "".join(f"@string{{a{place + 1} = a{place} # a{place}}}\n" for place in range(17))
    text = "@string{a0 = {x}}\n" + doubled + item(title="a4")
    assert overlong(text) == [(18, "its strings stand for more than 100,000 characters")]
    [paper] = [row for row in read_rows(text) if isinstance(row, Entry)]
    assert paper.listing.title == "x" * 16


def test_many_strings_or_cross_references_that_stand_for_much_are_refused() -> None:
    """Each line names 99,999 characters, in a field that no paper is made of; all of them may stand for 50,000,000."""
    named = f"@string{{a0 = {{{'x' * 99_999}}}}}\n"
    papers = "".join(f"@misc{{p{place}, title = {{T}}, abstract = {{A}}, note = a0}}\n" for place in range(502))
    fault = "the strings and cross-references of this file stand for more than 50,000,000 characters; split it"
    assert overlong(named + papers) == [(502, fault), (503, fault)]
    parent = f"@xdata{{a, note = {{{'x' * 99_999}}}}}\n"
    papers = "".join(f"@misc{{p{place}, title = {{T}}, abstract = {{A}}, xdata = {{a,a}}}}\n" for place in range(502))
    assert overlong(parent + papers) == [(502, fault), (503, fault)]
