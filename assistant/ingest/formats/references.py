"""Records of bibliographies and services -> entries, with the ids, authors, dates and addresses that they give."""

from collections.abc import Iterable
from dataclasses import dataclass

from assistant.domain.identifiers import bare, global_ids, identity
from assistant.domain.limits import ADDRESS_LIMIT, AUTHOR_LIMIT, NAME_LIMIT, excess
from assistant.domain.records import Entry, Listing, Rejection
from assistant.ingest.dates import ResolvedDate, resolve, row_date
from assistant.ingest.fields import length_fault, text_fault, tidy
from assistant.ingest.formats.base import ReadContext

ARXIV_PAGE = "https://arxiv.org/abs/"
DOI_PAGE = "https://doi.org/"


@dataclass(frozen=True, slots=True)
class Reference:
    """One record as its source has it, each field as text without the source's own markup."""

    line: int
    """1-based line where the record begins; the page of its abstract in a document."""
    title: str
    abstract: str = ""
    ids: tuple[str, ...] = ()
    """Whatever may be an arXiv id or a DOI, addresses too; what is neither is passed over."""
    own_id: str = ""
    """The id that means something in this source alone."""
    authors: tuple[str, ...] = ()
    authors_are_all: bool = True
    """False where the source says that there are more."""
    date: str = ""
    """Such as "2024", "2024-05", "2024-05-31"; what nobody can read is no date."""
    url: str = ""
    venue: str = ""
    discussions: int | None = None


def entry(name: str, reference: Reference, context: ReadContext) -> Entry | Rejection:
    """The entry of a record, or why it is none."""
    line = reference.line
    title, abstract = tidy(reference.title), tidy(reference.abstract)
    if reason := _fault(reference) or length_fault(title, abstract):
        return Rejection(name, line, reason)
    if not title or not abstract:
        if not title:
            return Rejection(name, line, "has no title")
        if context.needs_abstracts:
            return Rejection(name, line, f"has no abstract: “{title[:80]}”")
    ids = global_ids((*reference.ids, reference.url))
    resolved = _date(reference.date)
    authors = tuple(author for given in reference.authors if (author := tidy(given)))
    listing = Listing(
        source=name,
        line=line,
        title=title,
        date=resolved.date,
        date_inferred=resolved.inferred,
        author_count=(len(authors) or None) if reference.authors_are_all else None,
        organisation=tidy(reference.venue)[:NAME_LIMIT] or None,
        discussions=reference.discussions,
    )
    own_id = reference.own_id.strip() if reference.own_id.isprintable() and not bare(reference.own_id) else ""
    every = (*ids, own_id) if own_id and not ids else ids
    return Entry(
        listing,
        abstract,
        id=next(iter(every), None),
        authors=authors,
        url=_address(reference.url, ids) or page(ids),
        aliases=every[1:],
    )


def _fault(reference: Reference) -> str:
    """Why a record cannot be stored; "" where it can."""
    if len(reference.authors) > AUTHOR_LIMIT:
        return f"has {len(reference.authors):,} authors; the limit is {AUTHOR_LIMIT:,}"
    if reason := excess(max(reference.authors, key=len, default=""), NAME_LIMIT):
        return f"an author {reason}"
    texts = {"title": reference.title, "abstract": reference.abstract, "url": reference.url, "venue": reference.venue}
    texts |= {"an id": "".join((*reference.ids, reference.own_id)), "an author": "".join(reference.authors)}
    return next((f"{field} {reason}" for field, text in texts.items() if (reason := text_fault(text))), "")


def _date(text: str) -> ResolvedDate:
    written = row_date(text)
    if written is None or written.year is None:
        return ResolvedDate(None)
    resolved = resolve(written, written.year)
    return ResolvedDate(resolved.date, resolved.inferred)


def page(ids: Iterable[str]) -> str | None:
    """The page of a paper with these ids: at arXiv, else at its DOI; None where neither is among them.

    >>> page(["10.1000/x", "arXiv:2401.00001v2"]), page(["7"])
    ('https://arxiv.org/abs/2401.00001', None)
    """
    keys = {identity(id).partition(":")[0]: bare(id) for id in ids}
    if arxiv := keys.get("arxiv"):
        return ARXIV_PAGE + arxiv
    doi = keys.get("doi")
    return DOI_PAGE + doi if doi else None


def _address(url: str, ids: Iterable[str]) -> str | None:
    """What the source says is the page of the paper, if it is an address; of a paper of arXiv that is always there."""
    plain = "" if any(character.isspace() for character in url.strip()) else tidy(url)
    is_address = plain.startswith(("https://", "http://")) and len(plain) <= ADDRESS_LIMIT
    return plain if is_address and not any(identity(id).startswith("arxiv:") for id in ids) else None
