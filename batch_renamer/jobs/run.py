"""What a job has come to so far: its entry in the journal, its open API, its notes, and whether it is to stop.

The journal is the table that the stages work at; a `Run` holds no rows. What it was given stays in its `Job`.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import anyio
import anyio.abc

from batch_renamer.client import StopSignal
from batch_renamer.files import FileIdentity
from batch_renamer.jobs.api_session import ApiSession
from batch_renamer.jobs.job import Job
from batch_renamer.journal import RunRecord
from batch_renamer.model import BAD_RESULTS, Forecast, Outcome, ReasonGroup, ReportRow, Result, WarningGroup
from batch_renamer.progress import about

__all__ = ["Run"]

log = logging.getLogger("batch_renamer")


@dataclass(slots=True)
class Run:
    """The state of one job.

    ``api`` is the open API, None until the job is connected. ``background`` runs what watches over the run, ``opened``
    is closed at its end; both are there while the stages are. ``targets`` are the reports to be written.
    ``must_stay`` are the files that the run holds and that must not go while it is at work.
    ``read_in_s`` is how long it took to read the current names, in seconds. ``declined``: the user said no,
    or stopped the run at the question. ``asking``: a question waits for its answer; that time is not the run's.
    ``in_hand`` tells that no other process may be at work on this very run: it began here, or the lock is held.
    ``unrecorded`` are outcomes that the journal did not take, ``over`` tells that nothing will be sent any more.
    """

    job: Job
    api: ApiSession | None = None
    background: anyio.abc.TaskGroup = field(init=False)
    opened: AsyncExitStack = field(init=False)
    stop: StopSignal = field(default_factory=StopSignal)
    warnings: list[str] = field(init=False)
    targets: tuple[Path, ...] = ()
    must_stay: list[FileIdentity] = field(default_factory=list)
    begun: float = field(default_factory=time.monotonic)
    asking: bool = False
    read_in_s: float = 0.0
    declined: bool = False
    in_hand: bool = False
    unrecorded: list[Outcome] = field(default_factory=list)
    over: bool = False
    _record: RunRecord | None = None

    def __post_init__(self) -> None:
        self.warnings = list(self.job.notes)

    @property
    def record(self) -> RunRecord:
        """The run's entry in the journal; there is one from the moment the spreadsheet was opened."""
        assert self._record is not None, "the spreadsheet was not loaded yet"  # noqa: S101 - an order of stages
        return self._record

    @property
    def id_for_others(self) -> str:
        """The id by which other processes know the run: its own, or that of the run that it is about."""
        known = self._record or self.job.origin
        return known.id if known is not None else "?"

    @property
    def begun_in_journal(self) -> bool:
        """Whether the run has come as far as having rows of its own."""
        return self._record is not None

    def enter(self, record: RunRecord) -> None:
        """Note the run's entry in the journal."""
        self._record = record

    def begin(self, *, delimiter: str | None = None) -> RunRecord:
        """Begin the run's entry in the journal; it is the run's own only when its rows are whole (`enter`)."""
        self.in_hand = True
        return self.job.journal.runs.begin(self.job.new_run(delimiter=delimiter))

    @property
    def sheet_path(self) -> Path | None:
        """The spreadsheet that the run's rows came from, as far as the journal knows."""
        return Path(self.record.sheet) if self.record.sheet is not None else None

    @property
    def puts_back(self) -> bool:
        """Whether the run takes back what another one did, be it an undo or one that is taken up again."""
        return self.record.spec.puts_back

    @contextmanager
    def waiting_for_answer(self) -> Iterator[None]:
        """Wrap the wait for the user's answer, which a stop ends, and which doesn't count as time that the run took.

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
        """Say a sentence on the screen and in the log: the run is held up, or goes on again."""
        run_id = self.record.id if self.begun_in_journal else None
        log.warning("%s", text, extra=about(on_screen=True, run_id=run_id))
        self.job.progress.message(text)

    @property
    def requests(self) -> int:
        """How many requests the run has sent."""
        return self.api.pacer.requests if self.api is not None else 0

    @property
    def throttled(self) -> int:
        """How many of them met a 429."""
        return self.api.pacer.throttled if self.api is not None else 0

    @property
    def learnt_per_s(self) -> float | None:
        """The limit that the API has shown, in requests per second, if it has."""
        return self.api.pacer.learnt_per_s if self.api is not None else None

    def rows(self) -> Iterator[ReportRow]:
        """Yield every row of the run as reports show it, in sheet order."""
        return self.job.journal.results.report_rows(self.record, over=self.over)

    def planned(self, *, limit: int) -> list[ReportRow]:
        """Return the first renames of the plan."""
        return self.job.journal.results.planned_rows(self.record, limit=limit)

    def reasons(self) -> list[ReasonGroup]:
        """Return the bad rows grouped by reason, the largest group first."""
        return self.job.journal.results.reasons(self.record, sorted(BAD_RESULTS))

    def row_warnings(self) -> list[WarningGroup]:
        """Return the warnings of rows by kind."""
        return self.job.journal.results.warning_groups(self.record)

    def counts(self) -> dict[Result, int]:
        """Return how many rows have each result."""
        return self.job.journal.results.counts(self.record, over=self.over)

    def open_rows(self) -> int:
        """Return how many rows are still to be sent."""
        counts = self.counts()
        still = [Result.PLANNED, Result.PENDING]
        if self.job.command.resumes:
            still += [Result.UNKNOWN, *([Result.FAILED] if self.job.again_failed else [])]
        return sum(counts.get(result, 0) for result in still)

    def forecast(self) -> Forecast | None:
        """Return what committing the plan now would take, at the pace of the moment; None without an open API.

        A plan that was kept is looked at again before it is committed, which takes what it took this time.
        """
        if self.api is None:
            return None
        per_s, renames = self.api.requests_per_s(), self.open_rows()
        reads, reading_s = 0, 0.0
        if self.job.command.dry:
            reads, reading_s = self.requests, self.read_in_s
        elif self.job.command.resumes:
            reads, reading_s = renames, renames / per_s
        return Forecast(requests=reads + renames, seconds=reading_s + renames / per_s, rate_per_s=per_s)
