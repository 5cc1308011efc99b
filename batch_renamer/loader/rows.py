"""Checks the cells of one row: a rename request, or the problem and how to repair it. No I/O."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace

from batch_renamer.loader.cells import Cell, Flaw, Unusable
from batch_renamer.loader.cleaning import BLANK_ID, Cleaned, clean_guard, clean_id, clean_name, clean_skip
from batch_renamer.loader.damage import damage_warning
from batch_renamer.loader.marks import is_no
from batch_renamer.loader.repair import unusable_cell_reason, unusable_text_reason
from batch_renamer.loader.shown import quoted
from batch_renamer.loader.textguards import without_guard
from batch_renamer.model import BLANK_NAME, LEFT_OUT_MARK, RenameRequest, RowProblem
from batch_renamer.text import storable, trimmed

__all__ = ["read_row"]

_LEFT_AS_IT_IS = "Left as it is: the new name is blank."
_NAME_IS_BLANK = "The new name is blank."
_NO_KEY = "The current name is blank, and there is no order id: one of them is needed to find the order."

_PLAIN_ID = re.compile(r"(?![0-9]{1,4}-|[0-9][eE]-|[A-Z][a-z]{2,3}-)[A-Za-z0-9_-]{1,256}")
"""Ids that need no closer look, which are most of them. Those that may be damaged are left to the full rules."""


def read_row(
    row: int,
    order_id: Cell,
    new_name: Cell,
    current_name: Cell = "",
    skip: Cell = "",
    *,
    warning: str = "",
    others: Sequence[Cell] = (),
    is_report: bool = False,
    is_export: bool = False,
    is_workbook: bool = False,
    blank_is_left: bool = True,
    may_be_blank: bool = False,
    rule_cells: Sequence[tuple[str, Cell]] = (),
    by_name: bool = False,
) -> RenameRequest | RowProblem:
    """Check one row; never raises, whatever the cells hold.

    ``warning`` is a warning that the row already has. ``others`` are the cells of the other columns. ``is_report``
    tells that the sheet is a report of this program, whose cells have no text guards. ``is_export`` tells that the
    order id and the current name have none. ``is_workbook`` tells that its text cells were stored as text.
    ``blank_is_left`` tells that an order without a new name is left as it is; if not, the row is a problem.
    ``may_be_blank`` tells that such a name is made by a rule, of ``rule_cells``: pairs of a heading and its cell.
    ``by_name`` tells that the current name finds the order of a row without an id.

    Example:
        >>> read_row(2, " a1 ", "12 Elm St").order_id
        'a1'
        >>> read_row(3, "", "12 Elm St").reason
        'The order id is blank.'
        >>> read_row(4, "a1", "").left_out
        'Left as it is: the new name is blank.'
    """
    other_cells = _texts(others)
    if (  # nothing to clean, as in most rows: several times faster than checking with every rule
        isinstance(order_id, str)
        and isinstance(new_name, str)
        and isinstance(current_name, str)
        and (not skip or (isinstance(skip, str) and not is_report and is_no(skip)))
        and (_PLAIN_ID.fullmatch(order_id) or (by_name and not order_id and current_name))
        and _is_plain(new_name)
        and (not current_name or _is_clean(current_name))
    ):
        return RenameRequest(
            row=row,
            order_id=order_id,
            new_name=new_name,
            current_name=current_name or None,
            warning=warning,
            other_cells=other_cells,
        )
    read = _read_with_every_rule(
        row,
        order_id,
        new_name,
        current_name,
        skip,
        warning=warning,
        is_report=is_report,
        is_export=is_export,
        is_workbook=is_workbook,
        blank_is_left=blank_is_left,
        may_be_blank=may_be_blank,
        by_name=by_name,
    )
    if may_be_blank and isinstance(read, RenameRequest) and not (read.new_name or read.skip):
        read = _with_rule_cells(read, rule_cells, is_report=is_report)
    return replace(read, other_cells=other_cells) if other_cells else read


def _without_name(request: RenameRequest, *, is_left: bool, is_report: bool) -> RenameRequest | RowProblem:
    """Return what a row without a new name is.

    In a report, the name of an ``invalid`` row may have been blanked; a row that was left as it is has a mark there.
    """
    if request.skip and request.skip != BLANK_NAME:
        return request
    if is_left and (request.skip or not is_report):
        return replace(request, skip=BLANK_NAME, left_out=_LEFT_AS_IT_IS)
    return RowProblem(
        row=request.row,
        order_id=request.order_id,
        new_name="",
        reason=_NAME_IS_BLANK,
        current_name=request.current_name,
        warning=request.warning,
    )


def _with_rule_cells(
    request: RenameRequest, cells: Sequence[tuple[str, Cell]], *, is_report: bool
) -> RenameRequest | RowProblem:
    """Return a row with the texts from which its name is made, or the problem with one of them."""
    texts = []
    for heading, cell in cells:
        what = f"cell in the column {quoted(heading)}"
        if isinstance(cell, Unusable) and cell.flaw is Flaw.SHOWN_DATE:
            cell = cell.text  # noqa: PLW2901 - as the sheet shows it, it can't be mistaken for another text
        text = "" if isinstance(cell, Unusable) else trimmed(cell)
        if not is_report:
            text = without_guard(text, guarded=False)
        reason = unusable_cell_reason(what, cell) if isinstance(cell, Unusable) else unusable_text_reason(what, text)
        if reason:
            return RowProblem(
                row=request.row,
                order_id=request.order_id,
                new_name="",
                reason=reason,
                current_name=request.current_name,
                warning=request.warning,
            )
        texts.append(text)
    return replace(request, rule_cells=tuple(texts))


def _texts(cells: Sequence[Cell]) -> tuple[str, ...]:
    """Return the texts of cells that are only kept; nothing if all are blank."""
    texts = tuple([cell if isinstance(cell, str) else cell.text for cell in cells])
    all_of_them = "".join(texts)
    if not all_of_them:
        return ()
    return texts if storable(all_of_them) == all_of_them else tuple(map(storable, texts))


def _is_plain(name: str) -> bool:
    """Tell whether a name needs neither cleaning nor a warning."""
    return _is_clean(name) and (name.isascii() or unicodedata.is_normalized("NFC", name)) and not damage_warning(name)


def _is_clean(text: str) -> bool:
    """Tell whether a text has nothing to cut and does not begin like a formula or a guard."""
    if not (text.isprintable() and text[:1].isalnum()):
        return False
    return text[-1] != " " if text.isascii() else trimmed(text) == text


def _read_with_every_rule(
    row: int,
    order_id: Cell,
    new_name: Cell,
    current_name: Cell,
    skip: Cell,
    *,
    warning: str = "",
    is_report: bool = False,
    is_export: bool = False,
    is_workbook: bool = False,
    blank_is_left: bool = True,
    may_be_blank: bool = False,
    by_name: bool = False,
) -> RenameRequest | RowProblem:
    """Check one row with every rule; returns the same as the fast path where that one applies."""
    identity = clean_id(order_id, is_report=is_report, has_guard=not is_export, is_workbook=is_workbook)
    # A program that writes a ' before the id writes one before the names too.
    name = clean_name(new_name, is_report=is_report, guarded=identity.guarded)
    guard = clean_guard(current_name, is_report=is_report or is_export, guarded=identity.guarded)
    if by_name and identity == Cleaned("", BLANK_ID):
        identity = Cleaned("", "" if guard.text or guard.reason else _NO_KEY)
    mark = clean_skip(skip, is_report=is_report)
    if (name.text or may_be_blank) and mark.text == BLANK_NAME:  # A name was filled in since, or is made.
        mark = replace(mark, text="")
    warnings = (warning, identity.warning, name.warning, mark.warning)
    reason = next((part.reason for part in (identity, name, guard, mark) if part.reason), "")
    if reason and is_report and _stays_left_out(mark.text, reason):
        return RenameRequest(
            row=row,
            order_id=storable(_typed(order_id)),
            new_name=storable(_typed(new_name)),
            current_name=storable(_typed(current_name)) or None,
            skip=mark.text,
        )
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
        return _still_invalid_as_text(problem, bad_id=bool(identity.reason))
    request = RenameRequest(
        row=row,
        order_id=identity.text,
        new_name=name.text,
        current_name=guard.text or None,
        skip=mark.text,
        warning="\n".join(filter(None, warnings)),
    )
    if name.text or may_be_blank:
        return request
    return _without_name(request, is_left=blank_is_left, is_report=is_report)


def _stays_left_out(mark: str, reason: str) -> bool:
    """Tell whether a row that an earlier run left out for its own mark stays so, whatever else is wrong with it."""
    return mark.startswith(LEFT_OUT_MARK) or (mark == BLANK_NAME and reason == BLANK_ID)


def _still_invalid_as_text(problem: RowProblem, *, bad_id: bool) -> RowProblem:
    """Blank a cell that would be valid as text, so that the row stays invalid when the report is read as a spreadsheet.

    A report contains texts only. A date, for example, is no name until a person has typed it as one; its reason says
    what it was.
    """
    texts = (
        clean_id(problem.order_id, is_report=True),
        clean_name(problem.new_name, is_report=True),
        clean_guard(problem.current_name or "", is_report=True),
        clean_skip(problem.skip, is_report=True),
    )
    if problem.skip or any(text.reason for text in texts):
        return problem
    return replace(problem, order_id="") if bad_id else replace(problem, new_name="")


def _typed(cell: Cell) -> str:
    return cell if isinstance(cell, str) else cell.text
