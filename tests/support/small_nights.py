"""Nights without folders, reports or messages: spreadsheets enter, and runs leave, with a fake API on virtual time.

They call the survey, the plans and the retries in the order in which a night does; what a file came to is noted.
"""

from __future__ import annotations

import asyncio
import io
import signal
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from batch_renamer.client.orders_api import OrdersApi
from batch_renamer.commands import APPLY, RESUME, UNDO, Command
from batch_renamer.errors import BatchRenamerError, InputError, InterruptedRunError, TooManyFailuresError
from batch_renamer.jobs import Connection, Destination, Job, JobContext, SheetSource, load_options, perform, summary_of
from batch_renamer.journal import Journal, RunRecord
from batch_renamer.loader import open_sheet
from batch_renamer.model import FileEnd, Night, NightFile, ReportRow, RunSummary
from batch_renamer.nightly.contents.earlier_runs import ComesAgain, tries_of, what_comes_again
from batch_renamer.nightly.contents.file_plan import Standing, note_settled_rows, plan_file
from batch_renamer.nightly.contents.stayed_files import stayed_files
from batch_renamer.nightly.contents.survey import Survey
from batch_renamer.progress import make_progress
from batch_renamer.settings import Settings
from tests.support.clock import VirtualTimeLoop

__all__ = ["SmallNights", "sheet_of", "small_nights"]


def sheet_of(names: Mapping[str, str], *, notes: str = "", guards: Mapping[str, str] | None = None) -> str:
    """Return a spreadsheet that gives orders these names; ``notes`` stand in a column that means nothing."""
    lines = [f"{order},{(guards or {}).get(order, '')},{name},{notes}" for order, name in names.items()]
    return "\n".join(["order_id,current_name,new_name,notes", *lines]) + "\n"


@dataclass(slots=True, kw_only=True)
class SmallNights:
    """One account, one journal and one inbox; ``inbox`` has the spreadsheets by their names.

    The next night ends just before the file ``stops_at``; ``stop`` stops the job that is at work.
    """

    folder: Path
    journal: Journal
    api: OrdersApi
    options: Mapping[str, object] = field(default_factory=dict)
    inbox: dict[str, str] = field(default_factory=dict)
    retry_nights: int = 3
    stops_at: str | None = None
    stop: Callable[[], None] = lambda: None
    night: Night = field(default_factory=lambda: Night(date="2026-11-26", began_at=0.0, inbox="/inbox"))

    @property
    def settings(self) -> Settings:
        """The settings of every job."""
        given: dict[str, object] = {"rate": 1000.0, "attempts": 1, "workers": 2, **self.options}
        return Settings(yes=True, state_dir=self.folder, **given)  # type: ignore[arg-type]  # values of options

    @property
    def destination(self) -> Destination:
        """The account."""

        @asynccontextmanager
        async def connect(_: Iterable[tuple[str, str | None]]) -> AsyncIterator[OrdersApi]:
            yield self.api

        return Destination(connect=connect, base_url="http://127.0.0.1:1", account="office")

    def connection(self, command: Command) -> Connection:
        """Return what jobs of a command work with."""
        return Connection(
            command=command,
            settings=self.settings,
            journal=self.journal,
            progress=make_progress(io.StringIO(), quiet=True),
            destination=self.destination,
            reminder=lambda _: "",
        )

    def over(self) -> dict[str, NightFile]:
        """Let a night pass; return what became of each file, and of the runs that came again, by name."""
        self.journal.nights.note_cut_off(inbox="/inbox", but=self.night)
        self.night = self.journal.nights.begin(replace(self.night, files=()))
        with Survey(self.settings) as survey:
            for name in sorted(self.inbox):
                survey.read(name, self._source(name))
            stayed = stayed_files(self.journal, survey, destination=self.destination)
            note_settled_rows(self.journal, survey, stayed, destination=self.destination, night=self.night.number)
            came = what_comes_again(
                self.journal, survey, stayed, destination=self.destination, retry_nights=self.retry_nights
            )
            for one in came:
                self._go_on(one, survey)
            gone = {one.file for one in came}
            for file in [file for file in survey.files if file.number not in gone]:
                if file.name == self.stops_at:
                    self.stops_at = None
                    break
                self._do(survey, file.number, stayed)
        self.journal.nights.end(replace(self.night, ended_at=1.0, exit_code=0, begun=True))
        return {file.name: file for file in self.journal.nights.get(self.night.number).files}

    def undone(self, run_id: str) -> RunSummary:
        """Undo a run, as a person does by day."""
        job = self.connection(UNDO).job(self.journal.runs.get(run_id))
        return self._performed(job)

    def resumed(self, run_id: str) -> RunSummary:
        """Resume a run, as a person does by day."""
        return self._performed(self.connection(RESUME).job(self.journal.runs.get(run_id)))

    def rows(self, run_id: str | None) -> dict[str, ReportRow]:
        """Return the rows of a run by order."""
        assert run_id is not None
        return {row.order_id: row for row in self.journal.results.report_rows(self.journal.runs.get(run_id))}

    def _source(self, name: str) -> SheetSource:
        path = self.folder / "snapshots" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(self.inbox[name], encoding="utf-8")
        options = load_options(self.settings)
        return SheetSource(open=lambda stopped: open_sheet(path, options, stopped=stopped, label=name), path=path)

    def _go_on(self, one: ComesAgain, survey: Survey) -> None:
        job = one.job(self.connection(RESUME))
        name = survey.files[one.file].name if one.file is not None else one.name
        end = self._ended(job, NightFile(name=name, end=FileEnd.STOPPED, again=True, sentence=one.sentence))
        if one.file is not None and not end.stays:
            del self.inbox[name]

    def _do(self, survey: Survey, number: int, stayed: dict[int, RunRecord]) -> None:
        one = survey.files[number]
        plan = plan_file(
            self.journal,
            survey,
            one,
            stayed,
            destination=self.destination,
            again=self.settings.again,
            done=range(number),
        )
        match plan.standing:
            case Standing.UNUSABLE:
                end = self._note(NightFile(name=one.name, end=FileEnd.REFUSED, sentence=plan.sentence))
            case Standing.SAME | Standing.ENDED:
                assert plan.last is not None
                summary = summary_of(self.journal, plan.last)
                kind = FileEnd.SAME if plan.standing is Standing.SAME else _end_of(summary, None)
                end = self._note(NightFile(name=one.name, end=kind, sentence=plan.sentence, run_id=plan.last.id))
            case _:
                job = self.connection(APPLY).job(self._source(one.name))
                job = replace(job, settled=plan.settled, night=self.night.number)
                end = self._ended(job, NightFile(name=one.name, end=FileEnd.STOPPED, sentence=plan.sentence))
        if not end.stays:
            del self.inbox[one.name]

    def _ended(self, job: Job, file: NightFile) -> FileEnd:
        context = JobContext(job)
        try:
            summary = self._performed_in(context)
        except BatchRenamerError as error:
            refused = isinstance(error, InputError)
            return self._note(replace(file, end=FileEnd.REFUSED if refused else FileEnd.STOPPED, sentence=str(error)))
        assert context.run is not None
        tries = tries_of(self.journal, context.run.record, retry_nights=self.retry_nights)
        sentence = f"{file.sentence} {tries.sentence}".strip()
        return self._note(
            replace(
                file,
                end=_end_of(summary, context.stop.cause),
                sentence=sentence,
                run_id=summary.run_id,
                tries_left=tries.left,
                exit_code=summary.exit_code,
                counts={result.value: count for result, count in summary.counts.items()},
            )
        )

    def _note(self, file: NightFile) -> FileEnd:
        self.journal.nights.note_file(self.night, len(self.night.files), file)
        self.night = replace(self.night, files=(*self.night.files, file))
        return file.end

    def _performed(self, job: Job) -> RunSummary:
        return self._performed_in(JobContext(job))

    def _performed_in(self, context: JobContext) -> RunSummary:
        self.stop = lambda: context.stop.request(InterruptedRunError(signal.SIGTERM))
        with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
            return runner.run(perform(context))[1]


def _end_of(summary: RunSummary, cause: BatchRenamerError | None) -> FileEnd:
    if not summary.stopped:
        return FileEnd.PROBLEMS if summary.exit_code else FileEnd.DONE
    return FileEnd.REFUSED if isinstance(cause, InputError | TooManyFailuresError) else FileEnd.STOPPED


@contextmanager
def small_nights(folder: Path, api: OrdersApi, **fields: object) -> Iterator[SmallNights]:
    """Open a journal for nights of an account."""
    with Journal.open(folder / "journal.sqlite3") as journal:
        yield SmallNights(folder=folder, journal=journal, api=api, **fields)  # type: ignore[arg-type]  # its fields
