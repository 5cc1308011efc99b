"""Stopping: a cause enters; waits end, and what is in hand gets its grace."""

from __future__ import annotations

import anyio
import pytest

from batch_renamer.client.stopping import GRACE_S, Stopping, StopSignal
from batch_renamer.errors import TooManyFailuresError
from tests.support.bench import a_stop

pytestmark = pytest.mark.virtual_time


async def wait(stop: StopSignal, seconds: float) -> None:
    """Wait in a way that a stop ends."""
    with stop.interruptible():
        await anyio.sleep(seconds)


async def request_after(stop: StopSignal, seconds: float, *, grace_s: float = GRACE_S) -> None:
    """Ask for a stop later."""
    await anyio.sleep(seconds)
    stop.request(a_stop(), grace_s=grace_s)


async def test_nothing_stops_by_itself() -> None:
    """Without a cause waits end when they end."""
    stop = StopSignal()
    await wait(stop, 3600)
    assert not stop.requested
    assert stop.cause is None


async def test_a_stop_ends_every_wait_at_once() -> None:
    """Every wait ends in the moment of the stop."""
    stop, ended = StopSignal(), list[float]()

    async def row(seconds: float) -> None:
        with pytest.raises(Stopping):
            await wait(stop, seconds)
        ended.append(anyio.current_time())

    async with anyio.create_task_group() as tasks:
        for seconds in (8, 80, 800):
            tasks.start_soon(row, seconds)
        tasks.start_soon(request_after, stop, 7)
    assert ended == [7, 7, 7]


async def test_no_wait_begins_after_a_stop() -> None:
    """A wait that would begin later does not begin."""
    stop, begun = StopSignal(), list[bool]()
    stop.request(a_stop())
    with pytest.raises(Stopping), stop.interruptible():
        begun.append(True)
    assert not begun


async def test_a_wait_that_is_over_in_the_moment_of_the_stop_is_stopped() -> None:
    """A try does not take the turn that it has waited for when the stop comes at the same instant."""
    stop, taken = StopSignal(), list[bool]()
    turn = anyio.Event()

    async def row() -> None:
        with stop.interruptible():
            await turn.wait()
        taken.append(True)

    async def stopped_row() -> None:
        with pytest.raises(Stopping):
            await row()

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(stopped_row)
        await anyio.wait_all_tasks_blocked()
        turn.set()
        stop.request(a_stop())
    assert not taken


async def test_a_wait_leaves_nothing_behind() -> None:
    """A wait that is over isn't touched by a stop that comes later."""
    stop = StopSignal()
    await wait(stop, 1)
    stop.request(a_stop())
    await anyio.sleep(1)


async def test_cancellation_passes_through_a_wait() -> None:
    """A wait that is cancelled from outside is cancelled, and not taken for a stop."""
    stop = StopSignal()
    with anyio.move_on_after(5) as scope:
        await wait(stop, 3600)
    assert scope.cancelled_caught
    assert not stop.requested


async def test_the_first_cause_wins() -> None:
    """What ended the run is what happened first."""
    stop, first = StopSignal(), a_stop()
    stop.request(first)
    stop.request(TooManyFailuresError("too many"))
    assert stop.cause is first


@pytest.mark.parametrize(
    ("first_s", "second_s", "second_at_s", "over_at_s"),
    [
        pytest.param(GRACE_S, None, 0, 10, id="ten seconds by default"),
        pytest.param(3.0, None, 0, 3, id="as asked"),
        pytest.param(0.0, None, 0, 0, id="none"),
        pytest.param(GRACE_S, 0.0, 4, 4, id="a second request ends it"),
        pytest.param(GRACE_S, GRACE_S, 4, 10, id="a second request doesn't extend it"),
    ],
)
async def test_grace_is_over_in_time(
    first_s: float, second_s: float | None, second_at_s: float, over_at_s: float
) -> None:
    """What is in hand has until the end of the grace, or until a second request to stop comes without one."""
    stop = StopSignal()
    stop.request(a_stop(), grace_s=first_s)
    async with anyio.create_task_group() as tasks:
        if second_s is not None:
            tasks.start_soon(lambda: request_after(stop, second_at_s, grace_s=second_s))
        await stop.out_of_time()
        assert anyio.current_time() == over_at_s
        tasks.cancel_scope.cancel()


async def test_time_runs_out_only_after_a_stop() -> None:
    """The grace begins with the request."""
    stop = StopSignal()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(request_after, stop, 100)
        await stop.out_of_time()
    assert anyio.current_time() == 110


def test_a_signal_can_be_made_before_the_event_loop() -> None:
    """A run is put together before its loop is started."""
    assert not StopSignal().requested


async def test_a_second_request_that_ends_the_grace_is_seen() -> None:
    """Other processes that send for the run are told by it."""
    stop = StopSignal()
    stop.request(a_stop())
    assert not stop.without_grace
    stop.request(a_stop(), grace_s=0)
    assert stop.without_grace
