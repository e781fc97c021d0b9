"""Texts and messages -> vectors and replies: one port for each kind of model, one folder for each vendor."""
