"""Leaves out the rows that the user did not choose, and says which chosen rows the sheet does not have."""

from __future__ import annotations

from batch_renamer.errors import SheetError
from batch_renamer.loader.headings import Columns
from batch_renamer.model import RenameRequest, RowChoice, RowProblem

__all__ = ["Choosing"]


class Choosing:
    """Applies a choice to the rows of one sheet, in their order."""

    def __init__(self, choice: RowChoice, columns: Columns, label: str) -> None:
        self._choice, self._columns, self._label = choice, columns, label
        self._unseen = set(choice.singles)
        self._first = self._last = 0
        self._chosen = 0

    def applied(self, row: RenameRequest | RowProblem) -> RenameRequest | RowProblem:
        """Return the row as it is, or skipped if it was not chosen; then nothing is wrong with it.

        A row that is skipped already stays as it is: it would be left out without the choice, too.
        """
        self._first, self._last = self._first or row.row, row.row
        self._unseen.discard(row.row)
        left_out = self._choice.leaves_out(row.row)
        self._chosen += left_out is None
        if left_out is None or (isinstance(row, RenameRequest) and row.skip):
            return row
        return RenameRequest(
            row=row.row,
            order_id=row.order_id,
            new_name=row.new_name,
            current_name=row.current_name,
            skip=left_out.mark,
            left_out=left_out.reason,
            warning=row.warning if isinstance(row, RenameRequest) else "",
            other_cells=row.other_cells,
        )

    def check(self) -> None:
        """Check the choice when all rows have been read.

        Raises:
            SheetError: it names rows that the sheet does not have, or leaves none.
        """
        if not self._last:
            return  # the sheet has no rows at all, which is said elsewhere
        present = self._choice.singles - self._unseen
        for flag, numbers in self._choice.numbers:
            if absent := numbers.absent(first=self._first, last=self._last, present=present):
                raise SheetError(f"{self._label}: {flag} names {self._about(absent[0])}")
        if not self._chosen:
            raise SheetError(f"{self._label}: with {self._choice.flags}, no row is left to work on.")

    def _about(self, row: int) -> str:
        if row == self._columns.row:
            return f"row {row}, which has the headings. The rows below it are {self._first} to {self._last}."
        if self._first < row < self._last:
            return f"row {row}, which is blank."
        return f"row {row}. The sheet's rows are {self._first} to {self._last}."
