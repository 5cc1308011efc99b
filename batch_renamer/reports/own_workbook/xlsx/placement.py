"""Decides in which four columns the results go: those of an earlier write-back, or free ones beside the headings."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from batch_renamer.errors import WriteBackError
from batch_renamer.model import place_of_columns_back
from batch_renamer.reports.own_workbook.columns import COLUMNS_BACK
from batch_renamer.reports.own_workbook.xlsx.areas import LAST_COLUMN, Spread
from batch_renamer.reports.own_workbook.xlsx.survey import Survey
from batch_renamer.reports.own_workbook.xlsx.tables import Table, table_of_headings

__all__ = ["Placement", "place_columns"]

_WIDTH = len(COLUMNS_BACK)


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """The first of the four columns side by side; ``is_new`` unless an earlier write-back made them.

    ``headings`` are their texts. ``style`` is that of the heading beside them, ``widened`` the table that gets them.
    """

    first: int
    is_new: bool
    headings: tuple[str, ...]
    style: str | None = None
    widened: Table | None = None

    @property
    def last(self) -> int:
        """The last of the columns."""
        return self.first + _WIDTH - 1


def place_columns(
    survey: Survey, *, heading_row: int, tables: Collection[Table] = (), below_drawings: Collection[int] = ()
) -> Placement:
    """Choose the columns.

    New ones are the first free ones right of the table or filter on the headings, or of everything in the heading row.
    They are free of cells with content, of other tables and merged cells, and, if the sheet has room, not hidden and
    not below pictures and charts.

    Raises:
        WriteBackError: The heading row is blank, or there are no four free columns side by side.
    """
    texts = [
        heading.text if (heading := survey.headings.get(column)) else ""
        for column in range(1, max(survey.headings, default=0) + 1)
    ]
    found = place_of_columns_back(texts)
    if found is not None:
        return Placement(first=found + 1, is_new=False, headings=tuple(texts[found : found + _WIDTH]))
    table = table_of_headings(tables, heading_row)
    beside = _last_column(survey, table, heading_row)
    if not beside:
        raise WriteBackError(f"Row {heading_row} of the sheet has no headings any more.")
    other_tables = Spread((each.area.first_column, each.area.last_column) for each in tables)
    taken = survey.used | survey.merged.columns | other_tables.columns
    hidden = Spread((each.first, each.last) for each in survey.ranges if each.is_hidden).columns
    # A column right beside a table would look like a part of it.
    may_touch = table.can_be_widened if table is not None else beside not in other_tables.columns
    start = beside + (1 if may_touch else 2)
    for avoided in (taken | hidden | set(below_drawings), taken | hidden, taken):
        for first in range(start, LAST_COLUMN - _WIDTH + 2):
            if avoided.isdisjoint(range(first, first + _WIDTH)):
                widens = table if table is not None and first == table.area.last_column + 1 else None
                heading = survey.headings.get(beside)
                return Placement(
                    first=first,
                    is_new=True,
                    headings=COLUMNS_BACK if widens is None else widens.free_headings(),
                    style=None if heading is None else heading.style,
                    widened=widens,
                )
    raise WriteBackError("The sheet has no four free columns side by side on the right of its headings.")


def _last_column(survey: Survey, table: Table | None, heading_row: int) -> int:
    """Return the column beside which the results belong, 0 without headings."""
    if table is not None:
        return table.area.last_column
    if survey.filtered is not None and survey.filtered.first_row == heading_row:
        return survey.filtered.last_column
    return max((column for column, heading in survey.headings.items() if heading.text.strip()), default=0)
