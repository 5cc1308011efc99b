"""Decides where reports go, and refuses paths to which a report can't or must not be written."""

from __future__ import annotations

import datetime
import os
import re
import stat
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from batch_renamer.errors import ReportTargetError
from batch_renamer.files import make_folder, same_place
from batch_renamer.reports.formats import FORMATS, WRITERS
from batch_renamer.reports.recognition import is_report
from batch_renamer.temporary import cause, place_of, probe

__all__ = ["check_names", "check_writable", "report_name", "resolve_targets"]

_PLACEHOLDERS = ("{date}", "{id}")
_PLACEHOLDER = re.compile(r"\{[^{}]*\}")


def resolve_targets(
    requested: Sequence[str],
    *,
    run_id: str,
    date: datetime.date,
    sheet: Path | None,
    state_dir: Path,
    taken: Mapping[str, Path] = MappingProxyType({}),
) -> tuple[Path, ...]:
    """Return the paths of the reports, with ``{date}`` and ``{id}`` filled in, each once, in the order given.

    If none is requested there is one report, ``<sheet>.report-ID.xlsx`` beside the spreadsheet. If that folder can't be
    written, or there is no spreadsheet, it goes to ``state_dir``, which is made if needed (0700). ``taken`` maps
    descriptions to files that no report may replace.

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
        place = place_of(target)
        _refuse_what_is_taken(target, place, taken)
        _refuse_foreign_file(target, place)
        if not any(place == place_of(other) for other in targets):
            _refuse_second_spelling(target, place, targets)
            targets.append(target)
    return tuple(targets)


def check_names(requested: Iterable[str], *, taken: Mapping[str, Path] = MappingProxyType({})) -> None:
    """Refuse report names that are wrong in themselves, before anything is read.

    Raises:
        ReportTargetError: An ending that no format has, an unknown ``{...}``, a folder that isn't there, or a file
            that no report may replace.
    """
    for report in requested:
        _refuse_unknown_format(report)
        _refuse_unknown_placeholder(report)
        target = Path(report).expanduser()
        place = place_of(target)
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
    """Refuse to replace a file that is no report; folders, devices and the like are refused when writing is tried."""
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
        if same_place(place, place_of(other)):
            raise ReportTargetError(
                f'The reports "{other}" and "{target}" would be one file on some disks; choose another name.'
            )


def _refuse_unknown_format(report: str) -> None:
    if Path(report).suffix.lower() not in WRITERS:
        raise ReportTargetError(
            f'A report can\'t be written as "{report}": its name must end in one of {", ".join(FORMATS)}.'
        )


def _refuse_missing_folder(target: Path, folder: Path) -> None:
    try:
        there = stat.S_ISDIR(folder.stat().st_mode)
    except (FileNotFoundError, NotADirectoryError):
        there = False
    except OSError as error:  # its name is too long, or permission is missing
        raise _cannot_be_written(target, error) from None
    if not there:
        raise ReportTargetError(
            f'The report "{target}" can\'t be written: there is no folder "{target.parent}"; '
            "make it, or choose another place with --report."
        )


def check_writable(targets: Iterable[Path]) -> None:
    """Check that each report can be written, by writing and removing a small file beside it.

    Raises:
        ReportTargetError: A folder in the way, no such folder, no permission, a full disk, ...
    """
    for target in targets:
        place = place_of(target)
        try:
            _refuse_what_is_in_the_way(target, place)
            probe(place.parent)
        except OSError as error:
            raise _cannot_be_written(target, error) from error


def _cannot_be_written(target: Path, error: OSError) -> ReportTargetError:
    return ReportTargetError(
        f'The report "{target}" can\'t be written: {cause(error)}; choose another place with --report.'
    )


def report_name(run_id: str, sheet: Path | None, *, ending: str = ".xlsx") -> str:
    """Return the name of a run's report where no other is asked for.

    Example:
        >>> report_name("k3f9ab", Path("in/orders.csv")), report_name("k3f9ab", None, ending=".json")
        ('orders.report-k3f9ab.xlsx', 'report-k3f9ab.json')
    """
    return f"report-{run_id}{ending}" if sheet is None else f"{sheet.stem}.report-{run_id}{ending}"


def _default_target(run_id: str, sheet: Path | None, state_dir: Path) -> Path:
    name = report_name(run_id, sheet)
    if sheet is not None:
        try:
            probe(sheet.parent)
        except OSError:
            pass  # a read-only folder is no mistake: the report goes to the state directory
        else:
            return sheet.parent / name
    try:
        make_folder(state_dir)
    except OSError as error:
        raise ReportTargetError(
            f'There is no place for the report: the folder "{state_dir}" can\'t be made ({cause(error)}); '
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
