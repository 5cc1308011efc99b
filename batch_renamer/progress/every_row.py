"""The whole of a run: what is shown of it at its end, and then each of its rows, in the order of the spreadsheet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import groupby, islice

from batch_renamer.model import HERE, ReportRow, Result
from batch_renamer.progress.headline import headline
from batch_renamer.progress.meanings import label_of, meanings_for
from batch_renamer.progress.row_lines import row_lines
from batch_renamer.progress.screen import counts_lines, next_steps_lines, run_lines
from batch_renamer.progress.spans import Line, Span
from batch_renamer.progress.view import RunView
from batch_renamer.text import counted
from batch_renamer.visible import visible

__all__ = ["every_row_lines"]

_ALIGNED = 1_000  # rows; their columns are as wide as the widest of them
_FOLDED = 3  # skipped rows; so many with one reason, one below the other, have a line together


def every_row_lines(
    view: RunView, rows: Iterable[ReportRow], *, width: int | None, height: int | None = None
) -> Iterator[Line]:
    """Yield the lines of a run, the lines of its rows, and last the next command; rows are taken as needed.

    A row that is not simply renamed has its result and the reason beside its names. Neighbours that are skipped for one
    reason have a line together: a spreadsheet of which few names are filled in has hundreds of them. Where there are
    more rows than the ``height`` of the screen, headline and counts are shown again below them.
    """
    yield from run_lines(replace(view, planned=(), next_steps=()), width=width)
    if view.summary.total:
        yield ()
        yield (Span(f"{_all(view.summary.total)}, in the order of the spreadsheet:", "strong"),)
        yield from _rows(view, rows, width=width)
    if height is not None and view.summary.total > height:
        yield ()
        yield headline(view)
        yield from counts_lines(view)
    yield from next_steps_lines(view, spaced=True)


def _rows(view: RunView, rows: Iterable[ReportRow], *, width: int | None) -> Iterator[Line]:
    remaining = iter(rows)
    while part := tuple(islice(remaining, _ALIGNED)):
        groups = [tuple(group) for _, group in groupby(part, key=_why_skipped)]
        single = tuple(row for group in groups if not _is_folded(group) for row in group)
        lines = list(
            row_lines(
                single, width=width, indent="  ", offline=view.command.offline, remark=lambda row: _remark(row, view)
            )
        )
        lines_per_row = len(lines) // max(len(single), 1)
        next_lines = iter(lines)
        for group in groups:
            if _is_folded(group):
                numbers = Span(f"  rows {group[0].row}-{group[-1].row}", "dim")
                yield (numbers, *_remark(group[0], view))
            else:
                yield from islice(next_lines, lines_per_row * len(group))


def _why_skipped(row: ReportRow) -> tuple[str, int | None]:
    """Return what neighbours that can be folded have in common; any other row has it alone."""
    skipped = row.result is Result.SKIPPED and not row.warning
    return row.reason, None if skipped else row.row


def _is_folded(group: tuple[ReportRow, ...]) -> bool:
    return len(group) >= _FOLDED


def _all(total: int) -> str:
    return "The row" if total == 1 else f"All {counted(total, 'row')}"


def _remark(row: ReportRow, view: RunView) -> Line:
    """Return what a row has besides its names: its result, unless it is the wanted one, the reason and a warning."""
    remark: list[Span] = []
    if row.result not in {Result.PLANNED, Result.RENAMED}:
        reason = visible(row.reason.partition(HERE)[0])
        label, style = label_of(row.result, view), meanings_for(view)[row.result][1]
        remark += [Span(" · ", "dim"), Span(label, style), Span(f": {reason}" if reason else "", "dim")]
    if row.warning:
        remark += [Span(" · ", "dim"), Span("warning", "warn"), Span(f": {visible(row.warning)}", "dim")]
    return tuple(remark)
