"""Follows the numbers of rows and cells through a sheet."""

from __future__ import annotations

from array import array

from batch_renamer.column_letters import letters_of
from batch_renamer.errors import WriteBackError
from batch_renamer.reports.own_workbook.xlsx.areas import LAST_COLUMN, LAST_ROW, area_of, whole_number

__all__ = ["CellPlaces", "RowPlaces"]


class RowPlaces:
    """Where the rows are in the bytes of the sheet, in order; a million rows take a few dozen megabytes.

    ``lasts`` has the last column of each row with a cell, 0 without one.
    """

    def __init__(self) -> None:
        self.numbers, self.starts, self.ends, self.lasts = array("l"), array("q"), array("q"), array("l")

    def begin(self, number: int, start: int) -> None:
        """Add a row that begins."""
        self.numbers.append(number)
        self.starts.append(start)

    def finish(self, end: int, last_column: int) -> None:
        """Say where that row ends."""
        self.ends.append(end)
        self.lasts.append(last_column)


class CellPlaces:
    """Follows the numbering of rows and cells, which may have no names of their own.

    Raises:
        WriteBackError: Rows or cells are not in order; readers don't agree about such a sheet.
    """

    def __init__(self) -> None:
        self.row = self.column = 0
        self._row_text = "0"
        self._columns = {letters_of(number): number for number in range(1, 703)}

    def next_row(self, text: str | None) -> int:
        """Return the number of the row that begins."""
        row = self.row + 1 if text is None else whole_number(text)
        if not self.row < row <= LAST_ROW:
            raise _out_of_order(self.row + 1)
        self.row, self._row_text, self.column = row, str(row), 0
        return row

    def next_cell(self, name: str | None) -> int:
        """Return the column of the cell that begins."""
        column: int | None
        if name is None:
            column = self.column + 1
        else:
            column = self._columns.get(name.removesuffix(self._row_text))
            if column is None:
                area = area_of(name)
                column = area.first_column if area is not None and area.first_row == self.row else 0
        if not self.column < column <= LAST_COLUMN:
            raise _out_of_order(self.row)
        self.column = column
        return column


def _out_of_order(row: int) -> WriteBackError:
    return WriteBackError(
        f"The sheet's rows or cells are not in order near row {row}: open it in a spreadsheet program, save it, and "
        "try again."
    )
