"""Moves a spreadsheet out of the inbox into a folder of its date, with copies of its reports beside it.

A kill at any instant loses nothing and is made good by `recover`, because the journal has the intent before the first
step. These are the steps:

1. The reports are copied into the folder.
2. The spreadsheet is renamed to a hidden name of its own there, which can't replace a file, and looked at once more: if
   it is a newer one than what was read, it goes back into the inbox, and the snapshot takes its place. On another file
   system it is copied to the hidden name and stays in the inbox until step 4.
3. The journal gets a name that is free, and the hidden file takes it.
4. What was copied is removed from the inbox.
"""

from __future__ import annotations

import datetime
import errno
import os
import shutil
import stat
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from batch_renamer.files import digest_of, open_regular, sync_folder
from batch_renamer.journal import Move, MoveTable
from batch_renamer.nightly.inbox import Snapshot
from batch_renamer.nightly.wording import called
from batch_renamer.temporary import cause, take_name

__all__ = ["Filed", "NotFiled", "file_away", "recover"]

_MOST_NAMES = 9_999
_LONGEST_NAME = 255  # bytes; less only on rare file systems
_BLOCK_BYTES = 1 << 20
_UNFINISHED = ".part"


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """A spreadsheet that is in its folder; ``sentence`` is about what was unusual ("" if nothing was).

    ``name`` is its name in the inbox, ``reports`` are the copies of its reports beside it.
    """

    name: str
    moved_to: Path
    reports: tuple[Path, ...] = ()
    sentence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotFiled:
    """A spreadsheet that could not be moved; ``sentence`` says why, and `recover` tries again.

    ``path`` is the file in the inbox that is to be left alone until then; None if what lies there is a newer one.
    """

    name: str
    path: Path | None
    sentence: str


def file_away(
    snapshot: Snapshot, folder: Path, *, date: datetime.date, reports: Sequence[Path], moves: MoveTable
) -> Filed | NotFiled:
    """Move a spreadsheet from the inbox into the folder of a date in ``folder``, with copies of its reports.

    No file is replaced: a name that is taken gets a number, such as ``orders (2).xlsx``. If the inbox has a newer file
    than what was read, that one stays, and the snapshot is put into the folder.

    Raises:
        JournalError: the intent can't be noted; nothing was moved.
    """
    move = moves.begin(
        Move(
            inbox=snapshot.inbox_path.parent,
            name=snapshot.name,
            snapshot=snapshot.path,
            digest=snapshot.digest,
            mode=snapshot.mode,
            folder=folder / date.isoformat(),
            reports=tuple(reports),
        )
    )
    return _finished(move, moves)


def recover(moves: MoveTable, inbox: Path) -> tuple[Filed | NotFiled, ...]:
    """Finish the moves from an inbox that an earlier night has begun, while no other night is at work there.

    Raises:
        JournalError: it can't be noted that they are finished.
    """
    return tuple(_finished(move, moves) for move in moves.unfinished(inbox))


def _finished(move: Move, moves: MoveTable) -> Filed | NotFiled:
    try:
        move.folder.mkdir(parents=True, exist_ok=True)
        reports, notes = _copied_reports(move)
        move = _brought(move, moves)
        move = _named(move, moves)
        _remove_what_was_copied(move)
        _hidden(move, move.folder).with_suffix(_UNFINISHED).unlink(missing_ok=True)  # of a night that was killed
        newer = os.path.lexists(move.source)
    except _NothingLeftError:
        moves.end(move)
        return NotFiled(
            name=move.name,
            path=None,
            sentence=f"{called(move.name)} was removed from the inbox before it could be moved to {move.folder}.",
        )
    except OSError as error:
        return _not_filed(move, error)
    sync_folder(move.folder)
    sync_folder(move.inbox)
    moves.end(move)
    shutil.rmtree(move.snapshot.parent, ignore_errors=True)  # if it can't be removed, `Snapshots.clear` tries again
    if newer:
        notes.append(f"A newer file {called(move.name)} has come since it was read; it stays in the inbox.")
    return Filed(name=move.name, moved_to=move.folder / move.target, reports=reports, sentence=" ".join(notes))


def _not_filed(move: Move, error: OSError) -> NotFiled:
    place, name = move.folder / move.target, called(move.name)
    is_there = _is(move.source, move.digest)
    if is_there and move.target and _is(place, move.digest):
        what = f"{name} is copied to {place}, and can't be removed from the inbox: {cause(error)}."
    else:
        what = f"{name} can't be moved to {move.folder}: {cause(error)}."
    stays = "It stays in the inbox." if is_there else f"What was read of it is in {move.snapshot.parent}."
    return NotFiled(
        name=move.name,
        path=move.source if is_there else None,
        sentence=f"{what} {stays} Correct that; nothing of it is sent again, and the next night moves it.",
    )


class _NothingLeftError(Exception):
    """Neither the file in the inbox nor its snapshot is there."""


def _hidden(move: Move, folder: Path) -> Path:
    """Return the name that no other file has, under which a file of this move is whole."""
    return folder / f".batch-renamer-{move.token}.tmp"


def _brought(move: Move, moves: MoveTable) -> Move:
    """Bring what was read to the hidden name in its folder, unless it is there, or has its name already."""
    hidden = _hidden(move, move.folder)
    if os.path.lexists(hidden):
        if _is(hidden, move.digest):
            return move
        _give_up(hidden, move)
    elif move.target and _is(move.folder / move.target, move.digest):
        return move
    if _is(move.source, move.digest):
        try:
            move.source.rename(hidden)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            move = moves.note_copied(move)
            _copy(move.source, hidden, private=True)
            with suppress(OSError):  # not every file system has permissions
                shutil.copystat(move.source, hidden)
        if _is(hidden, move.digest):
            return move
        _give_up(hidden, move)
    if not move.snapshot.is_file():
        raise _NothingLeftError
    _copy(move.snapshot, hidden, private=True)
    found = move.snapshot.stat()
    with suppress(OSError):  # not every file system has permissions
        hidden.chmod(stat.S_IMODE(move.mode) & 0o777)
        os.utime(hidden, ns=(found.st_atime_ns, found.st_mtime_ns))
    return move


def _give_up(hidden: Path, move: Move) -> None:
    """Do away with a newer file at the hidden name: a copy is removed, the file itself goes back into the inbox."""
    if move.is_copied:
        hidden.unlink()
    else:
        _put_back(hidden, move)


def _has_its_name(move: Move, hidden: Path) -> bool:
    named = move.folder / move.target
    return bool(move.target) and named.exists() and named.samefile(hidden)


def _named(move: Move, moves: MoveTable) -> Move:
    """Give the hidden file a free name, which is noted before."""
    hidden = _hidden(move, move.folder)
    if not os.path.lexists(hidden):
        return move
    if _has_its_name(move, hidden):
        hidden.unlink()
        return move
    for name in _names(move.name):
        if os.path.lexists(move.folder / name):
            continue
        move = moves.note_target(move, name)
        if take_name(hidden, move.folder / name):
            return move
    raise FileExistsError(errno.EEXIST, "every name for it is taken")


def _remove_what_was_copied(move: Move) -> None:
    """Remove the spreadsheet from the inbox after it was copied, and nothing that has come there since."""
    if not move.is_copied:
        return
    hidden = _hidden(move, move.inbox)
    if not os.path.lexists(hidden):
        if not _is(move.source, move.digest):
            return
        move.source.rename(hidden)  # a newer file may come at this very moment
    if _is(hidden, move.digest):
        hidden.unlink()
    else:
        _put_back(hidden, move)


def _put_back(hidden: Path, move: Move) -> None:
    """Give a newer file its name in the inbox again, or one with a number if a third has come."""
    for name in _names(move.name):
        place = move.inbox / name
        if place.exists() and place.samefile(hidden):
            hidden.unlink()
            return
        if take_name(hidden, place):
            return
    raise FileExistsError(errno.EEXIST, "every name in the inbox is taken")


def _copied_reports(move: Move) -> tuple[tuple[Path, ...], list[str]]:
    """Copy the reports into the folder; return the copies, and a sentence about each that can't be copied."""
    copies, notes = [], []
    for report in move.reports:
        try:
            copies.append(_copied_report(report, move))
        except OSError as error:
            notes.append(f"The report {report} can't be copied to {move.folder}: {cause(error)}.")
    return tuple(copies), notes


def _copied_report(report: Path, move: Move) -> Path:
    digest = digest_of(report)
    hidden = _hidden(move, move.folder).with_suffix(".report")
    try:
        for name in _names(report.name):
            place = move.folder / name
            if _is(place, digest):
                return place
            if os.path.lexists(place):
                continue
            if not os.path.lexists(hidden):
                _copy(report, hidden, private=False)
            if take_name(hidden, place):
                return place
    finally:
        hidden.unlink(missing_ok=True)  # the copy of a night that was killed, or of one that failed
    raise FileExistsError(errno.EEXIST, "every name for it is taken")


def _copy(source: Path, target: Path, *, private: bool) -> None:
    """Copy a file so that ``target`` is whole and on the disk, or isn't there."""
    unfinished = target.with_suffix(_UNFINISHED)
    unfinished.unlink(missing_ok=True)
    try:
        flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY
        with (
            os.fdopen(open_regular(source, follow_links=False), "rb") as original,
            os.fdopen(open_regular(unfinished, flags), "wb") if private else unfinished.open("xb") as copy,
        ):
            shutil.copyfileobj(original, copy, _BLOCK_BYTES)
            copy.flush()
            os.fsync(copy.fileno())
        unfinished.rename(target)
    finally:
        unfinished.unlink(missing_ok=True)  # it has gone already when all went well


def _is(path: Path, digest: str) -> bool:
    """Tell whether a path is a regular file of this content."""
    try:
        return stat.S_ISREG(path.lstat().st_mode) and digest_of(path) == digest
    except FileNotFoundError:
        return False


def _names(name: str) -> Iterator[str]:
    """Yield a name and further ones with numbers before its ending, each short enough for a file.

    Example:
        >>> names = _names("orders.xlsx")
        >>> next(names), next(names)
        ('orders.xlsx', 'orders (2).xlsx')
    """
    yield name
    stem, ending = Path(name).stem, Path(name).suffix
    for number in range(2, _MOST_NAMES + 1):
        end = f" ({number}){ending}"
        while stem and len(os.fsencode(stem + end)) > _LONGEST_NAME:
            stem = stem[:-1]
        yield stem + end
