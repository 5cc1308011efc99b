"""Wishes for reports enter; proven paths leave, and finished files: each is written beside its place, then moved in."""

from __future__ import annotations

import datetime
import os
import re
import secrets
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO

from batch_renamer.errors import ReportTargetError, ReportWriteError
from batch_renamer.files import make_folder, same_place
from batch_renamer.model import ReportRow, RunSummary
from batch_renamer.reports.csv_format import write_csv
from batch_renamer.reports.json_format import write_json
from batch_renamer.reports.recognition import is_report
from batch_renamer.reports.rows import WriteOptions
from batch_renamer.reports.xlsx_format import write_xlsx

__all__ = [
    "FORMATS",
    "prove_writable",
    "refuse_at_once",
    "remove_unfinished",
    "resolve_targets",
    "write_report",
    "write_reports",
]

Writer = Callable[[BinaryIO, Iterable[ReportRow], WriteOptions], None]

_WRITERS: Mapping[str, Writer] = {".csv": write_csv, ".json": write_json, ".xlsx": write_xlsx}

FORMATS: tuple[str, ...] = tuple(_WRITERS)
"""The endings that a report may have."""

_PLACEHOLDERS = ("{date}", "{id}")
_PLACEHOLDER = re.compile(r"\{[^{}]*\}")
_OTHER_NAMES = 9  # how many further names are tried when a report can't be replaced
_OURS = f".batch-renamer-{secrets.token_hex(4)}-"  # how this process begins the names of what it has not finished
_PROBE = bytes(4096)  # a full disk often still makes empty files


def resolve_targets(
    requested: Sequence[str],
    *,
    run_id: str,
    date: datetime.date,
    sheet: Path | None,
    state_dir: Path,
    taken: Mapping[str, Path] = MappingProxyType({}),
) -> tuple[Path, ...]:
    """Return where the reports go: ``{date}`` and ``{id}`` filled in, each path once, in the order asked for.

    Without a wish there is one report, ``<sheet>.report-ID.xlsx`` beside the sheet; where that folder can't be
    written, or there is no sheet, it goes to ``state_dir``, which is made if need be (0700). ``taken`` are files that
    no report may replace, by what they are called.

    Raises:
        ReportTargetError: An ending that no format has, or a file in its place that is no report.

    Example:
        >>> today = datetime.date(2025, 11, 3)
        >>> [path.name for path in resolve_targets(
        ...     ["out-{date}-{id}.csv"], run_id="k3f9", date=today, sheet=None, state_dir=Path("state"))]
        ['out-2025-11-03-k3f9.csv']
    """
    if not requested:
        return (_default_target(run_id, sheet, state_dir),)
    if sheet is not None:
        taken = {"the spreadsheet itself": sheet, **taken}
    targets: list[Path] = []
    for template in requested:
        target = Path(template.replace("{date}", date.isoformat()).replace("{id}", run_id)).expanduser()
        _refuse_unknown_format(str(target))
        place = _place_of(target)
        _refuse_what_is_taken(target, place, taken)
        _refuse_foreign_file(target, place)
        if not any(place == _place_of(other) for other in targets):
            _refuse_second_spelling(target, place, targets)
            targets.append(target)
    return tuple(targets)


def refuse_at_once(requested: Iterable[str], *, taken: Mapping[str, Path] = MappingProxyType({})) -> None:
    """Refuse what can be told from the names of the reports asked for, before anything is read.

    Raises:
        ReportTargetError: An ending that no format has, an unknown ``{...}``, a folder that isn't there, or a file
            that no report may replace.
    """
    for report in requested:
        _refuse_unknown_format(report)
        _refuse_unknown_placeholder(report)
        target = Path(report).expanduser()
        place = _place_of(target)
        if not _PLACEHOLDER.search(str(target.parent)):
            _refuse_missing_folder(target, place.parent)
        if not _PLACEHOLDER.search(str(target)):
            _refuse_what_is_taken(target, place, taken)
            _refuse_foreign_file(target, place)


def _refuse_unknown_placeholder(report: str) -> None:
    unknown = [found for found in _PLACEHOLDER.findall(report) if found not in _PLACEHOLDERS]
    if unknown:
        raise ReportTargetError(
            f'The report "{report}" has {unknown[0]} in its name, which is unknown; '
            f"{' and '.join(_PLACEHOLDERS)} are filled in."
        )


def _refuse_what_is_taken(target: Path, place: Path, taken: Mapping[str, Path]) -> None:
    for what, path in taken.items():
        if same_place(place, path):
            raise ReportTargetError(f'The report "{target}" would overwrite {what}; choose another name with --report.')


def _refuse_foreign_file(target: Path, place: Path) -> None:
    """Refuse to replace what is no report; what is no file at all is found out when writing is tried."""
    try:
        replaceable = not place.is_file() or is_report(place)
    except OSError as error:
        raise _cannot_be_written(target, error) from None
    if not replaceable:
        raise ReportTargetError(
            f'The file "{target}" exists and is no report of batch-renamer, so it is not overwritten; '
            "choose another name with --report."
        )


def _refuse_second_spelling(target: Path, place: Path, targets: Iterable[Path]) -> None:
    for other in targets:
        if same_place(place, _place_of(other)):
            raise ReportTargetError(
                f'The reports "{other}" and "{target}" would be one file on some disks; choose another name.'
            )


def _refuse_unknown_format(report: str) -> None:
    if Path(report).suffix.lower() not in _WRITERS:
        raise ReportTargetError(
            f'A report can\'t be written as "{report}": its name must end in one of {", ".join(FORMATS)}.'
        )


def _refuse_missing_folder(target: Path, folder: Path) -> None:
    try:
        there = stat.S_ISDIR(folder.stat().st_mode)
    except (FileNotFoundError, NotADirectoryError):
        there = False
    except OSError as error:  # its name is too long, or it may not be looked into
        raise _cannot_be_written(target, error) from None
    if not there:
        raise ReportTargetError(
            f'The report "{target}" can\'t be written: there is no folder "{target.parent}"; '
            "make it, or choose another place with --report."
        )


def prove_writable(targets: Iterable[Path]) -> None:
    """Make sure that each report can be written, by writing and removing a small file beside it.

    Raises:
        ReportTargetError: A folder in the way, no such folder, no permission, a full disk, ...
    """
    for target in targets:
        place = _place_of(target)
        try:
            _refuse_what_is_in_the_way(target, place)
            _probe(place.parent)
        except OSError as error:
            raise _cannot_be_written(target, error) from error


def _cannot_be_written(target: Path, error: OSError) -> ReportTargetError:
    return ReportTargetError(
        f'The report "{target}" can\'t be written: {_cause(error)}; choose another place with --report.'
    )


def write_reports(
    targets: Iterable[Path], rows: Callable[[], Iterable[ReportRow]], *, summary: RunSummary, delimiter: str = ","
) -> tuple[list[Path], list[ReportWriteError]]:
    """Write every report that can be written; return where they are, and what went wrong with the others."""
    written, failures = [], []
    for target in targets:
        try:
            written.append(write_report(target, rows(), summary=summary, delimiter=delimiter))
        except ReportWriteError as error:
            failures.append(error)
    return written, failures


def write_report(target: Path, rows: Iterable[ReportRow], *, summary: RunSummary, delimiter: str = ",") -> Path:
    """Write the rows to a file of the format that the target's ending names, and return where the report is.

    The report replaces an older one in a single step, once it is whole and on the disk; if anything fails before
    that, the older one is untouched and nothing is left behind. If the older one can't be replaced (open in Excel
    on Windows), the new one gets the run's id in its name. ``delimiter`` is for CSV.

    Raises:
        ReportWriteError: The disk is full, the folder has gone, ...
        KeyError: The ending is none of `FORMATS`; `resolve_targets` lets none such through.
    """
    write = _WRITERS[target.suffix.lower()]
    place = _place_of(target)
    try:
        temporary, file = _new_file_in(place.parent)
        try:
            with (
                file,
                tempfile.TemporaryDirectory(prefix=_OURS, dir=place.parent, ignore_cleanup_errors=True) as scratch,
            ):
                write(file, rows, WriteOptions(summary=summary, delimiter=delimiter, scratch=Path(scratch)))
                file.flush()
                os.fsync(file.fileno())
            moved_to = _move(temporary, place, summary.run_id)
        finally:
            temporary.unlink(missing_ok=True)  # has gone already when all went well
    except OSError as error:
        raise ReportWriteError(
            f'The report "{target}" could not be written: {_cause(error)}. Check that its folder exists and has room.'
        ) from error
    return target if moved_to == place else moved_to


def remove_unfinished(targets: Iterable[Path]) -> None:
    """Remove what this process has begun to write beside these reports: it ends before they are whole."""
    for folder in {_place_of(target).parent for target in targets}:
        for left in folder.glob(f"{_OURS}*"):
            if left.is_dir():
                shutil.rmtree(left, ignore_errors=True)
            else:
                left.unlink(missing_ok=True)


def _default_target(run_id: str, sheet: Path | None, state_dir: Path) -> Path:
    if sheet is None:
        name = f"report-{run_id}.xlsx"
    else:
        name = f"{sheet.stem}.report-{run_id}.xlsx"
        try:
            _probe(sheet.parent)
        except OSError:
            pass  # a folder that can only be read is no mistake: the report has another home
        else:
            return sheet.parent / name
    try:
        make_folder(state_dir)
    except OSError as error:
        raise ReportTargetError(
            f'There is no place for the report: the folder "{state_dir}" can\'t be made ({_cause(error)}); '
            "choose a place with --report."
        ) from error
    return state_dir / name


def _refuse_what_is_in_the_way(target: Path, place: Path) -> None:
    _refuse_missing_folder(target, place.parent)
    try:
        place.stat()
    except FileNotFoundError:
        return
    if place.is_dir():
        raise ReportTargetError(f'The report "{target}" can\'t be written: a folder has that name.')
    if not place.is_file():
        raise ReportTargetError(f'The report "{target}" can\'t be written: what has that name is no ordinary file.')
    if not os.access(place, os.W_OK):
        raise ReportTargetError(f'The report "{target}" can\'t be written: the file there is write-protected.')


def _place_of(target: Path) -> Path:
    """Return where the target really is: a link to a report stays a link, and what it points to is replaced.

    Whatever is checked or written goes through this, so that a path is understood in one way only.
    """
    try:
        return Path(os.path.realpath(target))
    except FileNotFoundError:
        msg = f'The report "{target}" can\'t be written: the folder that this command was started in has been removed.'
        raise ReportTargetError(msg) from None


def _probe(folder: Path) -> None:
    temporary, file = _new_file_in(folder)
    try:
        with file:
            file.write(_PROBE)
    finally:
        temporary.unlink()


def _new_file_in(folder: Path) -> tuple[Path, BinaryIO]:
    """Make a file that wasn't there; the system applies the umask, which `tempfile` (always 0600) does not."""
    path = folder / f"{_OURS}{secrets.token_hex(4)}.tmp"
    return path, path.open("xb")


def _move(temporary: Path, place: Path, run_id: str) -> Path:
    """Move the file to its place or, if what is there can't be replaced, to a free name with the run's id in it."""
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


def _cause(error: OSError) -> str:
    return error.strerror or str(error)
