"""The jobs of the page against a sandbox over a socket, beside real commands of the command line."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from batch_renamer.journal import RunState
from tests.support.desk import Desk, a_desk, but
from tests.support.served import Command, served


@pytest.fixture
async def renamer(tmp_path: Path) -> AsyncIterator[Command]:
    """Serve a sandbox."""
    async with served(tmp_path) as made:
        yield made


@pytest.fixture
async def desk(renamer: Command) -> AsyncIterator[Desk]:
    """Open the work of a page that uses it."""
    async with a_desk(renamer) as made:
        yield made


async def test_exactly_the_checked_rows_of_a_plan_are_renamed(renamer: Command, desk: Desk) -> None:
    """A plan is kept, and committed without the rows that were unchecked; no file is written beside the spreadsheet."""
    sheet = renamer.sheet(renamer.seed(6))
    plan = await desk.plan(sheet)
    assert (plan.state, desk.results(plan)) == (RunState.PLANNED, ["planned"] * 6)
    assert renamer.patched == []
    done = await desk.commit(plan, choice=but(3, 5))
    assert desk.results(done) == ["renamed", "skipped", "renamed", "skipped", "renamed", "renamed"]
    assert renamer.names == {f"order-{n}": f"Old name {n}" if n in (2, 4) else f"New name {n}" for n in range(1, 7)}
    assert (done.parent, done.reports, done.exit_code) == (plan.number, (), 0)
    assert sorted(path.name for path in renamer.folder.iterdir()) == ["home", "orders.csv"]
