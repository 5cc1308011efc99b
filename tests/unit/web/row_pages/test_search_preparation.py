"""Runs with many rows are made ready to be searched while their page is looked at."""

from __future__ import annotations

from pathlib import Path

import pytest

from batch_renamer.journal import Journal, NewRun, RowFilter, RunRecord, RunState
from batch_renamer.model import RenameRequest
from batch_renamer.web.row_pages import SearchPreparation
from tests.support.served_page import served_page

ROWS = 2_500  # more than one step adds


def long_plan(journal: Journal, rows: int = ROWS) -> RunRecord:
    """Return a kept plan of so many rows."""
    run = journal.runs.begin(NewRun(command="plan", base_url="u", account="a", sheet="/office/Spring.xlsx"))
    requests = [RenameRequest(row=row, order_id=f"o{row}", new_name=f"{row} Élan") for row in range(2, rows + 2)]
    journal.rows.add(run, requests)
    return journal.runs.set_state(run, RunState.PLANNED)


async def test_a_run_that_is_shown_is_made_ready(tmp_path: Path) -> None:
    """All its texts are there when the preparation has ended, and the last row is found by them."""
    async with served_page(tmp_path, sandbox=True) as served:
        journal = served.workspace.journal
        plan = long_plan(journal)
        async with served.client.get(f"/pages/runs/{plan.id}") as answer:
            assert answer.status == 200
        await served.workspace.search_preparation.ended()
        assert not journal.row_search.texts.begin(plan)
        found = journal.row_search.find(plan, RowFilter(text=f"{ROWS + 1} elan"))
    assert [row.row for row in found.rows] == [ROWS + 1]


@pytest.mark.parametrize(
    ("rows", "is_closed"), [pytest.param(10, False, id="few rows"), pytest.param(ROWS, True, id="the server ends")]
)
async def test_nothing_is_made_ready_in_vain(rows: int, is_closed: bool) -> None:
    """A few rows are searched at once anyway, and a server that ends leaves nothing at work."""
    with Journal.temporary() as journal:
        plan, preparation = long_plan(journal, rows), SearchPreparation(journal)
        if is_closed:
            await preparation.close()
        preparation.begin(plan)
        await preparation.ended()
        assert journal.row_search.texts.begin(plan)


async def test_the_run_that_is_shown_last_is_made_ready() -> None:
    """An earlier one is given up."""
    with Journal.temporary() as journal:
        first, last, preparation = long_plan(journal), long_plan(journal), SearchPreparation(journal)
        for plan in (first, last, last):
            preparation.begin(plan)
        await preparation.ended()
        assert not journal.row_search.texts.begin(last)
