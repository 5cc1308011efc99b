"""Moments as numbers of days, which is how workbooks store them.

A workbook knows no time zones. Its times are the local times of the machine that writes the report, because its reader
compares them with a local clock. The summary sheet says which zone that is. CSV and JSON have UTC.
"""

from __future__ import annotations

from datetime import datetime, timedelta

__all__ = ["days_of", "local_days", "local_zone"]

_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - a workbook's days have no zone
_FIRST = datetime(1900, 3, 1)  # noqa: DTZ001 - before this, Excel counts 1900-02-29, which is no date
_DAY = timedelta(days=1)


def local_days(text: str) -> float | None:
    """Return a moment in RFC 3339 as days in the local time; None for a text that is none.

    Example:
        >>> local_days("soon"), local_days("2026-11-26T08:00:00")  # without a zone it may be any moment
        (None, None)
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return None if moment.tzinfo is None else _days(moment)


def days_of(seconds: float) -> float | None:
    """Return a moment in seconds since the epoch as days in the local time."""
    return _days(datetime.fromtimestamp(seconds).astimezone())


def local_zone(seconds: float) -> str:
    """Return how far the local time is from UTC at a moment.

    Example:
        >>> local_zone(0).startswith("UTC")
        True
    """
    offset = datetime.fromtimestamp(seconds).astimezone().strftime("%z")
    return f"UTC{offset[:3]}:{offset[3:5]}"


def _days(moment: datetime) -> float | None:
    try:
        local = moment.astimezone().replace(tzinfo=None)
    except (OverflowError, OSError, ValueError):  # at the ends of the calendar, and of what the system can convert
        return None
    return (local - _EPOCH) / _DAY if local >= _FIRST else None
