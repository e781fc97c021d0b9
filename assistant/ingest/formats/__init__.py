"""Sources -> entries, one format a module."""
