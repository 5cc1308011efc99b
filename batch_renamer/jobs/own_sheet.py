"""The user's own spreadsheet and the rows of a run: whether they are the same rows, and the results written into it."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from itertools import zip_longest
from pathlib import Path
from typing import NamedTuple

from batch_renamer.errors import InputError, SheetError, WriteBackError
from batch_renamer.files import digest_of
from batch_renamer.jobs.standing import committed
from batch_renamer.journal import Journal, RunRecord
from batch_renamer.loader import NO_COLUMN, LoadOptions, Sheet, open_sheet
from batch_renamer.model import ReportRow, SheetPlace, WrittenBack
from batch_renamer.naming import NamingRules
from batch_renamer.reports import Kind, WriteBack, check_own_workbook, kind_of, rows_back, write_back
from batch_renamer.text import name_key

__all__ = ["look_again_at", "place_in", "write_results_into"]


class _Row(NamedTuple):
    """What tells which order a row is about: its id, or else its current name (None: the row has none)."""

    number: int
    order_id: str
    current_name: str | None

    def is_same_as(self, theirs: _Row) -> bool:
        """Tell whether a row of a spreadsheet is this row of a run, which has an id where an order was found."""
        if theirs.order_id or theirs.current_name is None or self.current_name is None:
            same = self.order_id == theirs.order_id
        else:
            same = name_key(self.current_name) == name_key(theirs.current_name)
        return self.number == theirs.number and same

    def named(self, *, by_name: bool) -> str:
        """Return what tells its order, for a sentence."""
        if by_name:
            return f'the current name "{self.current_name or ""}"'
        return f'order "{self.order_id}"'


def place_in(sheet: Sheet, options: LoadOptions, *, digest: str | None) -> SheetPlace:
    """Return where in a spreadsheet that was read by these options the rows stand; ``digest`` is that of the file."""
    return SheetPlace(
        heading_row=sheet.columns.row,
        digest=digest,
        sheet=sheet.sheet_name,
        encoding=sheet.codec,
        delimiter=sheet.delimiter,
        has_sep_line=sheet.has_sep_line,
        is_report=sheet.columns.is_report,
        id_column=options.id_column,
        name_column=options.name_column,
        current_name_column=options.current_name_column,
        match_by=options.match_by,
    )


def write_results_into(
    path: Path, journal: Journal, run: RunRecord, rows: Iterable[ReportRow]
) -> tuple[WrittenBack, tuple[str, ...]]:
    """Write the results of a past run into a spreadsheet with the same rows; return what `write_back` does.

    Raises:
        InputError: the run has no results for a spreadsheet, or it has other rows; the spreadsheet is as it was.
        ReportWriteError: it can't be written, for example because the disk is full.
    """
    if not run.spec.from_sheet or not committed(run):
        what = "is no apply" if not run.spec.from_sheet else "has renamed nothing"
        raise InputError(f"Run {run.id} {what}, so it has no results to write into a spreadsheet.")
    check_own_workbook(path)
    back = WriteBack(
        path=path,
        place=run.place or SheetPlace(heading_row=1),
        run_id=run.id,
        look_again=partial(look_again_at, journal, run, path),
        note=lambda _: None,
        any_content=True,
    )
    return write_back(back, rows_back(rows))


def look_again_at(journal: Journal, run: RunRecord, path: Path, copy: Path) -> SheetPlace:
    """Return where the rows of a run stand in a copy of a spreadsheet; ``path`` is the spreadsheet, for messages.

    Raises:
        WriteBackError: it can't be read, or its rows are not those of the run.
    """
    read = run.place or SheetPlace(heading_row=1)
    try:
        return _compared(journal, run, path, copy, read)
    except SheetError as error:
        raise WriteBackError(str(error)) from error


def _compared(journal: Journal, run: RunRecord, path: Path, copy: Path, read: SheetPlace) -> SheetPlace:
    source = journal.runs.parent(run) or run  # a plan has the current names that its spreadsheet has
    options = _options(read, is_text=kind_of(copy) is Kind.TEXT, rule=NamingRules.from_text(source.naming).in_words)
    with open_sheet(copy, options, label=path.name) as sheet:
        there = (_Row(row.row, row.order_id, row.current_name) for chunk in sheet.chunks() for row in chunk)
        wanted = (_Row(*row) for row in journal.rows.keys(source))
        for mine, theirs in zip_longest(wanted, there):
            if mine is None or theirs is None or not mine.is_same_as(theirs):
                raise WriteBackError(_other_rows(run, mine, theirs))
        place = place_in(sheet, options, digest=digest_of(copy))
    if place.is_report:
        raise WriteBackError("It is a report itself.")
    return place


def _options(read: SheetPlace, *, is_text: bool, rule: str) -> LoadOptions:
    """Return how to read a file that may be of another kind than the one that was read, as a workbook saved as text."""
    return LoadOptions(
        encoding=read.encoding if is_text else None,
        delimiter=read.delimiter if is_text else None,
        sheet=None if is_text else read.sheet,
        id_column=read.id_column,
        name_column=read.name_column,
        current_name_column=NO_COLUMN if read.match_by == "id" else read.current_name_column,
        match_by=read.match_by,
        rule=rule,
    )


def _other_rows(run: RunRecord, mine: _Row | None, theirs: _Row | None) -> str:
    """Return which row differs first, in a sentence."""
    row = min(one.number for one in (mine, theirs) if one is not None)
    by_name = theirs is not None and not theirs.order_id and theirs.current_name is not None
    in_run = mine.named(by_name=by_name) if mine is not None and mine.number == row else "no order"
    in_file = theirs.named(by_name=by_name) if theirs is not None and theirs.number == row else "none"
    return f"Its rows are not those of run {run.id}: in row {row:,} the run had {in_run}, and the file has {in_file}."
