"""The spreadsheets that an earlier night left in the inbox although their runs had begun, and these runs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from batch_renamer.jobs import Destination
from batch_renamer.journal import Journal, RunRecord
from batch_renamer.model import FileEnd
from batch_renamer.nightly.contents.survey import Survey

__all__ = ["Stayed", "newest_end", "stayed_files"]

Stayed = dict[int, RunRecord]
"""The runs of the files that stayed in the inbox, by the number of the file. Their rows are older than tonight's."""


def stayed_files(journal: Journal, survey: Survey, *, destination: Destination) -> Stayed:
    """Return the files of tonight that were in the inbox when their run began, and were not moved since.

    Of several files with the same rows, it is the one with the name of the run's spreadsheet.
    """
    account, base_url = destination.account, destination.base_url
    found: Stayed = {}
    for content in dict.fromkeys(file.content for file in survey.files if file.content):
        run = journal.again.last_of_content(content, account=account, base_url=base_url)
        if run is None or not _was_left(journal, run):
            continue
        name = Path(run.sheet).name if run.sheet is not None else ""
        same = [file for file in survey.files if file.content == content]
        found[min(same, key=lambda file: file.name != name).number] = run
    return found


def newest_end(journal: Journal, run: RunRecord) -> FileEnd | None:
    """Return what a run came to in the last night that noted it; None if none did."""
    return next(_ends(journal, run), None)


def _ends(journal: Journal, run: RunRecord) -> Iterator[FileEnd]:
    """Yield what a run came to in each night that noted it, the newest first."""
    for night in journal.nights.of_run(run.id):
        for file in reversed(night.files):
            if file.run_id == run.id and file.end is not FileEnd.SAME:
                yield file.end


def _was_left(journal: Journal, run: RunRecord) -> bool:
    """Tell whether a night that began a run has not moved its spreadsheet."""
    if run.night is None:
        return False
    ends = list(_ends(journal, run))
    return all(end.stays for end in ends) if ends else journal.nights.was_cut_off(run.night)
