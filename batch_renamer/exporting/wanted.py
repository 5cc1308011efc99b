"""Which orders are wanted, in which order: what the user gave becomes one value, which decides order by order.

Pure but for the clock that an age such as ``14d`` needs, which is given.
"""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass

from batch_renamer.errors import SettingsError
from batch_renamer.model import Order
from batch_renamer.text import caseless, trimmed

__all__ = ["NEWEST_FIRST", "SORTS", "Wanted", "moment_of", "parse_wanted"]

NEWEST_FIRST = "-date"
SORTS = ("name", "-name", "date", NEWEST_FIRST)
"""The ways to sort, by the API's own words."""

_AGE = re.compile(r"([0-9]{1,5})([dhw])")
_HOURS = {"h": 1, "d": 24, "w": 168}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The orders that are wanted; None means any. ``limit`` is how many of them at most.

    A name contains a text, and a status is one, without regard to case. An order is ``since`` a moment if it was
    created then or later; one without a date is always taken.

    Example:
        >>> Wanted(name_contains="elm").fits(Order(order_id="a1", name="12 Elm St"))
        True
    """

    name_contains: str | None = None
    since: datetime.datetime | None = None
    status: str | None = None
    sort: str = NEWEST_FIRST
    limit: int | None = None

    def fits_name(self, order: Order) -> bool:
        """Tell whether the name of an order is wanted."""
        return self.name_contains is None or caseless(self.name_contains) in caseless(order.name or "")

    def fits(self, order: Order) -> bool:
        """Tell whether an order is wanted."""
        if not self.fits_name(order):
            return False
        if self.status is not None and caseless(self.status) != caseless(order.status or ""):
            return False
        created = moment_of(order.created_at)
        return self.since is None or created is None or created >= self.since


def parse_wanted(
    *,
    name_contains: str | None = None,
    since: str | None = None,
    status: str | None = None,
    sort: str | None = None,
    limit: str | None = None,
    now: datetime.datetime,
) -> Wanted:
    """Return what is wanted, from the texts of the options; ``now`` has the user's time zone.

    Raises:
        SettingsError: one of them can't be understood.

    Example:
        >>> now = datetime.datetime(2026, 11, 26, 12, tzinfo=datetime.timezone.utc)
        >>> parse_wanted(since="14d", now=now).since.isoformat()
        '2026-11-12T12:00:00+00:00'
    """
    for option, text in (("--name-contains", name_contains), ("--status", status)):
        if text is not None and not trimmed(text):
            raise SettingsError(f'{option} "{text}": must not be blank.')
    if sort is not None and sort not in SORTS:
        raise SettingsError(f"--sort {sort}: must be one of {', '.join(SORTS)}.")
    return Wanted(
        name_contains=name_contains,
        since=_since(since, now) if since is not None else None,
        status=status,
        sort=sort or NEWEST_FIRST,
        limit=_limit(limit) if limit is not None else None,
    )


def _limit(text: str) -> int:
    if not (text.isascii() and text.isdecimal()) or int(text) < 1:
        raise SettingsError(f"--limit {text}: must be a number of orders, such as 50.")
    return int(text)


def _since(text: str, now: datetime.datetime) -> datetime.datetime:
    """Return the moment from which on orders are wanted: an age, or a date or time by the clock of this machine."""
    try:
        if age := _AGE.fullmatch(text.strip().lower()):
            return now - datetime.timedelta(hours=int(age[1]) * _HOURS[age[2]])
        moment = datetime.datetime.fromisoformat(text.strip())
        return moment if moment.tzinfo is not None else moment.astimezone()
    except (ValueError, OverflowError, OSError):
        raise SettingsError(
            f"--since {text}: must be a date such as 2026-11-01, or an age such as 14d, 12h or 8w."
        ) from None


def moment_of(text: str | None) -> datetime.datetime | None:
    """Return the moment that the API names, in RFC 3339; None if it names none.

    Example:
        >>> moment_of("2026-11-26T08:00:00Z").isoformat(), moment_of("soon")
        ('2026-11-26T08:00:00+00:00', None)
    """
    try:
        moment = datetime.datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=datetime.UTC)
