"""How pages call a run, in words for people who never type a command."""

from __future__ import annotations

from batch_renamer.jobs import ListedRun

__all__ = ["at_work_title", "kind_of_run"]

_KINDS = {
    "plan": "Plan",
    "apply": "Rename",
    "undo": "Undo",
    "undo --dry-run": "Plan of an undo",
    "audit": "Check of the names",
}
"""By what the journal calls the command."""

_TITLES = {
    "plan": "Reading the current names",
    "apply": "Renaming the orders",
    "resume": "Going on with the run",
    "undo": "Giving the old names back",
    "undo --dry-run": "Planning the undo",
    "audit": "Checking the names",
}


def kind_of_run(listed: ListedRun) -> str:
    """Return what a run is, such as ``Rename`` or ``Undo of run k3f9ab``."""
    kind = _KINDS.get(listed.run.command, listed.run.command)
    about = listed.run.spec.about_a_run and listed.parent is not None
    return f"{kind} of run {listed.parent.id}" if about and listed.parent is not None else kind


def at_work_title(command: str) -> str:
    """Return the heading of a run at work, by its command as it is typed.

    Example:
        >>> at_work_title("apply"), at_work_title("apply --plan")
        ('Renaming the orders', 'Renaming the orders')
    """
    return _TITLES.get(command) or _TITLES.get(command.split(maxsplit=1)[0], "At work")
