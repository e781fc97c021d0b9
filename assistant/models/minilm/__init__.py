"""Texts -> vectors with all-MiniLM-L6-v2 on this machine: a graph for ONNX Runtime, built here from its weights."""
