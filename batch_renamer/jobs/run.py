"""One run in hand: what the stages of a job share, from its tools to its figures.

The journal is the table that the stages work at; a `Run` holds no rows.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractContextManager, AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import anyio
import anyio.abc
import anyio.to_thread

from batch_renamer.client import Gateway, Pacer, StopSignal
from batch_renamer.commands import Command
from batch_renamer.files import FileIdentity
from batch_renamer.jobs.destinations import Destination
from batch_renamer.journal import Journal, NewRun, RunRecord
from batch_renamer.loader import Sheet
from batch_renamer.model import BAD_RESULTS, Forecast, Outcome, ReasonGroup, ReportRow, Result, WarningGroup
from batch_renamer.progress import Progress, about
from batch_renamer.settings import Settings

__all__ = ["Run"]

log = logging.getLogger("batch_renamer")


@dataclass(slots=True, kw_only=True)
class Run:
    """One run of one command; the stages fill it in as they go.

    ``sheet`` is the spreadsheet's path (None for a DataFrame), ``digest`` tells whether it is the same as before.
    ``origin`` is the run that this one commits, takes up, undoes or audits; ``again_failed`` takes up what failed, too.
    ``confirm`` shows the plan and asks; without one nobody is asked. ``confirm_again`` asks whether so many orders are
    to be renamed that an earlier run of the same rows renamed, and that were renamed since. ``reminder`` says at the
    end what else waits to be done, if anything. ``background`` runs what
    watches over the run, ``opened`` is closed at its end; both are there while the stages are. ``targets`` are the
    reports to be written.
    ``must_stay`` are the files that the run holds and that must not go while it is at work.
    ``read_in_s`` is how long it took to read the current names, in seconds. ``in_hand`` tells that no other process may
    be at work on this very run: it began here, or the lock is held. ``own_process`` tells that the process serves
    nothing else, so that its memory may be arranged for the run. ``unrecorded`` are outcomes that
    the journal did not take, ``over`` tells that nothing will be sent any more.
    """

    command: Command
    settings: Settings
    journal: Journal
    progress: Progress
    destination: Destination
    open_sheet: Callable[[Callable[[], bool]], AbstractContextManager[Sheet]] | None = None  # given: shall it give up?
    sheet: Path | None = None
    digest: str | None = None
    origin: RunRecord | None = None
    again_failed: bool = False
    confirm: Callable[[Run], Awaitable[bool]] | None = None
    confirm_again: Callable[[Run, int], Awaitable[bool]] | None = None
    reminder: Callable[[Run], str] | None = None
    background: anyio.abc.TaskGroup = field(init=False)
    opened: AsyncExitStack = field(init=False)
    stop: StopSignal = field(default_factory=StopSignal)
    warnings: list[str] = field(default_factory=list)
    targets: tuple[Path, ...] = ()
    must_stay: list[FileIdentity] = field(default_factory=list)
    begun: float = field(default_factory=time.monotonic)
    read_in_s: float = 0.0
    declined: bool = False
    in_hand: bool = False
    own_process: bool = False
    unrecorded: list[Outcome] = field(default_factory=list)
    over: bool = False
    _record: RunRecord | None = None
    _pacer: Pacer | None = None
    _gateway: Gateway | None = None

    @property
    def record(self) -> RunRecord:
        """The run's entry in the journal; there is one from the moment the spreadsheet was opened."""
        assert self._record is not None, "the spreadsheet was not loaded yet"  # noqa: S101 - an order of stages
        return self._record

    @property
    def id_for_others(self) -> str:
        """The id by which other processes know the run: its own, or that of the run that it is about."""
        known = self._record or self.origin
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
        origin, self.in_hand = self.origin, True
        return self.journal.runs.begin(
            NewRun(
                command=self.command.recorded_as,
                base_url=self.destination.base_url,
                profile=self.destination.profile,
                account=self.destination.account,
                key_print=self.destination.key_print,
                sheet=str(self.sheet.absolute())
                if self.sheet is not None
                else origin.sheet
                if origin is not None
                else None,
                digest=self.digest,
                delimiter=delimiter if origin is None else origin.delimiter,
                parent=origin,
                first=self.settings.first,
                max_renames=self.settings.max_renames,
                strict=self.settings.strict,
                # As they were asked for, until their places are proven: the run may be taken up before that.
                reports=[str(Path(report).absolute()) for report in self.settings.report],
            )
        )

    @property
    def sheet_path(self) -> Path | None:
        """The spreadsheet that the run's rows came from, as far as anybody knows."""
        return Path(self.record.sheet) if self.record.sheet is not None else None

    @property
    def dry(self) -> bool:
        """Whether the run ends with its plan, which is kept."""
        return self.command.dry

    @property
    def puts_back(self) -> bool:
        """Whether the run takes back what another one did, be it an undo or one that is taken up again."""
        return self.record.spec.puts_back

    @property
    def gateway(self) -> Gateway:
        """The door to the API; open from the stage that connects."""
        assert self._gateway is not None, "not connected yet"  # noqa: S101 - an order of stages
        return self._gateway

    def tell(self, text: str) -> None:
        """Say a sentence to whoever watches, and to the log: the run is held up, or goes on again."""
        run_id = self.record.id if self.begun_in_journal else None
        log.warning("%s", text, extra=about(on_screen=True, run_id=run_id))
        self.progress.message(text)

    def connect(self, gateway: Gateway, pacer: Pacer) -> None:
        """Note the open door to the API, and the pacer that counts its requests."""
        self._gateway = gateway
        self._pacer = pacer

    def most_at_once(self) -> int:
        """Return how many rows may be in hand at once: no more than there are connections for."""
        connections = self.destination.connections
        return min(self.settings.workers or connections, connections)

    def pace_note(self) -> str:
        """Return the limit kept to at present, in words."""
        return f"limit {self._pacer.limit_per_s:,.0f}/s" if self._pacer is not None else ""

    def requests_per_s(self) -> float:
        """Return how many requests a second can be made at present."""
        assert self._pacer is not None, "not connected yet"  # noqa: S101 - an order of stages
        pace_per_s, latency_s = self._pacer.pace_per_s, self._pacer.latency_s
        if self.settings.workers is None or not latency_s:
            return pace_per_s
        return min(pace_per_s, self.settings.workers / latency_s)

    @property
    def requests(self) -> int:
        """How many requests the run has sent."""
        return self._pacer.requests if self._pacer is not None else 0

    @property
    def throttled(self) -> int:
        """How many of them met a 429."""
        return self._pacer.throttled if self._pacer is not None else 0

    @property
    def learnt_per_s(self) -> float | None:
        """The limit that the API has shown, in requests per second, if it has."""
        return self._pacer.learnt_per_s if self._pacer is not None else None

    def rows(self) -> Iterator[ReportRow]:
        """Yield every row of the run as reports show it, in sheet order."""
        return self.journal.results.report_rows(self.record, over=self.over)

    def planned(self, *, limit: int) -> list[ReportRow]:
        """Return the first renames of the plan."""
        return self.journal.results.planned_rows(self.record, limit=limit)

    def reasons(self) -> list[ReasonGroup]:
        """Return the bad rows grouped by reason, the largest group first."""
        return self.journal.results.reasons(self.record, sorted(BAD_RESULTS))

    def row_warnings(self) -> list[WarningGroup]:
        """Return the warnings of rows by kind."""
        return self.journal.results.warning_groups(self.record)

    def counts(self) -> dict[Result, int]:
        """Return how many rows have each result."""
        return self.journal.results.counts(self.record, over=self.over)

    def open_rows(self) -> int:
        """Return how many rows are still to be sent."""
        counts = self.counts()
        still = [Result.PLANNED, Result.PENDING]
        if self.command.resumes:
            still += [Result.UNKNOWN, *([Result.FAILED] if self.again_failed else [])]
        return sum(counts.get(result, 0) for result in still)

    def forecast(self) -> Forecast:
        """Return what committing the plan now would take, at the pace of the moment.

        A plan that was kept is looked at again before it is committed, which takes what it took this time.
        """
        per_s, renames = self.requests_per_s(), self.open_rows()
        reads, reading_s = 0, 0.0
        if self.dry:
            reads, reading_s = self.requests, self.read_in_s
        elif self.command.resumes:
            reads, reading_s = renames, renames / per_s
        return Forecast(requests=reads + renames, seconds=reading_s + renames / per_s, rate_per_s=per_s)
