"""Dates and times as people write them, by the clock of this machine; a night belongs to the date on which it began."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from itertools import groupby

__all__ = [
    "day",
    "day_of_month",
    "days_in_words",
    "local_date",
    "local_moment",
    "moment",
    "neighbours",
    "next_nights",
    "short_day",
    "time_of",
]


def moment(seconds: float) -> str:
    """Return a time of day by this machine's clock, with its date, as a person writes it."""
    return f"{day(local_date(seconds))} at {time_of(seconds)}"


def local_date(seconds: float) -> datetime.date:
    """Return the date on this machine's clock."""
    return local_moment(seconds).date()


def time_of(seconds: float) -> str:
    """Return a time of day by this machine's clock."""
    return f"{local_moment(seconds):%H:%M}"


def local_moment(seconds: float) -> datetime.datetime:
    """Return a moment on this machine's clock."""
    return datetime.datetime.fromtimestamp(seconds).astimezone()


def day(date: datetime.date) -> str:
    """Return a date as a person writes it.

    Example:
        >>> day(datetime.date(2026, 11, 26))
        'Thursday, 26 November 2026'
    """
    return f"{date:%A}, {date.day} {date:%B %Y}"


def next_nights(count: int) -> str:
    """Return so many nights to come.

    Example:
        >>> next_nights(1), next_nights(3)
        ('the next night', 'the next 3 nights')
    """
    return "the next night" if count == 1 else f"the next {count} nights"


def neighbours(dates: Sequence[datetime.date]) -> list[list[datetime.date]]:
    """Return dates, which are in order, in groups of those that follow each other."""
    groups = groupby(enumerate(dates), key=lambda pair: pair[1].toordinal() - pair[0])
    return [[date for _, date in pairs] for _, pairs in groups]


def short_day(date: datetime.date) -> str:
    """Return a date in a table.

    Example:
        >>> short_day(datetime.date(2026, 11, 26))
        'Thu 26 Nov'
    """
    return f"{date:%a} {date.day} {date:%b}"


def days_in_words(dates: Sequence[datetime.date]) -> str:
    """Return dates in words, where those that follow each other are joined.

    Example:
        >>> days = [datetime.date(2026, 11, number) for number in (24, 25, 28)]
        >>> days_in_words(days), days_in_words(days[:2])
        ('24, 25 and 28 November', '24 and 25 November')
    """
    parts: list[str] = []
    for run in neighbours(dates):
        ends = [day_of_month(date) for date in run]
        parts += [f"{ends[0]} to {ends[-1]}"] if len(run) > 2 else ends
    months = [part.partition(" ")[2] for part in parts]
    named = [
        part.partition(" ")[0] if following == month and " to " not in part else part
        for part, month, following in zip(parts, months, [*months[1:], ""], strict=True)
    ]
    return named[0] if len(named) == 1 else f"{', '.join(named[:-1])} and {named[-1]}"


def day_of_month(date: datetime.date) -> str:
    """Return a date of this year.

    Example:
        >>> day_of_month(datetime.date(2026, 11, 6))
        '6 November'
    """
    return f"{date.day} {date:%B}"
