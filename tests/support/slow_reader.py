"""A loader that reads when the test lets it: a test asks for a spreadsheet; when and whether it is read is known."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from batch_renamer.client import Stopping
from batch_renamer.loader import LoadOptions, Sheet, open_sheet

__all__ = ["SlowReader"]


class SlowReader:
    """Stands in for the loader: reads when the test lets it, and counts how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0
        self.most_at_once = 0
        self.begun, self.may_read = threading.Semaphore(0), threading.Event()
        self.stopped = threading.Event()
        self._at_once = 0
        self._lock = threading.Lock()

    @contextmanager
    def open(
        self, path: Path, options: LoadOptions, *, stopped: Callable[[], bool], label: str | None = None
    ) -> Iterator[Sheet]:
        """Open a spreadsheet as the loader does, later."""
        with self._lock:
            self.asked += 1
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)
        self.begun.release()
        try:
            while not self.may_read.wait(0.001):
                if stopped():
                    self.stopped.set()
                    raise Stopping
            with open_sheet(path, options, stopped=stopped, label=label) as sheet:
                yield sheet
        finally:
            with self._lock:
                self._at_once -= 1
