"""The name of a model that runs on this machine -> an embedder, a reranker or a checker, loaded with the first text."""

import contextlib
import hashlib
from collections.abc import Mapping
from dataclasses import astuple, replace
from pathlib import Path

from assistant.domain.errors import MissingModelError
from assistant.models.cache import cache_folder, checksum
from assistant.models.onnx import recipe
from assistant.models.onnx.checker import OnnxChecker
from assistant.models.onnx.embedder import OnnxEmbedder
from assistant.models.onnx.places import ModelFiles, find_folder, find_published
from assistant.models.onnx.published import BGE_SMALL, BGE_SMALL_DIMENSION, BGE_SMALL_RECIPE, MS_MARCO
from assistant.models.onnx.reranker import OnnxReranker

_VERSION = 1
"""Rises whenever the same text may get another vector or score from the same files."""


def local_embedder(environment: Mapping[str, str]) -> OnnxEmbedder:
    """Return bge-small-en-v1.5 in 8-bit integers; raises `MissingModelError` where no place has its files."""
    files = find_published(BGE_SMALL, environment)
    return OnnxEmbedder(files, BGE_SMALL_RECIPE, BGE_SMALL.fingerprint, BGE_SMALL_DIMENSION)


def local_reranker(environment: Mapping[str, str]) -> OnnxReranker:
    """Return ms-marco-MiniLM-L-12-v2 in 8-bit integers; raises `MissingModelError` where no place has its files."""
    files = find_published(MS_MARCO, environment)
    with contextlib.suppress(MissingModelError):
        # Both read by BERT's vocabulary: their tokenizers differ in what is left aside. One is loaded for both.
        files = replace(files, tokenizer=find_published(BGE_SMALL, environment).tokenizer)
    return OnnxReranker(files, MS_MARCO.fingerprint, recipe.TOKENS)


def folder_embedder(name: str, environment: Mapping[str, str]) -> OnnxEmbedder:
    """Return the embedder of a folder, or of a repository in the hub's cache; raises `UsageError` where there is none,
    or it needs what is not computed here."""
    files = find_folder(name, environment)
    how = recipe.read(files.folder, name)
    fingerprint = _fingerprint(name, files, cache_folder(environment), *map(str, astuple(how)))
    return OnnxEmbedder(files, how, fingerprint, recipe.dimension(files.folder))


def folder_reranker(name: str, environment: Mapping[str, str]) -> OnnxReranker:
    """Return the cross-encoder of a folder, or of a repository in the hub's cache; raises `UsageError` where there is
    none."""
    files = find_folder(name, environment)
    tokens = recipe.read(files.folder, name).tokens
    return OnnxReranker(files, _fingerprint(name, files, cache_folder(environment), str(tokens)), tokens)


def folder_checker(name: str, environment: Mapping[str, str]) -> OnnxChecker:
    """Return the model of natural language inference of a folder, or of a repository in the hub's cache; raises
    `UsageError` where there is none, or nothing tells what its numbers mean."""
    files = find_folder(name, environment)
    return OnnxChecker(_known_as(name, files), files, recipe.read(files.folder, name).tokens)


def _fingerprint(name: str, files: ModelFiles, cache: Path, *recipe: str) -> str:
    """Return what names all that this model computes: its name, and a digest of its files and of how they are used.

    A folder that is moved keeps it: of a path, only the last part is in it.
    """
    weights = [files.model.with_name(files.model.name + ending) for ending in ("_data", ".data")]
    paths = [files.model, files.tokenizer, *(path for path in weights if path.is_file())]
    digests = [checksum(path, cache) for path in paths]
    digest = hashlib.sha256("\0".join([*digests, *recipe]).encode()).hexdigest()
    return f"onnx:{_known_as(name, files)}@{digest[:8]}/{_VERSION}"


def _known_as(name: str, files: ModelFiles) -> str:
    return name if "models--" in str(files.folder) else Path(name).name or files.folder.name
