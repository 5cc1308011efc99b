"""A cluster and a limit enter; how well all workers together keep and use it, by the clock of the measuring server."""

from __future__ import annotations

import asyncio
import math
import tempfile
import time
from bisect import bisect_left
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.benchmarks.child import write_sheet
from tests.benchmarks.command import run_command
from tests.benchmarks.served import Record, Served
from tests.benchmarks.server import Shape, order_id_of

__all__ = ["Paced", "PacedMachines"]

_LOOK_EVERY_S = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Paced:
    """One run: the server's record, the rows that were lost, and when something happened meanwhile, on its clock."""

    record: Record
    lost: int
    happened_at: float = math.nan

    @property
    def all(self) -> list[float]:
        """When requests arrived, also those that were refused."""
        return sorted([*self.record.let_in, *self.record.refused])

    @property
    def most_in_a_second(self) -> int:
        """The most requests in any second."""
        times = self.all
        return max(bisect_left(times, at + 1) - number for number, at in enumerate(times))

    def follows_after_s(self, per_s: float) -> float:
        """Return how long after what happened three seconds begin in which 95 % of ``per_s`` are used."""
        return self.record.back_after_s(self.happened_at, per_s, share=0.95, throttled=0.01)


class PacedMachines:
    """One spreadsheet that is renamed again and again, at no latency where names are read and 100 ms for renames."""

    def __init__(self, served: Served) -> None:
        self._served = served
        self._runs = 0

    async def run(
        self,
        *options: str,
        orders: int,
        limit: str,
        per_s: float,
        meanwhile: Callable[[], Awaitable[None]] | None = None,
    ) -> Paced:
        """Rename all orders with ``--rate`` and these options, while something happens after a third of them."""
        self._runs += 1
        rows = [(order_id_of(order), f"New name {order} of run {self._runs}") for order in range(orders)]
        self._served.reset(Shape(orders=orders, limit=limit, latency="100ms", quick_reads=True))
        happened_at = math.nan
        with tempfile.TemporaryDirectory() as folder:
            sheet = write_sheet(Path(folder) / "orders.csv", rows)
            rename = partial(
                run_command,
                *("apply", sheet, self._served.base_url),
                *("--rate", f"{per_s:g}", *options),
                within_s=30 + 3 * orders / per_s,
            )
            command = asyncio.create_task(asyncio.to_thread(rename))
            if meanwhile is not None:
                await self._until_renamed(orders // 3, command)
                await meanwhile()
                happened_at = time.monotonic()
            await command
        return Paced(record=self._served.record(), lost=self._served.lost(rows), happened_at=happened_at)

    async def _until_renamed(self, count: int, command: asyncio.Task[object]) -> None:
        while len(self._served.record().accepted["PATCH"]) < count and not command.done():  # noqa: ASYNC110 - of another process
            await asyncio.sleep(_LOOK_EVERY_S)
