"""One command from its options to its exit code: its settings, and the tools that it works with.

Any error that ends the command becomes one line and an exit code here, a fault of the program too.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from batch_renamer.cli.ending import EndedEarly, Ending
from batch_renamer.cli.next_steps import reminder
from batch_renamer.command_line import as_it_was_typed, command_line, options_to_paste
from batch_renamer.commands import Command
from batch_renamer.errors import JournalError, NeverBeganError, SettingsError
from batch_renamer.jobs import (
    MADE_UP_ORDERS,
    ONE_MACHINE,
    Connection,
    Destination,
    Engine,
    files_taken,
    open_journal,
    protect_state,
    reset_sandbox,
    to_api,
    to_sandbox,
)
from batch_renamer.journal import Journal
from batch_renamer.progress import Progress, every_line, logging_to, make_progress
from batch_renamer.reports import check_names
from batch_renamer.settings import Settings, describe, is_found_config, read_api_key, redact, resolve_settings

__all__ = ["Session", "within"]

log = logging.getLogger("batch_renamer")


@contextmanager
def _never_began() -> Iterator[None]:
    """Turn an error of the journal into one that says that nothing was begun: there is no run yet."""
    try:
        yield
    except JournalError as error:
        raise NeverBeganError(str(error)) from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One command, its options, and the settings that result from them.

    ``flags`` are the options that were typed; ``given`` are those that a printed command repeats: the flags, and those
    of the environment. ``log_troubles`` are sentences about what went wrong with the log so far.
    """

    command: Command
    given: Mapping[str, object]
    flags: Mapping[str, object]
    settings: Settings
    secrets: list[str] = field(repr=False)
    log_troubles: Sequence[str] = ()

    def destination(self, *, practice_orders: int = 0) -> tuple[Destination, list[str]]:
        """Return where requests go, and warnings of other users who can read the key's file or change the journal.

        A sandbox without orders gets so many ``practice_orders``.

        Raises:
            SettingsError: there is no usable key.
            NeverBeganError: the state can't be used.
        """
        with _never_began():
            warnings = protect_state(self.settings)
            if self.settings.sandbox:
                made_up = [MADE_UP_ORDERS] if self.command.from_sheet else []
                return to_sandbox(self.settings, practice_orders=practice_orders), [*warnings, *made_up]
            found = read_api_key(self.settings, environ=os.environ)
            self.secrets.append(found.key.reveal())
            destination = to_api(self.settings, found.key, key_place=found.place)
            return destination, [*filter(None, [found.warning]), *warnings]

    @property
    def on_a_terminal(self) -> bool:
        """Whether a person can be asked."""
        return sys.stdin is not None and sys.stdin.isatty()  # None: it was closed

    @contextmanager
    def connected(self, *, practice_orders: int = 0) -> Iterator[Connection]:
        """Give what a command that sends requests works with; nothing is sent yet.

        Raises:
            SettingsError: there is no usable key.
            NeverBeganError: the state can't be used.
        """
        destination, notes = self.destination(practice_orders=practice_orders)
        with self.screen() as progress, self.journal() as journal:
            yield self.connection(journal=journal, progress=progress, destination=destination, notes=notes)

    def connection(
        self, *, journal: Journal, progress: Progress, destination: Destination, notes: Sequence[str] = ()
    ) -> Connection:
        """Return what the jobs of this command work with."""
        return Connection(
            command=self.command,
            settings=self.settings,
            journal=journal,
            progress=progress,
            destination=destination,
            reminder=lambda ended: reminder(journal, ended, self.given),
            notes=tuple(notes),
            command_line=redact(as_it_was_typed(), self.secrets),
            own_process=True,
            engine=self._engine(),
        )

    def _engine(self) -> Engine:
        if self.settings.engine == "local" or "engine" not in self.command.options:
            return ONE_MACHINE
        from batch_renamer.distributed import dask_engine  # noqa: PLC0415 - only a run of several machines needs it

        return dask_engine()

    def needs_yes(self) -> None:
        """Refuse to write where no person can be asked and ``--yes`` was not given."""
        if self.command.writes and not self.settings.yes and not self.on_a_terminal:
            raise SettingsError(
                "There is no terminal to ask on: give --yes to rename without a question. Nothing was sent."
            )

    def journal(self, *, only_read: bool = False) -> Journal:
        """Open the journal that belongs to these settings; ``only_read`` also works where it can't be written.

        Raises:
            NeverBeganError: it can't be opened.
        """
        if self.settings.sandbox_reset:
            reset_sandbox(self.settings)
        with _never_began():
            return open_journal(self.settings, only_read=only_read)

    @contextmanager
    def screen(self) -> Iterator[Progress]:
        """Give what is shown while the command runs."""
        progress = make_progress(sys.stderr, quiet=self.settings.quiet, no_progress=self.settings.no_progress)
        if is_found_config(self.settings):
            progress.note(f"Configuration: {self.settings.config}")  # the user did not name it, and it may set limits
        try:
            yield progress
        finally:
            progress.close()


def _refuse_two_answers(settings: Settings) -> None:
    """Refuse options that both want standard output for themselves."""
    if settings.json and settings.reports_to_output:
        raise SettingsError(
            "--json and --report - both write to standard output: leave one out. With --json the rows are there too."
        )


def within(
    command: Command,
    given: Mapping[str, object],
    body: Callable[[Session], int],
    *,
    same_again: Sequence[str | Path] = (),
    ended_early: EndedEarly = lambda *_: None,
) -> int:
    """Run the body of a command in its session; return the exit code.

    ``given`` holds the options by the names of the settings; None, False and an empty list mean not given.
    ``same_again`` are the arguments of a command that is given again after a stop, as long as there is no run that can
    be resumed. ``ended_early`` is called when an error ends the command.
    """
    given = {name: value for name, value in given.items() if value not in (None, False, [], ())}
    ending = Ending(command=command, as_json=bool(given.get("json")), ended_early=ended_early)
    try:
        settings = resolve_settings(given, environ=os.environ)
    except Exception as error:
        ending.guess(given, os.environ)
        with logging_to(ending.log_file, verbose=False, secrets=ending.secrets, must=False) as ending.log_troubles:
            return ending.of(error)
    ending.take(settings)
    carried = options_to_paste(given, settings, os.environ)
    if same_again:
        ending.next_command = command_line(command, same_again, carried)
    try:
        # A night does its work without a log rather than not at all, and says so.
        must, keep_days = not (command.about_past or command.of_folder), settings.nightly.keep_log_days
        with (
            logging_to(
                settings.log_file, verbose=settings.verbose, secrets=ending.secrets, must=must, keep_days=keep_days
            ) as ending.log_troubles,
            every_line(command=command.word),
        ):
            session = Session(
                command=command,
                given=carried,
                flags=given,
                settings=settings,
                secrets=ending.secrets,
                log_troubles=ending.log_troubles,
            )
            for setting in describe(settings):
                log.debug("%s = %s (%s)", *setting)
            try:
                _refuse_two_answers(settings)
                if not command.of_folder:  # its reports go into a folder of their own
                    check_names(settings.report_files, taken=files_taken(settings))
                return body(session)
            except (Exception, KeyboardInterrupt) as error:
                return ending.of(error)
    except SettingsError as error:  # the log file holds something else
        with logging_to(None, verbose=False, secrets=ending.secrets):
            return ending.of(error)
