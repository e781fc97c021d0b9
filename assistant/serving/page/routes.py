"""`/` and `/paper/ID` -> pages, by a form that works without JavaScript."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib import resources
from typing import Any
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from assistant.answering.conversation.turns import Conversation
from assistant.domain.counts import number_of
from assistant.domain.errors import AssistantError, UsageError
from assistant.domain.limits import NAME_LIMIT, QUESTION_LIMIT
from assistant.domain.records import Paper
from assistant.domain.sanitize import one_line
from assistant.publishing.page import source_hash
from assistant.serving import answer_text, failures, links
from assistant.serving.completions import requests
from assistant.serving.desk import Desk
from assistant.serving.inquiries import Inquiry, Selection
from assistant.serving.page import views
from assistant.serving.resident import Resident
from assistant.serving.transcripts import Exchange

_FIELDS = 20  # of a form
_LEGEND = (
    ("❝", "quoted", "the paper’s own sentence"),
    ("✓", "supported", "verbatim in the abstract, or affirmed by a checker that read both"),
    ("≈", "located", "near a sentence of the abstract; nobody judged whether it says so"),
    ("✗", "unsupported or contradicted", "the abstract does not say it, or says the reverse"),
    ("⇄", "misattributed", "another paper fits clearly better"),
    ("∅", "uncited", "nothing is cited"),
)


@dataclass(frozen=True, slots=True)
class Form:
    """What was typed."""

    question: str = ""
    since: str = ""
    until: str = ""
    source: str = ""
    tag: str = ""
    quotes: bool = False
    earlier: tuple[Exchange, ...] = ()


class Page:
    """The pages of one library."""

    def __init__(self, resident: Resident, desk: Desk, model: str | None) -> None:
        """`model` is the name of who answers; None where answers are quotes."""
        import jinja2

        self._resident = resident
        self._desk = desk
        folder = resources.files("assistant.serving.page")
        names = ("base.html.j2", "ask.html.j2", "paper.html.j2")
        self._css, self._js = (folder.joinpath(name).read_text("utf-8") for name in ("page.css", "page.js"))
        loader = jinja2.DictLoader({name: folder.joinpath(name).read_text("utf-8") for name in names})
        self._templates = jinja2.Environment(
            autoescape=True, loader=loader, undefined=jinja2.StrictUndefined, trim_blocks=True
        )
        self._model = one_line(model) if model else None
        self._headers = _headers(self._css, self._js)

    def routes(self) -> list[Route]:
        """Return its paths."""
        return [
            Route("/", self._blank, methods=["GET"]),
            Route("/", self._answer, methods=["POST"]),
            Route(links.PAPER + "{id:path}", self._paper),
        ]

    async def _blank(self, _: Request) -> Response:
        return self._asked(Form(), None)

    async def _answer(self, request: Request) -> Response:
        form = _form(await request.body(), self._desk.limits.turns)
        selection = Selection(None, form.since or None, form.until or None, form.source or None, form.tag or None)
        inquiry = Inquiry(form.question, form.earlier, selection, with_model=not form.quotes)
        try:
            if not form.question.strip():
                raise UsageError("type a question first")
            conversation = await self._desk.do(
                lambda is_over: self._resident.ask(inquiry, is_over), lambda: links.left(request)
            )
        except AssistantError as error:
            return self._asked(form, None, error)
        answer = conversation.turns[-1].answer
        link = links.from_request(request)
        text = answer_text.write(answer, conversation.numbers, link, self._desk.limits.rows).text
        earlier = (*form.earlier, Exchange(form.question, text))[-self._desk.limits.turns :]
        return self._asked(replace(form, question="", earlier=earlier), conversation)

    def _asked(self, form: Form, conversation: Conversation | None, error: AssistantError | None = None) -> Response:
        """Return the page with the answers so far, or with why there is none, and the form."""
        values = {
            "turns": views.turns(conversation, self._desk.limits.rows) if conversation else [],
            "problem": failures.told(error) if error else "",
            "papers": number_of("paper", self._resident.size),
            "model": self._model,
            "longest": QUESTION_LIMIT,
            "legend": _LEGEND,
            "question": form.question,
            "since": form.since,
            "until": form.until,
            "source": form.source,
            "tag": form.tag,
            "quotes": form.quotes,
            "earlier": requests.as_pairs(form.earlier),
        }
        return self._page("ask.html.j2", values, failures.response(error) if error else None)

    async def _paper(self, request: Request) -> Response:
        name, quote = request.path_params["id"][:NAME_LIMIT], request.query_params.get("quote", "")
        papers: list[Paper] = []
        failure: Response | None = None
        problem = ""
        try:
            papers, _ = await self._desk.do(lambda is_over: self._resident.find(name, is_over))
        except AssistantError as error:
            failure, problem = failures.response(error), failures.told(error)
        if not papers and not problem:
            failure, problem = Response(status_code=404), "The library has no paper of this id."
        shown = [views.paper(paper, quote) for paper in papers]
        title = shown[0].title if shown else "No such paper"
        return self._page("paper.html.j2", {"papers": shown, "problem": problem, "title": title}, failure)

    def _page(self, template: str, values: Mapping[str, Any], failure: Response | None) -> Response:
        """Return a page; where there is a failure, with its status and what it says of trying again."""
        from markupsafe import Markup

        own = {"css": Markup(self._css), "js": Markup(self._js)}  # files of ours
        html = self._templates.get_template(template).render({**values, **own})
        more = {"Retry-After": failure.headers["Retry-After"]} if failure and "Retry-After" in failure.headers else {}
        return HTMLResponse(html, failure.status_code if failure else 200, {**self._headers, **more})


def _form(body: bytes, turns: int) -> Form:
    """Return what a form holds; a field that is missing, or a form that is none, is empty."""
    try:
        fields = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=_FIELDS)
    except ValueError:
        return Form()
    value = {name: texts[0] for name, texts in fields.items()}
    since, until, source, tag = (
        value.get(name, "").strip()[:NAME_LIMIT] for name in ("since", "until", "source", "tag")
    )
    earlier = requests.pairs(value.get("earlier", ""), turns)
    return Form(value.get("question", "").strip(), since, until, source, tag, "quotes" in value, earlier)


def _headers(css: str, js: str) -> dict[str, str]:
    """Return the headers under which nothing acts on a page but what is ours, to the byte."""
    policy = (
        f"default-src 'none'; style-src '{source_hash(css)}'; script-src '{source_hash(js)}'; img-src data:; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    return {
        "Content-Security-Policy": policy,
        "Cache-Control": "no-store",
        "Referrer-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
    }
