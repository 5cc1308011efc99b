"""The moments of a report as days of a workbook, in local time.

The summary sheet says which zone that is. CSV and JSON have UTC.
"""

from __future__ import annotations

from datetime import datetime

from batch_renamer.workbooks import local_days

__all__ = ["days_of", "days_of_text", "local_zone"]


def days_of_text(text: str) -> float | None:
    """Return a moment in RFC 3339 as days in the local time; None for a text that is none.

    Example:
        >>> days_of_text("soon"), days_of_text("2026-11-26T08:00:00")  # without a zone it may be any moment
        (None, None)
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return None if moment.tzinfo is None else local_days(moment)


def days_of(seconds: float) -> float | None:
    """Return a moment in seconds since the epoch as days in the local time."""
    return local_days(datetime.fromtimestamp(seconds).astimezone())


def local_zone(seconds: float) -> str:
    """Return how far the local time is from UTC at a moment.

    Example:
        >>> local_zone(0).startswith("UTC")
        True
    """
    offset = datetime.fromtimestamp(seconds).astimezone().strftime("%z")
    return f"UTC{offset[:3]}:{offset[3:5]}"
