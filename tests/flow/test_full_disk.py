"""The journal can't be written at a run's end: what is reported is true all the same."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import NoReturn

import pandas as pd
import pytest

from batch_renamer.cli.output import show
from batch_renamer.client.pacing import Pacer
from batch_renamer.commands import APPLY, APPLY_PLAN
from batch_renamer.errors import JournalError
from batch_renamer.jobs.destinations import to_sandbox
from batch_renamer.jobs.job import Job, SheetSource
from batch_renamer.jobs.pipeline import perform
from batch_renamer.jobs.run import JobContext
from batch_renamer.jobs.stages import load_options
from batch_renamer.jobs.state import open_journal
from batch_renamer.journal import RunState
from batch_renamer.journal.limits import LimitTable
from batch_renamer.journal.runs import RunTable
from batch_renamer.loader import open_frame
from batch_renamer.model import Result
from batch_renamer.progress import make_progress
from batch_renamer.settings import resolve_settings


def refuse(*_: object, **__: object) -> NoReturn:
    """Fail as a full disk does."""
    raise JournalError("The disk is full.")


@pytest.fixture
def begin(tmp_path: Path) -> Iterator[Callable[..., JobContext]]:
    """Make runs of two orders in one sandbox."""
    settings = resolve_settings({"sandbox": True, "yes": True, "state_dir": str(tmp_path / "state")}, environ={})
    frame = pd.DataFrame({"order_id": ["a1", "a2"], "new_name": ["12 Elm Street", "14 Elm Street"]})
    with open_journal(settings) as journal:
        job = partial(
            Job,
            settings=settings,
            journal=journal,
            progress=make_progress(io.StringIO(), quiet=True),
            destination=to_sandbox(settings),
            source=SheetSource(open=lambda _: nullcontext(open_frame(frame, load_options(settings)))),
        )
        yield lambda **given: JobContext(job(**given))


async def test_rows_that_were_not_sent_are_pending(
    begin: Callable[..., JobContext], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Neither the beginning of the renaming nor its end can be noted; the last line printed is what goes on."""
    monkeypatch.setattr(RunTable, "commit", refuse)
    monkeypatch.setattr(RunTable, "finish", refuse)
    run, summary = await perform(begin(command=APPLY))
    assert (summary.exit_code, summary.counts) == (4, {Result.PENDING: 2})
    assert [row.result for row in run.rows()] == [Result.PENDING] * 2
    assert show(run, summary, {"sandbox": True}) == 4
    last_line = capsys.readouterr().out.splitlines()[-1]
    assert last_line == f"batch-renamer apply --plan {run.record.id} --sandbox"
    monkeypatch.undo()
    goes_on = begin(command=APPLY_PLAN, source=run.job.journal.runs.get(run.record.id))
    _, summary = await perform(goes_on)
    assert summary.counts == {Result.RENAMED: 2}


async def test_the_end_is_noted_though_the_limit_is_not(
    begin: Callable[..., JobContext], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the run has learnt of the API's limit can be learnt again; that it has ended can't."""
    monkeypatch.setattr(LimitTable, "keep", refuse)
    monkeypatch.setattr(Pacer, "learnt_per_s", 50.0)
    run, summary = await perform(begin(command=APPLY))
    assert summary.counts == {Result.RENAMED: 2}
    record = run.job.journal.runs.get(run.record.id)
    assert (record.state, record.reported_at is not None) == (RunState.FINISHED, True)
