"""One row's cells enter; a rename request leaves, or the problem with the row and how to repair it. Pure."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace

from batch_renamer.loader.cells import Cell, Flaw, Unusable
from batch_renamer.loader.damage import how_damaged
from batch_renamer.loader.marks import is_no, is_yes
from batch_renamer.loader.repair import how_to_replace, how_to_retype, how_to_undo, is_shortened
from batch_renamer.loader.shown import quoted
from batch_renamer.loader.textguards import unwrapped
from batch_renamer.model import HERE, HIDDEN_ROW, RenameRequest, RowProblem
from batch_renamer.text import LONE_SURROGATE, find_invisible, storable, trimmed

__all__ = ["read_row"]

_LONGEST_ID = 256

_PLAIN_ID = re.compile(r"(?![0-9]{1,4}-|[0-9][eE]-|[A-Z][a-z]{2,3}-)[A-Za-z0-9_-]{1,256}")
"""Ids in which nothing needs a closer look: most, and quickly. What could be damage is left to the slow way."""

_FORBIDDEN_IN_ID = re.compile(r"[/\\?#%]")
_LINE_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class _Cleaned:
    """A cell's text after cleaning; unusable where there is a ``reason``. ``guarded`` tells that a ``'`` was cut."""

    text: str
    reason: str = ""
    warning: str = ""
    guarded: bool = False


def read_row(
    row: int,
    order_id: Cell,
    new_name: Cell,
    current_name: Cell = "",
    skip: Cell = "",
    *,
    warning: str = "",
    is_report: bool = False,
    is_workbook: bool = False,
) -> RenameRequest | RowProblem:
    """Judge one row; never raises, whatever the cells hold.

    ``warning`` is one that the row has already. ``is_report`` tells that this program wrote the sheet: its cells are
    taken as they are, without text guards. ``is_workbook`` tells that its texts are known to be texts.

    Example:
        >>> read_row(2, " a1 ", "12 Elm St").order_id
        'a1'
        >>> read_row(3, "", "12 Elm St").reason
        'The order id is blank.'
    """
    if (  # nothing to clean, which is how most rows are: a few times faster than the general way below
        isinstance(order_id, str)
        and isinstance(new_name, str)
        and isinstance(current_name, str)
        and (not skip or (isinstance(skip, str) and not is_report and is_no(skip)))
        and _PLAIN_ID.fullmatch(order_id)
        and _is_plain(new_name)
        and (not current_name or _is_clean(current_name))
    ):
        return RenameRequest(
            row=row, order_id=order_id, new_name=new_name, current_name=current_name or None, warning=warning
        )
    return _read_slowly(
        row, order_id, new_name, current_name, skip, warning=warning, is_report=is_report, is_workbook=is_workbook
    )


def _is_plain(name: str) -> bool:
    """Tell whether nothing in a name needs cleaning or a word."""
    return _is_clean(name) and (name.isascii() or unicodedata.is_normalized("NFC", name)) and not how_damaged(name)


def _is_clean(text: str) -> bool:
    """Tell whether a text has nothing to be cut or unwrapped, and begins as no formula does."""
    return text.isprintable() and text[:1].isalnum() and trimmed(text) == text


def _read_slowly(
    row: int,
    order_id: Cell,
    new_name: Cell,
    current_name: Cell,
    skip: Cell,
    *,
    warning: str = "",
    is_report: bool = False,
    is_workbook: bool = False,
) -> RenameRequest | RowProblem:
    """Judge one row with every rule; says the same as the quick way where that one applies."""
    identity = _clean_id(order_id, is_report=is_report, is_workbook=is_workbook)
    # A program that guards the id with a ' guards the names as well.
    name = _clean_name(new_name, is_report=is_report, guarded=identity.guarded)
    guard = _clean_guard(current_name, is_report=is_report, guarded=identity.guarded)
    mark = _clean_skip(skip, is_report=is_report)
    warnings = (warning, identity.warning, name.warning, mark.warning)
    reason = next((part.reason for part in (identity, name, guard, mark) if part.reason), "")
    if reason:
        problem = RowProblem(
            row=row,
            order_id=storable(_typed(order_id)),
            new_name=storable(_typed(new_name)),
            reason=reason,
            current_name=storable(_typed(current_name)) or None,
            skip=mark.text,
            warning=mark.warning,
        )
        return _bad_as_text_too(problem, bad_id=bool(identity.reason))
    return RenameRequest(
        row=row,
        order_id=identity.text,
        new_name=name.text,
        current_name=guard.text or None,
        skip=mark.text,
        warning="\n".join(filter(None, warnings)),
    )


def _bad_as_text_too(problem: RowProblem, *, bad_id: bool) -> RowProblem:
    """Leave blank what would do as text: a report holds texts alone, and fed back in it is to be bad still.

    A date, say, is no name until somebody has typed it as one. What it was is in the reason.
    """
    texts = (
        _clean_id(problem.order_id, is_report=True),
        _clean_name(problem.new_name, is_report=True),
        _clean_guard(problem.current_name or "", is_report=True),
        _clean_skip(problem.skip, is_report=True),
    )
    if problem.skip or any(text.reason for text in texts):
        return problem
    return replace(problem, order_id="") if bad_id else replace(problem, new_name="")


def _typed(cell: Cell) -> str:
    return cell if isinstance(cell, str) else cell.text


def _clean_id(cell: Cell, *, is_report: bool, is_workbook: bool = False) -> _Cleaned:
    """Trim an order id, and refuse one that can't be sent as exactly one segment of an address.

    An id that looks like a date is damaged, but where it is known to be text: in a text cell of a workbook, behind a
    text guard, and in a report, in which the damaged ones are blank.
    """
    if isinstance(cell, Unusable):
        return _Cleaned(cell.text, how_to_replace("order id", cell))
    typed = trimmed(cell)
    text = typed if is_report else unwrapped(typed, guarded=True)
    damage = how_to_undo(text)
    # Digits that were lost when a text was pasted are lost in a text cell as well.
    is_text = is_report or text != typed or (is_workbook and not is_shortened(text))
    warning = f"The order id reads like a date or a number that was rewritten: {quoted(text)}." if damage else ""
    reason = how_to_retype("order id", text) or ("" if is_text else damage) or _unsafe(text)
    return _Cleaned(text, reason, warning, guarded=text != typed and typed.startswith("'"))


def _unsafe(text: str) -> str:
    """Say why an id can't be sent, or "" when it can."""
    if not text:
        return "The order id is blank."
    if len(text) > _LONGEST_ID:
        return f"The order id has more than {_LONGEST_ID} characters: correct it.{HERE}{len(text)} characters."
    if text in {".", ".."}:
        return f"The order id {quoted(text)} would lead to another address: type the real id."
    if forbidden := _FORBIDDEN_IN_ID.search(text):
        sign = quoted(forbidden[0])
        return f"The order id has one of / \\ ? # %, which can't be part of one: correct it.{HERE}{sign}."
    if (place := find_invisible(text)) is not None:
        char = f"U+{ord(text[place]):04X}"
        return f"The order id has an invisible character: type it again.{HERE}{char} at place {place + 1}."
    return ""


def _clean_name(cell: Cell, *, is_report: bool, guarded: bool = False) -> _Cleaned:
    """Trim a new name, make it one line and compose its accents; nothing else in it is changed."""
    if isinstance(cell, Unusable):
        return _Cleaned(cell.text, how_to_replace("new name", cell))
    typed = trimmed(cell)
    text = typed if is_report else unwrapped(typed, guarded=guarded)
    warnings = []
    # Before a small letter it may be a part of the name: 't Hof, 's-Gravenhage.
    if text != typed and typed.startswith("'") and (not guarded or text[:1].islower()):
        warnings.append(f"A text guard (') before the new name was taken away: {quoted(typed)}.")
    if not text:
        return _Cleaned(text, "The new name is blank.")
    if reason := how_to_retype("new name", text):
        return _Cleaned(text, reason)
    text, breaks = _LINE_BREAK.subn(" ", text)
    if breaks:
        warnings.append("A line break in the new name became a space.")
    if "\t" in text:
        text = text.replace("\t", " ")
        warnings.append("A tab in the new name became a space.")
    if control := _CONTROL.search(text):
        return _Cleaned(
            text,
            f"The new name has a control character: delete it.{HERE}U+{ord(control[0]):04X} at place "
            f"{control.start() + 1}.",
        )
    if not text.isascii() and not unicodedata.is_normalized("NFC", text):
        text = unicodedata.normalize("NFC", text)
        warnings.append("The new name is sent with each letter and its accents as one (NFC): it looks the same.")
    if damage := how_damaged(text):
        warnings.append(damage)
    return _Cleaned(text, warning="\n".join(warnings))


def _clean_guard(cell: Cell, *, is_report: bool, guarded: bool = False) -> _Cleaned:
    """Trim the name that the order must still have; "" is no guard."""
    if isinstance(cell, Unusable):
        return _Cleaned(cell.text, how_to_replace("current name", cell))
    text = trimmed(cell) if is_report else unwrapped(trimmed(cell), guarded=guarded)
    if LONE_SURROGATE.search(text):
        return _Cleaned(text, "The current name has half a character (a lone surrogate): type it again.")
    return _Cleaned(text, "" if is_report else how_to_retype("current name", text))


def _clean_skip(cell: Cell, *, is_report: bool) -> _Cleaned:
    """Keep a mark that leaves the row out; "" is no mark. A cell that may be one or not is a problem."""
    if cell == HIDDEN_ROW:
        return _Cleaned(HIDDEN_ROW)
    if isinstance(cell, Unusable):
        unknown = cell.flaw in {Flaw.ERROR, Flaw.FORMULA}
        text, reason = storable(cell.text), how_to_replace("skip mark", cell) if unknown else ""
    else:
        text, reason = storable(trimmed(cell)), ""
    if is_report:  # what this program wrote into the column is a mark, whatever its words
        return _Cleaned(text, reason)
    text = unwrapped(text, guarded=True)
    if not reason and is_no(text):
        return _Cleaned("")
    if reason or is_yes(text):
        return _Cleaned(text, reason)
    if reason := how_to_retype("skip mark", text):
        return _Cleaned(text, reason)
    return _Cleaned(
        text, warning=f"A word in the skip column is no plain yes or no, so the row is left out: {quoted(text)}."
    )
