"""The steps of a move, as `moving` tells them. Each may be done again after a kill: what it finds done, it leaves."""

from __future__ import annotations

import errno
import os
import shutil
import stat
from contextlib import suppress
from pathlib import Path

from batch_renamer.files import digest_of
from batch_renamer.journal import Move, MoveTable
from batch_renamer.nightly.filing.copying import UNFINISHED, copy_whole, has_content, numbered
from batch_renamer.temporary import cause, take_name

__all__ = [
    "NothingLeftError",
    "brought",
    "copied_reports",
    "named",
    "remove_unfinished",
    "remove_what_was_copied",
]


class NothingLeftError(Exception):
    """Neither the file in the inbox nor its snapshot is there."""


def copied_reports(move: Move) -> tuple[tuple[Path, ...], list[str]]:
    """Step 1: copy the reports; return the copies, and a sentence about each that can't be copied."""
    copies, notes = [], []
    for report in move.reports:
        try:
            copies.append(_copied_report(report, move))
        except OSError as error:
            notes.append(f"The report {report} can't be copied to {move.folder}: {cause(error)}.")
    return tuple(copies), notes


def brought(move: Move, moves: MoveTable) -> Move:
    """Step 2: bring what was read to the hidden name in its folder, unless it is there, or has its name already.

    Raises:
        NothingLeftError: there is nothing to bring.
        OSError: the folder or the inbox can't be written.
    """
    hidden = _hidden_place(move, move.folder)
    if os.path.lexists(hidden):
        if has_content(hidden, move.digest):
            return move
        _give_up(hidden, move)
    elif move.target and has_content(move.folder / move.target, move.digest):
        return move
    if has_content(move.source, move.digest):
        try:
            move.source.rename(hidden)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            move = moves.note_copied(move)
            copy_whole(move.source, hidden, private=True)
            with suppress(OSError):  # not every file system has permissions
                shutil.copystat(move.source, hidden)
        if has_content(hidden, move.digest):
            return move
        _give_up(hidden, move)
    if not move.snapshot.is_file():
        raise NothingLeftError
    copy_whole(move.snapshot, hidden, private=True)
    found = move.snapshot.stat()
    with suppress(OSError):  # not every file system has permissions
        hidden.chmod(stat.S_IMODE(move.mode) & 0o777)
        os.utime(hidden, ns=(found.st_atime_ns, found.st_mtime_ns))
    return move


def named(move: Move, moves: MoveTable) -> Move:
    """Step 3: give the hidden file a free name, which is noted before.

    Raises:
        OSError: the folder can't be written, or every name is taken.
    """
    hidden = _hidden_place(move, move.folder)
    if not os.path.lexists(hidden):
        return move
    if _has_its_name(move, hidden):
        hidden.unlink()
        return move
    for name in numbered(move.name):
        if os.path.lexists(move.folder / name):
            continue
        move = moves.note_target(move, name)
        if take_name(hidden, move.folder / name):
            return move
    raise FileExistsError(errno.EEXIST, "every name for it is taken")


def remove_what_was_copied(move: Move) -> None:
    """Step 4: remove the spreadsheet from the inbox after it was copied, and nothing that has come there since.

    Raises:
        OSError: the inbox can't be written.
    """
    if not move.is_copied:
        return
    hidden = _hidden_place(move, move.inbox)
    if not os.path.lexists(hidden):
        if not has_content(move.source, move.digest):
            return
        move.source.rename(hidden)  # a newer file may come at this very moment
    if has_content(hidden, move.digest):
        hidden.unlink()
    else:
        _put_back(hidden, move)


def remove_unfinished(move: Move) -> None:
    """Remove a copy of the spreadsheet that a killed night has begun.

    Raises:
        OSError: the folder can't be written.
    """
    _hidden_place(move, move.folder).with_suffix(UNFINISHED).unlink(missing_ok=True)


def _hidden_place(move: Move, folder: Path) -> Path:
    """Return the name that no other file has, under which a file of this move is whole."""
    return folder / f".batch-renamer-{move.token}.tmp"


def _copied_report(report: Path, move: Move) -> Path:
    digest = digest_of(report)
    hidden = _hidden_place(move, move.folder).with_suffix(".report")
    try:
        for name in numbered(report.name):
            place = move.folder / name
            if has_content(place, digest):
                return place
            if os.path.lexists(place):
                continue
            if not os.path.lexists(hidden):
                copy_whole(report, hidden, private=False)
            if take_name(hidden, place):
                return place
    finally:
        hidden.unlink(missing_ok=True)  # the copy of a night that was killed, or of one that failed
    raise FileExistsError(errno.EEXIST, "every name for it is taken")


def _give_up(hidden: Path, move: Move) -> None:
    """Do away with a newer file at the hidden name: a copy is removed, the file itself goes back into the inbox."""
    if move.is_copied:
        hidden.unlink()
    else:
        _put_back(hidden, move)


def _put_back(hidden: Path, move: Move) -> None:
    """Give a newer file its name in the inbox again, or one with a number if a third has come."""
    for name in numbered(move.name):
        place = move.inbox / name
        if place.exists() and place.samefile(hidden):
            hidden.unlink()
            return
        if take_name(hidden, place):
            return
    raise FileExistsError(errno.EEXIST, "every name in the inbox is taken")


def _has_its_name(move: Move, hidden: Path) -> bool:
    place = move.folder / move.target
    return bool(move.target) and place.exists() and place.samefile(hidden)
