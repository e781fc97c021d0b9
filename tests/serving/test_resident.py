"""One library that many threads ask: each as by itself, and as the library is when the question comes."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from support import libraries

import assistant
from assistant.app.handle import Library
from assistant.app.models import Models
from assistant.domain.answers import Answer
from assistant.serving.resident import Inquiry, Resident, Selection
from assistant.testing import HashingEmbedder


def never() -> bool:
    return False


def resident(folder: Path) -> Resident:
    return Resident(assistant.open_library(folder, embedder=HashingEmbedder(32), model="none", reranker="none"))


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
    assert [hit.paper.id for hit in shared.search("moss", Selection(limit=1), never)]
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
