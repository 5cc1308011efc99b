"""The pager as an object: signals come at odd moments, and what becomes of its process leaves."""

from __future__ import annotations

import io
import signal
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from batch_renamer.cli.pager import Pager

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="signals as POSIX has them")


@dataclass
class _Process:
    """A pager that has started, and ends only when it is told to or its input ends."""

    stdin: io.StringIO = field(default_factory=io.StringIO)
    is_terminated: bool = False

    def terminate(self) -> None:
        """End it."""
        self.is_terminated = True

    def wait(self) -> int:
        """Tell how it ended."""
        return -signal.SIGTERM if self.is_terminated else 0


def test_a_signal_that_comes_while_the_pager_starts_ends_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The process runs a moment before it is known; the signal is not lost in between."""
    process, came = _Process(), []

    def started(*_: Any, **__: Any) -> _Process:
        signal.raise_signal(signal.SIGTERM)
        return process

    monkeypatch.setattr(subprocess, "Popen", started)
    before = signal.signal(signal.SIGTERM, lambda number, _frame: came.append(number))
    try:
        with (tmp_path / "screen").open("w") as screen:
            pager = Pager(words=("a pager",), screen=screen, coloured=False)
            with pager.holding_signals():
                assert pager.show(lambda _width: [])
    finally:
        signal.signal(signal.SIGTERM, before)
    assert (process.is_terminated, pager.failure, came) == (True, "", [signal.SIGTERM])
