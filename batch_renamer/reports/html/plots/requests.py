"""Requests a second, beside the limit that was kept to; 429s and outages are marked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from batch_renamer.html_pages import HEIGHT, Bar, Plot, Point, Scale
from batch_renamer.model import Second
from batch_renamer.reports.html.plots.time_axis import Bucket, TimeAxis
from batch_renamer.text import counted, duration

__all__ = ["requests_plot"]


class _Stretch(NamedTuple):
    """What happened in one bucket of the time axis."""

    bucket: Bucket
    per_s: float
    most: int
    limit_per_s: float
    throttled: int
    out: bool


def requests_plot(seconds: Sequence[Second]) -> Plot | None:
    """Return the plot of a run's seconds; None if there are none."""
    if not seconds:
        return None
    axis = TimeAxis(second.at for second in seconds)
    inside: list[list[Second]] = [[] for _ in axis.buckets]
    for second in seconds:
        inside[axis.index(second.at)].append(second)
    stretches = [_stretch(bucket, found) for bucket, found in zip(axis.buckets, inside, strict=True)]
    scale = Scale(max(max(stretch.per_s, stretch.limit_per_s) for stretch in stretches))
    any_throttled, any_out = any(one.throttled for one in stretches), any(one.out for one in stretches)
    return Plot(
        key="requests",
        title="Requests a second",
        text=_in_words(seconds),
        bars=(
            *(Bar("outage", axis.x(one.bucket), 0.0, axis.unit, HEIGHT) for one in stretches if one.out),
            *(scale.bar("sent", axis.x(one.bucket), axis.unit, one.per_s) for one in stretches if one.per_s),
        ),
        marks=tuple(axis.x(one.bucket) + axis.unit / 2 for one in stretches if one.throttled),
        line=tuple(_limit_line(axis, stretches, scale)),
        x_labels=axis.labels,
        y_labels=scale.labels,
        legend=(
            ("sent", "requests a second"),
            ("limit", "limit that was kept to"),
            *([("mark", "some were told to slow down (429)")] if any_throttled else ()),
            *([("outage", "the run waited for the API")] if any_out else ()),
        ),
        headings=("From", "Requests a second", "Most in one second", "Limit", "429s", "Waited"),
        table=tuple(_line_of_table(axis, one) for one in stretches),
    )


def _stretch(bucket: Bucket, seconds: Sequence[Second]) -> _Stretch:
    return _Stretch(
        bucket=bucket,
        per_s=sum(second.requests for second in seconds) / bucket.seconds,
        most=max((second.requests for second in seconds), default=0),
        limit_per_s=max((second.limit_per_s for second in seconds), default=0.0),
        throttled=sum(second.throttled for second in seconds),
        out=any(second.outage for second in seconds),
    )


def _limit_line(axis: TimeAxis, stretches: Sequence[_Stretch], scale: Scale) -> list[Point]:
    """Return the corners of the limit's line; where no request left, the limit is that of before."""
    corners: list[Point] = []
    limit_per_s = next((one.limit_per_s for one in stretches if one.limit_per_s), 0.0)
    for one in stretches:
        limit_per_s = one.limit_per_s or limit_per_s
        x, y = axis.x(one.bucket), scale.y(limit_per_s)
        if len(corners) >= 2 and corners[-1].y == y == corners[-2].y:
            corners.pop()  # a level stretch needs its ends only
            corners.append(Point(x + axis.unit, y))
        else:
            corners += [Point(x, y), Point(x + axis.unit, y)]
    return corners


def _line_of_table(axis: TimeAxis, one: _Stretch) -> tuple[str, ...]:
    return (
        axis.moment(one.bucket),
        f"{one.per_s:,.0f}" if one.per_s >= 10 else f"{one.per_s:.2g}",
        f"{one.most:,}",
        f"{one.limit_per_s:,.0f}" if one.limit_per_s else "–",
        f"{one.throttled:,}",
        "yes" if one.out else "no",
    )


def _in_words(seconds: Sequence[Second]) -> str:
    total, most = sum(second.requests for second in seconds), max(second.requests for second in seconds)
    throttled, out = sum(second.throttled for second in seconds), sum(second.outage for second in seconds)
    parts = [f"{counted(total, 'request')}, at most {most:,} in one second"]
    parts.append(f"{throttled:,} of them were told to slow down (429)" if throttled else "none was told to slow down")
    if out:
        parts.append(f"the run waited {duration(out, tenths=False)} for the API")
    return f"{'; '.join(parts)}."
