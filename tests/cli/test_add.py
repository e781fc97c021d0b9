"""`assistant add`: what is named is fetched from a service that plays real answers, and nothing else is asked for."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest
from support import endpoint, services
from support.endpoint import Server
from support.homes import Home
from support.pages import ABSTRACT, TITLE
from support.recordings import bodies, recordings


@contextmanager
def playing(answers: Mapping[str, services.Answer], home: Home) -> Iterator[Server]:
    """Serve answers, to which the home's environment leads; what services gave to other tests is not at hand."""
    with services.serve(answers) as server:
        home.environment.update(services.environment(server) | {"ASSISTANT_CACHE": str(home.folder / "cache")})
        yield server


def feed(name: str) -> bytes:
    [path] = recordings("arxiv_atom", f"{name}.xml")
    return path.read_bytes()


def report(home: Home, *words: str, code: int = 0) -> dict[str, Any]:
    done = home.run("add", "--json", *words)
    assert done.returncode == code, done.stderr
    value: dict[str, Any] = json.loads(done.stdout)
    return value


def papers(home: Home, source: str) -> list[dict[str, Any]]:
    done = home.run("papers", "--json", "--source", source)
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_papers_are_added_by_any_name_of_their_id_and_a_second_time_changes_nothing(home: Home) -> None:
    names = ("https://arxiv.org/abs/1605.08386v1", "arXiv:1605.08386")
    with playing({"/arxiv": feed("id_1605*")}, home) as server:
        assert report(home, *names)["added"] == 1
        [paper] = papers(home, "arxiv.org")
        facts = {key: paper[key] for key in ("id", "title", "date", "authors", "url")}
        assert facts == {
            "id": "1605.08386", "title": "Heat-bath random walks with Markov bases", "date": "2016-05-26",
            "authors": ["Caprice Stanley", "Tobias Windisch"], "url": "https://arxiv.org/abs/1605.08386",
        }  # fmt: skip
        assert [listing["source"] for listing in paper["listings"]] == ["arxiv.org"]
        second = report(home, *names)
        assert (second["added"], second["updated"], second["unchanged"], second["embedded"]) == (0, 0, 1, 0)
        [question] = services.asked(server)
        assert question.parameters == {"id_list": "1605.08386", "max_results": "1"}


def test_the_papers_of_a_bibliography_without_abstracts_are_fetched_by_their_ids(home: Home) -> None:
    bib = "@misc{a, title={Walks}, eprint={1605.08386}}\n@misc{b, title={No id}}\n@misc{c, doi={10.1234/c}, title={C}}"
    (home.folder / "refs.bib").write_text(bib)
    (home.folder / "none.bib").write_text("@misc{b, title={No id}}")
    with playing({"/arxiv": feed("id_1605*")}, home) as server:
        done = report(home, "--list", "refs.bib")
        assert (done["added"], len(done["rejections"])) == (1, 1)
        assert [question.path for question in services.asked(server)] == [
            "/arxiv", "/crossref/10.1234/c", "/scholar/DOI:10.1234/c",
        ]  # fmt: skip
        refused = home.run("add", "--list", "none.bib")
    assert (refused.returncode, "none.bib: has no paper with an arXiv id or a DOI" in refused.stderr) == (2, True)


def test_a_dry_run_changes_nothing(home: Home) -> None:
    with playing({"/arxiv": feed("id_1605*")}, home):
        done = home.run("add", "--dry-run", "1605.08386")
    assert done.returncode == 0
    assert done.stdout.splitlines()[0] == "2016-05-26  Heat-bath random walks with Markov bases  1605.08386"
    assert "1 papers would be added" in done.stdout
    assert papers(home, "arxiv.org") == []


def test_the_daily_papers_of_a_day_are_listed_under_the_day(home: Home) -> None:
    [path] = recordings("hf_daily_papers", "*.json")
    with playing({"date=2026-03-06": path.read_bytes()}, home) as server:
        assert report(home, "--daily", "2026-03-06")["added"] == 1
        assert [paper["id"] for paper in papers(home, "2026-03-06")] == ["2602.23229"]
        assert services.asked(server)[0].parameters == {"date": "2026-03-06", "limit": "100"}


def test_a_search_takes_as_many_pages_as_its_limit_needs(home: Home) -> None:
    answers = {"start=0&": feed("q_testing_s0_m100*"), "start=100&": feed("q_testing_s10_m10*")}
    with playing(answers, home) as server:
        assert report(home, "--search", "arxiv", "software testing", "--limit", "110")["listings"] == 110
        assert [question.parameters for question in services.asked(server)] == [
            {"search_query": "all:software AND all:testing", "start": start, "max_results": size}
            for start, size in (("0", "100"), ("100", "10"))
        ]
    assert len(papers(home, "arxiv.org search: software testing")) == 100  # ten are on both pages


def test_an_interrupted_search_goes_on_where_it_was(home: Home) -> None:
    words = ("--search", "arxiv", "software testing", "--limit", "110")
    broken = endpoint.answers(400, b"not now", "text/plain")
    with playing({"start=0&": feed("q_testing_s0_m100*"), "start=100&": broken}, home) as server:
        done = home.run("add", *words)
        assert (done.returncode, "arxiv refused with status 400 (not now)" in done.stderr) == (5, True)
        assert len(server.requests) == 2
        port = server.server_address[1]
    assert papers(home, "arxiv.org") == []
    answers = {"start=100&": feed("q_testing_s10_m10*")}
    with services.serve(answers) as server:
        # The same address again, as a service has it.
        cache = home.folder / "cache" / "services"
        for kept in cache.glob("*.answer"):
            head, _, body = kept.read_bytes().partition(b"\n")
            facts = json.loads(head)
            address = facts["address"].replace(str(port), str(server.server_address[1]))
            kept.unlink()
            from assistant.ingest.services.answers import Answer, Answers

            Answers(cache, len(body)).keep(address, Answer(body, facts["time"], facts["etag"]))
        home.environment.update(services.environment(server))
        assert report(home, *words)["listings"] == 110
        assert [question.parameters["start"] for question in services.asked(server)] == ["100"]


def crossref(doi: str) -> bytes:
    [body] = [
        body
        for path in recordings("crossref", "*.yaml")
        for address, body in bodies(path)
        if address.endswith(f"/works/{doi}")
    ][:1]
    return body


def test_a_doi_is_asked_of_crossref_and_its_abstract_of_semantic_scholar_where_crossref_has_none(home: Home) -> None:
    with_abstract, without = "10.1038/srep16696", "10.1109/icdcsw.2003.1203662"
    record = json.loads(crossref(without))["message"]
    scholar = {"paperId": "1", "title": record["title"][0], "abstract": ABSTRACT, "externalIds": {"DOI": without}}
    answers = {
        f"/crossref/{with_abstract}": crossref(with_abstract),
        f"/crossref/{without}": crossref(without),
        f"/scholar/DOI:{without}": json.dumps(scholar).encode(),
    }
    with playing(answers, home) as server:
        done = report(home, f"https://doi.org/{with_abstract}", without.upper(), "10.1234/unknown")
        assert [question.path.rpartition("/10.")[0] or question.path for question in services.asked(server)] == [
            "/crossref", "/crossref", f"/scholar/DOI:{without}", "/crossref", "/scholar/DOI:10.1234/unknown",
        ]  # fmt: skip
    assert done["added"] == 2
    assert done["rejections"] == [
        {
            "source": "crossref.org",
            "line": 0,
            "reason": "neither Crossref nor Semantic Scholar has a paper 10.1234/unknown",
        }
    ]
    first, second = papers(home, "crossref.org")
    assert (first["id"], first["date"], second["id"]) == (with_abstract, "2015-11-19", without)
    assert second["abstract"] == ABSTRACT
    assert second["authors"] == [f"{author['given']} {author['family']}" for author in record["author"]]


def test_what_a_service_has_not_is_told_and_the_rest_is_added(home: Home) -> None:
    with playing({"/arxiv": feed("id_0808.05394_1707*")}, home):
        done = home.run("add", "0808.05394", "1707.08567")
        assert done.returncode == 0
        assert "rejected arxiv.org: has no paper 0808.05394" in done.stderr
        assert "1 papers added" in done.stdout
    with playing({"/arxiv": feed("id_0000*")}, home):
        assert home.run("add", "0000.0000").returncode == 3


def test_offline_says_so_at_once_and_ends_with_5(home: Home) -> None:
    """Through a proxy that is not there, as every test has it, the services' own addresses are out of reach."""
    home.environment["ASSISTANT_CACHE"] = str(home.folder / "cache")
    done = home.run("add", "2210.10760")
    assert (done.returncode, done.stdout) == (5, "")
    assert done.stderr.startswith("assistant: error: arxiv cannot be reached (")
    assert "it goes on where it was" in done.stderr


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((), "name papers, --list with a file, --daily with a day, or --search"),
        (("7",), "'7' is no arXiv id, DOI, or address"),
        (("2210.10760", "https://a.example/paper"), "'https://a.example/paper' is no arXiv id"),
        (("--daily", "yesterday"), "'yesterday' is no day; write it as 2025-11-11"),
        (("--search", "google", "moss"), "there is no service 'google'; name one of arxiv, crossref"),
        (("--search", "arxiv", " "), "give words to search for"),
    ],
)
def test_what_cannot_be_named_is_refused_before_anything_is_asked(
    words: tuple[str, ...], message: str, home: Home
) -> None:
    with playing({}, home) as server:
        done = home.run("add", *words)
        assert (done.returncode, server.requests) == (2, [])
    assert message in done.stderr


def test_an_answer_that_is_none_is_told(home: Home) -> None:
    row = json.dumps({"title": TITLE}).encode()
    for answer in (b"<html>sign in</html>", b"", row[:-1], b"\xff\xfe\x00"):
        with playing({"/scholar": answer}, home):
            done = home.run("add", "--search", "semantic-scholar", "moss")
        assert done.returncode in (3, 5)
        assert "Traceback" not in done.stderr
