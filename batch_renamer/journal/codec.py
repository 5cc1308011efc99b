"""How rows stand in the table: the model's values enter, tuples for SQL leave, and the reverse."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import chain

from batch_renamer.model import (
    HIDDEN_ROW,
    Change,
    Order,
    Outcome,
    RenameRequest,
    ReportRow,
    Result,
    RowProblem,
    Unsettled,
)

__all__ = [
    "REASON",
    "REPORT",
    "RESULT",
    "SETTLE_OUTCOME",
    "SETTLE_PLANNED",
    "STRAYS",
    "as_stored",
    "loaded",
    "planned",
    "report_row",
    "settled",
    "unsettled",
]

_UNRECORDED = "handed_out AND (result IS NULL OR result = 'planned')"
_SENT = "It was about to be sent, and what came of it was not recorded: the API may have applied it."

# What readers see of a row. One that was handed out and has no outcome may have been applied: it isn't called unsent.
RESULT = f"CASE WHEN {_UNRECORDED} THEN 'unknown' ELSE result END"
REASON = f"CASE WHEN {_UNRECORDED} THEN '{_SENT}' ELSE reason END"

# Of an order that was never read, the old name is the one that the sheet gives: a report that is fed back in as a
# spreadsheet keeps its guards.
REPORT = f"""
    SELECT row, order_id, COALESCE(old_name, NULLIF(guard, '')), new_name, final_name, skip,
        {RESULT}, {REASON}, warning, status, is_processing, is_merging, is_deleted, total_images, last_updated_at,
        attempts, http_status, started_at, seconds
    FROM rows WHERE run = ?"""  # noqa: S608 - constants


class Settling:
    """An update of many rows by few statements: rows' values enter, SQL and its parameters leave.

    ``executemany`` runs a statement a row, and at each of them the journal's thread would give the interpreter up and
    have to get it back from the event loop, which costs more than the update itself. Here a statement updates 1, 2, 4,
    ... or 256 rows, so few of them need to be prepared. It is an insert whose every row is there already: an UPDATE
    with a FROM would copy all values once more. A row that is not there, by a fault of the program, comes to have no
    order, and `STRAYS` counts it for the account of rows.

    Example:
        >>> settling = Settling("result = excluded.result", columns=("run", "row", "result"))
        >>> [values for _, values in settling.statements([(1, row, "renamed") for row in (2, 3, 4)])]
        [[1, 2, 'renamed', 1, 3, 'renamed'], [1, 4, 'renamed']]
    """

    def __init__(self, assignments: str, *, columns: Sequence[str]) -> None:
        # What the table insists on is named as well; of a row that is there it stays as it is.
        insisted = [column for column in ("order_id", "new_name", "skip", "warning") if column not in columns]
        self._before = f"INSERT INTO rows ({', '.join([*insisted, *columns])}) VALUES "  # noqa: S608 - constants
        self._row = f"({', '.join([*(chr(39) * 2,) * len(insisted), *'?' * len(columns)])})"
        self._after = f" ON CONFLICT (run, row) DO UPDATE SET {assignments}"

    def statements(self, rows: Sequence[tuple[object, ...]]) -> Iterator[tuple[str, list[object]]]:
        """Yield what updates these rows."""
        begin = 0
        while left := len(rows) - begin:
            size = min(1 << left.bit_length() - 1, _MOST_IN_ONE)
            group = rows[begin : begin + size]
            yield f"{self._before}{', '.join([self._row] * size)}{self._after}", list(chain.from_iterable(group))
            begin += size


# No row is loaded without an order but as ``invalid`` or with a skip mark.
STRAYS = "SELECT COUNT(*) FROM rows WHERE run = ? AND order_id = '' AND skip = '' AND result IS NOT 'invalid'"

_MOST_IN_ONE = 256
_STATE = ("status", "is_processing", "is_merging", "is_deleted", "total_images", "last_updated_at")

# A row that is tried again (handed_out = 2) keeps the name that its order had before this run first sent it, and if the
# order has the new one by now, that is this run's doing.
SETTLE_PLANNED = Settling(
    """
    result = 'planned', reason = '',
    old_name = CASE WHEN handed_out = 2 THEN COALESCE(old_name, excluded.old_name) ELSE excluded.old_name END,
    status = excluded.status, is_processing = excluded.is_processing, is_merging = excluded.is_merging,
    is_deleted = excluded.is_deleted, total_images = excluded.total_images,
    last_updated_at = excluded.last_updated_at, read_at = excluded.read_at""",
    columns=("old_name", *_STATE, "read_at", "run", "row"),
)
SETTLE_OUTCOME = Settling(
    """
    result = CASE WHEN excluded.result = 'unchanged' AND handed_out = 2 THEN 'renamed' ELSE excluded.result END,
    reason = excluded.reason,
    warning = CASE WHEN instr(warning, excluded.warning) THEN warning
        ELSE trim(warning || char(10) || excluded.warning, char(10)) END,
    old_name = CASE WHEN handed_out = 2 AND excluded.result != 'drifted' THEN COALESCE(old_name, excluded.old_name)
        ELSE COALESCE(excluded.old_name, old_name) END,
    name_before = CASE WHEN handed_out = 2 AND excluded.result = 'drifted' THEN COALESCE(name_before, old_name)
        ELSE name_before END,
    final_name = excluded.final_name,
    status = COALESCE(excluded.status, status), is_processing = COALESCE(excluded.is_processing, is_processing),
    is_merging = COALESCE(excluded.is_merging, is_merging), is_deleted = COALESCE(excluded.is_deleted, is_deleted),
    total_images = COALESCE(excluded.total_images, total_images),
    last_updated_at = COALESCE(excluded.last_updated_at, last_updated_at),
    attempts = attempts + excluded.attempts, http_status = excluded.http_status,
    started_at = excluded.started_at, seconds = excluded.seconds""",
    columns=(
        *("result", "reason", "warning", "old_name", "final_name", *_STATE),
        *("attempts", "http_status", "started_at", "seconds", "run", "row"),
    ),
)
_NO_STATE = (None,) * len(_STATE)


def _at_once(row: RenameRequest | RowProblem) -> tuple[Result | None, str]:
    if isinstance(row, RowProblem):
        return Result.INVALID, row.reason
    if row.skip == HIDDEN_ROW:
        return Result.SKIPPED, "Left out as a row that is hidden in the workbook (--hidden-rows skip)."
    if row.skip:
        return Result.SKIPPED, row.left_out or "Left out: the sheet marks this row to be skipped."
    return None, ""


def loaded(run: int, row: RenameRequest | RowProblem) -> tuple[object, ...]:
    """Return a loaded row, the bad and the skipped ones settled."""
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


def planned(run: int, change: Change) -> tuple[object, ...]:
    """Return the values of `SETTLE_PLANNED`."""
    return (change.old_name, *_state(change.order), change.read_at, run, change.row)


def settled(run: int, outcome: Outcome) -> tuple[object, ...]:
    """Return the values of `SETTLE_OUTCOME`."""
    return (
        outcome.result,
        outcome.reason,
        outcome.warning,
        outcome.old_name,
        # Read, and without a name, is another thing than not read.
        "" if outcome.final_name is None and outcome.order is not None else outcome.final_name,
        *_state(outcome.order),
        outcome.attempts,
        outcome.http_status,
        outcome.started_at,
        outcome.seconds,
        run,
        outcome.row,
    )


def unsettled(row: tuple[object, ...]) -> Unsettled:
    """Return a row that was sent and not confirmed, from the columns in the order of `RowTable.unsettled`."""
    number, order_id, new_name, result, reason, old_name, final_name, http_status, started_at, seconds = row
    outcome = Outcome(
        row=number,  # type: ignore[arg-type]  # STRICT columns, here and below
        result=Result(str(result)),
        reason=reason,  # type: ignore[arg-type]
        old_name=old_name,  # type: ignore[arg-type]
        final_name=final_name,  # type: ignore[arg-type]
        http_status=http_status,  # type: ignore[arg-type]
        started_at=started_at,  # type: ignore[arg-type]
        seconds=seconds,  # type: ignore[arg-type]
    )
    return Unsettled(order_id=str(order_id), new_name=str(new_name), outcome=outcome)


def _flag(value: object) -> bool | None:
    return None if value is None else bool(value)


def as_stored(result: object) -> Result:
    """Return a result as it stands in the table."""
    return Result(str(result))


def report_row(row: tuple[object, ...], shown: Callable[[object], Result]) -> ReportRow:
    """Return a line of a report from the columns of `REPORT`; ``shown`` says what its result means to a reader."""
    values = dict(zip(ReportRow.__slots__, row, strict=True))
    values["result"] = shown(values["result"])
    values["warning"] = " ".join(str(values["warning"]).split("\n"))
    for flag in ("is_processing", "is_merging", "is_deleted"):
        values[flag] = _flag(values[flag])
    if (started_at := values["started_at"]) is not None:
        moment = datetime.fromtimestamp(float(str(started_at)), UTC)
        values["started_at"] = moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return ReportRow(**values)  # type: ignore[arg-type]  # STRICT columns
