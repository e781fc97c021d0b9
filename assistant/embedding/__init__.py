"""Texts -> vectors: the port, a local model without torch, and any OpenAI-compatible endpoint."""
