"""What a night is given: its settings, its journal, its account, and what it does not do itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from batch_renamer.commands import APPLY, RESUME, Command
from batch_renamer.jobs import Connection, JobContext, Run
from batch_renamer.journal import Journal
from batch_renamer.model import RunSummary
from batch_renamer.nightly.own_names import report_names
from batch_renamer.settings import NightlySettings, Settings

__all__ = ["NightContext", "Perform", "files_of_ours"]

Perform = Callable[[JobContext], tuple[Run, RunSummary]]
"""Takes a job to its end.

Raises:
    BatchRenamerError: what ended the job before it had rows, or a fault of the program.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class NightContext:
    """What a night works with.

    ``connection`` has the settings, the journal and the account. ``perform`` takes a job to its end. ``say`` shows a
    line to the person who watches. ``wall_clock`` gives seconds since the epoch.
    """

    connection: Connection
    perform: Perform
    say: Callable[[str], None]
    wall_clock: Callable[[], float]
    sleep: Callable[[float], None]

    @property
    def settings(self) -> Settings:
        """The settings of the night."""
        return self.connection.settings

    @property
    def nightly(self) -> NightlySettings:
        """The settings that only a night has."""
        return self.connection.settings.nightly

    @property
    def journal(self) -> Journal:
        """The journal of the account's runs."""
        return self.connection.journal

    @property
    def inbox(self) -> Path:
        """The folder of the spreadsheets."""
        inbox = self.nightly.inbox
        assert inbox is not None, "run_night has refused this"  # noqa: S101 - for the types
        return inbox

    def for_file(self, name: str, folder: Path, *, command: Command = APPLY) -> Connection:
        """Return the connection for a job about a file; its reports go into ``folder``."""
        settings = replace(self.settings, yes=True, write_back=False, report=report_names(name, folder))
        return replace(self.connection, command=command, settings=settings)

    def resuming(self) -> Connection:
        """Return the connection for a job that goes on with a run; its reports go where they went before."""
        settings = replace(self.settings, yes=True, write_back=False, report=())
        return replace(self.connection, command=RESUME, settings=settings)


def files_of_ours(settings: Settings) -> list[Path]:
    """Return the files and the folder of this program that may lie in the inbox and are no spreadsheets.

    Example:
        >>> settings = Settings(state_dir=Path("/srv/state"), log_file=Path("/srv/log.jsonl"))
        >>> [path.name for path in files_of_ours(settings)]
        ['state', 'log.jsonl']
    """
    nightly = settings.nightly
    files = (settings.config, settings.log_file, settings.api_key_file, settings.profile_api_key_file)
    return [
        path for path in (settings.state_dir, *files, nightly.notify_file, nightly.metrics_file) if path is not None
    ]
