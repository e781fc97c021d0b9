"""One library that many threads ask: each as by itself, and as the library is when the question comes."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from support import libraries
from support.serving import library

import assistant
from assistant.app.handle import Library
from assistant.app.models import Models
from assistant.domain.answers import Answer
from assistant.domain.records import Entry, Listing
from assistant.library import editing
from assistant.serving.inquiries import Inquiry, Selection
from assistant.serving.resident import Resident
from assistant.testing import HashingEmbedder


def never() -> bool:
    return False


def resident(folder: Path) -> Resident:
    return Resident(library(folder))


def said(answer: Answer) -> object:
    return answer.status, answer.text, answer.claims, [item.paper.id for item in answer.evidence]


def test_many_threads_get_what_each_would_get_alone(folder: Path) -> None:
    shared = resident(folder)
    questions = [*libraries.QUESTIONS, "Which papers are about moss?", "How many papers are there?"]
    alone = [shared.ask(Inquiry(question), never).turns[-1].answer for question in questions]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda question: shared.ask(Inquiry(question), never), questions * 4))
    assert [said(conversation.turns[-1].answer) for conversation in together] == [said(answer) for answer in alone] * 4
    shared.close()


def test_what_others_add_remove_or_put_in_its_place_is_seen_at_the_next_question(folder: Path, tmp_path: Path) -> None:
    shared = resident(folder)
    assert shared.listing(1, never)[0] == libraries.MADE
    assert shared.find("id41", never)[0] == []
    libraries.ingest(folder, libraries.entries(40, 45))
    assert shared.listing(1, never)[0] == 45
    assert [paper.id for paper in shared.find("id41", never)[0]] == ["id41"]
    other = tmp_path / "other"
    libraries.ingest(other, libraries.entries(0, 3))
    shutil.move(folder, tmp_path / "away")
    shutil.move(other, folder)
    assert shared.listing(5, never)[0] == 3
    assert [hit.paper.id for hit in shared.search("moss", Selection(limit=1), never)[0]]
    shared.close()


def test_an_empty_library_is_the_sample_until_it_has_papers(tmp_path: Path) -> None:
    settings = assistant.Settings(tmp_path / "library", chosen=False, reranker="none")
    environment = {"ASSISTANT_CACHE": str(tmp_path / "cache")}
    models = Models(settings, environment, lambda _: None, HashingEmbedder(32))
    shared = Resident(Library(settings, environment, models, lambda _: None))
    assert shared.find("Scaling Laws for Reward Model Overoptimization", never)[0]
    libraries.ingest(tmp_path / "library", libraries.entries(0, 3))
    assert shared.listing(5, never)[0] == 3
    shared.close()


def test_a_tag_selects_papers_and_who_asks_is_told_what_a_filter_leaves_out(folder: Path) -> None:
    libraries.ingest(folder, [Entry(Listing("late.jsonl", 1, "Moss without a date"), "We measure moss.", "id99")])
    editing.annotate(folder, ["id3", "id99"], lambda said: replace(said, tags=("thesis/moss",)), "tag")
    shared = resident(folder)
    hits, notes = shared.search("moss", Selection(tag="thesis"), never)
    assert ({hit.paper.id for hit in hits}, notes) == ({"id3", "id99"}, ())
    hits, notes = shared.search("moss", Selection(since="2000", tag="thesis"), never)
    assert ([hit.paper.id for hit in hits], notes) == (["id3"], ("1 paper has no date and is left out",))
    answer = shared.ask(Inquiry("Which papers are there?", selection=Selection(tag="theses")), never).turns[-1].answer
    assert answer.notes[0].startswith("no paper has the tag 'theses'; did you mean 'thesis")
    assert answer.notes[1] == "no paper passes the filter"
    assert shared.similar("id3", Selection(tag="thesis"), never)[2][0].paper.id == "id99"
    shared.close()


def test_a_latex_document_is_read_as_by_the_command(folder: Path) -> None:
    shared = resident(folder)
    said = r"The error is below 8 percent~\cite{id7}."
    [claim] = shared.verify(f"\\documentclass{{article}}\n\\begin{{document}}\n{said}\n\\end{{document}}\n", never)
    assert claim.text == "The error is below 8 percent."
    assert [finding.paper and finding.paper.id for finding in claim.findings] == ["id7"]
    shared.close()
