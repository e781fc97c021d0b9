"""The functions by which long work tells its caller what is going on."""

from collections.abc import Callable

OnToken = Callable[[str], None]
"""Gets each piece of a model's reply as it arrives; "" where the model thinks, which is no part of its reply."""

OnStage = Callable[[str], None]
"""Gets in words for a person what is being done for an answer; pieces of a reply that come then are of a new one."""

OnMessage = Callable[[str], None]
"""Gets a sentence for a person."""

OnProgress = Callable[[str, int, int], None]
"""Gets what is being done, how much of it is done, and of how much."""
