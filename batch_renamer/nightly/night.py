"""One night from its start to its end: what lies in the inbox is done, and every file gets an end that is noted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
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
)
from batch_renamer.journal import writing_lock
from batch_renamer.model import FileEnd, Night, NightFile
from batch_renamer.nightly.applying import Applied, apply_file
from batch_renamer.nightly.filing import Filed, NotFiled, file_away, recover
from batch_renamer.nightly.inbox import Inbox, Scan, SettledFile, Snapshot, Snapshots
from batch_renamer.nightly.record import NightRecord
from batch_renamer.nightly.sentences import after_stop
from batch_renamer.nightly.tools import NightTools, local_date
from batch_renamer.temporary import cause, probe

__all__ = ["PreviousNightError", "run_night"]

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


class PreviousNightError(LockedError):
    """The night before is still at work."""

    def __init__(self) -> None:
        super().__init__("The night before")
        self.args = ("The night before is still at work in this inbox, so this one did not begin. It goes on alone.",)


def run_night(tools: NightTools, record: NightRecord) -> None:
    """Work through the inbox once; ``record`` gets the end of each file.

    Raises:
        PreviousNightError: the night before is still at work.
        BatchRenamerError: something ends the night before its last file, such as a journal that can't be written.
    """
    with _alone(tools, record.night):
        course = _Course(tools, record)
        course.make_folders()
        record.begun()
        course.go_on_with_what_was_cut_off()
        scan = course.inbox.scan()
        course.work_through(scan.settled)
        course.pass_over(scan)
        course.look_again(scan)


@contextmanager
def _alone(tools: NightTools, night: Night) -> Iterator[None]:
    """Hold the inbox for the time of the block.

    Raises:
        PreviousNightError: another night holds it, and did so as long as the user wants to wait.
    """
    with ExitStack() as held:
        try:
            held.enter_context(
                writing_lock(
                    tools.settings.state_dir,
                    account=f"the inbox {tools.inbox}",
                    run_id=night.id,
                    wait_s=tools.settings.wait,
                )
            )
        except LockedError:
            raise PreviousNightError from None
        yield


class _Course:
    """The parts of a night, in the order in which `run_night` calls them."""

    def __init__(self, tools: NightTools, record: NightRecord) -> None:
        self._tools, self._record = tools, record
        nightly = tools.nightly
        self._date = local_date(record.night.began_at)
        self._reports = nightly.folder("reports") / self._date.isoformat()
        self._folders = {
            FileEnd.DONE: nightly.folder("done"),
            FileEnd.SAME: nightly.folder("done"),
            FileEnd.PROBLEMS: nightly.folder("problems"),
            FileEnd.REFUSED: nightly.folder("problems"),
        }
        self._snapshots = Snapshots(tools.settings.state_dir, tools.inbox)
        self._ended: BatchRenamerError | None = None
        self.inbox = Inbox(
            tools.inbox,
            own=[*self._folders.values(), nightly.folder("reports")],
            settle_s=nightly.settle_s,
            looks=tools.journal.looks,
            wall_clock=tools.wall_clock,
            sleep=tools.sleep,
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

    def go_on_with_what_was_cut_off(self) -> None:
        """Say which nights were cut off, and finish the moves that they had begun."""
        for night in self._tools.journal.nights.note_cut_off(inbox=str(self._tools.inbox), but=self._record.night):
            self._record.note([f"The night of {night.date} was cut off. What it had begun is finished first."])
        for move in recover(self._tools.journal.moves, self._tools.inbox):
            self._record.note([_about_move(move)])
        self._snapshots.clear(self._tools.journal.moves)

    def work_through(self, settled: Sequence[SettledFile]) -> None:
        """Take a copy of each file, and rename the orders of each, one file after the other."""
        for snapshot in self._taken(settled):
            self._do(snapshot)

    def pass_over(self, scan: Scan) -> None:
        """Note the files that no night will read."""
        for file in scan.passed:
            self._record.add(NightFile(name=file.name, end=FileEnd.PASSED, sentence=file.sentence))

    def look_again(self, scan: Scan) -> None:
        """Do the files that have settled meanwhile, and note those that still wait."""
        later = self.inbox.look_again(scan.waiting) if scan.waiting else scan
        self.work_through(later.settled if scan.waiting else ())
        for file in later.waiting:
            self._record.add(NightFile(name=file.name, end=FileEnd.WAITING, sentence=file.sentence))

    def _taken(self, settled: Sequence[SettledFile]) -> Iterator[Snapshot]:
        for file in settled:
            taken = self._snapshots.take(file)
            if isinstance(taken, Snapshot):
                yield taken
            else:
                self._record.add(NightFile(name=file.name, end=FileEnd.WAITING, sentence=taken.sentence))

    def _do(self, snapshot: Snapshot) -> None:
        if self._ended is not None:
            self._leave(snapshot.name, self._ended)
            return
        name = snapshot.name
        self._tools.say(f"{name} ...")
        done = apply_file(self._tools, snapshot.path, name=name, place=snapshot.inbox_path, reports=self._reports)
        self._note(snapshot, done)

    def _note(self, snapshot: Snapshot, done: Applied) -> None:
        file = done.file
        position = self._record.add(file)
        if isinstance(done.cause, _ENDS_THE_NIGHT):
            self._ended = done.cause
        if (folder := self._folders.get(file.end)) is not None:
            self._file_away(snapshot, folder, position, file)

    def _file_away(self, snapshot: Snapshot, folder: Path, position: int, file: NightFile) -> None:
        reports = [Path(report) for report in file.reports]
        filed = file_away(snapshot, folder, date=self._date, reports=reports, moves=self._tools.journal.moves)
        self._record.change(position, _moved(file, filed))

    def _leave(self, name: str, why: BatchRenamerError) -> None:
        sentence = after_stop("It was not begun, because the night was stopped before.")
        self._record.add(NightFile(name=name, end=FileEnd.STOPPED, sentence=sentence, exit_code=why.exit_code))


def _moved(file: NightFile, filed: Filed | NotFiled) -> NightFile:
    sentence = f"{file.sentence} {filed.sentence}".strip()
    if isinstance(filed, NotFiled):
        return replace(file, sentence=sentence)
    return replace(file, sentence=sentence, moved_to=str(filed.moved_to))


def _about_move(move: Filed | NotFiled) -> str:
    if isinstance(move, NotFiled):
        return move.sentence
    return f'"{move.name}" was moved to {move.moved_to}, as the night before had begun to do. {move.sentence}'.rstrip()
