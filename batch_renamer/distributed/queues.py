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


async def _opened(name: str, client: Client) -> Any:
    from distributed import Queue  # noqa: PLC0415 - the extra, which is imported only where it is wanted

    return await Queue(name, client=client)
