"""The four columns that a write-back adds to the user's own spreadsheet, and what one row gets in them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from batch_renamer.model import COLUMNS_BACK

__all__ = ["COLUMNS_BACK", "RowBack"]


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
