"""Writes reports: each one to a temporary file beside its target, which then replaces the target in one step."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from batch_renamer.errors import ReportWriteError
from batch_renamer.model import ReportLine, RunSummary
from batch_renamer.reports.formats import WRITERS
from batch_renamer.reports.page_extras import PageExtras
from batch_renamer.reports.rows import WriteOptions
from batch_renamer.temporary import OURS, cause, new_file_in, place_of

__all__ = ["write_report", "write_reports"]

_NO_EXTRAS = PageExtras()
_OTHER_NAMES = 9  # further names that are tried when a report can't be replaced


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
    write = WRITERS[target.suffix.lower()]
    place = place_of(target)
    try:
        temporary, file = new_file_in(place.parent)
        try:
            with (
                file,
                tempfile.TemporaryDirectory(prefix=OURS, dir=place.parent, ignore_cleanup_errors=True) as scratch,
            ):
                options = WriteOptions(
                    summary=summary,
                    page=page,
                    delimiter=delimiter,
                    other_headings=tuple(other_headings),
                    scratch=Path(scratch),
                )
                write(file, lines, options)
                file.flush()
                os.fsync(file.fileno())
            moved_to = _move(temporary, place, summary.run_id)
        finally:
            temporary.unlink(missing_ok=True)  # it is already gone after a successful move
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
    yield with_id
    for number in range(2, 2 + _OTHER_NAMES):
        yield with_id.with_stem(f"{with_id.stem}-{number}")
