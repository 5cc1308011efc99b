"""A run of several machines of which one dies enters; proof that no row is lost or untrue leaves."""

from __future__ import annotations

import asyncio
import random
import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from pathlib import Path
from typing import NamedTuple

from tests.support.machines import Machines
from tests.support.served import Command, Row, rows_of

__all__ = ["HEADINGS", "KilledMachines", "Times"]

HEADINGS = ("order_id", "new_name")
_TO = ("--report", "report.json")


class Times(NamedTuple):
    """When requests reached the sandbox, in seconds on its clock, and how many of them got a 429."""

    renames: list[float]
    all: list[float]
    refused: int

    @property
    def most_in_a_second(self) -> int:
        """The most requests in any second."""
        return max(bisect_left(self.all, at + 1) - number for number, at in enumerate(self.all))

    @property
    def rate_per_s(self) -> float:
        """The renames in a second, on average of the time from the first until 97 % are done."""
        last = int(len(self.renames) * 0.97)
        return last / (self.renames[last] - self.renames[0])


class KilledMachines:
    """One spreadsheet that is renamed again and again from the same beginning, while something dies."""

    def __init__(self, renamer: Command, machines: Machines, *, rows: int) -> None:
        self.renamer, self.machines = renamer, machines
        self._rows = [(f"o{number}", f"New {number}") for number in range(rows)]
        self._seeds: dict[str, str | None] = {f"o{number}": f"Old {number}" for number in range(rows) if number % 20}
        self.expected: list[Row] = []

    @property
    def report(self) -> Path:
        """Where the command writes its report."""
        return self.renamer.folder / "report.json"

    async def alone(self) -> None:
        """Let one machine do it: so it is to end."""
        self._begin()
        ended = await self.renamer.do("apply", "orders.csv", *_TO)
        assert ended.code == 1, ended.err
        self.expected = rows_of(self.report)

    def _begin(self) -> None:
        self.renamer.begin_with(self._seeds)
        self.renamer.sheet(self._rows, headings=HEADINGS)
        self.renamer.back_to("nothing")

    async def undisturbed(self) -> None:
        """Let the cluster do it."""
        self._begin()
        ended = await self.renamer.do("apply", "orders.csv", *_TO, *self.machines.options)
        assert ended.code == 1, ended.err
        self.check("undisturbed", most_patches=1)

    async def times(self, *, alone: bool = False, meanwhile: Callable[[], Awaitable[None]] | None = None) -> Times:
        """Let the cluster do it, or one machine alone, while something happens; return when requests came."""
        self._begin()
        async with self.renamer.start(*self._line(() if alone else self.machines.options)) as started:
            if meanwhile is not None:
                await self._until_renamed(len(self._seeds) // 3)
                await meanwhile()
            ended = await started.ended()
        assert ended.code == 1, ended.err
        log = self.renamer.sandbox.log
        return Times(
            renames=[entry.at_s for entry in log if entry.method == "PATCH"],
            all=[entry.at_s for entry in log],
            refused=sum(entry.status == HTTPStatus.TOO_MANY_REQUESTS for entry in log),
        )

    async def worker_dies(self, chance: random.Random) -> None:
        """Kill a worker at a random rename; the run finishes by itself."""
        self._begin()
        number = chance.randrange(1, len(self._seeds))
        async with self.renamer.start(*self._line(self.machines.options)) as started:
            await self._until_renamed(number)
            await self.machines.kill(chance.choice(self.machines.workers))
            ended = await started.ended()
        where = f"a worker was killed after rename {number}"
        assert ended.code == 1, f"{where}: {ended.err}"
        self.check(where)
        await self.machines.add()

    async def coordinator_dies(self, chance: random.Random, *, with_cluster: bool) -> None:
        """Kill the command at a random rename; `resume` finishes the run, with the cluster or without it."""
        self._begin()
        number = chance.randrange(1, len(self._seeds))
        async with self.renamer.start(*self._line(self.machines.options)) as started:
            await self._until_renamed(number)
            started.process.kill()
            await started.ended()
        ended = await self.renamer.do("resume", *_TO, *(self.machines.options if with_cluster else ()))
        where = f"the command was killed after rename {number}, then resume {'with' if with_cluster else 'alone'}"
        assert ended.code == 1, f"{where}: {ended.err}"
        self.check(where)

    async def cut_off(self, *, for_s: float) -> list[float]:
        """Freeze the scheduler for a while in mid-run; return when requests came after that, in seconds from then."""
        self._begin()
        async with self.renamer.start(*self._line(self.machines.options)) as started:
            await self._until_renamed(len(self._seeds) // 3)
            self.machines.freeze()
            frozen_at = time.monotonic()
            await asyncio.sleep(for_s)
            came = [entry.at_s - frozen_at for entry in self.renamer.sandbox.log]
            self.machines.thaw()
            ended = await started.ended()
        assert ended.code == 1, ended.err
        self.check("the scheduler was frozen for a while")
        return [after_s for after_s in came if after_s > 0]

    def _line(self, options: tuple[str, ...]) -> list[str]:
        return self.renamer.line("apply", "orders.csv", *_TO, *options)

    async def _until_renamed(self, number: int) -> None:
        async with asyncio.timeout(120):
            while len(self.renamer.patched) < number:  # noqa: ASYNC110 - the sandbox's log does not tell that it grows
                await asyncio.sleep(0.002)

    def check(self, where: str, *, most_patches: int = 2) -> None:
        """Compare with what one machine has done."""
        assert rows_of(self.report) == self.expected, where
        for order, name in self.renamer.names.items():
            assert name == order.replace("o", "New "), f"{where}: order {order} has the name {name!r}"
        patched = Counter(self.renamer.patched)
        assert max(patched.values()) <= most_patches, f"{where}: {patched.most_common(3)}"
