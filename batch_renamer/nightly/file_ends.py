"""The end of each file of a night: it is noted at once, and the file is moved to where it belongs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from batch_renamer.model import FileEnd, NightFile
from batch_renamer.nightly.context import NightContext
from batch_renamer.nightly.filing import Filed, NotFiled, file_away, recover, write_into_moved
from batch_renamer.nightly.inbox import Snapshot
from batch_renamer.nightly.record import NightRecord
from batch_renamer.nightly.watching import log_file_end, log_file_moved
from batch_renamer.nightly.wording import called, local_date

__all__ = ["FileEnds"]


class FileEnds:
    """Notes what became of the files of a night, whose folders have the ``date`` on which it began."""

    def __init__(self, context: NightContext, record: NightRecord) -> None:
        self.date = local_date(record.night.began_at)
        self._context, self._record = context, record
        done, problems = context.nightly.folder("done"), context.nightly.folder("problems")
        self._folders = {
            FileEnd.DONE: done,
            FileEnd.SAME: done,
            FileEnd.PROBLEMS: problems,
            FileEnd.REFUSED: problems,
        }

    def finish_moves(self) -> frozenset[Path]:
        """Finish the moves that a killed night had begun; return the files that still can't be moved.

        Raises:
            JournalError: what became of them can't be noted.
        """
        stuck: set[Path] = set()
        for move in recover(self._context.journal.moves, self._context.inbox):
            if isinstance(move, NotFiled) and move.path is not None:
                stuck.add(move.path)
                # Known trouble that goes on; it is never given up.
                self.note(_moved(NightFile(name=move.name, end=FileEnd.DONE, again=True, tries_left=1), move))
            else:
                self._record.note([_about_move(move)])
        return frozenset(stuck)

    def note(self, file: NightFile, *, snapshot: Snapshot | None = None) -> None:
        """Note what became of a file, and move it, unless its end is one that stays in the inbox.

        ``snapshot`` is its private copy; None: there is nothing to move.

        Raises:
            JournalError: it can't be noted; then nothing is moved.
        """
        log_file_end(file)
        position = self._record.add(file)
        if snapshot is not None and (folder := self._folders.get(file.end)) is not None:
            moved = self._file_away(file, snapshot, folder)
            self._record.change(position, moved)
            log_file_moved(moved)

    def _file_away(self, file: NightFile, snapshot: Snapshot, folder: Path) -> NightFile:
        moves, reports = self._context.journal.moves, [Path(report) for report in file.reports]
        moved = _moved(file, file_away(snapshot, folder, date=self.date, reports=reports, moves=moves))
        return write_into_moved(moved, self._context.journal) if self._context.settings.write_back else moved


def _moved(file: NightFile, filed: Filed | NotFiled) -> NightFile:
    sentence = f"{file.sentence} {filed.sentence}".strip()
    if isinstance(filed, NotFiled):
        # Until a person repairs the folder, no spreadsheet gets there.
        end = file.end if file.end.needs_a_person else FileEnd.PROBLEMS
        return replace(file, end=end, sentence=sentence, exit_code=file.exit_code or 1)
    return replace(file, sentence=sentence, moved_to=str(filed.moved_to))


def _about_move(move: Filed | NotFiled) -> str:
    if isinstance(move, NotFiled):
        return move.sentence
    what = f"{called(move.name)} was moved to {move.moved_to}, as the night before had begun to do."
    return f"{what} {move.sentence}".rstrip()
