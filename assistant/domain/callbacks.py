"""The functions by which long work tells its caller what is going on."""

from collections.abc import Callable

OnToken = Callable[[str], None]
"""Gets each piece of a model's reply as it arrives."""

OnMessage = Callable[[str], None]
"""Gets a sentence for a person."""

OnProgress = Callable[[str, int, int], None]
"""Gets what is being done, how much of it is done, and of how much."""
