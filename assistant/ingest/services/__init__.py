"""Ids, days and words -> papers from the services that have them; nothing is asked for that was not named."""
