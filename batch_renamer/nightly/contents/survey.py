"""What the spreadsheets of a night say, read once before any of them is done.

It keeps fingerprints of orders and names, not the texts, so that the memory that it takes depends little on the sheets.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Self

from batch_renamer.errors import InputError
from batch_renamer.jobs import Content, SheetSource, named_rows
from batch_renamer.journal import OpenRow
from batch_renamer.model import HERE, LEFT_OUT_MARK, RenameRequest, Result, RowProblem, SettledRow
from batch_renamer.naming import NamingRules
from batch_renamer.settings import Settings
from batch_renamer.text import counted, name_key, order_key, rows_in_words
from batch_renamer.visible import visible

__all__ = ["Named", "Survey", "Surveyed", "contradictions_in_words"]

_BYTES = 16
_MOST_NAMED = 2

_CONTRADICTED = (
    "Another spreadsheet of this night gives this order another name; neither was sent. Keep one of the rows."
)
_CONTRADICTS = "A spreadsheet that was done earlier this night gives this order another name. Keep one of the rows."
_REPEATED = "Another spreadsheet of this night makes the name of this order by the same rule, which is done once."
_BY_ANOTHER_FILE = f"{LEFT_OUT_MARK}another file"

# ``key`` is the order's id, NULL for a row whose order is found by its current name; ``guard`` is that name.
# ``name`` is the new name, NULL for a row that is bad by itself. ``made``: a rule makes it from the current name.
_TABLE = """
    CREATE TABLE asked (
        file INTEGER NOT NULL, row INTEGER NOT NULL, key BLOB, guard BLOB, name BLOB, made INTEGER NOT NULL,
        PRIMARY KEY (file, row)
    ) STRICT, WITHOUT ROWID
"""
_INDEXES = (
    "CREATE INDEX asked_by_key ON asked (key) WHERE key IS NOT NULL",
    "CREATE INDEX asked_by_guard ON asked (guard) WHERE key IS NULL",
)
_SAME_ID = """
    SELECT key, file, row, key, name, made FROM asked WHERE key IN (
        SELECT key FROM asked WHERE key IS NOT NULL AND name IS NOT NULL AND file NOT IN ({older}) GROUP BY key
        HAVING COUNT(DISTINCT file) > 1 AND (COUNT(DISTINCT name) > 1 OR MAX(made)))
    AND name IS NOT NULL AND file NOT IN ({older}) ORDER BY key, file, row
"""
_SAME_CURRENT_NAME = """
    SELECT guard, file, row, key, name, made FROM asked WHERE guard IN (
        SELECT guard FROM asked WHERE key IS NULL AND guard IS NOT NULL AND name IS NOT NULL AND file NOT IN ({older}))
    AND name IS NOT NULL AND file NOT IN ({older}) ORDER BY guard, file, row
"""
_NEWER_BY_ID = "SELECT file, row FROM asked WHERE key = ? AND name IS NOT ? ORDER BY file, row"
_NEWER_BY_NAME = "SELECT file, row FROM asked WHERE key IS NULL AND guard = ? AND name IS NOT ? ORDER BY file, row"


@dataclass(frozen=True, slots=True, kw_only=True)
class Surveyed:
    """What one spreadsheet says: its ``name`` in the inbox, how many ``rows`` it has, and their fingerprint.

    ``number`` tells it from the others of the night. ``unusable`` is why it can't be read (None: it can be).
    """

    number: int
    name: str
    rows: int = 0
    content: str = ""
    unusable: InputError | None = None


class Named(NamedTuple):
    """A row of a file of tonight."""

    file: str
    row: int

    def __str__(self) -> str:
        return f"{visible(self.file)}, row {self.row:,}"


class _Asked(NamedTuple):
    """One usable row of a group that may be about the same order."""

    file: int
    row: int
    key: bytes | None
    name: bytes
    made: bool

    def contradicts(self, other: _Asked) -> bool:
        """Tell whether the two are about one order, as far as is known, and give it two names."""
        may_be_the_same = self.key == other.key or self.key is None or other.key is None
        return may_be_the_same and self.name != other.name


class Survey:
    """The spreadsheets of one night, each read once; those that are read later may contradict those before.

    Example:
        >>> from pathlib import Path
        >>> with Survey(Settings(state_dir=Path("state"))) as survey:
        ...     survey.settled()
        {}
    """

    def __init__(self, settings: Settings) -> None:
        self.files: list[Surveyed] = []
        self._rules = NamingRules.of(settings).as_text()
        # Read by the thread of each file in turn.
        self._asked = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        for statement in (_TABLE, *_INDEXES):
            self._asked.execute(statement)

    def __enter__(self) -> Self:
        """Return the survey itself, to be closed at the end of the block."""
        return self

    def __exit__(self, *_: object) -> None:
        """Forget everything."""
        self.close()

    def close(self) -> None:
        """Forget everything."""
        self._asked.close()

    def read(self, name: str, source: SheetSource, *, stopped: Callable[[], bool] = lambda: False) -> Surveyed:
        """Read a spreadsheet; one that can't be used is returned with the reason.

        Raises:
            Stopping: ``stopped`` returned True while a workbook was read.
        """
        number, rows, content = len(self.files), 0, Content(self._rules)
        try:
            with source.open(stopped) as sheet:
                for chunk in named_rows(sheet, self._rules):
                    rows += len(chunk)
                    content.add(chunk)
                    self._asked.executemany("INSERT INTO asked VALUES (?, ?, ?, ?, ?, ?)", _asked(number, chunk))
            found = Surveyed(number=number, name=name, rows=rows, content=content.fingerprint)
        except InputError as error:
            self._asked.execute("DELETE FROM asked WHERE file = ?", (number,))
            found = Surveyed(number=number, name=name, unusable=error)
        self.files.append(found)
        return found

    def settled(self, *, older: Collection[int] = (), done: Collection[int] = ()) -> dict[int, dict[int, SettledRow]]:
        """Return the rows that are settled because of other files, by the number of the file and by row.

        Two files that give an order different names contradict each other, and none of these rows may be sent. A name
        that is made from the current one by the same rule is made once, for the first file. ``older`` are the numbers
        of files that were there before tonight: theirs are older rows, which contradict nothing. ``done`` are those of
        files that tonight has done already: only what was read after them can still be settled.
        """
        marks, numbers = ", ".join("?" * len(older)), [*older]
        found: dict[int, dict[int, SettledRow]] = defaultdict(dict)
        for query in (_SAME_ID, _SAME_CURRENT_NAME):
            for group in _groups(self._asked.execute(query.format(older=marks), numbers * 2)):
                for asked, settled in self._of_group(group, done):
                    found[asked.file][asked.row] = settled
        return dict(found)

    def named_anew(self, older: OpenRow, *, besides: Collection[int] = ()) -> Named | None:
        """Return the first row of tonight, usable or not, that does not give an order the name of an older row.

        None if there is none. The files with the numbers ``besides`` don't count.
        """
        name = _name_digest(older.new_name, older.name_rule or None)
        queries = [(_NEWER_BY_ID, _digest(order_key(older.order_id)))] if older.order_id else []
        if older.current_name is not None:
            queries.append((_NEWER_BY_NAME, _digest(name_key(older.current_name))))
        for query, digest in queries:
            for file, row in self._asked.execute(query, (digest, name)):
                if file not in besides:
                    return Named(self.files[file].name, row)
        return None

    def _of_group(self, group: Sequence[_Asked], done: Collection[int]) -> Iterator[tuple[_Asked, SettledRow]]:
        """Yield the rows that are settled, of rows that may be about the same order."""
        if len({asked.file for asked in group}) == 1:
            return
        for asked in (asked for asked in group if asked.file not in done):
            others = [other for other in group if asked.contradicts(other)]
            if others:
                general = _CONTRADICTS if any(other.file in done for other in others) else _CONTRADICTED
                reason = f"{general}{HERE}{self._in_words(others, seen_from=asked.file)}."
                yield asked, SettledRow(result=Result.INVALID, reason=reason)
            elif asked.made and asked.key is not None and asked.file != group[0].file:
                reason = f"{_REPEATED}{HERE}{Named(self.files[group[0].file].name, group[0].row)}."
                yield asked, SettledRow(result=Result.SKIPPED, reason=reason, mark=_BY_ANOTHER_FILE)

    def _in_words(self, others: Sequence[_Asked], *, seen_from: int) -> str:
        """Return where the other rows stand; those of other files first, for the file itself shows its own."""
        rows: dict[int, list[int]] = defaultdict(list)
        for other in sorted(others, key=lambda other: (other.file == seen_from, other.file)):
            rows[other.file].append(other.row)
        places = [
            f"{'this spreadsheet' if file == seen_from else visible(self.files[file].name)}, {rows_in_words(numbers)}"
            for file, numbers in rows.items()
        ]
        shown, more = places[:_MOST_NAMED], len(places) - _MOST_NAMED
        return "; ".join([*shown, *([f"and in {counted(more, 'other spreadsheet')}"] if more > 0 else [])])


def contradictions_in_words(rows: Collection[SettledRow]) -> str:
    """Return a sentence about the rows of a file that other files contradict; "" if there are none.

    Example:
        >>> row = SettledRow(result=Result.INVALID, reason="Another name. Here: b.csv, row 7; c.csv, row 2.")
        >>> contradictions_in_words([row])
        '1 order has another name in b.csv, so neither was sent.'
    """
    contradicted = [row.reason.partition(HERE)[2] for row in rows if row.result is Result.INVALID]
    if not contradicted:
        return ""
    # A row of the file itself is named last, if at all.
    files = sorted({where.partition(", row")[0] for where in contradicted})
    shown, more = ", ".join(files[:_MOST_NAMED]), len(files) - _MOST_NAMED
    shown += f" and {counted(more, 'other spreadsheet')}" if more > 0 else ""
    if len(contradicted) == 1:
        return f"1 order has another name in {shown}, so neither was sent."
    return f"{len(contradicted):,} orders have other names in {shown}, so nothing was sent for them."


def _asked(file: int, rows: Sequence[RenameRequest | RowProblem]) -> Iterator[tuple[object, ...]]:
    """Yield what rows ask for; those that are left as they are ask for nothing."""
    for row in rows:
        guard = row.current_name
        if row.skip or not (row.order_id or guard):
            continue
        name: bytes | None = None
        made = isinstance(row, RenameRequest) and row.name_rule is not None
        if isinstance(row, RenameRequest):
            name = _name_digest(row.new_name, row.name_rule)
        key = _digest(order_key(row.order_id)) if row.order_id else None
        yield file, row.row, key, None if guard is None else _digest(name_key(guard)), name, made


def _name_digest(new_name: str, rule: str | None) -> bytes:
    return _digest(repr((new_name, rule)))


def _digest(text: str) -> bytes:
    return hashlib.blake2b(text.encode(errors="backslashreplace"), digest_size=_BYTES).digest()


def _groups(rows: Iterator[tuple[bytes, int, int, bytes | None, bytes, int]]) -> Iterator[list[_Asked]]:
    """Yield the rows that have the same first value, which they are in the order of."""
    last, group = b"", list[_Asked]()
    for value, file, row, key, name, made in rows:
        if value != last and group:
            yield group
            group = []
        last = value
        group.append(_Asked(file, row, key, name, bool(made)))
    if group:
        yield group
