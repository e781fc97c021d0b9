"""Fields of strangers, made of one thing repeated -> time that grows with their length, and no faster."""

import io
from datetime import date

import pytest
from support.growth import check_linear

from assistant.ingest import read
from assistant.ingest.formats import latex, markup, names

TODAY = date(2026, 3, 1)
LENGTH = 10_000
UNITS = (
    "a", "a ", " ", "{", "}", "{a}", "\\", "\\a", "\\a ", "\\'e", "\\(", "\\(a", "$", "$$a", "$a$ ", "\\begin{a}",
    "\\[", " and ", "{ and ", ",", "=", "%", "&", "&amp;", "<", "<!--", "<!-- <", "<a ", "<jats:title>", "</title>",
    "<i>", "-\n", "\n",
)  # fmt: skip
FEW = ("a ", "{", "\\a", "$a", " and ", ",", "arXiv:", "doi:10.1000/", "\n", "abs/")
FRAMES = {
    "BibTeX": "@misc{{a, title = {{A}}, abstract = {{B {0} }}, author = {{{0}}}, note = {{{0}}}}}",
    "BibTeX, quoted": '@misc{{a, title = "A", abstract = "{0}", crossref = "{0}", year = "{0}"}}',
    "RIS": "TY  - JOUR\nTI  - A\nAB  - B {0}\nN1  - {0}\nER  - \n",
    "RIS, wrapped": "TY  - JOUR\nTI  - A\nAB  - B\n{0}\nDA  - {0}\n",
}


@pytest.mark.parametrize("unit", UNITS)
def test_functions_of_fields_take_time_in_proportion(unit: str) -> None:
    def work(length: int) -> None:
        field = unit * (length // len(unit))
        latex.plain(field)
        markup.plain(field)
        names.split(field)

    check_linear(work, LENGTH)


@pytest.mark.parametrize("frame", FRAMES)
def test_readers_take_time_in_proportion(frame: str) -> None:
    def work(length: int) -> None:
        for unit in FEW:
            text = FRAMES[frame].format(unit * (length // len(unit)))
            list(read(["-"], None, TODAY, io.BytesIO(text.encode())))

    check_linear(work, LENGTH)
