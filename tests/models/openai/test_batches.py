"""What a reply took -> how many texts are sent next."""

import pytest

from assistant.models.openai.batches import Pace


@pytest.mark.parametrize(
    ("pace", "texts", "seconds", "dimension", "expected"),
    [
        (Pace(), 32, 0.0, 384, Pace(128, 4)),
        (Pace(), 1, 60.0, 384, Pace()),  # a small batch says nothing of large ones
        # 30 of 120 seconds may be taken; four at once may be four times as slow as one alone was.
        (Pace(), 32, 32.0, 384, Pace(7, 4)),
        (Pace(128, 4), 128, 32.0, 384, Pace(120, 4)),
        (Pace(4, 4), 4, 100.0, 384, Pace(1, 4)),
        (Pace(1, 4), 1, 119.0, 384, Pace(1, 4)),
        (Pace(2048, 4), 2048, 1.0, 384, Pace(2048, 4)),
        (Pace(512, 4), 512, 1.0, 4_000, Pace(250, 4)),  # a million numbers in a reply
        (Pace(8, 4, most=8), 8, 1.0, 384, Pace(8, 4, most=8)),
    ],
)
def test_the_next_batch_is_as_large_as_time_allows(
    pace: Pace, texts: int, seconds: float, dimension: int, expected: Pace
) -> None:
    assert pace.after(texts, seconds, 120.0, dimension) == expected
