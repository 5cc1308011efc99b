"""A spreadsheet file as the source of a job's rows; the job opens it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from batch_renamer.files import digest_of
from batch_renamer.jobs.job import SheetSource
from batch_renamer.jobs.stages import load_options
from batch_renamer.loader import open_sheet
from batch_renamer.naming import NamingRules
from batch_renamer.settings import Settings

__all__ = ["source_of"]


def source_of(file: Path, settings: Settings, *, unattended: bool, label: str | None = None) -> SheetSource:
    """Return a file as the source of rows; ``label`` is what messages call it (None: its path).

    ``unattended``: no person sees the remarks about the spreadsheet before its rows are used.
    """
    options = load_options(settings, unattended=unattended)
    # Whether a person can be asked is no part of this, because it doesn't change what is read.
    read_as = f"{replace(load_options(settings), allow_guessed_encoding=True)!r}{NamingRules.of(settings).as_text()}"
    return SheetSource(
        open=lambda stopped: open_sheet(file, options, stopped=stopped, label=label),
        path=file,
        digest=_digest(file, read_as),
        file_digest=_digest(file),
        read_as=read_as,
    )


def _digest(file: Path, read_as: str = "") -> str | None:
    """Return what tells whether a spreadsheet is the same as before; ``read_as`` is how it is read."""
    try:
        return digest_of(file, begin=read_as.encode())
    except (OSError, ValueError):
        return None  # The loader will say what is wrong with it.
