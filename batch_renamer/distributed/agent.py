"""What works in each worker process: one client of the API, which sends what its leases allow.

It is started by the coordinator (`start_agent`) and gets its changes by tasks of the cluster (`work_at`), a shard each.
All shards of a worker go through one pool, so that no request slot is idle between two of them.
"""

from __future__ import annotations

import asyncio
import math
import pickle
from collections import deque
from collections.abc import AsyncIterator, Sequence
from typing import TYPE_CHECKING, Any

import anyio

from batch_renamer.client import (
    Breaker,
    Gateway,
    LeasedPacer,
    Retrier,
    Stopping,
    StopSignal,
    connections_possible,
    open_orders_api,
    watch_breaker,
)
from batch_renamer.distributed.budget import LEASE_S
from batch_renamer.distributed.messages import Claim, Lease, Report, Secret, Setup, Shard, ShardEnd
from batch_renamer.errors import StoppedEarlyError
from batch_renamer.model import Change, Outcome
from batch_renamer.renaming import rename_all
from batch_renamer.version import __version__

if TYPE_CHECKING:
    from distributed import Worker

__all__ = ["Agent", "start_agent", "work_at"]

_SILENT_AFTER_S = 20.0
"""A coordinator that does not answer for so long is gone. No request leaves from `LEASE_S` on."""

_USED_WITHIN_S = 1.0

_MOST_AT_ONCE = 1_000
"""Rows in hand at once, however slow the API is."""


class CutOffError(StoppedEarlyError):
    """The coordinator does not answer."""


async def start_agent(setup: Setup, key: Secret, *, dask_worker: Worker) -> str:
    """Start the agent of a run in a worker; return the version of batch-renamer that is installed there."""
    if setup.version == __version__ and _name(setup.run) not in dask_worker.extensions:
        from distributed import Client, Queue  # noqa: PLC0415 - only the worker of a cluster has it

        client = await Client(
            dask_worker.scheduler.addr,
            security=_as_client(dask_worker.security),
            asynchronous=True,
            set_as_default=False,
            name=f"batch-renamer-{setup.run}",
        )
        up = await Queue(up_name(setup.run), client=client)
        down = await Queue(down_name(setup.run, dask_worker.address), client=client)
        agent = Agent(setup, dask_worker.address, up=up, down=down)
        dask_worker.extensions[_name(setup.run)] = agent

        async def live() -> None:
            try:
                await agent.run(key)
            finally:
                dask_worker.extensions.pop(_name(setup.run), None)
                await client.close()

        agent.task = asyncio.create_task(live())
    return __version__


def _as_client(security: Any) -> Any:
    """Return the certificates of a worker as those of a client, which it has none of its own."""
    if not security.tls_worker_cert or security.tls_client_cert:
        return security
    return type(security)(
        tls_ca_file=security.tls_ca_file,
        tls_client_cert=security.tls_worker_cert,
        tls_client_key=security.tls_worker_key,
        require_encryption=security.require_encryption,
    )


def work_at(run: str, shard: Shard) -> ShardEnd:
    """Send the changes of a shard in the agent of this worker: a task of the cluster, which leaves its pool at once."""
    from distributed import get_worker, secede  # noqa: PLC0415 - only the worker of a cluster has it

    worker = get_worker()
    agent: Agent | None = worker.extensions.get(_name(run))
    if agent is None:
        return ShardEnd(begun=False)
    secede()  # It waits, and others may compute meanwhile: also the next shard.
    loop = worker.loop.asyncio_loop  # type: ignore[attr-defined]  # tornado's types leave it out
    return asyncio.run_coroutine_threadsafe(agent.work_at(shard), loop).result()


def up_name(run: str) -> str:
    """Return the name of the queue of reports."""
    return f"batch-renamer-{run}-up"


def down_name(run: str, worker: str) -> str:
    """Return the name of the queue of the leases of one worker."""
    return f"batch-renamer-{run}-down-{worker}"


def _name(run: str) -> str:
    return f"batch-renamer-{run}"


class Agent:
    """Sends changes in a worker process for as long as its coordinator gives it leases; made by `start_agent`."""

    def __init__(self, setup: Setup, worker: str, *, up: Any, down: Any) -> None:
        self.task: asyncio.Task[None] | None = None
        self._setup = setup
        self._worker = worker
        self._up, self._down = up, down
        self._stop = StopSignal()
        self._pacer = LeasedPacer()
        self._sent_at: deque[float] = deque()
        self._lease = Lease(number=0, asked_at=-math.inf)
        self._number = 0
        self._claims: dict[Claim, asyncio.Future[bool]] = {}
        self._unclaimed: list[Claim] = []
        self._shards: deque[Shard] = deque()
        self._shards_came = anyio.Event()
        self._left: dict[int, set[int]] = {}  # the rows of each shard without an outcome that is recorded
        self._open: dict[int, int] = {}  # all such rows, with the number of their shard; 0: from elsewhere
        self._ends: dict[int, asyncio.Future[ShardEnd]] = {}
        self._outcomes: list[Outcome] = []
        self._count = 0
        self._leased = anyio.Event()
        self._elsewhere: deque[asyncio.Future[Change | None]] = deque()
        self._asked_elsewhere = 0
        self._said: list[str] = []
        self._urgent = anyio.Event()
        self._over = False
        self._end_told_in = math.inf
        self._cut_off = False

    # Its life

    async def run(self, key: Secret) -> None:
        """Send what comes until the coordinator stops it, or is gone."""
        setup, stop = self._setup, self._stop
        breaker = Breaker(patience_s=setup.patience_s, stop=stop, notify=self._say)
        try:
            async with (
                open_orders_api(
                    base_url=setup.base_url,
                    key=key.reveal(),
                    user_agent=setup.user_agent,
                    key_place=setup.key_place,
                    timeout_s=setup.timeout_s,
                    api_version=setup.api_version,
                    connections=connections_possible(_MOST_AT_ONCE),
                    images=setup.images,
                ) as api,
                anyio.create_task_group() as background,
            ):
                retrier = Retrier(attempts=setup.attempts, pacer=self._pacer, breaker=breaker, stop=stop)
                gateway = Gateway(api, retrier)
                background.start_soon(watch_breaker, breaker, gateway.answers)
                background.start_soon(self._report_on)
                background.start_soon(self._take_leases)
                await rename_all(
                    self._batches(),
                    self._record,
                    gateway=gateway,
                    workers=lambda: self._lease.most_at_once,
                    stop=stop,
                    elsewhere=self._take_elsewhere,
                )
                self._over = True
                self._end_shards()
                while not self._cut_off and self._lease.number < self._end_told_in:
                    self._hurry()
                    await self._leased.wait()
                background.cancel_scope.cancel()
        finally:
            self._over = True
            self._end_shards()

    # Shards

    async def work_at(self, shard: Shard) -> ShardEnd:
        """Send the changes of a shard, if the coordinator lets it begin; return when their outcomes are recorded."""
        if self._over:
            return ShardEnd(begun=False)
        granted = self._claims[shard.claim] = asyncio.get_running_loop().create_future()
        self._unclaimed.append(shard.claim)
        self._hurry()
        if not await granted:
            return ShardEnd(begun=False)
        end: asyncio.Future[ShardEnd] = asyncio.get_running_loop().create_future()
        self._ends[shard.number] = end
        self._left[shard.number] = {change.row for change in shard.changes}
        self._open |= dict.fromkeys(self._left[shard.number], shard.number)
        if self._over:
            self._end_shards()
        self._shards.append(shard)
        self._shards_came.set()
        return await end

    async def _batches(self) -> AsyncIterator[Sequence[Change]]:
        while True:
            while not self._shards:
                self._shards_came = anyio.Event()
                try:
                    with self._stop.interruptible():
                        await self._shards_came.wait()
                except Stopping:
                    return
            yield self._shards.popleft().changes

    def _end_shards(self) -> None:
        """Let the tasks of all shards end; what of them has no outcome was not sent, because the pool is over."""
        for number, end in self._ends.items():
            if not end.done():
                end.set_result(ShardEnd(begun=True, unsent=tuple(sorted(self._left[number]))))
        for granted in self._claims.values():
            if not granted.done():
                granted.set_result(False)

    async def _take_elsewhere(self) -> Change | None:
        asked: asyncio.Future[Change | None] = asyncio.get_running_loop().create_future()
        self._elsewhere.append(asked)
        self._asked_elsewhere += 1
        self._hurry()
        return await asked

    # Outcomes

    async def _record(self, outcomes: list[Outcome]) -> None:
        """Report outcomes, and wait until the journal has them: if it is slow, the pool is as slow."""
        self._outcomes += outcomes
        self._count += len(outcomes)
        until = self._count
        self._hurry()
        while self._lease.recorded < until:
            if self._cut_off:
                raise CutOffError("The coordinator does not answer; outcomes could not be recorded.")
            await self._leased.wait()
        for outcome in outcomes:
            self._settle(outcome.row)

    def _settle(self, row: int) -> None:
        if number := self._open.pop(row, 0):
            left = self._left[number]
            left.discard(row)
            if not left and not self._ends[number].done():
                self._ends[number].set_result(ShardEnd(begun=True))

    # Leases

    async def _report_on(self) -> None:
        """Report again and again, without waiting for the leases: on a slow way, several are under way at once."""
        while not self._cut_off:
            try:
                with anyio.fail_after(_SILENT_AFTER_S):
                    await self._up.put(pickle.dumps(self._report(anyio.current_time())))
            except (OSError, TimeoutError) as error:
                self._note_cut_off(error)
            with anyio.move_on_after(self._lease.again_in_s):
                await self._urgent.wait()
            self._urgent = anyio.Event()

    async def _take_leases(self) -> None:
        while not self._cut_off:
            try:
                with anyio.fail_after(_SILENT_AFTER_S):
                    lease = pickle.loads(await self._down.get())  # noqa: S301 - a cluster trusts its members
            except (OSError, TimeoutError) as error:
                self._note_cut_off(error)
            else:
                self._take(lease)

    def _note_cut_off(self, error: Exception) -> None:
        self._cut_off = True
        self._leased.set()
        self._stop.request(CutOffError(f"The coordinator does not answer ({type(error).__name__})."))

    def _hurry(self) -> None:
        self._urgent.set()

    def _say(self, text: str) -> None:
        self._said.append(text)

    def _report(self, now: float) -> Report:
        self._number += 1
        tries = self._pacer.take_notes()
        self._sent_at.extend(note.at for note in tries if note.refused is None)
        while self._sent_at and self._sent_at[0] < now - _USED_WITHIN_S:
            self._sent_at.popleft()
        outcomes, self._outcomes = self._outcomes, []
        claims, self._unclaimed = self._unclaimed, []
        said, self._said = self._said, []
        wants, self._asked_elsewhere = self._asked_elsewhere, 0
        if self._over:
            self._end_told_in = min(self._end_told_in, self._number)
        return Report(
            worker=self._worker,
            number=self._number,
            asked_at=now,
            holds=self._lease.number,
            hungry=self._pacer.waiting > 0 or not self._sent_at,
            used_per_s=len(self._sent_at),
            rows=len(self._open),
            tries=tries,
            outcomes=tuple(outcomes),
            claims=tuple(claims),
            wants_elsewhere=wants,
            said=tuple(said),
            ended=self._over,
            cause=self._stop.cause,
        )

    def _take(self, lease: Lease) -> None:
        if lease.number > self._lease.number:
            self._lease = lease
            self._pacer.lease(lease.per_s, until=lease.asked_at + LEASE_S)
        self._leased.set()
        self._leased = anyio.Event()
        for claim, is_granted in [(one, True) for one in lease.granted] + [(one, False) for one in lease.refused]:
            if (granted := self._claims.pop(claim, None)) is not None and not granted.done():
                granted.set_result(is_granted)
        for change in lease.elsewhere:
            if change is not None:
                self._open[change.row] = 0
            self._elsewhere.popleft().set_result(change)
        if lease.stop_within_s is not None:
            self._stop.request(StoppedEarlyError("The run stops."), grace_s=lease.stop_within_s)
