"""Settings and the answering model -> what judges claims, or nobody."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from assistant import app
from assistant.domain.errors import MissingModelError, UsageError
from assistant.domain.settings import Settings
from assistant.models.account import Account
from assistant.models.base import ChatModel, Checker

_ONNX = "onnx:"
_ODDS = 8  # tokens whose odds are asked for; the three answers are among them


def open_checker(
    settings: Settings, environment: Mapping[str, str], answering: ChatModel | None, account: Account | None = None
) -> Checker | None:
    """Return the checker of these settings; None where they want none.

    Where nobody says, the answering model checks what it wrote if it is not on this machine: there a check takes about
    as long as an answer, and small models affirm too much. What a model is asked is counted in the `account`. Raises
    `UsageError` where the model that is to check does not answer, `MissingModelError` where a folder that was named
    holds no model.
    """
    if settings.check == "none":
        return None
    if settings.checker:
        return _named(settings.checker, settings, environment, account)
    if answering is None:
        if settings.check is None:
            return None
        cure = "name one with --model, a checker with --checker, or leave out --check"
        raise UsageError("no model answers that could check claims", cure=cure)
    if settings.check is None and not _is_elsewhere(answering):
        return None
    return _judging(answering)


def followed(checker: Checker | None, before: ChatModel, after: ChatModel | None) -> Checker | None:
    """Return the checker where another model answers from now on: that one, where the model before judged itself."""
    if checker is None or checker.name != before.name:
        return checker
    return _judging(after) if after else None


def _named(name: str, settings: Settings, environment: Mapping[str, str], account: Account | None) -> Checker:
    """Return the ONNX model of a folder or of the hub's cache, else the model of that name at the endpoint."""
    from assistant.models.onnx.local import folder_checker

    folder = name.removeprefix(_ONNX)
    try:
        return folder_checker(folder, environment)
    except MissingModelError:
        if name.startswith((_ONNX, "/", "./", "../", "~")) or Path(name).is_dir():
            raise
    model = app.model(replace(settings, model=name), environment, account)
    if model is None:  # the name is "none"
        raise UsageError("there is no checker none", cure="use --check none")
    return _judging(model)


def _judging(model: ChatModel) -> Checker:
    """Return what has a chat model judge claims. An endpoint is asked how sure the model is, and one on this machine
    for one word about one claim at a time: a word that it writes takes as long there as many that it reads."""
    from assistant.answering import model_checkers
    from assistant.models.openai.chat import OpenAIModel

    if not isinstance(model, OpenAIModel):
        return model_checkers.open_checker(model)
    together = 1 if model.is_local else model_checkers.TOGETHER
    return model_checkers.open_checker(model.with_alternatives(_ODDS), together)


def _is_elsewhere(model: ChatModel) -> bool:
    """Whether a model is known to be at an endpoint on another machine."""
    from assistant.models.openai.chat import OpenAIModel

    return isinstance(model, OpenAIModel) and not model.is_local
