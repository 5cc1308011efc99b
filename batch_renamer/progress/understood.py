"""The line that says, before anything is sent, what each column of a spreadsheet was taken for."""

from __future__ import annotations

from batch_renamer.model import Understood
from batch_renamer.progress.cutting import cut_middle
from batch_renamer.text import counted

__all__ = ["understood_line"]

_LONGEST_HEADING = 40  # columns
_LONGEST_RULE = 120
_MOST_UNUSED = 12


def understood_line(understood: Understood) -> str:
    """Return the line that names every column used, those unused, and what else was assumed.

    Example:
        >>> understood_line(Understood(order_id="Order ID", new_name="New name", unused=("Agent",), hidden_rows=2))
        'Using: id "Order ID" · new name "New name" · unused: Agent · 2 rows hidden'
    """
    used = (
        ("sheet", understood.sheet),
        ("id", understood.order_id),
        ("new name", understood.new_name),
        ("current name, which finds the order," if understood.by_name else "current name", understood.current_name),
        ("skip", understood.skip),
    )
    parts = [f'{what} "{_short(heading)}"' for what, heading in used if heading is not None]
    if understood.rule:
        where = "new name" if understood.new_name is None else "where it is blank:"
        place = 1 + (understood.sheet is not None) + (understood.new_name is not None)
        parts.insert(place, f"{where} {cut_middle(understood.rule, _LONGEST_RULE)}")
    if understood.unused:
        shown, more = understood.unused[:_MOST_UNUSED], len(understood.unused) - _MOST_UNUSED
        parts.append(f"unused: {', '.join(map(_short, shown))}" + (f" and {more} more" if more > 0 else ""))
    if understood.encoding:
        parts.append(f"encoding {understood.encoding}")
    if understood.hidden_rows:
        parts.append(f"{counted(understood.hidden_rows, 'row')} hidden")
    return f"Using: {' · '.join(parts)}"


def _short(heading: str) -> str:
    return cut_middle(heading, _LONGEST_HEADING)
