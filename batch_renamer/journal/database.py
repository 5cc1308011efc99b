"""One SQLite file, with the transactions and queries that the tables of the journal are made of.

Methods may be called from any thread, but not in the event loop: `Database.in_thread` calls them in a thread.
Commits are made with ``synchronous=NORMAL`` (WAL: a killed process loses nothing, a power cut at most the last commits,
which the next run reads back from the API), and with FULL where it is asked for: a plan is on disk before the first
PATCH.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from pathlib import Path
from typing import ParamSpec, Self, TypeVar, cast

import anyio
import anyio.to_thread

from batch_renamer.errors import JournalError
from batch_renamer.files import FileIdentity, make_folder, open_regular
from batch_renamer.journal.examination import uri_to_read
from batch_renamer.journal.salt import OLD_FILE, salt_of
from batch_renamer.journal.schema import is_newest, migrate
from batch_renamer.journal.sqlite_errors import BUSY_S, NO_FILE, kind_of, translated

__all__ = ["OLDEST_SQLITE", "Database"]

P = ParamSpec("P")
R = TypeVar("R")

OLDEST_SQLITE = (3, 37)
"""The first with STRICT tables (https://sqlite.org/stricttables.html, 2026-11)."""

_ASK_AGAIN_S = 0.02


class Database:
    """An open SQLite file; `RunTable`, `RowTable` and `LimitTable` say what is in it."""

    def __init__(self, connection: sqlite3.Connection, path: Path, *, only_read: bool = False) -> None:
        self.path = path
        self._only_read = only_read
        self.identity = FileIdentity(path) if path.is_file() else None
        self._at_close = ExitStack()
        self._connection = connection
        self._lock = threading.RLock()
        self._limiter = anyio.CapacityLimiter(1)

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open the journal at ``path``, made (0600, its folder 0700) when it isn't there.

        Raises:
            JournalError: it can't be opened, is damaged, or a newer program wrote it.
        """
        try:
            make_folder(path.parent)
            _make_private(path)
        except OSError as error:
            raise JournalError(
                f"The journal {path} can't be opened: {error.strerror}. Choose another place with --state-dir."
            ) from None
        return cls._connected(path, str(path))

    @classmethod
    def open_copy(cls, path: Path) -> Self:
        """Open a copy of the journal at ``path``, for a folder that can only be read; an empty one if there is none.

        SQLite can't read a journal that is being written, or that was left by a killed process, without writing beside
        it.

        Raises:
            JournalError: it can't be copied, is damaged, or a newer program wrote it.
        """
        with ExitStack() as on_failure:
            try:
                folder = on_failure.enter_context(tempfile.TemporaryDirectory(prefix="batch-renamer-"))
                for ending in ("", "-wal"):
                    with suppress(FileNotFoundError):
                        shutil.copyfile(f"{path}{ending}", Path(folder) / f"{path.name}{ending}")
            except OSError as error:
                raise JournalError(
                    f"The journal {path} can't be copied to where it could be read: {error.strerror} (see TMPDIR)."
                ) from None
            copy = cls.open(Path(folder) / path.name)
            copy.close_with(on_failure.pop_all())
        return copy

    @classmethod
    def open_to_read(cls, path: Path) -> Self:
        """Open a journal that is there, only to read it: nothing is made or changed, not even for a moment.

        So a program that watches it, perhaps as another user, can't stand in the way of a run. An older journal is
        read from a copy that is brought to the newest form.

        Raises:
            JournalError: there is none, it can't be read, is damaged, or a newer program wrote it.
        """
        try:
            path.stat()
            uri = uri_to_read(path)
        except FileNotFoundError:
            raise JournalError(f"There is no journal at {path}.") from None
        except OSError as error:
            raise JournalError(f"The journal {path} can't be read: {error.strerror}.") from None
        with translated(path, only_read=True), ExitStack() as on_failure:
            connection = sqlite3.connect(uri, uri=True, timeout=BUSY_S, check_same_thread=False)
            on_failure.callback(connection.close)
            if is_newest(connection):
                on_failure.pop_all()
                return cls(connection, path, only_read=True)
        return cls.open_copy(path)

    @classmethod
    def temporary(cls) -> Self:
        """Open a journal that is gone when it is closed; it needs no folder, and disk only when it grows.

        Raises:
            JournalError: this SQLite is too old.
        """
        return cls._connected(NO_FILE, "")

    @classmethod
    def _connected(cls, path: Path, database: str) -> Self:
        if sqlite3.sqlite_version_info < OLDEST_SQLITE:
            oldest = ".".join(map(str, OLDEST_SQLITE))
            raise JournalError(
                f"This Python has SQLite {sqlite3.sqlite_version}, and the journal needs {oldest} or newer: "
                "use a newer Python or update SQLite."
            )
        with translated(path), ExitStack() as on_failure:
            connection = sqlite3.connect(database, timeout=BUSY_S, isolation_level=None, check_same_thread=False)
            on_failure.callback(connection.close)
            if database:
                _use_wal(connection)
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute("PRAGMA foreign_keys = ON")
            migrate(connection)
            on_failure.pop_all()
        return cls(connection, path)

    def __enter__(self) -> Self:
        """Return the journal itself, to be closed at the end of the block."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the journal."""
        self.close()

    def close(self) -> None:
        """Close the file; what was committed stays."""
        with self._at_close, self._lock, translated(self.path):
            self._connection.close()

    def close_with(self, context: AbstractContextManager[object]) -> None:
        """End ``context`` when the journal is closed."""
        self._at_close.enter_context(context)

    def is_in_place(self) -> bool:
        """Tell whether the file at the journal's path is still the open one; True for a journal without a path."""
        return self.identity is None or self.identity.is_in_place()

    def salt(self) -> bytes:
        """Return the salt with which keys are told apart; a new one is safe from a power cut when this returns."""
        if found := self.select("SELECT bytes FROM salt", ()):
            [[salt]] = found
            return bytes(cast(bytes, salt))
        with self.transaction(durable=True) as connection:
            salt = salt_of(connection, folder=self.path.parent)
        (self.path.parent / OLD_FILE).unlink(missing_ok=True)
        return salt

    async def in_thread(self, method: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Call a method of this journal in a thread, outside the event loop; one call at a time."""
        return await anyio.to_thread.run_sync(lambda: method(*args, **kwargs), limiter=self._limiter)

    @contextmanager
    def transaction(self, *, durable: bool = False) -> Iterator[sqlite3.Connection]:
        """Hold the file for one transaction, committed at the end of the block and rolled back if it raises."""
        with self._lock, translated(self.path, self._connection.close):
            if durable:
                self._connection.execute("PRAGMA synchronous = FULL")
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                try:
                    yield self._connection
                    self._connection.execute("COMMIT")
                except BaseException:
                    if self._connection.in_transaction:
                        self._connection.execute("ROLLBACK")
                    raise
            finally:
                if durable:
                    self._connection.execute("PRAGMA synchronous = NORMAL")

    def select(self, query: str, parameters: Sequence[object] | dict[str, object]) -> list[tuple[object, ...]]:
        """Return the rows of a query."""
        with self._lock, translated(self.path, self._connection.close, only_read=self._only_read):
            return self._connection.execute(query, parameters).fetchall()

    def count(self, query: str, parameters: Sequence[object]) -> int:
        """Return the one number that a query gives."""
        [[number]] = self.select(query, parameters)
        return int(str(number))

    @contextmanager
    def in_memory(self) -> Iterator[sqlite3.Connection]:
        """Hold the connection for statements about temporary tables: they need neither the file's lock nor its disk."""
        with self._lock, translated(self.path, self._connection.close):
            yield self._connection

    def compact(self) -> None:
        """Give the disk back the room of deleted rows."""
        with self._lock, translated(self.path, self._connection.close):
            self._connection.execute("VACUUM")
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _make_private(path: Path) -> None:
    """Make the file, for this user alone, where there is none.

    A file that is there is not opened: when a process closes any descriptor of a file, the system drops all locks that
    the process has on it, also those of another connection at work. Another process would then take itself for the last
    one that uses the journal, and remove the log that this one writes to
    (https://www.sqlite.org/howtocorrupt.html, 2.2, 2026-11).

    Raises:
        OSError: it can't be made, or not be used.
    """
    try:
        os.close(open_regular(path, os.O_CREAT | os.O_EXCL | os.O_RDWR))
    except FileExistsError:
        # A link to a file that isn't there yet, or a file that can't be opened, has no connection.
        if not path.exists() or not os.access(path, os.R_OK | os.W_OK):
            os.close(open_regular(path, os.O_CREAT | os.O_RDWR))


def _use_wal(connection: sqlite3.Connection) -> None:
    # SQLite's busy timeout does not hold when the mode is changed, and two commands may do that at the same moment.
    give_up_at = time.monotonic() + BUSY_S
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if kind_of(error) not in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED) or time.monotonic() >= give_up_at:
                raise
            time.sleep(_ASK_AGAIN_S)
        else:
            return
