"""A library -> a llama-index retriever, query engine and reader, all of which may be awaited."""

import asyncio
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from llama_index.core.base.base_query_engine import BaseQueryEngine
from llama_index.core.base.response.schema import Response
from llama_index.core.readers.base import BaseReader
from llama_index.core.retrievers import BaseRetriever
from llama_index.core.schema import Document, NodeWithScore, QueryBundle, TextNode

from assistant.app.filters import Day, Tags
from assistant.app.handle import Library
from assistant.domain.answers import Answer
from assistant.domain.records import Claim, Evidence, Paper
from assistant.domain.verdicts import Verdict

_SOUND: tuple[Verdict, ...] = ("quoted", "supported")
_NEAREST = 8
"""How many papers a query gets where nobody says."""
_DERIVED = ["key", "citation", "sources"]
"""Metadata that is of use to programs, and not to a model or an embedder."""


class LibraryRetriever(BaseRetriever):  # type: ignore[misc]  # llama-index is not followed by the type checker
    """Finds papers by words and vectors as `assistant search` does; one node a paper, for any llama-index query engine.

    >>> engine = RetrieverQueryEngine.from_args(LibraryRetriever(library), llm=llm)  # doctest: +SKIP
    """

    def __init__(
        self,
        library: Library,
        limit: int = _NEAREST,
        *,
        since: Day = None,
        until: Day = None,
        source: str | None = None,
        tag: Tags = None,
    ) -> None:
        """`limit` is how many papers a query gets at most; the rest as for `Library.search`."""
        super().__init__()
        self._turn = library.turn
        self._search = partial(library.search, limit=limit, since=since, until=until, source=source, tag=tag)

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        with self._turn:
            evidence = self._search(query_bundle.query_str)
        return [NodeWithScore(node=node(item.paper, key=item.key), score=item.score) for item in evidence]

    async def _aretrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        """Return what `_retrieve` does; it works in a thread, and the loop goes on."""
        return await asyncio.to_thread(self._retrieve, query_bundle)


class LibraryQueryEngine(BaseQueryEngine):  # type: ignore[misc]
    """Answers as `assistant ask` does: every claim cites a paper and was checked against it.

    The response's text has a line a claim, with the numbers of the papers it cites; `source_nodes` are these papers in
    that order, or the nearest where nothing was found; `metadata` has status, claims, verdicts, quotes and cost.
    """

    def __init__(
        self,
        library: Library,
        limit: int | None = None,
        *,
        since: Day = None,
        until: Day = None,
        source: str | None = None,
        tag: Tags = None,
    ) -> None:
        """The arguments are those of `Library.ask`."""
        super().__init__(callback_manager=None)
        self._turn = library.turn
        self._ask = partial(library.ask, limit=limit, since=since, until=until, source=source, tag=tag)
        self._finder = LibraryRetriever(library, limit or _NEAREST, since=since, until=until, source=source, tag=tag)

    def _get_prompt_modules(self) -> dict[str, Any]:
        return {}  # ours are files, whose names and digests an answer tells

    def _query(self, query_bundle: QueryBundle) -> Response:
        with self._turn:
            answer = self._ask(query_bundle.query_str)
        return response(answer)

    async def _aquery(self, query_bundle: QueryBundle) -> Response:
        """Return what `_query` does; it works in a thread, and the loop goes on."""
        return await asyncio.to_thread(self._query, query_bundle)

    def retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        """Return the papers nearest to a query, without an answer."""
        nodes: list[NodeWithScore] = self._finder.retrieve(query_bundle)
        return nodes

    async def aretrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        """Return what `retrieve` does; it works in a thread, and the loop goes on."""
        nodes: list[NodeWithScore] = await self._finder.aretrieve(query_bundle)
        return nodes


class LibraryReader(BaseReader):  # type: ignore[misc]
    """Loads the papers of a library as documents: of each its title and abstract, and what is known of it."""

    def __init__(self, library: Library | str | Path | None = None) -> None:
        """A library that is open, or its folder; None for the one that commands work with."""
        self._library = library

    def lazy_load_data(
        self, *, since: Day = None, until: Day = None, source: str | None = None, tag: Tags = None
    ) -> Iterator[Document]:
        """Yield the papers in the order they were added, those that pass the filter; raises as `Library.papers`."""
        from assistant.app.opening import open_library

        library = self._library
        if isinstance(library, Library):
            with library.turn:
                papers = library.papers(since=since, until=until, source=source, tag=tag)
        else:
            with open_library(library) as opened:
                papers = opened.papers(since=since, until=until, source=source, tag=tag)
        for paper in papers:
            yield Document(id_=paper.id, text=_text(paper), metadata=facts(paper), **_excluded())


def node(paper: Paper, **more: object) -> TextNode:
    """Return a paper as a node, with `more` metadata."""
    return TextNode(id_=paper.id, text=_text(paper), metadata={**facts(paper), **more}, **_excluded())


def facts(paper: Paper) -> dict[str, Any]:
    """Return what is known of a paper, as metadata that any vector store keeps: texts and numbers."""
    known = {
        "id": paper.id,
        "title": paper.title,
        "date": paper.day,
        "authors": "; ".join(paper.authors),
        "url": paper.url,
        "sources": "; ".join(dict.fromkeys(listing.source for listing in paper.listings)),
    }
    return {name: value for name, value in known.items() if value}


def response(answer: Answer) -> Response:
    """Return an answer as llama-index has it."""
    numbers = answer.numbers
    scores = {item.paper.id: item for item in answer.evidence}
    cited = [
        NodeWithScore(node=node(paper, citation=numbers[paper.id]), score=_score(scores.get(paper.id)))
        for paper in answer.cited
    ]
    nearest = [NodeWithScore(node=node(item.paper, key=item.key), score=item.score) for item in answer.nearest]
    said = answer.text or ("" if answer.status == "answered" else f"{answer.abstention}.")
    lines = [said, *(_line(claim, answer) for claim in answer.claims)]
    metadata = {
        "status": answer.status,
        "kind": answer.kind,
        "model": answer.model,
        "checker": answer.checker,
        "confidence": answer.confidence,
        "claims": [_claim(claim, answer) for claim in answer.claims],
        "notes": list(answer.notes),
        "tokens": list(answer.tokens),
        "seconds": answer.seconds.total,
    }
    return Response("\n".join(filter(None, lines)), cited or nearest, metadata)


def _line(claim: Claim, answer: Answer) -> str:
    """Return a claim, what it cites, and what is wrong with it."""
    text = f"“{claim.text}”" if claim.verdict == "quoted" else claim.text
    labels = "".join(f" [{label}]" for label in claim.citations(answer.numbers))
    fault = ": ".join(filter(None, (claim.verdict, claim.reason)))
    return f"{text}{labels}" if claim.verdict in _SOUND else f"{text}{labels} ({fault})"


def _claim(claim: Claim, answer: Answer) -> dict[str, Any]:
    findings = [
        {
            "paper": finding.paper.id if finding.paper else None,
            "verdict": finding.verdict,
            "quote": finding.quote,
            "page": finding.page,
            "score": finding.score,
        }
        for finding in claim.findings
    ]
    return {
        "text": claim.text,
        "verdict": claim.verdict,
        "step": claim.step,
        "reason": claim.reason,
        "citations": list(claim.citations(answer.numbers)),
        "findings": findings,
    }


def _score(item: Evidence | None) -> float | None:
    return item.score if item else None


def _text(paper: Paper) -> str:
    return f"{paper.title}\n{paper.abstract}"


def _excluded() -> dict[str, list[str]]:
    """Return which metadata stays out of what a model or an embedder reads: the title is in the text already."""
    return {"excluded_embed_metadata_keys": ["title", *_DERIVED], "excluded_llm_metadata_keys": ["title", *_DERIVED]}
