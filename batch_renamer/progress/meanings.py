"""What each result means to a person, for each command."""

from __future__ import annotations

from batch_renamer.model import Result, ResultMeaning, Weight
from batch_renamer.progress.spans import Style
from batch_renamer.progress.view import RunView

__all__ = ["MEANINGS", "label_of", "meanings_for", "meanings_in_reports"]

_BELOW, _WORD_OF_REPORTS = "; the reasons are below", " (in reports: drifted)"
"""What is true on the screen alone."""

MEANINGS: dict[Result, tuple[str, Style]] = {
    Result.RENAMED: ("the API confirmed the new name", "good"),
    Result.PLANNED: ("would be renamed", "good"),
    Result.UNCHANGED: ("the order already had that name; nothing was sent", "dim"),
    Result.SKIPPED: ("left as it is, left out on request, or an exact repeat of another row", "dim"),
    Result.FAILED: (f"not renamed as asked{_BELOW}", "bad"),
    Result.UNKNOWN: (f"may have been renamed, or may be yet{_BELOW}", "warn"),
    Result.DRIFTED: (f"the order had another name than expected; left alone{_WORD_OF_REPORTS}", "warn"),
    Result.INVALID: ("repair the row; nothing was sent", "bad"),
    Result.PENDING: ("not reached; nothing was sent", "warn"),
}
"""In the order shown: what went well first, what needs a look last, nearest to its reasons."""

_AUDITED: dict[Result, tuple[str, Style]] = {
    Result.UNCHANGED: ("the order still has that name", "good"),
    Result.DRIFTED: (f"the order has another name now{_WORD_OF_REPORTS}", "warn"),
    Result.FAILED: (f"gone, or could not be read{_BELOW}", "bad"),
}

_PUT_BACK: dict[Result, tuple[str, Style]] = {
    Result.RENAMED: ("the order has its old name back; the API confirmed it", "good"),
    Result.PLANNED: ("would get its old name back", "good"),
    Result.UNCHANGED: ("the order has its old name; nothing was sent", "dim"),
    Result.FAILED: (f"not put back{_BELOW}", "bad"),
    Result.UNKNOWN: (f"may have been put back, or may be yet{_BELOW}", "warn"),
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
    Result.INVALID: (f"repair the row{_BELOW}", "bad"),
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


_WEIGHTS: dict[Style, Weight] = {"good": "good", "dim": "quiet", "warn": "doubtful", "bad": "bad"}


def meanings_in_reports(view: RunView) -> tuple[ResultMeaning, ...]:
    """Return the meanings as they are right in a report, which calls every result by its own word.

    Example:
        >>> from batch_renamer.model import RunSummary
        >>> meanings_in_reports(RunView(summary=RunSummary(run_id="k3", command="apply", counts={})))[0].meaning
        'the API confirmed the new name'
    """
    return tuple(
        ResultMeaning(result, text.removesuffix(_BELOW).removesuffix(_WORD_OF_REPORTS), _WEIGHTS[style])
        for result, (text, style) in meanings_for(view).items()
    )
