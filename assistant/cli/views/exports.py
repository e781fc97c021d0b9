"""A conversation -> Markdown to read elsewhere, BibTeX of exactly the papers it cites, and files of either."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from assistant.answering.conversation.turns import Conversation, Turn
from assistant.domain import files, identifiers
from assistant.domain.errors import UsageError
from assistant.domain.markdown import address, escape
from assistant.domain.months import MONTHS
from assistant.domain.records import Paper, reference
from assistant.domain.sanitize import one_line

_FORMS = (".md", ".bib")
_ESCAPES = {
    # BibTeX counts braces, also those after a backslash.
    "\\": r"\textbackslash{}", "{": r"\textbraceleft{}", "}": r"\textbraceright{}", "&": r"\&", "%": r"\%",
    "$": r"\$", "#": r"\#", "_": r"\_", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
}  # fmt: skip


def markdown(conversation: Conversation) -> str:
    """Return the turns that stand with their answers and verdicts, the papers cited, and their BibTeX."""
    turns = conversation.turns
    title = turns[0].question if turns else "An empty conversation"
    parts = [f"# {escape(title)}", f"{conversation.begun:%Y-%m-%d}, with the library {escape(conversation.library)}"]
    parts += [turn_markdown(turn, conversation.numbers) for turn in turns]
    papers = papers_cited(conversation)
    if papers:
        parts += ["## Papers", "\n".join(_listed(number, paper) for number, paper in papers.items())]
        parts.append(f"```bibtex\n{bibtex(papers.values())}```")
    return "\n\n".join(parts) + "\n"


def turn_markdown(turn: Turn, numbers: Mapping[str, int]) -> str:
    """Return one question with its answer, every claim with what checking found where that is not support."""
    rows = [f"## {escape(turn.question)}"]
    if turn.reading.how != "alone":
        rows.append(f"*Read as: {escape(turn.reading.text)}*")
    rows.append(turn.answer.markdown(numbers))
    return "\n\n".join(rows)


def write(conversation: Conversation, name: str) -> Path:
    """Write Markdown or, to a name in .bib, BibTeX; raises `UsageError` for other names and for files that exist."""
    try:
        path = Path(name).expanduser()
    except RuntimeError as error:
        raise UsageError("cannot be written", path=name, cause=str(error)) from error
    if path.suffix.lower() not in _FORMS:
        raise UsageError(f"give the name of a file that ends in {' or '.join(_FORMS)}, such as notes.md")
    is_bibtex = path.suffix.lower() == ".bib"
    text = bibtex(papers_cited(conversation).values()) if is_bibtex else markdown(conversation)
    try:
        with open(path, "x", encoding="utf-8", errors="replace", opener=files.private) as file:
            try:
                file.write(text)
                file.flush()
            except BaseException:
                path.unlink()  # half a file is worse than none, and would be in the way of the next try
                raise
    except FileExistsError:
        raise UsageError("exists already", path=path, cure="give another name, or remove it first") from None
    except (OSError, ValueError) as error:
        cause = getattr(error, "strerror", None) or str(error)
        raise UsageError("cannot be written", path=one_line(str(path)), cause=cause) from error
    return path


def papers_cited(conversation: Conversation) -> dict[int, Paper]:
    """Return {number: paper} of what the turns that stand cite."""
    standing = {paper.id for turn in conversation.turns for paper in turn.cited}
    return {number: paper for number, paper in conversation.papers.items() if paper.id in standing}


def bibtex(papers: Iterable[Paper]) -> str:
    """Return one `@misc` entry a paper, each under a key of its own."""
    every = list(papers)
    return "\n".join(_entry(key, paper) for key, paper in zip(_keys(every), every, strict=True))


def _entry(key: str, paper: Paper) -> str:
    fields = {"title": f"{{{_escaped(paper.title)}}}"}
    if paper.authors:
        fields["author"] = " and ".join(_author(author) for author in paper.authors)
    if paper.date:
        fields["year"] = str(paper.date.year)
    identity = identifiers.identity(paper.id)
    if identity.startswith("arxiv:"):
        fields |= {"eprint": identity.removeprefix("arxiv:"), "archiveprefix": "arXiv"}
    elif identity.startswith("doi:"):
        fields["doi"] = address(identity.removeprefix("doi:"))
    if paper.url:
        fields["url"] = address(paper.url)
    rows = [f"  {name} = {{{value}}}," for name, value in fields.items()]
    if paper.date and not _only_year(paper):
        rows.append(f"  month = {MONTHS[paper.date.month - 1]},")
    return "\n".join([f"@misc{{{key},", *rows, "}", ""])


def _only_year(paper: Paper) -> bool:
    """Whether nothing but the year of a paper may have been written: 1 January then stands for it."""
    return paper.date is not None and paper.date_inferred and (paper.date.month, paper.date.day) == (1, 1)


def _keys(papers: Sequence[Paper]) -> list[str]:
    """Return a key a paper: last name of the first author, year, first long word of the title; numbered if taken."""
    keys: list[str] = []
    for paper in papers:
        name = paper.authors[0].split()[-1:] if paper.authors else []
        word = next((word for word in re.findall(r"[^\W_]+", paper.title) if len(word) > 3), "paper")
        year = str(paper.date.year) if paper.date else ""
        plain = unicodedata.normalize("NFKD", "".join([*name, year, word]))
        base = re.sub(r"[^a-z0-9]", "", plain.lower()) or "paper"
        taken = sum(re.fullmatch(rf"{base}(-\d+)?", key) is not None for key in keys)
        keys.append(f"{base}-{taken + 1}" if taken else base)
    return keys


def _escaped(text: str) -> str:
    return "".join(_ESCAPES.get(character, character) for character in one_line(text))


def _author(author: str) -> str:
    """Return an author as one name, whatever is in it.

    Braces keep BibTeX from reading what it reads in names: "and" between two, "others" for those left out, and commas
    that a name of at most three parts does not have.
    """
    name = _escaped(author)
    reads = re.search(r"(^|\s)and(\s|$)|^\s*others\s*$|^\s*,|,\s*(,|$)|,.*,.*,", name, re.IGNORECASE)
    return f"{{{name}}}" if reads or not name.strip() else name


def _listed(number: int, paper: Paper) -> str:
    return f"- [{number}] {reference(paper)}"
