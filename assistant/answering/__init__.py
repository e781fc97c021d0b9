"""A question -> an answer whose every claim cites a paper and was checked against it."""
