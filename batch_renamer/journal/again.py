"""What comes again: the last run of the same rows, and what the runs of earlier nights have left open."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from batch_renamer.journal.codec import REASON, RESULT
from batch_renamer.journal.database import Database
from batch_renamer.journal.record import RunRecord
from batch_renamer.journal.runs import RunTable
from batch_renamer.model import LEFT_OUT_MARK, FileEnd, Result, SettledRow
from batch_renamer.text import storable

__all__ = ["Again", "OpenRow"]

# The runs of the same rows, the newest first. One that was undone since, wholly or in part, and the older ones don't
# count: their orders have other names now.
_OF_CONTENT = """
    SELECT id FROM runs AS own WHERE content = :content AND account = :account AND base_url = :base_url
    AND command = 'apply' AND committed_at IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM runs AS undo JOIN runs AS undone ON undone.number = undo.parent
        WHERE undo.command = 'undo' AND undo.committed_at IS NOT NULL AND undo.active > own.active
        AND undone.content = :content AND undone.account = :account AND undone.base_url = :base_url)
    ORDER BY active DESC LIMIT 1
"""
_DONE = ", ".join(f"'{result}'" for result in (Result.RENAMED, Result.UNCHANGED, Result.SKIPPED))
# A row that an option, a trial or a newer row left out is not done, although nothing is wrong with it.
_NOT_DONE = f"""
    SELECT {RESULT} AS shown, COUNT(*) FROM rows WHERE run = :run AND ({RESULT} IS NULL OR {RESULT} NOT IN ({_DONE})
    OR (result = 'skipped' AND (substr(skip, 1, {len(LEFT_OUT_MARK)}) = '{LEFT_OUT_MARK}' OR skip LIKE 'after the %')))
    GROUP BY shown
"""  # noqa: S608 - constants
_OPEN = f"({RESULT} IS NULL OR {RESULT} IN ('planned', 'pending', 'unknown', 'failed'))"
_OPEN_ROWS = f"""
    SELECT row, order_id, new_name, name_rule, COALESCE(old_name, guard), COALESCE({RESULT}, 'pending'), {REASON}
    FROM rows
    WHERE run = ? AND {_OPEN} ORDER BY row
"""  # noqa: S608 - constants
# Without CROSS and INDEXED BY, SQLite would read all rows of each later run.
_NAMED_LATER = f"""
    SELECT mine.row, later.id FROM runs AS own JOIN runs AS later ON later.account = own.account
        AND later.base_url = own.base_url AND later.began > own.began AND later.command = 'apply'
    JOIN (SELECT run, row, order_key, new_name FROM rows WHERE {_OPEN} AND order_id != '') AS mine
        ON mine.run = own.number
    CROSS JOIN rows AS theirs INDEXED BY rows_by_order ON theirs.run = later.number
        AND theirs.order_key = mine.order_key AND theirs.new_name != mine.new_name AND theirs.result IS NOT 'skipped'
    WHERE own.number = ? ORDER BY later.began
"""  # noqa: S608 - constants
# Without CROSS and INDEXED BY, SQLite might read all rows of the later runs for each row of this one.
_RENAMED_SINCE = """
    SELECT COUNT(DISTINCT mine.row) FROM runs AS own JOIN runs AS later ON later.account = own.account
        AND later.base_url = own.base_url AND later.number != own.number AND later.command = 'apply'
        AND later.sent > own.active
    CROSS JOIN rows AS theirs ON theirs.run = later.number AND theirs.result = 'renamed' AND theirs.sent > own.active
    CROSS JOIN rows AS mine INDEXED BY rows_by_order ON mine.run = own.number AND mine.order_key = theirs.order_key
        AND mine.result IN ('renamed', 'unchanged')
    WHERE own.number = ?
"""
_OF_NIGHTS = """
    SELECT id FROM runs WHERE night IS NOT NULL AND account = ? AND base_url = ? AND command = 'apply'
    AND committed_at IS NOT NULL AND closed = '' AND exit_code IS NOT 0 AND NOT EXISTS (
        SELECT 1 FROM runs AS undo WHERE undo.parent = runs.number AND undo.command = 'undo'
        AND undo.committed_at IS NOT NULL)
    ORDER BY began
"""
# The file has not ended since, and no run of it knows it by itself; a copy of it under another name has its own.
_STAYS = ", ".join(f"'{end}'" for end in FileEnd if end.stays)
_SETTLED = f"""
    SELECT row, result, reason, mark FROM settled_rows AS noted
    WHERE account = ? AND base_url = ? AND name = ? AND content = ? AND NOT EXISTS (
        SELECT 1 FROM runs WHERE runs.content = noted.content AND runs.account = noted.account
        AND runs.base_url = noted.base_url AND runs.night >= noted.night AND runs.committed_at IS NOT NULL
        AND substr(runs.sheet, -length(noted.name) - 1) IN ('/' || noted.name, '\\' || noted.name))
    AND NOT EXISTS (
        SELECT 1 FROM night_files JOIN nights ON nights.number = night_files.night
        WHERE night_files.night >= noted.night AND json_extract(file, '$.name') = noted.name
        AND json_extract(file, '$.end') NOT IN ({_STAYS})
        AND nights.inbox IS (SELECT inbox FROM nights WHERE number = noted.night))
"""  # noqa: S608 - constants
_NOTED_OF_INBOX = """
    SELECT DISTINCT name, content FROM settled_rows JOIN nights ON nights.number = settled_rows.night
    WHERE account = ? AND settled_rows.base_url = ? AND nights.inbox IS (SELECT inbox FROM nights WHERE number = ?)
"""

FileKey = tuple[str, str]
"""What tells a spreadsheet from others: its name and the fingerprint of its rows."""


class OpenRow(NamedTuple):
    """A row that may still be sent; ``current_name`` is the name that its order had, as far as it is known.

    ``name_rule`` is the template from which the new name is made (None, or "" when that is done).
    """

    row: int
    order_id: str
    new_name: str
    name_rule: str | None
    current_name: str | None
    result: Result
    reason: str


class Again:
    """What earlier runs of a journal have done of the same rows, and what they have left for another night."""

    def __init__(self, database: Database, runs: RunTable) -> None:
        self._database, self._runs = database, runs

    def last_of_content(self, content: str, *, account: str, base_url: str) -> RunRecord | None:
        """Return the newest run that renamed from the same rows in the same account, unless it was undone since."""
        values: dict[str, object] = {"content": content, "account": account, "base_url": base_url}
        found = self._database.select(_OF_CONTENT, values)
        return self._runs.get(str(found[0][0])) if found else None

    def not_done(self, run: RunRecord) -> dict[Result, int]:
        """Return how many rows of a run are not done, by result; rows that an option left out are among them."""
        found = self._database.select(_NOT_DONE, {"run": run.number})
        return {Result.PENDING if shown is None else Result(str(shown)): int(str(count)) for shown, count in found}

    def renamed_since(self, run: RunRecord) -> int:
        """Return how many orders of a run later runs have renamed since it ended."""
        return self._database.count(_RENAMED_SINCE, (run.number,))

    def open_rows(self, run: RunRecord) -> list[OpenRow]:
        """Return the rows that the run has not sent, that failed, or whose outcome is not known, in sheet order."""
        return [
            OpenRow(
                row=row,  # type: ignore[arg-type]  # STRICT columns, here and below
                order_id=str(order_id),
                new_name=str(new_name),
                name_rule=rule,  # type: ignore[arg-type]
                current_name=name,  # type: ignore[arg-type]
                result=Result(str(result)),
                reason=str(reason),
            )
            for row, order_id, new_name, rule, name, result, reason in self._database.select(_OPEN_ROWS, (run.number,))
        ]

    def named_later(self, run: RunRecord) -> dict[int, str]:
        """Return, for each open row whose order later runs name differently, the newest of these runs, by row.

        It does not matter what the later row came to: it shows what is wanted of the order since.
        """
        return {int(str(row)): str(later) for row, later in self._database.select(_NAMED_LATER, (run.number,))}

    def of_nights(self, *, account: str, base_url: str) -> list[RunRecord]:
        """Return the runs of an account that nights began and that did not end well, the oldest first.

        Those that were undone, dismissed or superseded are over.
        """
        return [self._runs.get(str(run)) for (run,) in self._database.select(_OF_NIGHTS, (account, base_url))]

    def note_settled(
        self, files: Mapping[FileKey, Mapping[int, SettledRow]], *, account: str, base_url: str, night: int
    ) -> None:
        """Note the rows that are settled because of other files of a night, for each file by its name and content.

        Called before anything is done, with all files of the night: what nights of the same inbox have noted of others
        is forgotten.
        """
        place, files = (account, base_url), {(storable(name), content): rows for (name, content), rows in files.items()}
        with self._database.transaction() as connection:
            gone = set(connection.execute(_NOTED_OF_INBOX, (*place, night))).difference(files)
            forget = "DELETE FROM settled_rows WHERE account = ? AND base_url = ? AND name = ? AND content = ?"
            connection.executemany(forget, [(*place, *file) for file in gone])
            connection.executemany(
                "INSERT OR REPLACE INTO settled_rows (account, base_url, name, content, row, night, result, reason,"
                " mark) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    (*place, *file, row, night, one.result, storable(one.reason), one.mark)
                    for file, rows in files.items()
                    for row, one in rows.items()
                ],
            )

    def settled(self, file: FileKey, *, account: str, base_url: str) -> dict[int, SettledRow]:
        """Return the rows of a file that an earlier night has settled, and which no run has taken over since."""
        name, content = file
        noted = self._database.select(_SETTLED, (account, base_url, storable(name), content))
        return {
            int(str(row)): SettledRow(result=Result(str(result)), reason=str(reason), mark=str(mark))
            for row, result, reason, mark in noted
        }

    def note_retry(self, run: RunRecord) -> None:
        """Note that the failed rows of a run are about to be tried again, on one more night."""
        with self._database.transaction(durable=True) as connection:
            connection.execute("UPDATE runs SET retries = retries + 1 WHERE number = ?", (run.number,))
