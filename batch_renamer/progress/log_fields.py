"""The fields of log lines: those of one line, and those that every line of a block has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

__all__ = ["about", "every_line", "fields_of_every_line"]

_OF_EVERY_LINE: ContextVar[Mapping[str, object] | None] = ContextVar("fields of every line", default=None)


def about(*, on_screen: bool = False, **fields: object) -> dict[str, object]:
    """Return the ``extra`` of a record: the fields of its line that are not None.

    ``on_screen`` tells that its sentence is shown to people anyway, so that ``--verbose`` doesn't say it twice.

    Example:
        >>> about(run_id="k3f9", sheet=None)
        {'fields': {'run_id': 'k3f9'}, 'on_screen': False}
    """
    return {"fields": _given(fields), "on_screen": on_screen}


@contextmanager
def every_line(**fields: object) -> Iterator[None]:
    """Give every line that is logged in this block these fields, unless they are None or the line has its own.

    They also hold in the tasks that are begun in the block, and in the threads that these wait for.

    Example:
        >>> with every_line(command="apply"), every_line(run_id="k3f9"):
        ...     dict(fields_of_every_line())
        {'command': 'apply', 'run_id': 'k3f9'}
    """
    before = _OF_EVERY_LINE.set({**fields_of_every_line(), **_given(fields)})
    try:
        yield
    finally:
        _OF_EVERY_LINE.reset(before)


def fields_of_every_line() -> Mapping[str, object]:
    """Return the fields that a line has which is logged here."""
    return _OF_EVERY_LINE.get() or {}


def _given(fields: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in fields.items() if value is not None}
