"""Texts cut to the columns that they may take; units that must stay together are cut away whole."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from batch_renamer.visible import units_of

__all__ = ["broken", "cells_of", "cut_end", "cut_middle", "cut_start", "middle_out", "width_of"]

_MORE = "…"


def cells_of(text: str) -> int:
    """Return how many columns of a terminal the text takes.

    Example:
        >>> cells_of("Elm 山")
        6
    """
    if text.isascii():
        return len(text)
    from rich.cells import cell_len  # noqa: PLC0415  # rich is imported only when something is shown

    return cell_len(text)


def cut_middle(text: str, width: int) -> str:
    """Return the visible text, with its middle left out if it takes more than ``width`` columns.

    Example:
        >>> cut_middle("3f2504e0-4f89-41d3", 9)
        '3f25…41d3'
    """
    return middle_out(units_of(text), width)


def broken(text: str, width: int) -> list[str]:
    """Return the visible text in lines of at most ``width`` columns, broken at spaces; a longer word is broken itself.

    Example:
        >>> broken("12 renamed, 1 drifted", 12)
        ['12 renamed,', '1 drifted']
    """
    lines = [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}" if lines[-1] else word
        if width_of(units_of(longer)) <= width:
            lines[-1] = longer
            continue
        left = units_of(word)
        while left:
            first = _first_units(left, width) or left[:1]
            lines.append("".join(first))
            left = left[len(first) :]
    return lines if lines[0] or len(lines) == 1 else lines[1:]


def width_of(units: Sequence[str]) -> int:
    """Return how many columns these units take."""
    # An accent without a letter takes no column, but a thousand of them must not pass for nothing.
    return sum(max(cells_of(unit), 1) for unit in units)


def _first_units(units: Iterable[str], width: int) -> list[str]:
    taken: list[str] = []
    for unit in units:
        width -= max(cells_of(unit), 1)
        if width < 0:
            break
        taken.append(unit)
    return taken


def cut_end(units: Sequence[str], width: int) -> str:
    """Return the units in at most ``width`` columns, their end left out if they take more."""
    if width_of(units) <= width:
        return "".join(units)
    return "".join(_first_units(units, width - 1)) + _MORE if width > 0 else ""


def cut_start(units: Sequence[str], width: int) -> str:
    """Return the units in at most ``width`` columns, their start left out if they take more."""
    if width_of(units) <= width:
        return "".join(units)
    return _MORE + "".join(reversed(_first_units(reversed(units), width - 1))) if width > 0 else ""


def middle_out(units: Sequence[str], width: int) -> str:
    """Return the units in at most ``width`` columns, their middle left out if they take more."""
    if width_of(units) <= width:
        return "".join(units)
    if width <= 0:
        return ""
    tail = (width - 1) // 2
    head = "".join(_first_units(units, width - 1 - tail))
    return head + _MORE + "".join(reversed(_first_units(reversed(units), tail)))
