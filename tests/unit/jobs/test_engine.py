"""The engine of a job: one that can't be used enters, and nothing was begun with it."""

from __future__ import annotations

import io
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Never

import pytest

from batch_renamer.commands import APPLY, COMMANDS, Command
from batch_renamer.errors import InputError
from batch_renamer.jobs import Engine, EngineContext, Job, JobContext, SheetSource, Source, perform
from batch_renamer.journal import Journal
from batch_renamer.loader import Sheet
from batch_renamer.progress import make_progress
from batch_renamer.settings import Settings
from tests.unit.jobs.begun_runs import OFFICE, begun

SENDING = [command for command in COMMANDS.values() if command.writes and "engine" in command.options]


async def _refuse(_: Settings, _notify: Callable[[str], None]) -> None:
    raise InputError("The scheduler can't be reached.")


def _never_opened(_: EngineContext) -> Never:
    raise AssertionError("The engine was opened.")


def _never_read(_: Callable[[], bool]) -> AbstractContextManager[Sheet]:
    raise AssertionError("The spreadsheet was read.")


@pytest.mark.parametrize("command", SENDING, ids=lambda command: command.name)
async def test_an_engine_that_cannot_be_used_is_told_before_anything_is_read(tmp_path: Path, command: Command) -> None:
    """Neither the spreadsheet nor an order: reading a million orders takes an hour."""
    with Journal.open(tmp_path / "journal.sqlite3") as journal:
        before = begun(journal)
        source: Source = SheetSource(open=_never_read) if command is APPLY else before
        job = Job(
            command=command,
            settings=Settings(state_dir=tmp_path),
            journal=journal,
            progress=make_progress(io.StringIO()),
            destination=OFFICE,
            source=source,
            engine=Engine(check=_refuse, open=_never_opened),
        )
        with pytest.raises(InputError, match="can't be reached"):
            await perform(JobContext(job))
        assert [run.id for run in journal.runs.find()] == [before.id], "no run is begun"
