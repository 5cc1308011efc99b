"""The plot of the last nights: a bar a day, and a gap is no bar but a mark of its own."""

from __future__ import annotations

import datetime
import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from batch_renamer.html_pages import HEIGHT, WIDTH, Bar, Label, Plot, Scale
from batch_renamer.model import FileEnd, Night, NightKind, Result
from batch_renamer.nightly.wording import days_in_words, neighbours
from batch_renamer.text import counted

__all__ = ["nights_plot"]

_MOST_LABELS = 5
_GAP = 0.15  # of the width of a bar, between it and the next one
_IDLE_HEIGHT = 4.0
_LEGEND = (
    ("done", "orders renamed"),
    ("failed", "rows with problems"),
    ("idle", "nothing renamed"),
    ("outage", "no night"),
    ("mark", "could not begin, was stopped or cut off, or a file was refused"),
)
_NOT_WELL = frozenset({NightKind.NOT_BEGUN, NightKind.FAILED, NightKind.CUT_OFF})


class _Drawn(NamedTuple):
    """The nights of one date as they are drawn."""

    date: datetime.date
    renamed: int
    bad: int
    went_wrong: bool


def nights_plot(nights: Mapping[datetime.date, Sequence[Night]], missing: Sequence[datetime.date]) -> Plot | None:
    """Return the plot of nights by date, and of the days on which a night is missing; None for a single day."""
    dates = sorted({*nights, *missing})
    if len(dates) < 2:
        return None
    first, days = dates[0], (dates[-1] - dates[0]).days + 1
    drawn = [_drawn(date, nights[date]) for date in sorted(nights)]
    scale, unit = Scale(max(night.renamed + night.bad for night in drawn)), WIDTH / days

    def x(date: datetime.date) -> float:
        return (date - first).days * unit

    gaps = neighbours(missing)
    bars = [Bar("outage", x(gap[0]), 0.0, (len(gap) - _GAP) * unit, HEIGHT) for gap in gaps]
    bars += [bar for night in drawn for bar in _bars(night, scale, x(night.date), unit * (1 - _GAP))]
    marks = tuple(x(night.date) + unit * (1 - _GAP) / 2 for night in drawn if night.went_wrong)
    kinds = {bar.kind for bar in bars} | ({"mark"} if marks else set())
    table = [(night.date, f"{night.renamed:,}", f"{night.bad:,}") for night in drawn]
    table += [(gap[0], "no night", "no night") for gap in gaps]
    return Plot(
        key="nights",
        title="Rows by night",
        text=_in_words(drawn),
        bars=tuple(bars),
        marks=marks,
        x_labels=tuple(
            Label(place * unit, _short(first + datetime.timedelta(place)))
            for place in sorted(range(days - 1, -1, -math.ceil(days / _MOST_LABELS)))
        ),
        y_labels=scale.labels,
        legend=tuple((kind, text) for kind, text in _LEGEND if kind in kinds),
        headings=("Night", "Orders renamed", "Rows with problems"),
        table=tuple((days_in_words(_until(date, gaps)), *texts) for date, *texts in sorted(table)),
    )


def _drawn(date: datetime.date, nights: Sequence[Night]) -> _Drawn:
    return _Drawn(
        date=date,
        renamed=sum(night.counts.get(Result.RENAMED, 0) for night in nights),
        bad=sum(night.bad_rows for night in nights),
        went_wrong=any(map(_went_wrong, nights)),
    )


def _bars(night: _Drawn, scale: Scale, x: float, width: float) -> list[Bar]:
    if not night.renamed and not night.bad:
        return [Bar("idle", x, HEIGHT - _IDLE_HEIGHT, width, _IDLE_HEIGHT)]
    done = [scale.bar("done", x, width, night.renamed)] if night.renamed else []
    return done + ([scale.bar("failed", x, width, night.bad, on=night.renamed)] if night.bad else [])


def _until(date: datetime.date, gaps: Sequence[Sequence[datetime.date]]) -> Sequence[datetime.date]:
    """Return the days of the gap that begins with a date, or the date alone."""
    return next((gap for gap in gaps if gap[0] == date), (date,))


def _in_words(drawn: Sequence[_Drawn]) -> str:
    renamed, bad = sum(night.renamed for night in drawn), sum(night.bad for night in drawn)
    return (
        f"{counted(renamed, 'order')} renamed on {counted(len(drawn), 'day')} with a night, "
        f"{counted(bad, 'row')} with problems."
    )


def _short(date: datetime.date) -> str:
    return f"{date.day} {date:%b}"


def _went_wrong(night: Night) -> bool:
    return night.kind in _NOT_WELL or any(file.end is FileEnd.REFUSED for file in night.files)
