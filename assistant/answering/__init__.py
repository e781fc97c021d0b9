"""A question -> an answer whose every claim has a verdict: what checking it against what it cites found."""
