"""Writes an export to a temporary file beside its target, and moves it there when it is complete."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import BinaryIO

from batch_renamer.errors import ReportWriteError
from batch_renamer.exporting.cells import texts_of
from batch_renamer.exporting.csv_format import write_csv
from batch_renamer.exporting.target import free_names
from batch_renamer.exporting.xlsx_format import write_xlsx
from batch_renamer.model import EXPORT_COLUMNS, Order
from batch_renamer.temporary import cause, complete_file, place_of, take_name

__all__ = ["write_beside", "write_export", "write_to_output"]


def write_export(target: Path, orders: Iterable[Order], *, delimiter: str = ",") -> Path:
    """Write the orders to a new file in the format of its ending; return its path.

    If anything fails, no file is left behind. If a file of that name was made meanwhile, the new one gets a number.

    Raises:
        ReportWriteError: the disk is full, the folder has gone, ...
    """

    def write(file: BinaryIO, scratch: Path) -> None:
        if target.suffix.lower() == ".csv":
            write_csv(file, EXPORT_COLUMNS, map(texts_of, orders), delimiter=delimiter)
        else:
            write_xlsx(file, orders, scratch=scratch)

    return write_beside(target, write)


def write_to_output(file: BinaryIO, orders: Iterable[Order], *, delimiter: str = ",") -> None:
    """Write the orders as CSV to standard output.

    Raises:
        OSError: it can't be written.
    """
    write_csv(file, EXPORT_COLUMNS, map(texts_of, orders), delimiter=delimiter, bom=False)


def write_beside(path: Path, write: Callable[[BinaryIO, Path], None]) -> Path:
    """Let a file be written that becomes ``path`` when it is complete and on the disk; return where it is.

    ``write`` gets the file, and a folder for files of its own.

    Raises:
        ReportWriteError: it could not be written.
    """
    try:
        with complete_file(place_of(path).parent, write) as temporary:
            return _moved(temporary, path)
    except OSError as error:
        raise ReportWriteError(
            f'"{path}" could not be written: {cause(error)}. Check that its folder exists and has room.'
        ) from error


def _moved(temporary: Path, path: Path) -> Path:
    """Move a file to a name that is free; a file that has the name by now is never replaced."""
    for name in free_names(path):
        if take_name(temporary, name):
            return name
    raise FileExistsError(f"all names from {path.name} on are taken")
