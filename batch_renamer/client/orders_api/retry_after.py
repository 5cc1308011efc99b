"""Reads ``Retry-After``: for how many seconds an answer asks to wait."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

__all__ = ["moment_of", "retry_after_s"]

_SECONDS = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_LONGEST_S = 365 * 24 * 3600.0
"""A longer wait is cut to this. It is still longer than any patience, so the run stops for it."""


def retry_after_s(headers: Mapping[str, str], *, now: datetime | None = None) -> float | None:
    """Return what ``Retry-After`` asks for, in seconds; None when it is absent or nonsense.

    Both of its forms are read, seconds and HTTP-date (RFC 9110, 10.2.3). A date is counted from the answer's own
    ``Date``, because the clocks of two machines differ; only without one from ``now``, by default this machine's clock.
    A date in the past asks for no wait.

    Example:
        >>> retry_after_s({"Retry-After": "2"}), retry_after_s({"Retry-After": "soon"})
        (2.0, None)
        >>> hour = {"Retry-After": "Sun, 01 Mar 2026 13:00:00 GMT", "Date": "Sun, 01 Mar 2026 12:00:00 GMT"}
        >>> retry_after_s(hour)
        3600.0
    """
    text = headers.get("Retry-After", "").strip()
    if _SECONDS.fullmatch(text):
        seconds = float(text)
    elif (until := moment_of(text)) is not None:
        asked_at = moment_of(headers.get("Date", "").strip()) or now or datetime.now(UTC)
        seconds = (until - asked_at).total_seconds()
    else:
        return None
    return min(max(seconds, 0.0), _LONGEST_S)


def moment_of(date: str) -> datetime | None:
    """Read an HTTP-date in any of its three formats (RFC 9110, 5.6.7); None for anything else."""
    try:
        moment = parsedate_to_datetime(date)
    except (ValueError, OverflowError):  # the latter for a zone that is years away
        return None
    # The oldest of the formats has no zone, and HTTP knows no other than UTC.
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
