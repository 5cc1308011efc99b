"""The user's own spreadsheet and the rows of a run: whether they are the same rows, and the results written into it."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from itertools import zip_longest
from pathlib import Path

from batch_renamer.errors import InputError, SheetError, WriteBackError
from batch_renamer.files import digest_of
from batch_renamer.jobs.standing import committed
from batch_renamer.journal import Journal, RunRecord
from batch_renamer.loader import LoadOptions, Sheet, open_sheet
from batch_renamer.model import ReportRow, SheetPlace, WrittenBack
from batch_renamer.reports import Back, Kind, check_own_workbook, kind_of, rows_back, write_back

__all__ = ["look_again_at", "place_in", "write_results_into"]


def place_in(sheet: Sheet, *, id_column: str | None, name_column: str | None, digest: str | None) -> SheetPlace:
    """Return where in a spreadsheet the rows stand; ``digest`` is that of the file."""
    return SheetPlace(
        heading_row=sheet.columns.row,
        digest=digest,
        sheet=sheet.sheet_name,
        encoding=sheet.codec,
        delimiter=sheet.delimiter,
        has_sep_line=sheet.has_sep_line,
        is_report=sheet.columns.is_report,
        id_column=id_column,
        name_column=name_column,
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
    back = Back(
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
    # The file may be of another kind than the one that was read: a workbook that was saved as text.
    is_text = kind_of(copy) is Kind.TEXT
    options = LoadOptions(
        encoding=read.encoding if is_text else None,
        delimiter=read.delimiter if is_text else None,
        sheet=None if is_text else read.sheet,
        id_column=read.id_column,
        name_column=read.name_column,
        current_name_column="none",
    )
    with open_sheet(copy, options, label=path.name) as sheet:
        there = ((row.row, row.order_id) for chunk in sheet.chunks() for row in chunk)
        wanted = ((row.row, row.order_id) for row in journal.results.report_rows(run))
        for mine, theirs in zip_longest(wanted, there):
            if mine != theirs:
                raise WriteBackError(_other_rows(run, mine, theirs))
        place = place_in(sheet, id_column=read.id_column, name_column=read.name_column, digest=digest_of(copy))
    if place.is_report:
        raise WriteBackError("It is a report itself.")
    return place


def _other_rows(run: RunRecord, mine: tuple[int, str] | None, theirs: tuple[int, str] | None) -> str:
    """Return which row differs first, in a sentence; the rows are given by number and order id."""
    row = min(pair[0] for pair in (mine, theirs) if pair is not None)
    in_run = f'order "{mine[1]}"' if mine is not None and mine[0] == row else "no order"
    in_file = f'order "{theirs[1]}"' if theirs is not None and theirs[0] == row else "none"
    return f"Its rows are not those of run {run.id}: in row {row:,} the run had {in_run}, and the file has {in_file}."
