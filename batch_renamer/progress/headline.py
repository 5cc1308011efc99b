"""The first line that is shown of a run: one sentence that says how it ended."""

from __future__ import annotations

from batch_renamer.model import BAD_RESULTS, Result
from batch_renamer.progress.spans import Line, Span
from batch_renamer.progress.view import RunView
from batch_renamer.progress.visible import visible
from batch_renamer.text import counted

__all__ = ["headline"]


def headline(view: RunView) -> Line:
    """Return the headline of a run."""
    summary, counts, total = view.summary, view.summary.counts, view.summary.total
    bad = sum(counts.get(result, 0) for result in BAD_RESULTS)
    about = visible(view.about) or "that run"
    pending, planned = counts.get(Result.PENDING, 0), counts.get(Result.PLANNED, 0)
    of_all = (
        f"of {counted(total, 'name')} {{}} put back"
        if view.putting_back
        else f"of {counted(total, 'row')} {{}} renamed"
    )
    if view.at_work:
        to_come = pending + planned + counts.get(Result.UNKNOWN, 0)  # what is being sent has no outcome yet
        text = f"At work at this moment: {to_come:,} of {counted(total, 'row')} still to come."
        return (Span(text, "warn"),)
    if pending:
        text = f"Stopped before the end: {pending:,} of {counted(total, 'row')} not reached."
        return (Span(text, "bad"),)
    if view.command.audits:
        kept = counts.get(Result.UNCHANGED, 0)
        verb = "has the name" if kept == 1 else "have the names"
        return (Span(f"{kept:,} of {counted(total, 'order')} still {verb} of {about}.", "warn" if bad else "good"),)
    if not total:
        nothing = "Stopped before a row was read." if summary.stopped else _nothing_to_do(view)
        return (Span(nothing, "warn"),)
    if summary.stopped and not view.command.offline and (bad or planned) and not _may_have_sent(counts):
        return (Span(_stopped_in_the_plan(view, bad), "bad"),)
    if view.command.offline:
        text = f"Checked {counted(total, 'row')}: {planned:,} usable, {bad:,} in need of repair. Nothing was sent."
        return (Span(text, "warn" if bad else "good"),)
    if view.asking:
        plan = f"The plan to undo {about}" if view.putting_back else "The plan"
        return (Span(f"{plan}: {planned:,} {of_all.format('will be')}. Nothing has been sent yet.", "strong"),)
    if planned or view.dry:
        dry = f"Dry run, to undo {about}" if view.putting_back else "Dry run"
        text = f"{dry}: {planned:,} {of_all.format('would be')}. Nothing was sent."
        return (Span(text, "warn" if bad else "good"),)
    return _finished(view, bad=bad)


def _finished(view: RunView, *, bad: int) -> Line:
    """Return the headline of a run that has done what it could."""
    total, renamed = view.summary.total, view.summary.counts.get(Result.RENAMED, 0)
    about = visible(view.about) or "that run"
    if bad:
        needs = "needs" if bad == 1 else "need"
        did = "Stopped:" if view.summary.stopped else f"Undid {about}, but" if view.putting_back else "Finished, but"
        return (Span(f"{did} {bad:,} of {counted(total, 'row')} {needs} a look.", "warn"),)
    if not view.putting_back:
        return (Span(f"Done: {renamed:,} of {counted(total, 'row')} renamed.", "good"),)
    if not renamed:
        return (Span(f"There was nothing to put back: no order has its name from {about}.", "good"),)
    return (Span(f"Undid {about}: {renamed:,} of {counted(total, 'name')} put back.", "good"),)


def _nothing_to_do(view: RunView) -> str:
    if view.putting_back:
        return f"There is nothing to put back: no order has its name from {visible(view.about) or 'that run'}."
    return "The spreadsheet has no rows to work on."


def _may_have_sent(counts: dict[Result, int]) -> bool:
    return bool(counts.get(Result.RENAMED) or counts.get(Result.UNKNOWN))


def _stopped_in_the_plan(view: RunView, bad: int) -> str:
    done = "put back" if view.putting_back else "renamed"
    what = "failed" if bad == view.summary.counts.get(Result.FAILED) else "needs a look" if bad == 1 else "need a look"
    rows = f"; {bad:,} of {counted(view.summary.total, 'row')} {what}" if bad else ""
    return f"Stopped: nothing was {done}{rows}."
