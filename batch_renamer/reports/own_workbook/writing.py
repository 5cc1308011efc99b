"""Writes results into the user's spreadsheet: a backup first, then the whole new file in the place of the old one."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, assert_never

from batch_renamer.errors import ReportTargetError, ReportWriteError, WriteBackError
from batch_renamer.files import digest_of, programs_with
from batch_renamer.model import SheetPlace, WrittenBack
from batch_renamer.reports.own_workbook.columns import RowBack
from batch_renamer.reports.own_workbook.kinds import Kind, kind_of
from batch_renamer.reports.own_workbook.ods import write_back_ods
from batch_renamer.reports.own_workbook.text import write_back_text
from batch_renamer.reports.own_workbook.unfinished import (
    Unfinished,
    free_names,
    kept_as,
    replace_file,
    same_look,
    synced,
)
from batch_renamer.reports.own_workbook.xlsx import write_back_xlsx
from batch_renamer.temporary import cause, place_of, probe

__all__ = ["WriteBack", "check_own_workbook", "write_back"]


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteBack:
    """How results go into one spreadsheet.

    ``place`` is where the rows stand, ``run_id`` is in the names of further files. ``earlier`` is what the run has
    written before. ``beside`` says why the spreadsheet itself must not change ("" where it may). ``look_again`` reads a
    spreadsheet that has changed and returns where the rows stand in it; it raises `WriteBackError` if they are other
    rows. ``any_content``: it need not be the file that was read, as long as it has these rows. ``note`` is called with
    what is about to be written.
    """

    path: Path
    place: SheetPlace
    run_id: str
    look_again: Callable[[Path], SheetPlace]
    note: Callable[[WrittenBack], None]
    earlier: WrittenBack | None = None
    beside: str = ""
    any_content: bool = False


def check_own_workbook(path: Path) -> None:
    """Check that a spreadsheet can be replaced by one with results, by writing and removing a small file beside it.

    Raises:
        WriteBackError: it is of a kind that results can't be written into.
        ReportTargetError: the file or its folder can't be written.
    """
    real = place_of(path)
    try:
        _refuse_kind(path, real)
        if not os.access(real, os.W_OK):
            raise PermissionError("it is write-protected")
        probe(real.parent)
    except OSError as error:
        raise ReportTargetError(
            f"The results can't be written into {path}: {cause(error)}. "
            "Change that, or leave --write-back out: the report has the results, too."
        ) from error


def _refuse_kind(path: Path, real: Path) -> None:
    try:
        kind_of(real)
    except WriteBackError as error:
        raise WriteBackError(f"Results can't be written into {path.name}. {error}") from error


def write_back(back: WriteBack, rows: Iterable[RowBack]) -> tuple[WrittenBack, tuple[str, ...]]:
    """Write results into a spreadsheet, or into a copy beside it; return what was written, and sentences about it.

    The spreadsheet is replaced in one step by a file that is complete and on the disk, and only after its backup is. It
    is not replaced, and the results are written beside it, if another program has it open, if it has changed since it
    was read, or if ``back`` says so.

    Raises:
        WriteBackError: it is of a kind that results can't be written into, or it has other rows.
        ReportWriteError: the disk is full, ...; in any case the spreadsheet is as it was.
    """
    real = place_of(back.path)
    try:
        with Unfinished(real, back.run_id) as unfinished:
            return _written(back, real, unfinished, rows)
    except WriteBackError as error:
        raise WriteBackError(f"Results can't be written into {back.path.name}. {error}") from error
    except OSError as error:
        raise ReportWriteError(
            f"The results could not be written into {back.path}, which is as it was: {cause(error)}."
        ) from error


def _written(
    back: WriteBack, real: Path, unfinished: Unfinished, rows: Iterable[RowBack]
) -> tuple[WrittenBack, tuple[str, ...]]:
    original, found = unfinished.copy()
    digest = digest_of(original)
    place, beside = _place_now(back, original, digest)
    results, file = unfinished.new()
    with file, original.open("rb") as source:
        notes = _write(kind_of(original), source, file, place=place, rows=rows)
        synced(file)
    same_look(original, results, now=True)
    new_digest = digest_of(results)
    beside = beside or _in_use(back.path, real, found)
    if not beside:
        if new_digest == digest:
            return WrittenBack(file=str(real), digest=digest), notes  # it has these results already
        backup = _backup(back, real, original, digest)
        back.note(written := WrittenBack(file=str(real), digest=new_digest, backup=str(backup)))
        beside = _in_use(back.path, real, found) or _replaced(results, real)
        if not beside:
            return written, (*notes, *_about_links(back.path, found))
    kept = kept_as(results, free_names(real, "results", back.run_id))
    back.note(written := WrittenBack(file=str(kept), digest=new_digest))
    return written, (*notes, f"{back.path.name} {beside}, so the results are beside it in {kept.name}.")


def _place_now(back: WriteBack, copy: Path, digest: str) -> tuple[SheetPlace, str]:
    """Return where the rows stand now, and why the spreadsheet must not change ("" if it may)."""
    if back.any_content:
        return back.look_again(copy), back.beside
    if digest == back.place.digest or (back.earlier is not None and digest == back.earlier.digest):
        return back.place, back.beside
    return back.look_again(copy), back.beside or "has changed since it was read"


def _backup(back: WriteBack, real: Path, original: Path, digest: str) -> Path:
    """Return the backup: the one that the run made before it wrote its first results, or a new one."""
    if back.earlier is not None and digest == back.earlier.digest and back.earlier.backup:
        made = Path(back.earlier.backup)
        if made.is_file():
            return made
    return kept_as(original, free_names(real, "backup", back.run_id), same_as=digest)


def _replaced(results: Path, real: Path) -> str:
    """Put the results in the place of the spreadsheet; return why that can't be, or ""."""
    try:
        replace_file(results, real)
    except PermissionError:  # open in a program, on Windows
        return "can't be replaced (is it open in another program?)"
    return ""


def _write(
    kind: Kind, source: BinaryIO, target: BinaryIO, *, place: SheetPlace, rows: Iterable[RowBack]
) -> tuple[str, ...]:
    match kind:
        case Kind.TEXT:
            return write_back_text(source, target, place=place, rows=rows)
        case Kind.XLSX:
            write_back_xlsx(source, target, sheet=place.sheet or "", heading_row=place.heading_row, rows=rows)
            return ()
        case Kind.ODS:
            write_back_ods(source, target, sheet=place.sheet or "", heading_row=place.heading_row, rows=rows)
            return ()
        case never:
            assert_never(never)


def _in_use(path: Path, real: Path, found: os.stat_result) -> str:
    """Return why a file must not be replaced at this moment; "" if it may be. ``path`` may be a link to it."""
    if programs := (*programs_with(path), *programs_with(real)):
        return f"is open in {programs[0]}"
    now = real.stat()
    same = (now.st_mtime_ns, now.st_size, now.st_ino) == (found.st_mtime_ns, found.st_size, found.st_ino)
    return "" if same else "has changed since it was read"


def _about_links(path: Path, found: os.stat_result) -> tuple[str, ...]:
    if found.st_nlink < 2:
        return ()
    return (f"{path.name} has a second name (a hard link); the file of that name is as it was.",)
