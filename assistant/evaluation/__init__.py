"""Question sets asked, judged, compared: whether a change made the assistant better."""
