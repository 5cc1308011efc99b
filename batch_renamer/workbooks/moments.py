"""Moments as numbers of days, which is how workbooks store them.

A workbook knows no time zones. Its times are the local times of the machine that writes it, because its reader compares
them with a local clock.
"""

from __future__ import annotations

from datetime import datetime, timedelta

__all__ = ["local_days"]

_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - a workbook's days have no zone
_FIRST = datetime(1900, 3, 1)  # noqa: DTZ001 - before this, Excel counts 1900-02-29, which is no date
_DAY = timedelta(days=1)


def local_days(moment: datetime) -> float | None:
    """Return a moment as days in the local time; None for one that a workbook can't have.

    Example:
        >>> local_days(datetime(2026, 1, 1, 12).astimezone())
        46023.5
    """
    try:
        local = datetime.fromtimestamp(moment.timestamp())  # noqa: DTZ006 - the local time, and no zone, is wanted
    except (OverflowError, OSError, ValueError):  # at the ends of the calendar, and of what the system can convert
        return None
    return (local - _EPOCH) / _DAY if local >= _FIRST else None
