"""What the commands do: words that were given enter, the result on standard output and an exit code leave.

Settings, key, log, screen and job are brought together here; the stages of the job are in `job`.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread

from batch_renamer.connect import Destination, journal_path, nowhere, reset_sandbox, to_api, to_sandbox
from batch_renamer.errors import (
    BatchRenamerError,
    InputError,
    InterruptedRunError,
    ReportWriteError,
    SettingsError,
    StoppedEarlyError,
)
from batch_renamer.job import perform
from batch_renamer.journal import Journal
from batch_renamer.loader import open_sheet
from batch_renamer.logs import logging_to
from batch_renamer.model import Result, RunSummary
from batch_renamer.progress import Progress, RunView, make_progress, show_run
from batch_renamer.reports import write_json_result, write_refusal
from batch_renamer.run import Run
from batch_renamer.settings import Settings, describe, read_api_key, resolve_settings
from batch_renamer.signals import called_on_signals
from batch_renamer.stages import load_options
from batch_renamer.stopping import GRACE_S
from batch_renamer.words import again

__all__ = ["run_command", "run_sandbox"]

log = logging.getLogger("batch_renamer")

_MOST_SHOWN_TO_ASK = 20
_MOST_SHOWN = 1_000


def run_command(command: str, file: Path, given: Mapping[str, Any]) -> int:
    """Run ``check``, ``plan`` or ``apply`` on a spreadsheet; return the exit code.

    ``given`` holds the options by the names of the settings; None and False mean not given.
    """
    given = {name: value for name, value in given.items() if value not in (None, False, [], ())}
    as_json = bool(given.get("json"))
    secrets: list[str] = []
    try:
        settings = resolve_settings(given, environ=os.environ)
        as_json = settings.json
        with logging_to(settings.log_file, verbose=settings.verbose, secrets=secrets):
            return _run(command, file, given, settings, secrets)
    except (StoppedEarlyError, InterruptedRunError) as error:
        # Before the first row was kept there is no run to show, but going on is still the same command.
        return _refuse(command, error, as_json=as_json, next_command=_same_again(command, file, given))
    except BatchRenamerError as error:
        return _refuse(command, error, as_json=as_json)
    except KeyboardInterrupt:
        stopped = InterruptedRunError(signal.SIGINT)
        return _refuse(command, stopped, as_json=as_json, next_command=_same_again(command, file, given))
    except Exception as error:
        return _refuse(command, _fault(error, secrets), as_json=as_json)


def run_sandbox(**options: Any) -> int:
    """Serve the sandbox until it is stopped; return the exit code. The options are those of ``serve_forever``."""
    from batch_renamer.sandbox import serve_forever  # noqa: PLC0415 - only this command needs a server

    try:
        return serve_forever(api_key=os.environ.get("AUTOENHANCE_API_KEY"), **options)
    except BatchRenamerError as error:
        return _refuse("sandbox", error, as_json=False)


def _run(command: str, file: Path, given: Mapping[str, Any], settings: Settings, secrets: list[str]) -> int:
    if command == "apply" and not settings.yes and not sys.stdin.isatty():
        msg = "There is no terminal to ask on: give --yes to rename without a question. Nothing was sent."
        raise SettingsError(msg)
    for setting in describe(settings):
        log.debug("%s = %s (%s)", *setting)
    destination, warnings = _destination(command, settings, secrets)
    if settings.sandbox_reset:
        reset_sandbox(settings)
    with _screen(settings) as progress, Journal.open(journal_path(settings)) as journal:
        run = Run(
            command=command,
            settings=settings,
            journal=journal,
            progress=progress,
            destination=destination,
            open_sheet=partial(open_sheet, file, load_options(settings)),
            sheet=file,
            confirm=None if settings.yes else _ask,
            warnings=warnings,
        )
        summary = anyio.run(_perform, run)
        if settings.json:
            summary = _written_as_json(run, summary)
        _show(run, summary, given)
    return summary.exit_code


def _destination(command: str, settings: Settings, secrets: list[str]) -> tuple[Destination, list[str]]:
    if command == "check":
        return nowhere(), []
    if settings.sandbox:
        return to_sandbox(settings), []
    found = read_api_key(settings, environ=os.environ)
    secrets.append(found.key.reveal())
    return to_api(settings, found.key), [found.warning] if found.warning else []


@contextmanager
def _screen(settings: Settings) -> Iterator[Progress]:
    progress = make_progress(sys.stderr, quiet=settings.quiet, no_progress=settings.no_progress)
    try:
        yield progress
    finally:
        progress.close()


async def _perform(run: Run) -> RunSummary:
    def on_signal(number: int) -> None:
        # The first asks politely; a second one ends the run at once.
        run.stop.request(InterruptedRunError(number), grace_s=0 if run.stop.requested else GRACE_S)
        run.progress.message(f"Stopping: requests in flight get {GRACE_S:g} s to finish. Once more to end at once.")

    with called_on_signals(on_signal):
        return await perform(run)


async def _ask(run: Run) -> bool:
    """Show the plan on standard error and ask whether it shall be done."""
    counts = run.counts()
    view = RunView(
        summary=RunSummary(run_id=run.record.id, command="plan", counts=counts, warnings=tuple(run.warnings)),
        problems=tuple(run.reasons()),
        planned=tuple(run.planned(limit=_MOST_SHOWN_TO_ASK)),
        forecast=run.forecast(),
    )
    show_run(view, sys.stderr)
    profile = f" (profile {run.settings.profile})" if run.settings.profile else ""
    sys.stderr.write(f"\nRename {counts[Result.PLANNED]:,} orders at {run.record.base_url}{profile}? [y/N] ")
    sys.stderr.flush()
    with run.stop.interruptible():
        answer = await _read_line()
    return answer.strip().lower() in ("y", "yes")


async def _read_line() -> str:
    if os.name == "posix":
        # Waiting in the event loop, not in a thread: a thread that reads can't be interrupted by Ctrl-C.
        await anyio.wait_readable(sys.stdin)
        return sys.stdin.readline()
    return await anyio.to_thread.run_sync(sys.stdin.readline, abandon_on_cancel=True)


def _written_as_json(run: Run, summary: RunSummary) -> RunSummary:
    """Write the result to standard output; return the summary, which says so if that failed."""
    try:
        if summary.exit_code == InputError.exit_code:
            write_refusal(sys.stdout, command=run.command, exit_code=summary.exit_code, error=summary.stopped)
        else:
            write_json_result(sys.stdout, run.rows(), summary=summary)
        sys.stdout.flush()
    except OSError as error:
        log.error("the result could not be written: %s", error.strerror)  # noqa: TRY400 - the cause is its sentence
        if not summary.stopped:
            msg = f"The result could not be written to standard output: {error.strerror}."
            return replace(summary, exit_code=ReportWriteError.exit_code, stopped=msg)
    return summary


def _show(run: Run, summary: RunSummary, given: Mapping[str, Any]) -> None:
    settings = run.settings
    stream = sys.stderr if settings.json else sys.stdout
    if run.declined:
        run.progress.message("Nothing was sent.")
        return
    hint, command = _next(run, summary, given)
    planned = run.planned(limit=_MOST_SHOWN) if run.command == "plan" else []
    view = RunView(
        summary=summary,
        problems=tuple(run.reasons()),
        planned=tuple(planned),
        forecast=run.forecast() if run.command == "plan" and planned else None,
        next_hint=hint,
        next_command=command,
    )
    show_run(view, stream, quiet=settings.quiet)


def _next(run: Run, summary: RunSummary, given: Mapping[str, Any]) -> tuple[str, str]:
    """Return what the user may want to do next: a few words, and the exact command."""
    sheet = [str(run.sheet)]
    if run.command == "plan" and not summary.stopped and summary.counts.get(Result.PLANNED):
        return "To do this:", again("apply", sheet, given)
    if run.command == "apply" and (summary.stopped or {Result.FAILED, Result.UNKNOWN} & summary.counts.keys()):
        return "To go on with what is left:", again("apply", sheet, given)
    return "", ""


def _same_again(command: str, file: Path, given: Mapping[str, Any]) -> str:
    return again(command, [str(file)], given) if command == "apply" else ""


def _refuse(command: str, error: BatchRenamerError, *, as_json: bool, next_command: str = "") -> int:
    messages = make_progress(sys.stderr, quiet=True)
    if as_json:
        write_refusal(sys.stdout, command=command, exit_code=error.exit_code, error=str(error))
    else:
        messages.message(str(error), error=True)
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
