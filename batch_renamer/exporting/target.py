"""Decides where an export goes, and refuses a place where it can't or must not be written."""

from __future__ import annotations

import datetime
import os
from collections.abc import Iterator
from pathlib import Path

from batch_renamer.errors import ReportTargetError
from batch_renamer.temporary import cause, numbered, place_of, probe

__all__ = ["ENDINGS", "TO_OUTPUT", "free_names", "resolve_target"]

TO_OUTPUT = "-"
"""What stands for standard output."""

ENDINGS = (".xlsx", ".csv")
_MOST_NAMES = 999


def resolve_target(file: Path | None, *, stem: str, date: datetime.date | None = None) -> Path:
    """Return where the file goes: where the user wants it, else to a new name in the working directory.

    The name made up is ``stem``, with the ``date`` if it is given, and a number if there is such a file already.

    Raises:
        ReportTargetError: another ending than .xlsx and .csv, an existing file, no such folder, no permission, ...
    """
    if file is not None:
        target = file.expanduser()
        if target.suffix.lower() not in ENDINGS:
            raise ReportTargetError(
                f'"{file}" can\'t be written: its name must end in {" or ".join(ENDINGS)}, '
                "or be - for CSV on standard output."
            )
        if os.path.lexists(target):
            raise ReportTargetError(f'"{file}" exists and is not overwritten; choose another name.')
    else:
        name = Path(f"{stem}-{date.isoformat()}.xlsx" if date is not None else f"{stem}.xlsx")
        target = next(one for one in free_names(name) if not os.path.lexists(one))
    folder = place_of(target).parent
    try:
        if not folder.is_dir():
            raise ReportTargetError(
                f'"{target}" can\'t be written: there is no folder "{target.parent}"; make it, or choose another place.'
            )
        probe(folder)
    except OSError as error:
        raise ReportTargetError(f'"{target}" can\'t be written: {cause(error)}; choose another place.') from error
    return target


def free_names(path: Path) -> Iterator[Path]:
    """Yield the names that a new file may get: its own, then numbered ones."""
    return numbered(path, _MOST_NAMES)
