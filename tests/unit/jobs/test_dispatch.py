"""Dispatch: the planned renames of a run enter, and each is handed out once, in order or from elsewhere."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from batch_renamer.jobs.stages.dispatch import Dispatch
from batch_renamer.journal import Journal, NewRun, RunRecord
from batch_renamer.model import Change, Order, RenameRequest


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    """Open a new journal."""
    with Journal.open(tmp_path / "journal.sqlite3") as opened:
        yield opened


def planned(journal: Journal, rows: int) -> RunRecord:
    """Begin a run whose plan renames so many orders, from row 2 on."""
    run = journal.runs.begin(NewRun(command="apply", base_url="https://api.example.com", account="tests"))
    numbers = range(2, rows + 2)
    journal.rows.add(run, [RenameRequest(row=row, order_id=f"id{row}", new_name="new") for row in numbers])
    orders = [(row, Order(order_id=f"id{row}", name="old")) for row in numbers]
    journal.rows.record(run, [Change(row=row, new_name="new", order=order, read_at=1.5) for row, order in orders])
    return journal.runs.get(run.id)


async def test_batches_are_in_sheet_order_and_noted_before_they_are_handed_out(journal: Journal) -> None:
    """A run that is killed knows what it may have sent."""
    run = planned(journal, 1_200)
    dispatch, rows = Dispatch(journal, run, requests_per_s=lambda: 300.0), list[int]()
    async for batch in dispatch.batches():
        noted = {change.row for change in journal.rows.changes(run, after_row=0, limit=2_000) if change.dispatched}
        assert {change.row for change in batch} <= noted
        rows += [change.row for change in batch]
    assert rows == list(range(2, 1_202))


async def test_rows_from_elsewhere_lie_beyond_what_was_handed_out_and_far_apart(journal: Journal) -> None:
    """However long a block of bad rows is, a few looks leave it; each row is noted before it is handed out."""
    run = planned(journal, 10_000)
    dispatch = Dispatch(journal, run, requests_per_s=lambda: 500.0)
    first = await anext(aiter(dispatch.batches()))
    taken = [await dispatch.elsewhere() for _ in range(8)]
    rows = sorted(change.row for change in taken if change is not None)
    assert len(set(rows)) == 8
    assert rows[0] > first[-1].row
    assert max(later - earlier for earlier, later in itertools.pairwise(rows)) < 3_000
    noted = {change.row for change in journal.rows.changes(run, after_row=0, limit=10_000) if change.dispatched}
    assert noted == {change.row for change in first} | set(rows)


@pytest.mark.parametrize("rows", [0, 1, 501, 600, 2_000])
async def test_no_row_is_handed_out_twice_and_none_is_left(journal: Journal, rows: int) -> None:
    """Taken from elsewhere between batches, or until nothing is left there: every row comes once."""
    run = planned(journal, rows)
    dispatch, handed_out = Dispatch(journal, run, requests_per_s=lambda: 250.0), list[int]()
    async for batch in dispatch.batches():
        handed_out += [change.row for change in batch]
        for _ in range(70):
            if (change := await dispatch.elsewhere()) is not None:
                handed_out.append(change.row)
    assert sorted(handed_out) == list(range(2, rows + 2))
    assert await dispatch.elsewhere() is None


@pytest.mark.parametrize(
    ("per_s", "sizes"), [(0.1, [30, 30, 30, 10]), (40.9, [40, 40, 20]), (9_000.0, [100])], ids=["slow", "40/s", "fast"]
)
async def test_no_more_is_dispatched_than_is_sent_in_about_a_second(
    journal: Journal, per_s: float, sizes: list[int]
) -> None:
    """After a crash every dispatched row counts as sent: the fewer are not, the truer that is."""
    dispatch = Dispatch(journal, planned(journal, 100), requests_per_s=lambda: per_s)
    assert [len(batch) async for batch in dispatch.batches()] == sizes


async def test_a_pause_ends_the_batches_and_the_next_ones_go_on_from_there(journal: Journal) -> None:
    """No row is left out, and none comes twice."""
    dispatch, rows = Dispatch(journal, planned(journal, 100), requests_per_s=lambda: 30.0), list[int]()
    async for batch in dispatch.batches():
        rows += [change.row for change in batch]
        dispatch.paused = True
    assert rows == list(range(2, 32))
    dispatch.paused = False
    rows += [change.row async for batch in dispatch.batches() for change in batch]
    assert rows == list(range(2, 102))
