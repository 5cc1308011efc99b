"""Rows enter; what the journal costs of a run at full speed leaves: reading and renaming, with it and without.

``python -m tests.benchmarks.journalling [--rows 1000] [--rounds 40]``. Pacing is off, and the requests go over HTTP to
a sandbox in another process. The list of orders is empty, so that both kinds make the same requests: one GET and one
PATCH a row. They take turns in going first, and the rounds are short, for a busy machine is slower at one time than at
another. ``--in-memory`` lets the requests go to a dictionary instead, which no real API comes near: that is the
journal's cost per row laid bare. Exit code 1 if it is a tenth or more of the median run over HTTP.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import os
import re
import statistics
import sys
import tempfile
import time
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import islice
from pathlib import Path

import anyio

from batch_renamer.client.breaker import Breaker
from batch_renamer.client.gateway import Gateway
from batch_renamer.client.orders_api import ListQuery, OrderPage, OrdersApi
from batch_renamer.client.orders_api.http import open_orders_api
from batch_renamer.client.pacing import Pacer
from batch_renamer.client.retrying import Retrier
from batch_renamer.client.stopping import StopSignal
from batch_renamer.commands import APPLY
from batch_renamer.jobs.api_session import ApiSession
from batch_renamer.jobs.destinations import Destination
from batch_renamer.jobs.job import Job
from batch_renamer.jobs.run import JobContext, Run
from batch_renamer.jobs.stages import read, rename
from batch_renamer.journal import Journal, MadeName, NewRun, RunRecord
from batch_renamer.journal.database import Database
from batch_renamer.journal.rows import RowTable
from batch_renamer.model import Change, Order, Outcome, RenameRequest, Result
from batch_renamer.progress import make_progress
from batch_renamer.settings import Settings
from tests.benchmarks.internals import UNPACED_PER_S
from tests.support.pictureless import Pictureless

KEY = "benchmark"
WORKERS = 16


class RowsInMemory(RowTable):
    """Keeps the rows of a run in lists, and writes nothing down."""

    def __init__(self, database: Database, asked: list[RenameRequest]) -> None:
        super().__init__(database)
        self._asked = asked
        self._left = {request.order_id: request for request in asked}
        self._planned: dict[int, Change] = {}

    def undecided(
        self, run: RunRecord, *, after_row: float, limit: int, backwards: bool = False
    ) -> list[RenameRequest]:
        """Return the next rows."""
        edge = int(min(after_row, len(self._asked) + 1))
        asked = reversed(self._asked[: edge - 1]) if backwards else self._asked[edge:]
        return list(islice((request for request in asked if request.order_id in self._left), limit))

    def undecided_for(self, run: RunRecord, order_ids: Sequence[str]) -> list[RenameRequest]:
        """Return the rows for these orders."""
        return [self._left[order_id] for order_id in order_ids if order_id in self._left]

    def middle_row(self, run: RunRecord) -> float:
        """Return where half of the rows lie before."""
        return len(self._asked) / 2

    def count_undecided(self, run: RunRecord) -> int:
        """Return how many rows are left."""
        return len(self._left)

    count_unguarded = count_undecided

    def count_planned(self, run: RunRecord) -> int:
        """Return how many renames are planned."""
        return len(self._planned)

    def changes(self, run: RunRecord, *, after_row: int, limit: int) -> list[Change]:
        """Return the next renames."""
        rows = range(after_row + 1, len(self._asked) + 1)
        return list(islice((self._planned[row] for row in rows if row in self._planned), limit))

    def mark_dispatched(self, run: RunRecord, changes: Sequence[Change]) -> None:
        """Do nothing."""

    def record(self, run: RunRecord, decisions: Sequence[Change | Outcome], *, made: Sequence[MadeName] = ()) -> None:
        """Keep what is to be renamed."""
        for decision in decisions:
            if isinstance(decision, Change):
                self._planned[decision.row] = decision
                self._left.pop(decision.order_id, None)


class NoJournal(Journal):
    """A journal whose rows are `RowsInMemory`."""


class Singly(Pictureless):
    """The API without its list of orders, and the number of requests made so far."""

    def __init__(self, api: OrdersApi) -> None:
        self._api = api
        self.requests = 0

    async def get(self, order_id: str) -> Order | None:
        """Read one order."""
        self.requests += 1
        return await self._api.get(order_id)

    async def rename(self, order_id: str, new_name: str) -> Order:
        """Rename one order."""
        self.requests += 1
        return await self._api.rename(order_id, new_name)

    async def page(self, *, per_page: int, offset: str | None = None, query: ListQuery | None = None) -> OrderPage:
        """Return an empty page, the last one."""
        return OrderPage(orders=(), next_offset=None)


class InMemory(Pictureless):
    """Orders in a dictionary."""

    def __init__(self) -> None:
        self.names: dict[str, str] = {}

    async def get(self, order_id: str) -> Order | None:
        """Read one order."""
        return Order(order_id=order_id, name=self.names.get(order_id))

    async def rename(self, order_id: str, new_name: str) -> Order:
        """Rename one order."""
        await asyncio.sleep(0)
        self.names[order_id] = new_name
        return Order(order_id=order_id, name=new_name)

    async def page(self, *, per_page: int, offset: str | None = None, query: ListQuery | None = None) -> OrderPage:
        """Return an empty page."""
        return OrderPage(orders=(), next_offset=None)


async def seconds_of(kind: type[Journal], served_api: OrdersApi, asked: list[RenameRequest]) -> float:
    """Return how long reading and renaming take with that journal."""
    api = Singly(served_api)
    with tempfile.TemporaryDirectory() as folder, kind.open(Path(folder) / "journal.sqlite3") as journal:
        record = journal.runs.begin(NewRun(command="apply", base_url="benchmark", account="benchmark"))
        if isinstance(journal, NoJournal):
            journal.rows = RowsInMemory(journal, asked)
        else:
            journal.rows.add(record, asked)
        context = JobContext(
            Job(
                command=APPLY,
                settings=Settings(state_dir=Path(folder), workers=WORKERS),
                journal=journal,
                progress=make_progress(io.StringIO(), quiet=True),
                destination=Destination(connect=_nowhere, base_url="benchmark", account="benchmark"),
                source=record,
            )
        )
        pacer, stop = Pacer(rate_per_s=UNPACED_PER_S), StopSignal()
        breaker = Breaker(patience_s=900, stop=stop, notify=lambda _: None)
        gateway = Gateway(api, Retrier(attempts=6, pacer=pacer, breaker=breaker, stop=stop))
        session = ApiSession(
            api=api, gateway=gateway, pacer=pacer, breaker=breaker, workers=WORKERS, connections=WORKERS
        )
        begun = time.perf_counter()
        async with anyio.create_task_group() as background, AsyncExitStack() as opened:
            run = Run(context=context, record=record, background=background, opened=opened, in_hand=True)
            await read(run, session)
            await rename(run, session)
        took_s = time.perf_counter() - begun
        assert api.requests == 2 * len(asked), "both kinds do the same"
        if kind is Journal:
            assert journal.results.checked_counts(journal.runs.get(record.id)) == {Result.RENAMED: len(asked)}
        return took_s


@asynccontextmanager
async def _nowhere(_: Iterable[tuple[str, str | None]]) -> AsyncIterator[OrdersApi]:
    yield InMemory()


@asynccontextmanager
async def served(orders: int) -> AsyncIterator[OrdersApi]:
    """Serve orders in another process, and open a client."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "batch_renamer", "sandbox", "--orders", str(orders)),
        stdout=PIPE,
        env=os.environ | {"AUTOENHANCE_API_KEY": KEY},
    )
    try:
        assert process.stdout is not None
        found = re.search(rb"http://\S+", await process.stdout.readline())
        assert found is not None
        async with open_orders_api(
            base_url=found[0].decode(), key=KEY, user_agent="benchmark", connections=WORKERS
        ) as api:
            yield api
    finally:
        process.terminate()
        await process.wait()


async def main() -> int:
    """Measure in turn, and print the median and the spread."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--in-memory", action="store_true")
    given = parser.parse_args()
    took: dict[type[Journal], list[float]] = {NoJournal: [], Journal: []}
    async with AsyncExitStack() as opened:
        api: OrdersApi = InMemory() if given.in_memory else await opened.enter_async_context(served(given.rows))
        for number in range(given.rounds):
            for kind in list(took)[:: 1 if number % 2 else -1]:
                asked = [
                    RenameRequest(
                        row=row, order_id=f"order-{row:04d}", new_name=f"{row} Elm St, {number} {kind.__name__}"
                    )
                    for row in range(1, given.rows + 1)
                ]
                took[kind].append(await seconds_of(kind, api, asked) / given.rows * 1e6)
    for kind, per_row in took.items():
        lower, median, upper = statistics.quantiles(per_row, n=4)
        sys.stdout.write(f"{kind.__name__:9}: {median:,.0f} us a row ({lower:,.0f} to {upper:,.0f})\n")
    without, with_it = (statistics.median(per_row) for per_row in took.values())
    share = (with_it - without) / with_it
    sys.stdout.write(f"the journal's share of a run, median of {given.rounds}: {share:.1%}\n")
    return int(share >= 0.1 and not given.in_memory)


if __name__ == "__main__":
    sys.exit(anyio.run(main))
