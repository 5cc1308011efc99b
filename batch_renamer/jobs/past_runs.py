"""Which past run a command is about, and whether the command may work on it; if not, a sentence says why."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from pathlib import Path

from batch_renamer.commands import UNDO, Command
from batch_renamer.errors import InputError
from batch_renamer.jobs.destinations import Destination
from batch_renamer.jobs.standing import committed, merely_planned
from batch_renamer.journal import Journal, RunRecord

__all__ = [
    "as_this_account",
    "bound_to",
    "find",
    "kept_plan",
    "means_newest",
    "named",
    "renamed_something",
    "taken_back",
    "went_before",
]

_LATEST = "latest"
_SHOWN_RUNS = 3


def find(
    journal: Journal,
    run_id: str | None,
    *,
    base_url: str,
    profile: str | None,
    commands: Collection[Command],
    newest: Callable[[RunRecord], bool] = lambda _: True,
    wanted: str = "fits",
    elsewhere: Callable[[str], str] = lambda _: "",
    how_to_list: str = "",
) -> RunRecord:
    """Return the run whose id is, or begins with, ``run_id``; without one, the newest for which ``newest`` is true.

    The word ``latest`` in place of an id is the same as none; it is no id, because ids have no l.

    ``wanted`` says what ``newest`` asks of a run. ``elsewhere`` returns a sentence that says where else runs with such
    ids are ("" for none); ``how_to_list`` is a sentence that says how the runs here are listed.

    Raises:
        InputError: there is none, or the ids of several begin so.
    """
    if means_newest(run_id):
        there = journal.runs.find(base_url=base_url, profile=profile)
        for run in there:
            if run.spec in commands and newest(run):
                return run
        why = _none_fits(there, _place(base_url, profile), wanted)
        raise InputError(f"{why}{elsewhere('')}{how_to_list if there else ''}")
    prefix = str(run_id).strip().lower()
    found = journal.runs.find(prefix=prefix)
    if not found:
        raise InputError(f'There is no run "{run_id}" here.{elsewhere(prefix)}{how_to_list}')
    if len(found) > 1:
        raise InputError(f'"{run_id}" could be one of {", ".join(run.id for run in found[:5])}: type one more letter.')
    if found[0].spec not in commands:
        raise InputError(
            f"Run {found[0].id} is {_article(found[0].command)}; "
            f"what is needed here is {_article(' or '.join(map(str, commands)))}."
        )
    return found[0]


def means_newest(run_id: str | None) -> bool:
    """Tell whether the newest run is meant: no id was given, or the word for it.

    Example:
        >>> means_newest(None), means_newest("latest"), means_newest("k3f9ab")
        (True, True, False)
    """
    return run_id is None or run_id.strip().lower() == _LATEST


def _none_fits(there: Sequence[RunRecord], place: str, wanted: str) -> str:
    if not there:
        return f"There is no run at {place} yet."
    newest = ", ".join(f"{run.id} ({'undo' if run.spec.puts_back else run.command})" for run in there[:_SHOWN_RUNS])
    more = f" and {len(there) - _SHOWN_RUNS:,} more" if len(there) > _SHOWN_RUNS else ""
    return f"No run at {place} {wanted}. There are {newest}{more}."


def bound_to(run: RunRecord, destination: Destination) -> list[str]:
    """Make sure that a run belongs to this account; return warnings.

    Raises:
        InputError: it belongs to another base URL, profile or key.
    """
    if run.base_url != destination.base_url or run.profile != destination.profile:
        theirs, ours = _place(run.base_url, run.profile), _place(destination.base_url, destination.profile)
        raise InputError(f"Run {run.id} belongs to {theirs}, and this is {ours}. Nothing was sent.")
    if run.account != destination.account:
        raise InputError(
            f"Run {run.id} was made with another key, so it may be another account's. If that was an older key of this"
            " account, give --same-account. Nothing was sent."
        )
    if run.key_print != destination.key_print:
        key = f"The key of profile {run.profile}" if run.profile is not None else "The key"
        return [f"{key} has changed since run {run.id}; its orders should be the same ones."]
    return []


def as_this_account(journal: Journal, run: RunRecord, destination: Destination) -> RunRecord:
    """Bind a run to this account, because the user says that its key is an older one of the same account; return it.

    All other runs that were made with that key are bound to this account, too.

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
        raise InputError(f"Run {plan.id} is no plan that waits to be committed. Plan the spreadsheet again.")
    return plan


def taken_back(journal: Journal, run: RunRecord) -> list[str]:
    """Return a warning if a run that is resumed was undone in between."""
    undo = journal.runs.begun_from(run, command=UNDO.recorded_as)
    return [f"Run {run.id} was undone by run {undo.id}; what that gave back stays as it is."] if undo else []


def renamed_something(run: RunRecord) -> RunRecord:
    """Return the run if it may have sent renames.

    Raises:
        InputError: nothing was ever sent.
    """
    if not committed(run):
        raise InputError(f"Run {run.id} renamed nothing, so there is nothing to put back or to check.")
    return run


def named(run: RunRecord) -> str:
    """Return a run in words: its id, and the name of its spreadsheet."""
    return f"run {run.id}" + (f" ({Path(run.sheet).name})" if run.sheet is not None else "")


def went_before(journal: Journal, run: RunRecord) -> RunRecord | None:
    """Return the run that this one is about, if it is an undo or an audit."""
    return journal.runs.parent(run) if run.spec.about_a_run else None


def _place(base_url: str, profile: str | None) -> str:
    return base_url + (f" (profile {profile})" if profile else "")


def _article(command: str) -> str:
    return f"an {command}" if command[0] in "aeiou" else f"a {command}"
