"""Which run is meant: what the user typed enters, a `RunRecord` leaves, or the sentence that says why there is none."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path
from typing import assert_never

from batch_renamer.commands import APPLY, UNDO, Command
from batch_renamer.errors import InputError
from batch_renamer.jobs.destinations import Destination
from batch_renamer.journal import Closed, Journal, RunRecord, RunState
from batch_renamer.model import Result

__all__ = [
    "as_this_account",
    "begun",
    "bound_to",
    "committed",
    "find",
    "interrupted",
    "is_left_in_the_middle",
    "kept_plan",
    "last_of_plan",
    "last_of_sheet",
    "merely_planned",
    "named",
    "renamed_something",
    "taken_back",
    "unfinished",
    "went_before",
    "why_closed",
]


def find(
    journal: Journal,
    run_id: str | None,
    *,
    base_url: str,
    profile: str | None,
    commands: Collection[Command],
    newest: Callable[[RunRecord], bool] = lambda _: True,
    elsewhere: Callable[[str], str] = lambda _: "",
    how_to_list: str = "",
) -> RunRecord:
    """Return the run with this id, of which a unique beginning will do; without one, the newest that ``newest`` likes.

    ``elsewhere`` says where else runs whose ids begin so are, in a sentence, if there are any; ``how_to_list`` how
    those that are here are listed.

    Raises:
        InputError: there is none, or several begin so.
    """
    if run_id is None:
        for run in journal.runs.find(base_url=base_url, profile=profile):
            if run.spec in commands and newest(run):
                return run
        msg = f"There is no run yet at {_place(base_url, profile)} that this could be about.{elsewhere('')}"
        raise InputError(msg)
    prefix = run_id.strip().lower()
    found = journal.runs.find(prefix=prefix)
    if not found:
        msg = f"There is no run {run_id!r} here.{elsewhere(prefix)}{how_to_list}"
        raise InputError(msg)
    if len(found) > 1:
        msg = f"{run_id!r} could be one of {', '.join(run.id for run in found[:5])}; type one more letter."
        raise InputError(msg)
    if found[0].spec not in commands:
        msg = (
            f"Run {found[0].id} is {_article(found[0].command)}. "
            f"This command takes only {' or '.join(map(str, commands))} runs."
        )
        raise InputError(msg)
    return found[0]


def bound_to(run: RunRecord, destination: Destination) -> list[str]:
    """Make sure that a run is this account's; return warnings.

    Raises:
        InputError: it belongs to another base URL, profile or key.
    """
    if run.base_url != destination.base_url or run.profile != destination.profile:
        theirs, ours = _place(run.base_url, run.profile), _place(destination.base_url, destination.profile)
        msg = f"Run {run.id} belongs to {theirs}, and this is {ours}. Nothing was sent."
        raise InputError(msg)
    if run.account != destination.account:
        msg = (
            f"Run {run.id} was made with another key, so it may be another account's. If that was an older key of this"
            " account, give --same-account. Nothing was sent."
        )
        raise InputError(msg)
    if run.key_print != destination.key_print:
        return [f"The key of profile {run.profile} has changed since run {run.id}; its orders should be the same ones."]
    return []


def as_this_account(journal: Journal, run: RunRecord, destination: Destination) -> RunRecord:
    """Return a run as one of this account, upon the user's word that its key is an older one of the same account.

    So are all runs that were made with that key: what they have renamed counts from now on.

    Raises:
        InputError: it belongs to another address.
    """
    if run.base_url != destination.base_url:
        bound_to(run, destination)
    journal.runs.rebind(run, account=destination.account, profile=destination.profile)
    return journal.runs.get(run.id)


def kept_plan(plan: RunRecord) -> RunRecord:
    """Return the plan if it can be committed.

    Raises:
        InputError: it is not whole, or it was committed before.
    """
    if not merely_planned(plan):
        msg = f"Run {plan.id} is no plan that waits to be committed. Plan the spreadsheet again."
        raise InputError(msg)
    return plan


def committed(run: RunRecord) -> bool:
    """Tell whether a run came as far as renaming."""
    return run.committed_at is not None


def begun(run: RunRecord) -> bool:
    """Tell whether a run has rows and was meant to rename them: a plan that is merely kept was not."""
    return committed(run) or run.state in (RunState.READING, RunState.FINISHED)


def merely_planned(run: RunRecord) -> bool:
    """Tell whether a run has a whole plan and was never committed."""
    return run.state is RunState.PLANNED and not committed(run)


def taken_back(journal: Journal, run: RunRecord) -> list[str]:
    """Return a warning if a run that is taken up was undone in between."""
    undo = journal.runs.begun_from(run, command=UNDO.recorded_as)
    return [f"Run {run.id} was undone by run {undo.id}; what that gave back stays as it is."] if undo else []


def renamed_something(run: RunRecord) -> RunRecord:
    """Return the run if it came as far as renaming.

    Raises:
        InputError: nothing was ever sent.
    """
    if not committed(run):
        msg = f"Run {run.id} renamed nothing, so there is nothing to put back or to check."
        raise InputError(msg)
    return run


def interrupted(run: RunRecord, counts: dict[Result, int]) -> bool:
    """Tell whether a run has rows that it did not come to, or came to its last row and not to its reports.

    One that is closed is over, whatever it left.
    """
    left = counts.get(Result.PENDING, 0) + counts.get(Result.PLANNED, 0)  # planned: killed just before it renamed
    if run.stopped:
        left += counts.get(Result.UNKNOWN, 0)
    return not run.closed and begun(run) and (bool(left) or (committed(run) and run.reported_at is None))


def why_closed(run: RunRecord) -> str:
    """Return the sentence that says why a run is not taken up; "" for one that may be, be it dismissed.

    A user who names a dismissed run wants it after all.
    """
    match run.closed:
        case Closed.REFUSED:
            return f"Run {run.id} was refused and is over: {run.stopped} Repair that, then apply the spreadsheet again."
        case Closed.SUPERSEDED:
            return (
                f"Run {run.closed_by} came later and took care of every order that run {run.id} had left. "
                f"To go on with run {run.id} would bring older names back, so nothing was sent."
            )
        case Closed.DISMISSED | Closed.NOT:
            return ""
        case never:
            assert_never(never)


def last_of_sheet(journal: Journal, *, digest: str, destination: Destination) -> RunRecord | None:
    """Return the last run that renamed from this very spreadsheet in this account, if it was interrupted.

    One that was undone meanwhile is over: to go on with it would report names that are gone.
    """
    last = journal.runs.last_of_sheet(digest=digest, account=destination.account, base_url=destination.base_url)
    return _if_interrupted(journal, last)


def last_of_plan(journal: Journal, plan: RunRecord) -> RunRecord | None:
    """Return the last run that committed this plan, if it was interrupted and not undone."""
    return _if_interrupted(journal, journal.runs.begun_from(plan, command=APPLY.recorded_as))


def _if_interrupted(journal: Journal, run: RunRecord | None) -> RunRecord | None:
    if (
        run is None
        or not interrupted(run, journal.results.counts(run))
        or journal.runs.begun_from(run, command=UNDO.recorded_as)
    ):
        return None
    return run


def named(run: RunRecord) -> str:
    """Return a run in words: its id, and the spreadsheet by which people know it."""
    return f"run {run.id}" + (f" ({Path(run.sheet).name})" if run.sheet is not None else "")


def went_before(journal: Journal, run: RunRecord) -> RunRecord | None:
    """Return the run that this one is about, if it is an undo or an audit."""
    return journal.runs.parent(run) if run.spec.about_a_run else None


def unfinished(journal: Journal, run: RunRecord) -> tuple[RunRecord, int] | None:
    """Return the newest other run of the account that has renamed and was interrupted, and how many rows it left.

    It is over if it was undone, dismissed or superseded.
    """
    for other in journal.runs.find(base_url=run.base_url, profile=run.profile):
        passed_over = other.number in (run.number, run.parent) or other.account != run.account
        if passed_over or not is_left_in_the_middle(journal, other):
            continue
        counts = journal.results.counts(other)
        return other, counts.get(Result.PENDING, 0) + counts.get(Result.UNKNOWN, 0)
    return None


def is_left_in_the_middle(journal: Journal, run: RunRecord) -> bool:
    """Tell whether a run has renamed and was interrupted, and is neither at work nor over by another way."""
    if not committed(run) or (run.reported_at is not None and not run.stopped):
        return False  # told without a look at its rows
    return run.id not in journal.runs.at_work() and _if_interrupted(journal, run) is not None


def _place(base_url: str, profile: str | None) -> str:
    return base_url + (f" (profile {profile})" if profile else "")


def _article(command: str) -> str:
    return f"an {command}" if command[0] in "aeiou" else f"a {command}"
