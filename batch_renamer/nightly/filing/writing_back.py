"""The results of a run go into its spreadsheet after that was moved: what lies in the inbox is never changed."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from batch_renamer.errors import BatchRenamerError
from batch_renamer.files import digest_of
from batch_renamer.jobs import write_results_into
from batch_renamer.journal import Journal
from batch_renamer.model import FileEnd, NightFile

__all__ = ["write_into_moved"]


def write_into_moved(file: NightFile, journal: Journal) -> NightFile:
    """Write the results into a spreadsheet that was moved, with a backup beside it; return its entry.

    What goes wrong is added to its sentence: the report has the same results.
    """
    if file.moved_to is None or file.run_id is None or file.end not in (FileEnd.DONE, FileEnd.PROBLEMS):
        return file
    try:
        run = journal.runs.get(file.run_id)
        write_results_into(Path(file.moved_to), journal, run, journal.results.report_rows(run))
        with suppress(OSError):  # then it counts as changed by people, and is kept
            journal.moves.note_rewritten(Path(file.moved_to), digest_of(Path(file.moved_to)))
    except BatchRenamerError as error:
        said = f"The results are not in the spreadsheet itself, only in the report: {error}"
        return replace(file, sentence=f"{file.sentence} {said}".strip())
    return file
