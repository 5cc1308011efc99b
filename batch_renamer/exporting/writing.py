"""Writes an export to a temporary file beside its target, and moves it there when it is complete."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import BinaryIO

from batch_renamer.errors import ReportWriteError
from batch_renamer.exporting.cells import texts_of
from batch_renamer.exporting.csv_format import write_csv
from batch_renamer.exporting.target import free_names
from batch_renamer.exporting.xlsx_format import write_xlsx
from batch_renamer.model import EXPORT_COLUMNS, Order
from batch_renamer.temporary import OURS, cause, new_file_in, place_of

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
    place = place_of(path)
    try:
        temporary, file = new_file_in(place.parent)
        try:
            with (
                file,
                tempfile.TemporaryDirectory(prefix=OURS, dir=place.parent, ignore_cleanup_errors=True) as scratch,
            ):
                write(file, Path(scratch))
                file.flush()
                os.fsync(file.fileno())
            return _moved(temporary, path)
        finally:
            temporary.unlink(missing_ok=True)  # it is already gone after a successful move
    except OSError as error:
        raise ReportWriteError(
            f'"{path}" could not be written: {cause(error)}. Check that its folder exists and has room.'
        ) from error


def _moved(temporary: Path, path: Path) -> Path:
    """Move a file to a name that is free; a file that has the name by now is never replaced."""
    for name in (path, *free_names(path)):
        try:
            name.hardlink_to(temporary)  # unlike a rename, it fails if the name is taken
        except FileExistsError:
            continue
        except OSError:  # no hard links here
            if os.path.lexists(name):
                continue
            temporary.replace(name)
        return name
    raise FileExistsError(f"all names from {path.name} on are taken")
