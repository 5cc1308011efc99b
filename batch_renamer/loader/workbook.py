"""The path of a workbook enters; the rows of one sheet leave, read by a process that may die of it.

A small hostile workbook can abort the process that opens it, and there is nothing to catch: one cell in the last
corner is enough (https://github.com/tafia/calamine/issues/693; met with python-calamine 0.9.1 in 2026-11). So another
process reads, with limits on memory and time and without our secrets.
"""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from batch_renamer.client import Stopping
from batch_renamer.errors import SheetError
from batch_renamer.loader.cells import Cell, RawRow, cell_of_wire
from batch_renamer.loader.headings import HEADING_ROWS, Columns, HeadingTrouble, find_columns
from batch_renamer.loader.marks import is_blank_row
from batch_renamer.loader.sheet import Sheet
from batch_renamer.loader.shown import listed, quoted
from batch_renamer.model import HIDDEN_ROW
from batch_renamer.text import trimmed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from batch_renamer.loader.options import LoadOptions

__all__ = ["reading_workbook"]

_LIMIT_S = 60.0
_LONGEST_ANSWER = 64 << 20
_ANSWERS_AHEAD = 8
_LOOK_UP_S = 0.1
"""How long an answer is waited for before it is asked whether the run is to stop."""
_START = "import sys; sys.path.insert(0, sys.argv[1]); from isolated.child import main; main(sys.argv[2])"
_NEEDED_FROM_ENVIRONMENT = ("SYSTEMROOT", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH")
"""What Python itself may need to start; everything else, the API key above all, stays here."""

_REFUSALS = {
    "password": "is protected with a password: save it without one",
    "foreign": "is not a spreadsheet, though it is packed like one: save it as .xlsx or CSV",
    "damaged": "is damaged or cut off and can't be read: open it in a spreadsheet program and save it as CSV",
    "twice": "has row {row} twice, and only one of them could be read: open it in a spreadsheet program, save it, "
    "look at that row, and try again",
}
_TOO_MUCH = "could not be read within 1 GB of memory and 60 seconds: save it as CSV"
_NOTES = {
    "unseen": "It could not be seen whether {label} has hidden rows, number formats, errors or formulas that were "
    "never calculated: compare the names with the sheet, or save it as CSV.",
}


@contextmanager
def reading_workbook(
    path: Path,
    label: str,
    options: LoadOptions,
    *,
    stopped: Callable[[], bool] = lambda: False,
    limit_s: float = _LIMIT_S,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[Sheet]:
    """Open a workbook and choose its sheet; the reading process ends with the context.

    ``stopped`` is asked whether to give up while the reading process is waited for. ``limit_s`` is how many seconds
    that one may keep this one waiting, all in all.

    Raises:
        SheetError: the workbook or its sheet can't be used; also later, while rows are read.
        Stopping: ``stopped`` said so; also later.
    """
    with _Reader(path, label, stopped, limit_s, clock) as reader:
        name, position, columns = _choose_sheet(reader, label, options)
        rows = _Rows(reader, position, columns, options)
        yield Sheet(
            columns=columns,
            sheet_name=name,
            warnings=_idle_options(label, options) + _notes(reader, position, label),
            hidden_rows=lambda: rows.hidden,
            rows=rows.read(),
        )


class _Reader:
    """The reading process: one question at a time, answers with a limit on the time spent waiting for them."""

    def __init__(
        self, path: Path, label: str, stopped: Callable[[], bool], limit_s: float, clock: Callable[[], float]
    ) -> None:
        self._label = label
        self._stopped = stopped
        self._left_s = limit_s
        self._clock = clock
        self._answers: queue.Queue[bytes] = queue.Queue(maxsize=_ANSWERS_AHEAD)
        self._closing = threading.Event()
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-X", "utf8", "-c", _START, str(Path(__file__).parent), str(path.absolute())],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={name: os.environ[name] for name in _NEEDED_FROM_ENVIRONMENT if name in os.environ},
                start_new_session=True,  # Ctrl-C is for this process to answer
            )
        except OSError as error:
            raise SheetError(
                f"{label} could not be read, for Python could not be started again: save it as CSV."
            ) from error
        self._pump = threading.Thread(target=self._pump_answers, name="workbook reader", daemon=True)
        self._pump.start()

    def __enter__(self) -> _Reader:
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        self._process.kill()
        while self._pump.is_alive():  # it may be stuck on a full queue
            with suppress(queue.Empty):
                self._answers.get(timeout=0.01)
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(OSError):  # what was not yet written finds nobody who reads
                    pipe.close()

    def ask(self, command: dict[str, Any]) -> dict[str, Any]:
        """Send a command and wait for the first line of its answer."""
        if self._process.stdin is None or self._closing.is_set():
            raise SheetError(f"{self._label} is closed already: read its rows before that.")
        with suppress(OSError):  # it has ended: the answer, or the lack of one, says why
            self._process.stdin.write(json.dumps(command).encode() + b"\n")
            self._process.stdin.flush()
        return self.answer()

    def answer(self) -> dict[str, Any]:
        """Wait for a line.

        Raises:
            SheetError: the process refused, died, or took too long.
            Stopping: the run is to stop.
        """
        line = None
        while line is None and self._left_s >= 0:
            if self._stopped():
                raise Stopping
            asked_at = self._clock()
            with suppress(queue.Empty):
                line = self._answers.get(timeout=min(self._left_s, _LOOK_UP_S))
            self._left_s -= self._clock() - asked_at
        if self._left_s < 0 or line is None or not line.endswith(b"\n"):
            raise SheetError(f"{self._label} {_TOO_MUCH}.")
        message: dict[str, Any] = json.loads(line)
        if "refused" in message:
            sentence = _REFUSALS.get(message["refused"], _TOO_MUCH).format(row=message.get("row"))
            raise SheetError(f"{self._label} {sentence}.")
        return message

    def _pump_answers(self) -> None:
        """Carry lines from the process to the queue; an empty one says that it has ended."""
        stream = self._process.stdout
        line = b"-"
        while stream is not None and line and not self._closing.is_set():
            line = stream.readline(_LONGEST_ANSWER)
            self._answers.put(line)


def _choose_sheet(reader: _Reader, label: str, options: LoadOptions) -> tuple[str, int, Columns]:
    """Take the sheet that was asked for, or else the only visible one with usable headings."""
    sheets = [(str(name), bool(visible)) for name, visible in reader.answer()["sheets"]]
    if options.sheet is not None:
        candidates = [_asked_sheet(sheets, options.sheet, label)]
    else:
        candidates = [position for position, (_, visible) in enumerate(sheets) if visible]
    usable: list[tuple[str, int, Columns]] = []
    troubles: list[tuple[int, str, HeadingTrouble]] = []
    for position in candidates:
        head = reader.ask({"head": position, "rows": HEADING_ROWS})["head"]
        found = find_columns([[cell_of_wire(cell) for cell in row] for row in head], options)
        if isinstance(found, Columns):
            usable.append((sheets[position][0], position, found))
        else:
            troubles.append((position, sheets[position][0], found))
    if len(usable) == 1:
        return usable[0]
    if usable:
        names = [name for name, _, _ in usable]
        raise SheetError(
            f"{label} has {len(names)} sheets with usable headings: {listed(names)}. Choose one with --sheet."
        )
    if not troubles:
        raise SheetError(f"{label} has no visible sheet.")
    _, name, nearest = max(troubles, key=lambda trouble: trouble[2].nearness)
    raise SheetError(f"{label}, sheet {quoted(name)}, {nearest.sentence}.")


def _asked_sheet(sheets: list[tuple[str, bool]], asked: str, label: str) -> int:
    """Find a sheet by its name, or a visible one by the number of its tab."""
    names = [name for name, _ in sheets]
    if asked in names:
        return names.index(asked)
    folded = [name.casefold() for name in names]
    if trimmed(asked).casefold() in folded:
        return folded.index(trimmed(asked).casefold())
    visible = [position for position, (_, is_visible) in enumerate(sheets) if is_visible]
    if asked.isdecimal() and 1 <= int(asked[:9]) <= len(visible):
        return visible[int(asked[:9]) - 1]
    raise SheetError(f"{label} has no sheet {quoted(asked)}; its sheets are {listed([names[at] for at in visible])}.")


class _Rows:
    """The rows below the headings; blank ones stay in the other process. ``hidden`` counts the hidden ones so far."""

    def __init__(self, reader: _Reader, position: int, columns: Columns, options: LoadOptions) -> None:
        self.hidden = 0
        self._reader = reader
        self._position = position
        self._columns = columns
        self._skip_hidden = options.hidden_rows == "skip"

    def read(self) -> Iterator[RawRow]:
        """Read them once."""
        columns = self._columns
        wanted = (columns.order_id, columns.new_name, columns.current_name, columns.skip)
        present = [column for column in wanted if column is not None]
        places = [None if column is None else present.index(column) for column in wanted]
        message = self._reader.ask(
            {
                "read": self._position,
                "after": columns.row,
                "columns": present,
                "headings": columns.labelled,
                "name": columns.new_name,
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
                yield row, order_id, new_name, current_name, skip, _remark(row in split, beside.get(row))
            message = self._reader.answer()


def _remark(is_split: bool, beside: int | None) -> str:
    """Say what may be the trace of a comma that split a name when text was turned into a workbook.

    A comma can't split a cell of a workbook itself, and remarks, sums and numbers of rows stand beside many tables:
    such a row is read, with a warning.
    """
    if is_split:
        return "The cell after the new name begins with a space, as if a comma had split the name."
    return "" if beside is None else f"A cell stands in a column without a heading: {_letters(beside)}."


def _letters(column: int) -> str:
    """Call a column, counted from 0, as spreadsheet programs do.

    Example:
        >>> _letters(0), _letters(27)
        ('A', 'AB')
    """
    before, letter = divmod(column, 26)
    return (_letters(before - 1) if before else "") + chr(ord("A") + letter)


def _notes(reader: _Reader, position: int, label: str) -> tuple[str, ...]:
    """Say what could not be looked for in the sheet."""
    return tuple(_NOTES[note].format(label=label) for note in reader.ask({"notes": position})["notes"])


def _idle_options(label: str, options: LoadOptions) -> tuple[str, ...]:
    """Say that an option for text files has no effect here."""
    idle = [name for name, value in (("--encoding", options.encoding), ("--delimiter", options.delimiter)) if value]
    return (f"{label} is a workbook: {' and '.join(idle)} had no effect.",) if idle else ()
