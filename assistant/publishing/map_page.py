"""A library -> one HTML page: its papers as dots, by theme and over time, to be searched, filtered and opened."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from assistant.domain.records import Paper
from assistant.domain.sanitize import one_line
from assistant.library.snapshot import LibrarySnapshot
from assistant.publishing import map_layout, page
from assistant.publishing.map_layout import Disc, Timeline
from assistant.retrieval import themes

OTHER = "Other papers"
_HUE = 360 * (3 - math.sqrt(5)) / 2
"""Degrees from the hue of one theme to the next: no two of those that follow one another are alike."""
_MARGIN = 1.5
_LABEL = 24.0
"""The width of the names of lanes, in dots: of 32 characters (map.js) of 1.25 dots (map.css)."""
_NAMED_AUTHORS = 3
_DIMENSIONS = 20
"""Directions of largest variance of the library, in which papers of one theme are laid out."""


def html(library: LibrarySnapshot, papers: Sequence[Paper], title: str) -> str:
    """Return the page, which needs nothing else; the same for the same papers. Raises `LibraryError`."""
    by_id = {paper.id: paper for paper in papers}
    found = themes.find(library, papers)
    groups = [(theme.name, theme.ids) for theme in found.themes]
    groups += [(OTHER, found.other)] if found.other else []
    members = [[by_id[id] for id in ids] for _, ids in groups]
    table = library.vectors_of(list(by_id))
    rows = {id: row for row, id in enumerate(table.ids)}
    flat = themes.principal(table.wholes.astype(float), library.sample.astype(float), _DIMENSIONS)
    vectors = [flat[[rows[id] for id in ids]] for _, ids in groups]
    names = [name for name, _ in groups]
    places, discs = map_layout.discs(vectors, names) if groups else ([], [])
    timeline = map_layout.timeline(members)
    data = {"papers": _papers(members, places, timeline), **_frame(names, members, discs, timeline)}
    dated = sum(paper.date is not None for paper in papers)
    values = {"title": title, "data": data, "count": len(papers), "dated": dated, "groups": data["groups"]}
    body, style, script = (page.resource(__package__, f"map.{ending}") for ending in ("html.j2", "css", "js"))
    return page.page(title, body, values, style=style + _colours(len(groups)), script=script)


def _papers(
    members: Sequence[Sequence[Paper]], places: Sequence[Sequence[tuple[float, float]]], timeline: Timeline
) -> list[dict[str, Any]]:
    """Return what the page knows of each paper."""
    return [
        {
            "title": one_line(paper.title),
            "abstract": one_line(paper.abstract),
            "facts": _facts(paper),
            "url": page.web_address(paper.url),
            "group": number,
            "theme": _rounded(place),
            "time": _rounded(timeline.places[paper.id]),
        }
        for number, (papers, of_group) in enumerate(zip(members, places, strict=True))
        for paper, place in zip(papers, of_group, strict=True)
    ]


def _facts(paper: Paper) -> str:
    """Return when and by whom a paper is, as one line; its remark, where it has one."""
    authors = ", ".join(paper.authors[:_NAMED_AUTHORS])
    more = " and others" if len(paper.authors) > _NAMED_AUTHORS else ""
    return one_line(" · ".join(filter(None, (paper.shown_day, f"{authors}{more}", paper.id, paper.remark))))


def _frame(
    names: Sequence[str], members: Sequence[Sequence[Paper]], discs: Sequence[Disc], timeline: Timeline
) -> Mapping[str, Any]:
    """Return what stands around the dots of both maps: themes, lanes, the axis, and how large each map is."""
    scale = map_layout.scale_of(sum(map(len, members)))
    sizes = [map_layout.name_size(name, scale) for name in names]
    halves = [max(width / 2, disc.radius) for (width, _), disc in zip(sizes, discs, strict=True)]
    high = [height for _, height in sizes]
    left = min((disc.x - half for disc, half in zip(discs, halves, strict=True)), default=0.0) - _MARGIN
    top = min((disc.y - disc.radius - name for disc, name in zip(discs, high, strict=True)), default=0.0) - _MARGIN
    right = max((disc.x + half for disc, half in zip(discs, halves, strict=True)), default=1.0) + _MARGIN
    bottom = max((disc.y + disc.radius for disc in discs), default=1.0) + _MARGIN
    return {
        "groups": [
            {
                "name": one_line(name),
                "lines": [one_line(line) for line in map_layout.lines_of(name)],
                "count": len(papers),
                "disc": _rounded((disc.x, disc.y, disc.radius)),
                "lane": _rounded((lane.top, lane.height)),
            }
            for name, papers, disc, lane in zip(names, members, discs, timeline.lanes, strict=True)
        ],
        "ticks": [[round(x, 2), text] for x, text in timeline.ticks],
        "undated": timeline.undated,
        "scale": round(scale, 2),
        "boxes": {
            "theme": _rounded((left, top, right - left, bottom - top)),
            "time": _rounded((-_LABEL, -3.0, timeline.width + _LABEL + 1.0, timeline.height + 4.0)),
        },
        "size": _rounded((timeline.width, timeline.height)),
    }


def _rounded(numbers: Sequence[float]) -> list[float]:
    return [round(number, 2) for number in numbers]


def _colours(groups: int) -> str:
    """Return a colour a theme, for a light and for a dark page: of one lightness by turns, so that each is legible."""
    light = [f".g{n} {{ --c: oklch({(0.56, 0.66)[n % 2]} 0.15 {n * _HUE % 360:.0f}) }}" for n in range(groups)]
    dark = [f".g{n} {{ --c: oklch({(0.72, 0.8)[n % 2]} 0.13 {n * _HUE % 360:.0f}) }}" for n in range(groups)]
    return "\n".join([*light, "@media (prefers-color-scheme: dark) {", *dark, "}", ""])
