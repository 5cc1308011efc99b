"""A run of several machines of which one dies enters; proof that no row is lost or untrue leaves."""

from __future__ import annotations

import asyncio
import random
import signal
import time
from collections import Counter
from pathlib import Path
from typing import Any

from distributed import Scheduler
from distributed.diagnostics.plugin import SchedulerPlugin

from batch_renamer.sandbox import FaultPlan
from tests.support.lasting import lasting_parts, lasting_rows
from tests.support.machines import Machines
from tests.support.served import Command

__all__ = ["HEADINGS", "KilledMachines"]

HEADINGS = ("order_id", "new_name")
_TO = ("--report", "report.json")
_EVERY_KIND = ("report.json", "report.csv", "report.xlsx")


class Begun(SchedulerPlugin):
    """Counts in the scheduler how often it gives a task to a worker."""

    name = "begun"

    def __init__(self) -> None:
        self.times: Counter[str] = Counter()

    def transition(self, key: Any, start: Any, finish: Any, *_: object, stimulus_id: str, **__: object) -> None:
        """Note that a task goes from one state to another."""
        self.times[key] += finish == "processing" != start


def begun_by_scheduler(dask_scheduler: Scheduler) -> dict[str, int]:
    """Return what `Begun` has counted; called in the scheduler."""
    found = dask_scheduler.plugins[Begun.name]
    assert isinstance(found, Begun)
    return dict(found.times)


class KilledMachines:
    """One spreadsheet that is renamed again and again from the same beginning, while something dies.

    ``faults`` are what goes wrong with requests meanwhile; they must not change what becomes of a row.
    """

    def __init__(self, renamer: Command, machines: Machines, *, rows: int) -> None:
        self.renamer, self.machines = renamer, machines
        self.faults = FaultPlan()
        self._rows = [(f"o{number}", f"New {number}") for number in range(rows)]
        self._seeds: dict[str, str | None] = {f"o{number}": f"Old {number}" for number in range(rows) if number % 20}
        self.expected: list[dict[str, object]] = []
        self._lasting: dict[str, dict[str, str]] = {}

    @property
    def report(self) -> Path:
        """Where the command writes its report."""
        return self.renamer.folder / "report.json"

    async def alone(self) -> None:
        """Let one machine do it: so it is to end."""
        self._lasting = await self._reports()
        self.expected = lasting_rows(self.report)

    def _begin(self) -> None:
        self.renamer.begin_with(self._seeds)
        self.renamer.sheet(self._rows, headings=HEADINGS)
        self.renamer.back_to("nothing")
        self.renamer.sandbox.faults = self.faults

    async def undisturbed(self) -> None:
        """Let the cluster do it: its reports are those of one machine, but for times and tries."""
        reports = await self._reports(*self.machines.options)
        self.check("undisturbed", most_patches=1)
        for name, parts in self._lasting.items():
            differ = [
                part for part in parts.keys() | reports[name].keys() if parts.get(part) != reports[name].get(part)
            ]
            assert not differ, f"{name}: {differ}"

    async def _reports(self, *options: str) -> dict[str, dict[str, str]]:
        self._begin()
        to = [word for name in _EVERY_KIND for word in ("--report", name)]
        ended = await self.renamer.do("apply", "orders.csv", *to, *options)
        assert ended.code == 1, ended.err
        return {name: lasting_parts(self.renamer.folder / name) for name in _EVERY_KIND}

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
        self._check_read_between(where)

    async def worker_restarts(self, chance: random.Random) -> int:
        """Kill a worker at a random rename and start it again at its address; return how many shards began again.

        The scheduler gives it the shards once more that it had, unasked.
        """
        self._begin()
        number = chance.randrange(1, len(self._seeds) // 2)
        async with self.machines.client() as client:
            await client.register_plugin(Begun(), name=Begun.name)
            async with self.renamer.start(*self._line(self.machines.options)) as started:
                await self._until_renamed(number)
                await self.machines.restart(chance.choice(self.machines.workers))
                ended = await started.ended()
            begun: dict[str, int] = await client.run_on_scheduler(begun_by_scheduler)
            await client.unregister_scheduler_plugin(Begun.name)
        where = f"a worker was killed after rename {number}, and started again"
        assert ended.code == 1, f"{where}: {ended.err}"
        self.check(where)
        self._check_read_between(where)
        return sum(times > 1 for times in begun.values())

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

    async def command_stops(self, chance: random.Random) -> float:
        """Press Ctrl-C at a random rename; return for how long the command lasts. No worker sends anything after that.

        `resume` finishes the run with the cluster, and renames nothing that was renamed.
        """
        self._begin()
        number = chance.randrange(1, len(self._seeds) * 3 // 4)
        async with self.renamer.start(*self._line(self.machines.options)) as started:
            await self._until_renamed(number)
            started.process.send_signal(signal.SIGINT)
            stopped_at = time.monotonic()
            ended = await started.ended()
        lasted_s = time.monotonic() - stopped_at
        where = f"Ctrl-C after rename {number}"
        assert ended.code == 130, f"{where}: {ended.err}"
        came = len(self.renamer.sandbox.log)
        await asyncio.sleep(1)
        assert len(self.renamer.sandbox.log) == came, f"{where}: requests came after the end"
        ended = await self.renamer.do("resume", *_TO, *self.machines.options)
        assert ended.code == 1, f"{where}: {ended.err}"
        self.check(where, most_patches=1)
        return lasted_s

    async def cut_off(self, *options: str, for_s: float) -> list[float]:
        """Freeze the scheduler for a while in mid-run; return when requests came after that, in seconds from then."""
        self._begin()
        async with self.renamer.start(*self._line((*self.machines.options, *options))) as started:
            await self._until_renamed(len(self._seeds) // 10)
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
        assert lasting_rows(self.report) == self.expected, where
        for order, name in self.renamer.names.items():
            assert name == order.replace("o", "New "), f"{where}: order {order} has the name {name!r}"
        log = self.renamer.sandbox.log
        patched = Counter(entry.order_id for entry in log if entry.method == "PATCH" and not entry.fault)
        assert max(patched.values()) <= most_patches, f"{where}: {patched.most_common(3)}"

    def _check_read_between(self, where: str) -> None:
        """Make sure that an order was read before it was renamed again: a shard that is begun twice would not do so."""
        sent: set[str | None] = set()
        for entry in self.renamer.sandbox.log:
            if entry.fault:
                sent.discard(entry.order_id)  # The worker itself sends it again.
            elif entry.method == "PATCH":
                assert entry.order_id not in sent, f"{where}: order {entry.order_id} was renamed twice unread"
                sent.add(entry.order_id)
            elif entry.order_id is not None:
                sent.discard(entry.order_id)
