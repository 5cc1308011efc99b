"""How a past run stands: whether it was interrupted, and which run of a spreadsheet or plan is to be finished."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from batch_renamer.jobs.past_runs import taken_back
from batch_renamer.jobs.standing import interrupted, last_of_plan, last_of_sheet
from batch_renamer.journal import Journal
from batch_renamer.model import Result
from tests.unit.jobs.begun_runs import OFFICE, begun, ended


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    """Open an empty journal."""
    with Journal.open(tmp_path / "journal.sqlite3") as opened:
        yield opened


def test_a_run_is_over_when_its_reports_are_written(journal: Journal) -> None:
    """Until then, it may have been killed after its last row."""
    run = begun(journal)
    assert interrupted(run, {Result.PENDING: 1})
    assert interrupted(run, {Result.RENAMED: 1})
    assert not interrupted(ended(journal, run), {Result.RENAMED: 1, Result.UNKNOWN: 1})


def test_the_last_run_of_a_sheet(journal: Journal) -> None:
    """It is offered while it is interrupted and was not undone, to the same account and the same content only."""
    run = begun(journal)
    assert last_of_sheet(journal, digest="d", destination=OFFICE) == run
    assert last_of_sheet(journal, digest="other", destination=OFFICE) is None
    assert last_of_sheet(journal, digest="d", destination=replace(OFFICE, account="other")) is None
    assert last_of_sheet(journal, digest="d", destination=replace(OFFICE, base_url="https://other")) is None
    assert taken_back(journal, run) == []
    undo = begun(journal, command="undo", parent=run)
    assert last_of_sheet(journal, digest="d", destination=OFFICE) is None
    assert undo.id in taken_back(journal, run)[0]


def test_the_last_run_of_a_plan(journal: Journal) -> None:
    """A plan whose run was interrupted goes on with that run."""
    plan = begun(journal, command="plan")
    assert last_of_plan(journal, plan) is None
    run = begun(journal, parent=plan)
    assert last_of_plan(journal, plan) == run
