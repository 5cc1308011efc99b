"""One limit for all runs of this machine: live runs register in the state directory, and divide the limit fairly.

Each run says what it wants and what it holds. A run gives up at once what is more than its fair share, and takes more
only when the others have said that they have given it up. So all of them together never hold more than the limit. A run
that reads page after page, writes its reports or waits for an answer leaves to the others what it does not use.
"""

from __future__ import annotations

import hashlib
import logging
import math
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import anyio
import anyio.to_thread
from anyio.abc import TaskStatus

from batch_renamer.client.demand import AT_FIRST, Demand
from batch_renamer.client.fair_shares import Claim, next_share
from batch_renamer.client.pacing import Pacer
from batch_renamer.client.share_files import OtherRuns, OwnClaim
from batch_renamer.liveness import Registration, registered
from batch_renamer.loop_clock import loop_time

__all__ = ["is_in_use", "live_folder", "share_rate"]

log = logging.getLogger("batch_renamer")

_ALONE_EVERY_S = 0.2
"""How often a run that is alone looks whether it still is."""

_SHARED_EVERY_S = 0.05
"""How often runs that share a limit say what they want."""

_AGAIN_AFTER_S = 1.0
"""How long after a failure a run registers once more: there may have been no file descriptor left at that moment."""

_AT_WORK_AFTER_S = 1.0
_ROUNDING = 1e-9


def live_folder(state_dir: Path, base_url: str) -> Path:
    """Return the folder in which the live runs of a base URL register."""
    return state_dir / "live" / hashlib.blake2b(base_url.encode(), digest_size=8).hexdigest()


def is_in_use(state_dir: Path, base_url: str) -> bool:
    """Tell whether a run of this state directory sends requests to a base URL at this moment."""
    return bool(registered(live_folder(state_dir, base_url)))


async def share_rate(
    pacer: Pacer,
    *,
    ceiling_per_s: float,
    state_dir: Path,
    base_url: str,
    task_status: TaskStatus[None] = anyio.TASK_STATUS_IGNORED,
) -> None:
    """Keep ``pacer`` at its fair share of ``ceiling_per_s`` requests per second until cancelled.

    The other runs are those at work in the same state directory with the same ``base_url``. The task counts as
    started when requests may leave.
    """
    folder = live_folder(state_dir, base_url)
    sharing = _Sharing(pacer, ceiling_per_s)
    joined = is_told = False

    def join() -> None:
        nonlocal joined
        if not joined:
            joined = True
            task_status.started()

    while True:
        try:
            # In a thread, because it may have to wait for a lock.
            with (
                await anyio.to_thread.run_sync(partial(Registration, folder, label="run")) as own,
                OwnClaim(own) as own_claim,
            ):
                await sharing.keep_on(own_claim, OtherRuns(folder, own), join)
        except OSError as error:
            # Runs that can't register can't share: they learn from their 429s, like other programs at the same address.
            if not is_told:
                is_told = True
                log.warning("the limit is not shared with other runs on this machine: %s", error.strerror or error)
            sharing.suspend()
            join()
        await anyio.sleep(_AGAIN_AFTER_S)


class _Sharing:
    """The share that one run holds, and what it tells the others."""

    def __init__(self, pacer: Pacer, ceiling_per_s: float) -> None:
        self._pacer = pacer
        self._ceiling_per_s = ceiling_per_s
        self._demand = Demand(now=loop_time(), requests=pacer.requests)
        self._share = 0.0
        self._sends_since = math.inf
        self._own_claim: OwnClaim
        self._others: OtherRuns

    def suspend(self) -> None:
        """Keep to the share that was held last while no other run can be asked; the whole limit if there was none."""
        self._share = self._share or 1.0

    async def keep_on(self, own_claim: OwnClaim, others: OtherRuns, join: Callable[[], None]) -> None:
        """Follow what the runs want for as long as this one lives; ``join`` is called when it holds a share.

        Raises:
            OSError: the others can't be asked, or they can't see this run any more.
        """
        self._own_claim, self._others = own_claim, others
        while True:
            if self._pacer.requests:
                self._sends_since = min(self._sends_since, loop_time())
            alone = self._share == 1.0 and not self._others.may_be_there()
            if not alone:
                await self._follow()
            if self._share:
                join()
            await anyio.sleep(_ALONE_EVERY_S if alone else _SHARED_EVERY_S)

    async def _follow(self) -> None:
        wanted = self._wanted()
        others = await self._exchange(wanted)
        share = next_share(Claim(wanted=wanted, held=self._share), others)
        if share < self._share:
            self._take(share)
            await self._exchange(wanted)
        elif share > self._share:
            # Another run may want to take it at this very moment. So it is said first: at least one of them sees that.
            others = await self._exchange(wanted, taking=share)
            if sum(other.held for other in others) <= 1.0 - share + _ROUNDING:
                if not self._share:
                    self._learn_from(others)
                self._take(share)
        self._pacer.note_others(at_work=any(other.at_work for other in others))

    def _learn_from(self, others: Sequence[Claim]) -> None:
        """Begin with what runs at work have learnt: it is newer than what was noted at the end of an earlier run."""
        if learnt := [other.learnt_per_s for other in others if other.learnt_per_s is not None]:
            self._pacer.begin_with(min(learnt))

    def _wanted(self) -> float:
        if not self._share:
            return AT_FIRST
        pacer = self._pacer
        wanted = self._demand.look(
            now=loop_time(),
            requests=pacer.requests,
            waiting=pacer.waiting if pacer.paused_until <= loop_time() else 0,
            limit_per_s=pacer.limit_per_s,
            share=self._share,
        )
        return 1.0 if pacer.reserved_per_s else wanted

    def _take(self, share: float) -> None:
        self._share = share
        self._pacer.share(self._ceiling_per_s * share)

    async def _exchange(self, wanted: float, *, taking: float = 0.0) -> list[Claim]:
        # What other processes were given is held until they have given it back.
        reserved = self._share * self._pacer.reserved_per_s / self._pacer.limit_per_s
        claim = Claim(
            wanted=wanted,
            held=max(self._share, taking, reserved),
            learnt_per_s=self._pacer.learnt_per_s,
            at_work=loop_time() - self._sends_since >= _AT_WORK_AFTER_S,
        )
        return await anyio.to_thread.run_sync(self._write_and_read, claim, loop_time())

    def _write_and_read(self, claim: Claim, now: float) -> list[Claim]:
        self._own_claim.write(claim)
        return self._others.claims(now)
