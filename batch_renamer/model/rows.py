"""What the loader makes of one row of the spreadsheet: a request, or the problem with the row."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["BLANK_NAME", "HERE", "HIDDEN_ROW", "RenameRequest", "RowProblem", "Understood"]

BLANK_NAME = "blank name"
"""The skip mark that the loader gives to a row without a new name, whose order is left as it is. Once a name is filled
in, the mark has no effect."""

HIDDEN_ROW = "hidden row"
"""The skip mark that the loader gives to a row that is hidden in the workbook, when hidden rows are skipped."""

HERE = " Here: "
"""Separates, in the reason of an ``invalid`` row, the general cause (before it) from what is in this row (after it)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RenameRequest:
    """One usable row of the spreadsheet: the order ``order_id`` is to get the name ``new_name``.

    ``row`` is the row number that a spreadsheet program shows. ``current_name`` is the guard: the order is renamed only
    while it has that name (``None``: no guard). ``guard_reason`` replaces the usual reason of a ``drifted`` row when
    the guard does not come from the sheet. ``skip`` is the skip mark as typed ("" means: rename). ``left_out`` is the
    reason of a row that is skipped although the sheet has no mark for it; such a row gets a mark too, so that it is
    skipped again when the report is used as a spreadsheet. ``warning`` has one line for each warning; the text before
    the first colon is what it shares with the same warning of other rows. ``other_cells`` are the texts of the columns
    that the program does not use, in sheet order; it is empty if all of them are blank. ``name_rule`` is the template
    from which the new name is made when the current one is known (``None``: there is none, or that is done).
    ``rule_cells`` are the texts of the columns from which it is made before that. ``made_before`` is the name that an
    earlier run has made of the order's name by the same rule (``None``: none did).

    Example:
        >>> RenameRequest(row=2, order_id="a1", new_name="12 Elm St").skip
        ''
    """

    row: int
    order_id: str
    new_name: str
    current_name: str | None = None
    skip: str = ""
    warning: str = ""
    left_out: str = ""
    guard_reason: str | None = None
    other_cells: tuple[str, ...] = ()
    name_rule: str | None = None
    rule_cells: tuple[str, ...] = ()
    made_before: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RowProblem:
    """One bad row of the spreadsheet, with the sentence that says how to repair it.

    The texts are as typed, as far as they could be read: the report shows users their own row. ``other_cells`` is that
    of `RenameRequest`; it is empty where it is not known which cell belongs to which column.

    Example:
        >>> RowProblem(row=3, order_id="", new_name="x", reason="The order id is blank.").row
        3
    """

    row: int
    order_id: str
    new_name: str
    reason: str
    current_name: str | None = None
    skip: str = ""
    warning: str = ""
    other_cells: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood:
    """How a spreadsheet was understood; shown to a person, who compares it with what was meant.

    The columns are named by their headings as typed (``None``: there is no such column). ``rule`` says how new names
    are made where the sheet gives none. ``unused`` are the headings of columns that are not read; it is empty for a
    report of this program, which has many. ``sheet`` is the name of the sheet in a workbook. ``encoding`` is set only
    where it was guessed. ``by_name``: a row without an id has its order found by its current name.

    Example:
        >>> Understood(order_id="Order ID", new_name="New name").hidden_rows
        0
    """

    order_id: str | None
    new_name: str | None
    current_name: str | None = None
    by_name: bool = False
    skip: str | None = None
    rule: str = ""
    unused: tuple[str, ...] = ()
    sheet: str | None = None
    hidden_rows: int = 0
    encoding: str = ""
