"""``old → new`` in few columns, with the part that differs marked and never cut away."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from batch_renamer.differences import differing
from batch_renamer.progress.cutting import cells_of, cut_end, cut_middle, cut_start, middle_out, width_of
from batch_renamer.progress.spans import NO_NAME, Line, Span, Style
from batch_renamer.visible import units_of

__all__ = ["name_change", "quoted_name"]

_CONTEXT_SHARE = 5  # a fifth of the room on either side is kept for what stands beside a long difference


def name_change(old: str | None, new: str, *, width: int) -> Line:
    """Return ``old → new`` in at most ``width`` columns, the differing part marked by a style and never cut away.

    Example:
        >>> "".join(span.text for span in name_change("12 Elm St", "12 Elm Street", width=60))
        '12 Elm St → 12 Elm Street'
    """
    arrow = " → "
    room = max(width - len(arrow), 0)
    new_units = units_of(new)
    if not old:
        added = _marked(_fit([], new_units, [], room - len(NO_NAME)), "added")
        return (Span(NO_NAME, "dim"), Span(arrow, "dim"), *added)
    old_units = units_of(old)
    old_room = min(width_of(old_units), max(room // 2, room - width_of(new_units)))
    start, end = differing(old_units, new_units)
    return (
        *_marked(_fit(*_parts(old_units, start, end), old_room), "removed"),
        Span(arrow, "dim"),
        *_marked(_fit(*_parts(new_units, start, end), room - old_room), "added"),
    )


def quoted_name(name: str | None, *, width: int) -> Line:
    """Return a name in quotes in at most ``width`` columns; where there is none, words that say so.

    Example:
        >>> "".join(span.text for span in quoted_name("12 Elm St", width=60))
        '"12 Elm St"'
    """
    return (Span(f'"{cut_middle(name, width - 2)}"'),) if name else (Span(NO_NAME, "dim"),)


def _parts(units: Sequence[str], start: int, end: int) -> tuple[Sequence[str], Sequence[str], Sequence[str]]:
    return units[:start], units[start : len(units) - end], units[len(units) - end :]


def _fit(before: Sequence[str], changed: Sequence[str], after: Sequence[str], width: int) -> tuple[str, str, str]:
    """Return the three parts in ``width`` columns: what is beside the difference goes first, then its middle."""
    before_width, after_width = width_of(before), width_of(after)
    if before_width + width_of(changed) + after_width <= width:
        return "".join(before), "".join(changed), "".join(after)
    context = width // _CONTEXT_SHARE
    middle = middle_out(changed, width - min(before_width, context) - min(after_width, context))
    rest = width - cells_of(middle)
    after_room = min(after_width, max(rest // 2, rest - before_width))
    return cut_start(before, rest - after_room), middle, cut_end(after, after_room)


def _marked(parts: tuple[str, str, str], style: Style) -> Iterable[Span]:
    before, changed, after = parts
    return [span for span in (Span(before), Span(changed, style), Span(after)) if span.text]
