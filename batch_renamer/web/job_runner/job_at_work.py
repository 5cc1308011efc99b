"""One job at work: what it is asked, how far it is, and how it is stopped."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from batch_renamer.client import GRACE_S, StopSignal
from batch_renamer.commands import Command
from batch_renamer.errors import BatchRenamerError
from batch_renamer.jobs import JobContext, committed
from batch_renamer.journal import RunRecord
from batch_renamer.web.accounts import Account
from batch_renamer.web.job_runner.live_job import LiveJob
from batch_renamer.web.job_runner.live_progress import LiveProgress

__all__ = ["JobAtWork"]

_NO_ANSWERS = "The API gives no good answers. Nothing is sent until it does."


@dataclass(slots=True, kw_only=True, eq=False)
class JobAtWork:
    """A job from the moment at which it was asked for until it has ended.

    ``about`` is the run that it commits, resumes, undoes or audits; None: it plans the spreadsheet in the file
    ``reads``. ``account`` and ``context`` are None until it is open. ``known`` is set when pages can ask for it by an
    id, or when it has ended. ``has_waited``: it had to wait for another run before it had its own. ``error`` is what
    ended it before it had a run, or a fault of the program.
    """

    command: Command
    about: RunRecord | None = None
    account: Account | None = None
    reads: Path | None = None
    secrets: Sequence[str] = field(default=(), repr=False)
    context: JobContext | None = None
    has_waited: bool = False
    error: BatchRenamerError | None = None
    known: asyncio.Event = field(default_factory=asyncio.Event)
    stop: StopSignal = field(default_factory=StopSignal)
    began_at: float = field(default_factory=time.time)
    progress: LiveProgress = field(init=False)

    def __post_init__(self) -> None:
        # The loop's clock may be read in every thread; in tests it is a virtual one.
        self.progress = LiveProgress(secrets=self.secrets, clock=asyncio.get_running_loop().time)

    @property
    def run_id(self) -> str:
        """The id of its run, or of the run that it is about where it waits for another one; "" before that."""
        if self.context is not None and self.context.run is not None:
            return self.context.run.record.id
        return self.about.id if self.about is not None and self.has_waited else ""

    @property
    def waits_for(self) -> str:
        """Whose run it waits for, in a few words."""
        return self.context.waits_for if self.context is not None else ""

    def changed(self) -> None:
        """Notice that the job has a run now, or waits for another one."""
        if self.context is None:
            return
        self.has_waited = self.has_waited or bool(self.context.waits_for)
        if self.run_id:
            self.known.set()

    def ask_to_stop(self, cause: BatchRenamerError, *, grace_s: float = GRACE_S) -> None:
        """Ask it to stop: renames in flight get ``grace_s`` seconds to finish, or none when it is asked once more."""
        run = self.context.run if self.context is not None else None
        is_first = not self.stop.requested
        given_s = grace_s if is_first and run is not None and committed(run.record) else 0.0
        self.stop.request(cause, grace_s=given_s)
        in_flight = f"Stopping: requests in flight get {given_s:g} s to finish." if given_s else "Stopping at once."
        self.progress.message(in_flight)

    def live(self) -> LiveJob:
        """Return what it is doing at this moment."""
        standing = self.progress.standing()
        run = self.context.run if self.context is not None else None
        return LiveJob(
            run_id=self.run_id,
            account=self.account.name if self.account is not None else "",
            command=self.command.recorded_as,
            began_at=self.began_at,
            writes=self.command.writes,
            stage=standing.stage,
            done=standing.done,
            total=standing.total,
            failures=standing.failures,
            rate_per_s=standing.rate_per_s,
            limit_per_s=round(run.api.pacer.limit_per_s, 1) if run is not None and run.api is not None else None,
            left_s=standing.left_s,
            note=_NO_ANSWERS if run is not None and run.waits_for_api else "",
            messages=standing.messages,
            waits_for=self.waits_for,
            stopping=self.stop.requested,
        )
