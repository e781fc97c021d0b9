"""Texts -> vectors, pairs -> scores: models in the ONNX format, run on this machine by ONNX Runtime alone."""
