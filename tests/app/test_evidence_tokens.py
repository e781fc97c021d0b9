"""A model, where it runs and what its server tells -> how much evidence it is shown, and of how many papers."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from support.endpoint import answers, serve
from support.libraries import HashedWords, made

from assistant import app
from assistant.app.models import Models
from assistant.app.opening import open_library
from assistant.domain.errors import UsageError
from assistant.models.openai.chat import OpenAIModel
from assistant.testing import HashingEmbedder, ScriptedModel


def models(environment: Mapping[str, str], url: str, told: list[str] | None = None) -> Models:
    settings = app.load_settings(environment)
    model = OpenAIModel("m", key="k", base_url=url)
    return Models(settings, environment, (told if told is not None else []).append, HashingEmbedder(), model)


@pytest.mark.parametrize(
    ("url", "environment", "tokens", "papers"),
    [
        ("http://127.0.0.1:9/v1", {}, 800, 8),
        ("http://localhost:9/v1", {"ASSISTANT_EVIDENCE": "400"}, 400, 8),
        ("https://models.example/v1", {}, 10_000, 24),
        ("https://models.example/v1", {"ASSISTANT_EVIDENCE": "5000"}, 5_000, 12),
    ],
)
def test_a_model_here_is_shown_little_and_one_elsewhere_much(
    url: str, environment: Mapping[str, str], tokens: int, papers: int
) -> None:
    made = models(environment, url)
    assert (made.evidence_tokens, made.papers_read(None), made.papers_read(3)) == (tokens, papers, 3)


def test_more_than_the_context_of_a_local_model_holds_is_not_shown() -> None:
    told: list[str] = []
    body = {"data": [{"id": "other", "max_model_len": 512}, {"id": "m", "max_model_len": 4096}]}
    with serve(answers(200, body)) as server:
        assert models({"ASSISTANT_EVIDENCE": "6000"}, server.url, told).evidence_tokens == 2_096
    assert told == ["the model's context of 4,096 tokens holds about 2,096 of evidence, not 6,000"]


def test_a_model_that_takes_over_reads_as_many_papers_as_suit_it(tmp_path: Path) -> None:
    environment = {"OPENAI_API_KEY": "k", "OPENAI_BASE_URL": "https://models.example/v1"}
    with open_library(made(tmp_path), embedder=HashedWords(), model="none", environment=environment) as library:
        quotes = library.pipeline()
        other = library.answering(quotes, "other")
        pipelines = quotes, other, library.answering(other, "none"), library.answering(quotes, "other", 3)
    assert [each.limit for each in pipelines] == [8, 24, 8, 3]


def test_any_other_model_is_taken_for_a_large_one() -> None:
    made = Models(app.load_settings({}), {}, print, HashingEmbedder(), ScriptedModel([]))
    assert made.evidence_tokens == 10_000


@pytest.mark.parametrize("given", ["99", "much", "-1", "9999999"])
def test_what_is_no_number_of_tokens_is_refused(given: str) -> None:
    with pytest.raises(UsageError, match="is not a number of tokens of evidence"):
        app.load_settings({"ASSISTANT_EVIDENCE": given})
