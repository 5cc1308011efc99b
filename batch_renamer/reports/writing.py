"""Writes reports: each one to a temporary file beside its target, which then replaces the target in one step."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import BinaryIO

from batch_renamer.errors import ReportWriteError
from batch_renamer.model import ReportLine, RunSummary
from batch_renamer.reports.formats import WRITERS
from batch_renamer.reports.page_extras import PageExtras
from batch_renamer.reports.rows import WriteOptions
from batch_renamer.temporary import cause, complete_file, numbered, place_of

__all__ = ["write_report", "write_reports"]

_NO_EXTRAS = PageExtras()
_MOST_NAMES = 10  # that are tried when a report can't be replaced


def write_reports(
    targets: Iterable[Path],
    lines: Callable[[], Iterable[ReportLine]],
    *,
    summary: RunSummary,
    page: PageExtras = _NO_EXTRAS,
    delimiter: str = ",",
    other_headings: Sequence[str] = (),
) -> tuple[list[Path], list[ReportWriteError]]:
    """Write every report that can be written; return the paths of those, and the errors of the others."""
    written, failures = [], []
    for target in targets:
        try:
            written.append(
                write_report(
                    target, lines(), summary=summary, page=page, delimiter=delimiter, other_headings=other_headings
                )
            )
        except ReportWriteError as error:
            failures.append(error)
    return written, failures


def write_report(
    target: Path,
    lines: Iterable[ReportLine],
    *,
    summary: RunSummary,
    page: PageExtras = _NO_EXTRAS,
    delimiter: str = ",",
    other_headings: Sequence[str] = (),
) -> Path:
    """Write the rows to a file in the format of the target's ending; return the path of the report.

    The report replaces an older one in one step, when it is complete and on the disk. If anything fails before that,
    the older one is unchanged and no file is left behind. If the older one can't be replaced (it is open in Excel on
    Windows), the new one gets the run's id in its name. ``page`` is for HTML, ``delimiter`` for CSV. ``other_headings``
    are those of the lines' other cells; a format for programs leaves these out.

    Raises:
        ReportWriteError: The disk is full, the folder has gone, ...
        KeyError: The ending is none of `FORMATS`; `resolve_targets` refuses such a target.
    """
    format_writer = WRITERS[target.suffix.lower()]
    place = place_of(target)

    def write(file: BinaryIO, scratch: Path) -> None:
        options = WriteOptions(
            summary=summary, page=page, delimiter=delimiter, other_headings=tuple(other_headings), scratch=scratch
        )
        format_writer(file, lines, options)

    try:
        with complete_file(place.parent, write) as temporary:
            moved_to = _move(temporary, place, summary.run_id)
    except OSError as error:
        raise ReportWriteError(
            f'The report "{target}" could not be written: {cause(error)}. Check that its folder exists and has room.'
        ) from error
    return target if moved_to == place else moved_to


def _move(temporary: Path, place: Path, run_id: str) -> Path:
    """Move the file to its target or, if that can't be replaced, to a free name that contains the run's id."""
    try:
        temporary.replace(place)
    except PermissionError:
        for other in _other_names(place, run_id):
            if not os.path.lexists(other):
                temporary.replace(other)
                return other
        raise
    return place


def _other_names(place: Path, run_id: str) -> Iterable[Path]:
    with_id = place if run_id in place.stem else place.with_stem(f"{place.stem}.{run_id}")
    return numbered(with_id, _MOST_NAMES)
