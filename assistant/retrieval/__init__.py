"""A question -> evidence: the papers of a library that may answer it, best first."""
