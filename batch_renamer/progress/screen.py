"""All lines that a person reads at the end of a run, in their order."""

from __future__ import annotations

from collections.abc import Iterator

from batch_renamer.model import Forecast, Result, RunSummary
from batch_renamer.progress.headline import headline, says_why
from batch_renamer.progress.meanings import MEANINGS, label_of, meanings_for
from batch_renamer.progress.numbers import ranges
from batch_renamer.progress.row_lines import row_lines
from batch_renamer.progress.spans import Line, Span
from batch_renamer.progress.stage import ENOUGH_FOR_A_SPEED
from batch_renamer.progress.view import RunView
from batch_renamer.text import counted, duration
from batch_renamer.visible import visible

__all__ = ["counts_lines", "next_steps_lines", "run_lines"]

_MOST_GROUPS = 8
_MOST_WARNINGS = 5
_MOST_LEFT_OUT = 5
_LABEL = len("unchanged")
_SHORTEST_SHOWN_S = 0.05
_OTHER_LINES = 12  # what stands around the rows of a plan, about


def run_lines(view: RunView, *, width: int | None, quiet: bool = False, height: int | None = None) -> Iterator[Line]:
    """Yield all lines: the headline, the counts, the plan, the problems, why it stopped, and last the next command.

    Without a ``width``, in a pipe or a file, ids and names are whole, and the names in quotes. ``quiet`` leaves the
    headline, the sentence that says why a run stopped, and the command; where rows are bad or the run stopped, the
    reasons and the places of the reports, too. Where a plan is longer than the ``height`` of the screen, its headline
    and counts have left the screen at its end, so they are shown again below it.
    """
    summary = view.summary
    yield headline(view)
    if not quiet:
        yield from counts_lines(view)
        yield from _planned(view, width=width)
        yield from _problems(view, width=width)
        yield from _row_warnings(view, width=width)
        yield from _warnings(summary.warnings)
        yield from _facts(view)
        if height is not None and len(view.planned) + _OTHER_LINES > height:
            yield ()
            yield headline(view)
            yield from counts_lines(view)
    elif summary.exit_code:
        yield from _problems(view, width=width)
        if files := list(_files(summary)):
            yield from ((), *files)
    if summary.stopped and not says_why(view):
        yield from () if quiet else ((),)
        yield (Span(visible(summary.stopped), "bad"),)
    yield from next_steps_lines(view, spaced=not quiet)


def next_steps_lines(view: RunView, *, spaced: bool) -> Iterator[Line]:
    """Yield what can be done next, the likeliest command last."""
    for step in view.next_steps:
        if spaced and not (view.summary.stopped and step is view.next_steps[0]):  # what stopped it is next to it
            yield ()
        yield (Span(visible(step.words)),)
        if step.command:
            yield (Span(visible(step.command), "command"),)


def counts_lines(view: RunView) -> Iterator[Line]:
    """Yield a line for each result that occurs, with its number and its meaning."""
    meanings = meanings_for(view)
    shown = [(result, count) for result in meanings if (count := view.summary.counts.get(result, 0))]
    if not shown:
        return
    yield ()
    digits = max(len(f"{count:,}") for _, count in shown)
    label_width = max(_LABEL, *(len(label_of(result, view)) for result, _ in shown))
    for result, total in shown:
        meaning, style = meanings[result]
        label = f"{label_of(result, view):<{label_width}}"
        for count, text in _left_out(view, total) if result is Result.SKIPPED else ((total, meaning),):
            yield (Span(f"  {count:>{digits},}  "), Span(label, style), Span(f"  {text}", "dim"))
        if result is Result.FAILED and (changed := view.summary.changed_otherwise):
            indent = " " * (digits + label_width + 6)
            yield (Span(f"{indent}of these, {changed:,} changed to another name than the one sent", "bad"),)


def _left_out(view: RunView, total: int) -> Iterator[tuple[int, str]]:
    """Yield how many rows are skipped for each of the largest reasons, and for all others together."""
    named = view.left_out if len(view.left_out) <= _MOST_LEFT_OUT else view.left_out[: _MOST_LEFT_OUT - 1]
    for group in named:
        yield group.count, visible(group.reason[:1].lower() + group.reason[1:].rstrip("."))
    if rest := total - sum(group.count for group in named):
        yield rest, MEANINGS[Result.SKIPPED][0]


def _planned(view: RunView, *, width: int | None) -> Iterator[Line]:
    if not view.planned:
        return
    offline = view.command.offline  # no current names are known, so there is no old name to show
    yield ()
    yield from row_lines(view.planned, width=width, indent="  ", offline=offline)
    more = view.summary.counts.get(Result.PLANNED, 0) - len(view.planned)
    if more > 0:
        where = " in the report" if view.summary.reports else f"; {view.all_rows}"
        yield (Span(f"  … and {more:,} more{where}", "dim"),)


def _problems(view: RunView, *, width: int | None) -> Iterator[Line]:
    most = len(view.problems) if view.command.offline else _MOST_GROUPS
    for group in view.problems[:most]:
        yield ()
        yield (
            Span(label_of(group.result, view), MEANINGS[group.result][1]),
            Span(f" · {counted(group.count, 'row')} · ", "dim"),
            Span(visible(group.reason) or "(no reason given)"),
        )
        yield from row_lines(group.rows, width=width, indent="    ", offline=False)
        if group.count > len(group.rows):
            yield (Span(f"    … and {group.count - len(group.rows):,} more", "dim"),)
    if rest := view.problems[most:]:
        more = f"… and {counted(sum(group.count for group in rest), 'row')} with {counted(len(rest), 'other reason')}"
        where = "all of them are in the report" if view.summary.reports else view.all_rows
        yield ()
        yield (Span(f"{more}; {where}", "dim"),)


def _row_warnings(view: RunView, *, width: int | None) -> Iterator[Line]:
    for group in view.row_warnings:
        yield ()
        yield (
            Span("Warning", "warn"),
            Span(f" · {counted(group.count, 'row')} · ", "dim"),
            Span(visible(group.kind).rstrip(".") + "."),
        )
        # The line shows what the warning is about, whatever the result of the row is.
        yield from row_lines(group.rows, width=width, indent="    ", offline=True, warning=group.kind)
        if group.count > len(group.rows):
            numbers = group.numbers[len(group.rows) :]
            beyond = ", ..." if group.count > len(group.numbers) else ""
            more = f"    … and {group.count - len(group.rows):,} more: row{'s' * (len(numbers) > 1)} "
            yield (Span(f"{more}{ranges(numbers)}{beyond}", "dim"),)


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
        facts.append((Span("Will take ", "dim"), Span(_forecast(forecast))))
        if forecast.remark:
            facts.append((Span("Machines  ", "dim"), Span(forecast.remark)))
    if summary.seconds >= _SHORTEST_SHOWN_S or summary.requests:
        text = duration(summary.seconds) + summary.facts.since
        if summary.requests:
            text += f", {counted(summary.requests, 'request')}"
        if summary.requests >= ENOUGH_FOR_A_SPEED and summary.seconds >= 1:
            text += f" ({summary.requests / summary.seconds:,.0f} a second)"
        if summary.throttled:
            text += f", {summary.throttled:,} of them told to slow down (429)"
        facts.append((Span("Took      ", "dim"), Span(text)))
    facts.extend(_files(summary))
    if facts:
        yield ()
        yield from facts


def _forecast(forecast: Forecast) -> str:
    if forecast.seconds < 1:
        return "less than a second"
    rate = f"{forecast.rate_per_s:,.0f}" if forecast.rate_per_s >= 10 else f"{forecast.rate_per_s:.2g}"
    requests = f"{counted(forecast.requests, 'request')} at {rate} a second"
    return f"about {duration(forecast.seconds, tenths=False)}, {requests}"


def _files(summary: RunSummary) -> Iterator[Line]:
    """Yield the files that the run has left: its reports, the spreadsheet with the results, and the backup of that."""
    named = [("Report", report) for report in summary.reports]
    named += [("Results", summary.workbook), ("Backup", summary.backup)]
    return ((Span(f"{what:<10}", "dim"), Span(visible(file), "path")) for what, file in named if file)
