"""Virtual time: sleeping coroutines enter, and are done at once, in the order and at the times of a real clock."""

from __future__ import annotations

import asyncio
import itertools
import threading
import time

import anyio
import anyio.to_thread
import pytest

from tests.support.clock import StuckError, VirtualTimeLoop


@pytest.fixture
def runner() -> asyncio.Runner:
    """Give a runner on virtual time, for tests that expect the whole run to fail."""
    return asyncio.Runner(loop_factory=VirtualTimeLoop)


@pytest.mark.virtual_time
async def test_a_minute_passes_in_milliseconds() -> None:
    """Sixty seconds of sleep move the loop's clock, not the wall's."""
    started_s = time.monotonic()
    await anyio.sleep(60)
    assert anyio.current_time() == 60
    assert time.monotonic() - started_s < 30


@pytest.mark.virtual_time
async def test_sleepers_wake_in_the_order_of_their_times() -> None:
    """Each sleeper sees exactly the time that it asked for."""
    woken: list[tuple[str, float]] = []

    async def sleep(name: str, delay_s: float) -> None:
        await asyncio.sleep(delay_s)
        woken.append((name, anyio.current_time()))

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(sleep, "late", 3.5)
        tasks.start_soon(sleep, "early", 0.25)
    assert woken == [("early", 0.25), ("late", 3.5)]


@pytest.mark.virtual_time
async def test_deadlines_are_virtual() -> None:
    """A deadline strikes at its virtual second, while the sleep that it cuts off would take an hour."""
    with pytest.raises(TimeoutError):
        with anyio.fail_after(5):
            await anyio.sleep(3600)
    assert anyio.current_time() == 5


@pytest.mark.virtual_time
@pytest.mark.parametrize("library", ["asyncio", "anyio"])
async def test_clock_stands_while_a_thread_works(library: str) -> None:
    """A deadline is not missed because a thread takes real time."""
    run_in_thread = asyncio.to_thread if library == "asyncio" else anyio.to_thread.run_sync
    with anyio.fail_after(0.001):
        await run_in_thread(threading.Event().wait, 0.05)
    assert anyio.current_time() == 0


async def test_other_tests_keep_the_real_clock() -> None:
    """Without the mark nothing is virtual."""
    assert not isinstance(asyncio.get_running_loop(), VirtualTimeLoop)


def test_waiting_for_what_cannot_happen_is_an_error(runner: asyncio.Runner) -> None:
    """A test that would hang for ever fails at once."""
    with runner, pytest.raises(StuckError, match="can't happen"):
        runner.run(asyncio.Event().wait())


def test_ticking_for_ever_is_an_error(runner: asyncio.Runner) -> None:
    """A test in which only a clock ticks fails as well."""

    async def tick() -> None:
        for _ in itertools.count():
            await asyncio.sleep(3600)

    with runner, pytest.raises(StuckError, match="still waits"):
        runner.run(tick())


def test_a_socket_in_virtual_time_is_an_error(runner: asyncio.Runner) -> None:
    """Real answers would race against a clock that jumps, so there is no connection."""
    with runner, pytest.raises(StuckError, match="socket"):
        runner.run(asyncio.open_connection("127.0.0.1", 9))
