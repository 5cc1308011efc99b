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
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from batch_renamer.files import sync_folder
from batch_renamer.journal import Move, MoveTable
from batch_renamer.nightly.filing.copying import has_content
from batch_renamer.nightly.filing.move_steps import (
    NothingLeftError,
    brought,
    copied_reports,
    named,
    remove_unfinished,
    remove_what_was_copied,
)
from batch_renamer.nightly.inbox import Snapshot
from batch_renamer.nightly.wording import called
from batch_renamer.temporary import cause

__all__ = ["Filed", "NotFiled", "file_away", "recover"]


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
        reports, notes = copied_reports(move)
        move = brought(move, moves)
        move = named(move, moves)
        remove_what_was_copied(move)
        remove_unfinished(move)
        newer = os.path.lexists(move.source)
    except NothingLeftError:
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
    is_there = has_content(move.source, move.digest)
    if is_there and move.target and has_content(place, move.digest):
        what = f"{name} is copied to {place}, and can't be removed from the inbox: {cause(error)}."
    else:
        what = f"{name} can't be moved to {move.folder}: {cause(error)}."
    stays = "It stays in the inbox." if is_there else f"What was read of it is in {move.snapshot.parent}."
    return NotFiled(
        name=move.name,
        path=move.source if is_there else None,
        sentence=f"{what} {stays} Correct that; nothing of it is sent again, and the next night moves it.",
    )
