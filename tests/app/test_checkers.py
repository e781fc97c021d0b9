"""Flags, environment and the answering model -> who judges claims."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from support import tiny_onnx

from assistant import app
from assistant.answering.model_checkers import ChatChecker, FactChecker
from assistant.app import checkers
from assistant.domain.errors import MissingModelError, UsageError
from assistant.models.base import ChatModel, Checker
from assistant.models.onnx.checker import OnnxChecker
from assistant.models.openai.chat import OpenAIModel
from assistant.testing import ScriptedModel

HERE = {"OPENAI_BASE_URL": "http://127.0.0.1:9/v1"}
"""An address that nobody is asked at."""


def model(base_url: str, name: str = "m") -> OpenAIModel:
    return OpenAIModel(name, key="k", base_url=base_url)


def opened(
    answering: ChatModel | None,
    environment: Mapping[str, str] = HERE,
    check: str | None = None,
    name: str | None = None,
) -> Checker | None:
    settings = app.load_settings(environment, check=check, checker=name)
    return checkers.open_checker(settings, environment, answering)


@pytest.mark.parametrize(
    ("answering", "environment", "check", "kind"),
    [
        (None, {}, None, type(None)),
        (model("https://host.example/v1"), {}, None, ChatChecker),
        (model("http://localhost:8080/v1"), {}, None, type(None)),
        (ScriptedModel([]), {}, None, type(None)),
        (model("http://localhost:8080/v1"), {}, "model", ChatChecker),
        (model("http://localhost:8080/v1"), {"ASSISTANT_CHECK": "Model"}, None, ChatChecker),
        (model("https://host.example/v1"), {"ASSISTANT_CHECK": "none"}, None, type(None)),
        (model("http://localhost:8080/v1"), {"ASSISTANT_CHECK": "none"}, "model", ChatChecker),
        (model("http://localhost:8080/v1", "bespoke-minicheck"), {}, "model", FactChecker),
    ],
)
def test_the_answering_model_judges_where_it_is_asked_to_or_elsewhere(
    answering: ChatModel | None, environment: dict[str, str], check: str | None, kind: type
) -> None:
    assert type(opened(answering, environment, check)) is kind


def test_another_model_judges_by_its_name_or_its_folder(tmp_path: Path) -> None:
    folder = tiny_onnx.write(tmp_path / "nli", {"so": [1.0, 0.0]}, {"0": "entailment", "1": "not_entailment"})
    environment = {**HERE, "ASSISTANT_CACHE": str(tmp_path)}
    for name in (str(folder), f"onnx:{folder}"):
        assert isinstance(opened(None, environment, name=name), OnnxChecker)
    named = opened(model("https://host.example/v1"), environment, name="qwen3:8b")
    assert isinstance(named, ChatChecker)
    assert named.name == "qwen3:8b"
    assert isinstance(opened(None, {**environment, "ASSISTANT_CHECKER": "minicheck"}), FactChecker)
    with pytest.raises(MissingModelError, match="no ONNX model"):
        opened(None, environment, name="onnx:org/nli")
    assert opened(None, environment, "none", str(folder)) is None


def test_what_cannot_judge_is_an_error_of_use() -> None:
    with pytest.raises(UsageError, match="no model answers that could check claims"):
        opened(None, {}, "model")
    with pytest.raises(UsageError, match="claims cannot be checked by 'gpt'"):
        opened(None, {}, "gpt")


def test_where_another_model_answers_it_judges_itself_only_if_the_one_before_did() -> None:
    before, after = ScriptedModel([], "before"), ScriptedModel([], "after")
    own, other = ChatChecker(before), ChatChecker(ScriptedModel([], "third"))
    followed = checkers.followed(own, before, after)
    assert followed is not None
    assert followed.name == "after"
    assert checkers.followed(own, before, None) is None
    assert checkers.followed(other, before, after) is other
    assert checkers.followed(None, before, after) is None
