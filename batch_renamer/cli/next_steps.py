"""What comes next after a run: a few words, and the exact command that goes on."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from batch_renamer.command_line import carried_options, command_line
from batch_renamer.commands import APPLY, DOCTOR, RESUME, UNDO
from batch_renamer.errors import KeyRefusedError, LockedError, TooManyFailuresError
from batch_renamer.jobs import Run, committed, interrupted, merely_planned, named, unfinished
from batch_renamer.journal import Journal, RunRecord
from batch_renamer.model import Result, RunSummary
from batch_renamer.text import counted

__all__ = ["commit_command", "next_step", "plan_is_kept", "reminder"]

_TO_BE_RESUMED = (3, 4, 129, 130, 143)


def next_step(run: Run, summary: RunSummary, given: Mapping[str, object]) -> tuple[str, str]:
    """Return what the user may want to do next: a few words, and the exact command."""
    if run.job.command.offline or not run.job.journal.is_in_place():  # no later command would find the run
        return "", ""
    if summary.exit_code == KeyRefusedError.exit_code and (place := run.job.destination.key_place):
        return _after_refused_key(run, place, given)
    return (_after_renaming if run.job.command.writes else _after_looking)(run, summary, given)


def _after_refused_key(run: Run, place: str, given: Mapping[str, object]) -> tuple[str, str]:
    """Return where the right key belongs; before the first rename, what checks it: the same again would end the same.

    Without a profile the account is known by its key, and a run that is gone on with belongs to the old one.
    """
    kept = carried_options(given)
    if not (run.job.command.writes and committed(run.job.journal.runs.get(run.record.id))):
        return f"Put the right key into {place}, then check it:", command_line(DOCTOR, [], kept)
    another_key = {} if run.job.destination.profile is not None else {"same_account": True}
    resume = command_line(RESUME, [run.record.id], {**another_key, **kept})
    return f"Put the right key of this account into {place}, then:", resume


def _after_looking(run: Run, summary: RunSummary, given: Mapping[str, object]) -> tuple[str, str]:
    kept = carried_options(given)
    if summary.exit_code in _TO_BE_RESUMED:
        return "To do it again from the start:", _same_again(run, given)
    if summary.stopped or not summary.counts.get(Result.PLANNED):
        return "", ""
    if run.job.origin is None:
        return "To do exactly this:", command_line(APPLY, [], {"plan": summary.run_id, **kept})
    return "To do this:", command_line(UNDO, [run.job.origin.id], kept)


def _after_renaming(run: Run, summary: RunSummary, given: Mapping[str, object]) -> tuple[str, str]:
    kept, stopped = carried_options(given), summary.exit_code in _TO_BE_RESUMED
    if (stopped or summary.exit_code == LockedError.exit_code) and plan_is_kept(run):
        return "To begin with the plan, which is whole:", commit_command(run, given)
    if summary.exit_code == LockedError.exit_code and run.job.origin is None:
        return "To begin when that run has ended:", _same_again(run, given)
    if stopped and run.puts_back and merely_planned(run.job.journal.runs.get(run.record.id)):
        origin = run.job.origin or run.record
        return "To undo it after all:", command_line(UNDO, [origin.id], kept)
    if stopped:
        record = run.job.journal.runs.get(run.record.id)
        if committed(record) or not isinstance(run.stop.cause, TooManyFailuresError):
            if interrupted(record, summary.counts) or Result.UNKNOWN in summary.counts:
                return "To go on with what is left:", command_line(RESUME, [summary.run_id], kept)
        elif Result.FAILED not in summary.counts:
            # If the run were resumed, its plan would be refused again.
            return ("" if run.puts_back else "Repair the spreadsheet and apply it again."), ""
    if (stopped or summary.exit_code == 1) and {Result.FAILED, Result.UNKNOWN} & summary.counts.keys():
        return "To try again what failed:", command_line(RESUME, [summary.run_id], {"failed": True, **kept})
    return "", ""


def reminder(journal: Journal, run: RunRecord, given: Mapping[str, object]) -> str:
    """Return the reminder of an earlier run that was interrupted, which is easily forgotten; "" if there is none."""
    if not run.spec.from_sheet or (found := unfinished(journal, run)) is None:
        return ""
    earlier, left = found
    day = datetime.datetime.fromtimestamp(earlier.created_at).astimezone().strftime("%Y-%m-%d")
    name = named(replace(earlier, id=f"{earlier.id} of {day}"))
    what = counted(left, "row") if left else "its report"
    resume = command_line(RESUME, [earlier.id], carried_options(given))
    return f"{name[0].upper()}{name[1:]} is unfinished: {what}; `{resume}`"


def plan_is_kept(run: Run) -> bool:
    """Tell whether the journal has the run's plan whole, with nothing sent.

    It has after the answer no, and where the beginning of the renaming could not be noted.
    """
    return run.job.command.from_sheet and merely_planned(run.job.journal.runs.get(run.record.id))


def commit_command(run: Run, given: Mapping[str, object]) -> str:
    """Return the command that does a kept plan."""
    return command_line(APPLY, [], {"plan": run.record.id, **carried_options(given)})


def _same_again(run: Run, given: Mapping[str, object]) -> str:
    """Return the same command: a command that only reads keeps nothing that another one could go on with."""
    again_given = {name: value for name, value in given.items() if name != "sandbox_reset"}
    if run.job.origin is None:
        return command_line(run.job.command, [run.job.sheet or Path()], again_given)
    return command_line(run.job.command, [run.job.origin.id, *run.job.command.switches], again_given)
