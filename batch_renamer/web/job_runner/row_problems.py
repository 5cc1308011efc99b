"""Takes the bad rows of jobs from the log as they come, each for the job that it belongs to.

The stages log every bad row with its number, its order and its reason. The job that a line belongs to is known by a
context variable, which tasks and threads of the job inherit.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

__all__ = ["row_problems_go_to"]

log = logging.getLogger("batch_renamer")

_TELL: ContextVar[Callable[[str], None] | None] = ContextVar("who is told of bad rows", default=None)


class _RowProblems(logging.Handler):
    """Calls ``tell`` for each line about a bad row that is logged where it is the one to be told."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        super().__init__(logging.WARNING)
        self._tell = tell

    def emit(self, record: logging.LogRecord) -> None:
        fields = getattr(record, "fields", {})
        if _TELL.get() is self._tell and "row" in fields and "reason" in fields:
            order = f" ({fields['order_id']})" if fields.get("order_id") else ""
            self._tell(f"Row {fields['row']:,}{order} is {fields.get('result', 'bad')}: {fields['reason']}")


@contextmanager
def row_problems_go_to(tell: Callable[[str], None]) -> Iterator[None]:
    """Call ``tell`` with a sentence for each bad row that is logged in this block, in its tasks and in its threads."""
    handler, before = _RowProblems(tell), _TELL.set(tell)
    log.addHandler(handler)
    try:
        yield
    finally:
        log.removeHandler(handler)
        _TELL.reset(before)
