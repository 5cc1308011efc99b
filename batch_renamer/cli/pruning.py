"""`runs --prune`: forgets old runs, says which others stay and why, and asks before that on a terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TypedDict

from batch_renamer.cli.ages import seconds_of_age
from batch_renamer.cli.at_words import to_terminal
from batch_renamer.cli.commands.set_up import NotWantedError, ask_yes_no
from batch_renamer.errors import SettingsError
from batch_renamer.journal import Journal, Prunable, Stays
from batch_renamer.text import counted

__all__ = ["prune_runs"]

_MOST_SHOWN = 10


class _Old(TypedDict, total=False):
    """Which runs are old: those older than so many seconds, or all but the newest ``keep``."""

    older_than_s: float
    keep: int


def prune_runs(journal: Journal, what: str, *, asks: bool) -> bool:
    """Forget old runs; tell whether they were forgotten, not declined.

    Raises:
        SettingsError: ``what`` is neither an age nor a number.
    """
    old = _old(what)
    found = journal.runs.prunable(**old)
    for line in _said(found, asks=asks):
        sys.stderr.write((to_terminal(line) if asks else line) + "\n")
    if asks and found.gone and not _agreed(len(found.gone)):
        sys.stderr.write("Nothing was forgotten.\n")
        return False
    # What was shown is forgotten and nothing else, however long the answer took.
    gone = journal.runs.prune(**old, only=frozenset(found.gone))
    sys.stderr.write(f"{counted(gone, 'run')} forgotten.\n")
    return True


def _old(what: str) -> _Old:
    if (older_than_s := seconds_of_age(what)) is not None:
        return {"older_than_s": older_than_s}
    if what.strip().isascii() and what.strip().isdecimal():
        return {"keep": int(what)}
    raise SettingsError(f"--prune {what}: must be an age such as 90d, 12h or 8w, or the number of runs to keep.")


def _said(found: Prunable, *, asks: bool) -> Iterator[str]:
    """Yield what would be forgotten, where a question follows, and what stays although it is old."""
    if asks and found.gone:
        yield f"To be forgotten: {_listed(found.gone)}. They can't be shown, undone or resumed after that."
    for reason in Stays:
        if staying := [run_id for run_id, why in found.stays if why is reason]:
            yield f"Kept, because {reason}: {_listed(staying)}."


def _listed(ids: list[str] | tuple[str, ...]) -> str:
    more = f" and {len(ids) - _MOST_SHOWN:,} more" if len(ids) > _MOST_SHOWN else ""
    return ", ".join(ids[:_MOST_SHOWN]) + more


def _agreed(count: int) -> bool:
    try:
        return ask_yes_no(f"Forget {counted(count, 'run')}?")
    except NotWantedError:
        return False
