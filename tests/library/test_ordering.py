"""Orders of papers: what SQLite sorts is what Python would, whichever of them there are."""

import random
from dataclasses import replace
from datetime import date
from itertools import islice, product

import pytest
from support import libraries

from assistant.domain.records import Entry
from assistant.domain.selection import Order
from assistant.library import ordering, overview
from assistant.library.catalogue import Catalogue

DAYS = [None, date(2024, 2, 29), date(2023, 12, 31), date(2024, 2, 29), None, date(1999, 1, 1)]
TITLES = ["Zebra", "apple", "Apple", "ärger", "Éclair", "a\u200bpple", "10 apples", "9 apples"]


def made(number: int) -> Entry:
    entry = libraries.entry(number)
    title = f"{TITLES[number % len(TITLES)]} {number}"
    return replace(entry, listing=replace(entry.listing, title=title, date=DAYS[number % len(DAYS)]))


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    folder = tmp_path_factory.mktemp("ordering") / "library"
    libraries.ingest(folder, [made(number) for number in range(40)])
    return Catalogue(folder)


def expected(catalogue: Catalogue, order: Order | None, among: set[str] | None, reverse: bool) -> list[str]:
    """By Python's own sort, which leaves what is equal in its order."""
    papers = [paper for paper in catalogue.papers() if among is None or paper.id in among]
    if order == "date":
        dated = sorted(
            (paper for paper in papers if paper.date), key=lambda paper: str(paper.date), reverse=not reverse
        )
        papers = dated + [paper for paper in papers if not paper.date]
        return [paper.id for paper in papers]
    if order == "title":
        papers.sort(key=lambda paper: paper.title.replace("\u200b", "").casefold())
    ids = [paper.id for paper in papers]
    return ids[::-1] if reverse ^ (order == "added") else ids


def test_every_order_is_that_of_pythons_sort(catalogue: Catalogue) -> None:
    some = set(random.Random(4).sample([id for _, id in next(catalogue.batches())], 17)) | {"unknown"}
    orders: list[Order | None] = [None, "date", "title", "added"]
    for order, among, reverse in product(orders, (None, some, set[str]()), (False, True)):
        ids = list(ordering.ids(catalogue, order, among, reverse=reverse))
        assert ids == expected(catalogue, order, among, reverse), (order, among, reverse)


def test_the_first_papers_are_there_before_others_are_read(catalogue: Catalogue) -> None:
    """The library moves on while a list is printed, as when a reader looks whether it has changed."""
    ids = ordering.ids(catalogue, "date")
    first = list(islice(ids, 3))
    catalogue.snapshot()
    assert [*first, *ids] == expected(catalogue, "date", None, False)
    catalogue.release()


def test_days_are_counted(catalogue: Catalogue) -> None:
    """40 papers over six days in turn, of which two are none and two are one."""
    counts = {None: 13, date(1999, 1, 1): 6, date(2023, 12, 31): 7, date(2024, 2, 29): 14}
    assert dict(overview.days(catalogue)) == counts
    assert dict(overview.days(catalogue, ["id0", "id2", "id8"])) == {None: 1, date(2023, 12, 31): 2}
