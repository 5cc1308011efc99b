"""The heartbeat of a night: a service is called when it begins and when it has ended, and misses it when it is silent.

It never changes how the night ends: what goes wrong is a sentence. What is sent names no order, spreadsheet or key.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from batch_renamer.model import Night
from batch_renamer.nightly.wording import rows_in_short
from batch_renamer.settings import HeartbeatAddress, Settings

__all__ = ["Beat", "beat_end", "beat_start", "heartbeat_of", "heartbeat_text"]

_IN_ALL_S = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Beat:
    """One call of the service: what it said (``start``, ``done``, ``failed``), to which host, and what went wrong.

    ``trouble`` is a sentence for the user; "" if the service has taken the call.
    """

    said: str
    host: str
    trouble: str = ""


def heartbeat_of(settings: Settings) -> HeartbeatAddress | None:
    """Return the address that is called about a night; None in the sandbox, where practice must not look like one."""
    return None if settings.sandbox else settings.nightly.heartbeat_url


def beat_start(address: HeartbeatAddress | None, *, timeout_s: float = _IN_ALL_S) -> Beat | None:
    """Tell the service that a night begins; return None if there is none, or it takes no such call.

    ``timeout_s`` is how long that may take in all.
    """
    if address is None or (url := address.for_start(text := "The night begins.")) is None:
        return None
    return _called("start", url, address=address, text=text, timeout_s=timeout_s)


def beat_end(address: HeartbeatAddress | None, night: Night, *, timeout_s: float = _IN_ALL_S) -> Beat | None:
    """Tell the service how a night ended; return None if there is none.

    A night without an exit code counts as a fault. ``timeout_s`` is how long that may take in all.
    """
    if address is None:
        return None
    exit_code, text = night.code, heartbeat_text(night)
    said = "failed" if exit_code else "done"
    return _called(said, address.for_end(exit_code, text), address=address, text=text, timeout_s=timeout_s)


def heartbeat_text(night: Night) -> str:
    """Say in one line how a night went, without any id, name or path.

    Example:
        >>> heartbeat_text(Night(date="2026-11-26", began_at=0.0, ended_at=9.0, exit_code=3))
        'The night of 2026-11-26 could not begin. Exit code 3.'
        >>> heartbeat_text(Night(date="2026-11-26", began_at=0.0, ended_at=9.0, exit_code=0, begun=True))
        'The night of 2026-11-26: no spreadsheet. Exit code 0.'
    """
    code = f" Exit code {night.exit_code}." if night.exit_code is not None else ""
    if not night.begun:
        return f"The night of {night.date} could not begin.{code}"
    said = f"spreadsheets: {night.ends_in_words}" if night.files else "no spreadsheet"
    rows = rows_in_short(night.counts)
    stopped = " It was stopped early." if night.stopped else ""
    return f"The night of {night.date}: {said}.{f' Rows: {rows}.' if rows else ''}{stopped}{code}"


def _called(said: str, url: str, *, address: HeartbeatAddress, text: str, timeout_s: float) -> Beat:
    # aiohttp is imported only where there is a service to call.
    from batch_renamer.nightly.watching.heartbeat_call import call  # noqa: PLC0415

    why_not = asyncio.run(call(url, body=text if address.posts else None, timeout_s=timeout_s))
    trouble = f"The heartbeat to {address.host} was not taken: {why_not}." if why_not else ""
    return Beat(said=said, host=address.host, trouble=trouble)
