"""A digest -> Markdown, as a mail or a note shows it: each paper with its link and what it found."""

from assistant.answering.digests import Digest, DigestEntry
from assistant.domain import markdown as md
from assistant.domain.records import reference
from assistant.domain.verdicts import MARKS


def markdown(digest: Digest, title: str) -> str:
    """Return the digest under a title; strangers' words stand in it as words."""
    parts = [f"# {md.escape(title)}", md.escape(digest.headline)]
    for group in digest.groups:
        parts += [f"## {md.escape(group.name)} ({len(group.entries):,})", "\n".join(map(_listed, group.entries))]
    remarks = [*digest.remarks, *([digest.conclusion] if digest.conclusion else [])]
    parts += [f"*{md.escape(remark)}*" for remark in remarks]
    return "\n\n".join(parts)


def _listed(entry: DigestEntry) -> str:
    """Return a paper as an item of a list, what it found on a line of its own."""
    claim, label = entry.claim, f"\\[{entry.number}\\]"
    row = f"- {label} {reference(entry.paper)}"
    if claim is None:
        return row
    words = f"“{md.escape(claim.text)}”" if claim.verdict == "quoted" else md.escape(claim.text)
    return f"{row}  \n  {MARKS[claim.verdict]} {words}"
