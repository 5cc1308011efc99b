"""What signals ask of a run: a table of signals, and what each of them does."""

from __future__ import annotations

import signal
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import cast

import pytest

from batch_renamer.cli.interrupting import Insistence
from batch_renamer.client.stopping import StopSignal
from batch_renamer.errors import InterruptedRunError
from batch_renamer.jobs.run import JobContext

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="signals as POSIX has them")


@dataclass
class Watched:
    """Stands for a run; ``timers`` are what was put off, ``ended`` and ``left`` the exit codes of its ends."""

    stop: StopSignal = field(default_factory=StopSignal)
    over: bool = False
    asking: bool = False
    said: list[str] = field(default_factory=list)
    timers: list[tuple[float, Callable[[], None]]] = field(default_factory=list)
    ended: list[int] = field(default_factory=list)
    left: list[int] = field(default_factory=list)

    def tell(self, text: str) -> None:
        """Say a sentence."""
        self.said.append(text)

    def signalled(self, *names: str, late: tuple[str, ...] = ()) -> None:
        """Send signals, and ``late`` ones when the run has ended."""
        insistence = Insistence(
            context=cast(JobContext, self),
            later=lambda seconds, call: self.timers.append((seconds, call)),
            end=lambda cause: self.ended.append(cause.exit_code),
            leave_result=lambda cause: self.left.append(cause.exit_code),
        )
        for name in names:
            insistence.on_signal(signal.Signals[name])
        for name in late:
            insistence.on_late_signal(signal.Signals[name])

    def time_passes(self) -> None:
        """Let all that was put off be called, and what it puts off in turn."""
        for _, call in self.timers:
            call()


@pytest.fixture
async def run() -> Watched:
    """Give a run, in an event loop."""
    return Watched()


async def test_first_signal_asks_politely(run: Watched) -> None:
    """Requests in flight get their time, and nothing is put off."""
    run.signalled("SIGINT")
    assert isinstance(run.stop.cause, InterruptedRunError)
    assert (run.stop.cause.exit_code, run.stop.grace_s, run.timers) == (130, 10, [])
    assert run.said == ["Stopping: requests in flight get 10 s to finish. Press Ctrl-C once more to end at once."]


@pytest.mark.parametrize("names", [("SIGHUP", "SIGHUP", "SIGHUP"), ("SIGINT", "SIGHUP"), ("SIGTERM", "SIGHUP")])
async def test_hang_up_never_insists(run: Watched, names: tuple[str, ...]) -> None:
    """A terminal that closes sends it by its shell and by the system; they count once."""
    run.signalled(*names)
    assert (run.timers, run.stop.abandoned, len(run.said)) == ([], False, 1)


@pytest.mark.parametrize("names", [("SIGINT", "SIGINT"), ("SIGHUP", "SIGHUP", "SIGINT"), ("SIGTERM", "SIGINT")])
async def test_second_signal_breaks_off_requests_and_waits_a_little_for_the_report(
    run: Watched, names: tuple[str, ...]
) -> None:
    """Then the report is left unwritten, and in the end the process is ended by the cause of the second signal."""
    run.signalled(*names)
    await run.stop.out_of_time()
    assert run.said[-1] == "Stopping at once."
    assert ([seconds for seconds, _ in run.timers], run.stop.abandoned, run.ended) == ([2.0], False, [])
    run.time_passes()
    assert (run.stop.abandoned, run.ended) == (True, [130])


async def test_third_signal_does_not_wait_for_the_report(run: Watched) -> None:
    """A fourth changes nothing."""
    run.signalled("SIGINT", "SIGINT", "SIGINT", "SIGINT")
    assert ([seconds for seconds, _ in run.timers], run.stop.abandoned) == ([2.0, 1.0], True)
    run.time_passes()
    assert run.ended == [130]


async def test_second_signal_while_the_report_is_written_ends_that(run: Watched) -> None:
    """The run itself is over; what is waited for is the report alone."""
    run.over = True
    run.signalled("SIGTERM", "SIGTERM")
    assert run.said[0] == "Stopping: the report is being written. Press Ctrl-C once more to end at once."
    assert ([seconds for seconds, _ in run.timers], run.stop.abandoned) == ([1.0], True)


@pytest.mark.parametrize("late", [("SIGINT",), ("SIGTERM",), ("SIGHUP",), ("SIGHUP", "SIGHUP"), ("SIGTERM", "SIGHUP")])
async def test_one_signal_after_the_end_stops_nothing(run: Watched, late: tuple[str, ...]) -> None:
    """There is nothing left to stop, and nothing is said between the lines of the result."""
    run.signalled(late=late)
    assert (run.stop.requested, run.said, run.timers) == (False, [], [])


@pytest.mark.parametrize(("names", "late"), [((), ("SIGHUP", "SIGINT")), (("SIGTERM",), ("SIGINT",))])
async def test_second_signal_leaves_a_result_that_is_stuck(
    run: Watched, names: tuple[str, ...], late: tuple[str, ...]
) -> None:
    """It is given a second to be written; signals before the end of the run count."""
    run.signalled(*names, late=late)
    assert ([seconds for seconds, _ in run.timers], run.left) == ([1.0], [])
    run.time_passes()
    assert (run.ended, run.left) == ([], [130])
