"""Ids that an agent names -> papers fetched from the services that have them, in the library."""

from collections.abc import Mapping

from assistant.app import acquisition, served
from assistant.domain.callbacks import OnMessage
from assistant.domain.settings import Settings
from assistant.models.base import Embedder
from assistant.serving.agents import results
from assistant.serving.agents.results import AddResult
from assistant.serving.agents.tools import Add


def adding(settings: Settings, embedder: Embedder, environment: Mapping[str, str], on_message: OnMessage) -> Add:
    """Return what adds papers to the library of these settings; it raises what `assistant add` would tell."""

    def add(names: list[str]) -> AddResult:
        wanted = acquisition.Wanted(names)
        rows = list(acquisition.fetch(wanted, environment, on_message, lambda *_: None))
        return results.added(served.add(settings, environment, rows, embedder))

    return add
