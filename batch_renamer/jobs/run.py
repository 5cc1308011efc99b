"""A job at work: its context, which exists from the start, and its run, which exists once the job has rows.

Neither of them holds rows: the stages pass rows to each other through the journal. What a job was given is in `Job`.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import anyio.abc

from batch_renamer.client import StopSignal
from batch_renamer.commands import APPLY_PLAN
from batch_renamer.files import FileIdentity
from batch_renamer.jobs.api_session import ApiSession
from batch_renamer.jobs.forecast import requests_of_commit
from batch_renamer.jobs.job import Job
from batch_renamer.journal import RunRecord
from batch_renamer.model import BAD_RESULTS, Forecast, Outcome, ReasonGroup, ReportLine, ReportRow, Result, WarningGroup
from batch_renamer.progress import about

__all__ = ["JobContext", "Run"]

log = logging.getLogger("batch_renamer")


@dataclass(slots=True)
class JobContext:
    """One job at work, as the command line or the library sees it: with its stop, its questions and its warnings.

    ``confirm`` shows the plan and asks; without it the answer is yes. ``confirm_again`` asks whether so many orders are
    to be renamed again that an earlier run of the same rows renamed, and that were renamed since; undos that did
    that are given with their counts. ``warnings`` are shown at the end. ``begun`` is when the job began, on the
    monotonic clock, plus the time that questions took. ``asking``: a question waits for its
    answer. ``run`` is the job's run, None until its rows are in the journal. ``waits_for`` says in a few words whose
    run holds the account while this job waits for its end, and is "" otherwise. ``on_change`` is called in the event
    loop when either of these two has changed.
    """

    job: Job
    confirm: Callable[[Run], Awaitable[bool]] | None = None
    confirm_again: Callable[[Run, int, Sequence[tuple[str, int]]], Awaitable[bool]] | None = None
    stop: StopSignal = field(default_factory=StopSignal)
    warnings: list[str] = field(init=False)
    begun: float = field(default_factory=time.monotonic)
    asking: bool = False
    run: Run | None = None
    waits_for: str = ""
    on_change: Callable[[], None] | None = None

    def __post_init__(self) -> None:
        self.warnings = list(self.job.notes)

    @property
    def id_for_others(self) -> str:
        """The id by which other processes know the job: the id of its run, or of the run that it is about."""
        known = self.run.record if self.run is not None else self.job.origin
        return known.id if known is not None else "?"

    def note_run(self, run: Run) -> None:
        """Note the run of the job."""
        self.run = run
        self._changed()

    def note_waiting_for(self, who: str) -> None:
        """Note whose run the job waits for; "" when it goes on."""
        if who != self.waits_for:
            self.waits_for = who
            self._changed()

    def _changed(self) -> None:
        if self.on_change is not None:
            self.on_change()

    @property
    def over(self) -> bool:
        """Whether nothing will be sent any more."""
        return self.run is not None and self.run.over

    @contextmanager
    def waiting_for_answer(self) -> Iterator[None]:
        """Wrap the wait for the user's answer: a stop ends it, and it is not part of the run's duration.

        Raises:
            Stopping: the run is to stop.
        """
        asked, self.asking = time.monotonic(), True
        try:
            with self.stop.interruptible():
                yield
        finally:
            self.asking = False
            self.begun += time.monotonic() - asked

    def tell(self, text: str) -> None:
        """Say on the screen and in the log that the job must wait, or that it goes on again."""
        log.warning("%s", text, extra=about(on_screen=True))
        self.job.progress.message(text)
        if self.run is not None and self.run.waits_for_api and not self.stop.requested:
            can_go_on = self.job.command.writes
            left = "Ctrl-C stops the run; `resume` goes on with it later." if can_go_on else "Ctrl-C stops the run."
            self.job.progress.hint(left)


@dataclass(slots=True, kw_only=True)
class Run:
    """The run of a job: its entry in the journal, its open API, and its results so far.

    ``record`` is the entry as the last stage that changed it left it. ``background`` has the tasks that watch the run,
    ``opened`` is closed at its end. ``in_hand`` tells that no other process may be at work on this very run: it began
    here, or the lock is held. ``api`` is the open API, None until the job is connected. ``targets`` are the reports to
    be written, ``workbook`` is the spreadsheet that the results go into (None: that is not wanted). ``must_stay`` are
    the files of the run that must not be removed while it is at work. ``declined``: the user said no, or stopped the
    run at the question. ``would_be_refused``: the limits refuse to do what a dry run has planned. ``unrecorded`` are
    outcomes that the journal did not take. ``over``: nothing will be sent any more.
    """

    context: JobContext
    record: RunRecord
    background: anyio.abc.TaskGroup
    opened: AsyncExitStack
    in_hand: bool
    api: ApiSession | None = None
    targets: tuple[Path, ...] = ()
    workbook: Path | None = None
    must_stay: list[FileIdentity] = field(default_factory=list)
    declined: bool = False
    would_be_refused: bool = False
    unrecorded: list[Outcome] = field(default_factory=list)
    over: bool = False

    @property
    def job(self) -> Job:
        """What the run was given."""
        return self.context.job

    @property
    def logged_id(self) -> str | None:
        """The id that lines of the log have; None for a check, which is not kept in the journal."""
        return None if self.job.command.offline else self.record.id

    @property
    def stop(self) -> StopSignal:
        """The signal that ends the run early."""
        return self.context.stop

    @property
    def sheet_path(self) -> Path | None:
        """The spreadsheet that the run's rows came from, as far as the journal knows."""
        return Path(self.record.sheet) if self.record.sheet is not None else None

    @property
    def files(self) -> tuple[Path, ...]:
        """The files that are written at the end of the run."""
        return self.targets if self.workbook is None else (*self.targets, self.workbook)

    @property
    def puts_back(self) -> bool:
        """Whether the run gives orders the names back that they had before another run: an undo, resumed or not."""
        return self.record.spec.puts_back

    @property
    def requests(self) -> int:
        """How many requests the run has sent."""
        return self.api.pacer.requests if self.api is not None else 0

    @property
    def throttled(self) -> int:
        """How many of them got a 429."""
        return self.api.pacer.throttled if self.api is not None else 0

    @property
    def waits_for_api(self) -> bool:
        """Whether no request passes until the API gives good answers again."""
        return self.api is not None and not self.api.breaker.gate.is_closed

    @property
    def learnt_per_s(self) -> float | None:
        """The limit that the API has shown, in requests per second, if it has."""
        return self.api.pacer.learnt_per_s if self.api is not None else None

    def rows(self) -> Iterator[ReportRow]:
        """Yield every row of the run as reports show it, in sheet order."""
        return self.job.journal.results.report_rows(self.record, over=self.over)

    def lines(self) -> Iterator[ReportLine]:
        """Yield every row of the run with the cells of the sheet's other columns, in sheet order."""
        return self.job.journal.results.report_lines(self.record, over=self.over)

    def planned(self, *, limit: int) -> list[ReportRow]:
        """Return the first renames of the plan."""
        return self.job.journal.results.planned_rows(self.record, limit=limit)

    def reasons(self) -> list[ReasonGroup]:
        """Return the bad rows grouped by reason, the largest group first; of a check, all of them."""
        every_row = self.job.command.offline
        return self.job.journal.results.reasons(self.record, sorted(BAD_RESULTS), every_row=every_row)

    def left_out(self) -> list[ReasonGroup]:
        """Return the skipped rows grouped by reason."""
        return self.job.journal.results.left_out(self.record)

    def row_warnings(self) -> list[WarningGroup]:
        """Return the warnings of rows by kind."""
        return self.job.journal.results.warning_groups(self.record)

    def counts(self) -> dict[Result, int]:
        """Return how many rows have each result."""
        return self.job.journal.results.counts(self.record, over=self.over)

    def open_rows(self) -> int:
        """Return how many rows are still to be sent."""
        if self.job.command.resumes and self.job.reopened:
            count = self.job.journal.lineage.count_unfinished
            return count(self.record, failed=self.job.again_failed, choice=self.job.reopened)
        counts = self.counts()
        still = [Result.PLANNED, Result.PENDING]
        if self.job.command.resumes:
            still += [Result.UNKNOWN, *([Result.FAILED] if self.job.again_failed else [])]
        return sum(counts.get(result, 0) for result in still)

    def forecast(self) -> Forecast | None:
        """Return what committing the plan now would take, at the pace of the moment; None without an open API."""
        if self.api is None:
            return None
        per_s, renames = self.api.requests_per_s(), self.open_rows()
        command = self.job.command
        if command.dry:
            requests = requests_of_commit(renames, per_s)
        elif command.resumes or command.puts_back or command == APPLY_PLAN:
            # They have yet to be read, or are read again: until the answer, what was read of a kept plan grows old.
            requests = 2 * renames
        else:
            requests = renames
        remark = self.job.engine.remark(self.job.settings, renames, per_s)
        return Forecast(requests=requests, seconds=requests / per_s, rate_per_s=per_s, remark=remark)
