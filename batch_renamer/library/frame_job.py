"""One call of the library: a DataFrame and options enter, outcomes leave, and the journal where it is still needed."""

from __future__ import annotations

import difflib
import io
import logging
import os
import shutil
import signal
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import anyio
import anyio.to_thread
import pandas as pd

from batch_renamer.client import GRACE_S
from batch_renamer.command_line import command_line
from batch_renamer.commands import APPLY, PLAN, RESUME, UNDO
from batch_renamer.errors import BatchRenamerError, InterruptedRunError, SettingsError, SheetError
from batch_renamer.jobs import (
    Destination,
    Job,
    JobContext,
    Run,
    SheetSource,
    committed,
    interrupted,
    load_options,
    open_journal,
    perform,
    to_api,
    to_sandbox,
)
from batch_renamer.journal import Journal
from batch_renamer.library.temporary_state import StatePlace, temporary_state
from batch_renamer.loader import open_frame
from batch_renamer.model import COLUMNS, Result, RunSummary
from batch_renamer.progress import make_progress
from batch_renamer.reports import check_names
from batch_renamer.settings import OPTIONS, ApiKey, Settings, resolve_settings

__all__ = ["FrameJob", "Renaming"]

log = logging.getLogger("batch_renamer")

_COMMAND_LINE_ONLY: Mapping[str, str] = {
    "config": "configuration files are not read here; give the options themselves",
    "profile": "configuration files are not read here; give the options themselves",
    "log_file": 'add a handler to logging.getLogger("batch_renamer") instead',
    "sandbox_reset": "without state_dir every sandbox is a new one",
    **dict.fromkeys(("sheet", "encoding", "delimiter"), "a DataFrame has been read already"),
    **dict.fromkeys(("json", "quiet", "verbose", "no_progress", "yes"), "nothing is printed or asked here"),
}
"""Options of the command line that mean nothing here, and why."""

_NOTHING_RENAMED = "Interrupted; nothing was renamed."


@dataclass(frozen=True, slots=True, kw_only=True)
class Renaming:
    """What became of a DataFrame: ``outcomes`` has one line per row and the columns of a report.

    ``summary`` is the run in figures; its ``exit_code`` is what the command line would have exited with, and
    ``stopped`` says why a run ended early ("" when it did not).

    ``state_dir`` is where the run's journal is (None: it was not needed any more). With it the command line goes on:
    ``batch-renamer resume ID --state-dir DIR``, or ``undo``, where ID is ``summary.run_id``.
    """

    outcomes: pd.DataFrame
    summary: RunSummary
    state_dir: Path | None = None

    def undo_frame(self) -> pd.DataFrame:
        """Return the DataFrame that gives the old names back when it is renamed in turn.

        It has the orders that were renamed, that the API gave another name than was sent, or that may have been
        renamed (``unknown``). An order that has another name by then than this renaming left is ``drifted``.
        """
        rows = self.outcomes
        sent = pd.to_numeric(rows["attempts"]).fillna(0) > 0
        got_another_name = sent & rows["final_name"].notna() & (rows["final_name"] != rows["old_name"])
        changed = rows["result"].isin([Result.RENAMED.value, Result.UNKNOWN.value])
        changed |= (rows["result"] == Result.FAILED.value) & got_another_name
        back = rows[changed & rows["old_name"].notna() & (rows["old_name"] != "")]
        left = back["final_name"].where(back["result"] != Result.UNKNOWN.value, back["new_name"])
        return pd.DataFrame(
            {"order_id": back["order_id"], "new_name": back["old_name"], "current_name": left}
        ).reset_index(drop=True)


class FrameJob:
    """One call of the library, from its arguments to its result.

    Raises:
        SettingsError: an option is wrong, or the key is missing.
        SheetError: it is no DataFrame.
    """

    def __init__(self, frame: pd.DataFrame, *, api_key: object, dry_run: bool, options: Mapping[str, object]) -> None:
        if not isinstance(frame, pd.DataFrame):
            msg = (
                f"A pandas DataFrame with the columns order_id and new_name is needed, not a {type(frame).__name__}: "
                "make one with pd.DataFrame(...), or read a file with pd.read_csv(path, dtype=str)."
            )
            raise SheetError(msg)
        self._settings = _resolved(options)
        self._key = None if self._settings.sandbox else _checked_key(api_key)
        self._frame, self._dry_run = frame, dry_run
        self._has_state_dir = options.get("state_dir") is not None
        self._context: JobContext | None = None
        self.how_to_go_on = _NOTHING_RENAMED

    async def perform(self) -> Renaming:
        """Rename; the state directory goes with it unless it was given or is still needed."""
        with self._place() as place:
            settings = replace(self._settings, state_dir=place.folder)
            destination = await anyio.to_thread.run_sync(self._destination, settings)
            journal = await anyio.to_thread.run_sync(open_journal, settings)
            self._context = context = self._new_context(settings, journal, destination)
            try:
                run, summary = await _performed(context)
                outcomes = await journal.in_thread(_outcomes, run)
            finally:
                with anyio.CancelScope(shield=True):
                    if context.run is not None and await journal.in_thread(_is_unfinished, context.run):
                        place.keep, self.how_to_go_on = True, _ways_on(context.run)
                        log.warning("%s", self.how_to_go_on)
                    await anyio.to_thread.run_sync(journal.close)
        return Renaming(outcomes=outcomes, summary=summary, state_dir=place.folder if place.keep else None)

    def interrupt(self, at_once: bool) -> bool:
        """Let the run stop, with or without finishing what is in flight; tell whether there is a run to stop."""
        if self._context is None:
            return False
        _interrupt(self._context, at_once=at_once)
        return True

    @contextmanager
    def _place(self) -> Iterator[StatePlace]:
        if self._has_state_dir:
            yield StatePlace(folder=self._settings.state_dir, keep=True)
        elif self._settings.sandbox:
            place = StatePlace(folder=Path(tempfile.mkdtemp(prefix="batch-renamer-")))
            try:
                yield place
            finally:
                if not place.keep:
                    shutil.rmtree(place.folder, ignore_errors=True)
        else:
            with temporary_state(self._settings.state_dir) as place:
                yield place

    def _destination(self, settings: Settings) -> Destination:
        return to_sandbox(settings) if self._key is None else to_api(settings, self._key)

    def _new_context(self, settings: Settings, journal: Journal, destination: Destination) -> JobContext:
        return JobContext(
            Job(
                command=PLAN if self._dry_run else APPLY,
                settings=settings,
                journal=journal,
                progress=make_progress(io.StringIO(), quiet=True),
                destination=destination,
                source=SheetSource(open=lambda _: nullcontext(open_frame(self._frame, load_options(settings)))),
            )
        )


async def _performed(context: JobContext) -> tuple[Run, RunSummary]:
    """Perform a job; when the caller cancels, let it come to its end in order, and go on with the cancellation then.

    Raises:
        BatchRenamerError: what ended the run before it had rows, or a fault in the program.
    """
    ended = anyio.Event()
    results: list[tuple[Run, RunSummary] | BaseException] = []

    async def to_the_end() -> None:
        try:
            with anyio.CancelScope(shield=True):
                results.append(await perform(context))
        except BaseException as error:  # it goes to the caller below, not through the task group, which would wrap it
            results.append(error)
        finally:
            ended.set()

    async with anyio.create_task_group() as group:
        group.start_soon(to_the_end)
        try:
            await ended.wait()
        except anyio.get_cancelled_exc_class():
            _interrupt(context, at_once=False)
            with anyio.CancelScope(shield=True):
                await ended.wait()
            raise
    [result] = results
    if isinstance(result, tuple):
        return result
    while isinstance(result, BaseExceptionGroup):
        result = result.exceptions[0]
    if isinstance(result, Exception) and not isinstance(result, BatchRenamerError):
        raise BatchRenamerError(f"A fault in batch-renamer: {type(result).__name__}.") from result
    raise result


def _interrupt(context: JobContext, *, at_once: bool) -> None:
    """Ask a job to stop; only what writes gets the time to finish."""
    writes = context.run is not None and committed(context.run.record)
    cause = InterruptedRunError(signal.SIGINT)
    context.stop.request(cause, grace_s=GRACE_S if writes and not at_once else 0)


def _is_unfinished(run: Run) -> bool:
    """Tell whether a run has renamed, and something is left that only its journal knows how to finish or take back."""
    try:
        record, counts = run.job.journal.runs.get(run.record.id), run.job.journal.results.counts(run.record)
    except BatchRenamerError as error:
        log.error("what became of run %s can't be told: %s", run.record.id, error)  # noqa: TRY400 - the cause is its sentence
        return True
    return committed(record) and (bool(record.stopped) or interrupted(record, counts) or Result.UNKNOWN in counts)


def _ways_on(run: Run) -> str:
    """Return how a run that was stopped can be finished or taken back, in words."""
    counts = run.job.journal.results.counts(run.record)
    options: dict[str, object] = {"state_dir": str(run.job.settings.state_dir)}
    if run.job.settings.sandbox:
        options["sandbox"] = True
    elif "base_url" in dict(run.job.settings.sources):
        options["base_url"] = run.job.settings.base_url
    program = ["batch-renamer"]  # this process may have been started by any other
    resume, undo = (command_line(command, [run.record.id], options, program=program) for command in (RESUME, UNDO))
    renamed = f"{counts.get(Result.RENAMED, 0)} of {sum(counts.values())} orders are renamed"
    return (
        f"Run {run.record.id} was stopped: {renamed}. Its journal is kept.\n"
        f"To go on:\n{resume}\nTo put the old names back:\n{undo}"
    )


def _outcomes(run: Run) -> pd.DataFrame:
    return pd.DataFrame([asdict(row) | {"result": row.result.value} for row in run.rows()], columns=list(COLUMNS))


def _resolved(options: Mapping[str, object]) -> Settings:
    for name in options:
        if name in _COMMAND_LINE_ONLY:
            raise SettingsError(f"{name} is no option here: {_COMMAND_LINE_ONLY[name]}.")
        if name not in OPTIONS:
            near = difflib.get_close_matches(name, OPTIONS - _COMMAND_LINE_ONLY.keys(), n=1)
            raise SettingsError(f"There is no option {name}." + (f" Did you mean {near[0]}?" if near else ""))
    # Of the environment only the platform's folder counts, which is that of the command line.
    platform = {name: value for name, value in os.environ.items() if name == "XDG_STATE_HOME"}
    settings = resolve_settings(options, environ=platform, as_arguments=True)
    check_names(settings.report)
    return settings


def _checked_key(api_key: object) -> ApiKey:
    if api_key is None:
        msg = "api_key is missing; give it, or sandbox=True to practise."
        raise SettingsError(msg)
    if not isinstance(api_key, str):
        msg = f"api_key must be a text (str), not {type(api_key).__name__}."
        raise SettingsError(msg)
    try:
        return ApiKey(api_key)
    except ValueError as error:
        msg = f"api_key {error}."
        raise SettingsError(msg) from None
