"""Reports and lists of papers -> Markdown to read and to paste: claims with marks, sources, their BibTeX."""

from collections.abc import Iterable, Mapping

from assistant.domain.answers import Answer
from assistant.domain.markdown import escape
from assistant.domain.records import Paper, reference
from assistant.publishing.bibtex import bibtex
from assistant.publishing.reports import PaperList, Report, Section


def report(report: Report) -> str:
    """Return the answers with their verdicts, the papers cited, and the BibTeX of these."""
    parts = [f"# {escape(report.title)}"]
    if report.about:
        parts.append(escape(report.about))
    is_alone = not report.about and len(report.sections) == 1
    parts += [section_text(section, report.numbers, heading=not is_alone) for section in report.sections]
    if report.papers:
        rows = [f"- [{number}] {reference(paper)}" for number, paper in report.papers.items()]
        parts += ["## Papers", "\n".join(rows), _fenced(report.papers.values(), report.keys)]
    return "\n\n".join(parts) + "\n"


def section_text(section: Section, numbers: Mapping[str, int], *, heading: bool = True) -> str:
    """Return one question with its answer, every claim with what checking found where that is not support."""
    parts = [f"## {escape(section.question)}"] if heading else []
    if section.read_as:
        parts.append(f"*Read as: {escape(section.read_as)}*")
    return "\n\n".join([*parts, *_answer(section.answer, numbers)])


def _answer(answer: Answer, numbers: Mapping[str, int]) -> list[str]:
    parts = [answer.markdown(numbers)]
    if answer.nearest:
        rows = "\n".join(f"- {reference(item.paper)}" for item in answer.nearest)
        parts += ["Closest papers:", rows]
    if answer.summary:
        parts.append(f"*{escape(answer.summary)}*")
    return [part for part in (*parts, *(f"*note: {escape(note)}*" for note in answer.notes)) if part]


def papers(listing: PaperList) -> str:
    """Return a line a paper with the key to cite it by, as Pandoc reads it, and the BibTeX of all."""
    rows = [f"- {reference(paper)}{_by(paper)} \\[@{listing.keys[paper.id]}\\]" for paper in listing.papers]
    parts = [f"# {escape(listing.title)}", "\n".join(rows) or "No papers."]
    if rows:
        parts.append(_fenced(listing.papers, listing.keys))
    return "\n\n".join(parts) + "\n"


def _by(paper: Paper) -> str:
    return f" {escape(', '.join(paper.authors))}" if paper.authors else ""


def _fenced(papers: Iterable[Paper], keys: Mapping[str, str]) -> str:
    return f"```bibtex\n{bibtex(papers, keys)}```"
