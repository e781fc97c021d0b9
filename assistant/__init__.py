"""Ask a library of research papers; every claim of the answer cites a paper, and has a verdict on it.

    import assistant

    with assistant.open_library("papers-2024") as library:
        library.ingest(["pages/"])
        answer = library.ask("How is RLHF made robust?")

Importing this is cheap: what a name stands for is imported when the name is first used.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from assistant.app.handle import Library
    from assistant.app.llama_index import LibraryQueryEngine, LibraryReader, LibraryRetriever
    from assistant.app.opening import open_library
    from assistant.domain.answers import Answer, Interrupted, Seconds
    from assistant.domain.costs import Cost
    from assistant.domain.errors import (
        ArchiveError,
        AssistantError,
        BudgetError,
        FingerprintError,
        LibraryError,
        LockedError,
        MissingModelError,
        ModelError,
        ServiceError,
        UsageError,
    )
    from assistant.domain.records import Claim, Entry, Evidence, Finding, Listing, Paper, Rejection
    from assistant.domain.settings import Settings
    from assistant.library.reports import Report
    from assistant.models.base import ChatModel, Checker, Embedder, Message, Reply, Reranker
    from assistant.models.llama_index import LlamaModel
    from assistant.models.llama_index_embeddings import LlamaEmbedder

__all__ = [
    "Answer",
    "ArchiveError",
    "AssistantError",
    "BudgetError",
    "ChatModel",
    "Checker",
    "Claim",
    "Cost",
    "Embedder",
    "Entry",
    "Evidence",
    "Finding",
    "FingerprintError",
    "Interrupted",
    "Library",
    "LibraryError",
    "LibraryQueryEngine",
    "LibraryReader",
    "LibraryRetriever",
    "Listing",
    "LlamaEmbedder",
    "LlamaModel",
    "LockedError",
    "Message",
    "MissingModelError",
    "ModelError",
    "Paper",
    "Rejection",
    "Reply",
    "Report",
    "Reranker",
    "Seconds",
    "ServiceError",
    "Settings",
    "UsageError",
    "open_library",
]

_MODULES = {
    "app.handle": "Library",
    "app.llama_index": "LibraryQueryEngine LibraryReader LibraryRetriever",
    "app.opening": "open_library",
    "domain.errors": "ArchiveError AssistantError BudgetError FingerprintError LibraryError LockedError "
    "MissingModelError ModelError ServiceError UsageError",
    "domain.costs": "Cost",
    "domain.answers": "Answer Interrupted Seconds",
    "domain.records": "Claim Entry Evidence Finding Listing Paper Rejection",
    "domain.settings": "Settings",
    "library.reports": "Report",
    "models.base": "ChatModel Checker Embedder Message Reply Reranker",
    "models.llama_index": "LlamaModel",
    "models.llama_index_embeddings": "LlamaEmbedder",
}


def __getattr__(name: str) -> Any:
    """Import what a public name stands for (PEP 562)."""
    for module, names in _MODULES.items():
        if name in names.split():
            from importlib import import_module

            return getattr(import_module(f"assistant.{module}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    """Return the public names, for completion."""
    return sorted(__all__)
