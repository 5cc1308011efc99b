"""The texts of the run that was shown last are made ready for a search, while its page is looked at.

A page never waits for it: a search that comes earlier finds the same rows, only later.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field

from batch_renamer.errors import JournalError
from batch_renamer.journal import Journal, RunRecord

__all__ = ["SearchPreparation"]

log = logging.getLogger("batch_renamer")

_WORTHWHILE_ROWS = 1_000
"""A run of fewer rows is searched in some milliseconds anyway."""


@dataclass(slots=True)
class SearchPreparation:
    """Prepares searches in the event loop of one server; the journal's other uses come between its steps."""

    journal: Journal
    _run_id: str = ""
    _is_closed: bool = False
    _tasks: set[asyncio.Task[None]] = field(default_factory=set, repr=False)

    def begin(self, run: RunRecord) -> None:
        """Begin to make the texts of a run ready, if that is worthwhile and not at work; does not wait."""
        is_at_work = bool(self._tasks) and run.id == self._run_id
        if run.sheet_rows < _WORTHWHILE_ROWS or is_at_work or self._is_closed:
            return
        self._run_id = run.id
        task = asyncio.create_task(self._prepare(run))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def ended(self) -> None:
        """Wait until nothing is being prepared."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def _prepare(self, run: RunRecord) -> None:
        texts = self.journal.row_search.texts
        try:
            if await self.journal.in_thread(texts.begin, run):
                while self._run_id == run.id and await self.journal.in_thread(texts.add, run):
                    pass
        except JournalError as error:  # a search says so, too, if it can't do without
            log.debug("web: the texts of run %s could not be made ready: %s", run.id, error)

    async def close(self) -> None:
        """End at the next step what is at work, and begin no more."""
        self._run_id, self._is_closed = "", True
        await self.ended()
