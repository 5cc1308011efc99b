"""What a job is given before it begins. It never changes; what changes while the job is at work is in its `Run`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, assert_never

from batch_renamer.commands import Command
from batch_renamer.jobs.destinations import Destination
from batch_renamer.jobs.engine import ONE_MACHINE, Engine
from batch_renamer.journal import Journal, NewRun, RunRecord
from batch_renamer.loader import Sheet
from batch_renamer.model import RowChoice, SettledRow, SheetPlace
from batch_renamer.naming import NamingRules
from batch_renamer.progress import Progress
from batch_renamer.settings import Settings

__all__ = ["CHANGES_PRESENT", "Bounds", "Job", "OpenSheet", "SheetSource", "Source"]

CHANGES_PRESENT = 10
"""The exit code of a dry run that would rename something, where it was asked for."""

OpenSheet = Callable[[Callable[[], bool]], AbstractContextManager[Sheet]]
"""Opens the spreadsheet; its argument is a function that tells whether to stop reading."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetSource:
    """A spreadsheet as the source of a job's rows.

    ``path`` is where it is (None for a DataFrame, and for what is piped in). ``digest`` tells whether it is the same as
    before, read in the same way, and ``file_digest`` whether its bytes are (None: unknown). ``read_as`` is
    a text of the options for reading it, ``kind`` what the display calls it.
    """

    open: OpenSheet
    path: Path | None = None
    digest: str | None = None
    file_digest: str | None = None
    read_as: str = ""
    kind: str = "spreadsheet"


Source = SheetSource | RunRecord
"""Where a job's rows come from: a spreadsheet, or another run that the job commits, resumes, undoes or audits."""


class Bounds(NamedTuple):
    """The bounds of a run: only the first few renames, a most number of renames, and whether bad rows are allowed."""

    first: int | None
    max_renames: int | None
    strict: bool

    @classmethod
    def of(cls, source: Settings | RunRecord) -> Bounds:
        """Return the bounds from the settings, or those with which a run was begun."""
        return cls(first=source.first, max_renames=source.max_renames, strict=source.strict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One command with its tools and the source of its rows.

    ``again_failed``: a job that resumes a run also tries failed rows again. ``tells_changes``: the exit code of a
    dry run says whether it would rename anything. ``reminder`` returns a reminder for the end of the job ("" for
    none). ``notes`` are always shown at the end. ``command_line`` is what was typed ("": nothing was).
    ``own_process``: the job is a command of the command line, and the process does nothing else: the job may change
    settings of the whole process, and writes a report unasked. ``reports_unasked``: a job that renames writes a report
    beside its spreadsheet if none is asked for. ``night`` is the number of the night that the job is a part of.
    ``settled`` are rows that other files or newer rows have settled, by row; nothing is sent for them. ``engine`` is
    what sends the renames: this machine, or several.
    """

    command: Command
    settings: Settings
    journal: Journal
    progress: Progress
    destination: Destination
    source: Source
    again_failed: bool = False
    tells_changes: bool = False
    reminder: Callable[[RunRecord], str] | None = None
    notes: tuple[str, ...] = ()
    command_line: str = ""
    own_process: bool = False
    reports_unasked: bool = True
    night: int | None = None
    unchecked: bool = False
    settled: Mapping[int, SettledRow] = field(default_factory=dict)
    engine: Engine = ONE_MACHINE

    @property
    def origin(self) -> RunRecord | None:
        """The run that this job commits, resumes, undoes or audits; None if its rows come from a spreadsheet."""
        return self.source if isinstance(self.source, RunRecord) else None

    @property
    def sheet(self) -> Path | None:
        """The spreadsheet's path; None for a DataFrame, and where the rows are those of another run."""
        return self.source.path if isinstance(self.source, SheetSource) else None

    @property
    def writes_back(self) -> bool:
        """Whether the user wants the results in the spreadsheet itself."""
        return self.settings.write_back and "write_back" in self.command.options

    @property
    def bounds(self) -> Bounds:
        """The bounds that hold: a run that is resumed keeps those that it was begun with."""
        return Bounds.of(self.source if self.command.resumes and isinstance(self.source, RunRecord) else self.settings)

    @property
    def choice(self) -> RowChoice:
        """The rows to work on."""
        return RowChoice.of(self.settings, by_hand=self.unchecked)

    @property
    def reopened(self) -> RowChoice:
        """The rows that are tried where a run is resumed: those to work on without those that are settled."""
        return self.choice.without(self.settled)

    def new_run(
        self,
        *,
        delimiter: str | None = None,
        other_headings: Sequence[str] = (),
        place: SheetPlace | None = None,
    ) -> NewRun:
        """Return the entry in the journal that the job begins with.

        ``delimiter`` and ``other_headings`` are the spreadsheet's, and ``place`` is where the rows stand in it; a job
        without one has those of the run that it takes its rows from.
        """
        match self.source:
            case SheetSource(path=path, digest=digest):
                sheet, parent = str(path.absolute()) if path is not None else None, None
            case RunRecord() as parent:
                sheet, delimiter, other_headings = parent.sheet, parent.delimiter, parent.other_headings
                # A kept plan is of a spreadsheet, so that the run counts as one of that spreadsheet.
                digest, place = (parent.digest, parent.place) if self.command.from_sheet else (None, None)
            case never:
                assert_never(never)
        return NewRun(
            command=self.command.recorded_as,
            base_url=self.destination.base_url,
            profile=self.destination.profile,
            account=self.destination.account,
            key_print=self.destination.key_print,
            sheet=sheet,
            digest=digest,
            delimiter=delimiter,
            other_headings=other_headings,
            place=place,
            write_back=self.writes_back,
            parent=parent,
            first=self.bounds.first,
            max_renames=self.bounds.max_renames,
            strict=self.bounds.strict,
            night=self.night,
            choice=str(self.choice),
            # The names of a run that is made from another one are known.
            naming=NamingRules.of(self.settings).as_text() if isinstance(self.source, SheetSource) else None,
            # The places as the user gave them: the run may be resumed before they are checked.
            reports=[str(Path(report).absolute()) for report in self.settings.report_files],
        )
