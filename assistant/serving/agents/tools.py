"""Calls of an agent -> searches, answers, verdicts and papers of one library; what is wrong with a call comes back as
words that a model can act on."""

import asyncio
from collections.abc import Callable
from typing import Annotated, Any, TypeVar

from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ToolError
from pydantic import Field

from assistant.domain.errors import AssistantError
from assistant.domain.limits import NAME_LIMIT, QUESTION_LIMIT
from assistant.domain.records import Paper
from assistant.domain.sanitize import one_line
from assistant.serving import failures
from assistant.serving.agents import results
from assistant.serving.agents.results import (
    AddResult,
    AnswerResult,
    SearchResult,
    ShownPapers,
    VerifyResult,
)
from assistant.serving.desk import Desk
from assistant.serving.inquiries import Inquiry, Selection
from assistant.serving.resident import Resident
from assistant.serving.turns import IsOver

Result = TypeVar("Result")
Add = Callable[[list[str], IsOver], AddResult]
"""Ids or addresses of papers, and whether nobody waits any more -> what came of adding them to the library."""

_TEXT = 50_000  # characters of a text that is verified at once
_NAMES = 20  # papers that are added at once
_ADDING = (
    "adding papers is off, for it writes to the library and fetches from the net; the user can allow it with "
    "`assistant mcp --allow-add`, or add papers with `assistant add`"
)

_Words = Annotated[str, Field(min_length=1, max_length=QUESTION_LIMIT)]
_Name = Annotated[
    str,
    Field(
        min_length=1,
        max_length=NAME_LIMIT,
        description="An id as other tools give it, an arXiv id, a DOI, or a whole title",
    ),
]
_Limit = Annotated[int, Field(ge=1, le=50, description="The most papers")]
_Since = Annotated[str | None, Field(description="Only papers dated no earlier: 2024, 2024-05 or 2024-05-31")]
_Until = Annotated[str | None, Field(description="Only papers dated no later: 2024, 2024-05 or 2024-05-31")]
_Source = Annotated[str | None, Field(max_length=NAME_LIMIT, description="Only papers listed in files so named")]

_Tag = Annotated[
    str | None,
    Field(max_length=NAME_LIMIT, description="Only papers that the user gave this tag, or one within it"),
]


class Tools:
    """The tools of one library; the docstring of each is what agents are told of it."""

    def __init__(self, resident: Resident, desk: Desk, add: Add | None) -> None:
        """`add` is None where agents may not change the library."""
        self._resident = resident
        self._desk = desk
        self._add = add

    async def search(
        self,
        query: _Words,
        limit: _Limit = 10,
        since: _Since = None,
        until: _Until = None,
        source: _Source = None,
        tag: _Tag = None,
    ) -> SearchResult:
        """Find papers of the user's library that are nearest to some words, by meaning and by words, best first.

        Use it to see what there is about a subject, or to get ids. For a question that wants an answer use `ask`. It
        always gives the nearest papers, so look whether they fit; the library is all that is searched, not the web.
        """
        selection = Selection(limit, since, until, source, tag)
        return results.ranked(*await self._do(lambda is_over: self._resident.search(query, selection, is_over)))

    async def ask(
        self,
        question: _Words,
        context: Context[Any, Any],
        limit: Annotated[int | None, Field(ge=1, le=50, description="The most papers that are read")] = None,
        since: _Since = None,
        until: _Until = None,
        source: _Source = None,
        tag: _Tag = None,
    ) -> AnswerResult:
        """Answer a question from the user's papers; every claim cites a paper and was checked against it.

        Ask one whole question that stands by itself: earlier calls are not remembered. Rely on claims that are quoted
        or supported; show those that are located as unconfirmed, and leave out what failed. Where it abstains, say so
        rather than answer from memory. It may take a minute where a model writes. Lists ("which papers study X?") and
        facts ("how many papers are there?") are answered too.
        """
        inquiry = Inquiry(question, selection=Selection(limit, since, until, source, tag))
        loop, stages = asyncio.get_running_loop(), 0

        def on_stage(stage: str) -> None:
            nonlocal stages
            stages += 1
            asyncio.run_coroutine_threadsafe(context.report_progress(stages, message=one_line(stage)), loop)

        conversation = await self._do(lambda is_over: self._resident.ask(inquiry, is_over, on_stage))
        return results.answer(conversation.turns[-1].answer, self._desk.limits.rows)

    async def verify(
        self,
        text: Annotated[
            str,
            Field(
                min_length=1,
                max_length=_TEXT,
                description="Sentences that each end with what they cite, in square brackets: "
                "`Ensembles help [2310.02743].` Ids or titles; several are separated by semicolons",
            ),
        ],
    ) -> VerifyResult:
        """Check whether papers of the user's library say what a text claims of them, claim by claim.

        Use it on what you wrote before you show it. Each claim comes back with a verdict, and with the sentence of each
        cited paper that is nearest to it, word for word.
        """
        claims = await self._do(lambda is_over: self._resident.verify(text, is_over))
        return VerifyResult(claims=[results.claim(claim) for claim in claims])

    async def show(self, paper: _Name) -> ShownPapers:
        """Give one paper of the user's library with its whole abstract, date, authors and address."""
        papers, suggestions = await self._do(lambda is_over: self._resident.find(paper, is_over))
        if not papers:
            raise ToolError(_unknown(paper, suggestions))
        return ShownPapers(papers=[results.whole(item) for item in papers])

    async def similar(
        self, paper: _Name, limit: _Limit = 10, since: _Since = None, until: _Until = None, tag: _Tag = None
    ) -> SearchResult:
        """Find the papers of the user's library nearest to one of its papers, that one left out."""
        selection = Selection(limit, since, until, tag=tag)
        papers, suggestions, evidence, notes = await self._do(
            lambda is_over: self._resident.similar(paper, selection, is_over)
        )
        if len(papers) != 1:
            raise ToolError(_unknown(paper, papers or suggestions))
        return results.ranked(evidence, notes)

    async def add(
        self,
        papers: Annotated[
            list[Annotated[str, Field(min_length=1, max_length=NAME_LIMIT)]],
            Field(min_length=1, max_length=_NAMES, description="arXiv ids, DOIs, or addresses of papers"),
        ],
    ) -> AddResult:
        """Fetch papers by id from arXiv, Crossref or Semantic Scholar, and add them to the user's library.

        Only when the user asks for it. It changes the library and reaches the net; the user may not have allowed it.
        """
        if self._add is None:
            raise ToolError(_ADDING)
        add = self._add
        return await self._do(lambda is_over: add(papers, is_over))

    async def _do(self, work: Callable[[IsOver], Result]) -> Result:
        """Return what `work` does in a thread; raises `ToolError` in words for the agent."""
        try:
            return await self._desk.do(work)
        except AssistantError as error:
            raise ToolError(failures.told(error)) from error


def _unknown(name: str, near: list[Paper]) -> str:
    """Return what an agent is told of a name that means no paper, or several."""
    titles = "; ".join(f"{one_line(paper.title)} ({paper.id})" for paper in near)
    meant = f"perhaps: {titles}" if titles else "`search` finds papers by words"
    return f"no one paper of the library is called {one_line(name)[:200]!r}; {meant}"
