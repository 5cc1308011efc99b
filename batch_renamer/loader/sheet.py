"""The rows of an opened spreadsheet enter, one by one; chunks of judged rows leave."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

from batch_renamer.loader.rows import read_row
from batch_renamer.model import Understood

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from batch_renamer.loader.cells import RawRow
    from batch_renamer.loader.headings import Columns
    from batch_renamer.model import RenameRequest, RowProblem

__all__ = ["Sheet"]


def _none() -> int:
    return 0


@dataclass(slots=True, kw_only=True)
class Sheet:
    """An opened spreadsheet whose columns are known.

    ``delimiter`` is that of a text file (``None`` otherwise); ``sheet_name`` that of a workbook's sheet (``None``
    otherwise). ``encoding`` is named where it was guessed. ``warnings`` are sentences about the file as a whole, and
    ``hidden_rows`` says how many rows are hidden; both are complete when the rows have been read.
    """

    columns: Columns
    delimiter: str | None = None
    sheet_name: str | None = None
    encoding: str = ""
    warnings: tuple[str, ...] = ()
    hidden_rows: Callable[[], int] = field(default=_none, repr=False)
    rows: Iterator[RawRow] = field(repr=False)

    def __post_init__(self) -> None:
        self.warnings += self.columns.warnings

    def understood(self) -> Understood:
        """Return what the spreadsheet was taken for; call it when the rows have been read."""
        columns = self.columns
        order_id, new_name, current_name, skip = (
            None if column is None else columns.headings[column] for column in columns.used
        )
        return Understood(
            order_id=order_id or "",
            new_name=new_name or "",
            current_name=current_name,
            skip=skip,
            unused=() if columns.is_report else columns.unused,
            sheet=self.sheet_name,
            hidden_rows=self.hidden_rows(),
            encoding=self.encoding,
        )

    def chunks(self, size: int = 5000) -> Iterator[list[RenameRequest | RowProblem]]:
        """Read the rows below the headings, in order, at most ``size`` at a time; they can be read once.

        Blank rows are passed over. Memory depends on ``size``, not on the length of the sheet.

        Raises:
            SheetError: the file can't be read to its end.

        Example:
            >>> import pandas
            >>> from batch_renamer.loader import open_frame
            >>> sheet = open_frame(pandas.DataFrame({"order_id": ["a1"], "new_name": ["12 Elm St"]}))
            >>> [row.order_id for chunk in sheet.chunks() for row in chunk]
            ['a1']
        """
        is_report = self.columns.is_report
        while chunk := [read_row(*row, is_report=is_report) for row in islice(self.rows, size)]:
            yield chunk
