"""A run's figures, its failures by reason and its first planned rows enter; the lines that a person reads leave."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from batch_renamer.commands import COMMANDS, Command
from batch_renamer.model import BAD_RESULTS, HERE, Forecast, ReasonGroup, ReportRow, Result, RunSummary, WarningGroup
from batch_renamer.progress.texts import NO_NAME, Line, Span, Style, cells_of, cut_middle, name_change, visible
from batch_renamer.text import counted

__all__ = ["RunView", "duration", "run_lines"]

_MOST_GROUPS = 8
_MOST_WARNINGS = 5
_NARROWEST_REMARK = 12
_SENTENCE = re.compile(r"(?:[^.“]|“[^”]*”|\.(?! |$))*")
_OTHER_LINES = 12  # what stands around the rows of a plan, about
_NARROWEST_NAMES = 24  # columns; a terminal narrower than that wraps

_MEANINGS: dict[Result, tuple[str, Style]] = {
    Result.RENAMED: ("the API confirmed the new name", "good"),
    Result.PLANNED: ("would be renamed", "good"),
    Result.UNCHANGED: ("the order already had that name; nothing was sent", "dim"),
    Result.SKIPPED: ("left out on request, or an exact repeat of another row", "dim"),
    Result.FAILED: ("not renamed as asked; the reasons are below", "bad"),
    Result.UNKNOWN: ("may have been renamed, or may be yet; the reasons are below", "warn"),
    Result.DRIFTED: ("the order had another name than expected; left alone", "warn"),
    Result.INVALID: ("the row needs repair; nothing was sent", "bad"),
    Result.PENDING: ("not reached; nothing was sent", "warn"),
}
"""In the order shown: what went well first, what needs a look last, nearest to its reasons."""

_AUDITED: dict[Result, tuple[str, Style]] = {
    Result.UNCHANGED: ("the order still has that name", "good"),
    Result.DRIFTED: ("the order has another name now", "warn"),
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
"""Of the undo of an undo, whose orders get the newer of their names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunView:
    """All that is shown at the end of a run.

    ``planned`` are the first rows of a plan, to be shown old → new. ``next_hint`` says what ``next_command``, a command
    line that can be typed as it stands, would do, or what there is to do where no command does it. ``asking`` is the
    plan above a question, ``putting_back`` the view of an undo. ``about`` names the run that an undo or an audit is
    about, ``about_undo`` tells that it is an undo itself. ``at_work`` tells that the run goes on, ``dry``
    that it ends with its plan. ``all_rows`` says where every row is to be seen. ``row_warnings`` are the warnings of
    rows by kind.

    Example:
        >>> RunView(summary=RunSummary(run_id="k3", command="plan", counts={})).next_command
        ''
    """

    summary: RunSummary
    problems: tuple[ReasonGroup, ...] = ()
    planned: tuple[ReportRow, ...] = ()
    forecast: Forecast | None = None
    next_hint: str = ""
    next_command: str = ""
    asking: bool = False
    putting_back: bool = False
    about: str = ""
    about_undo: bool = False
    at_work: bool = False
    dry: bool = False
    all_rows: str = "--report FILE.xlsx writes every row"
    row_warnings: tuple[WarningGroup, ...] = ()

    @property
    def command(self) -> Command:
        """The command whose result is shown."""
        return COMMANDS[self.summary.command]


def run_lines(
    view: RunView, *, width: int, brackets: bool, quiet: bool = False, height: int | None = None
) -> Iterator[Line]:
    """Yield all lines: the headline, the counts, the plan, the problems, and last the command that goes on.

    ``brackets`` mark the difference between two names where styles can't. ``quiet`` leaves the headline, the
    sentence that says why a run stopped, and the command; where rows are bad or the run stopped, the reasons and the
    places of the reports, too. Where a plan is longer than the ``height`` of the screen, its headline and counts have
    left the screen at its end, so they come again below it.
    """
    summary = view.summary
    yield _headline(view)
    if summary.stopped:
        yield (Span(visible(summary.stopped), "bad"),)
    if not quiet:
        yield from _counts(view)
        yield from _planned(view, width=width, brackets=brackets)
        yield from _problems(view, width=width, brackets=brackets)
        yield from _row_warnings(view, width=width)
        yield from _warnings(summary.warnings)
        yield from _facts(view)
        if height is not None and len(view.planned) + _OTHER_LINES > height:
            yield ()
            yield _headline(view)
            yield from _counts(view)
    elif summary.exit_code:
        yield from _problems(view, width=width, brackets=brackets)
        if summary.reports:
            yield from ((), *_reports(summary.reports))
    if not quiet and (view.next_hint or view.next_command):
        yield ()
    if view.next_hint:
        yield (Span(visible(view.next_hint)),)
    if view.next_command:
        yield (Span(visible(view.next_command), "strong"),)


def duration(seconds: float) -> str:
    """Return a time as a person says it.

    Example:
        >>> duration(0.42), duration(75), duration(7300)
        ('0.4 s', '1 min 15 s', '2 h 1 min')
    """
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600:,} h {whole % 3600 // 60} min"


def _headline(view: RunView) -> Line:
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
    if bad:
        needs = "needs" if bad == 1 else "need"
        did = "Stopped:" if summary.stopped else f"Undid {about}, but" if view.putting_back else "Finished, but"
        return (Span(f"{did} {bad:,} of {counted(total, 'row')} {needs} a look.", "warn"),)
    if view.putting_back and not counts.get(Result.RENAMED):
        text = f"There was nothing to put back: no order has its name from {about}."
        return (Span(text, "good"),)
    did = f"Undid {about}" if view.putting_back else "Done"
    return (Span(f"{did}: {counts.get(Result.RENAMED, 0):,} {of_all.replace(' {}', '')}.", "good"),)


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


def _meanings(view: RunView) -> dict[Result, tuple[str, Style]]:
    if view.putting_back:
        return _MEANINGS | _PUT_BACK | (_PUT_BACK_AGAIN if view.about_undo else {})
    return _MEANINGS | (_AUDITED if view.command.audits else {})


def _counts(view: RunView) -> Iterator[Line]:
    meanings = _meanings(view)
    shown = [(result, count) for result in meanings if (count := view.summary.counts.get(result, 0))]
    if not shown:
        return
    yield ()
    digits = max(len(f"{count:,}") for _, count in shown)
    for result, count in shown:
        meaning, style = meanings[result]
        yield (Span(f"  {count:>{digits},}  "), Span(f"{result.value:<9}", style), Span(f"  {meaning}", "dim"))
        if result is Result.FAILED and (changed := view.summary.changed_otherwise):
            indent = " " * (digits + len("  failed   ") + 4)
            yield (Span(f"{indent}of these, {changed:,} changed to another name than the one sent", "bad"),)


def _planned(view: RunView, *, width: int, brackets: bool) -> Iterator[Line]:
    if not view.planned:
        return
    offline = view.command.offline  # no current names are known, so there is no old name to show
    yield ()
    yield from _rows(view.planned, width=width, brackets=brackets, indent="  ", offline=offline)
    more = view.summary.counts.get(Result.PLANNED, 0) - len(view.planned)
    if more > 0:
        where = " in the report" if view.summary.reports else f"; {view.all_rows}"
        yield (Span(f"  … and {more:,} more{where}", "dim"),)


def _problems(view: RunView, *, width: int, brackets: bool) -> Iterator[Line]:
    for group in view.problems[:_MOST_GROUPS]:
        yield ()
        yield (
            Span(group.result.value, _MEANINGS[group.result][1]),
            Span(f" · {counted(group.count, 'row')} · ", "dim"),
            Span(visible(group.reason) or "(no reason given)"),
        )
        yield from _rows(group.rows, width=width, brackets=brackets, indent="    ", offline=False)
        if group.count > len(group.rows):
            yield (Span(f"    … and {group.count - len(group.rows):,} more", "dim"),)
    if rest := view.problems[_MOST_GROUPS:]:
        more = f"… and {counted(sum(group.count for group in rest), 'row')} with {counted(len(rest), 'other reason')}"
        where = "all of them are in the report" if view.summary.reports else view.all_rows
        yield ()
        yield (Span(f"{more}; {where}", "dim"),)


def _row_warnings(view: RunView, *, width: int) -> Iterator[Line]:
    for group in view.row_warnings:
        yield ()
        yield (
            Span("Warning", "warn"),
            Span(f" · {counted(group.count, 'row')} · ", "dim"),
            Span(visible(group.kind).rstrip(".") + "."),
        )
        # What is odd about a row is to be seen in it, whatever became of the row.
        yield from _rows(group.rows, width=width, brackets=False, indent="    ", offline=True, warning=group.kind)
        if group.count > len(group.rows):
            numbers = group.numbers[len(group.rows) :]
            beyond = ", ..." if group.count > len(group.numbers) else ""
            more = f"    … and {group.count - len(group.rows):,} more: row{'s' * (len(numbers) > 1)} "
            yield (Span(f"{more}{ranges(numbers)}{beyond}", "dim"),)


def ranges(numbers: Sequence[int]) -> str:
    """Return ascending numbers in short.

    Example:
        >>> ranges([2, 3, 4, 7, 9])
        '2-4, 7, 9'
    """
    groups: list[list[int]] = []
    for number in numbers:
        if groups and number == groups[-1][-1] + 1:
            groups[-1].append(number)
        else:
            groups.append([number])
    return ", ".join(f"{group[0]}-{group[-1]}" if len(group) > 1 else f"{group[0]}" for group in groups)


def _rows(
    rows: tuple[ReportRow, ...], *, width: int, brackets: bool, indent: str, offline: bool, warning: str = ""
) -> Iterator[Line]:
    """Yield a line per row: its number, its order id, and its names, aligned; or what a ``warning`` says of the row."""
    digits = max((len(str(row.row)) for row in rows), default=0)
    ids = [cut_middle(row.order_id, max(width // 4, 12)) or "(no id)" for row in rows]
    id_width = max(map(cells_of, ids), default=0)
    room = max(width - len(indent) - len("row ") - digits - 2 - id_width - 2, _NARROWEST_NAMES)
    for row, shown_id in zip(rows, ids, strict=True):
        padding = " " * (id_width - cells_of(shown_id) + 2)
        if warning:
            names = _with_remark(row, _said_of(row, warning), room=room)
        else:
            names = _names(row, room=room, brackets=brackets, offline=offline)
        yield (Span(f"{indent}row {row.row:>{digits}}  ", "dim"), Span(shown_id + padding), *names)


def _names(row: ReportRow, *, room: int, brackets: bool, offline: bool) -> Line:
    never_read = row.old_name is None and row.result in {Result.FAILED, Result.PENDING}
    if row.result is Result.INVALID:
        return _with_remark(row, row.reason.partition(HERE)[2].removesuffix("."), room=room)
    if offline or never_read:
        return (Span(cut_middle(row.new_name, room) or NO_NAME),)
    if row.result is Result.DRIFTED:
        found = cut_middle(row.final_name or "", room // 2) or NO_NAME
        expected = cut_middle(row.old_name or "", room // 2 - len("expected , found ")) or NO_NAME
        return (Span(f"expected {expected}, found "), Span(found, "warn"))
    if row.old_name is not None and row.old_name != row.new_name and _composed(row.old_name) == _composed(row.new_name):
        # Two names that look the same, side by side, would only puzzle.
        remark = " (only the Unicode form differs)"
        return (Span(cut_middle(row.new_name, room - len(remark))), Span(remark, "dim"))
    return name_change(row.old_name, row.new_name, width=room, brackets=brackets)


def _said_of(row: ReportRow, kind: str) -> str:
    """Return what the warning of this kind says of the row: a sentence without its full stop."""
    found = _SENTENCE.match(row.warning.partition(f"{kind}: ")[2])
    return found[0] if found else ""


def _with_remark(row: ReportRow, remark: str, *, room: int) -> Line:
    """Yield the new name of a row, and what is odd in the row where the name doesn't show it."""
    name, remark = cut_middle(row.new_name, room), visible(remark)
    if not remark or remark.strip('“”"') in {row.new_name, row.order_id}:
        return (Span(name or NO_NAME),)
    if not name:
        return (Span(cut_middle(remark, room)),)
    between = " · "
    left = max(room - cells_of(name) - len(between), _NARROWEST_REMARK)
    return (Span(name), Span(between + cut_middle(remark, left), "dim"))


def _composed(name: str) -> str:
    return unicodedata.normalize("NFC", name)


def _warnings(warnings: tuple[str, ...]) -> Iterator[Line]:
    if not warnings:
        return
    yield ()
    for warning in warnings[:_MOST_WARNINGS]:
        yield (Span("Note: ", "warn"), Span(visible(warning)))
    if len(warnings) > _MOST_WARNINGS:
        yield (Span(f"… and {counted(len(warnings) - _MOST_WARNINGS, 'more note')}", "dim"),)


def _facts(view: RunView) -> Iterator[Line]:
    summary, forecast = view.summary, view.forecast
    facts: list[Line] = []
    if forecast is not None:
        text = f"about {duration(forecast.seconds)}, {counted(forecast.requests, 'request')}"
        rate = f"{forecast.rate_per_s:,.0f}" if forecast.rate_per_s >= 10 else f"{forecast.rate_per_s:.2g}"
        facts.append((Span("Forecast  ", "dim"), Span(f"{text} at {rate} a second")))
    if summary.seconds:
        text = duration(summary.seconds)
        if summary.requests:
            text += f", {counted(summary.requests, 'request')} ({summary.requests / summary.seconds:,.1f} a second)"
        if summary.throttled:
            text += f", {summary.throttled:,} of them told to slow down (429)"
        facts.append((Span("Took      ", "dim"), Span(text)))
    facts.extend(_reports(summary.reports))
    if facts:
        yield ()
        yield from facts


def _reports(reports: Iterable[str]) -> Iterator[Line]:
    return ((Span("Report    ", "dim"), Span(visible(report))) for report in reports)
