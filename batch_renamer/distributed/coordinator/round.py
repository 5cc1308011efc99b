"""One round: the changes that are to be sent, fetched as they are needed, and the way of their outcomes to the journal.

Which worker sends a change is not known here (`sharding`).
"""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Sequence

import anyio

from batch_renamer.client import Outbox
from batch_renamer.distributed.change_signal import ChangeSignal
from batch_renamer.distributed.coordinator.member import Member
from batch_renamer.errors import BatchRenamerError
from batch_renamer.model import BAD_RESULTS, Change, Outcome, Result
from batch_renamer.renaming import Batches, Record, RenameOptions

__all__ = ["Round"]


class Round:
    """The changes and the outcomes of one call of `Coordinator.rename_all`."""

    def __init__(self, batches: Batches, record: Record, options: RenameOptions, *, changed: ChangeSignal) -> None:
        self._batches = batches
        self._record = record
        self._elsewhere = options.get("elsewhere")
        self._stop = options["stop"]
        self._changed = changed
        self._outbox: Outbox[tuple[Member | None, Outcome]] = Outbox(self._write, self._stop, _is_bad)
        self._waiting: deque[Change] = deque()
        self._wanted = 1
        self._few_left = anyio.Event()
        self._is_fed = self._is_over = self._is_broken = False

    @property
    def is_handed_out(self) -> bool:
        """Whether no change is left that no worker was given."""
        return self._is_fed and not self._waiting

    # Changes

    async def feed(self) -> None:
        """Fetch batches as they are needed; what is dispatched counts as sent after a crash, so it is not many."""
        try:
            async for batch in self._batches:
                self._waiting.extend(batch)
                self._changed.notify()
                while len(self._waiting) > self._wanted and not self._is_over:
                    self._few_left = anyio.Event()
                    await self._few_left.wait()
                if self._is_over:
                    return
        except BatchRenamerError as error:
            self._stop.request(error)
        self._is_fed = True
        self._changed.notify()

    def take(self, most: int) -> tuple[Change, ...]:
        """Return the next changes, at most so many, as far as they are fetched."""
        return tuple(self._waiting.popleft() for _ in range(min(most, len(self._waiting))))

    def fetch_when_below(self, count: int) -> None:
        """Fetch the next batch when no more than so many changes are left."""
        self._wanted = count
        if len(self._waiting) <= count:
            self._few_left.set()

    def stop_feeding(self) -> None:
        """Let `feed` end with the batch that it fetches; what it is about to fetch is left to `rest`.

        It is not cancelled: that would end the batches, and the one that comes would be lost.
        """
        self._is_over = True
        self._few_left.set()

    async def take_elsewhere(self) -> Change | None:
        """Return a change from later in the sheet, which the batches then leave out; None if there is none."""
        if self._elsewhere is None or self._stop.requested:
            return None
        try:
            return await self._elsewhere()
        except BatchRenamerError as error:
            self._stop.request(error)
            return None

    async def rest(self) -> AsyncIterator[Sequence[Change]]:
        """Return the changes that no worker was given; `feed` must be over."""
        if self._waiting:
            rest, self._waiting = list(self._waiting), deque()
            yield rest
        if not self._is_fed:
            async for batch in self._batches:
                yield batch

    # Outcomes

    async def record(self) -> None:
        """Write the outcomes in groups until the round is closed."""
        await self._outbox.run()

    def put(self, outcome: Outcome, *, by: Member) -> None:
        """Take the outcome that a worker has reported."""
        if self._is_broken:
            by.recorded += 1  # It need not wait for what can't be recorded any more: a resume reads this order.
        else:
            self._outbox.put((by, outcome))

    def give_up(self, change: Change) -> None:
        """Note that it will not be known whether a change was sent."""
        why = "The worker that had this rename was lost, and the run ended before it was read back."
        unknown = Outcome(row=change.row, result=Result.UNKNOWN, reason=why, old_name=change.old_name, attempts=1)
        self._outbox.put((None, unknown))

    def close(self) -> None:
        """Note that no other outcome comes: `record` ends when the last one is written."""
        self._outbox.close()

    async def _write(self, group: list[tuple[Member | None, Outcome]]) -> None:
        try:
            await self._record([outcome for _, outcome in group])
        except BatchRenamerError:
            self._is_broken = True
            raise
        finally:
            for member, _ in group:
                if member is not None:
                    member.recorded += 1


def _is_bad(put: tuple[Member | None, Outcome]) -> bool:
    return put[1].result in BAD_RESULTS
