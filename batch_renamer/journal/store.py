"""Reads and writes the journal: plain values enter and leave, one transaction a call.

Every method may be called from any thread, and none belongs in the event loop: `Journal.off_loop` takes it to a thread.
Outcomes are committed with ``synchronous=NORMAL`` (WAL: a killed process loses nothing, a power cut at most the last
commits, which the next run reads back from the API); a plan is committed with FULL before the first PATCH.
"""

from __future__ import annotations

import json
import os
import secrets
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import ParamSpec, TypeVar, assert_never

import anyio.to_thread

from batch_renamer.errors import JournalError
from batch_renamer.journal.repeats import settle_repeats
from batch_renamer.journal.schema import migrate
from batch_renamer.model import Change, Order, Outcome, ReasonGroup, RenameRequest, ReportRow, Result, RowProblem

__all__ = ["Journal", "RunRecord", "RunState"]

P = ParamSpec("P")
R = TypeVar("R")

# Letters and digits that can't be taken for one another when read aloud or typed.
_ID_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
_ID_LENGTH = 6

_PAGE = 1_000
_MOST_SHOWN_GROUPS = 20
_BUSY_S = 10.0


class RunState(StrEnum):
    """How far a run has come; its text is what the journal stores."""

    LOADING = "loading"
    READING = "reading"
    PLANNED = "planned"
    RENAMING = "renaming"
    FINISHED = "finished"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord:
    """One run as the journal knows it; times are in seconds since the epoch."""

    number: int
    id: str
    command: str
    state: RunState
    base_url: str
    account: str
    sheet: str | None
    digest: str | None
    delimiter: str | None
    sheet_rows: int
    created_at: float
    finished_at: float | None
    stopped: str
    reports: tuple[str, ...]


class Journal:
    """The journal of one state directory; made by `Journal.open`.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder, Journal.open(Path(folder) / "journal.sqlite3") as journal:
        ...     run = journal.begin(command="apply", base_url="http://127.0.0.1:1", account="docs")
        ...     journal.add_rows(run, [RenameRequest(row=2, order_id="a1", new_name="12 Elm St")])
        ...     journal.counts(run)
        {<Result.PENDING: 'pending'>: 1}
    """

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self.path = path
        self._connection = connection
        self._lock = threading.RLock()
        self._limiter = anyio.CapacityLimiter(1)

    @classmethod
    def open(cls, path: Path) -> Journal:
        """Open the journal at ``path``, made (0600, its folder 0700) when it isn't there.

        Raises:
            JournalError: it can't be opened, is damaged, or a newer program wrote it.
        """
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        except OSError as error:
            msg = f"The journal {path} can't be opened: {error.strerror}. Choose another place with --state-dir."
            raise JournalError(msg) from None
        with _translated(path), ExitStack() as on_failure:
            connection = sqlite3.connect(path, timeout=_BUSY_S, isolation_level=None, check_same_thread=False)
            on_failure.callback(connection.close)
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute("PRAGMA foreign_keys = ON")
            migrate(connection)
            on_failure.pop_all()
        return cls(connection, path)

    def __enter__(self) -> Journal:
        """Return the journal itself, to be closed at the end of the block."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the journal."""
        self.close()

    def close(self) -> None:
        """Close the file; what was committed stays."""
        with self._lock, _translated(self.path):
            self._connection.close()

    async def off_loop(self, method: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Call a method of this journal in a thread, outside the event loop; one call at a time."""
        return await anyio.to_thread.run_sync(lambda: method(*args, **kwargs), limiter=self._limiter)

    @contextmanager
    def _transaction(self, *, durable: bool = False) -> Iterator[sqlite3.Connection]:
        with self._lock, _translated(self.path):
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

    def _select(self, query: str, parameters: Sequence[object] | dict[str, object]) -> list[tuple[object, ...]]:
        with self._lock, _translated(self.path):
            return self._connection.execute(query, parameters).fetchall()

    # Runs

    def begin(
        self,
        *,
        command: str,
        base_url: str,
        account: str,
        sheet: str | None = None,
        digest: str | None = None,
        delimiter: str | None = None,
    ) -> RunRecord:
        """Begin a run under a new short id."""
        path = None if sheet is None else _storable(sheet)
        with self._transaction() as connection:
            while True:
                run_id = "".join(secrets.choice(_ID_ALPHABET) for _ in range(_ID_LENGTH))
                if not connection.execute("SELECT 1 FROM runs WHERE id = ?", (run_id,)).fetchone():
                    break
            connection.execute(
                "INSERT INTO runs (id, command, state, base_url, account, sheet, digest, delimiter, created_at)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (run_id, command, RunState.LOADING, base_url, account, path, digest, delimiter, time.time()),
            )
        return self.run(run_id)

    def run(self, run_id: str) -> RunRecord:
        """Return the run of this very id."""
        [row] = self._select(f"SELECT {_RUN_COLUMNS} FROM runs WHERE id = ?", (run_id,))  # noqa: S608 - constant
        return _run_record(row)

    def enter(self, run: RunRecord, state: RunState) -> None:
        """Note that the run has come to ``state``; a plan is on disk, power cut or not, when this returns."""
        with self._transaction(durable=state is RunState.PLANNED) as connection:
            connection.execute("UPDATE runs SET state = ? WHERE number = ?", (state, run.number))

    def finish(self, run: RunRecord, *, stopped: str) -> None:
        """Note that the run has ended, and why before its last row ("" when it was not stopped)."""
        with self._transaction(durable=True) as connection:
            connection.execute(
                "UPDATE runs SET state = ?, stopped = ?, finished_at = ? WHERE number = ?",
                (RunState.FINISHED, _storable(stopped), time.time(), run.number),
            )

    def note_reports(self, run: RunRecord, reports: Sequence[str]) -> None:
        """Note where the run's reports go."""
        with self._transaction() as connection:
            connection.execute("UPDATE runs SET reports = ? WHERE number = ?", (json.dumps(list(reports)), run.number))

    # Rows

    def add_rows(self, run: RunRecord, rows: Sequence[RenameRequest | RowProblem]) -> None:
        """Add loaded rows; the bad ones and those marked to be skipped are settled at once."""
        with self._transaction() as connection:
            connection.executemany(
                "INSERT INTO rows (run, row, order_id, new_name, guard, skip, warning, result, reason)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [_loaded(run.number, row) for row in rows],
            )
            connection.execute("UPDATE runs SET sheet_rows = sheet_rows + ? WHERE number = ?", (len(rows), run.number))

    def settle_repeats(self, run: RunRecord) -> None:
        """Settle the rows that repeat or contradict one another, and warn of names given twice."""
        with self._transaction() as connection:
            settle_repeats(connection, run.number)

    def requests(self, run: RunRecord, *, after_row: int, limit: int) -> list[RenameRequest]:
        """Return the next undecided rows, in sheet order."""
        rows = self._select(
            "SELECT row, order_id, new_name, guard FROM rows"
            " WHERE run = ? AND row > ? AND result IS NULL ORDER BY row LIMIT ?",
            (run.number, after_row, limit),
        )
        return [
            RenameRequest(row=row, order_id=order_id, new_name=name, current_name=guard)  # type: ignore[arg-type]  # STRICT columns
            for row, order_id, name, guard in rows
        ]

    def changes(self, run: RunRecord, *, after_row: int, limit: int) -> list[Change]:
        """Return the next planned renames, in sheet order."""
        rows = self._select(
            f"SELECT row, new_name, read_at, order_id, old_name, {_STATE_COLUMNS} FROM rows"  # noqa: S608 - constant
            " WHERE run = ? AND row > ? AND result = 'planned' ORDER BY row LIMIT ?",
            (run.number, after_row, limit),
        )
        return [
            Change(row=row, new_name=new_name, read_at=read_at, order=_order(order_id, old_name, state))  # type: ignore[arg-type]  # STRICT columns
            for row, new_name, read_at, order_id, old_name, *state in rows
        ]

    def settle(self, run: RunRecord, decisions: Sequence[Change | Outcome]) -> None:
        """Write what planning or renaming has decided of rows, in one transaction."""
        with self._transaction() as connection:
            for decision in decisions:
                match decision:
                    case Change():
                        connection.execute(_SETTLE_PLANNED, _planned(run.number, decision))
                    case Outcome():
                        connection.execute(_SETTLE_OUTCOME, _settled(run.number, decision))
                    case _:
                        assert_never(decision)

    def skip_after_first(self, run: RunRecord, first: int) -> None:
        """Leave out every undecided row, and every planned one after the ``first``."""
        with self._transaction() as connection:
            connection.execute(
                "UPDATE rows SET result = 'skipped', reason = :reason WHERE run = :run AND (result IS NULL OR"
                " (result = 'planned' AND row NOT IN (SELECT row FROM rows WHERE run = :run AND result = 'planned'"
                " ORDER BY row LIMIT :first)))",
                {"run": run.number, "first": first, "reason": f"Left out: --first {first} was asked for."},
            )

    # What a run has come to

    def _shown(self, run: RunRecord) -> Callable[[object], Result]:
        """Return what the results stored so far mean to a reader, as far as the run has come.

        A row that nothing was decided of, or that was planned and not reached by renaming, is ``pending``.
        """
        run = self.run(run.id)
        undecided = Result.PLANNED if run.command == "check" else Result.PENDING
        renamed = run.command != "plan" and run.state in (RunState.RENAMING, RunState.FINISHED)
        planned = Result.PENDING if renamed else Result.PLANNED

        def shown(stored: object) -> Result:
            if stored is None:
                return undecided
            return planned if stored == Result.PLANNED else Result(str(stored))

        return shown

    def counts(self, run: RunRecord) -> dict[Result, int]:
        """Return how many rows have each result, in the order of `Result`; rows not reached are ``pending``."""
        shown = self._shown(run)
        found: dict[Result, int] = {}
        query = "SELECT result, COUNT(*) FROM rows WHERE run = ? GROUP BY result"
        for stored, count in self._select(query, (run.number,)):
            result = shown(stored)
            found[result] = found.get(result, 0) + int(str(count))
        return {result: found[result] for result in Result if result in found}

    def undecided(self, run: RunRecord) -> int:
        """Return how many rows nothing was decided of yet."""
        [[count]] = self._select("SELECT COUNT(*) FROM rows WHERE run = ? AND result IS NULL", (run.number,))
        return int(str(count))

    def order_names(self, run: RunRecord) -> Iterator[tuple[str, str | None]]:
        """Yield (order_id, current_name) of every usable row as the sheet gives them, in sheet order."""
        after = 0
        query = (
            "SELECT row, order_id, guard FROM rows WHERE run = ? AND row > ?"
            " AND (result IS NULL OR result != 'invalid') ORDER BY row LIMIT ?"
        )
        while rows := self._select(query, (run.number, after, _PAGE)):
            yield from ((str(order_id), None if guard is None else str(guard)) for _, order_id, guard in rows)
            after = int(str(rows[-1][0]))

    def report_rows(self, run: RunRecord) -> Iterator[ReportRow]:
        """Yield every row of the run, in sheet order, as reports show it."""
        shown, after = self._shown(run), 0
        while rows := self._select(f"{_REPORT} AND row > ? ORDER BY row LIMIT ?", (run.number, after, _PAGE)):
            yield from (_report_row(row, shown) for row in rows)
            after = int(str(rows[-1][0]))

    def planned_rows(self, run: RunRecord, *, limit: int) -> list[ReportRow]:
        """Return the first planned renames as reports show them."""
        query = f"{_REPORT} AND result = 'planned' ORDER BY row LIMIT ?"
        return [_report_row(row, _as_stored) for row in self._select(query, (run.number, limit))]

    def reasons(self, run: RunRecord, results: Sequence[Result], *, rows_each: int = 3) -> list[ReasonGroup]:
        """Return the rows of these results grouped by reason, the largest group first.

        The largest groups come with their first rows: a sheet may have as many reasons as rows.
        """
        marks = ", ".join("?" for _ in results)
        groups = self._select(
            f"SELECT result, reason, COUNT(*), MIN(row) FROM rows WHERE run = ? AND result IN ({marks})"  # noqa: S608 - marks
            " GROUP BY result, reason ORDER BY COUNT(*) DESC, MIN(row)",
            (run.number, *results),
        )
        query = f"{_REPORT} AND result = ? AND reason = ? AND row >= ? ORDER BY row LIMIT ?"

        def first_rows(place: int, group: tuple[object, ...]) -> tuple[ReportRow, ...]:
            if place >= _MOST_SHOWN_GROUPS:
                return ()
            result, reason, count, first = group
            # Limited to what there is: the search ends at the group's last row, not at the sheet's.
            limit = min(int(str(count)), rows_each)
            return tuple(
                _report_row(row, _as_stored) for row in self._select(query, (run.number, result, reason, first, limit))
            )

        return [
            ReasonGroup(
                result=Result(str(group[0])),
                reason=str(group[1]),
                count=int(str(group[2])),
                rows=first_rows(place, group),
            )
            for place, group in enumerate(groups)
        ]


_RUN_COLUMNS = (
    "number, id, command, state, base_url, account, sheet, digest, delimiter, sheet_rows,"
    " created_at, finished_at, stopped, reports"
)
_STATE_COLUMNS = "status, is_processing, is_merging, is_deleted, total_images, last_updated_at"
# Of an order that was never read, the old name is the one that the sheet gives: a report that is fed back in as a
# spreadsheet keeps its guards.
_REPORT = f"""
    SELECT row, order_id, COALESCE(old_name, guard), new_name, final_name, skip, result, reason, warning,
        {_STATE_COLUMNS}, attempts, http_status, started_at, seconds
    FROM rows WHERE run = ?"""  # noqa: S608 - constants
_SETTLE_PLANNED = """
    UPDATE rows SET result = 'planned', old_name = ?, status = ?, is_processing = ?, is_merging = ?, is_deleted = ?,
        total_images = ?, last_updated_at = ?, read_at = ? WHERE run = ? AND row = ?"""
_SETTLE_OUTCOME = """
    UPDATE rows SET result = ?, reason = ?, old_name = COALESCE(?, old_name), final_name = ?,
        status = COALESCE(?, status), is_processing = COALESCE(?, is_processing),
        is_merging = COALESCE(?, is_merging), is_deleted = COALESCE(?, is_deleted),
        total_images = COALESCE(?, total_images), last_updated_at = COALESCE(?, last_updated_at),
        attempts = attempts + ?, http_status = ?, started_at = ?, seconds = ? WHERE run = ? AND row = ?"""
_NO_STATE = (None,) * 6


@contextmanager
def _translated(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise JournalError(_sentence(error, path)) from None


def _sentence(error: sqlite3.Error, path: Path) -> str:
    # The lowest byte is the kind of error, the rest its details (https://sqlite.org/rescode.html, 2026-11).
    match getattr(error, "sqlite_errorcode", 0) & 0xFF:
        case sqlite3.SQLITE_FULL:
            return f"The disk is full: the journal {path} can't be written. Make room, then take the run up again."
        case sqlite3.SQLITE_IOERR:
            return (
                f"The journal {path} can't be read or written ({error}): is the disk full, over its quota or"
                " disconnected? Repair that, then take the run up again."
            )
        case sqlite3.SQLITE_BUSY:
            return f"The journal {path} is held by another program for more than {_BUSY_S:g} s. Try again later."
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB:
            return f"The journal {path} is damaged ({error}). Move it away, or give another --state-dir."
        case _:
            return f"The journal {path} can't be used: {error}. Repair that, or give another --state-dir."


def _storable(text: str) -> str:
    """The text as it can be stored; paths may hold what can't, for on POSIX they are bytes."""
    return text.encode(errors="backslashreplace").decode()


def _at_once(row: RenameRequest | RowProblem) -> tuple[Result | None, str]:
    if isinstance(row, RowProblem):
        return Result.INVALID, row.reason
    if row.skip:
        return Result.SKIPPED, "Left out: the sheet marks this row to be skipped."
    return None, ""


def _loaded(run: int, row: RenameRequest | RowProblem) -> tuple[object, ...]:
    result, reason = _at_once(row)
    return (run, row.row, row.order_id, row.new_name, row.current_name, row.skip, row.warning, result, reason)


def _state(order: Order | None) -> tuple[object, ...]:
    if order is None:
        return _NO_STATE
    return (
        order.status,
        order.is_processing,
        order.is_merging,
        order.is_deleted,
        order.total_images,
        order.last_updated_at,
    )


def _planned(run: int, change: Change) -> tuple[object, ...]:
    return (change.old_name, *_state(change.order), change.read_at, run, change.row)


def _settled(run: int, outcome: Outcome) -> tuple[object, ...]:
    return (
        outcome.result,
        outcome.reason,
        outcome.old_name,
        outcome.final_name,
        *_state(outcome.order),
        outcome.attempts,
        outcome.http_status,
        outcome.started_at,
        outcome.seconds,
        run,
        outcome.row,
    )


def _flag(value: object) -> bool | None:
    return None if value is None else bool(value)


def _order(order_id: str, name: str | None, state: Sequence[object]) -> Order:
    status, is_processing, is_merging, is_deleted, total_images, last_updated_at = state
    return Order(
        order_id=order_id,
        name=name,
        status=status,  # type: ignore[arg-type]  # STRICT columns
        is_processing=_flag(is_processing),
        is_merging=_flag(is_merging),
        is_deleted=_flag(is_deleted),
        total_images=total_images,  # type: ignore[arg-type]  # written from a number
        last_updated_at=last_updated_at,  # type: ignore[arg-type]  # STRICT columns
    )


def _run_record(row: tuple[object, ...]) -> RunRecord:
    values = dict(zip(RunRecord.__slots__, row, strict=True))
    values["state"] = RunState(str(values["state"]))
    values["reports"] = tuple(json.loads(str(values["reports"])))
    return RunRecord(**values)  # type: ignore[arg-type]  # STRICT columns


def _as_stored(result: object) -> Result:
    return Result(str(result))


def _report_row(row: tuple[object, ...], shown: Callable[[object], Result]) -> ReportRow:
    values = dict(zip(ReportRow.__slots__, row, strict=True))
    values["result"] = shown(values["result"])
    for flag in ("is_processing", "is_merging", "is_deleted"):
        values[flag] = _flag(values[flag])
    if (started_at := values["started_at"]) is not None:
        moment = datetime.fromtimestamp(float(str(started_at)), UTC)
        values["started_at"] = moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return ReportRow(**values)  # type: ignore[arg-type]  # STRICT columns
