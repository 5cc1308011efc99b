"""What signals ask of a run: a table of signals, and what each of them does."""

from __future__ import annotations

import signal
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import ClassVar, NoReturn, cast

import anyio.lowlevel
import pytest

from batch_renamer.cli import interrupting
from batch_renamer.cli.interrupting import Insistence, stopped_by_signals
from batch_renamer.client.stopping import StopSignal
from batch_renamer.commands import COMMANDS
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


class Gone(BaseException):
    """The process has ended, as far as a test can let it."""


@dataclass(frozen=True)
class LastWords:
    """What a process that is ended writes at last, and with which exit code."""

    written: list[str] = field(default_factory=list)
    codes: list[int] = field(default_factory=list)

    def exit(self, code: int) -> NoReturn:
        """End the process."""
        self.codes.append(code)
        raise Gone

    def write(self, _: int, text: bytes) -> int:
        """Write without Python's streams."""
        self.written.append(text.decode())
        return len(text)


@pytest.fixture
def last_words(monkeypatch: pytest.MonkeyPatch) -> LastWords:
    """Let no process end."""
    words = LastWords()
    monkeypatch.setattr(interrupting, "os", SimpleNamespace(write=words.write, _exit=words.exit))
    return words


@pytest.mark.parametrize(
    ("end", "command", "lines"),
    [
        pytest.param(
            "_end_process",
            "apply",
            ["To go on with what is left:", "batch-renamer resume k1 --sandbox"],
            id="in the middle of an apply",
        ),
        pytest.param("_end_process", "plan", [], id="in the middle of a plan"),
        pytest.param("_end_process", None, [], id="before there is a run"),
        pytest.param(
            "_leave_result",
            "plan",
            ["The run itself had ended. To see its result:", "batch-renamer show k1 --sandbox"],
            id="in the middle of a result",
        ),
        pytest.param("_leave_result", "check", [], id="in the middle of a check's result"),
        pytest.param("_leave_result", None, [], id="in the middle of a refusal"),
    ],
)
def test_the_last_words_say_how_to_go_on(
    tmp_path: Path, last_words: LastWords, end: str, command: str | None, lines: list[str]
) -> None:
    """A command that would be refused is not named."""
    run = SimpleNamespace(
        files=(tmp_path / "report.csv",),
        record=SimpleNamespace(id="k1"),
        job=SimpleNamespace(command=COMMANDS[command or "apply"]),
    )
    context = SimpleNamespace(run=run if command else None)
    with pytest.raises(Gone):
        getattr(interrupting, end)(context, {"sandbox": True, "report": ["r.csv"]}, InterruptedRunError(signal.SIGINT))
    assert last_words.codes == [130]
    assert last_words.written == ["\n".join(["Stopped by Ctrl-C.", *lines]) + "\n"]


class Timer:
    """A timer that never rings: a real one would, in the middle of another test."""

    made: ClassVar[list[float]] = []

    def __init__(self, seconds: float, _: Callable[[], None]) -> None:
        self.made.append(seconds)
        self.daemon = False

    def start(self) -> None:
        """Wait for ever."""

    def cancel(self) -> None:
        """Wait no longer."""


async def test_signals_of_the_system_reach_the_run(
    run: Watched, last_words: LastWords, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the block lasts they stop it; after it, one more leaves a result that is stuck."""
    monkeypatch.setattr(Timer, "made", [])
    monkeypatch.setattr(interrupting, "threading", SimpleNamespace(Timer=Timer))
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        with stopped_by_signals(cast(JobContext, run), {}):
            signal.raise_signal(signal.SIGTERM)
            while not run.stop.requested:
                await anyio.lowlevel.checkpoint()
            signal.raise_signal(signal.SIGINT)
            await run.stop.out_of_time()
        signal.raise_signal(signal.SIGTERM)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    assert (str(run.stop.cause), len(run.said)) == ("Stopped by another program, or the system (SIGTERM).", 2)
    assert (run.stop.abandoned, last_words.codes, Timer.made) == (False, [], [2.0, 1.0])
