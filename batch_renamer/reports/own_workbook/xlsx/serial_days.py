"""Turns times into what a cell holds: days, as spreadsheet programs count them."""

from __future__ import annotations

from datetime import datetime

__all__ = ["serial_day"]

_DAY_0, _DAY_0_OF_1904 = datetime(1899, 12, 30), datetime(1904, 1, 1)  # noqa: DTZ001 - a sheet's times have no zone


def serial_day(moment: datetime, *, dates_from_1904: bool) -> str:
    """Return a time as the number of days that a spreadsheet has for it, in the local time of this machine.

    Example:
        >>> serial_day(datetime(2026, 1, 1, 12).astimezone(), dates_from_1904=False)
        '46023.5'
    """
    local = moment.astimezone().replace(tzinfo=None, microsecond=0)
    days = (local - (_DAY_0_OF_1904 if dates_from_1904 else _DAY_0)).total_seconds() / 86_400
    return f"{days:.10f}".rstrip("0").rstrip(".")
