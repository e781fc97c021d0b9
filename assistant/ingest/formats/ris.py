"""RIS, as reference managers and publishers export it -> entries; a record goes from `TY` to `ER`."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from assistant.domain.records import Entry, Rejection
from assistant.ingest.files import Head, Source
from assistant.ingest.formats import markup, names, references
from assistant.ingest.formats.base import ReadContext
from assistant.ingest.formats.references import Reference

_TAG = re.compile(r"\s{0,3}(?P<tag>[A-Z][A-Z0-9])  ?-(?: (?P<value>.*)|\s*)$", re.DOTALL)
_TYPE = re.compile(r"\s{0,3}TY  ?- ?[A-Z]")
_TITLES = ("TI", "T1", "CT", "BT")
_ABSTRACTS = ("AB", "N2")
_AUTHORS = ("AU", "A1")
_DATES = ("DA", "PY", "Y1")
_VENUES = ("T2", "JO", "JF", "JA", "BT", "J2")
_ADDRESSES = ("UR", "L2", "L1", "LK")
_IDS = ("DO", "AN", "M1", "VL", "C1", "C7", "N1")
_ARXIV = re.compile(r"\barxiv:\s*(\S+)", re.IGNORECASE)
_DATE = re.compile(r"(?P<year>[0-9]{4})(?:[/-](?P<month>[0-9]{1,2})?(?:[/-](?P<day>[0-9]{1,2})?)?)?.*", re.DOTALL)


@dataclass(slots=True)
class _Record:
    """The fields of one record as they are met, and the first of its lines that cannot be used."""

    line: int
    values: defaultdict[str, list[list[str]]] = field(default_factory=lambda: defaultdict(list))
    """Tag -> its values, each in lines."""
    fault: Rejection | None = None


def is_ris(head: Head) -> bool:
    """Whether one of the first lines begins a record."""
    return any(_TYPE.match(line) for line in head.lines)


def read_ris(source: Source, context: ReadContext) -> Iterator[Entry | Rejection]:
    """Every record, at the line of its `TY`; one without `ER` ends where the next begins."""
    record: _Record | None = None
    tag = ""
    for line in source.lines:
        match = _TAG.match(line.text)
        if match and match["tag"] == "TY":
            if record:
                yield _row(source.name, record, context)
            record = _Record(line.number)
        if record is None:
            continue
        if line.fault:
            record.fault = record.fault or Rejection(source.name, line.number, line.fault)
        if match and match["tag"] == "ER":
            yield _row(source.name, record, context)
            record = None
        elif match:
            tag = match["tag"]
            record.values[tag].append([(match["value"] or "").strip()])
        elif tag and line.text.strip() and record.values[tag]:
            record.values[tag][-1].append(line.text.strip())
    if record:
        yield _row(source.name, record, context)


def _row(name: str, record: _Record, context: ReadContext) -> Entry | Rejection:
    if record.fault:
        return record.fault
    fields = {tag: [" ".join(lines) for lines in values] for tag, values in record.values.items()}
    authors = [author for tag in _AUTHORS for author in fields.get(tag, ()) if author]
    given = [value for tag in (*_IDS, *_ADDRESSES) for value in fields.get(tag, ())]
    preprints = [match[1] for value in given if (match := _ARXIV.search(value))]
    reference = Reference(
        line=record.line,
        title=markup.plain(_first(fields, _TITLES)),
        abstract=markup.plain(_first(fields, _ABSTRACTS)),
        ids=(*given, *preprints, *(value.removeprefix("abs/") for value in fields.get("VL", ()))),
        own_id=_first(fields, ("ID",)),
        authors=tuple(map(names.natural, authors)),
        date=next(filter(None, (_date(value) for tag in _DATES for value in fields.get(tag, ()))), ""),
        url=_first(fields, _ADDRESSES),
        venue=_first(fields, _VENUES),
    )
    return references.entry(name, reference, context)


def _first(fields: Mapping[str, Sequence[str]], tags: Sequence[str]) -> str:
    return next((value for tag in tags for value in fields.get(tag, ()) if value), "")


def _date(value: str) -> str:
    """ "2022-10" of "2022/10//", in which each part may be empty."""
    match = _DATE.fullmatch(value)
    if not match:
        return ""
    parts = [match["year"]]
    for part in (match["month"], match["day"]):
        if not part or not int(part):
            break
        parts.append(part)
    return "-".join(parts)
