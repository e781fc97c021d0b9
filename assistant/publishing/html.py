"""Reports and lists of papers -> one HTML page, in which a claim opens its quote within the abstract that it cites."""

from assistant.domain.verdicts import MARKS
from assistant.publishing.page import page, resource
from assistant.publishing.reports import PaperList, Report


def report(report: Report) -> str:
    """Return the page of answers: a claim is opened to see what it rests on, the quoted words marked."""
    verdicts = {claim.verdict for section in report.sections for claim in section.answer.claims}
    values = {
        "report": report,
        "keys": report.keys,
        "marks": MARKS,
        "legend": [(verdict, mark) for verdict, mark in MARKS.items() if verdict in verdicts],
    }
    style = resource(__package__, "report.css")
    return page(report.title, resource(__package__, "report.html.j2"), values, style=style)


def papers(listing: PaperList) -> str:
    """Return the page of papers: each is opened to see its abstract."""
    return page(listing.title, resource(__package__, "papers.html.j2"), {"listing": listing})
