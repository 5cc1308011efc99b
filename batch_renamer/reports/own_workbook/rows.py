"""Turns the rows of a report into what the user's spreadsheet gets of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from batch_renamer.model import ReportRow, Result
from batch_renamer.reports.own_workbook.columns import RowBack

__all__ = ["rows_back"]


def rows_back(rows: Iterable[ReportRow]) -> Iterator[RowBack]:
    """Yield what the user's spreadsheet gets of each row of a report.

    Example:
        >>> row = ReportRow(row=2, order_id="a1", new_name="b", final_name="b", result=Result.UNCHANGED)
        >>> next(rows_back([row])).final_name
        'b'
    """
    for row in rows:
        yield RowBack(
            row=row.row,
            result=row.result.value,
            reason=row.reason,
            final_name=row.final_name,
            renamed_at=_renamed_at(row),
        )


def _renamed_at(row: ReportRow) -> datetime | None:
    """Return when the rename was confirmed; None for a row that this run has not renamed."""
    if row.result is not Result.RENAMED or row.started_at is None:
        return None
    return datetime.fromisoformat(row.started_at) + timedelta(seconds=row.seconds or 0)
