"""Sends the changes of a run by the workers of a cluster, round by round, and does itself what no worker has done.

A worker that is lost is treated like a process that was killed: its rows are read back on this machine before anything
is sent again. So they are sent by workers once at most.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Unpack

import anyio
import anyio.abc

from batch_renamer.client import StopSignal
from batch_renamer.distributed.change_signal import ChangeSignal
from batch_renamer.distributed.coordinator.claims import Claims
from batch_renamer.distributed.coordinator.exchange import Exchange
from batch_renamer.distributed.coordinator.limits import Limits
from batch_renamer.distributed.coordinator.membership import Membership
from batch_renamer.distributed.coordinator.round import Round
from batch_renamer.distributed.coordinator.sharding import Sharding
from batch_renamer.distributed.messages import LEASE_S, Secret, Setup
from batch_renamer.distributed.queues import report_queue
from batch_renamer.jobs import ApiSession
from batch_renamer.model import Change
from batch_renamer.renaming import Batches, Record, RenameOptions, rename_all

if TYPE_CHECKING:
    from distributed import Client

__all__ = ["Coordinator"]

_LOOK_EVERY_S = 0.5
_ALONE_AFTER_S = 5.0
"""Without any worker for so long, this machine goes on alone."""

_AFTER_GRACE_S = 3.0
"""How long workers may take to say that they have ended."""


class Coordinator:
    """Sends changes by workers; made by `opening.opened`."""

    def __init__(
        self,
        setup: Setup,
        key: Secret,
        *,
        client: Client,
        api: ApiSession,
        limits: Limits,
        stop: StopSignal,
        notify: Callable[[str], None],
    ) -> None:
        self._setup = setup
        self._client = client
        self._api = api
        self._stop = stop
        self._notify = notify
        self._changed = ChangeSignal()
        self._limits = limits
        self._claims = Claims()
        self._membership = Membership(
            setup,
            key,
            client=client,
            limits=limits,
            claims=self._claims,
            changed=self._changed,
            notify=notify,
        )
        self._exchange = Exchange(
            self._membership,
            api=api,
            limits=limits,
            claims=self._claims,
            changed=self._changed,
            stop=stop,
            notify=notify,
        )
        self._sharding: Sharding

    @property
    def more_start(self) -> bool:
        """Whether workers take part soon that don't yet."""
        return self._membership.more_start

    async def begin(self, background: anyio.abc.TaskGroup) -> None:
        """Start an agent in every worker, and answer them in ``background`` from then on.

        Raises:
            InputError: there is no worker that can be used.
        """
        reports = await report_queue(self._setup.run, self._client)
        await self._membership.begin(background)
        self._sharding = Sharding(
            self._setup.run,
            client=self._client,
            membership=self._membership,
            claims=self._claims,
            limits=self._limits,
            api=self._api,
            changed=self._changed,
            stop=self._stop,
            tasks=background,
        )
        background.start_soon(self._exchange.run, reports)
        background.start_soon(self._membership.watch)
        background.start_soon(self._give_up_when_out_of_time)

    async def end(self) -> None:
        """Let all agents end, and wait until none holds a lease any more."""
        self._membership.close()
        with anyio.move_on_after(_AFTER_GRACE_S):
            await self._exchange.end()
        self._limits.end()

    async def rename_all(self, batches: Batches, record: Record, **options: Unpack[RenameOptions]) -> None:
        """Send every change, and pass the outcomes to ``record`` in groups; what no worker did is done here."""
        stop = options["stop"]
        self._exchange.round = round_ = Round(batches, record, options, changed=self._changed)
        async with anyio.create_task_group() as recording:
            recording.start_soon(round_.record)
            try:
                async with anyio.create_task_group() as feeding:
                    feeding.start_soon(round_.feed)
                    await self._distribute(round_)
                    round_.stop_feeding()
                if stop.requested:
                    self._give_up_doubtful(round_)
            finally:
                self._exchange.round = None
                round_.close()
        if not stop.requested and (self._membership.in_doubt or not round_.is_handed_out):
            await self._until_leases_are_over()
            await rename_all(self._left_of(round_), record, **options)

    async def _distribute(self, round_: Round) -> None:
        """Hand out shards until nothing is left, the run stops and has ended, or no worker is there."""
        alone_since: float | None = None
        while True:
            if not self._stop.requested:
                self._sharding.hand_out(round_)
            at_work = any(member.has_work for member in self._membership.all())
            if not at_work and (self._stop.requested or round_.is_handed_out):
                return
            now = anyio.current_time()
            if self._membership.usable():
                alone_since = None
            elif alone_since is None:
                alone_since = now
            elif now - alone_since > _ALONE_AFTER_S:
                self._notify("No worker is left. This machine goes on alone.")
                return
            await self._changed.wait(at_most_s=_LOOK_EVERY_S)

    async def _give_up_when_out_of_time(self) -> None:
        """Take workers as lost that have not ended within the grace of a stop."""
        await self._stop.out_of_time()
        await anyio.sleep(_AFTER_GRACE_S)
        for member in self._membership.usable():
            self._membership.lose(member)

    def _give_up_doubtful(self, round_: Round) -> None:
        doubtful, self._membership.in_doubt = self._membership.in_doubt, []
        for change in doubtful:
            round_.give_up(change)

    async def _left_of(self, round_: Round) -> AsyncIterator[Sequence[Change]]:
        """Return what lost workers may have sent, to be read back, and what no worker was given."""
        doubtful, self._membership.in_doubt = self._membership.in_doubt, []
        if doubtful:
            # Never fresh: the order is read before it is renamed.
            yield [replace(change, dispatched=True, read_at=float("-inf")) for change in doubtful]
        async for batch in round_.rest():
            yield batch

    async def _until_leases_are_over(self) -> None:
        if any(member.lost for member in self._membership.all()):
            await anyio.sleep(LEASE_S)
