"""Runs the child process that reads a workbook, which a damaged or hostile workbook may crash.

A small hostile workbook can abort the process that opens it, and no exception can be caught: one cell in the last
corner is enough (https://github.com/tafia/calamine/issues/693; seen with python-calamine 0.9.1 in 2026-11). So a child
process reads it, with limits on memory and time and without this program's secrets.
"""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from batch_renamer.client import Stopping
from batch_renamer.errors import SheetError

__all__ = ["LIMIT_S", "ReadingProcess"]

LIMIT_S = 60.0
_LONGEST_ANSWER = 64 << 20
_ANSWERS_AHEAD = 8
_LOOK_UP_S = 0.1
"""How long to wait for an answer before asking whether the run is to stop."""

_START = "import sys; sys.path.insert(0, sys.argv[1]); from isolated.child import main; main(sys.argv[2])"
_NEEDED_FROM_ENVIRONMENT = ("SYSTEMROOT", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH")
"""The variables that Python may need to start. No other variable is passed on, above all not the API key."""

_REFUSALS = {
    "password": "is protected with a password: save it without one",
    "foreign": "is not a spreadsheet, though it is packed like one: save it as .xlsx or CSV",
    "damaged": "is damaged or cut off and can't be read: open it in a spreadsheet program and save it as CSV",
    "twice": "has row {row} twice, and only one of them could be read: open it in a spreadsheet program, save it, "
    "look at that row, and try again",
}
_TOO_MUCH = "could not be read within 1 GB of memory and 60 seconds: save it as CSV"


class ReadingProcess:
    """The child process: one question at a time, with a limit on the total time spent waiting for answers."""

    def __init__(
        self, path: Path, label: str, stopped: Callable[[], bool], limit_s: float, clock: Callable[[], float]
    ) -> None:
        self._label = label
        self._stopped = stopped
        self._left_s = limit_s
        self._clock = clock
        self._answers: queue.Queue[bytes] = queue.Queue(maxsize=_ANSWERS_AHEAD)
        self._closing = threading.Event()
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-X", "utf8", "-c", _START, str(Path(__file__).parent), str(path.absolute())],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={name: os.environ[name] for name in _NEEDED_FROM_ENVIRONMENT if name in os.environ},
                start_new_session=True,  # so that Ctrl-C reaches only this process
            )
        except OSError as error:
            raise SheetError(
                f"{label} could not be read because another Python process could not be started: save it as CSV."
            ) from error
        self._pump = threading.Thread(target=self._pump_answers, name="workbook reader", daemon=True)
        self._pump.start()

    def __enter__(self) -> ReadingProcess:
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        self._process.kill()
        while self._pump.is_alive():  # it may wait for room in a full queue
            with suppress(queue.Empty):
                self._answers.get(timeout=0.01)
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(OSError):  # unwritten data has no reader any more
                    pipe.close()

    def ask(self, command: dict[str, Any]) -> dict[str, Any]:
        """Send a command and return the first line of its answer."""
        if self._process.stdin is None or self._closing.is_set():
            raise SheetError(f"{self._label} is closed already: read its rows before that.")
        with suppress(OSError):  # the process has ended; its last answer says why
            self._process.stdin.write(json.dumps(command).encode() + b"\n")
            self._process.stdin.flush()
        return self.answer()

    def answer(self) -> dict[str, Any]:
        """Return the next line of the answer.

        Raises:
            SheetError: the process refused, died, or took too long.
            Stopping: the run is to stop.
        """
        line = None
        while line is None and self._left_s >= 0:
            if self._stopped():
                raise Stopping
            asked_at = self._clock()
            with suppress(queue.Empty):
                line = self._answers.get(timeout=min(self._left_s, _LOOK_UP_S))
            self._left_s -= self._clock() - asked_at
        if self._left_s < 0 or line is None or not line.endswith(b"\n"):
            raise SheetError(f"{self._label} {_TOO_MUCH}.")
        message: dict[str, Any] = json.loads(line)
        if "refused" in message:
            sentence = _REFUSALS.get(message["refused"], _TOO_MUCH).format(row=message.get("row"))
            raise SheetError(f"{self._label} {sentence}.")
        return message

    def _pump_answers(self) -> None:
        """Move lines from the process to the queue; an empty line means that the process has ended."""
        stream = self._process.stdout
        line = b"-"
        while stream is not None and line and not self._closing.is_set():
            line = stream.readline(_LONGEST_ANSWER)
            self._answers.put(line)
