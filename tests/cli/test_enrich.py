"""`assistant enrich`: facts that papers lack, from a real bibliography and from services that play real answers."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from support import services
from support.homes import Home
from support.recordings import recordings

TITLE = "Heat-bath random walks with Markov bases"
ROW = {"title": TITLE, "abstract": "Walks on lattice points mix.", "authors": 2}


@pytest.fixture
def walks(home: Home) -> Home:
    """A home whose library has one paper, without a date, names and an address."""
    home.environment["ASSISTANT_LIBRARY"] = str(home.folder / "walks")
    (home.folder / "row.jsonl").write_text(json.dumps(ROW))
    assert home.run("ingest", "row.jsonl").returncode == 0
    home.environment["ASSISTANT_CACHE"] = str(home.folder / "cache")
    return home


def paper(home: Home) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(home.run("show", "--json", TITLE).stdout)
    return value


def asking(home: Home, answers: Mapping[str, services.Answer], *words: str) -> tuple[dict[str, Any], list[str]]:
    """What `enrich --json` says, and the paths that it asked for."""
    with services.serve(answers) as server:
        home.environment.update(services.environment(server))
        done = home.run("enrich", "--json", *words)
        paths = [question.path for question in services.asked(server)]
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout), paths


def test_a_feed_of_arxiv_fills_a_paper_of_a_listing(walks: Home) -> None:
    [path] = recordings("arxiv_atom", "id_1605*.xml")
    before = paper(walks)
    table = walks.run("enrich", "--dry-run", str(path))
    place = f"{path.name}:10"
    assert table.stdout.splitlines()[:-1] == [
        f"{TITLE}  date      2016-05-26  {place}",
        f"{TITLE}  authors   Caprice Stanley; Tobias Windisch  {place}",
        f"{TITLE}  link      https://arxiv.org/abs/1605.08386  {place}",
        f"{TITLE}  arXiv id  1605.08386  {place}",
    ]
    assert table.stdout.splitlines()[-1].startswith(
        "1 papers would gain 4 facts; 0 differ and stay; 0 records are of no"
    )
    assert paper(walks) == before
    assert walks.run("enrich", str(path)).returncode == 0
    after = paper(walks)
    facts = {key: after[key] for key in ("id", "title", "abstract", "date", "authors", "url")}
    assert facts == {
        "id": "1605.08386", "title": TITLE, "abstract": ROW["abstract"], "date": "2016-05-26",
        "authors": ["Caprice Stanley", "Tobias Windisch"], "url": "https://arxiv.org/abs/1605.08386",
    }  # fmt: skip
    assert walks.run("enrich", str(path)).stdout.startswith("0 papers gained 0 facts; 0 differ")
    assert walks.run("ingest", "row.jsonl").returncode == 0
    assert paper(walks) == after


def test_what_differs_is_shown_and_kept(walks: Home) -> None:
    bib = "@misc{a, title={%s}, author={Ash, Ann and Birch, Ben}, year=2015, doi={10.1000/x}}\n"
    (walks.folder / "a.bib").write_text(bib % TITLE + bib % "Of no paper here, or so it seems")
    assert walks.run("enrich", "a.bib").stdout.startswith("1 papers gained 4 facts; 0 differ and stay; 1 records")
    (walks.folder / "c.bib").write_text((bib % TITLE).replace("year=2015", "date={2014-01-02}").replace("Ben", "Bo"))
    done = walks.run("enrich", "c.bib")
    assert done.stdout.startswith("1 papers gained 1 facts; 0 differ")
    (walks.folder / "d.bib").write_text((bib % TITLE).replace("year=2015", "date={2013-01-02}"))
    done = walks.run("enrich", "d.bib")
    assert f"differs: “{TITLE}”, date: 2014-01-02 here, 2013-01-02 in d.bib:1" in done.stderr
    after = paper(walks)
    assert after["date"] == "2014-01-02"
    assert [listing["date"] for listing in after["listings"]] == [None, "2015-01-01", "2014-01-02", "2013-01-02"]


@pytest.mark.parametrize("service", ["arxiv", "crossref", "semantic-scholar"])
def test_a_service_is_asked_by_title_where_no_id_is_known(service: str, walks: Home) -> None:
    [path] = recordings("arxiv_atom", "id_1605*.xml")
    record = {
        "DOI": "10.1000/walks", "title": [TITLE], "issued": {"date-parts": [[2016, 5, 26]]},
        "author": [{"given": "Caprice", "family": "Stanley"}, {"given": "Tobias", "family": "Windisch"}],
    }  # fmt: skip
    near = record | {"title": [TITLE + " Revisited"], "DOI": "10.1000/other"}
    work = {"status": "ok", "message-type": "work-list", "message": {"items": [near, record]}}
    scholar = {
        "paperId": "1", "title": TITLE, "publicationDate": "2016-05-26", "externalIds": {"ArXiv": "1605.08386"},
        "authors": [{"name": "Caprice Stanley"}, {"name": "Tobias Windisch"}],
    }  # fmt: skip
    answers = {
        "/arxiv": path.read_bytes(),
        "/crossref": json.dumps(work).encode(),
        "/scholar": json.dumps({"data": [scholar]}).encode(),
    }
    value, paths = asking(walks, answers, "--from", service, "--limit", "1")
    assert paths == [{"arxiv": "/arxiv", "crossref": "/crossref", "semantic-scholar": "/scholar/search/match"}[service]]
    fields = [gain["field"] for gain in value["gains"]]
    assert fields == ["date", "authors", "link", "DOI" if service == "crossref" else "arXiv id"]
    assert (paper(walks)["date"], value["updated"]) == ("2016-05-26", 1)


def test_nothing_named_is_refused_and_nothing_is_asked(walks: Home) -> None:
    with services.serve({}) as server:
        walks.environment.update(services.environment(server))
        done = walks.run("enrich")
        assert (done.returncode, server.requests) == (2, [])
    assert "name files, or a service with --from" in done.stderr


def test_a_bibliography_without_abstracts_says_of_what_use_it_is(walks: Home) -> None:
    (walks.folder / "a.bib").write_text("@misc{a, title={Walks}, eprint={1605.08386}}")
    done = walks.run("ingest", "a.bib")
    assert done.returncode == 2
    assert "rejected a.bib:1: has no abstract: “Walks”" in done.stderr
    assert "1 records have no abstract: `assistant add --list FILE` fetches those with an arXiv id" in done.stderr
