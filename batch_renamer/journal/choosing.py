"""Leaves out rows that another run had and that the user did not choose; only their numbers decide."""

from __future__ import annotations

import sqlite3

from batch_renamer.errors import InputError
from batch_renamer.model import LEFT_OUT_MARK, RowChoice

__all__ = ["chosen_spans", "leave_out", "left_out_spans", "refuse_absent"]

_LEAVE_OUT = """
    UPDATE rows SET result = 'skipped', reason = ?, skip = ?, final_name = NULL, http_status = NULL
    WHERE run = ? AND row BETWEEN ? AND ? AND result IS NOT 'skipped'
"""
_LAST_ROW = 2**62


def leave_out(connection: sqlite3.Connection, run: int, choice: RowChoice) -> None:
    """Settle the rows of a run that were not chosen; called within a transaction.

    Raises:
        InputError: no row is left.
    """
    if not choice:
        return
    connection.executemany(
        _LEAVE_OUT,
        [
            (why.reason, why.mark, run, first, _LAST_ROW if last is None else last)
            for first, last, why in choice.left_out_spans()
        ],
    )
    chosen = "SELECT 1 FROM rows WHERE run = ? AND substr(skip, 1, ?) != ? LIMIT 1"
    if not connection.execute(chosen, (run, len(LEFT_OUT_MARK), LEFT_OUT_MARK)).fetchone():
        raise InputError(f"With {choice.flags}, no row is left to work on; nothing was sent.")


def chosen_spans(choice: RowChoice) -> list[tuple[int, int]]:
    """Return first and last number of what is chosen, as values for ``BETWEEN``.

    Example:
        >>> chosen_spans(RowChoice()) == [(1, 2**62)]
        True
    """
    return [(first, _LAST_ROW if last is None else last) for first, last in choice.chosen_spans()]


def left_out_spans(choice: RowChoice) -> list[tuple[int, int]]:
    """Return first and last number of what is left out, as values for ``BETWEEN``."""
    return [(first, _LAST_ROW if last is None else last) for first, last, _ in choice.left_out_spans()]


def refuse_absent(connection: sqlite3.Connection, run: int, run_id: str, choice: RowChoice) -> None:
    """Refuse a choice with numbers that are no rows of this run.

    Raises:
        InputError: there are such numbers.
    """
    if not choice:
        return
    first, last = connection.execute("SELECT MIN(row), MAX(row) FROM rows WHERE run = ?", (run,)).fetchone()
    query = "SELECT 1 FROM rows WHERE run = ? AND row = ?"
    present = [row for row in choice.singles if connection.execute(query, (run, row)).fetchone()]
    for flag, numbers in choice.numbers:
        if first is not None and (absent := numbers.absent(first=first, last=last, present=present)):
            raise InputError(
                f"{flag} names row {absent[0]}, which run {run_id} does not have: its rows are {first} to {last}. "
                "Nothing was sent."
            )
