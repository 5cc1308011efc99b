"""Reads the current state of all orders, by single reads and by pages of the list.

Single reads run in parallel, as fast as the pacer allows. Pages are sequential, because each one names the next, and a
page may contain no wanted order. So pages are read first, for as long as they are faster, measured in time: bytes and
parsing count as well as requests. If the pages leave most of the rate limit unused, single reads run beside them from
the other end of the sheet; when the pages end, single reads do the rest. An order that was on no page is read singly
before it is called missing. A row whose order can't be read gets a value, like any other bad row.
"""

from __future__ import annotations

from collections.abc import Callable

import anyio
import anyio.abc

from batch_renamer.client import Gateway, MostAtOnce, StopSignal
from batch_renamer.planning.page_chain import PageChain, Seen, nothing_seen
from batch_renamer.planning.singles import read_singly
from batch_renamer.planning.undecided import Batches, Record, UndecidedRows, Wanted

__all__ = ["read_both_ways"]


async def read_both_ways(
    batches: Callable[[bool], Batches],
    wanted: Wanted,
    record: Record,
    *,
    gateway: Gateway,
    rows: int,
    middle_row: float,
    requests_per_s: Callable[[], float],
    workers: MostAtOnce,
    stop: StopSignal,
    seen: Seen = nothing_seen,
) -> None:
    """Read the order of every request, on pages or singly, whichever is faster, or both at once.

    ``batches(backwards)`` yields the undecided requests in sheet order or in reverse. ``wanted`` returns the requests
    for some order ids that a page may decide. ``rows`` is the number of those requests, and half of all requests are
    before ``middle_row``. ``requests_per_s`` returns how many single reads a second are possible. No row is recorded
    twice. ``seen`` is called with the orders of each page, also those that are not asked for.
    """
    undecided = UndecidedRows(wanted=wanted, record=record, left=rows)
    chain = PageChain(
        gateway=gateway, undecided=undecided, requests_per_s=requests_per_s, workers=workers, stop=stop, seen=seen
    )
    async with anyio.create_task_group() as pages:
        pages.start_soon(chain.read)
        await chain.singles_may_start.wait()
        pages_are_early = undecided.mean_row_on_last_page < middle_row
        await read_singly(
            batches(pages_are_early and not chain.over),
            undecided.record_singles,
            gateway=gateway,
            workers=lambda: max(workers() - chain.most_at_once, 1),
            stop=stop,
            claim=undecided.claim,
        )
        chain.cancel_request()
