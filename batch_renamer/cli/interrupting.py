"""How signals end a run: the first lets requests finish, the second cancels them, and then the process ends soon.

A first signal lets requests in flight finish. A second one cancels them, and the run has `_REPORT_S` seconds to write
its reports; then, or at a third signal, the reports are left unwritten. If the run has not ended `_END_S` seconds after
that, it waits for something that can't be cancelled, and the process is ended.

After the end of a run, a first signal stops nothing: the result is written whole, and the exit code is the run's own. A
second one ends a process that can't write its result, such as one whose reader reads no more.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

from batch_renamer.client import GRACE_S, StopSignal
from batch_renamer.command_line import carried_options, command_line
from batch_renamer.commands import RESUME, SHOW
from batch_renamer.errors import InterruptedRunError
from batch_renamer.jobs import JobContext
from batch_renamer.reports import remove_unfinished
from batch_renamer.signals import called_on_signals

__all__ = ["Insistence", "ended_by_signals", "stopped_by_signals"]

_REPORT_S = 2.0
_END_S = 1.0
_HANG_UP = getattr(signal, "SIGHUP", None)


@dataclass(slots=True, kw_only=True)
class Insistence:
    """The signals that have come so far, and what each further one does.

    ``later`` calls a function after so many seconds; ``end`` ends the process in the middle of a run, and
    ``leave_result`` in the middle of the result of one that has ended.
    """

    context: JobContext
    later: Callable[[float, Callable[[], None]], None]
    end: Callable[[InterruptedRunError], None]
    leave_result: Callable[[InterruptedRunError], None]
    signals: int = field(default=0, init=False)

    def on_signal(self, number: int) -> None:
        """Take a signal."""
        if number == _HANG_UP and self.signals:
            return  # A terminal that closes sends several of them (its shell, the system); they count as one.
        self.signals += 1
        cause, stop = InterruptedRunError(number), self.context.stop
        if self.signals == 1:
            stop.request(cause, grace_s=GRACE_S)
            in_flight = f"requests in flight get {GRACE_S:g} s to finish"
            doing = "the report is being written" if self.context.over else in_flight
            if not self.context.asking:  # at the question nothing is in flight, and a stop is the answer no
                self.context.tell(f"Stopping: {doing}. Press Ctrl-C once more to end at once.")
        elif self.signals == 2:
            stop.request(cause, grace_s=0)
            self.context.tell("Stopping at once.")
            if self.context.over:
                self._abandon(cause)
            else:
                self.later(_REPORT_S, lambda: self._abandon(cause))
        else:
            self._abandon(cause)

    def on_late_signal(self, number: int) -> None:
        """Take a signal after the end of the run, while its result is written."""
        if number == _HANG_UP and self.signals:
            return
        self.signals += 1
        if self.signals > 1:
            # A result is written in less time than that, unless the process is stuck.
            self.later(_END_S, lambda: self.leave_result(InterruptedRunError(number)))

    def _abandon(self, cause: InterruptedRunError) -> None:
        if not self.context.stop.abandoned:
            self.context.stop.abandon()
            self.later(_END_S, lambda: self.end(cause))


@contextmanager
def stopped_by_signals(context: JobContext, given: Mapping[str, object]) -> Iterator[Callable[[int], None]]:
    """Let signals stop the run while the block lasts; in the running event loop, and in the main thread only.

    After the block has ended well, a first signal does nothing, so that the result is written whole. The block is given
    what takes signals then: the writing can wait for its reader, and is to be inside `called_in_thread_on_signals`.
    """
    timers: list[threading.Timer] = []

    def later(seconds: float, call: Callable[[], None]) -> None:
        # In a thread: it must also work while the event loop is blocked.
        timers.append(timer := threading.Timer(seconds, call))
        timer.daemon = True
        timer.start()

    insistence = Insistence(
        context=context,
        later=later,
        end=lambda cause: _end_process(context, given, cause),
        leave_result=lambda cause: _leave_result(context, given, cause),
    )
    try:
        with called_on_signals(insistence.on_signal, afterwards=insistence.on_late_signal):
            yield insistence.on_late_signal
    finally:
        for timer in timers:
            timer.cancel()


@contextmanager
def ended_by_signals(stop: StopSignal, *, unfinished: Sequence[Path]) -> Iterator[None]:
    """Let a signal stop a command that renames nothing, at once; in the running event loop, in the main thread only.

    A second one ends the process. The files of which there are ``unfinished`` parts are removed before that.
    """

    def on_signal(number: int) -> None:
        if not stop.requested:
            stop.request(InterruptedRunError(number), grace_s=0)
        elif number != _HANG_UP:
            cause = InterruptedRunError(number)
            with suppress(OSError):
                remove_unfinished(unfinished)
            _exit([str(cause)], cause.exit_code)

    with called_on_signals(on_signal):
        yield


def _end_process(context: JobContext, given: Mapping[str, object], cause: InterruptedRunError) -> NoReturn:
    """End the process in the middle of its run; the journal has all that was done."""
    with suppress(OSError):
        remove_unfinished(context.run.files if context.run is not None else ())
    lines = [str(cause)]
    if (run := context.run) is not None and run.job.command.writes:
        lines += ["To go on with what is left:", command_line(RESUME, [run.record.id], carried_options(given))]
    _exit(lines, cause.exit_code)


def _leave_result(context: JobContext, given: Mapping[str, object], cause: InterruptedRunError) -> NoReturn:
    """End the process while its result is being written; the run itself has ended."""
    lines = [str(cause)]
    if (run := context.run) is not None and not run.job.command.offline:
        lines += ["The run itself had ended. To see its result:"]
        lines += [command_line(SHOW, [run.record.id], carried_options(given))]
    _exit(lines, cause.exit_code)


def _exit(lines: Sequence[str], code: int) -> NoReturn:
    cursor = "\x1b[?25h\r\x1b[K" if sys.stderr.isatty() else ""
    with suppress(OSError):  # not through Python's streams: another thread may hold their locks
        os.write(2, (cursor + "\n".join(lines) + "\n").encode("utf-8", "backslashreplace"))
    os._exit(code)
