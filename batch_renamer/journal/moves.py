"""The table of moves: each spreadsheet that a night moves out of its inbox, noted before the first step is made."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

from batch_renamer.journal.database import Database

__all__ = ["Move", "MoveTable"]

_COLUMNS = "number, token, inbox, name, snapshot, digest, mode, folder, target, is_copied, reports"
_TOKEN_BYTES = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A spreadsheet on its way from the inbox to a folder, with copies of its reports.

    ``token`` is part of the names of its unfinished files. ``snapshot`` is a copy of what was read, ``digest`` that of
    its content, ``mode`` the permissions that the spreadsheet had. ``target`` is the name chosen in the folder ("" if
    none is yet). ``is_copied`` tells that the spreadsheet was copied there, so that it must still be removed from the
    inbox.
    """

    number: int = 0
    token: str = ""
    inbox: Path
    name: str
    snapshot: Path
    digest: str
    mode: int
    folder: Path
    target: str = ""
    is_copied: bool = False
    reports: tuple[Path, ...] = ()

    @property
    def source(self) -> Path:
        """Where the spreadsheet was."""
        return self.inbox / self.name


class MoveTable:
    """The moves of a journal: those that are not finished, and where finished ones have put their spreadsheets."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, move: Move) -> Move:
        """Note that a spreadsheet is to be moved, and return the move with its number and token.

        If an unfinished move of the same content from the same place is known, that one is returned.
        """
        for known in self.unfinished(move.inbox):
            if (known.name, known.digest) == (move.name, move.digest):
                return known
        token = secrets.token_hex(_TOKEN_BYTES)
        with self._database.transaction(durable=True) as connection:
            cursor = connection.execute(
                "INSERT INTO moves (token, inbox, name, snapshot, digest, mode, folder, reports)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    token,
                    os.fsencode(move.inbox),
                    os.fsencode(move.name),
                    os.fsencode(move.snapshot),
                    move.digest,
                    move.mode,
                    os.fsencode(move.folder),
                    json.dumps([str(report) for report in move.reports]),
                ),
            )
        return replace(move, number=cursor.lastrowid or 0, token=token)

    def note_target(self, move: Move, target: str) -> Move:
        """Note the name that the spreadsheet is about to take in its folder."""
        return self._noted(move, target=target)

    def note_copied(self, move: Move) -> Move:
        """Note that the folder has a complete copy, while the spreadsheet is still in the inbox."""
        return self._noted(move, is_copied=True)

    def _noted(self, move: Move, *, target: str | None = None, is_copied: bool | None = None) -> Move:
        noted = replace(
            move,
            target=move.target if target is None else target,
            is_copied=move.is_copied if is_copied is None else is_copied,
        )
        with self._database.transaction(durable=True) as connection:
            connection.execute(
                "UPDATE moves SET target = ?, is_copied = ? WHERE number = ?",
                (os.fsencode(noted.target), noted.is_copied, noted.number),
            )
        return noted

    def end(self, move: Move) -> None:
        """Note that a move is finished."""
        with self._database.transaction(durable=True) as connection:
            connection.execute("UPDATE moves SET is_done = 1 WHERE number = ?", (move.number,))

    def note_rewritten(self, path: Path, digest: str) -> None:
        """Note the new content of a spreadsheet that was moved, because the program has changed it there."""
        with self._database.transaction() as connection:
            connection.execute(
                "UPDATE moves SET digest = ? WHERE folder = ? AND target = ? AND is_done",
                (digest, os.fsencode(path.parent), os.fsencode(path.name)),
            )

    def unfinished(self, inbox: Path) -> list[Move]:
        """Return the moves from an inbox that are not finished, the oldest first."""
        return self._moves("WHERE inbox = ? AND NOT is_done", (os.fsencode(inbox),))

    def into(self, folder: Path) -> dict[str, Move]:
        """Return the finished moves into a folder by the names that the spreadsheets have there."""
        return {move.target: move for move in self._moves("WHERE folder = ? AND is_done", (os.fsencode(folder),))}

    def forget(self, moves: Sequence[Move]) -> None:
        """Forget finished moves, because their spreadsheets are gone."""
        with self._database.transaction() as connection:
            connection.executemany("DELETE FROM moves WHERE number = ? AND is_done", [(move.number,) for move in moves])

    def _moves(self, where: str, values: Sequence[object]) -> list[Move]:
        found = self._database.select(f"SELECT {_COLUMNS} FROM moves {where} ORDER BY number", values)  # noqa: S608 - constants
        return [_move(row) for row in found]


def _move(row: Sequence[object]) -> Move:
    number, token, inbox, name, snapshot, digest, mode, folder, target, is_copied, reports = row
    return Move(
        number=int(str(number)),
        token=str(token),
        inbox=_path(inbox),
        name=os.fsdecode(cast(bytes, name)),
        snapshot=_path(snapshot),
        digest=str(digest),
        mode=int(str(mode)),
        folder=_path(folder),
        target=os.fsdecode(cast(bytes, target)),
        is_copied=bool(is_copied),
        reports=tuple(Path(report) for report in json.loads(str(reports))),
    )


def _path(value: object) -> Path:
    return Path(os.fsdecode(cast(bytes, value)))
