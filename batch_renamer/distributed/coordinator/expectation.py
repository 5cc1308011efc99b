"""Says how long the renames take from one address and from several, and where one machine does as well."""

from __future__ import annotations

from batch_renamer.distributed.coordinator.limits import Limits
from batch_renamer.jobs import ApiSession
from batch_renamer.settings import Settings
from batch_renamer.text import counted, duration

__all__ = ["in_plan", "of_workers"]

_WORTH_IT = 10_000
"""Renames from which on several machines are faster: fewer are done before a cluster would be at full speed."""

_MANY = 5


def in_plan(settings: Settings, renames: int, per_s: float) -> str:
    """Return what a plan says of so many renames, at so many requests a second from one address."""
    if renames < _WORTH_IT:
        return f"One machine is faster for fewer than {_WORTH_IT:,} renames: leave out --engine dask."
    if settings.scheduler is None:
        return "The workers are started here and share this machine's address: it is as fast without --engine dask."
    two, four = (_about(renames / per_s / addresses) for addresses in (2, 4))
    several = f"{two} from two addresses, {four} from four"
    if settings.limit_per == "address":
        return f"{several}. From one address, one machine is as fast."
    return f"All workers share this limit, so that one machine is as fast. With --limit-per address: {several}."


def _about(seconds: float) -> str:
    """Return a duration in words, without seconds where it has many minutes."""
    minutes = round(seconds / 60)
    return f"{minutes} min" if _MANY <= minutes < 60 else duration(seconds, tenths=False)


def of_workers(renames: int, limits: Limits, api: ApiSession, *, more_start: bool) -> str:
    """Return what is said of so many renames when workers are known; ``more_start``: others may change it."""
    who, more = ("The first workers", " More workers are starting.") if more_start else ("All workers", "")
    alone_s, together_s = (renames / api.possible_per_s(per_s) for per_s in (api.pacer.limit_per_s, limits.limit_per_s))
    takes = f"{counted(renames, 'rename')} take {_in_words(together_s)} at {limits.limit_per_s:,.0f} a second"
    if limits.count > 1:
        where = f"{limits.count} addresses, each with a limit of its own"
        return f"{who} send from {where}: {takes}; from one address, {_in_words(alone_s)}.{more}"
    if not limits.are_by_address:  # However many come, this stays.
        return f"All workers together keep one limit: {takes}, as from one machine that can send so fast."
    return f"{who} send from one address: {takes}, as from one machine that can send so fast.{more}"


def _in_words(seconds: float) -> str:
    return "less than a second" if seconds < 1 else duration(seconds)
