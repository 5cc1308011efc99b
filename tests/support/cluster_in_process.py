"""A cluster in this process, on virtual time: real coordinator and agents, and a scheduler in memory between them.

Its workers can be killed, cut off, started again at their address, and made to run a task twice. What they send goes to
a `FakeOrdersApi`, which remembers it.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import replace
from functools import partial
from typing import Any
from unittest.mock import patch

import anyio

from batch_renamer.client import Gateway, StopSignal
from batch_renamer.distributed.coordinator import coordinator as coordinator_module
from batch_renamer.distributed.coordinator import membership as membership_module
from batch_renamer.distributed.coordinator.coordinator import Coordinator
from batch_renamer.distributed.coordinator.limits import Limits
from batch_renamer.distributed.messages import Hello, Lease, Pad, Report, Secret, Setup, Shard, ShardEnd
from batch_renamer.distributed.queues import MessageQueue
from batch_renamer.distributed.worker import agent as agent_module
from batch_renamer.distributed.worker import make_pad
from batch_renamer.distributed.worker.agent import Agent
from batch_renamer.jobs import ApiSession
from batch_renamer.model import Change, Outcome
from batch_renamer.version import __version__
from tests.support.bench import Bench, batches_of
from tests.support.fake_api import FakeOrdersApi

__all__ = ["ClusterInProcess"]

_SETUP = Setup(
    run="r",
    version=__version__,
    base_url="http://127.0.0.1:9",
    user_agent="tests",
    key_place="tests",
    timeout_s=30,
    api_version=None,
    images=False,
    attempts=6,
    patience_s=900,
)


class _Killed(Exception):  # noqa: N818 - it stands for Dask's own KilledWorker
    """The worker of a task is gone."""


class _Queue:
    """One queue of the scheduler; ``reaches`` tells whether messages get through at present."""

    def __init__(self, reaches: Callable[[], bool] = lambda: True) -> None:
        self._reaches = reaches
        self._messages: asyncio.Queue[bytes] = asyncio.Queue()

    async def put(self, message: bytes) -> None:
        if self._reaches():
            self._messages.put_nowait(message)

    async def get(self) -> bytes:
        return await self._messages.get()


class _Worker:
    """One process: its agent, its tasks, and whether it is cut off from the scheduler."""

    def __init__(self, address: str, outgoing: str) -> None:
        self.address, self.outgoing = address, outgoing
        self.agent: Agent | None = None
        self.is_dead = self.is_cut_off = False
        self.tasks: list[asyncio.Task[ShardEnd]] = []


class _Task:
    """A task of the cluster, as its client sees it."""

    def __init__(self, worker: _Worker, shard: Shard) -> None:
        self._worker = worker
        self._end = asyncio.ensure_future(self._run(shard))
        worker.tasks.append(self._end)

    async def _run(self, shard: Shard) -> ShardEnd:
        if self._worker.agent is None:
            return ShardEnd(begun=False)
        return await self._worker.agent.shards.work_at(shard)

    async def result(self) -> ShardEnd:
        await asyncio.wait([self._end])
        if self._end.cancelled():
            raise _Killed
        return self._end.result()

    def release(self) -> None:
        """Do nothing: nothing is kept."""


class ClusterInProcess:
    """Renames the orders of an API by workers; ``outgoing`` names the address of each one.

    Example:
        >>> ClusterInProcess(FakeOrdersApi({}), workers=2).shards
        []
    """

    def __init__(
        self, api: FakeOrdersApi, *, workers: int, rate_per_s: float = 100, outgoing: Sequence[str] | None = None
    ) -> None:
        self.shards: list[tuple[str, Shard]] = []
        self.status = "running"
        self._pads: dict[str, Pad] = {}
        bench = Bench.of(api, rate_per_s=rate_per_s)
        # Agents read the wall clock, which tells how fresh a reading is, and so does the coordinator.
        self.bench = replace(bench, gateway=Gateway(api, bench.retrier))
        self.outcomes: dict[int, Outcome] = {}
        self.limits = Limits(self.bench.pacer, own_address=outgoing[0] if outgoing else None)
        self._api = api
        self._workers: dict[str, _Worker] = {}
        self._by_agent: dict[str, _Worker] = {}
        self._queues: dict[str, _Queue] = defaultdict(_Queue)
        for number in range(workers):
            self.add(outgoing[number] if outgoing else "here")

    # Its workers

    @property
    def addresses(self) -> list[str]:
        """The addresses of the workers that are there."""
        return [address for address, worker in self._workers.items() if not worker.is_dead]

    @property
    def stop(self) -> StopSignal:
        """The stop signal of the run."""
        return self.bench.stop

    def add(self, outgoing: str = "here") -> str:
        """Start another worker; return its address."""
        address = f"tcp://127.0.0.1:{len(self._workers) + 1}"
        self._workers[address] = _Worker(address, outgoing)
        return address

    async def kill(self, address: str) -> None:
        """Kill a worker; requests that have left may still take effect."""
        worker = self._workers[address]
        worker.is_dead = True
        await self._end(worker)

    async def restart(self, address: str) -> None:
        """Kill a worker, and start another one at its address, before anything has noticed."""
        await self.kill(address)
        self._workers[address] = _Worker(address, self._workers[address].outgoing)

    def cut_off(self, address: str, *, again: bool = False) -> None:
        """Let no message through between a worker and the scheduler, or let them through again."""
        self._workers[address].is_cut_off = not again

    async def run_again(self, address: str, shard: Shard) -> ShardEnd:
        """Run a task a second time, as a scheduler does that has lost sight of the first."""
        return await _Task(self._workers[address], shard).result()

    @staticmethod
    async def _end(worker: _Worker) -> None:
        for task in worker.tasks:
            task.cancel()
        if worker.agent is not None:
            await worker.agent.end()

    # The client of its scheduler

    async def nthreads(self) -> dict[str, int]:
        """Return the workers, as Dask's client does."""
        return dict.fromkeys(self.addresses, 1)

    async def run(self, function: Callable[..., Any], *given: Any, workers: list[str]) -> dict[str, Any]:
        """Run what starts an agent in a worker."""
        if function is make_pad:
            return {workers[0]: self._pads.setdefault(given[0], Pad.for_length(given[1]))}
        setup, masked, name = given
        return await self._start_agent(setup, Secret.unmasked(masked, self._pads.pop(name)), name, workers)

    async def _start_agent(self, setup: Setup, key: Secret, name: str, workers: list[str]) -> dict[str, Hello]:
        """Start an agent in a worker."""
        worker = self._workers[workers[0]]
        if worker.agent is not None:
            await worker.agent.end()
        self._by_agent[name] = worker
        reports: MessageQueue[Report] = MessageQueue(_Alias(self._queues["reports"], partial(_reaches, worker)))
        leases: MessageQueue[Lease] = MessageQueue(self._leases_of(name))
        worker.agent = agent = Agent(setup, name, reports=reports, leases=leases)
        agent.task = asyncio.create_task(agent.run(key))
        return {worker.address: Hello(version=__version__, outgoing=worker.outgoing)}

    def submit(self, _function: Callable[..., Any], _run: str, shard: Shard, *, workers: list[str], **_: Any) -> _Task:
        """Run a shard in a worker."""
        self.shards.append((workers[0], shard))
        return _Task(self._workers[workers[0]], shard)

    def _leases_of(self, name: str) -> _Queue:
        if name not in self._queues:
            self._queues[name] = _Queue(lambda: _reaches(self._by_agent[name]))
        return self._queues[name]

    # A run

    async def rename(
        self,
        changes: Sequence[Change],
        *,
        record: Callable[[list[Outcome]], None] | None = None,
        elsewhere: Callable[[], Awaitable[Change | None]] | None = None,
        batch: int = 100,
    ) -> dict[int, Outcome]:
        """Send the changes by the workers; return the outcomes by row, and fail when a row has two."""

        async def take(group: list[Outcome]) -> None:
            if record is not None:
                record(group)
            for outcome in group:
                assert outcome.row not in self.outcomes, f"row {outcome.row} has two outcomes"
                self.outcomes[outcome.row] = outcome

        async with self._coordinated() as coordinator, self.bench.guarded():
            await coordinator.rename_all(
                batches_of(changes, size=batch),
                take,
                gateway=self.bench.gateway,
                workers=lambda: 100,
                stop=self.stop,
                elsewhere=elsewhere,
            )
        return self.outcomes

    @asynccontextmanager
    async def _coordinated(self) -> AsyncIterator[Coordinator]:
        bench = self.bench
        session = ApiSession(
            api=self._api,
            gateway=bench.gateway,
            pacer=bench.pacer,
            breaker=bench.breaker,
            workers=None,
            connections=100,
        )
        with self._instead_of_dask():
            coordinator = Coordinator(
                _SETUP,
                Secret("key"),
                client=self,  # type: ignore[arg-type]  # it has what is asked for
                api=session,
                limits=self.limits,
                stop=self.stop,
                notify=bench.said.append,
            )
            async with anyio.create_task_group() as background:
                await coordinator.begin(background)
                try:
                    yield coordinator
                finally:
                    with anyio.CancelScope(shield=True):
                        await coordinator.end()
                    background.cancel_scope.cancel()
            for worker in self._workers.values():
                await self._end(worker)

    @contextmanager
    def _instead_of_dask(self) -> Iterator[None]:
        @asynccontextmanager
        async def open_orders_api(**_: object) -> AsyncIterator[FakeOrdersApi]:
            yield self._api

        async def report_queue(*_: object) -> MessageQueue[Report]:
            return MessageQueue(self._queues["reports"])

        async def lease_queue(_run: str, name: str, _client: object) -> MessageQueue[Lease]:
            return MessageQueue(self._leases_of(name))

        with ExitStack() as patched:
            patched.enter_context(patch.object(agent_module, "open_orders_api", open_orders_api))
            patched.enter_context(patch.object(coordinator_module, "report_queue", report_queue))
            patched.enter_context(patch.object(membership_module, "lease_queue", lease_queue))
            yield


class _Alias:
    """A queue as one worker sees it: what it puts while it is cut off is lost."""

    def __init__(self, queue: _Queue, reaches: Callable[[], bool]) -> None:
        self._queue, self._reaches = queue, reaches

    async def put(self, message: bytes) -> None:
        if self._reaches():
            await self._queue.put(message)


def _reaches(worker: _Worker) -> bool:
    return not (worker.is_dead or worker.is_cut_off)
