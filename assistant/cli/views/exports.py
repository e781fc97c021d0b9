"""A conversation -> Markdown to read elsewhere, and BibTeX of exactly the papers it cites."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence

from assistant.answering.conversation.turns import Conversation, Turn
from assistant.cli.views import answers
from assistant.domain import identifiers
from assistant.domain.months import MONTHS
from assistant.domain.records import Answer, Claim, Paper
from assistant.domain.sanitize import one_line

_ESCAPES = {
    # BibTeX counts braces, also those after a backslash.
    "\\": r"\textbackslash{}", "{": r"\textbraceleft{}", "}": r"\textbraceright{}", "&": r"\&", "%": r"\%",
    "$": r"\$", "#": r"\#", "_": r"\_", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
}  # fmt: skip
_MARKDOWN = re.compile(r"([\\`*_\[\]<>#|~]|&(?=#?\w+;)|^[-+](?=\s)|(?<=^\d)[.)](?=\s)|(?<=^\d\d)[.)](?=\s))")


def markdown(conversation: Conversation) -> str:
    """Return the turns that stand with their answers and verdicts, the papers cited, and their BibTeX."""
    turns = conversation.turns
    title = turns[0].question if turns else "An empty conversation"
    parts = [f"# {_plain(title)}", f"{conversation.begun:%Y-%m-%d}, with the library {_plain(conversation.library)}"]
    parts += [turn_markdown(turn, conversation.numbers) for turn in turns]
    cited = cited_papers(conversation)
    if cited:
        parts += ["## Papers", "\n".join(_listed(number, paper) for number, paper in cited.items())]
        parts.append(f"```bibtex\n{bibtex(cited.values())}```")
    return "\n\n".join(parts) + "\n"


def turn_markdown(turn: Turn, numbers: Mapping[str, int]) -> str:
    """Return one question with its answer, every claim with what checking found where that is not support."""
    rows = [f"## {_plain(turn.question)}"]
    if turn.reading.how != "alone":
        rows.append(f"*Read as: {_plain(turn.reading.text)}*")
    rows.append(answer_markdown(turn.answer, numbers))
    return "\n\n".join(rows)


def answer_markdown(answer: Answer, numbers: Mapping[str, int]) -> str:
    """Return one answer, a claim a line."""
    if answer.status != "answered":
        return answers.text(answer)
    rows = []
    for claim in answer.claims:
        said = f"“{_plain(claim.text)}”" if answer.model is None else _plain(claim.text)
        verdict = "" if claim.verdict == "supported" else f" ({claim.verdict})"
        rows.append(f"- {said}{_cited(claim, numbers)}{verdict}")
    return "\n".join(rows)


def cited_papers(conversation: Conversation) -> dict[int, Paper]:
    """Return {number: paper} of what the turns that stand cite."""
    standing = {paper.id for turn in conversation.turns for paper in turn.cited}
    return {number: paper for number, paper in conversation.papers.items() if paper.id in standing}


def bibtex(papers: Iterable[Paper]) -> str:
    """Return one `@misc` entry a paper, each under a key of its own."""
    held = list(papers)
    return "\n".join(_entry(key, paper) for key, paper in zip(_keys(held), held, strict=True))


def _entry(key: str, paper: Paper) -> str:
    fields = {"title": f"{{{_escaped(paper.title)}}}"}
    if paper.authors:
        fields["author"] = " and ".join(_named(author) for author in paper.authors)
    if paper.date:
        fields["year"] = str(paper.date.year)
    named = identifiers.identity(paper.id)
    if named.startswith("arxiv:"):
        fields |= {"eprint": named.removeprefix("arxiv:"), "archiveprefix": "arXiv"}
    elif named.startswith("doi:"):
        fields["doi"] = _address(named.removeprefix("doi:"))
    if paper.url:
        fields["url"] = _address(paper.url)
    rows = [f"  {name} = {{{value}}}," for name, value in fields.items()]
    if paper.date:
        rows.append(f"  month = {MONTHS[paper.date.month - 1]},")
    return "\n".join([f"@misc{{{key},", *rows, "}", ""])


def _keys(papers: Sequence[Paper]) -> list[str]:
    """Return a key a paper: last name of the first author, year, first long word of the title; numbered if taken."""
    found: list[str] = []
    for paper in papers:
        name = paper.authors[0].split()[-1:] if paper.authors else []
        word = next((word for word in re.findall(r"[^\W_]+", paper.title) if len(word) > 3), "paper")
        year = str(paper.date.year) if paper.date else ""
        plain = unicodedata.normalize("NFKD", "".join([*name, year, word]))
        base = re.sub(r"[^a-z0-9]", "", plain.lower()) or "paper"
        taken = sum(re.fullmatch(rf"{base}(-\d+)?", key) is not None for key in found)
        found.append(f"{base}-{taken + 1}" if taken else base)
    return found


def _escaped(text: str) -> str:
    return "".join(_ESCAPES.get(character, character) for character in one_line(text))


def _named(author: str) -> str:
    """Return an author as one name, whatever is in it."""
    name = _escaped(author)
    return f"{{{name}}}" if re.search(r"\sand\s|,.*,.*,", name, re.IGNORECASE) else name


def _address(text: str) -> str:
    """Return an address that ends neither a field of BibTeX nor a link of Markdown."""
    return re.sub(r"[{}\\<>\s]", lambda match: f"%{ord(match[0]):02X}", one_line(text))


def _cited(claim: Claim, numbers: Mapping[str, int]) -> str:
    """Return " [1][?]", the question mark for what names no paper."""
    told = [f"[{numbers[f.paper.id]}]" if f.paper else f"[?{_plain(f.key)}]" for f in claim.findings]
    return f" {''.join(dict.fromkeys(told))}" if told else ""


def _listed(number: int, paper: Paper) -> str:
    url = _address(paper.url) if paper.url and re.match("https?://", paper.url) else ""
    return (
        f"- [{number}] {_plain(paper.title)}"
        + (f" ({paper.shown_day})" if paper.date else "")
        + (f" <{url}>" if url else "")
    )


def _plain(text: str) -> str:
    """Return text that Markdown shows as it is."""
    return _MARKDOWN.sub(r"\\\1", one_line(text))
