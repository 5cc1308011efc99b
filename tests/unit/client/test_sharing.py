"""Sharing: runs that live in one state directory enter, and each keeps to its fair share of the limit."""

from __future__ import annotations

import logging
import os
import secrets
import shutil
import subprocess
import sys
import threading
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anyio
import anyio.to_thread
import pytest
from filelock import FileLock, Timeout

from batch_renamer.client.fair_shares import Claim
from batch_renamer.client.pacing import Pacer
from batch_renamer.client.sends import Send
from batch_renamer.client.share_files import OwnClaim
from batch_renamer.client.sharing import share_rate
from batch_renamer.liveness import Registration

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

pytestmark = pytest.mark.virtual_time


@pytest.fixture(autouse=True)
def _files_take_no_time(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Use files in the loop itself, so that the order in which runs read and write does not depend on the machine."""

    async def run_here(call: Callable[..., object], *args: object, **_: object) -> object:
        return call(*args)

    if request.node.get_closest_marker("in_threads") is None:
        monkeypatch.setattr(anyio.to_thread, "run_sync", run_here)


API = "https://api.example.com"
HOLDER = """
import sys
from pathlib import Path
from batch_renamer.client.fair_shares import Claim
from batch_renamer.client.share_files import OwnClaim
from batch_renamer.liveness import Registration
with Registration(Path(sys.argv[1]), label="run") as registration, OwnClaim(registration) as claim:
    claim.write(Claim(wanted=1.0, held=0.5))
    print("registered", flush=True)
    sys.stdin.read()
"""
"""Another process, which wants everything."""


@asynccontextmanager
async def living(state_dir: Path, *, base_url: str = API, known_per_s: float | None = None) -> AsyncIterator[Pacer]:
    """Let a run of 300/s live that sends nothing; its pacer leaves."""
    pacer = Pacer(rate_per_s=300, known_per_s=known_per_s)
    async with anyio.create_task_group() as tasks:
        await tasks.start(partial(share_rate, pacer, ceiling_per_s=300, state_dir=state_dir, base_url=base_url))
        yield pacer
        tasks.cancel_scope.cancel()


@asynccontextmanager
async def busy(pacer: Pacer) -> AsyncIterator[None]:
    """Let a run send as much as its pacer allows, with requests of 100 ms."""

    async def work() -> None:
        while True:
            await pacer.acquire()
            await anyio.sleep(0.1)

    async with anyio.create_task_group() as tasks:
        for _ in range(45):
            tasks.start_soon(work)
        yield
        tasks.cancel_scope.cancel()


async def sent(pacer: Pacer) -> Send:
    """Let one try leave."""
    send = await pacer.acquire()
    assert send is not None
    return send


def files(state_dir: Path) -> list[Path]:
    """Return the files of all runs that are registered."""
    return [*state_dir.glob("live/*/*")]


def registrations(state_dir: Path) -> list[Path]:
    """Return the registrations of all runs."""
    return [*state_dir.glob("live/*/*.lock")]


@pytest.mark.parametrize("runs", [1, 2, 3])
async def test_busy_runs_take_equal_shares(tmp_path: Path, runs: int) -> None:
    """A run that begins has its share within a second or so."""
    async with AsyncExitStack() as stack:
        pacers = [await stack.enter_async_context(living(tmp_path)) for _ in range(runs)]
        for pacer in pacers:
            await stack.enter_async_context(busy(pacer))
        await anyio.sleep(1.5)
        assert [pacer.limit_per_s for pacer in pacers] == pytest.approx([300 / runs] * runs)


async def test_what_a_run_does_not_use_is_the_others(tmp_path: Path) -> None:
    """A run that writes its report keeps next to nothing; when it sends again, it has its share within a second."""
    async with living(tmp_path) as one, living(tmp_path) as other, busy(one):
        await anyio.sleep(1)
        while_idle = one.limit_per_s
        async with busy(other):
            await anyio.sleep(1)
            while_busy = one.limit_per_s
        await anyio.sleep(0.5)
        assert (while_idle, while_busy, one.limit_per_s) == (294, 150, 294)


async def test_a_run_that_needs_little_has_that_and_no_more(tmp_path: Path) -> None:
    """One that asks for one order after the other has a few more requests than it uses."""
    async with living(tmp_path) as one, living(tmp_path) as other, busy(one):
        with anyio.move_on_after(3):
            while True:
                await other.acquire()
                await anyio.sleep(0.05)
        assert 20 < other.limit_per_s < 60
        assert one.limit_per_s == 300 - other.limit_per_s


async def test_all_runs_together_never_hold_more_than_the_limit(tmp_path: Path) -> None:
    """Whenever one begins, ends, or goes over from reading to renaming, another has given up its share before."""
    together: list[float] = []
    at_work: list[Pacer] = []

    async def run(begins_s: float, busy_s: float) -> None:
        await anyio.sleep(begins_s)
        async with living(tmp_path) as pacer:
            at_work.append(pacer)
            async with busy(pacer):
                await anyio.sleep(busy_s)
            await anyio.sleep(0.3)
            at_work.remove(pacer)

    async with anyio.create_task_group() as watching:

        async def watch() -> None:
            while True:
                together.append(sum(pacer.limit_per_s for pacer in at_work))
                await anyio.sleep(0.01)

        watching.start_soon(watch)
        async with anyio.create_task_group() as runs:
            for begins_s, busy_s in ((0, 3), (0.5, 1), (0.5, 2), (1.2, 1)):
                runs.start_soon(run, begins_s, busy_s)
        watching.cancel_scope.cancel()
    assert max(together) <= 300 + 1e-6


async def test_a_run_that_comes_waits_until_another_has_given_a_share_up(tmp_path: Path) -> None:
    """When its requests may leave, the others leave them a part of the limit; a run that is alone does not wait."""
    async with living(tmp_path) as first, busy(first):
        assert anyio.current_time() < 0.1
        await anyio.sleep(0.5)
        async with living(tmp_path) as second:
            assert first.limit_per_s + second.limit_per_s == pytest.approx(300)
            assert anyio.current_time() < 1


@pytest.mark.parametrize("known_per_s", [pytest.param(None, id="knows nothing"), pytest.param(200, id="knew more")])
async def test_a_run_that_comes_begins_with_what_another_has_learnt(tmp_path: Path, known_per_s: float | None) -> None:
    """It does not meet the same 429s; its share is one of the limit that the other run keeps to."""
    async with living(tmp_path, known_per_s=120), living(tmp_path, known_per_s=known_per_s) as comes:
        assert comes.learnt_per_s == 120


async def test_a_429_beside_a_run_at_work_cuts_a_share_by_little(tmp_path: Path) -> None:
    """Of a run that has just joined, next to nothing was let in so far; once the other one has ended, that counts."""
    async with living(tmp_path) as comes:
        async with living(tmp_path) as at_work, busy(at_work):
            await anyio.sleep(1.5)
            comes.share(30)
            comes.throttle(None, await sent(comes))
            assert comes.limit_per_s == pytest.approx(24)
        await anyio.sleep(1)
        before = comes.limit_per_s
        comes.throttle(None, await sent(comes))
        assert comes.limit_per_s < before / 2


async def test_the_share_of_a_run_that_ended_is_taken_over(tmp_path: Path) -> None:
    """The whole limit is the last one's; nothing is left of the registrations at the end."""
    async with living(tmp_path) as stays, busy(stays):
        async with living(tmp_path) as ends, busy(ends):
            await anyio.sleep(1.5)
            assert stays.limit_per_s == 150
        await anyio.sleep(1)
        assert stays.limit_per_s == 300
    assert files(tmp_path) == []


async def test_runs_of_other_apis_or_other_folders_share_nothing(tmp_path: Path) -> None:
    """Each API has its own limit."""
    async with (
        living(tmp_path) as one,
        living(tmp_path, base_url="https://other.example.com"),
        living(tmp_path / "elsewhere"),
    ):
        await anyio.sleep(1.5)
        assert one.limit_per_s == 300


async def test_the_registration_of_a_dead_run_is_cleared_away(tmp_path: Path) -> None:
    """A file that no process holds is no run."""
    async with living(tmp_path) as pacer:
        await anyio.sleep(0.5)
        [own] = registrations(tmp_path)
        dead = own.with_name("run-1-dead.lock")
        dead.touch()
        os.utime(dead, (0, 0))
        own.with_name("run-2-dead.share").touch()
        await anyio.sleep(1.5)
        assert sorted(files(tmp_path)) == [own, own.with_suffix(".share")]
        assert pacer.limit_per_s == 300


async def test_the_share_of_a_run_that_was_killed_is_taken_over(tmp_path: Path) -> None:
    """Its lock goes with it, however it ends."""
    async with living(tmp_path) as pacer:
        await anyio.sleep(0.5)
        [own] = registrations(tmp_path)
        command = [sys.executable, "-c", HOLDER, str(own.parent)]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:  # noqa: ASYNC220 - the clock is virtual
            assert other.stdout is not None
            assert other.stdout.readline() == b"registered\n"
            await anyio.sleep(0.5)
            with_other = pacer.limit_per_s
            other.kill()
        await anyio.sleep(1)
        assert (with_other, pacer.limit_per_s) == (6, 300)


async def test_the_share_of_a_run_at_a_standstill_is_taken_over(tmp_path: Path) -> None:
    """One that says nothing for five seconds needs nothing, as after Ctrl-Z."""
    async with living(tmp_path) as pacer:
        await anyio.sleep(0.5)
        [own] = registrations(tmp_path)
        with Registration(own.parent, label="run") as registration, OwnClaim(registration) as claim:
            claim.write(Claim(wanted=1.0, held=0.5))
            await anyio.sleep(4)
            before = pacer.limit_per_s
            await anyio.sleep(2)
            assert (before, pacer.limit_per_s) == (6, 300)


async def test_a_run_of_an_older_version_counts_as_one_that_wants_everything(tmp_path: Path) -> None:
    """It registers, says nothing, and keeps to an equal part."""
    async with living(tmp_path) as pacer, busy(pacer):
        await anyio.sleep(0.5)
        with Registration(registrations(tmp_path)[0].parent, label="run"):
            await anyio.sleep(0.5)
            assert pacer.limit_per_s == 150


async def test_what_other_processes_were_given_is_held_until_they_gave_it_back(tmp_path: Path) -> None:
    """A run whose requests leave elsewhere wants its share, and another run does not take it before they have ended."""
    async with living(tmp_path) as coordinator:
        coordinator.reserve(200)
        async with living(tmp_path) as other, busy(other):
            await anyio.sleep(1)
            before = coordinator.limit_per_s, other.limit_per_s
            coordinator.reserve(150)
            await anyio.sleep(0.2)
            assert (*before, other.limit_per_s) == pytest.approx((150, 100, 150))


async def test_a_registration_that_another_looks_at_is_made_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run that counts the others may hold a new file for a moment; its owner waits that long."""
    async with living(tmp_path):
        await anyio.sleep(0.5)
        [own] = registrations(tmp_path)
    monkeypatch.setattr(os, "getpid", lambda: 7)
    monkeypatch.setattr(secrets, "token_hex", lambda _: "f00d")
    looked_at = FileLock(own.with_name("run-7-f00d.lock"), thread_local=False)
    looked_at.acquire()
    timer = threading.Timer(0.2, looked_at.release)
    timer.start()
    async with living(tmp_path):
        await anyio.sleep(0.5)
        timer.join()
        with pytest.raises(Timeout):
            FileLock(own.with_name("run-7-f00d.lock"), thread_local=False, timeout=0).acquire()


@pytest.mark.in_threads
async def test_no_lock_is_waited_for_in_the_event_loop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Locks are taken in threads: the requests of the run go on meanwhile."""
    loop, taken_in, acquire = threading.current_thread(), list[threading.Thread](), FileLock.acquire

    def noted(self: FileLock, *args: Any, **kwargs: Any) -> Any:
        taken_in.append(threading.current_thread())
        return acquire(self, *args, **kwargs)

    monkeypatch.setattr(FileLock, "acquire", noted)
    async with living(tmp_path), living(tmp_path):
        await anyio.sleep(1.5)
    assert taken_in
    assert loop not in taken_in


@pytest.mark.skipif(os.name != "posix", reason="Windows removes no open file")
async def test_runs_whose_registrations_are_removed_register_once_more(tmp_path: Path) -> None:
    """As when the folder of the state is cleared away by hand; until then each of them keeps to its share."""
    async with living(tmp_path) as one, living(tmp_path) as other, busy(one), busy(other):
        await anyio.sleep(1)
        shutil.rmtree(tmp_path / "live")
        await anyio.sleep(0.5)
        meanwhile = one.limit_per_s + other.limit_per_s
        await anyio.sleep(1)
        assert len(registrations(tmp_path)) == 2
        assert meanwhile == pytest.approx(300)
        async with living(tmp_path) as third, busy(third):
            await anyio.sleep(1)
            assert [run.limit_per_s for run in (one, other, third)] == pytest.approx([100] * 3)


async def test_a_folder_that_can_be_made_later_is_shared_in_then(tmp_path: Path) -> None:
    """A run that could not register at first goes over from the whole limit to its share."""
    in_the_way = tmp_path / "live"
    in_the_way.touch()
    async with living(tmp_path) as pacer, busy(pacer):
        in_the_way.unlink()
        async with living(tmp_path) as other, busy(other):
            await anyio.sleep(2)
            assert [pacer.limit_per_s, other.limit_per_s] == pytest.approx([150, 150])


async def test_a_folder_that_cannot_be_made_is_told_and_no_more(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The run goes on by itself, and learns of the others like of strangers."""
    in_the_way = tmp_path / "file"
    in_the_way.touch()
    with caplog.at_level(logging.WARNING, logger="batch_renamer"):
        async with living(in_the_way) as pacer:
            await anyio.sleep(1.5)
    assert pacer.limit_per_s == 300
    assert "not shared" in caplog.text
