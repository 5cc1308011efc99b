"""The parts of a night: each file of the inbox is copied, read, done and moved, and its end is noted at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from batch_renamer.errors import (
    ApiUnavailableError,
    BatchRenamerError,
    CertificateError,
    InterruptedRunError,
    JournalError,
    KeyRefusedError,
    LockedError,
    ProxyRefusedError,
    ReportTargetError,
    UnfinishedSheetError,
)
from batch_renamer.jobs import source_of
from batch_renamer.model import FileEnd, NightFile
from batch_renamer.nightly.applying import Applied, applied, as_it_ended, never_began
from batch_renamer.nightly.contents import (
    ComesAgain,
    Standing,
    Stayed,
    Survey,
    Surveyed,
    note_settled_rows,
    plan_file,
    stayed_files,
    what_comes_again,
)
from batch_renamer.nightly.context import NightContext, files_of_ours
from batch_renamer.nightly.file_ends import FileEnds
from batch_renamer.nightly.filing import (
    earlier_entry_of,
    remove_leftovers,
    remove_old,
)
from batch_renamer.nightly.inbox import Inbox, PassedFile, Scan, SettledFile, Snapshot, Snapshots, WaitingFile
from batch_renamer.nightly.record import NightRecord
from batch_renamer.nightly.watching import log_file_found
from batch_renamer.nightly.wording import LOOKED_AT_AGAIN, after_refusal, after_stop
from batch_renamer.temporary import cause, probe

__all__ = ["Course"]

_ENDS_THE_NIGHT = (
    ApiUnavailableError,
    CertificateError,
    InterruptedRunError,
    JournalError,
    KeyRefusedError,
    LockedError,
    ProxyRefusedError,
    ReportTargetError,
)
"""What every other file of the night would end with, too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    """A file of tonight: its private copy, and what that says."""

    snapshot: Snapshot
    surveyed: Surveyed

    @property
    def name(self) -> str:
        return self.snapshot.name


class Course:
    """The parts of a night, in the order in which `run_night` calls them."""

    def __init__(self, context: NightContext, record: NightRecord, survey: Survey) -> None:
        self._context, self._record, self._survey = context, record, survey
        nightly = context.nightly
        self._destination = context.connection.destination
        self._ends = FileEnds(context, record)
        self._reports = nightly.folder("reports") / self._ends.date.isoformat()
        self._snapshots = Snapshots(context.settings.state_dir, context.inbox)
        self._files: dict[int, _File] = {}
        self._done: set[int] = set()
        self._stayed: Stayed = {}
        self._ended: BatchRenamerError | None = None
        self._not_moved: frozenset[Path] = frozenset()
        self._inbox = Inbox(
            context.inbox,
            own=[*map(nightly.folder, ("done", "problems", "reports")), *files_of_ours(context.settings)],
            settle_s=nightly.settle_s,
            looks=context.journal.looks,
            wall_clock=context.wall_clock,
            sleep=context.sleep,
        )

    def make_folders(self) -> None:
        """Make the folder of tonight's reports: without it no result could be trusted, so nothing is sent.

        Raises:
            ReportTargetError: it can't be made or written.
        """
        try:
            self._reports.mkdir(parents=True, exist_ok=True)
            probe(self._reports)
        except OSError as error:
            raise ReportTargetError(
                f"The reports can't be written to {self._reports}: {cause(error)}. Nothing was sent; "
                "correct that, or name another folder with --reports."
            ) from error

    def finish_what_was_cut_off(self) -> None:
        """Say which nights were cut off, and finish the moves that they had begun."""
        for night in self._context.journal.nights.note_cut_off(inbox=str(self._context.inbox), but=self._record.night):
            self._record.note([f"The night of {night.date} was cut off. What it had begun is finished first."])
        self._not_moved = self._ends.finish_moves()
        self._snapshots.clear(self._context.journal.moves)

    def scan(self) -> Scan:
        """Return what lies in the inbox, without files that were done and could not be moved yet."""
        return self._inbox.scan(but=self._not_moved)

    def read_all(self, settled: Sequence[SettledFile]) -> list[_File]:
        """Copy and read each file, before any is done: what one says can matter for the others."""
        files = [self._read(snapshot) for snapshot in self._copied(settled)]
        self._stayed |= stayed_files(self._context.journal, self._survey, destination=self._destination)
        return files

    def note_contradictions(self) -> None:
        """Note the rows that are not sent because of other files; a night that goes on after a kill knows them, too."""
        note_settled_rows(
            self._context.journal,
            self._survey,
            self._stayed,
            destination=self._destination,
            night=self._record.night.number,
        )

    def go_on_with_earlier_nights(self) -> None:
        """Finish the runs that earlier nights have left, and try their failed rows again."""
        for one in what_comes_again(
            self._context.journal,
            self._survey,
            self._stayed,
            destination=self._destination,
            retry_nights=self._context.nightly.retry_nights,
        ):
            if self._ended is None:
                self._go_on(one)

    def do_all(self, files: Sequence[_File]) -> None:
        """Do one file after the other."""
        for file in files:
            if file.surveyed.number in self._done:
                continue  # its run of an earlier night was finished
            if self._ended is not None:
                self._leave(file, self._ended)
            else:
                self._do(file)

    def pass_over(self, passed: Sequence[PassedFile]) -> None:
        """Note the files that no night will read."""
        for file in passed:
            self._ends.note(NightFile(name=file.name, end=FileEnd.PASSED, sentence=file.sentence))

    def look_again(self, waiting: Sequence[WaitingFile]) -> None:
        """Do the files that have settled meanwhile, and note those that still wait."""
        if waiting and self._ended is None:
            later = self._inbox.look_again(waiting)
            self.do_all(self.read_all(later.settled))
            waiting = later.waiting
        for file in waiting:
            self._wait(file)

    def tidy_up(self) -> None:
        """Remove the private copies, what killed nights have left, and what is older than the user wants to keep."""
        self._snapshots.clear(self._context.journal.moves)
        remove_leftovers(self._context.nightly.folder("reports"), now=self._context.wall_clock())
        removed = remove_old(self._context.journal, self._context.nightly, today=self._ends.date)
        self._record.note(removed.troubles)

    def _copied(self, settled: Sequence[SettledFile]) -> Iterator[Snapshot]:
        for file in settled:
            log_file_found(file.name, size_bytes=file.look.size)
            taken = self._snapshots.take(file)
            if isinstance(taken, Snapshot):
                yield taken
            elif taken is not None:
                self._wait(taken)

    def _read(self, snapshot: Snapshot) -> _File:
        source = source_of(snapshot.path, self._context.settings, unattended=True, label=snapshot.name)
        file = _File(snapshot=snapshot, surveyed=self._survey.read(snapshot.name, source))
        self._files[file.surveyed.number] = file
        return file

    def _go_on(self, one: ComesAgain) -> None:
        self._context.say(f"{one.name}: run {one.run.id} of an earlier night ...")
        earlier = earlier_entry_of(one.run.id, self._context.journal)
        try:
            job = one.job(self._context.resuming())
        except BatchRenamerError as error:
            ended = never_began(one.name, error)
        else:
            ended = applied(
                self._context, job, name=one.name, remark=one.sentence, is_in_inbox=earlier.moved_to is None
            )
        ended = replace(ended, file=earlier.added_to(replace(ended.file, run_id=one.run.id)))
        self._end(ended, self._files.get(one.file) if one.file is not None else None)

    def _do(self, file: _File) -> None:
        self._context.say(f"{file.name} ...")
        plan = plan_file(
            self._context.journal,
            self._survey,
            file.surveyed,
            self._stayed,
            destination=self._destination,
            again=self._context.settings.again,
            done=self._done,
        )
        run_id = plan.last.id if plan.last is not None else None
        match plan.standing:
            case Standing.UNUSABLE if isinstance(file.surveyed.unusable, UnfinishedSheetError):
                entry = NightFile(name=file.name, end=FileEnd.WAITING, sentence=f"{plan.sentence} {LOOKED_AT_AGAIN}")
                ended = Applied(file=entry)
            case Standing.UNUSABLE:
                entry = NightFile(
                    name=file.name, end=FileEnd.REFUSED, sentence=after_refusal(plan.sentence), exit_code=2
                )
                ended = Applied(file=entry)
            case Standing.SAME:
                ended = Applied(file=NightFile(name=file.name, end=FileEnd.SAME, sentence=plan.sentence, run_id=run_id))
            case Standing.ENDED if plan.last is not None:
                ended = Applied(file=as_it_ended(self._context, plan.last, name=file.name))
            case _:
                connection = self._context.for_file(file.name, self._reports)
                source = source_of(file.snapshot.path, connection.settings, unattended=True, label=file.name)
                job = connection.job(replace(source, path=file.snapshot.inbox_path))
                job = replace(job, night=self._record.night.number, settled=plan.settled)
                ended = applied(self._context, job, name=file.name, remark=plan.sentence)
        self._end(ended, file)

    def _end(self, ended: Applied, file: _File | None) -> None:
        self._record.note_limit(ended.limit_per_s)
        if isinstance(ended.cause, _ENDS_THE_NIGHT):
            self._ended = ended.cause
        if file is not None:
            self._done.add(file.surveyed.number)
        self._ends.note(ended.file, snapshot=file.snapshot if file is not None else None)

    def _leave(self, file: _File, why: BatchRenamerError) -> None:
        sentence = after_stop("It was not begun, because the night was stopped before.")
        self._ends.note(NightFile(name=file.name, end=FileEnd.STOPPED, sentence=sentence, exit_code=why.exit_code))

    def _wait(self, file: WaitingFile) -> None:
        self._ends.note(NightFile(name=file.name, end=FileEnd.WAITING, sentence=file.sentence))
