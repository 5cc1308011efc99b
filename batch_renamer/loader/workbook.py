"""Chooses the sheet of a workbook and reads its rows through `ReadingProcess`."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from batch_renamer.errors import SheetError
from batch_renamer.loader.cells import Cell, RawRow, cell_of_wire
from batch_renamer.loader.choosing import Choosing
from batch_renamer.loader.columns import Columns
from batch_renamer.loader.contents import Need, SheetContents, UndecidedSheetError, column_choices
from batch_renamer.loader.heading_trouble import HeadingTrouble
from batch_renamer.loader.headings import HEADING_ROWS, find_columns
from batch_renamer.loader.marks import is_blank_row
from batch_renamer.loader.options import LoadOptions
from batch_renamer.loader.reading_process import LIMIT_S, ReadingProcess
from batch_renamer.loader.sheet import Sheet
from batch_renamer.loader.shown import listed, quoted
from batch_renamer.model import HIDDEN_ROW
from batch_renamer.text import trimmed

__all__ = ["reading_workbook"]

_NOTES = {
    "unseen": "It could not be seen whether {label} has hidden rows, number formats, errors or formulas that were "
    "never calculated: compare the names with the spreadsheet, or save it as CSV.",
}


@contextmanager
def reading_workbook(
    path: Path,
    label: str,
    options: LoadOptions,
    *,
    stopped: Callable[[], bool] = lambda: False,
    limit_s: float = LIMIT_S,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[Sheet]:
    """Open a workbook and choose its sheet; the reading process ends with the context.

    ``stopped`` is called while the reading process is waited for; True ends the wait. ``limit_s`` is the total time
    that may be spent waiting for it.

    Raises:
        SheetError: the workbook or its sheet can't be used; also while rows are read.
        Stopping: ``stopped`` returned True; also while rows are read.
    """
    with ReadingProcess(path, label, stopped, limit_s, clock) as reader:
        sheets = [(str(name), bool(visible)) for name, visible in reader.answer()["sheets"]]
        name, position, columns = _choose_sheet(reader, sheets, label, options)
        rows = _Rows(reader, position, columns, options)
        yield Sheet(
            columns=columns,
            sheet_name=name,
            sheets=_visible(sheets),
            blank_is_left=options.blank_names == "skip",
            by_name=options.by_name,
            choosing=Choosing.of(options, columns, f"{label}, sheet {quoted(name)}"),
            rule=options.rule,
            warnings=_idle_options(label, options) + _notes(reader, position, label),
            hidden_rows=lambda: rows.hidden,
            rows=rows.read(),
        )


def _visible(sheets: Sequence[tuple[str, bool]]) -> tuple[str, ...]:
    return tuple(name for name, visible in sheets if visible)


def _choose_sheet(
    reader: ReadingProcess, sheets: list[tuple[str, bool]], label: str, options: LoadOptions
) -> tuple[str, int, Columns]:
    """Return the sheet that the user named, or the only visible one with usable headings."""
    if options.sheet is not None:
        candidates = [_asked_sheet(sheets, options.sheet, label)]
    else:
        candidates = [position for position, (_, visible) in enumerate(sheets) if visible]
    usable: list[tuple[str, int, Columns]] = []
    troubles: list[tuple[int, str, HeadingTrouble]] = []
    for position in candidates:
        head = reader.ask({"head": position, "rows": HEADING_ROWS})["head"]
        found = find_columns([[cell_of_wire(cell) for cell in row] for row in head], options, is_workbook=True)
        if isinstance(found, Columns):
            usable.append((sheets[position][0], position, found))
        else:
            troubles.append((position, sheets[position][0], found))
    if len(usable) == 1:
        return usable[0]
    if usable:
        names = [name for name, _, _ in usable]
        raise UndecidedSheetError(
            f"{label} has {len(names)} sheets with usable headings: {listed(names)}",
            ". Choose one with --sheet.",
            contents=SheetContents(sheets=_visible(sheets)),
            needs=(Need("sheet", tuple(names)),),
        )
    if not troubles:
        raise SheetError(f"{label} has no visible sheet.")
    _, name, nearest = max(troubles, key=lambda trouble: trouble[2].nearness)
    raise UndecidedSheetError(
        f"{label}, sheet {quoted(name)}, {nearest.fact}",
        f"{nearest.advice}.",
        contents=SheetContents(
            sheets=_visible(sheets),
            sheet=name,
            heading_row=nearest.row or None,
            columns=column_choices(nearest.headings),
        ),
        needs=nearest.needs,
    )


def _asked_sheet(sheets: list[tuple[str, bool]], asked: str, label: str) -> int:
    """Return the sheet with this name, or the visible one with this tab number."""
    names = [name for name, _ in sheets]
    if asked in names:
        return names.index(asked)
    folded = [name.casefold() for name in names]
    if trimmed(asked).casefold() in folded:
        return folded.index(trimmed(asked).casefold())
    visible = [position for position, (_, is_visible) in enumerate(sheets) if is_visible]
    if asked.isdecimal() and 1 <= int(asked[:9]) <= len(visible):
        return visible[int(asked[:9]) - 1]
    raise UndecidedSheetError(
        f"{label} has no sheet {quoted(asked)}",
        f"; its sheets are {listed([names[at] for at in visible])}.",
        contents=SheetContents(sheets=_visible(sheets)),
        needs=(Need("sheet"),),
    )


class _Rows:
    """The rows below the headings; the reading process leaves blank ones out. ``hidden`` counts hidden rows so far."""

    def __init__(self, reader: ReadingProcess, position: int, columns: Columns, options: LoadOptions) -> None:
        self.hidden = 0
        self._reader = reader
        self._position = position
        self._columns = columns
        self._skip_hidden = options.hidden_rows == "skip"

    def read(self) -> Iterator[RawRow]:
        """Yield the rows; they can be read once."""
        columns = self._columns
        wanted = (columns.order_id, columns.new_name, columns.current_name, columns.skip)
        present, others = [column for column in wanted if column is not None], columns.others
        places = [None if column is None else present.index(column) for column in wanted]
        message = self._reader.ask(
            {
                "read": self._position,
                "after": columns.row,
                "columns": [*present, *others],
                "headings": columns.labelled,
                "name": columns.new_name,
                "results": columns.of_results,
            }
        )
        while "rows" in message:
            hidden, beside, split = set(message["hidden"]), dict(message["beside"]), set(message["split"])
            self.hidden += len(hidden)
            for row, *values in message["rows"]:
                cells: list[Cell] = [value if isinstance(value, str) else cell_of_wire(value) for value in values]
                order_id, new_name, current_name, skip = ("" if place is None else cells[place] for place in places)
                if skip and is_blank_row((order_id, new_name, current_name, skip), range(4)):
                    continue
                if self._skip_hidden and row in hidden:
                    skip = HIDDEN_ROW
                remark = _remark(row in split, beside.get(row))
                yield RawRow(row, order_id, new_name, current_name, skip, remark, cells[len(present) :])
            message = self._reader.answer()


def _remark(is_split: bool, beside: int | None) -> str:
    """Return a warning about a cell that a split name may have left behind when text was turned into a workbook.

    In a workbook a comma can't split a cell, and remarks, sums and row numbers stand beside many tables. So the row is
    read and only warned about.
    """
    if is_split:
        return "The cell after the new name begins with a space, as if a comma had split the name."
    return "" if beside is None else f"A cell is in a column without a heading: {_letters(beside)}."


def _letters(column: int) -> str:
    """Return the letters that spreadsheet programs give to a column, counted from 0.

    Example:
        >>> _letters(0), _letters(27)
        ('A', 'AB')
    """
    before, letter = divmod(column, 26)
    return (_letters(before - 1) if before else "") + chr(ord("A") + letter)


def _notes(reader: ReadingProcess, position: int, label: str) -> tuple[str, ...]:
    """Return warnings about what could not be examined in the sheet."""
    return tuple(_NOTES[note].format(label=label) for note in reader.ask({"notes": position})["notes"])


def _idle_options(label: str, options: LoadOptions) -> tuple[str, ...]:
    """Return a warning about options for text files, which have no effect on a workbook."""
    idle = [name for name, value in (("--encoding", options.encoding), ("--delimiter", options.delimiter)) if value]
    return (f"{label} is a workbook: {' and '.join(idle)} had no effect.",) if idle else ()
