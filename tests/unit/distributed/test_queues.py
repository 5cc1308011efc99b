"""Queues in the scheduler: the client of a cluster enters, and a scheduler that is lost is no surprise."""

from __future__ import annotations

import asyncio

import pytest
from distributed import Client, Scheduler

from batch_renamer.distributed.messages import Lease, Report
from batch_renamer.distributed.queues import lease_queue, report_queue

REPORT = Report(worker="w", number=1, asked_at=0.0, holds=0)


async def test_reports_go_on_through_a_scheduler_that_was_started_again() -> None:
    """It has lost the queue: a worker that puts into it is cut off, and the coordinator makes it again."""
    async with (
        Scheduler(host="127.0.0.1", port=0, dashboard=False, dashboard_address="127.0.0.1:0") as scheduler,
        Client(scheduler.address, asynchronous=True, set_as_default=False) as client,
    ):
        reports = await report_queue("run", client)
        leases = await lease_queue("run", "w", client)
        scheduler.extensions["queues"].queues.clear()
        with pytest.raises(OSError, match="started again"):
            await leases.put(Lease(number=1, asked_at=0.0))
        again = asyncio.ensure_future(reports.get())
        await asyncio.sleep(0)
        await (await report_queue("run", client)).put(REPORT)
        assert await again == REPORT


async def test_a_client_that_is_closed_has_no_scheduler() -> None:
    """Dask itself would raise an AttributeError, which ends the run with a traceback."""
    async with Scheduler(host="127.0.0.1", port=0, dashboard=False, dashboard_address="127.0.0.1:0") as scheduler:
        client = await Client(scheduler.address, asynchronous=True, set_as_default=False)
        reports = await report_queue("run", client)
        await client.close()
        with pytest.raises(OSError, match="is closed"):
            await reports.put(REPORT)
        with pytest.raises(OSError, match="is closed"):
            await reports.get()
