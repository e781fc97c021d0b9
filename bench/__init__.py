"""Measurements against stock stacks and on public data; nothing here runs in continuous integration."""
