"""Where a model comes from -> the line that `assistant status` has of it."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assistant.app.sources import ModelSource


def line(model: "ModelSource") -> str:
    """Return which model it is and where its files come from, or why it cannot be used and what cures that."""
    if model.problem:
        return f"{model.name}: {model.problem}; {model.cure}"
    place = f", from {model.source}: {model.folder}" if model.source else ""
    note = f" ({model.note})" if model.note else ""
    return f"{model.fingerprint}{place}{note}" if model.fingerprint else "none"
