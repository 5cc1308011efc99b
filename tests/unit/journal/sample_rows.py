"""Runs and rows that tests of the journal begin with."""

from __future__ import annotations

from batch_renamer.journal import Journal, NewRun, RunRecord
from batch_renamer.model import Change, Order, RenameRequest

__all__ = ["begun", "change", "request", "with_rows"]


def begun(journal: Journal, command: str = "apply") -> RunRecord:
    """Begin a run."""
    return journal.runs.begin(NewRun(command=command, base_url="https://api.example.com", account="tests"))


def request(row: int, **given: str | None) -> RenameRequest:
    """Return a row of the spreadsheet."""
    return RenameRequest(**{"row": row, "order_id": f"id{row}", "new_name": f"name {row}", **given})  # type: ignore[arg-type]  # tests give texts


def change(row: int, old_name: str | None = "old") -> Change:
    """Return the planned rename of such a row."""
    return Change(row=row, new_name=f"name {row}", order=Order(order_id=f"id{row}", name=old_name), read_at=1.5)


def with_rows(journal: Journal, rows: int, command: str = "apply") -> RunRecord:
    """Begin a run of so many rows, the first in row 2, as spreadsheets have it."""
    run = begun(journal, command)
    journal.rows.add(run, [request(row) for row in range(2, rows + 2)])
    return run
