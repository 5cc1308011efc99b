"""One command from its words to its exit code: options enter, settings, key, screen and journal leave for its body.

Whatever ends the command becomes one line and an exit code here, a fault of the program too.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from batch_renamer.cli.ending import Ending, ReaderGoneError, output_lost
from batch_renamer.cli.next_steps import reminder
from batch_renamer.cli.prompts import ask, ask_to_rename_again
from batch_renamer.command_line import carried_options, command_line, with_environment
from batch_renamer.commands import RESUME, RUNS, Command
from batch_renamer.errors import JournalError, NeverBeganError, SettingsError
from batch_renamer.jobs import (
    Destination,
    Job,
    address_of,
    files_taken,
    find,
    known_elsewhere,
    left_by_library,
    open_journal,
    protect_state,
    reset_sandbox,
    to_api,
    to_sandbox,
)
from batch_renamer.journal import Journal, RunRecord
from batch_renamer.progress import Progress, logging_to, make_progress
from batch_renamer.reports import refuse_at_once
from batch_renamer.settings import Settings, describe, read_api_key, resolve_settings

__all__ = ["Session", "to_standard_output", "within"]

log = logging.getLogger("batch_renamer")


@contextmanager
def to_standard_output() -> Iterator[None]:
    """Wrap writing the result of a command that only shows.

    Raises:
        ReaderGoneError: its reader has gone.
        OutputLostError: it can't be written.
    """
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        raise ReaderGoneError from None
    except OSError as error:
        raise output_lost(error) from None


@contextmanager
def _never_began() -> Iterator[None]:
    """Let what goes wrong with the state before there is a run be one of those errors that end with nothing begun."""
    try:
        yield
    except JournalError as error:
        raise NeverBeganError(str(error)) from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A command under way: its name, the options as they were given, and the settings that came of them.

    ``given`` are the options that a printed command repeats: the flags, and what the environment said, as flags.
    """

    command: Command
    given: Mapping[str, object]
    flags: Mapping[str, object]
    settings: Settings
    secrets: list[str] = field(repr=False)

    def destination(self) -> tuple[Destination, list[str]]:
        """Return where requests go, and what is to be said about who else can use the key's file and the journal.

        Raises:
            SettingsError: there is no usable key.
            NeverBeganError: the state can't be used.
        """
        with _never_began():
            warnings = protect_state(self.settings)
            if self.settings.sandbox:
                return to_sandbox(self.settings), warnings
            found = read_api_key(self.settings, environ=os.environ)
            self.secrets.append(found.key.reveal())
            destination = to_api(self.settings, found.key, key_place=found.place)
            return destination, [*filter(None, [found.warning]), *warnings]

    @property
    def on_a_terminal(self) -> bool:
        """Whether a person can be asked."""
        return sys.stdin is not None and sys.stdin.isatty()  # None: it was closed

    @contextmanager
    def connected_job(self) -> Iterator[Job]:
        """Give the job of a command that sends requests, as yet without rows.

        Raises:
            SettingsError: there is no usable key.
            NeverBeganError: the state can't be used.
        """
        destination, notes = self.destination()
        with self.screen() as progress, self.journal() as journal:
            yield self.job(journal=journal, progress=progress, destination=destination, notes=notes)

    def job(self, *, journal: Journal, progress: Progress, destination: Destination, notes: Sequence[str] = ()) -> Job:
        """Return the job of this command, as yet without rows."""
        return Job(
            command=self.command,
            settings=self.settings,
            journal=journal,
            progress=progress,
            destination=destination,
            confirm=None if self.settings.yes else ask,
            confirm_again=None if self.settings.yes else ask_to_rename_again,
            reminder=lambda ended: reminder(journal, ended, self.given),
            notes=tuple(notes),
            own_process=True,
        )

    def needs_yes(self) -> None:
        """Refuse to write where no person can be asked and ``--yes`` was not given."""
        if self.command.writes and not self.settings.yes and not self.on_a_terminal:
            msg = "There is no terminal to ask on: give --yes to rename without a question. Nothing was sent."
            raise SettingsError(msg)

    def journal(self, *, only_read: bool = False) -> Journal:
        """Open the journal that belongs to these settings; ``only_read`` also works where it can't be written.

        Raises:
            NeverBeganError: it can't be opened.
        """
        if self.settings.sandbox_reset:
            reset_sandbox(self.settings)
        with _never_began():
            return open_journal(self.settings, only_read=only_read)

    def find(
        self,
        journal: Journal,
        run_id: str | None,
        *,
        commands: Collection[Command],
        newest: Callable[[RunRecord], bool] = lambda _: True,
    ) -> RunRecord:
        """Return the run that was asked for, or without an id the newest of this account that ``newest`` likes.

        Raises:
            InputError: there is none, or several begin so.
        """
        base_url, profile = address_of(self.settings)
        return find(
            journal,
            run_id,
            base_url=base_url,
            profile=profile,
            commands=commands,
            newest=newest,
            elsewhere=self.elsewhere,
            how_to_list=f" `{command_line(RUNS, [], carried_options(self.given))}` lists the runs.",
        )

    def resume_command(self, run: RunRecord) -> str:
        """Return the command that finishes a run, with the account that it belongs to."""
        given = carried_options(self.given)
        if not self.settings.sandbox:
            account = {"base_url": run.base_url, "profile": run.profile}
            given |= {name: value for name, value in account.items() if value != getattr(self.settings, name)}
        return command_line(RESUME, [run.id], given)

    def elsewhere(self, prefix: str = "") -> str:
        """Return where else a run whose id begins so is, in a sentence; nothing if it isn't.

        Practice has a journal of its own, which is easily forgotten, and so has a run of the library.
        """
        return self._in_other_journal(prefix) + self.of_library(prefix)

    def of_library(self, prefix: str = "") -> str:
        """Return how runs that the library left in the middle are seen, in a sentence; nothing if there are none."""
        folders = [] if self.settings.sandbox else left_by_library(self.settings, prefix)
        given = carried_options(self.given)
        seen = [f"`{command_line(RUNS, [], given | {'state_dir': str(folder)})}`" for folder in folders]
        return f" A run of the library was left in the middle; to see it: {', '.join(seen)}." if seen else ""

    def _in_other_journal(self, prefix: str) -> str:
        if not known_elsewhere(self.settings, prefix):
            return ""
        if self.settings.sandbox:
            return (
                " Without --sandbox there is one."
                if prefix
                else " Runs that were no practice are seen without --sandbox."
            )
        return " With --sandbox there is one." if prefix else " Practice runs are seen with --sandbox."

    @contextmanager
    def screen(self) -> Iterator[Progress]:
        """Give what is shown while the command runs."""
        progress = make_progress(sys.stderr, quiet=self.settings.quiet, no_progress=self.settings.no_progress)
        try:
            yield progress
        finally:
            progress.close()


def within(
    command: Command,
    given: Mapping[str, object],
    body: Callable[[Session], int],
    *,
    same_again: Sequence[str | Path] = (),
) -> int:
    """Run the body of a command in its session; return the exit code.

    ``given`` holds the options by the names of the settings; None, False and an empty list mean not given.
    ``same_again`` are the command's arguments, where the same command goes on after it was stopped before it had a run
    to take up.
    """
    given = {name: value for name, value in given.items() if value not in (None, False, [], ())}
    ending = Ending(command=command, as_json=bool(given.get("json")))
    try:
        settings = resolve_settings(given, environ=os.environ)
    except Exception as error:
        ending.guess(given, os.environ)
        with logging_to(ending.log_file, verbose=False, secrets=ending.secrets, must=False):
            return ending.of(error)
    ending.take(settings)
    carried = with_environment(given, settings, os.environ)
    if same_again:
        ending.next_command = command_line(command, same_again, carried)
    session = Session(command=command, given=carried, flags=given, settings=settings, secrets=ending.secrets)
    try:
        must = not command.about_past
        with logging_to(settings.log_file, verbose=settings.verbose, secrets=ending.secrets, must=must):
            for setting in describe(settings):
                log.debug("%s = %s (%s)", *setting)
            try:
                refuse_at_once(settings.report, taken=files_taken(settings))
                return body(session)
            except (Exception, KeyboardInterrupt) as error:
                return ending.of(error)
    except SettingsError as error:  # the log is no log
        with logging_to(None, verbose=False, secrets=ending.secrets):
            return ending.of(error)
