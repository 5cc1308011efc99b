"""What the plots show, gathered while the rows are read once: when rows had their outcome, and how long it took."""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from datetime import datetime

from batch_renamer.model import ReportRow, Result

__all__ = ["Figures"]


class Figures:
    """Counts the rows that were sent: their results by the second of the outcome, and their durations in seconds.

    Example:
        >>> figures = Figures()
        >>> figures.add(ReportRow(row=2, order_id="a1", new_name="b", result=Result.RENAMED,
        ...                       started_at="2026-11-26T08:00:00.900Z", seconds=0.2))
        >>> dict(figures.outcomes[1795680001])
        {<Result.RENAMED: 'renamed'>: 1}
    """

    def __init__(self) -> None:
        self.outcomes: defaultdict[int, Counter[Result]] = defaultdict(Counter)
        self.durations_s = array("d")

    def add(self, row: ReportRow) -> None:
        """Count a row, if it was sent."""
        if row.started_at is None or row.seconds is None:
            return
        started_at = datetime.fromisoformat(row.started_at).timestamp()
        self.add_end(row.result, started_at=started_at, seconds=row.seconds)

    def add_end(self, result: Result, *, started_at: float, seconds: float) -> None:
        """Count a row that was sent, by its result, its start in seconds since the epoch, and its duration."""
        self.outcomes[int(started_at + seconds)][result] += 1
        if result is Result.RENAMED:
            self.durations_s.append(seconds)
