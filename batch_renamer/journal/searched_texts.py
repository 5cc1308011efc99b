"""The texts of one run as they are searched, in a temporary table that is made before the first search.

A search without them gives the same rows, and takes ten times as long. They are used as long as no row of the journal
has changed since; they are gone with the connection.
"""

from __future__ import annotations

import sqlite3

from batch_renamer.journal.database import Database
from batch_renamer.journal.matching_text import MATCHES_FOLDED, SEARCHED_TEXT, add_functions
from batch_renamer.journal.record import RunRecord

__all__ = ["HAS_SEARCHED_TEXT", "SearchedTexts"]

_AT_ONCE = 2_000  # rows, about 20 ms: so long does another use of the journal wait

HAS_SEARCHED_TEXT = f"row IN (SELECT row FROM searched_texts WHERE {MATCHES_FOLDED})"  # noqa: S608 - constants
"""Whether a row has the text that is searched: ``:needle``, as `matching_text.needle` returned it."""

_ARE_STALE = "DELETE FROM searched_run"
_TABLES = (
    "CREATE TEMP TABLE IF NOT EXISTS searched_texts (row INTEGER PRIMARY KEY, text TEXT NOT NULL)",
    # The run whose texts these are, as of which state of the journal; `is_whole`: of all its rows.
    "CREATE TEMP TABLE IF NOT EXISTS searched_run (run INTEGER, version INTEGER, is_whole INTEGER)",
    # The version counts what other connections change; these notice what this one does.
    *(
        f"CREATE TEMP TRIGGER IF NOT EXISTS texts_after_{change} AFTER {change} ON main.rows BEGIN {_ARE_STALE}; END"
        for change in ("INSERT", "UPDATE", "DELETE")
    ),
)
_ADD = f"""
    INSERT INTO searched_texts SELECT row, {SEARCHED_TEXT} FROM rows
    WHERE run = :run AND row > (SELECT COALESCE(MAX(row), -1) FROM searched_texts) ORDER BY row LIMIT {_AT_ONCE}
"""  # noqa: S608 - constants
_IS_SO = "SELECT 1 FROM temp.searched_run WHERE run = :run AND version = :version AND is_whole = :is_whole"


class SearchedTexts:
    """The texts of one run of a journal."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._is_made = False

    def begin(self, run: RunRecord) -> bool:
        """Forget the texts of any other run; tell whether those of this one are to be added, by `add`."""
        with self._database.in_memory() as connection:
            if self.are_ready(connection, run):
                return False
            for statement in _TABLES:
                connection.execute(statement)
            self._is_made = True
            connection.execute(_ARE_STALE)
            connection.execute("DELETE FROM searched_texts")
            connection.execute("INSERT INTO searched_run VALUES (?, ?, 0)", (run.number, _version(connection)))
        return True

    def add(self, run: RunRecord) -> bool:
        """Add the texts of some more rows of the run; tell whether there are further ones to add.

        There are none either where the journal has changed since they were begun, or another run was begun.
        """
        with self._database.in_memory() as connection:
            if not self._is_so(connection, run, is_whole=False):
                return False
            add_functions(connection)
            if connection.execute(_ADD, {"run": run.number}).rowcount == _AT_ONCE:
                return True
            connection.execute("UPDATE searched_run SET is_whole = 1")
        return False

    def are_ready(self, connection: sqlite3.Connection, run: RunRecord) -> bool:
        """Tell whether all texts of a run are there, as the journal has them now."""
        return self._is_so(connection, run, is_whole=True)

    def _is_so(self, connection: sqlite3.Connection, run: RunRecord, *, is_whole: bool) -> bool:
        if not self._is_made:
            return False
        values = {"run": run.number, "version": _version(connection), "is_whole": is_whole}
        return connection.execute(_IS_SO, values).fetchone() is not None


def _version(connection: sqlite3.Connection) -> int:
    """Return a number that is another one when another connection has changed the journal."""
    [[version]] = connection.execute("PRAGMA data_version")
    return int(version)
