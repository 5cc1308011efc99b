"""The orders that were read so far, each once, in a temporary database: a large account takes no more memory.

SQLite keeps a database without a name in a file that nothing else can open, and that is gone when the process ends.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from batch_renamer.errors import ReportWriteError
from batch_renamer.exporting.wanted import moment_of
from batch_renamer.model import Order
from batch_renamer.text import caseless, order_key, storable

__all__ = ["Gathered"]

_SCHEMA = """
CREATE TABLE orders (
    key TEXT PRIMARY KEY, order_id TEXT, name TEXT, status TEXT, total_images REAL, created_at TEXT,
    last_updated_at TEXT, by_name TEXT, by_date REAL, place INTEGER
)"""
_SHOWN = ("order_id", "name", "status", "total_images", "created_at", "last_updated_at")
_KEEP = "INSERT OR REPLACE INTO orders VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_ORDERED = {
    "name": "by_name, key",
    "-name": "by_name DESC, key",
    "date": "by_date, place DESC",
    "-date": "by_date DESC, place",
}


class Gathered:
    """Orders in a temporary database; an order that comes again replaces the earlier one.

    Example:
        >>> with Gathered.opened() as gathered:
        ...     gathered.add([Order(order_id="a1", name="b"), Order(order_id="a2", name="a"),
        ...                   Order(order_id="a1", name="c")])
        ...     len(gathered), [order.name for order in gathered.sorted("name")]
        (2, ['a', 'c'])
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._count = 0
        self._place = 0

    @classmethod
    @contextmanager
    def opened(cls) -> Iterator[Gathered]:
        """Give an empty one, and remove what it holds at the end.

        Raises:
            ReportWriteError: the disk that holds temporary files is full.
        """
        with _explained():
            # Filled in one thread and read in another, never in two at once.
            connection = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        try:
            with _explained():
                connection.execute("PRAGMA journal_mode=OFF")
                connection.execute(_SCHEMA)
            yield cls(connection)
        finally:
            connection.close()

    def __len__(self) -> int:
        """Return how many orders there are."""
        return self._count

    def add(self, orders: Iterable[Order]) -> None:
        """Take orders in the order in which the list has them.

        Raises:
            ReportWriteError: the disk that holds temporary files is full.
        """
        with _explained():
            self._connection.execute("BEGIN")
            self._connection.executemany(_KEEP, map(self._row, orders))
            self._connection.execute("COMMIT")
            ((self._count,),) = self._connection.execute("SELECT COUNT(*) FROM orders")

    def sorted(self, sort: str, *, limit: int | None = None) -> Iterator[Order]:
        """Yield the orders by name or by the moment at which they were created; the first ``limit`` of them."""
        query = (
            f"SELECT {', '.join(_SHOWN)} FROM orders"  # noqa: S608 - of the tables above
            f" ORDER BY {_ORDERED[sort]} LIMIT ?"
        )
        with _explained():
            found = self._connection.execute(query, (-1 if limit is None else limit,))
        while True:
            with _explained():
                row = found.fetchone()
            if row is None:
                return
            yield Order(**dict(zip(_SHOWN, row, strict=True)))

    def _row(self, order: Order) -> tuple[Any, ...]:
        self._place += 1
        created = moment_of(order.created_at)
        return (
            storable(order_key(order.order_id)),
            storable(order.order_id),
            order.name,
            order.status,
            order.total_images,
            order.created_at,
            order.last_updated_at,
            caseless(order.name or ""),
            created.timestamp() if created is not None else None,
            self._place,
        )


@contextmanager
def _explained() -> Iterator[None]:
    """Say in one sentence why the database can't be used, and what helps."""
    try:
        yield
    except sqlite3.Error as error:
        raise ReportWriteError(
            f"The orders could not be kept until they are written ({error}). "
            "Make room where temporary files are, or set TMPDIR to a folder that has some."
        ) from error
