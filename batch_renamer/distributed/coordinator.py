"""Sends the changes of a run by the workers of a cluster: it hands out shards, gives leases and takes outcomes.

A worker that is lost is treated like a process that was killed: its rows are read back on this machine before anything
is sent again. So they are sent by workers once at most.
"""

from __future__ import annotations

import pickle
import secrets
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import anyio
import anyio.abc

from batch_renamer.client import Gateway, HttpOrdersApi, MostAtOnce, Outbox, StopSignal
from batch_renamer.distributed.agent import down_name, start_agent, up_name, work_at
from batch_renamer.distributed.budget import LEASE_S, Budget
from batch_renamer.distributed.claims import Claims
from batch_renamer.distributed.cluster import is_protected, open_cluster
from batch_renamer.distributed.members import Member
from batch_renamer.distributed.messages import Lease, Report, Secret, Setup, Shard, ShardEnd
from batch_renamer.errors import BatchRenamerError, InputError
from batch_renamer.jobs import ApiSession, Run
from batch_renamer.model import BAD_RESULTS, Change, Outcome, Result
from batch_renamer.renaming import RenameAll, rename_all
from batch_renamer.text import counted, duration
from batch_renamer.version import __version__

if TYPE_CHECKING:
    from distributed import Client

__all__ = ["opened"]

_LOOK_EVERY_S = 0.5
_SILENT_AFTER_S = 15.0
_ALONE_AFTER_S = 5.0
"""Without any worker for so long, this machine goes on alone."""

_SHARD_S = 2.0
"""A shard has as many changes as its worker sends in so many seconds."""

_LEAST_SHARD, _MOST_SHARD = 20, 500
_OWN_PER_S = 1
_MOST_MARGIN = 0.01
"""What is left of the limit because several send, as a share of it."""

_AGAIN_S = 0.1
_REPORTS_PER_S = 300
_AFTER_GRACE_S = 3.0


@asynccontextmanager
async def opened(run: Run, api: ApiSession) -> AsyncIterator[RenameAll]:
    """Open the cluster that a run's settings name, and give what sends changes by its workers.

    Raises:
        SettingsError, InputError: it can't be opened, or has no worker that can be used; nothing was sent.
    """
    settings = run.job.settings
    renames = await run.job.journal.in_thread(run.open_rows)
    run.job.progress.message(
        f"All workers together keep one limit: {counted(renames, 'rename')} take "
        f"{duration(renames / api.requests_per_s())}, as from one machine that can send so fast."
    )
    if not isinstance(api.api, HttpOrdersApi):
        raise InputError("--engine dask needs an API that workers can reach.")
    access = api.api.access()
    setup = Setup(
        run=secrets.token_hex(8),
        version=__version__,
        base_url=access.base_url,
        user_agent=access.user_agent,
        key_place=access.key_place,
        timeout_s=access.timeout_s,
        api_version=access.api_version,
        images=access.images,
        attempts=settings.attempts,
        patience_s=settings.patience,
    )
    async with open_cluster(settings) as client:
        coordinator = Coordinator(
            setup, Secret(access.key.reveal()), client=client, api=api, stop=run.stop, notify=run.context.tell
        )
        await coordinator.begin()
        failure: Exception | None = None
        async with anyio.create_task_group() as background:
            coordinator.watch(background)
            try:
                yield coordinator.rename_all
            except Exception as error:
                failure = error  # Out of the task group it would come as a group.
            finally:
                with anyio.CancelScope(shield=True):
                    await coordinator.end()
                background.cancel_scope.cancel()
        if failure is not None:
            raise failure


class Coordinator:
    """Sends changes by workers; made by `opened`."""

    def __init__(
        self,
        setup: Setup,
        key: Secret,
        *,
        client: Client,
        api: ApiSession,
        stop: StopSignal,
        notify: Callable[[str], None],
    ) -> None:
        self._setup = setup
        self._key = key
        self._client = client
        self._api = api
        self._stop = stop
        self._notify = notify
        self._up: Any = None
        self._background: anyio.abc.TaskGroup
        self._members: dict[str, Member] = {}
        self._refused: set[str] = set()
        self._budget = Budget()
        self._claims = Claims()
        self._ending = False
        self._shards = 0
        self._without_since: float | None = None
        self._stop_seen_at: float | None = None
        # The round of the moment
        self._pending: deque[Change] = deque()
        self._in_doubt: list[Change] = []
        self._outbox: Outbox[tuple[Member | None, Outcome]] | None = None
        self._elsewhere: Callable[[], Awaitable[Change | None]] | None = None
        self._is_fed = True
        self._changed = anyio.Event()
        self._low = anyio.Event()

    # The workers

    async def begin(self) -> None:
        """Start an agent in every worker.

        Raises:
            InputError: there is none that can be used.
        """
        from distributed import Queue  # noqa: PLC0415 - the extra, which is imported only where it is wanted

        self._up = await Queue(up_name(self._setup.run), client=self._client)
        await self._look_for_workers()
        if not self._usable():
            raise InputError("The cluster has no worker that can be used; nothing was sent.")

    def watch(self, background: anyio.abc.TaskGroup) -> None:
        """Take reports, and notice workers that come and go, until the task group is cancelled."""
        self._background = background
        background.start_soon(self._receive)
        background.start_soon(self._watch)

    async def end(self) -> None:
        """Let all agents end, and wait until none holds a lease any more."""
        self._ending = True
        with anyio.move_on_after(_AFTER_GRACE_S):
            while any(not member.ended for member in self._members.values() if not member.lost):
                changed = self._changed
                await changed.wait()
        self._api.pacer.reserve(0.0)

    def _usable(self) -> list[Member]:
        return [member for member in self._members.values() if member.is_usable]

    async def _look_for_workers(self) -> None:
        try:
            with anyio.fail_after(_ALONE_AFTER_S):
                there = await self._client.nthreads()
        except (OSError, TimeoutError):
            return  # Its workers fall silent, too.
        async with anyio.create_task_group() as starting:
            for address in there:
                if address not in self._members and address not in self._refused:
                    starting.start_soon(self._start_agent, address)
        for address, member in self._members.items():
            if address not in there and not member.lost:
                self._lose(member)

    async def _start_agent(self, address: str) -> None:
        from distributed import Queue  # noqa: PLC0415 - the extra, which is imported only where it is wanted

        self._refused.add(address)
        if not is_protected(address):
            self._notify(f"The worker at {address} is not used: the API key would reach it unencrypted.")
            return
        try:
            down = await Queue(down_name(self._setup.run, address), client=self._client)
            answer = await self._client.run(start_agent, self._setup, self._key, workers=[address])
        except Exception as error:
            self._notify(f"The worker at {address} can't be used ({type(error).__name__}: {error}).")
            return
        if (version := answer[address]) != __version__:
            self._notify(
                f"The worker at {address} is not used: it has batch-renamer {version}, this machine {__version__}."
            )
            return
        self._refused.discard(address)
        self._members[address] = Member(address=address, down=down, heard_at=anyio.current_time())

    async def _watch(self) -> None:
        while True:
            await anyio.sleep(_LOOK_EVERY_S)
            if not self._ending:
                await self._look_for_workers()
            now = anyio.current_time()
            for member in self._members.values():
                if not member.lost and not member.ended and member.silent_s(now) > _SILENT_AFTER_S:
                    self._lose(member)
            self._reserve(now)
            self._note_change()

    def _lose(self, member: Member) -> None:
        """Take the rows of a worker that is gone into doubt: it may have sent any of them."""
        member.lost = True
        self._budget.drop(member.address)
        for shard in member.shards.values():
            self._claims.withdraw(shard.claim)
        member.shards.clear()
        self._in_doubt += member.rows.values()
        member.rows.clear()
        self._note_change()

    # Reports and leases

    async def _receive(self) -> None:
        while True:
            try:
                report = pickle.loads(await self._up.get())  # noqa: S301 - a cluster trusts its members
            except OSError:
                await anyio.sleep(_LOOK_EVERY_S)
                continue
            member = self._members.get(report.worker)
            if member is None:
                continue
            self._take(member, report)
            self._background.start_soon(self._answer, member, report)

    def _take(self, member: Member, report: Report) -> None:
        now = anyio.current_time()
        member.heard(asked_at=report.asked_at, now=now)
        member.note_tries(report.tries, self._api.pacer)
        for text in dict.fromkeys(report.said):
            self._notify(text)
        if member.lost:
            return  # Its rows are read back; what it says of them comes too late.
        self._budget.note(
            member.address,
            rows=report.rows,
            hungry=report.hungry,
            used_per_s=report.used_per_s,
            holds=report.holds,
        )
        for claim in report.claims:
            (member.granted if self._claims.claim(claim, by=member.address) else member.refused).append(claim)
        for outcome in report.outcomes:
            if member.rows.pop(outcome.row, None) is not None and self._outbox is not None:
                self._outbox.put((member, outcome))
            else:
                member.recorded += 1
        if report.cause is not None and not self._stop.requested and not self._ending:
            self._stop.request(report.cause)
        if report.ended:
            member.ended = True
            member.rows.clear()  # What has no outcome was not sent.
        self._note_change()

    async def _answer(self, member: Member, report: Report) -> None:
        elsewhere = [await self._from_elsewhere(member) for _ in range(report.wants_elsewhere)]
        now = anyio.current_time()
        per_s = 0
        if not (member.lost or self._ending or now < self._api.pacer.paused_until):
            per_s = self._budget.give(member.address, report.number, total_per_s=self._total_per_s(), now=now)
        self._reserve(now)
        granted, member.granted = member.granted, []
        refused, member.refused = member.refused, []
        within_s = None
        if self._stop.requested:
            within_s = self._grace_s()
        if self._ending or member.lost:
            within_s = 0.0
        usable = max(len(self._usable()), 1)
        lease = Lease(
            number=report.number,
            asked_at=report.asked_at,
            per_s=per_s,
            again_in_s=max(_AGAIN_S, usable / _REPORTS_PER_S),
            most_at_once=max(self._api.most_at_once() // usable, 1),
            recorded=member.recorded,
            granted=tuple(granted),
            refused=tuple(refused),
            elsewhere=tuple(elsewhere),
            stop_within_s=within_s,
        )
        with suppress(OSError):  # A worker that gets no lease sends nothing.
            await member.down.put(pickle.dumps(lease))

    async def _from_elsewhere(self, member: Member) -> Change | None:
        if self._elsewhere is None or self._stop.requested or member.lost:
            return None
        try:
            change = await self._elsewhere()
        except BatchRenamerError as error:
            self._stop.request(error)
            return None
        if change is not None:
            member.rows[change.row] = change
        return change

    def _total_per_s(self) -> int:
        limit_per_s = self._api.pacer.limit_per_s
        # Each worker counts its own seconds, and a request may take longer on its way than another worker's.
        margin = min(len(self._usable()) - 1, int(limit_per_s * _MOST_MARGIN))
        return max(int(limit_per_s) - _OWN_PER_S - max(margin, 0), 1)

    def _reserve(self, now: float) -> None:
        self._api.pacer.reserve(float(self._budget.given_per_s(now)))

    # One round

    async def rename_all(
        self,
        batches: AsyncIterator[Sequence[Change]],
        record: Callable[[list[Outcome]], Awaitable[None]],
        *,
        gateway: Gateway,
        workers: MostAtOnce,
        stop: StopSignal,
        elsewhere: Callable[[], Awaitable[Change | None]] | None = None,
    ) -> None:
        """Send every change, and pass the outcomes to ``record`` in groups; what no worker did is done here."""

        async def record_and_count(group: list[tuple[Member | None, Outcome]]) -> None:
            await record([outcome for _, outcome in group])
            for member, _ in group:
                if member is not None:
                    member.recorded += 1

        self._elsewhere, self._is_fed = elsewhere, False
        self._outbox = outbox = Outbox(record_and_count, stop, lambda one: one[1].result in BAD_RESULTS)
        async with anyio.create_task_group() as recording:
            recording.start_soon(outbox.run)
            try:
                async with anyio.create_task_group() as feeding:
                    feeding.start_soon(self._feed, batches)
                    await self._distribute(stop)
                    feeding.cancel_scope.cancel()
                if stop.requested:
                    self._give_up_doubtful(outbox)
            finally:
                self._elsewhere = self._outbox = None
                outbox.close()
        if not stop.requested and (self._in_doubt or self._pending or not self._is_fed):
            await self._do_here(batches, record, gateway=gateway, workers=workers, stop=stop, elsewhere=elsewhere)

    async def _feed(self, batches: AsyncIterator[Sequence[Change]]) -> None:
        """Fetch changes as they are needed; what is dispatched counts as sent after a crash, so it is not many."""
        try:
            async for batch in batches:
                self._pending.extend(batch)
                self._note_change()
                while len(self._pending) > self._enough():
                    self._low = anyio.Event()
                    await self._low.wait()
                if self._stop.requested:
                    break
        except BatchRenamerError as error:
            self._stop.request(error)
        self._is_fed = True
        self._note_change()

    async def _distribute(self, stop: StopSignal) -> None:
        """Hand out shards until nothing is left, the run stops and has ended, or no worker is there."""
        while True:
            if not stop.requested:
                self._hand_out()
            now = anyio.current_time()
            at_work = any(member.rows or member.shards for member in self._members.values())
            if not at_work and (stop.requested or (self._is_fed and not self._pending)):
                return
            if stop.requested and self._out_of_time(now):
                for member in self._usable():
                    self._lose(member)
                return
            if self._usable():
                self._without_since = None
            elif self._without_since is None:
                self._without_since = now
            elif now - self._without_since > _ALONE_AFTER_S:
                self._notify("No worker is left. This machine goes on alone.")
                return
            changed = self._changed
            with anyio.move_on_after(_LOOK_EVERY_S):
                await changed.wait()

    def _out_of_time(self, now: float) -> bool:
        if self._stop_seen_at is None:
            self._stop_seen_at = now
        return now - self._stop_seen_at > self._grace_s() + _AFTER_GRACE_S

    def _grace_s(self) -> float:
        return 0.0 if self._stop.without_grace else self._stop.grace_s

    def _hand_out(self) -> None:
        """Give each worker the next shard when it has less than one shard's changes left."""
        for member in sorted(self._usable(), key=lambda one: len(one.rows)):
            size = self._shard_size()
            while self._pending and len(member.rows) <= size // 2 and len(member.shards) < 3:
                changes = tuple(self._pending.popleft() for _ in range(min(size, len(self._pending))))
                self._submit(member, changes)
        if len(self._pending) <= self._enough():
            self._low.set()

    def _shard_size(self) -> int:
        per_s = self._api.requests_per_s() / max(len(self._usable()), 1)
        return int(min(max(per_s * _SHARD_S, _LEAST_SHARD), _MOST_SHARD))

    def _enough(self) -> int:
        return self._shard_size()

    def _submit(self, member: Member, changes: tuple[Change, ...]) -> None:
        self._shards += 1
        shard = Shard(self._shards, 1, changes)
        self._claims.offer(shard.claim, to=member.address)
        member.shards[shard.number] = shard
        member.rows |= {change.row: change for change in changes}
        future = self._client.submit(
            work_at,
            self._setup.run,
            shard,
            key=f"batch-renamer-{self._setup.run}-{shard.number}-{shard.attempt}",
            workers=[member.address],
            allow_other_workers=False,
            retries=0,
            pure=False,
        )
        self._background.start_soon(self._await_end, member, shard, future)

    async def _await_end(self, member: Member, shard: Shard, future: Any) -> None:
        try:
            end: ShardEnd = await future.result()
        except (
            Exception
        ):  # Whatever has happened to the task: the worker is lost, or can't be trusted with another one.
            if not member.lost:
                self._lose(member)
            return
        finally:
            future.release()
        if member.lost:
            return
        if not end.begun and not (member.ended or self._stop.requested):
            self._lose(member)
            return
        unsent = shard.changes if not end.begun else [one for one in shard.changes if one.row in set(end.unsent)]
        for change in unsent:
            member.rows.pop(change.row, None)
        member.shards.pop(shard.number, None)
        self._note_change()

    def _note_change(self) -> None:
        self._changed.set()
        self._changed = anyio.Event()

    # What no worker has done

    def _give_up_doubtful(self, outbox: Outbox[tuple[Member | None, Outcome]]) -> None:
        for change in self._in_doubt:
            why = "The worker that had this rename was lost, and the run ended before it was read back."
            outbox.put(
                (None, Outcome(row=change.row, result=Result.UNKNOWN, reason=why, old_name=change.old_name, attempts=1))
            )
        self._in_doubt.clear()

    async def _do_here(
        self,
        batches: AsyncIterator[Sequence[Change]],
        record: Callable[[list[Outcome]], Awaitable[None]],
        *,
        gateway: Gateway,
        workers: MostAtOnce,
        stop: StopSignal,
        elsewhere: Callable[[], Awaitable[Change | None]] | None,
    ) -> None:
        """Read back what lost workers may have sent, and send what is left, like a run that is resumed."""
        await self._until_leases_are_over()

        async def left() -> AsyncIterator[Sequence[Change]]:
            doubtful, self._in_doubt = self._in_doubt, []
            if doubtful:
                # Never fresh: the order is read before it is renamed.
                yield [replace(change, dispatched=True, read_at=float("-inf")) for change in doubtful]
            if self._pending:
                rest, self._pending = list(self._pending), deque()
                yield rest
            if not self._is_fed:
                async for batch in batches:
                    yield batch

        await rename_all(left(), record, gateway=gateway, workers=workers, stop=stop, elsewhere=elsewhere)

    async def _until_leases_are_over(self) -> None:
        if any(member.lost for member in self._members.values()):
            await anyio.sleep(LEASE_S)
