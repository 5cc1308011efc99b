"""How rows stand in the table: the model's values enter, tuples for SQL leave, and the reverse."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from batch_renamer.model import Change, Order, Outcome, RenameRequest, ReportRow, Result, RowProblem

__all__ = [
    "REPORT",
    "SETTLE_OUTCOME",
    "SETTLE_PLANNED",
    "as_stored",
    "loaded",
    "planned",
    "report_row",
    "settled",
]

# Of an order that was never read, the old name is the one that the sheet gives: a report that is fed back in as a
# spreadsheet keeps its guards.
REPORT = """
    SELECT row, order_id, COALESCE(old_name, NULLIF(guard, '')), new_name, final_name, skip, result, reason, warning,
        status, is_processing, is_merging, is_deleted, total_images, last_updated_at,
        attempts, http_status, started_at, seconds
    FROM rows WHERE run = ?"""
# A row that is tried again (handed_out = 2) keeps the name that its order had before this run first sent it, and if the
# order has the new one by now, that is this run's doing.
SETTLE_PLANNED = """
    UPDATE rows SET result = 'planned', reason = '',
        old_name = CASE WHEN handed_out = 2 THEN COALESCE(old_name, ?1) ELSE ?1 END,
        status = ?, is_processing = ?, is_merging = ?, is_deleted = ?, total_images = ?, last_updated_at = ?,
        read_at = ? WHERE run = ? AND row = ?"""
SETTLE_OUTCOME = """
    UPDATE rows SET result = CASE WHEN ?1 = 'unchanged' AND handed_out = 2 THEN 'renamed' ELSE ?1 END, reason = ?,
        old_name = CASE WHEN handed_out = 2 THEN COALESCE(old_name, ?3) ELSE COALESCE(?3, old_name) END,
        final_name = ?,
        status = COALESCE(?, status), is_processing = COALESCE(?, is_processing),
        is_merging = COALESCE(?, is_merging), is_deleted = COALESCE(?, is_deleted),
        total_images = COALESCE(?, total_images), last_updated_at = COALESCE(?, last_updated_at),
        attempts = attempts + ?, http_status = ?, started_at = ?, seconds = ? WHERE run = ? AND row = ?"""
_NO_STATE = (None,) * 6


def _at_once(row: RenameRequest | RowProblem) -> tuple[Result | None, str]:
    if isinstance(row, RowProblem):
        return Result.INVALID, row.reason
    if row.skip:
        return Result.SKIPPED, "Left out: the sheet marks this row to be skipped."
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


def as_stored(result: object) -> Result:
    """Return a result as it stands in the table."""
    return Result(str(result))


def report_row(row: tuple[object, ...], shown: Callable[[object], Result]) -> ReportRow:
    """Return a line of a report from the columns of `REPORT`; ``shown`` says what its result means to a reader."""
    values = dict(zip(ReportRow.__slots__, row, strict=True))
    values["result"] = shown(values["result"])
    for flag in ("is_processing", "is_merging", "is_deleted"):
        values[flag] = _flag(values[flag])
    if (started_at := values["started_at"]) is not None:
        moment = datetime.fromtimestamp(float(str(started_at)), UTC)
        values["started_at"] = moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return ReportRow(**values)  # type: ignore[arg-type]  # STRICT columns
