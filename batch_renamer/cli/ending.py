"""Ends a command that has no run to show: its error becomes one line or one JSON object, and an exit code.

So does a fault of the program; its traceback goes to a private file.
"""

from __future__ import annotations

import logging
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from batch_renamer.cli.standard_output import OutputLostError, ReaderGoneError
from batch_renamer.commands import Command
from batch_renamer.errors import (
    BatchRenamerError,
    InputError,
    InterruptedRunError,
    StoppedEarlyError,
)
from batch_renamer.faults import kept_fault
from batch_renamer.progress import Span, about, level_of, logging_to, make_progress, show_lines
from batch_renamer.reports import write_refusal
from batch_renamer.settings import Settings, usable_settings

__all__ = ["EndedEarly", "Ending", "refuse", "run_bare"]

log = logging.getLogger("batch_renamer")

_READER_GONE = 141
"""128 + SIGPIPE, the exit code of other tools, too, if the program that reads their output ends (``| head``)."""


EndedEarly = Callable[[BatchRenamerError, Settings | None, Sequence[str]], None]
"""What a command does when an error ends it.

The settings are those that can be used, None if there are none; the texts are what went wrong with the log.
"""


@dataclass(slots=True, kw_only=True)
class Ending:
    """What is needed to say why a command ended; some of it is known only after the settings are read."""

    command: Command
    as_json: bool = False
    log_file: Path | None = None
    state_dir: Path | None = None
    next_command: str = ""
    secrets: list[str] = field(default_factory=list, repr=False)
    ended_early: EndedEarly = lambda *_: None
    settings: Settings | None = None
    log_troubles: Sequence[str] = ()

    def take(self, settings: Settings) -> None:
        """Take from the settings whether to write JSON, and where the log and the journal are."""
        self.settings = settings
        if (address := settings.nightly.heartbeat_url) is not None:
            self.secrets.append(address.given)
        self.as_json, self.log_file, self.state_dir = settings.json, settings.log_file, settings.state_dir

    def guess(self, given: Mapping[str, object], environ: Mapping[str, str]) -> None:
        """Take what can be used from settings that have a mistake."""
        with suppress(Exception):  # the mistake itself is reported elsewhere
            self.take(usable_settings(given, environ=environ))

    def of(self, error: BaseException) -> int:
        """Say in one line why the command ended, log it, and return its exit code."""
        match error:
            case ReaderGoneError():
                return _READER_GONE
            case KeyboardInterrupt():
                error = InterruptedRunError(signal.SIGINT)
            case BatchRenamerError():
                pass
            case _:
                error = kept_fault(error, state_dir=self.state_dir, secrets=self.secrets)
        if not self._is_a_slip(error):
            fields = {"command": self.command.word, "exit_code": error.exit_code, "error": str(error)}
            level, extra = level_of(error.exit_code), about(on_screen=True, **fields)
            log.log(level, "%s: %s (exit code %d)", self.command.word, error, error.exit_code, extra=extra)
        self.ended_early(error, self.settings, self.log_troubles)
        goes_on = isinstance(error, StoppedEarlyError | InterruptedRunError) and not isinstance(error, OutputLostError)
        return refuse(
            self.command.word,
            error,
            as_json=self.as_json and not isinstance(error, OutputLostError),
            next_command=self.next_command if goes_on else "",
        )

    def _is_a_slip(self, error: BatchRenamerError) -> bool:
        """Tell whether the error is a mistyped name in a command that only reads; such a mistake is not logged."""
        if not isinstance(error, InputError):
            return False
        if self.command.writes:
            return False
        return self.command.offline or self.command.about_past or sys.stdin.isatty()


def run_bare(command: Command, body: Callable[[Ending], int], *, as_json: bool = False) -> int:
    """Run the body of a command that starts without settings and without a log; return the exit code."""
    ending = Ending(command=command, as_json=as_json)
    with logging_to(None, verbose=False, secrets=ending.secrets):
        try:
            return body(ending)
        except (Exception, KeyboardInterrupt) as error:
            return ending.of(error)


def refuse(command: str, error: BatchRenamerError, *, as_json: bool, next_command: str = "") -> int:
    """Say in one line why a command did nothing or ended early, and how to go on; return its exit code."""
    messages = make_progress(sys.stderr, quiet=True)
    if as_json:
        try:
            write_refusal(sys.stdout, command=command, exit_code=error.exit_code, error=str(error))
            sys.stdout.flush()
        except OSError:
            as_json = False  # then the message goes to standard error
    if not as_json:
        mistake = "Error: " if isinstance(error, InputError) else ""
        for line in str(error).splitlines():  # one line for each mistake in the settings
            messages.message(mistake + line, error=True)
    if next_command:
        show_lines(lambda _: [(Span("To begin again:"),), (Span(next_command, "command"),)], sys.stderr)
    return error.exit_code
