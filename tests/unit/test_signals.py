"""Signals that ask to stop, sent to this very process."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import Iterator

import pytest

from batch_renamer.signals import called_in_thread_on_signals, called_on_signals
from tests.support.gate import DEADLINE_S

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals are sent as POSIX sends them")
STOPS = [signal.SIGINT, signal.SIGTERM, *([signal.SIGHUP] if hasattr(signal, "SIGHUP") else [])]


def ignore(_number: int, _frame: object) -> None:
    """Stand for whatever handled the signal before."""


@pytest.fixture(autouse=True)
def _handled_before() -> Iterator[None]:
    before = {number: signal.signal(number, ignore) for number in STOPS}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", STOPS, ids=lambda number: number.name)
async def test_signal_is_passed_on_to_the_event_loop(number: signal.Signals) -> None:
    """The callback is called in the loop, once for each signal, with its number."""
    seen: list[tuple[int, object]] = []
    called = asyncio.Event()

    def callback(number: int) -> None:
        seen.append((number, asyncio.get_running_loop()))
        called.set()

    with called_on_signals(callback):
        for times in (1, 2):
            os.kill(os.getpid(), number)
            await asyncio.wait_for(called.wait(), DEADLINE_S)
            called.clear()
            assert seen == [(number, asyncio.get_running_loop())] * times


async def test_signal_never_interrupts_the_code_that_runs() -> None:
    """It waits for its turn in the loop."""
    seen: list[int] = []
    with called_on_signals(seen.append):
        os.kill(os.getpid(), signal.SIGTERM)
        assert seen == []
        await asyncio.sleep(0)
    assert seen == [signal.SIGTERM]


@pytest.mark.parametrize("fails", [False, True], ids=["good end", "bad end"])
async def test_handlers_are_given_back(fails: bool) -> None:
    """Who handled the signals before does so again, however the block ends."""
    try:
        with called_on_signals(lambda _: None):
            assert all(signal.getsignal(number) is not ignore for number in STOPS)
            if fails:
                raise KeyError
    except KeyError:
        assert fails
    assert all(signal.getsignal(number) is ignore for number in STOPS)


@pytest.mark.parametrize("number", STOPS, ids=lambda number: number.name)
async def test_signal_after_the_block_goes_to_what_comes_afterwards(number: signal.Signals) -> None:
    """At once, for there may be no event loop any more."""
    seen: list[int] = []
    with called_on_signals(lambda _: None, afterwards=seen.append):
        pass
    os.kill(os.getpid(), number)
    assert seen == [number]


async def test_after_an_error_nothing_comes_afterwards() -> None:
    """What handled the signals before does so again."""
    with pytest.raises(KeyError), called_on_signals(lambda _: None, afterwards=lambda _: None):
        raise KeyError
    assert all(signal.getsignal(number) is ignore for number in STOPS)


async def test_hang_up_that_is_ignored_stays_ignored() -> None:
    """A run under ``nohup`` outlives its terminal; other signals stop it all the same."""
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    seen: list[int] = []
    with called_on_signals(seen.append):
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
        os.kill(os.getpid(), signal.SIGHUP)
        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.sleep(0)
    assert seen == [signal.SIGTERM]
    assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN


async def test_ignored_ctrl_c_stops_all_the_same() -> None:
    """Shells start background jobs with it ignored; who sends it on purpose means it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    seen: list[int] = []
    with called_on_signals(seen.append):
        os.kill(os.getpid(), signal.SIGINT)
        await asyncio.sleep(0)
    assert seen == [signal.SIGINT]


def test_signal_is_heard_while_the_main_thread_waits_in_a_system_call() -> None:
    """Another thread took the signal, so the system call goes on, and Python's own handlers would wait for its end."""
    seen: list[int] = []
    heard = threading.Event()
    reader, writer = os.pipe()

    def callback(number: int) -> None:
        seen.append(number)
        heard.set()

    def take_the_signal() -> None:
        signal.pthread_kill(threading.get_ident(), signal.SIGTERM)
        heard.wait(DEADLINE_S)
        os.write(writer, b"!" if heard.is_set() else b"?")

    with called_in_thread_on_signals(callback):
        taker = threading.Thread(target=take_the_signal)
        taker.start()
        answer = os.read(reader, 1)
    taker.join()
    os.close(reader)
    os.close(writer)
    assert (answer, seen) == (b"!", [signal.SIGTERM])


def test_after_the_block_of_a_thread_handlers_are_given_back() -> None:
    """What heard signals before does so again, and other signals were left alone."""
    seen: list[int] = []
    wakeups = signal.set_wakeup_fd(-1)
    signal.set_wakeup_fd(wakeups)
    with called_in_thread_on_signals(seen.append):
        assert all(signal.getsignal(number) is not ignore for number in STOPS)
    assert all(signal.getsignal(number) is ignore for number in STOPS)
    assert signal.set_wakeup_fd(wakeups) == wakeups
    os.kill(os.getpid(), signal.SIGTERM)
    assert seen == []
