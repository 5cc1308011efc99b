"""One row's cells enter; a rename request leaves, or the problem with the row and how to repair it. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from batch_renamer.loader.cells import Cell, Flaw, Unusable
from batch_renamer.loader.repair import how_to_replace, how_to_undo
from batch_renamer.loader.shown import quoted, storable
from batch_renamer.model import RenameRequest, RowProblem
from batch_renamer.text import find_invisible, trimmed

__all__ = ["read_row"]

_LONGEST_ID = 256

_PLAIN_ID = re.compile(r"(?![0-9]{1,4}-|[0-9][eE]-|[A-Z][a-z]{2,3}-)[A-Za-z0-9_-]{1,256}")
"""Ids in which nothing needs a closer look: most, and quickly. What could be damage is left to the slow way."""

_FORBIDDEN_IN_ID = re.compile(r"[/\\?#%]")
_LINE_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_ERROR_WORDS = frozenset(
    {
        "#N/A",
        "#NV",
        "#REF!",
        "#BEZUG!",
        "#VALUE!",
        "#WERT!",
        "#DIV/0!",
        "#NAME?",
        "#NUM!",
        "#ZAHL!",
        "#NULL!",
        "#SPILL!",
        "#CALC!",
    }
)
_MARKS_THAT_READ_AS_NO = frozenset({"0", "false", "n", "no"})


@dataclass(frozen=True, slots=True)
class _Cleaned:
    """A cell's text after cleaning; unusable where there is a ``reason``."""

    text: str
    reason: str = ""
    warning: str = ""


def read_row(
    row: int, order_id: Cell, new_name: Cell, current_name: Cell = "", skip: Cell = ""
) -> RenameRequest | RowProblem:
    """Judge one row; never raises, whatever the cells hold.

    Example:
        >>> read_row(2, " a1 ", "12 Elm St")
        RenameRequest(row=2, order_id='a1', new_name='12 Elm St', current_name=None, skip='', warning='')
        >>> read_row(3, "", "12 Elm St").reason
        'The order id is blank.'
    """
    if (  # nothing to clean, which is how most rows are: a few times faster than the general way below
        isinstance(order_id, str)
        and isinstance(new_name, str)
        and isinstance(current_name, str)
        and skip == ""
        and _PLAIN_ID.fullmatch(order_id)
        and new_name.isprintable()
        and new_name
        and new_name[0] not in " #"
        and new_name[-1] != " "
        and current_name.isprintable()
    ):
        return RenameRequest(
            row=row, order_id=order_id, new_name=new_name, current_name=current_name.strip(" ") or None
        )
    return _read_slowly(row, order_id, new_name, current_name, skip)


def _read_slowly(
    row: int, order_id: Cell, new_name: Cell, current_name: Cell, skip: Cell
) -> RenameRequest | RowProblem:
    """Judge one row with every rule; says the same as the quick way where that one applies."""
    identity, name, guard, mark = (
        _clean_id(order_id),
        _clean_name(new_name),
        _clean_guard(current_name),
        _clean_skip(skip),
    )
    warning = " ".join(part.warning for part in (name, mark) if part.warning)
    reason = next((part.reason for part in (identity, name, guard, mark) if part.reason), "")
    if reason:
        problem = RowProblem(
            row=row,
            order_id=storable(_typed(order_id)),
            new_name=storable(_typed(new_name)),
            reason=reason,
            current_name=storable(_typed(current_name)) or None,
            skip=mark.text,
            warning=warning,
        )
        return _bad_as_text_too(problem, bad_id=isinstance(order_id, Unusable))
    return RenameRequest(
        row=row,
        order_id=identity.text,
        new_name=name.text,
        current_name=guard.text or None,
        skip=mark.text,
        warning=warning,
    )


def _bad_as_text_too(problem: RowProblem, *, bad_id: bool) -> RowProblem:
    """Leave blank what would do as text: a report holds texts alone, and fed back in it is to be bad still.

    A date, say, is no name until somebody has typed it as one. What it was is in the reason.
    """
    texts = (
        _clean_id(problem.order_id),
        _clean_name(problem.new_name),
        _clean_guard(problem.current_name or ""),
        _clean_skip(problem.skip),
    )
    if problem.skip or any(text.reason for text in texts):
        return problem
    return replace(problem, order_id="") if bad_id else replace(problem, new_name="")


def _typed(cell: Cell) -> str:
    return cell if isinstance(cell, str) else cell.text


def _clean_id(cell: Cell) -> _Cleaned:
    """Trim an order id, and refuse one that can't be sent as exactly one segment of an address."""
    if isinstance(cell, Unusable):
        return _Cleaned(cell.text, how_to_replace("order id", cell))
    text = trimmed(cell)
    return _Cleaned(text, how_to_undo(text) or _unsafe(text))


def _unsafe(text: str) -> str:
    """Say why an id can't be sent, or "" when it can."""
    if not text:
        return "The order id is blank."
    if len(text) > _LONGEST_ID:
        return f"The order id has {len(text)} characters, and {_LONGEST_ID} are the most: correct it."
    if text in {".", ".."}:
        return f"The order id {quoted(text)} would lead to another address: type the real id."
    if forbidden := _FORBIDDEN_IN_ID.search(text):
        return f"The order id has a {quoted(forbidden[0])}, and / \\ ? # % can't be part of one: correct it."
    if (place := find_invisible(text)) is not None:
        char = f"U+{ord(text[place]):04X}"
        return f"The order id has an invisible character ({char}) at place {place + 1}: type it again."
    return ""


def _clean_name(cell: Cell) -> _Cleaned:
    """Trim a new name and make it one line; nothing else in it is changed."""
    if isinstance(cell, Unusable):
        return _Cleaned(cell.text, how_to_replace("new name", cell))
    text, breaks = _LINE_BREAK.subn(" ", trimmed(cell))
    if not text:
        return _Cleaned(text, "The new name is blank.")
    if control := _CONTROL.search(text):
        return _Cleaned(
            text,
            f"The new name has a control character (U+{ord(control[0]):04X}) at place {control.start() + 1}: "
            "delete it.",
        )
    if breaks:
        return _Cleaned(text, warning="A line break in the new name became a space.")
    if text in _ERROR_WORDS:
        return _Cleaned(text, warning=f"The new name {quoted(text)} reads like a spreadsheet's error.")
    return _Cleaned(text)


def _clean_guard(cell: Cell) -> _Cleaned:
    """Trim the name that the order must still have; "" is no guard."""
    if isinstance(cell, Unusable):
        return _Cleaned(cell.text, how_to_replace("current name", cell))
    text = trimmed(cell)
    if _LONE_SURROGATE.search(text):
        return _Cleaned(text, "The current name has half a character (a lone surrogate): type it again.")
    return _Cleaned(text)


def _clean_skip(cell: Cell) -> _Cleaned:
    """Keep any mark; a cell of which nobody knows whether it is one is a problem."""
    if isinstance(cell, Unusable):
        unknown = cell.flaw in {Flaw.ERROR, Flaw.FORMULA}
        return _Cleaned(storable(cell.text), how_to_replace("skip mark", cell) if unknown else "")
    text = storable(trimmed(cell))
    if text.casefold() in _MARKS_THAT_READ_AS_NO:
        return _Cleaned(text, warning=f"Left out, for {quoted(text)} is a skip mark too: clear the cell to rename.")
    return _Cleaned(text)
