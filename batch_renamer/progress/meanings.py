"""What each result means to a person, for each command."""

from __future__ import annotations

from batch_renamer.model import Result
from batch_renamer.progress.spans import Style
from batch_renamer.progress.view import RunView

__all__ = ["MEANINGS", "label_of", "meanings_for"]

MEANINGS: dict[Result, tuple[str, Style]] = {
    Result.RENAMED: ("the API confirmed the new name", "good"),
    Result.PLANNED: ("would be renamed", "good"),
    Result.UNCHANGED: ("the order already had that name; nothing was sent", "dim"),
    Result.SKIPPED: ("left out on request, or an exact repeat of another row", "dim"),
    Result.FAILED: ("not renamed as asked; the reasons are below", "bad"),
    Result.UNKNOWN: ("may have been renamed, or may be yet; the reasons are below", "warn"),
    Result.DRIFTED: ("the order had another name than expected; left alone (in reports: drifted)", "warn"),
    Result.INVALID: ("repair the row; nothing was sent", "bad"),
    Result.PENDING: ("not reached; nothing was sent", "warn"),
}
"""In the order shown: what went well first, what needs a look last, nearest to its reasons."""

_AUDITED: dict[Result, tuple[str, Style]] = {
    Result.UNCHANGED: ("the order still has that name", "good"),
    Result.DRIFTED: ("the order has another name now (in reports: drifted)", "warn"),
    Result.FAILED: ("gone, or could not be read; the reasons are below", "bad"),
}

_PUT_BACK: dict[Result, tuple[str, Style]] = {
    Result.RENAMED: ("the order has its old name back; the API confirmed it", "good"),
    Result.PLANNED: ("would get its old name back", "good"),
    Result.UNCHANGED: ("the order has its old name; nothing was sent", "dim"),
    Result.FAILED: ("not put back; the reasons are below", "bad"),
    Result.UNKNOWN: ("may have been put back, or may be yet; the reasons are below", "warn"),
    Result.INVALID: ("can't be put back; nothing was sent", "bad"),
}


_PUT_BACK_AGAIN: dict[Result, tuple[str, Style]] = {
    Result.RENAMED: ("the order has the name back that it had before that run; the API confirmed it", "good"),
    Result.PLANNED: ("would get the name back that it had before that run", "good"),
    Result.UNCHANGED: ("the order has that name; nothing was sent", "dim"),
}
"""For the undo of an undo, whose orders get the newer of their names."""


_AT_WORK: dict[Result, tuple[str, Style]] = {
    Result.UNKNOWN: ("sent, or about to be sent; not confirmed yet", "warn"),
}
"""For a run that is at work: its rows without an outcome are those that it works on at this moment."""


_CHECKED: dict[Result, tuple[str, Style]] = {
    Result.PLANNED: ("nothing in the row needs repair", "good"),
    Result.INVALID: ("repair the row; the reasons are below", "bad"),
}
"""Of a check, which knows the spreadsheet alone."""


def label_of(result: Result, view: RunView) -> str:
    """Return the word for a result on the screen; reports have the result's own.

    Example:
        >>> from batch_renamer.model import RunSummary
        >>> label_of(Result.DRIFTED, RunView(summary=RunSummary(run_id="k3", command="apply", counts={})))
        'changed meanwhile'
    """
    if result is Result.DRIFTED:
        return "changed meanwhile"
    return "ready" if result is Result.PLANNED and view.command.offline else result.value


def meanings_for(view: RunView) -> dict[Result, tuple[str, Style]]:
    """Return the meaning of each result in this view, and its style; in the order shown."""
    meanings = MEANINGS
    if view.putting_back:
        meanings = meanings | _PUT_BACK | (_PUT_BACK_AGAIN if view.about_undo else {})
    elif view.command.audits:
        meanings = meanings | _AUDITED
    elif view.command.offline:
        meanings = meanings | _CHECKED
    return meanings | _AT_WORK if view.at_work else meanings
