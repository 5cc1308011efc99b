"""The first line that is shown of a run: one sentence that says how it ended."""

from __future__ import annotations

from batch_renamer.errors import LockedError
from batch_renamer.model import BAD_RESULTS, Result
from batch_renamer.progress.spans import Line, Span
from batch_renamer.progress.view import RunView
from batch_renamer.text import counted
from batch_renamer.visible import visible

__all__ = ["headline", "says_why", "sentence_of"]


def headline(view: RunView) -> Line:
    """Return the headline of a run."""
    summary, counts, total = view.summary, view.summary.counts, view.summary.total
    bad = sum(counts.get(result, 0) for result in BAD_RESULTS)
    about = visible(view.about) or "that run"
    pending, planned = counts.get(Result.PENDING, 0), counts.get(Result.PLANNED, 0)
    if view.at_work:
        to_come = pending + planned + counts.get(Result.UNKNOWN, 0)  # what is being sent has no outcome yet
        text = f"At work at this moment: {to_come:,} of {counted(total, 'row')} still to come."
        return (Span(text, "warn"),)
    if says_why(view):
        return (Span(visible(summary.stopped), "bad"),)
    if pending:
        sent = view.command.audits or _may_have_sent(counts)
        stopped = "Stopped before the end:" if sent else f"Stopped: nothing was {_done(view)};"
        return (Span(f"{stopped} {pending:,} of {counted(total, 'row')} not reached.", "bad"),)
    if view.command.audits:
        kept = counts.get(Result.UNCHANGED, 0)
        verb = "has the name" if kept == 1 else "have the names"
        return (Span(f"{kept:,} of {counted(total, 'order')} still {verb} of {about}.", "warn" if bad else "good"),)
    if not total:
        nothing = "Stopped before a row was read." if summary.stopped else _no_rows(view)
        return (Span(nothing, "warn"),)
    if summary.stopped and not view.command.offline and (bad or planned) and not _may_have_sent(counts):
        return (Span(_stopped_in_the_plan(view, bad), "bad"),)
    if view.command.offline:
        text = f"Checked {counted(total, 'row')}: {planned:,} ready, {bad:,} to repair. Nothing was sent."
        return (Span(text, "warn" if bad else "good"),)
    return _of_a_plan(view, bad) if view.asking or planned or view.dry else _of_renames(view, bad)


def sentence_of(view: RunView) -> str:
    """Return the headline as plain text.

    Example:
        >>> from batch_renamer.model import RunSummary
        >>> sentence_of(RunView(summary=RunSummary(run_id="k3", command="apply", counts={Result.RENAMED: 2})))
        'Done: 2 of 2 rows renamed.'
    """
    return "".join(span.text for span in headline(view))


def says_why(view: RunView) -> bool:
    """Tell whether the headline is the sentence that says why nothing was begun."""
    return view.summary.exit_code == LockedError.exit_code and bool(view.summary.stopped) and not view.at_work


def _of_a_plan(view: RunView, bad: int) -> Line:
    planned = view.summary.counts.get(Result.PLANNED, 0)
    if view.asking:
        plan = f"The plan to undo {visible(view.about) or 'that run'}" if view.putting_back else "The plan"
        return (
            Span(f"{plan}: {planned:,} {_of_all(view)} will be {_done(view)}. Nothing has been sent yet.", "strong"),
        )
    if not planned and not bad and not view.putting_back:
        return _nothing_to_do(view)
    dry = f"Dry run, to undo {visible(view.about) or 'that run'}" if view.putting_back else "Dry run"
    text = f"{dry}: {planned:,} {_of_all(view)} would be {_done(view)}. Nothing was sent."
    return (Span(text, "warn" if bad else "good"),)


def _of_renames(view: RunView, bad: int) -> Line:
    renamed, about = view.summary.counts.get(Result.RENAMED, 0), visible(view.about) or "that run"
    if bad:
        problems = "has a problem" if bad == 1 else "have problems"
        did = "Stopped:" if view.summary.stopped else f"Undid {about}, but" if view.putting_back else "Finished, but"
        return (Span(f"{did} {bad:,} of {counted(view.summary.total, 'row')} {problems}.", "warn"),)
    if view.putting_back and not renamed:
        return (Span(f"There was nothing to put back: no order has its name from {about}.", "good"),)
    if not renamed:
        return _nothing_to_do(view)
    did = f"Undid {about}" if view.putting_back else "Done"
    return (Span(f"{did}: {renamed:,} {_of_all(view)} {_done(view)}{_back_already(view)}.", "good"),)


def _back_already(view: RunView) -> str:
    """Return how many orders of an undo had their old names before it; "" if none had, or if it is no undo."""
    same = view.summary.counts.get(Result.UNCHANGED, 0) if view.putting_back else 0
    return f"; {same:,} had {'its old name' if same == 1 else 'their old names'} already" if same else ""


def _of_all(view: RunView) -> str:
    return f"of {counted(view.summary.total, 'name' if view.putting_back else 'row')}"


def _done(view: RunView) -> str:
    return "put back" if view.putting_back else "renamed"


def _nothing_to_do(view: RunView) -> Line:
    same, skipped = (view.summary.counts.get(result, 0) for result in (Result.UNCHANGED, Result.SKIPPED))
    left_out = f"{counted(skipped, 'row')} {'is' if skipped == 1 else 'are'} skipped"
    if not same:
        return (Span(f"Nothing to do: {left_out}.", "good"),)
    all_of_them = "the order has this name" if same == 1 else f"all {same:,} orders have these names"
    return (Span(f"Nothing to do: {all_of_them} already{f'; {left_out}' if skipped else ''}.", "good"),)


def _no_rows(view: RunView) -> str:
    if view.putting_back:
        return f"There is nothing to put back: no order has its name from {visible(view.about) or 'that run'}."
    return "The spreadsheet has no rows to work on."


def _may_have_sent(counts: dict[Result, int]) -> bool:
    return bool(counts.get(Result.RENAMED) or counts.get(Result.UNKNOWN))


def _stopped_in_the_plan(view: RunView, bad: int) -> str:
    failed = bad == view.summary.counts.get(Result.FAILED)
    what = "failed" if failed else "has a problem" if bad == 1 else "have problems"
    rows = f"; {bad:,} of {counted(view.summary.total, 'row')} {what}" if bad else ""
    return f"Stopped: nothing was {_done(view)}{rows}."
