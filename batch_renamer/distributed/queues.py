"""The queues over which coordinator and workers talk: one for all reports, and one for the leases of each worker."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from batch_renamer.distributed.messages import Lease, Report

if TYPE_CHECKING:
    from distributed import Client

__all__ = ["MessageQueue", "lease_queue", "report_queue"]

M = TypeVar("M", Report, Lease)


class MessageQueue(Generic[M]):
    """Carries messages of one kind through the scheduler; opened by `report_queue` and `lease_queue`."""

    def __init__(self, queue: Any) -> None:
        self._queue = queue

    async def put(self, message: M) -> None:
        """Send a message.

        Raises:
            OSError: the scheduler is gone.
        """
        await self._queue.put(pickle.dumps(message))

    async def get(self) -> M:
        """Wait for the next message.

        Raises:
            OSError: the scheduler is gone.
        """
        message: M = pickle.loads(await self._queue.get())  # noqa: S301 - a cluster trusts its members
        return message


async def report_queue(run: str, client: Client) -> MessageQueue[Report]:
    """Open the queue of the reports of a run."""
    return MessageQueue(await _opened(f"batch-renamer-{run}-reports", client))


async def lease_queue(run: str, worker: str, client: Client) -> MessageQueue[Lease]:
    """Open the queue of the leases of one worker of a run, by the name of its agent."""
    return MessageQueue(await _opened(f"batch-renamer-{run}-leases-{worker}", client))


async def _opened(name: str, client: Client) -> _SchedulerQueue:
    queue = _SchedulerQueue(name, client)
    await queue.open()
    return queue


class _SchedulerQueue:
    """A queue in the scheduler, where a scheduler that is lost is an `OSError`, however Dask says it."""

    def __init__(self, name: str, client: Client) -> None:
        self._name = name
        self._client = client
        self._queue: Any = None

    async def open(self) -> None:
        """Make the queue, unless the other side has made it."""
        from distributed import Queue  # noqa: PLC0415 - the extra, which is imported only where it is wanted

        self._queue = await Queue(self._name, client=self._client)

    async def put(self, message: bytes) -> None:
        self._check_connected()
        try:
            await self._queue.put(message)
        except KeyError:
            raise ConnectionResetError("The scheduler was started again, and has lost the queue.") from None

    async def get(self) -> bytes:
        while True:
            self._check_connected()
            try:
                message: bytes = await self._queue.get()
            except KeyError:  # The scheduler was started again: what comes from now on is for its new queue.
                await self.open()
            else:
                return message

    def _check_connected(self) -> None:
        # A client that could not connect again for a while closes for good, and has no scheduler any more.
        if self._client.status == "closed":
            raise ConnectionAbortedError("The connection to the scheduler is closed.")
