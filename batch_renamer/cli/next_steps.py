"""Finds the next commands for a run that has ended: a few words, and each exact command."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import replace

from batch_renamer.cli.repairs import can_be_tried_again, what_to_repair
from batch_renamer.command_line import carried_options, command_line
from batch_renamer.commands import APPLY, DOCTOR, RESUME, UNDO
from batch_renamer.errors import KeyRefusedError, LockedError, TooManyFailuresError
from batch_renamer.jobs import Run, committed, interrupted, merely_planned, named, unfinished
from batch_renamer.journal import Journal, RunRecord
from batch_renamer.model import Result, RunSummary
from batch_renamer.progress import NextStep
from batch_renamer.text import counted

__all__ = ["commit_command", "next_steps", "plan_is_kept", "reminder"]

_TO_BE_RESUMED = (3, 4, 129, 130, 143)
_WITH_A_PLAN = ("report", "max_renames", "strict")
"""Options of a plan that hold for its renames, too."""

_CHOOSING = ("only", "except_rows", "first")
"""Options that choose rows."""


def next_steps(run: Run, summary: RunSummary, given: Mapping[str, object]) -> tuple[NextStep, ...]:
    """Return what the user may want to do next, the likeliest last; never a command that would be refused."""
    if run.job.command.offline or not run.job.journal.is_in_place():  # no later command would find the run
        return ()
    if summary.exit_code == KeyRefusedError.exit_code and (place := run.job.destination.key_place):
        return (_after_refused_key(run, place, given),)
    if not run.job.command.writes:
        return _after_looking(run, summary, given)
    if summary.exit_code in _TO_BE_RESUMED or summary.exit_code == LockedError.exit_code:
        return _after_a_stop(run, summary, given)
    return _after_the_end(run, summary, given)


def _after_refused_key(run: Run, place: str, given: Mapping[str, object]) -> NextStep:
    """Return where to put the right key, and the command for then: `doctor`, or `resume` if renames may have been sent.

    Without a profile, a run belongs to the key that it began with. So `resume` must say that the account is the same.
    """
    kept = carried_options(given)
    if not (run.job.command.writes and committed(run.job.journal.runs.get(run.record.id))):
        asks = "" if place == "AUTOENHANCE_API_KEY" else " (`batch-renamer init` asks for it)"
        return NextStep(f"Put the right key into {place}{asks}, then check it:", command_line(DOCTOR, [], kept))
    another_key = {} if run.job.destination.profile is not None else {"same_account": True}
    resume = command_line(RESUME, [run.record.id], {**another_key, **kept})
    return NextStep(f"Put the right key of this account into {place}, then:", resume)


def _after_looking(run: Run, summary: RunSummary, given: Mapping[str, object]) -> tuple[NextStep, ...]:
    if summary.exit_code in _TO_BE_RESUMED:
        return (NextStep("To do it again from the start:", _same_again(run, given)),)
    if summary.stopped or run.would_be_refused or not summary.counts.get(Result.PLANNED):
        return (*what_to_repair(run, summary), *_again(run, given))
    if run.job.origin is None:
        return (NextStep("To do exactly this:", commit_command(run, given)),)
    return (NextStep("To do this:", _undo_command(run.job.origin, given)),)


def _again(run: Run, given: Mapping[str, object]) -> tuple[NextStep, ...]:
    """Return the plan that also has the orders which an earlier run of these rows renamed and that were renamed since.

    After an undo these are all rows of the spreadsheet.
    """
    if run.job.origin is not None or not (count := run.job.journal.lineage.renamed_since(run.record)):
        return ()
    orders = counted(count, "order")
    return (NextStep(f"To plan to rename {orders} again:", _same_again(run, {**given, "again": True})),)


def _after_a_stop(run: Run, summary: RunSummary, given: Mapping[str, object]) -> tuple[NextStep, ...]:
    record = run.job.journal.runs.get(run.record.id)
    if plan_is_kept(run):
        when = " when that run has ended" if summary.exit_code == LockedError.exit_code else ""
        return (NextStep(f"To do this plan{when}:", commit_command(run, given)),)
    if summary.exit_code == LockedError.exit_code:
        begin = NextStep("To begin when that run has ended:", _same_again(run, given))
        return (begin,) if run.job.origin is None else ()
    if run.puts_back and merely_planned(record):
        return (NextStep("To undo it after all:", _undo_command(run.job.origin or run.record, given)),)
    refused = isinstance(run.stop.cause, TooManyFailuresError) and not committed(record)
    if not refused and (interrupted(record, summary.counts) or Result.UNKNOWN in summary.counts):
        go_on = command_line(RESUME, [summary.run_id], carried_options(given))
        return (*_take_back(run, summary, given), NextStep("To go on with what is left:", go_on))
    if can_be_tried_again(run, summary):
        return (_try_again(summary, given),)
    return what_to_repair(run, summary) if refused else ()


def _after_the_end(run: Run, summary: RunSummary, given: Mapping[str, object]) -> tuple[NextStep, ...]:
    repairs = what_to_repair(run, summary)
    if summary.exit_code == 1 and can_be_tried_again(run, summary):
        return (*repairs, _try_again(summary, given))
    if summary.stopped or not (summary.counts.get(Result.RENAMED) or summary.changed_otherwise):
        return repairs
    steps = [NextStep("To take it back:", _undo_of_this(summary, given))]
    if not run.job.command.resumes and (left := run.job.journal.rows.count_after_first(run.record)):
        steps.append(_the_rest(run, counted(left, "row"), given))
    return (*repairs, *steps, *_rest_of_plan(run, given))


def _rest_of_plan(run: Run, given: Mapping[str, object]) -> Iterator[NextStep]:
    """Yield how to do the rows of a kept plan that were not chosen; what was done is unchanged then."""
    plan, command = run.job.origin, run.job.command
    if plan is None or not command.from_sheet or not {"only", "except_rows"} & given.keys():
        return
    if left := run.job.journal.lineage.count_left_of_plan(run.record):
        rest = command_line(APPLY, [], {"plan": plan.id, **_carried_to_a_commit(given)})
        yield NextStep(f"To do the rest of the plan ({counted(left, 'row')}):", rest)


def _the_rest(run: Run, rows: str, given: Mapping[str, object]) -> NextStep:
    """Return how to do the rows that ``--first`` left out, in this command or in the plan that it committed.

    Such a plan has no more rows, and how its spreadsheet was read is not known here.
    """
    if run.job.origin is not None and "first" not in given:
        return NextStep(f"To do the rest ({rows}), apply the spreadsheet itself without --first.")
    return NextStep(f"To do the rest ({rows}):", _same_again(run, given, whole=True))


def _take_back(run: Run, summary: RunSummary, given: Mapping[str, object]) -> tuple[NextStep, ...]:
    """Return how to take back what a run renamed before it was stopped; nothing for an undo, which is that itself."""
    if run.puts_back or not (renamed := summary.counts.get(Result.RENAMED, 0)):
        return ()
    return (NextStep(f"To take back the {counted(renamed, 'rename')}:", _undo_of_this(summary, given)),)


def _undo_of_this(summary: RunSummary, given: Mapping[str, object]) -> str:
    # The question comes again: to take a run back is another decision.
    asking = {name: value for name, value in carried_options(given).items() if name != "yes"}
    return command_line(UNDO, [summary.run_id], asking)


def _try_again(summary: RunSummary, given: Mapping[str, object]) -> NextStep:
    options = {"failed": True, **carried_options(given)}
    return NextStep("To try again what failed:", command_line(RESUME, [summary.run_id], options))


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
    """Tell whether the journal has the run's whole plan, and nothing was sent.

    This is so if the user answered no, or if the start of the renaming could not be noted.
    """
    return run.job.command.from_sheet and merely_planned(run.job.journal.runs.get(run.record.id))


def commit_command(run: Run, given: Mapping[str, object]) -> str:
    """Return the command that commits a kept plan."""
    return command_line(APPLY, [], {"plan": run.record.id, **_carried_to_a_commit(given)})


def _undo_command(origin: RunRecord, given: Mapping[str, object]) -> str:
    """Return the command for an undo as it was planned; it chooses its rows again, by the same options."""
    chosen = {name: given[name] for name in _CHOOSING if name in given}
    return command_line(UNDO, [origin.id], {**_carried_to_a_commit(given), **chosen})


def _carried_to_a_commit(given: Mapping[str, object]) -> dict[str, object]:
    return carried_options(given) | {name: given[name] for name in _WITH_A_PLAN if name in given}


def _same_again(run: Run, given: Mapping[str, object], *, whole: bool = False) -> str:
    """Return the command as it was given, because a command that only reads leaves nothing to resume.

    ``whole`` leaves out ``--first``, so that it takes all rows.
    """
    left_out = {"sandbox_reset", *(["first"] if whole else [])}
    again = {name: value for name, value in given.items() if name not in left_out}
    command, origin = run.job.command, run.job.origin
    if origin is None:
        return command_line(command, ["-" if run.job.sheet is None else run.job.sheet], again)
    if command.from_sheet:
        return command_line(command, [], {"plan": origin.id, **again})
    return command_line(command, [origin.id, *command.switches], again)
