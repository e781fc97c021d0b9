"""A chat model and a file -> the same model, whose replies are kept: a run that broke off goes on where it stopped.

What is asked again in the same words is not asked of the endpoint. Nothing to run.
"""

import hashlib
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from assistant.domain.callbacks import OnToken
from assistant.models.base import ChatModel, Message, Reply


class RecordedModel:
    """Asks a model once for each request of each repeat; the seconds that it tells are those of the first time."""

    def __init__(self, model: ChatModel, file: Path) -> None:
        self.name = model.name
        self.repeat = 1
        self.asked = 0
        """Requests since `restart`."""
        self.tokens = [0, 0]
        self.seconds = 0.0
        """What the replies took when they were asked for, and what waiting for them took now."""
        self.waited = 0.0
        self.first_word: float | None = None
        self._model = model
        self._file = file
        rows = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
        self._rows: dict[str, dict[str, Any]] = {row["key"]: row for row in map(json.loads, rows)}

    def restart(self, repeat: int) -> None:
        """Begin to count anew, for one question."""
        self.repeat, self.asked, self.tokens = repeat, 0, [0, 0]
        self.seconds, self.waited, self.first_word = 0.0, 0.0, None

    def reply(
        self,
        messages: Sequence[Message],
        on_token: OnToken | None = None,
        schema: Mapping[str, object] | None = None,
    ) -> Reply:
        """Return the reply that is kept, else that of the model; raises `ModelError`."""
        parts = [self.name, self.repeat, [asdict(message) for message in messages], schema]
        key = hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
        row = self._rows.get(key) or self._ask(key, messages, schema)
        reply = Reply(**row["reply"])
        if on_token:
            on_token(reply.text)
        if not self.asked:
            self.first_word = row["first_word"]
        self.asked += 1
        self.seconds += row["seconds"]
        self.tokens[0] += reply.input_tokens or 0
        self.tokens[1] += reply.output_tokens or 0
        return reply

    def _ask(self, key: str, messages: Sequence[Message], schema: Mapping[str, object] | None) -> dict[str, Any]:
        began = time.perf_counter()
        first: list[float] = []

        def note(piece: str) -> None:
            if piece and not first:
                first.append(time.perf_counter() - began)

        reply = self._model.reply(messages, note, schema)
        seconds = time.perf_counter() - began
        self.waited += seconds
        row = {"key": key, "reply": asdict(reply), "first_word": first[0] if first else seconds, "seconds": seconds}
        self._rows[key] = row
        with self._file.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")
        return row
