"""Since when spreadsheets wait in the inbox without being done, as far as the nights of the journal have seen."""

from __future__ import annotations

from collections.abc import Iterable

from batch_renamer.model.nights import Night

__all__ = ["waiting_since"]


def waiting_since(nights: Iterable[Night]) -> dict[str, float]:
    """Return the files that the newest night left in the inbox, each with the beginning of the first night that did.

    ``nights`` are those of one inbox, the newest first. One that could not begin, or has not ended, saw no files.

    Example:
        >>> from batch_renamer.model import FileEnd, NightFile
        >>> file = NightFile(name="orders.xlsx", end=FileEnd.WAITING)
        >>> one, two = (Night(date="", began_at=at, exit_code=0, begun=True, files=(file,)) for at in (100.0, 200.0))
        >>> waiting_since([two, one])
        {'orders.xlsx': 100.0}
    """
    since: dict[str, float] = {}
    still: set[str] | None = None
    for night in nights:
        if not night.begun or night.exit_code is None:
            continue
        left = {file.name for file in night.files if file.end.stays}
        still = left if still is None else still & left
        if not still:
            break
        since |= dict.fromkeys(still, night.began_at)
    return since
