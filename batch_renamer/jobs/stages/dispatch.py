"""The planned renames of a run, each dispatched once: in batches in sheet order, or singly from elsewhere in the sheet.

A change is noted in the journal as dispatched before it is sent. After a crash every dispatched row counts as sent, so
a batch has no more rows than are sent in about a second.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

from batch_renamer.journal import Journal, RunRecord
from batch_renamer.model import Change

__all__ = ["Dispatch"]

_LEAST, _MOST = 30, 500
"""Rows of one batch: smaller ones need many transactions; larger ones make more rows ``unknown`` after a crash."""

_GOLDEN = 0.618034
"""The fractional parts of the multiples of the golden ratio are spread evenly, however many of them are taken."""


class Dispatch:
    """Dispatches the changes of one run; ``requests_per_s`` returns the pace of the moment.

    ``paused`` ends `batches` early: rows under way are finished, and the next `batches` go on after them.
    """

    def __init__(self, journal: Journal, record: RunRecord, *, requests_per_s: Callable[[], float]) -> None:
        self._journal = journal
        self._record = record
        self._requests_per_s = requests_per_s
        self.paused = False
        self._after = 0
        self._taken_elsewhere: set[int] = set()
        self._looks = 0

    async def batches(self) -> AsyncIterator[list[Change]]:
        """Yield the changes in sheet order, without those that were taken from elsewhere."""
        while not self.paused and (found := await self._changes(after_row=self._after, limit=self._size())):
            self._after = found[-1].row
            if batch := [change for change in found if change.row not in self._taken_elsewhere]:
                await self._journal.in_thread(self._journal.rows.mark_dispatched, self._record, batch)
                yield batch

    async def elsewhere(self) -> Change | None:
        """Return a change beyond all that were dispatched so far, each time at another place; None where there is none.

        This finds rows outside a block of bad rows, however long the block is.
        """
        self._looks += 1
        beyond = max(self._record.sheet_rows - self._after, 0)
        for after in (self._after + int(beyond * (self._looks * _GOLDEN % 1)), self._after):
            # As many as may be taken, and one more.
            found = await self._changes(after_row=after, limit=len(self._taken_elsewhere) + 1)
            change = next((change for change in found if change.row not in self._taken_elsewhere), None)
            # A batch may have been fetched while this one was looked for.
            if change is not None and change.row > self._after:
                self._taken_elsewhere.add(change.row)
                await self._journal.in_thread(self._journal.rows.mark_dispatched, self._record, [change])
                return change
        return None

    def _size(self) -> int:
        return min(max(int(self._requests_per_s()), _LEAST), _MOST)

    async def _changes(self, *, after_row: int, limit: int) -> list[Change]:
        return await self._journal.in_thread(self._journal.rows.changes, self._record, after_row=after_row, limit=limit)
