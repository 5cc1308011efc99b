"""Gives the changes of a round to the workers, a shard at a time, each as a task of the cluster.

A shard is not run again: its worker has done it, has given it back, or is lost.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import anyio
import anyio.abc

from batch_renamer.client import StopSignal
from batch_renamer.distributed.change_signal import ChangeSignal
from batch_renamer.distributed.coordinator.claims import Claims
from batch_renamer.distributed.coordinator.limits import Limits
from batch_renamer.distributed.coordinator.member import Member
from batch_renamer.distributed.coordinator.membership import Membership
from batch_renamer.distributed.coordinator.round import Round
from batch_renamer.distributed.messages import Shard, ShardEnd
from batch_renamer.distributed.worker import work_at
from batch_renamer.jobs import ApiSession
from batch_renamer.model import Change

if TYPE_CHECKING:
    from distributed import Client

__all__ = ["Sharding"]

_SHARD_S = 2.0
"""A shard has as many changes as its worker sends in so many seconds."""

_LEAST_SHARD, _MOST_SHARD = 20, 500
_MOST_SHARDS_EACH = 3


class Sharding:
    """Gives out the shards of a run, whose name on the cluster is ``run``; ``tasks`` wait for their ends."""

    def __init__(
        self,
        run: str,
        *,
        client: Client,
        membership: Membership,
        claims: Claims,
        limits: Limits,
        api: ApiSession,
        changed: ChangeSignal,
        stop: StopSignal,
        tasks: anyio.abc.TaskGroup,
    ) -> None:
        self._run = run
        self._client = client
        self._membership = membership
        self._claims = claims
        self._limits = limits
        self._api = api
        self._changed = changed
        self._stop = stop
        self._tasks = tasks
        self._count = 0

    def hand_out(self, round_: Round) -> None:
        """Give each worker the next shard when it has less than one shard's changes left."""
        if self._client.status == "closed":  # Its workers are about to be noticed as lost.
            return
        wanted = _LEAST_SHARD
        for member in sorted(self._membership.usable(), key=lambda one: len(one.rows)):
            size = self._size_for(member)
            wanted = max(wanted, size)
            while len(member.rows) <= size // 2 and len(member.shards) < _MOST_SHARDS_EACH:
                if not (changes := round_.take(size)):
                    break
                self._submit(member, changes)
        round_.fetch_when_below(wanted)

    def _size_for(self, member: Member) -> int:
        per_s = self._api.possible_per_s(self._limits.of(member).share_per_s)
        return int(min(max(per_s * _SHARD_S, _LEAST_SHARD), _MOST_SHARD))

    def _submit(self, member: Member, changes: tuple[Change, ...]) -> None:
        self._count += 1
        shard = Shard(self._count, 1, changes)
        self._claims.offer(shard.claim, to=member.name)
        member.shards[shard.number] = shard
        if not member.rows:
            self._limits.of(member).expect(member, now=anyio.current_time())
        member.rows |= {change.row: change for change in changes}
        future = self._client.submit(
            work_at,
            self._run,
            shard,
            key=f"batch-renamer-{self._run}-{shard.number}-{shard.attempt}",
            workers=[member.address],
            allow_other_workers=False,
            retries=0,
            pure=False,
        )
        self._tasks.start_soon(self._await_end, member, shard, future)

    async def _await_end(self, member: Member, shard: Shard, future: Any) -> None:
        try:
            end: ShardEnd = await future.result()
        except (
            Exception
        ):  # Whatever has happened to the task: the worker is lost, or can't be trusted with another one.
            if not member.lost:
                self._membership.lose(member)
            return
        finally:
            future.release()
        if member.lost:
            return
        if not end.begun and not (member.ended or self._stop.requested):
            self._membership.lose(member)
            return
        for change in shard.unsent(end):
            member.rows.pop(change.row, None)
        member.shards.pop(shard.number, None)
        self._changed.notify()
