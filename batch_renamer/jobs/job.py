"""What a job is given before it begins. Nothing of it changes later: what the job comes to is in its `Run`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from batch_renamer.commands import Command
from batch_renamer.jobs.destinations import Destination
from batch_renamer.journal import Journal, NewRun, RunRecord
from batch_renamer.loader import Sheet
from batch_renamer.progress import Progress
from batch_renamer.settings import Settings

if TYPE_CHECKING:
    from batch_renamer.jobs.run import Run

__all__ = ["Bounds", "Job", "OpenSheet"]

OpenSheet = Callable[[Callable[[], bool]], AbstractContextManager[Sheet]]
"""Opens the spreadsheet; what it is given tells whether to give up."""


class Bounds(NamedTuple):
    """What limits a run beforehand: so many renames as a trial, so many at most, and no bad row at all."""

    first: int | None
    max_renames: int | None
    strict: bool

    @classmethod
    def of(cls, source: Settings | RunRecord) -> Bounds:
        """Return the bounds that the settings say, or those that a run was begun with."""
        return cls(first=source.first, max_renames=source.max_renames, strict=source.strict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One command with its tools and its rows' source.

    ``sheet`` is the spreadsheet's path (None for a DataFrame), ``digest`` tells whether it is the same as before.
    ``origin`` is the run that this one commits, takes up, undoes or audits; ``again_failed`` takes up what failed, too.
    ``confirm`` shows the plan and asks; without it the answer is yes. ``confirm_again`` asks whether so many orders are
    to be renamed again: an earlier run of the same rows renamed them, and they were renamed since. ``reminder`` says at
    the end what else waits to be done, if anything. ``notes`` are said at the end in any case. ``own_process`` tells
    that the process serves nothing else, so that its memory may be arranged for the job.
    """

    command: Command
    settings: Settings
    journal: Journal
    progress: Progress
    destination: Destination
    open_sheet: OpenSheet | None = None
    sheet: Path | None = None
    digest: str | None = None
    origin: RunRecord | None = None
    again_failed: bool = False
    confirm: Callable[[Run], Awaitable[bool]] | None = None
    confirm_again: Callable[[Run, int], Awaitable[bool]] | None = None
    reminder: Callable[[RunRecord], str] | None = None
    notes: tuple[str, ...] = ()
    own_process: bool = False

    @property
    def bounds(self) -> Bounds:
        """The bounds that hold: a run that is taken up keeps those that it was begun with."""
        return Bounds.of(self.origin if self.command.resumes and self.origin is not None else self.settings)

    def new_run(self, *, delimiter: str | None) -> NewRun:
        """Return the entry in the journal that the job begins with."""
        origin = self.origin
        sheet = str(self.sheet.absolute()) if self.sheet is not None else None
        return NewRun(
            command=self.command.recorded_as,
            base_url=self.destination.base_url,
            profile=self.destination.profile,
            account=self.destination.account,
            key_print=self.destination.key_print,
            sheet=sheet if origin is None else origin.sheet,
            digest=self.digest,
            delimiter=delimiter if origin is None else origin.delimiter,
            parent=origin,
            first=self.bounds.first,
            max_renames=self.bounds.max_renames,
            strict=self.bounds.strict,
            # As they were asked for, until their places are proven: the run may be taken up before that.
            reports=[str(Path(report).absolute()) for report in self.settings.report],
        )
