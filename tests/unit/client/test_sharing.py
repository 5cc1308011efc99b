"""Sharing: runs that live in one state directory enter, and each keeps to its equal part of the limit."""

from __future__ import annotations

import logging
import os
import secrets
import subprocess
import sys
import threading
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anyio
import pytest
from filelock import FileLock, Timeout

from batch_renamer.client.pacing import Pacer
from batch_renamer.client.sharing import share_rate

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

pytestmark = pytest.mark.virtual_time

API = "https://api.example.com"
HOLDER = """
import sys
from pathlib import Path
from batch_renamer.liveness import Registration
with Registration(Path(sys.argv[1]), label="run"):
    print("registered", flush=True)
    sys.stdin.read()
"""


@asynccontextmanager
async def living(state_dir: Path, *, base_url: str = API) -> AsyncIterator[Pacer]:
    """Let a run of 300/s live; its pacer leaves."""
    pacer = Pacer(rate_per_s=300)
    async with anyio.create_task_group() as tasks:
        await tasks.start(partial(share_rate, pacer, ceiling_per_s=300, state_dir=state_dir, base_url=base_url))
        yield pacer
        tasks.cancel_scope.cancel()


def registrations(state_dir: Path) -> list[Path]:
    """Return the files of all that are registered."""
    return [*state_dir.glob("live/*/*.lock")]


@pytest.mark.parametrize("runs", [1, 2, 3])
async def test_live_runs_take_equal_parts(tmp_path: Path, runs: int) -> None:
    """A run that begins is noticed within a second or so."""
    async with AsyncExitStack() as stack:
        pacers = [await stack.enter_async_context(living(tmp_path)) for _ in range(runs)]
        await anyio.sleep(1.5)
        assert [pacer.limit_per_s for pacer in pacers] == pytest.approx([300 / runs] * runs)


async def test_who_comes_waits_until_the_others_have_seen_it(tmp_path: Path) -> None:
    """When its requests may leave, the others keep to their part already; a run that is alone does not wait."""
    async with living(tmp_path) as first:
        assert anyio.current_time() < 0.1
        await anyio.sleep(0.5)
        async with living(tmp_path) as second:
            assert (first.limit_per_s, second.limit_per_s) == (150, 150)
            assert anyio.current_time() < 2


async def test_the_part_of_a_run_that_ended_is_taken_over(tmp_path: Path) -> None:
    """The whole limit is the last one's; nothing is left of the registrations at the end."""
    async with living(tmp_path) as stays:
        async with living(tmp_path):
            await anyio.sleep(1.5)
            assert stays.limit_per_s == 150
        await anyio.sleep(1.5)
        assert stays.limit_per_s == 300
    assert registrations(tmp_path) == []


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
        await anyio.sleep(1.5)
        assert registrations(tmp_path) == [own]
        assert pacer.limit_per_s == 300


async def test_a_run_in_another_process_is_counted_until_it_is_killed(tmp_path: Path) -> None:
    """Its lock goes with it, however it ends."""
    async with living(tmp_path) as pacer:
        await anyio.sleep(0.5)
        [own] = registrations(tmp_path)
        command = [sys.executable, "-c", HOLDER, str(own.parent)]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:  # noqa: ASYNC220 - the clock is virtual
            assert other.stdout is not None
            assert other.stdout.readline() == b"registered\n"
            await anyio.sleep(1.5)
            with_other = pacer.limit_per_s
            other.kill()
        await anyio.sleep(1.5)
        assert (with_other, pacer.limit_per_s) == (150, 300)


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
