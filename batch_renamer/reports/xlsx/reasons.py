"""Why rows need a look, or were left out: their reasons, counted while the rows pass by."""

from __future__ import annotations

from collections import Counter

from batch_renamer.model import BAD_RESULTS, ReportRow, Result
from batch_renamer.reports.rows import shared_and_own

__all__ = ["Reasons"]

_MOST_TOLD_APART = 1_000
"""A sheet may have as many reasons as rows; beyond so many, only those that were met before are counted."""


class Reasons:
    """The reasons of rows, without what each says of one row alone.

    Example:
        >>> reasons = Reasons()
        >>> for number in (2, 3):
        ...     reasons.add(ReportRow(row=number, order_id="a", new_name="b", result=Result.FAILED, reason="Gone."))
        >>> reasons.largest(10)
        [(<Result.FAILED: 'failed'>, 'Gone.', 2)]
    """

    def __init__(self) -> None:
        self._counts: Counter[tuple[Result, str]] = Counter()

    def add(self, row: ReportRow) -> None:
        """Count a row."""
        if not row.reason:
            return
        key = (row.result, shared_and_own(row)[0])
        if key in self._counts or len(self._counts) < _MOST_TOLD_APART:
            self._counts[key] += 1

    def largest(self, number: int) -> list[tuple[Result, str, int]]:
        """Return the most frequent reasons with their results and numbers of rows; what needs a look comes first."""
        ordered = sorted(self._counts.items(), key=lambda each: (each[0][0] not in BAD_RESULTS, -each[1]))
        return [(result, reason, count) for (result, reason), count in ordered[:number]]
