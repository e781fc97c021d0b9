"""The turns of a conversation -> those that are still taken into account, whole, within a number of tokens."""

from collections.abc import Callable, Mapping, Sequence

from assistant.answering.conversation.rewriting import described
from assistant.answering.conversation.turns import Turn

Count = Callable[[str], int]
"""Text -> its tokens."""

TOKENS = 2_000
"""What is told of a conversation at most; a turn takes 100 to 300."""


def keep(turns: Sequence[Turn], numbers: Mapping[str, int], count: Count, limit: int = TOKENS) -> tuple[Turn, ...]:
    """Return the latest turns that fit in `limit` tokens together; none where the last one alone is longer."""
    spent = 0
    kept: list[Turn] = []
    for turn in reversed(turns):
        spent += size(turn, numbers, count)
        if spent > limit:
            break
        kept.insert(0, turn)
    return tuple(kept)


def size(turn: Turn, numbers: Mapping[str, int], count: Count) -> int:
    """Return the tokens of what is told of one turn."""
    return count(described(turn, numbers))
