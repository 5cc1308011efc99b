"""Rows enter; a kept plan in a journal leaves, without a spreadsheet and without requests."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain, repeat

from batch_renamer.journal import Journal, NewRun, RunRecord, RunState
from batch_renamer.model import Change, Order, Outcome, RenameRequest, Result, RowProblem

__all__ = ["Row", "plan_of", "planned"]

Row = tuple[int, Result | None, str, str, str]
"""How far a row is below the one before; its result, order id, new name and old name."""


def planned(count: int) -> list[Row]:
    """Return rows of so many renames, from row 2 on."""
    return [(1, Result.PLANNED, f"order-{row}", f"{row} Elm Street", f"{row} Elm St") for row in range(2, count + 2)]


def plan_of(
    journal: Journal,
    rows: Sequence[Row],
    *,
    command: str = "plan",
    base_url: str = "u",
    profile: str | None = None,
    parent: RunRecord | None = None,
    other_headings: Sequence[str] = (),
    other_cells: Sequence[tuple[str, ...]] = (),
) -> RunRecord:
    """Return a kept plan with rows of these distances, results, order ids, new names and old names.

    ``other_cells`` are those of the first rows; the others have none.
    """
    run = journal.runs.begin(
        NewRun(
            command=command,
            base_url=base_url,
            profile=profile,
            account="a",
            sheet="/office/Spring.xlsx",
            parent=parent,
            other_headings=other_headings,
        )
    )
    number = 1
    every_cell = chain(other_cells, repeat(()))
    for (gap, result, order_id, new_name, old_name), others in zip(rows, every_cell, strict=False):
        number += gap
        if result is Result.INVALID:
            problem = RowProblem(
                row=number, order_id=order_id, new_name=new_name, reason="Repair it.", other_cells=others
            )
            journal.rows.add(run, [problem])
            continue
        request = RenameRequest(
            row=number,
            order_id=order_id,
            new_name=new_name,
            skip="yes" if result is Result.SKIPPED else "",
            other_cells=others,
        )
        journal.rows.add(run, [request])
        order = Order(order_id=order_id, name=old_name)
        if result is Result.PLANNED:
            journal.rows.record(run, [Change(row=number, new_name=new_name, order=order, read_at=1.0)])
        elif result is not None and result is not Result.SKIPPED:
            reason = "There is no order with this id." if result is Result.FAILED else ""
            outcome = Outcome(row=number, result=result, reason=reason, old_name=old_name, order=order)
            journal.rows.record(run, [outcome])
    return journal.runs.set_state(run, RunState.PLANNED)
