"""Chooses the files that go along with a message, within a size that services and phones take."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from batch_renamer.model import FileEnd, Night

__all__ = ["Attached", "attach_to"]

_MOST_BYTES = 5_000_000
"""In a mail they take a third more; many servers end at 10 MB, and a phone may pay for each."""

_MOST_FILES = 5
_ENDING = ".xlsx"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attached:
    """The paths of the files, and the names of those that are left out because there are too many or too large."""

    paths: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()


def attach_to(night: Night, page: Path | None) -> Attached:
    """Return the reports of a night as workbooks, those that a person must look at first, and then its page.

    A file that is not there is passed over.
    """
    paths: list[str] = []
    left_out: list[str] = []
    left_bytes = _MOST_BYTES
    for path in _in_order(night, page):
        size = _size_of(path)
        if size is None or str(path) in paths:
            continue
        if size > left_bytes or len(paths) == _MOST_FILES:
            left_out.append(path.name)
        else:
            paths.append(str(path))
            left_bytes -= size
    return Attached(paths=tuple(paths), left_out=tuple(left_out))


def _in_order(night: Night, page: Path | None) -> Iterator[Path]:
    files = [file for file in night.files if file.end is not FileEnd.SAME]
    for file in sorted(files, key=lambda file: not file.end.needs_a_person):
        yield from (Path(report) for report in file.reports if report.lower().endswith(_ENDING))
    if page is not None:
        yield page


def _size_of(path: Path) -> int | None:
    try:
        return path.stat().st_size if path.is_file() else None
    except OSError:
        return None
