"""Cuts texts that no cell can hold, and says so in the row."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from batch_renamer.model import COLUMNS, ReportLine, ReportRow
from batch_renamer.workbooks import MOST_IN_CELL, SURELY_FITS, cell_units, cut

__all__ = ["fitting", "is_too_long"]


def is_too_long(values: Iterable[object], other_cells: Iterable[str]) -> bool:
    """Tell whether a text of a line may be too long for a cell."""
    return any(isinstance(text, str) and len(text) > SURELY_FITS for text in (*values, *other_cells))


def fitting(line: ReportLine) -> ReportLine:
    """Return the line with its longest texts cut to the length of a cell, and a ``warning`` that says so of our own."""
    return ReportLine(_row_that_fits(line.row), tuple(map(cut, line.other_cells)))


def _row_that_fits(row: ReportRow) -> ReportRow:
    shortened: dict[str, str] = {}
    for column in COLUMNS:
        text = getattr(row, column)
        if isinstance(text, str) and column != "warning" and cell_units(text) > MOST_IN_CELL:
            shortened[column] = cut(text)
    notes = [
        f"{column} is too long for a cell and was cut here; the .json report has all of it." for column in shortened
    ]
    if "new_name" in shortened and not row.skip:
        shortened["skip"] = "cut name"
    if not notes and cell_units(row.warning) <= MOST_IN_CELL:
        return row
    shortened["warning"] = cut(" ".join(filter(None, [*notes, row.warning])))
    return replace(row, **shortened)  # type: ignore[arg-type]  # only columns of text are cut; mypy can't see that
