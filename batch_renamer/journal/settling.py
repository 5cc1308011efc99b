"""How decisions on many rows are written: one statement updates up to 256 rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain

__all__ = ["SETTLE_OUTCOME", "SETTLE_PLANNED", "STATE", "STRAYS", "Settling"]

STATE = ("status", "is_processing", "is_merging", "is_deleted", "total_images", "last_updated_at", "first_image")
"""The columns of what was seen of an order besides its name."""


class Settling:
    """Makes the statements that update many rows.

    ``executemany`` runs a statement a row, and at each of them the journal's thread would release the interpreter and
    wait to get it back from the event loop, which costs more than the update. Here a statement updates 1, 2, 4, ...
    or 256 rows, so few of them need to be prepared. It is an insert whose every row is there already: an UPDATE
    with a FROM would copy all values once more. A row that is not there, by a fault of the program, is inserted without
    an order, and `STRAYS` counts it for the account of rows.

    Example:
        >>> settling = Settling("result = excluded.result", columns=("run", "row", "result"))
        >>> [values for _, values in settling.statements([(1, row, "renamed") for row in (2, 3, 4)])]
        [[1, 2, 'renamed', 1, 3, 'renamed'], [1, 4, 'renamed']]
    """

    def __init__(self, assignments: str, *, columns: Sequence[str]) -> None:
        # These columns may not be null, so they need a value; of a row that is there they stay as they are.
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


# A row that was loaded without an id is ``invalid``, has a skip mark, or gives a current name; any other is a stray.
STRAYS = (
    "SELECT COUNT(*) FROM rows WHERE run = ? AND order_id = '' AND skip = '' AND result IS NOT 'invalid'"
    " AND guard IS NULL"
)

_MOST_IN_ONE = 256

# A row that is tried again (handed_out = 2) keeps the name that its order had before this run first sent it, and if the
# order has the new one by now, that is this run's doing.
SETTLE_PLANNED = Settling(
    """
    result = 'planned', reason = '',
    old_name = CASE WHEN handed_out = 2 THEN COALESCE(old_name, excluded.old_name) ELSE excluded.old_name END,
    status = excluded.status, is_processing = excluded.is_processing, is_merging = excluded.is_merging,
    is_deleted = excluded.is_deleted, total_images = excluded.total_images,
    last_updated_at = excluded.last_updated_at, first_image = excluded.first_image, read_at = excluded.read_at""",
    columns=("old_name", *STATE, "read_at", "run", "row"),
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
    first_image = COALESCE(excluded.first_image, first_image),
    attempts = attempts + excluded.attempts, http_status = excluded.http_status,
    started_at = excluded.started_at, seconds = excluded.seconds""",
    columns=(
        *("result", "reason", "warning", "old_name", "final_name", *STATE),
        *("attempts", "http_status", "started_at", "seconds", "run", "row"),
    ),
)
