"""Tells whether a spreadsheet is open in a program that may hold unsaved changes."""

from __future__ import annotations

from pathlib import Path

from batch_renamer.files import programs_with

__all__ = ["open_elsewhere"]


def open_elsewhere(path: Path, label: str) -> tuple[str, ...]:
    """Return a warning for each program that has the file open, as far as its lock file tells."""
    return tuple(
        f"{label} seems to be open in {program}: what is not saved there is not read. Save it first."
        for program in programs_with(path)
    )
