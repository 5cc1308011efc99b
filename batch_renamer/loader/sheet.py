"""The rows of an opened spreadsheet enter, one by one; chunks of judged rows leave."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

from batch_renamer.loader.rows import read_row

if TYPE_CHECKING:
    from collections.abc import Iterator

    from batch_renamer.loader.cells import RawRow
    from batch_renamer.loader.headings import Columns
    from batch_renamer.model import RenameRequest, RowProblem

__all__ = ["Sheet"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """An opened spreadsheet whose columns are known.

    ``delimiter`` is that of a text file (``None`` otherwise); ``sheet_name`` that of a workbook's sheet (``None``
    otherwise). ``warnings`` are sentences about the file as a whole.
    """

    columns: Columns
    delimiter: str | None = None
    sheet_name: str | None = None
    warnings: tuple[str, ...] = ()
    rows: Iterator[RawRow] = field(repr=False)

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
        while chunk := [read_row(*row) for row in islice(self.rows, size)]:
            yield chunk
