"""Orders on disk: each is written by itself, and all are read when the file is opened again.

This is practice data: a commit waits for no disk (``synchronous=OFF``), so a power cut may cost the last renames.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import astuple, fields
from pathlib import Path
from typing import Any

from batch_renamer.errors import SettingsError
from batch_renamer.files import open_regular
from batch_renamer.sandbox.storedorder import StoredOrder

__all__ = ["OrderFile"]

_COLUMNS = tuple(column.name for column in fields(StoredOrder))
_FLAGS = frozenset({"is_processing", "is_merging", "is_deleted"})
_SCHEMA = """
CREATE TABLE IF NOT EXISTS orders (
    seq INTEGER PRIMARY KEY, order_id TEXT NOT NULL UNIQUE, name TEXT,
    created_at TEXT NOT NULL, last_updated_at TEXT NOT NULL, status TEXT,
    is_processing INTEGER, is_merging INTEGER, is_deleted INTEGER, total_images INTEGER NOT NULL
)"""
# Only this module's own column names are put into the statement; every value is bound.
_SAVE = f"INSERT OR REPLACE INTO orders ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(_COLUMNS))})"  # noqa: S608


class OrderFile:
    """The SQLite file of one sandbox, open in one process at a time.

    Raises:
        SettingsError: the file can't be opened, is no such file, or is in use.
    """

    def __init__(self, path: Path) -> None:
        """Open the file, made 0600 if it is missing."""
        self._path = path
        with self._explained():
            # Made by hand, because SQLite would make it as readable as the umask allows.
            os.close(open_regular(path, os.O_RDWR | os.O_CREAT))
            # The store is made in one thread and may be used in another, never in two at once.
            self._connection = sqlite3.connect(path, timeout=1.0, isolation_level=None, check_same_thread=False)
        try:
            with self._explained():
                # Two sandboxes on one file would each trust their own memory: the second is refused here.
                self._connection.execute("PRAGMA locking_mode=EXCLUSIVE")
                self._connection.execute("PRAGMA journal_mode=WAL")
                self._connection.execute("PRAGMA synchronous=OFF")
                self._connection.execute(_SCHEMA)
        except SettingsError:
            self._connection.close()
            raise

    def load(self) -> Iterator[StoredOrder]:
        """Read every order, in the order they were made."""
        with self._explained():
            # As with _SAVE, the columns are this module's own.
            rows = self._connection.execute(f"SELECT {', '.join(_COLUMNS)} FROM orders ORDER BY seq")  # noqa: S608
            for row in rows:
                yield StoredOrder(**{column: _value(column, cell) for column, cell in zip(_COLUMNS, row, strict=True)})

    def save(self, orders: Iterable[StoredOrder]) -> None:
        """Write orders over what was there, all or none."""
        with self._explained(), self._connection:
            self._connection.execute("BEGIN")
            self._connection.executemany(_SAVE, map(astuple, orders))

    def delete(self, seq: int) -> None:
        """Remove one order."""
        with self._explained():
            self._connection.execute("DELETE FROM orders WHERE seq = ?", (seq,))

    def clear(self) -> None:
        """Remove every order."""
        with self._explained():
            self._connection.execute("DELETE FROM orders")

    def close(self) -> None:
        """Close the file, so that the next process can have it."""
        self._connection.close()

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Say in one sentence what is wrong with the file, and what to do."""
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise SettingsError(
                f"The sandbox's orders in {self._path} can't be used ({error}). If another sandbox is running, "
                "stop it; otherwise check the disk, or delete the file to start over."
            ) from error


def _value(column: str, cell: Any) -> Any:
    """Give a flag its type back: SQLite keeps it as a number."""
    return bool(cell) if column in _FLAGS and cell is not None else cell
