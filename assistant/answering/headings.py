"""Themes and a model -> the same themes under the model's names, where these are short and in the papers' words."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from assistant.answering import prompts
from assistant.answering.evidence_prompt import fence, neutralise
from assistant.domain.errors import ModelError
from assistant.domain.records import Paper
from assistant.domain.sanitize import one_line
from assistant.library.bm25 import BM25Index
from assistant.models.base import ChatModel
from assistant.retrieval.themes import Theme

_TITLES = 10  # titles that the model is shown: those of the papers nearest to the middle of a theme
_MOST_WORDS, _LONGEST = 4, 44  # words and characters of a name
_LEAST_SHARE = 0.4  # share of the papers that have to have a word of the name, for every word
_AROUND = " \"'“”‘’*_#.:"  # marks that a model may put around a name


def named(
    themes: Sequence[Theme], papers: Mapping[str, Paper], words: BM25Index, model: ChatModel
) -> tuple[list[Theme], str]:
    """Return the themes under names that a model gives them, those that fail checking under the names they have; and
    why it named none of the rest, where it failed. `papers` is by id."""
    taken: set[str] = set()
    named: list[Theme] = []
    for place, theme in enumerate(themes):
        members = [papers[id] for id in theme.ids]
        try:
            name = _checked(_ask(model, members), members, words)
        except ModelError as error:
            return [*named, *themes[place:]], str(error)
        others = {other.name.casefold() for other in themes if other is not theme} | taken
        named.append(replace(theme, name=name) if name and name.casefold() not in others else theme)
        taken.add(named[-1].name.casefold())
    return named, ""


def _ask(model: ChatModel, papers: Sequence[Paper]) -> str:
    titles = "\n".join(neutralise(paper.title) for paper in papers[:_TITLES])
    messages = prompts.load("theme.v1").messages(titles=titles, fence=fence("", titles))
    return model.reply(messages).text


def _checked(reply: str, papers: Sequence[Paper], words: BM25Index) -> str:
    """Return the name in a reply, "" where it is none: one short line, each word of which two papers in five have."""
    lines = [line for line in reply.splitlines() if line.strip()]
    name = one_line(lines[0]).strip(_AROUND) if len(lines) == 1 else ""
    terms = words.terms(name)
    if not terms or len(name.split()) > _MOST_WORDS or len(name) > _LONGEST or not re.fullmatch(r"[\w\s'’&,-]+", name):
        return ""
    texts = [set(words.terms(f"{paper.title} {paper.abstract}")) for paper in papers]
    share = min(sum(term in text for text in texts) / len(texts) for term in terms)
    return name[:1].upper() + name[1:] if share >= _LEAST_SHARE else ""
