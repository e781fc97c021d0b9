"""Ids that an agent names -> papers fetched from the services that have them, in the library."""

from collections.abc import Mapping

from assistant.app import acquisition, served
from assistant.domain.callbacks import OnMessage
from assistant.domain.errors import Stopped
from assistant.serving.agents import results
from assistant.serving.agents.results import AddResult
from assistant.serving.agents.tools import Add
from assistant.serving.resident import Resident
from assistant.serving.turns import IsOver


def adding(resident: Resident, environment: Mapping[str, str], on_message: OnMessage) -> Add:
    """Return what adds papers to a library, wherever that is; it raises what `assistant add` would tell."""

    def add(names: list[str], is_over: IsOver) -> AddResult:
        def on_progress(*_: object) -> None:
            if is_over():
                raise Stopped

        rows = list(acquisition.fetch(acquisition.Wanted(names), environment, on_message, on_progress))
        with resident.alone(is_over) as library:  # its embedder is for one thread at a time
            return results.added(served.add(library.settings, environment, rows, library.embedder))

    return add
