"""The columns that are read of a sheet, as its headings name them."""

from __future__ import annotations

from dataclasses import dataclass

from batch_renamer.model import COLUMNS, COLUMNS_BACK

__all__ = ["Columns"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """The columns to read, counted from 0; ``row`` is the row number of the headings in a spreadsheet program.

    ``is_report`` tells that the headings are exactly those of a report of this program, and in a workbook perhaps
    others right of them. ``is_export`` tells that they begin with those of an export, whose ids and current names are
    as the API has them, without text guards. ``kept`` are the columns that are not used, but whose cells are kept for
    reports. ``where`` are the columns of `LoadOptions.where`. ``warnings`` name unused columns that may have been meant
    as guard or skip mark. ``results`` is the first of the columns with results that this program has written; they are
    neither read nor kept. ``rule`` are the columns from which new names are made; they are used or kept, too.
    """

    row: int
    order_id: int | None
    new_name: int | None
    current_name: int | None
    skip: int | None
    headings: tuple[str, ...]
    is_report: bool
    is_export: bool = False
    kept: tuple[int, ...] = ()
    where: tuple[int, ...] = ()
    rule: tuple[int, ...] = ()
    warnings: tuple[str, ...] = ()
    results: int | None = None

    @property
    def used(self) -> tuple[int | None, ...]:
        """The columns of order id, new name, current name and skip mark."""
        return self.order_id, self.new_name, self.current_name, self.skip

    @property
    def key(self) -> int:
        """The column that tells which order a row is about: that of the ids, or else of the current names."""
        key = self.current_name if self.order_id is None else self.order_id
        assert key is not None, "a sheet without ids has current names"  # noqa: S101 - for mypy
        return key

    @property
    def others(self) -> tuple[int, ...]:
        """The columns whose cells are read besides those that are used: those kept, then what else is asked of."""
        return (*self.kept, *dict.fromkeys(i for i in self.where if i not in self.used and i not in self.kept))

    @property
    def labelled(self) -> int:
        """The number of columns up to the last one with a heading."""
        return max(i for i, heading in enumerate(self.headings, 1) if heading and i - 1 not in self.of_results)

    @property
    def own_cells(self) -> int:
        """The number of cells in the heading row without those of results."""
        return len(self.headings) - len(self.of_results)

    @property
    def unused(self) -> tuple[str, ...]:
        """The headings of the columns that are not read, in sheet order; of a report, only those that are not ours."""
        places = range(len(COLUMNS) if self.is_report else 0, len(self.headings))
        unused = (i for i in places if i not in (*self.used, *self.rule, *self.of_results))
        return tuple(heading for i in unused if (heading := self.headings[i]))

    @property
    def of_results(self) -> tuple[int, ...]:
        """The columns that this program has written results to; none where there are no such columns."""
        return () if self.results is None else tuple(range(self.results, self.results + len(COLUMNS_BACK)))
