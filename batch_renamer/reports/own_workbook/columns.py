"""The four columns that a write-back adds to the user's own spreadsheet, and what one row gets in them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from batch_renamer.model import COLUMNS_BACK

__all__ = ["COLUMNS_BACK", "RowBack", "shown_time"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RowBack:
    """What one row of the spreadsheet gets in the four columns.

    ``row`` is the number that a spreadsheet program shows, from 1 on. ``renamed_at`` has a time zone; the spreadsheet
    shows it in the local time of this machine.

    Example:
        >>> RowBack(row=2, result="unchanged", reason="", final_name="12 Elm St", renamed_at=None).row
        2
    """

    row: int
    result: str
    reason: str
    final_name: str | None
    renamed_at: datetime | None


def shown_time(moment: datetime) -> str:
    """Return a time as text, in the local time of this machine.

    Example:
        >>> shown_time(datetime(2026, 1, 1, 12).astimezone())
        '2026-01-01 12:00:00'
    """
    return moment.astimezone().strftime("%Y-%m-%d %H:%M:%S")
