"""Tells whether a spreadsheet is open in a program that may hold unsaved changes."""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["open_elsewhere"]

_LOCKS = {"~${}": "Excel", ".~lock.{}#": "LibreOffice"}


def open_elsewhere(path: Path, label: str) -> tuple[str, ...]:
    """Return a warning for each program whose lock file lies beside the file; after a crash, one may have stayed."""
    return tuple(
        f"{label} seems to be open in {program}: what is not saved there is not read. Save it first."
        for lock, program in _LOCKS.items()
        if os.path.lexists(path.with_name(lock.format(path.name)))
    )
