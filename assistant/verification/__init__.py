"""Statements and evidence -> verdicts."""
