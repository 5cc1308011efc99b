"""Rows as a person sees them: a line for each, with its number, its order id, and its names or what is odd in it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator

from batch_renamer.model import HERE, ReportRow, Result
from batch_renamer.progress.cutting import cells_of, cut_middle
from batch_renamer.progress.name_change import name_change, quoted_name
from batch_renamer.progress.spans import NO_NAME, Line, Span
from batch_renamer.visible import visible

__all__ = ["row_lines"]

_NARROWEST_REMARK = 12
_ROOM_FOR_NAMES = 30  # columns beside the id; where there are fewer, names that don't fit have a line of their own
_NARROWEST_NAMES = 24  # columns; a terminal narrower than that wraps
_WHOLE = 1_000_000  # columns; longer than any name
_SENTENCE = re.compile(r'(?:[^.“"]|“[^”]*”|"[^"]*"|"|\.(?! |$))*')
"""Journals of before have other quotation marks."""


def row_lines(
    rows: tuple[ReportRow, ...],
    *,
    width: int | None,
    indent: str,
    offline: bool,
    warning: str = "",
    remark: Callable[[ReportRow], Line] = lambda _: (),
) -> Iterator[Line]:
    """Yield a line per row: its number, its order id, and its names, aligned; or what a ``warning`` says of the row.

    If a line has too little room for names, they have a line of their own. The ``remark`` of a row stands behind its
    names, and may make the line longer than ``width``.
    """
    digits = max((len(str(row.row)) for row in rows), default=0)
    ids = [cut_middle(row.order_id, _WHOLE if width is None else max(width // 4, 12)) or "(no id)" for row in rows]
    id_width = max(map(cells_of, ids), default=0)
    before = len(indent) + len("row ") + digits + 2 + id_width + 2

    def names_of(row: ReportRow, room: int) -> Line:
        if warning:
            return _with_remark(row, _said_of(row, warning), room=room)
        return _names(row, room=room, in_quotes=width is None, offline=offline)

    room = _WHOLE if width is None else width - before
    own_line = ""
    if room < _ROOM_FOR_NAMES and any(_width(names_of(row, _WHOLE)) > room for row in rows):
        own_line = " " * (len(indent) + len("row "))
        room = max((width or _WHOLE) - len(own_line), _NARROWEST_NAMES)
    for row, shown_id in zip(rows, ids, strict=True):
        padding = "" if own_line else " " * (id_width - cells_of(shown_id) + 2)
        start = (Span(f"{indent}row {row.row:>{digits}}  ", "dim"), Span(shown_id + padding))
        if own_line:
            yield start
            yield (Span(own_line), *names_of(row, room), *remark(row))
        else:
            yield (*start, *names_of(row, room), *remark(row))


def _width(line: Line) -> int:
    return sum(cells_of(text) for text, _ in line)


def _names(row: ReportRow, *, room: int, in_quotes: bool, offline: bool) -> Line:
    never_read = row.old_name is None and row.result in {Result.FAILED, Result.PENDING}
    if row.result is Result.INVALID:
        return _with_remark(row, row.reason.partition(HERE)[2].removesuffix("."), room=room)
    if row.result is Result.SKIPPED:
        return (Span(cut_middle(row.new_name or row.old_name or "", room) or NO_NAME),)
    if offline or never_read or row.result is Result.UNCHANGED:
        return (Span(cut_middle(row.new_name, room) or NO_NAME),)
    if row.result is Result.DRIFTED:
        left = room - len("expected , found ")
        needed, most = _quoted_width(row.old_name), max(left // 2, left - _quoted_width(row.final_name))
        expected = quoted_name(row.old_name, width=min(needed, most))
        found = quoted_name(row.final_name, width=left - min(needed, most))
        return (Span("expected "), *expected, Span(", found "), *(Span(text, "warn") for text, _ in found))
    if row.old_name is not None and row.old_name != row.new_name and _composed(row.old_name) == _composed(row.new_name):
        # Two names that look the same need an explanation.
        remark = " (only the Unicode form differs)"
        return (Span(cut_middle(row.new_name, room - len(remark))), Span(remark, "dim"))
    if in_quotes:
        return (*quoted_name(row.old_name, width=room), Span(" → "), *quoted_name(row.new_name, width=room))
    return name_change(row.old_name, row.new_name, width=room)


def _quoted_width(name: str | None) -> int:
    return cells_of(visible(name)) + 2 if name else len(NO_NAME)


def _said_of(row: ReportRow, kind: str) -> str:
    """Return what the warning of this kind says of the row: a sentence without its full stop."""
    found = _SENTENCE.match(row.warning.partition(f"{kind}: ")[2])
    return found[0] if found else ""


def _with_remark(row: ReportRow, remark: str, *, room: int) -> Line:
    """Yield the new name of a row, and what is odd in the row where the name doesn't show it."""
    remark, between = visible(remark), " · "
    if not remark or remark.strip('“”"') in {row.new_name, row.order_id}:
        return (Span(cut_middle(row.new_name, room) or NO_NAME),)
    if not row.new_name:
        return (Span(cut_middle(remark, room)),)
    name = cut_middle(row.new_name, max(room - len(between) - cells_of(remark), room // 2))
    left = max(room - cells_of(name) - len(between), _NARROWEST_REMARK)
    return (Span(name), Span(between + cut_middle(remark, left), "dim"))


def _composed(name: str) -> str:
    return unicodedata.normalize("NFC", name)
