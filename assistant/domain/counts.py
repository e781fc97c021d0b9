"""A number and a noun -> the words for both, in the singular or the plural."""


def number_of(noun: str, count: int) -> str:
    """Return so many of what a regular noun names.

    >>> number_of("paper", 1), number_of("paper", 2_000)
    ('1 paper', '2,000 papers')
    """
    return f"{count:,} {noun}{'s' * (count != 1)}"
