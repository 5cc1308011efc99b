"""The lock of an account, and what is noticed if it or the journal goes; on virtual time."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

import anyio
import pytest

from batch_renamer.client import Stopping
from batch_renamer.commands import APPLY
from batch_renamer.errors import LockedError, StateLostError
from batch_renamer.files import FileIdentity
from batch_renamer.jobs.destinations import nowhere
from batch_renamer.jobs.job import Job
from batch_renamer.jobs.run import JobContext, Run
from batch_renamer.jobs.stages.locking import check_lock_is_free, hold_alone, lost_state
from batch_renamer.journal import Journal, writing_lock
from batch_renamer.progress import make_progress
from batch_renamer.settings import Settings
from tests.support.bench import a_stop
from tests.unit.jobs.begun_runs import begun

if TYPE_CHECKING:
    from anyio.abc import TaskGroup


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    """Open an empty journal."""
    with Journal.open(tmp_path / "journal.sqlite3") as opened:
        yield opened


def run_that_waits(journal: Journal, opened: AsyncExitStack, *, wait_s: float = 0.0) -> tuple[Run, io.StringIO]:
    """Return a run that waits so long for its lock, and what is shown meanwhile."""
    shown, record = io.StringIO(), begun(journal)
    job = Job(
        command=APPLY,
        settings=Settings(state_dir=journal.path.parent, wait=wait_s),
        journal=journal,
        progress=make_progress(shown, quiet=False, no_progress=True),
        destination=replace(nowhere(), account="office", locks=("office by another name",)),
        source=record,
    )
    run = Run(context=JobContext(job), record=record, background=cast("TaskGroup", None), opened=opened, in_hand=True)
    return run, shown


@pytest.mark.virtual_time
@pytest.mark.parametrize("wait_s", [0, 60])
@pytest.mark.parametrize("name", ["office", "office by another name"])
async def test_a_lock_that_is_held_is_waited_for_as_long_as_the_user_wants(
    journal: Journal, name: str, wait_s: float
) -> None:
    """Once it is said who holds it, however often it is tried; each name of the account counts."""
    with writing_lock(journal.path.parent, account=name, run_id="k3f9ab"):
        async with AsyncExitStack() as opened:
            run, shown = run_that_waits(journal, opened, wait_s=wait_s)
            with pytest.raises(LockedError, match="run k3f9ab"):
                await check_lock_is_free(run.context)
    assert wait_s <= anyio.current_time() < wait_s + 1
    assert shown.getvalue().count("is at work in this account. Waiting up to 60 s.") == (1 if wait_s else 0)


@pytest.mark.virtual_time
async def test_a_lock_is_taken_once_it_is_free(journal: Journal) -> None:
    """It is held until the run ends, and its files must stay."""
    async with AsyncExitStack() as other, AsyncExitStack() as opened:
        other.enter_context(writing_lock(journal.path.parent, account="office", run_id="k3f9ab"))
        run, _ = run_that_waits(journal, opened, wait_s=60)
        async with anyio.create_task_group() as group:
            group.start_soon(hold_alone, run, "office", "another name")
            await anyio.sleep(5)
            assert run.must_stay == []
            await other.aclose()
        assert anyio.current_time() < 7
        assert [identity.is_in_place() for identity in run.must_stay] == [True, True]
        with pytest.raises(LockedError), writing_lock(journal.path.parent, account="another name", run_id="k5"):
            pytest.fail("the lock is held")
    with writing_lock(journal.path.parent, account="office", run_id="k5"):
        pass


@pytest.mark.virtual_time
async def test_whose_run_is_waited_for_is_known_as_long_as_it_is_waited_for(journal: Journal) -> None:
    """A page shows it; a wait without an end in sight is not said in seconds."""
    async with AsyncExitStack() as other, AsyncExitStack() as opened:
        other.enter_context(writing_lock(journal.path.parent, account="office", run_id="k3f9ab"))
        run, shown = run_that_waits(journal, opened, wait_s=604_800)
        noticed: list[str] = []
        run.context.on_change = lambda: noticed.append(run.context.waits_for)
        async with anyio.create_task_group() as group:
            group.start_soon(hold_alone, run, "office")
            await anyio.sleep(5)
            await other.aclose()
    assert [who.partition(" (")[0] for who in noticed] == ["Run k3f9ab", ""]
    assert shown.getvalue().endswith("is at work in this account. Waiting until it has ended.\n")


@pytest.mark.virtual_time
async def test_a_stop_ends_the_wait_for_the_lock(journal: Journal) -> None:
    """At once, not when the wait is over."""
    with writing_lock(journal.path.parent, account="office", run_id="k3f9ab"):
        async with AsyncExitStack() as opened, anyio.create_task_group() as group:
            run, _ = run_that_waits(journal, opened, wait_s=600)
            group.start_soon(_stopped_in_5_s, run)
            with pytest.raises(Stopping):
                await hold_alone(run, "office")
    assert anyio.current_time() == 5


async def _stopped_in_5_s(run: Run) -> None:
    await anyio.sleep(5)
    run.stop.request(a_stop())


@pytest.mark.skipif(os.name != "posix", reason="elsewhere an open file can't be moved")
@pytest.mark.parametrize(
    ("lost", "said"),
    [
        pytest.param("", None, id="all is in place"),
        pytest.param("journal.sqlite3", "later commands don't know this run", id="the journal"),
        pytest.param("1.lock", "another run could begin beside this one", id="a lock"),
    ],
)
async def test_a_file_that_was_moved_is_missed(journal: Journal, lost: str, said: str | None) -> None:
    """The error names it and says what follows from that."""
    folder = journal.path.parent
    (folder / "1.lock").touch()
    async with AsyncExitStack() as opened:
        run, _ = run_that_waits(journal, opened)
        run.must_stay.append(FileIdentity(folder / "1.lock"))
        if lost:
            (folder / lost).rename(folder / "elsewhere")
        error = lost_state(run)
    assert error is None if said is None else isinstance(error, StateLostError)
    assert said is None or (str(folder / lost) in str(error) and said in str(error))
