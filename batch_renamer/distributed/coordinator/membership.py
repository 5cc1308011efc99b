"""Which workers take part: an agent is started in each that comes, and one that is gone or silent is lost.

The rows of a lost worker are in doubt: it may have sent any of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING

import anyio
import anyio.abc

from batch_renamer.distributed.change_signal import ChangeSignal
from batch_renamer.distributed.coordinator.claims import Claims
from batch_renamer.distributed.coordinator.cluster import is_protected
from batch_renamer.distributed.coordinator.limits import Limits
from batch_renamer.distributed.coordinator.member import Member
from batch_renamer.distributed.messages import Hello, Lease, Secret, Setup
from batch_renamer.distributed.queues import MessageQueue, lease_queue
from batch_renamer.distributed.worker import make_pad, start_agent
from batch_renamer.errors import InputError
from batch_renamer.model import Change
from batch_renamer.version import __version__

if TYPE_CHECKING:
    from distributed import Client

__all__ = ["Membership"]

_LOOK_EVERY_S = 0.5
_ANSWERS_WITHIN_S = 5.0
_SILENT_AFTER_S = 15.0
_STARTS_WITHIN_S = 30.0
"""A busy machine takes some seconds to import what an agent needs."""

_ENOUGH_PATIENCE_S = 3.0
"""With one usable worker, the first change does not wait longer for the others."""

_MOST_STARTS = 3
"""How often an agent is started at one address: what is lost again and again costs more than it does."""


class Membership:
    """The workers of one run; ``changed`` is notified when one comes, ends or is lost.

    ``in_doubt`` are the changes of lost workers that have no outcome.
    """

    def __init__(
        self,
        setup: Setup,
        key: Secret,
        *,
        client: Client,
        limits: Limits,
        claims: Claims,
        changed: ChangeSignal,
        notify: Callable[[str], None],
    ) -> None:
        self.in_doubt: list[Change] = []
        self._setup = setup
        self._key = key
        self._client = client
        self._limits = limits
        self._claims = claims
        self._changed = changed
        self._notify = notify
        self._members: dict[str, Member] = {}
        self._starts: Counter[str] = Counter()
        self._starting: set[str] = set()
        self._refused: set[str] = set()
        self._background: anyio.abc.TaskGroup
        self._is_closed = False

    def get(self, name: str) -> Member | None:
        """Return the worker by the name of its agent; None if it takes no part."""
        return self._members.get(name)

    def all(self) -> list[Member]:
        """Return all that took part at any time."""
        return list(self._members.values())

    def usable(self) -> list[Member]:
        """Return those that can be given changes."""
        return [member for member in self._members.values() if member.is_usable]

    @property
    def more_start(self) -> bool:
        """Whether agents are being started that have not answered yet."""
        return bool(self._starting)

    async def begin(self, background: anyio.abc.TaskGroup) -> None:
        """Start an agent in every worker; those that take long are started in ``background``.

        Raises:
            InputError: there is none that can be used.
        """
        self._background = background
        await self._look()
        begun = anyio.current_time()
        while self._starting and not (self.usable() and anyio.current_time() - begun > _ENOUGH_PATIENCE_S):
            await self._changed.wait(at_most_s=_LOOK_EVERY_S)
        if not self.usable():
            raise InputError("The cluster has no worker that can be used; nothing was sent.")

    def close(self) -> None:
        """Let no other worker take part."""
        self._is_closed = True

    async def watch(self) -> None:
        """Notice workers that come, go and fall silent, until cancelled."""
        while True:
            await anyio.sleep(_LOOK_EVERY_S)
            if not self._is_closed:
                await self._look()
            now = anyio.current_time()
            for member in self.usable():
                if member.silent_s(now) > _SILENT_AFTER_S:
                    self.lose(member)
            self._changed.notify()

    def lose(self, member: Member) -> None:
        """Give nothing more to a worker that is gone; its rows are in doubt."""
        member.lost = True
        self._limits.of(member).leave(member)
        for shard in member.shards.values():
            self._claims.withdraw(shard.claim)
        member.shards.clear()
        self.in_doubt += member.rows.values()
        member.rows.clear()
        self._changed.notify()

    async def _look(self) -> None:
        if self._client.status == "closed":  # It could not connect again to a scheduler that is gone.
            for member in self.usable():
                self.lose(member)
            return
        try:
            with anyio.fail_after(_ANSWERS_WITHIN_S):
                there = await self._client.nthreads()
        except (OSError, TimeoutError):
            return  # Its workers fall silent, too.
        self._refused &= there.keys()
        taking_part = {member.address for member in self._members.values() if not member.lost}
        for address in sorted(there.keys() - taking_part - self._starting - self._refused):
            self._start(address)
        for member in self._members.values():
            if member.address not in there and not member.lost:
                self.lose(member)

    def _start(self, address: str) -> None:
        if not is_protected(address):
            self._refuse(address, "is not used: the API key would reach it unencrypted")
        elif self._starts[address] == _MOST_STARTS:
            self._refuse(address, f"is not used any more: it was lost, or did not answer, {_MOST_STARTS} times")
        else:
            self._starts[address] += 1
            self._starting.add(address)
            self._background.start_soon(self._start_agent, address, f"{address}#{self._starts[address]}")

    async def _start_agent(self, address: str, name: str) -> None:
        try:
            with anyio.fail_after(_STARTS_WITHIN_S):
                leases = await lease_queue(self._setup.run, name, self._client)
                pad = (await self._client.run(make_pad, name, self._key.length, workers=[address]))[address]
                masked = self._key.masked(pad)
                answer = await self._client.run(start_agent, self._setup, masked, name, workers=[address])
        except TimeoutError:
            self._notify(f"The worker at {address} does not answer; it is tried again.")
        except Exception as error:
            self._refuse(
                address, f"can't be used; it needs batch-renamer {__version__} ({type(error).__name__}: {error})"
            )
        else:
            self._welcome(answer[address], address=address, name=name, leases=leases)
        self._starting.discard(address)
        self._changed.notify()

    def _welcome(self, hello: Hello, *, address: str, name: str, leases: MessageQueue[Lease]) -> None:
        if hello.version != __version__:
            self._refuse(address, f"is not used: it has batch-renamer {hello.version}, this machine {__version__}")
            return
        member = Member(
            name=name, address=address, outgoing=hello.outgoing, leases=leases, heard_at=anyio.current_time()
        )
        self._members[name] = member
        self._limits.of(member).join(member)

    def _refuse(self, address: str, why: str) -> None:
        self._refused.add(address)
        self._notify(f"The worker at {address} {why}.")
