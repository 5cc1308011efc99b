"""How many of the rows that were sent had their outcome when."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from batch_renamer.html_pages import Plot, Scale
from batch_renamer.model import BAD_RESULTS, Result
from batch_renamer.reports.html.plots.time_axis import TimeAxis
from batch_renamer.text import duration

__all__ = ["outcomes_plot"]


def outcomes_plot(outcomes: Mapping[int, Counter[Result]]) -> Plot | None:
    """Return the plot of the results by the second of the outcome; None if there are none."""
    if not outcomes:
        return None
    axis = TimeAxis(outcomes)
    found: list[Counter[Result]] = [Counter() for _ in axis.buckets]
    for second, counts in outcomes.items():
        found[axis.index(second)].update(counts)
    total: Counter[Result] = Counter()
    for counts in found:
        total.update(counts)
    occurring = [result for result in Result if total[result]]
    scale = Scale(max(counts.total() for counts in found))
    bars = []
    for bucket, counts in zip(axis.buckets, found, strict=True):
        bad = _bad(counts)
        done = counts.total() - bad
        bars += [scale.bar("done", axis.x(bucket), axis.unit, done)] if done else []
        bars += [scale.bar("failed", axis.x(bucket), axis.unit, bad, on=done)] if bad else []
    in_all = ", ".join(f"{total[result]:,} {result.value}" for result in occurring)
    return Plot(
        key="outcomes",
        title="Outcomes over time",
        text=f"Of the rows that were sent: {in_all}. Each bar is {duration(axis.size_s, tenths=False)}.",
        bars=tuple(bars),
        x_labels=axis.labels,
        y_labels=scale.labels,
        legend=(
            *([("done", "done")] if total.total() > _bad(total) else ()),
            *([("failed", "has a problem")] if _bad(total) else ()),
        ),
        headings=("From", *(result.value for result in occurring)),
        table=tuple(
            (axis.moment(bucket), *(f"{counts[result]:,}" for result in occurring))
            for bucket, counts in zip(axis.buckets, found, strict=True)
        ),
    )


def _bad(counts: Counter[Result]) -> int:
    return sum(counts[result] for result in BAD_RESULTS)
