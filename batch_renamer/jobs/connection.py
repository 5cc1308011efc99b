"""What the jobs of one command work with, such as the journal and the destination. A source of rows makes it a job."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from batch_renamer.commands import Command
from batch_renamer.jobs.destinations import Destination
from batch_renamer.jobs.engine import ONE_MACHINE, Engine
from batch_renamer.jobs.job import Job, Source
from batch_renamer.jobs.past_runs import bound_to
from batch_renamer.journal import Journal, RunRecord
from batch_renamer.progress import Progress
from batch_renamer.settings import Settings

__all__ = ["Connection"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """What the command line or the library gives to its jobs; the fields are those of `Job`.

    ``notes`` are shown at the end of each job.
    """

    command: Command
    settings: Settings
    journal: Journal
    progress: Progress
    destination: Destination
    reminder: Callable[[RunRecord], str]
    notes: tuple[str, ...] = ()
    command_line: str = ""
    own_process: bool = False
    engine: Engine = ONE_MACHINE

    def job(self, source: Source) -> Job:
        """Return the job with these rows.

        Raises:
            InputError: they are those of a run that belongs to another base URL, profile or key.
        """
        notes = bound_to(source, self.destination) if isinstance(source, RunRecord) else []
        return Job(
            command=self.command,
            settings=self.settings,
            journal=self.journal,
            progress=self.progress,
            destination=self.destination,
            source=source,
            reminder=self.reminder,
            notes=(*self.notes, *notes),
            command_line=self.command_line,
            own_process=self.own_process,
            engine=self.engine,
        )
