"""Says in a few sentences what a caller can do next with a run that was stopped, or left by another."""

from __future__ import annotations

import logging
import os

from batch_renamer.command_line import command_line
from batch_renamer.commands import RESUME, UNDO
from batch_renamer.errors import BatchRenamerError
from batch_renamer.jobs import Run, committed, interrupted, merely_planned, named, unfinished
from batch_renamer.journal import Journal, RunRecord
from batch_renamer.model import Result
from batch_renamer.settings import Settings, usable_settings
from batch_renamer.text import counted

__all__ = ["NOTHING_RENAMED", "reminder", "ways_on"]

log = logging.getLogger("batch_renamer")

NOTHING_RENAMED = "Interrupted; nothing was renamed."


def reminder(journal: Journal, run: RunRecord, settings: Settings) -> str:
    """Return a reminder of an earlier run of the account that was interrupted; "" if there is none."""
    if not run.spec.from_sheet or (found := unfinished(journal, run)) is None:
        return ""
    earlier, left = found
    name, what = named(earlier), counted(left, "row") if left else "its report"
    how = f"{_opening('open_run', earlier, settings)}.resume() goes on"
    return f"{name[0].upper()}{name[1:]} is unfinished: {what}; {how}."


def ways_on(run: Run, *, kept: bool) -> str:
    """Return how a run that was stopped can be finished or taken back; ``kept``: its journal is kept.

    The log gets it as well: a cancelled task may have no one who reads its exception.
    """
    try:
        record, counts = run.job.journal.runs.get(run.record.id), run.job.journal.results.counts(run.record)
    except BatchRenamerError as error:
        return f"Run {run.record.id} was stopped, and what became of it can't be told: {error}"
    settings = run.job.settings
    if not committed(record):
        if kept and merely_planned(record) and record.spec.from_sheet:
            return f"{NOTHING_RENAMED} The plan is kept: {_opening('open_plan', record, settings)}.apply() does it."
        if kept and record.spec.writes and interrupted(record, counts):
            return f"{NOTHING_RENAMED} {_opening('open_run', record, settings)}.resume() goes on."
        return NOTHING_RENAMED
    renamed = f"{counts.get(Result.RENAMED, 0)} of {sum(counts.values())} rows are renamed"
    said = (
        f"Run {record.id} was stopped: {renamed}. Its journal is kept.\n"
        f"{_opening('open_run', record, settings)} finds it: "
        "its resume() goes on, its undo() puts the old names back.\n"
        f"So do these commands:\n" + "\n".join(_commands(run))
    )
    if run.stop.requested:
        log.warning("%s", said)
    return said


def _commands(run: Run) -> list[str]:
    options = _where(run.job.settings)
    program = ["batch-renamer"]  # this process may have been started by any other
    return [command_line(command, [run.record.id], options, program=program) for command in (RESUME, UNDO)]


def _opening(function: str, run: RunRecord, settings: Settings) -> str:
    """Return the call that opens a run; only the key is left to the caller."""
    key = [] if settings.sandbox else ["api_key=..."]
    where = [f"{name}={value!r}" for name, value in _where(settings).items()]
    return f"{function}({', '.join([repr(run.id), *key, *where])})"


def _where(settings: Settings) -> dict[str, object]:
    """Return the options by which the account and the journal of a run are found again."""
    options: dict[str, object] = {}
    environ = {name: value for name, value in os.environ.items() if name == "XDG_STATE_HOME"}
    if settings.state_dir != usable_settings({}, environ=environ).state_dir:
        options["state_dir"] = str(settings.state_dir)
    if settings.sandbox:
        options["sandbox"] = True
    elif "base_url" in dict(settings.sources):
        options["base_url"] = settings.base_url
    return options
