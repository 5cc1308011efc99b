"""How pages call a run, in words for people who never type a command."""

from __future__ import annotations

from batch_renamer.jobs import ListedRun
from batch_renamer.web.job_runner import Offers
from batch_renamer.web.pages.sheet_fields import as_fields

__all__ = ["at_work_title", "commands_in_words", "in_page_words", "kind_of_run"]

_KINDS = {
    "plan": "Plan",
    "apply": "Rename",
    "undo": "Undo",
    "undo --dry-run": "Plan of an undo",
    "audit": "Check of the names",
}
"""By what the journal calls the command."""

_NOT_CHOSEN = "Left out: --"
"""Begins the reason of a row that --only or --except left out; on the page that was a checkbox or a field."""

_NOT_WANTED = "Left out: these renames were not wanted."

_TITLES = {
    "plan": "Reading the current names",
    "apply": "Renaming the orders",
    "resume": "Going on with the run",
    "undo": "Giving the old names back",
    "undo --dry-run": "Planning the undo",
    "audit": "Checking the names",
}

_OFFERED = {
    "commit": "Do the plan",
    "resume": "Go on",
    "retry": "Try failed rows again",
    "undo": "Undo",
    "audit": "Check again",
    "dismiss": "Do not finish",
}
"""What the commands of `Offers` do."""


def kind_of_run(listed: ListedRun) -> str:
    """Return what a run is, such as ``Rename`` or ``Undo of run k3f9ab``."""
    kind = _KINDS.get(listed.run.command, listed.run.command)
    about = listed.run.spec.about_a_run and listed.parent is not None
    return f"{kind} of run {listed.parent.id}" if about and listed.parent is not None else kind


def in_page_words(sentence: str) -> str:
    """Return a sentence that a person can follow on the page, where it named options of the command line.

    Example:
        >>> in_page_words("Left out: --except names this row.")
        'Left out: these renames were not wanted.'
    """
    return _NOT_WANTED if sentence.startswith(_NOT_CHOSEN) else as_fields(sentence)


def commands_in_words(offers: Offers) -> list[tuple[str, str]]:
    """Return the commands that do what is offered, each with what it does."""
    return [(_OFFERED[name], command) for name, command in offers.commands.items()]


def at_work_title(command: str) -> str:
    """Return the heading of a run at work, by its command as it is typed.

    Example:
        >>> at_work_title("apply"), at_work_title("apply --plan")
        ('Renaming the orders', 'Renaming the orders')
    """
    return _TITLES.get(command) or _TITLES.get(command.split(maxsplit=1)[0], "At work")
