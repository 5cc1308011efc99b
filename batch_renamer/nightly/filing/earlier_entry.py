"""What earlier nights have noted of a spreadsheet whose run comes again: where it lies, and which rows they counted.

The copies of its reports that lie beside it are made anew, so that they say what the run has come to. A copy that was
changed since is left as it is.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from batch_renamer.files import digest_of
from batch_renamer.journal import Journal
from batch_renamer.model import FileEnd, NightFile
from batch_renamer.temporary import cause, complete_file

__all__ = ["EarlierEntry", "earlier_entry_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierEntry:
    """What is known of a spreadsheet before its run comes again.

    ``moved_to`` is where it lies (None: in the inbox), ``counted`` are its rows by result as an earlier night has told
    them, ``copies`` are the copies of its reports beside it.
    """

    moved_to: str | None = None
    counted: Mapping[str, int] = field(default_factory=dict)
    copies: tuple[Path, ...] = ()

    def added_to(self, file: NightFile) -> NightFile:
        """Return the entry of this night with what was known before; the copies of the reports are made anew."""
        file = replace(file, again=True, moved_to=self.moved_to, counted=self.counted)
        said = [file.sentence, *self._renewed(file)]
        if self.moved_to is not None and file.end is FileEnd.DONE:
            place = "/".join(Path(self.moved_to).parts[-3:-1])
            said.append(f"All its rows are done now. It is still in {place}; you can remove it from there.")
        return replace(file, sentence=" ".join(filter(None, said)))

    def _renewed(self, file: NightFile) -> list[str]:
        reports = {Path(report).name: Path(report) for report in file.reports}
        troubles = []
        for copy in self.copies:
            report = reports.get(copy.name)
            try:
                if report is not None:
                    _renew(copy, report)
            except OSError as error:
                troubles.append(
                    f"The report {copy} is that of an earlier night: it can't be replaced ({cause(error)})."
                )
        return troubles


def _renew(copy: Path, report: Path) -> None:
    with (
        report.open("rb") as content,
        complete_file(copy.parent, lambda target, _: shutil.copyfileobj(content, target)) as renewed,
    ):
        renewed.replace(copy)


def earlier_entry_of(run_id: str, journal: Journal) -> EarlierEntry:
    """Return what earlier nights have noted of the spreadsheet of a run."""
    noted = [
        file
        for night in journal.nights.of_run(run_id)
        for file in night.files
        if file.run_id == run_id and file.end is not FileEnd.SAME
    ]
    if not noted:
        return EarlierEntry()
    moved_to = next((file.moved_to for file in noted if file.moved_to is not None), None)
    return EarlierEntry(moved_to=moved_to, counted=noted[0].counts, copies=_copies(moved_to, noted[0].reports))


def _copies(moved_to: str | None, reports: tuple[str, ...]) -> tuple[Path, ...]:
    """Return the copies of reports beside a spreadsheet that are the same as the reports."""
    if moved_to is None:
        return ()
    pairs = [(Path(report), Path(moved_to).parent / Path(report).name) for report in reports]
    return tuple(copy for report, copy in pairs if _are_the_same(report, copy))


def _are_the_same(report: Path, copy: Path) -> bool:
    try:
        return digest_of(report) == digest_of(copy)
    except (OSError, ValueError):  # one of them is not there any more
        return False
