"""A summary or a comparison -> rows of cells, for a terminal and for Markdown."""

from collections.abc import Mapping, Sequence

from assistant.evaluation import summary as summaries
from assistant.evaluation import trivial_systems
from assistant.evaluation.cases import DIALOGUE
from assistant.evaluation.comparison import Comparison
from assistant.evaluation.metrics.registry import METRICS, Metrics
from assistant.evaluation.summary import HEADLINE, Mean, RunSummary

Rows = Sequence[Sequence[str]]
"""The first row is the head."""

NOT_MEASURED = "not measured here"
_BAR = 20  # columns of a change of 1


def headline(summary: RunSummary) -> str:
    """Return the headline of a run, and the figures that it is the mean of."""
    figures = ", ".join(f"{name} {_number(summaries.figure(summary, name))}" for name in HEADLINE)
    return f"headline {_number(summaries.headline(summary))}: the mean of {figures}"


def by_type(summary: RunSummary, metrics: Metrics = METRICS) -> Rows:
    """Return one row a metric and one column a type, each cell a mean with the number of questions behind it."""
    kinds = [kind for kind in summary.means if kind not in ("conversation", DIALOGUE)]
    if not kinds:
        return []
    names = [
        metric.name
        for metric in metrics
        if metric.in_table and any(metric.name in summary.means[kind] for kind in kinds)
    ]
    return [
        ["metric", *kinds],
        *([name, *(_cell(summary.means[kind].get(name)) for kind in kinds)] for name in names),
    ]


def conversations(summary: RunSummary, metrics: Metrics = METRICS) -> Rows:
    """Return one row a kind of turn, one column a metric that counts kinds apart: recall@5 with the assistant's own
    history, right history, none, and by hand."""
    means = summary.means.get("conversation", {})
    kinds = list(dict.fromkeys(name.split(", ")[0] for name in means if ", " in name))
    histories = [
        metric.name for metric in metrics if metric.labels and any(f"{kind}, {metric.name}" in means for kind in kinds)
    ]
    if not kinds:
        return []
    rows = [[kind, *(_cell(means.get(f"{kind}, {history}")) for history in histories)] for kind in kinds]
    return [["turn", *histories], *rows]


def dialogues(summary: RunSummary) -> Rows:
    """Return one row a kind of later turn, and one for all: the share of answers that do what is expected of them."""
    name = "followup_right"
    means = summary.means.get(DIALOGUE, {})
    rows = [[key.removesuffix(f", {name}"), _cell(mean)] for key, mean in means.items() if key.endswith(f", {name}")]
    return [["turn", name], ["all", _cell(means[name])], *sorted(rows)] if rows else []


def beside(summary: RunSummary, trivial: Mapping[str, RunSummary]) -> Rows:
    """Return one row for the run and one for each system that reads nothing, one column a figure."""
    own = trivial_systems.figures(summary)
    rows = []
    for system, other in {"this run": summary, **trivial}.items():
        figures = trivial_systems.figures(other)
        rows.append([system, *(_number(figures[name]) if name in figures else "" for name in own)])
    return [["system", *own], *rows]


def funnel(summary: RunSummary) -> Rows:
    """Return how many gold papers were lost at each stage."""
    total = sum(summary.lost.values())
    if not total:
        return []
    rows = [[stage, str(count), f"{count / total:.1%}"] for stage, count in summary.lost.items()]
    return [["gold papers", "number", "share"], *rows]


def overall(summary: RunSummary) -> Rows:
    """Return every figure over all questions with its interval and counts, and those that are no means."""
    rows = []
    for name, mean in summary.means.get("all", {}).items():
        interval = summary.intervals.get(name)
        between = f"{interval.low:.3f} to {interval.high:.3f}" if interval else ""
        rows.append([name, _number(mean.value), between, str(mean.scored), str(mean.unscored), str(mean.failed)])
    rows += [[name, _number(value), "", "", "", ""] for name, value in summary.extra.items()]
    return [["metric", "mean", "95 % interval", "scored", "unscored", "failed"], *rows]


def compared(comparison: Comparison) -> Rows:
    """Return one row a metric of a comparison."""
    head = [
        "metric",
        "before",
        "after",
        "change",
        "95 % interval",
        "p",
        "p (Holm)",
        "detectable",
        "noise",
        "up/same/down",
    ]
    return [
        head,
        *(
            [
                row.metric,
                _number(row.before),
                _number(row.after),
                f"{row.change.mean:+.3f}",
                f"{row.change.low:+.3f} to {row.change.high:+.3f}",
                f"{row.p:.4f}",
                "" if row.adjusted is None else f"{row.adjusted:.4f}",
                _number(row.minimum_detectable_effect),
                NOT_MEASURED if row.noise is None else _number(row.noise),
                f"{row.wins}/{row.ties}/{row.losses}",
            ]
            for row in comparison.rows
        ),
    ]


def changed(comparison: Comparison, most: int = 12) -> list[str]:
    """Return a line a question of which the answer became more or less right, with a bar to the left or right of a
    middle; of each kind the `most` that changed most. None where none did."""
    worse = [row for row in comparison.changes if row[1] < 0][:most]
    better = [row for row in comparison.changes if row[1] > 0][-most:]
    shown = worse + better
    if not shown:
        return []
    width = max(len(id) for id, _ in shown)
    bars = {id: "█" * max(round(abs(change) * _BAR), 1) for id, change in shown}
    return [
        f"{id:{width}} {change:+.2f} {bars[id] if change < 0 else '':>{_BAR}}│{bars[id] if change > 0 else ''}"
        for id, change in shown
    ]


def text(rows: Rows) -> list[str]:
    """Return aligned lines."""
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def markdown(rows: Rows) -> str:
    """Return a Markdown table."""
    lines = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([lines[0], f"|{'---|' * len(rows[0])}", *lines[1:]])


def _cell(mean: Mean | None) -> str:
    if mean is None or mean.value is None:
        return ""
    return f"{mean.value:.3f} ({mean.scored})"


def _number(value: float | None) -> str:
    return NOT_MEASURED if value is None else f"{value:.3f}"
