"""One command from its words to its exit code: options enter, settings, key, screen and journal leave for its body.

Whatever ends the command becomes one line and an exit code here, a fault of the program too.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from batch_renamer.connect import (
    Destination,
    known_elsewhere,
    open_journal,
    protect_state,
    reset_sandbox,
    to_api,
    to_sandbox,
)
from batch_renamer.errors import (
    BatchRenamerError,
    InterruptedRunError,
    ReportWriteError,
    SettingsError,
    StoppedEarlyError,
)
from batch_renamer.history import find
from batch_renamer.journal import Journal, RunRecord
from batch_renamer.logs import logging_to
from batch_renamer.progress import Progress, make_progress
from batch_renamer.reports import refuse_at_once, write_refusal
from batch_renamer.settings import Settings, describe, read_api_key, resolve_settings

__all__ = ["ReaderGoneError", "Session", "output_lost", "refuse", "to_standard_output", "within"]

log = logging.getLogger("batch_renamer")


_READER_GONE = 141
"""What a shell calls the end by SIGPIPE, as other tools end when their reader has seen enough (``| head``)."""


class ReaderGoneError(Exception):
    """Nobody reads the result any more, and there is nothing else that the command would do."""


class OutputLostError(ReportWriteError):
    """The result could not be written to standard output."""


@contextmanager
def to_standard_output() -> Iterator[None]:
    """Wrap writing the result of a command that only shows.

    Raises:
        ReaderGoneError: nobody reads it any more.
        OutputLostError: it can't be written.
    """
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        raise ReaderGoneError from None
    except OSError as error:
        raise output_lost(error) from None


def output_lost(error: OSError) -> OutputLostError:
    """Say that standard output took not all of the result."""
    return OutputLostError(f"The result could not be written to standard output: {error.strerror}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A command under way: its name, the options as they were given, and the settings that came of them."""

    command: str
    given: Mapping[str, Any]
    settings: Settings
    secrets: list[str] = field(repr=False)

    def destination(self) -> tuple[Destination, list[str]]:
        """Return where requests go, and what is to be said about who else can use the key's file and the journal.

        Raises:
            SettingsError: there is no usable key.
        """
        warnings = protect_state(self.settings)
        if self.settings.sandbox:
            return to_sandbox(self.settings), warnings
        found = read_api_key(self.settings, environ=os.environ)
        self.secrets.append(found.key.reveal())
        return to_api(self.settings, found.key), [*filter(None, [found.warning]), *warnings]

    def needs_yes(self) -> None:
        """Refuse to write where nobody can be asked and nobody has said yes beforehand."""
        if not self.settings.yes and (sys.stdin is None or not sys.stdin.isatty()):  # None: it was closed
            msg = "There is no terminal to ask on: give --yes to rename without a question. Nothing was sent."
            raise SettingsError(msg)

    def journal(self, *, only_read: bool = False) -> Journal:
        """Open the journal that belongs to these settings; ``only_read`` also works where it can't be written."""
        if self.settings.sandbox_reset:
            reset_sandbox(self.settings)
        return open_journal(self.settings, only_read=only_read)

    def find(
        self,
        journal: Journal,
        run_id: str | None,
        *,
        commands: tuple[str, ...],
        newest: Callable[[RunRecord], bool] = lambda _: True,
    ) -> RunRecord:
        """Return the run that was asked for, or without an id the newest of this account that ``newest`` likes.

        Raises:
            InputError: there is none, or several begin so.
        """
        settings = self.settings
        return find(
            journal,
            run_id,
            base_url="the sandbox" if settings.sandbox else settings.base_url,
            profile=None if settings.sandbox else settings.profile,
            commands=commands,
            newest=newest,
            elsewhere=self.elsewhere,
        )

    def elsewhere(self, prefix: str = "") -> str:
        """Return where else a run whose id begins so is, in a sentence; nothing if it isn't.

        Practice has a journal of its own, which is easily forgotten.
        """
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


def within(command: str, given: Mapping[str, Any], body: Callable[[Session], int], *, same_again: str = "") -> int:
    """Run the body of a command in its session; return the exit code.

    ``given`` holds the options by the names of the settings; None, False and an empty list mean not given.
    ``same_again`` is the command line that goes on where the command was stopped before it had a run to take up.
    """
    given = {name: value for name, value in given.items() if value not in (None, False, [], ())}
    as_json = bool(given.get("json"))
    secrets: list[str] = []
    try:
        settings = resolve_settings(given, environ=os.environ)
        as_json = settings.json
        with logging_to(settings.log_file, verbose=settings.verbose, secrets=secrets):
            for setting in describe(settings):
                log.debug("%s = %s (%s)", *setting)
            try:
                refuse_at_once(settings.report)
                return body(Session(command=command, given=given, settings=settings, secrets=secrets))
            except BatchRenamerError as error:
                log.error("%s: %s (exit code %d)", command, error, error.exit_code)  # noqa: TRY400 - the cause is its sentence
                raise
    except ReaderGoneError:
        return _READER_GONE
    except OutputLostError as error:
        return refuse(command, error, as_json=False)
    except (StoppedEarlyError, InterruptedRunError) as error:
        return refuse(command, error, as_json=as_json, next_command=same_again)
    except BatchRenamerError as error:
        return refuse(command, error, as_json=as_json)
    except KeyboardInterrupt:
        return refuse(command, InterruptedRunError(signal.SIGINT), as_json=as_json, next_command=same_again)
    except Exception as error:
        return refuse(command, _fault(error, secrets), as_json=as_json)


def refuse(command: str, error: BatchRenamerError, *, as_json: bool, next_command: str = "") -> int:
    """Say in one line why a command did nothing, or nothing more, and how to go on; return its exit code."""
    messages = make_progress(sys.stderr, quiet=True)
    if as_json:
        write_refusal(sys.stdout, command=command, exit_code=error.exit_code, error=str(error))
    else:
        for line in str(error).splitlines():  # one for every mistake in the settings
            messages.message(line, error=True)
    if next_command:
        messages.message(next_command, error=True)
    return error.exit_code


def _fault(error: Exception, secrets: list[str]) -> BatchRenamerError:
    """Put a fault of the program into one line, and its traceback into a private file."""
    moment = datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
    folder = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "batch-renamer"
    text = "".join(traceback.format_exception(error))
    for secret in secrets:
        text = text.replace(secret, "********")
    place = folder / f"fault-{moment}.log"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(place, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
    except OSError:
        return BatchRenamerError(f"A fault in batch-renamer: {type(error).__name__}. Its log could not be written.")
    return BatchRenamerError(f"A fault in batch-renamer: {type(error).__name__}. What happened is in {place}.")
