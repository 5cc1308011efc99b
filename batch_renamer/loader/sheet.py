"""Turns the raw rows of an opened spreadsheet into chunks of checked rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from batch_renamer.loader.cells import Cell, RawRow
from batch_renamer.loader.choosing import Choosing
from batch_renamer.loader.columns import Columns
from batch_renamer.loader.contents import Need, SheetContents, UndecidedSheetError, column_choices
from batch_renamer.loader.joined import RepeatedHeadings
from batch_renamer.loader.rows import read_row
from batch_renamer.loader.shown import quoted
from batch_renamer.loader.swapped import SwapCheck
from batch_renamer.model import RenameRequest, RowProblem, Understood

__all__ = ["Sheet"]


def _none() -> int:
    return 0


@dataclass(slots=True, kw_only=True)
class Sheet:
    """An opened spreadsheet with known columns.

    ``delimiter`` is set for a text file, ``sheet_name`` for a sheet of a workbook; else they are ``None``. ``sheets``
    are the visible sheets of a workbook. ``encoding`` is set only where it was guessed, ``codec`` for every text file.
    ``has_sep_line`` tells that a text file begins with a line such as ``sep=;``. ``label`` names the sheet in
    messages. ``blank_is_left`` tells that orders without a new name are left as they are, ``by_name`` that a row
    without an id has its order found by its current name.
    ``choosing`` skips the rows that were not chosen. ``warnings`` are sentences about the whole file; ``hidden_rows``
    returns the number of hidden rows. Both are complete only when all rows have been read, and ``late_warnings`` is
    called at that time.
    """

    columns: Columns
    delimiter: str | None = None
    sheet_name: str | None = None
    sheets: tuple[str, ...] = ()
    encoding: str = ""
    codec: str | None = None
    has_sep_line: bool = False
    warnings: tuple[str, ...] = ()
    rule: str = ""
    label: str = "The sheet"
    blank_is_left: bool = True
    by_name: bool = False
    choosing: Choosing | None = None
    late_warnings: Callable[[], tuple[str, ...]] = field(default=tuple, repr=False)
    hidden_rows: Callable[[], int] = field(default=_none, repr=False)
    rows: Iterator[RawRow] = field(repr=False)

    def __post_init__(self) -> None:
        self.warnings += self.columns.warnings

    def understood(self) -> Understood:
        """Return how the spreadsheet was understood; call it when all rows have been read."""
        columns = self.columns
        order_id, new_name, current_name, skip = (
            None if column is None else columns.headings[column] for column in columns.used
        )
        return Understood(
            order_id=order_id,
            new_name=new_name,
            rule=self.rule,
            by_name=self.by_name,
            current_name=current_name,
            skip=skip,
            unused=columns.unused,
            sheet=self.sheet_name,
            hidden_rows=self.hidden_rows(),
            encoding=self.encoding,
        )

    @property
    def contents(self) -> SheetContents:
        """What the spreadsheet has to choose from, for a person who corrects how it is read."""
        return SheetContents(
            sheets=self.sheets,
            sheet=self.sheet_name,
            heading_row=self.columns.row,
            columns=column_choices(self.columns.headings),
            codec=self.codec,
            delimiter=self.delimiter,
        )

    @property
    def other_headings(self) -> tuple[str, ...]:
        """The headings of the columns whose cells are kept, in the order of ``other_cells``."""
        return tuple(self.columns.headings[column] for column in self.columns.kept)

    def chunks(self, size: int = 5000) -> Iterator[list[RenameRequest | RowProblem]]:
        """Yield the rows below the headings in order, at most ``size`` at a time; they can be read once.

        Blank rows are left out. Memory depends on ``size``, not on the length of the sheet.

        Raises:
            SheetError: the file can't be read to its end, ids and names stand in each other's column, or the choice
                names rows that are not there.

        Example:
            >>> import pandas
            >>> from batch_renamer.loader import open_frame
            >>> sheet = open_frame(pandas.DataFrame({"order_id": ["a1"], "new_name": ["12 Elm St"]}))
            >>> [row.order_id for chunk in sheet.chunks() for row in chunk]
            ['a1']
        """
        headings, swap_check = RepeatedHeadings(self.columns, self.label), SwapCheck()
        while raw := list(islice(self.rows, size)):
            chunk = [headings.left_out(row) or self._checked(row) for row in raw]
            swap_check.add(chunk)
            yield chunk if self.choosing is None else list(map(self.choosing.applied, raw, chunk))
        if self.choosing is not None:
            self.choosing.check()
        self.warnings += (*self.late_warnings(), *self._about_swapped(swap_check))

    def _checked(self, raw: RawRow) -> RenameRequest | RowProblem:
        return read_row(
            *raw[:5],
            warning=raw.warning,
            others=raw.others[: len(self.columns.kept)],
            is_report=self.columns.is_report,
            is_export=self.columns.is_export,
            is_workbook=self.sheet_name is not None,
            blank_is_left=self.blank_is_left,
            may_be_blank=bool(self.rule),
            rule_cells=self._rule_cells(raw),
            by_name=self.by_name,
        )

    def _rule_cells(self, row: RawRow) -> list[tuple[str, Cell]]:
        """Return the cells from which the name of a row is made, with their headings."""
        columns, found = self.columns, []
        for column in columns.rule:
            used = dict(zip(columns.used, (row.order_id, row.new_name, row.current_name, row.skip), strict=True))
            kept = dict(zip(columns.kept, row.others, strict=False))  # of a row that can't be relied on, none are known
            found.append((columns.headings[column], used.get(column, kept.get(column, ""))))
        return found

    def _about_swapped(self, swap_check: SwapCheck) -> tuple[str, ...]:
        """Return a warning if the two columns look swapped.

        Raises:
            SheetError: there is no doubt that they are.
        """
        if self.columns.new_name is None or self.columns.order_id is None:
            return ()
        ids, names = (quoted(self.columns.headings[i]) for i in (self.columns.order_id, self.columns.new_name))
        if swap_check.are_swapped:
            raise UndecidedSheetError(
                f"{self.label}: the column {names} for new names holds order ids, and the column {ids} for ids holds "
                "none.",
                " Swap the headings, or say which column is which with --id-column and --name-column.",
                contents=self.contents,
                needs=(Need("id_column"), Need("name_column")),
            )
        if swap_check.seem_swapped:
            return (f"Are two columns swapped? The ids in {ids} read like names, and the names in {names} like ids.",)
        if swap_check.name_orders_by_ids:
            return (f"Most new names in {names} are order ids: is it the right column?",)
        return ()
