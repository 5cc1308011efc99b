"""The command `web` in this process: options and signals enter; lines, exit codes and what is stopped leave."""

from __future__ import annotations

import os
import re
import signal
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from batch_renamer.cli.commands import web
from batch_renamer.cli.commands.web import serve_page
from batch_renamer.errors import BatchRenamerError, NeverBeganError
from batch_renamer.progress import make_progress
from batch_renamer.settings import resolve_settings
from batch_renamer.web import Opened


def _given(folder: Path, **options: object) -> dict[str, object]:
    return {"state_dir": str(folder / "state"), "config": "none", **options}


def test_an_idle_page_ends_with_0(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Standard output has one line, with the link; the rest is for the person at the screen."""
    assert serve_page(_given(tmp_path), port=0, idle_s=0.01, opens=False) == 0
    out, err = capsys.readouterr()
    assert re.fullmatch(r"The page is at http://127\.0\.0\.1:\d+/#token=[\w-]{43}\n", out)
    assert err.splitlines()[0].startswith("Open this link in a browser on this machine.")
    assert err.splitlines()[1:] == ["Press Ctrl-C to end it.", "It has ended by itself: no page was open."]


def test_with_quiet_only_the_link_is_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A program that starts the page reads it."""
    assert serve_page(_given(tmp_path, quiet=True), port=0, idle_s=0.01, opens=False) == 0
    out, err = capsys.readouterr()
    assert len(out.splitlines()) == 1
    assert err == ""


def test_the_sandbox_is_not_reset_under_a_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A page that is open shows its runs; the sentence says what to end first."""
    settings = resolve_settings(_given(tmp_path, sandbox=True, sandbox_reset=True), environ={})
    page = Opened(link="http://127.0.0.1:9/#token=t0ken", link_for_browser="", process=4242)
    with pytest.raises(NeverBeganError, match="can't be reset while its page is served: end process 4242 first"):
        web._show(page, make_progress(sys.stderr, quiet=False), settings, opens=False)
    assert capsys.readouterr().out == ""


@dataclass(slots=True)
class _Server:
    """A server that only notes that it is stopped."""

    is_at_work: bool
    causes: list[BatchRenamerError] = field(default_factory=list)

    def stop(self, cause: BatchRenamerError) -> bool:
        """Note it."""
        self.causes.append(cause)
        return self.is_at_work


@dataclass(slots=True)
class _Signals:
    """Signals for a server, and what came of them."""

    server: _Server
    said: list[str] = field(default_factory=list)
    ended: list[int] = field(default_factory=list)
    timers: list[float] = field(default_factory=list)


@pytest.fixture
def signals(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> _Signals:
    """Take the end of the process, and the clock, out of the command."""
    made = _Signals(_Server(is_at_work=request.param))

    class Timer:
        daemon = False

        def __init__(self, seconds: float, *_: object) -> None:
            made.timers.append(seconds)

        def start(self) -> None: ...
        def cancel(self) -> None:
            made.timers.clear()

    monkeypatch.setattr(threading, "Timer", Timer)
    monkeypatch.setattr(os, "_exit", made.ended.append)
    return made


def _send(signals: _Signals, *numbers: int) -> Any:
    ending = web._Ending(server=signals.server, tell=signals.said.append)  # type: ignore[arg-type]
    for number in numbers:
        ending.on_signal(number)
    return ending


@pytest.mark.parametrize("signals", [True], indirect=True)
def test_the_second_signal_ends_runs_and_the_third_the_process(signals: _Signals) -> None:
    """The second one sets a time, in which the journal is closed; then the process ends in any case."""
    ending = _send(signals, signal.SIGINT, signal.SIGTERM)
    assert [cause.exit_code for cause in signals.server.causes] == [130, 143]
    assert [line.partition(":")[0] for line in signals.said] == ["Stopping", "Stopping at once."]
    assert (signals.timers, signals.ended) == ([5.0], [])
    ending.on_signal(signal.SIGINT)
    assert signals.ended == [130]
    ending.cancel()
    assert signals.timers == []


@pytest.mark.parametrize("signals", [True], indirect=True)
def test_a_terminal_that_closes_counts_once(signals: _Signals) -> None:
    """It sends several signals: its shell does, and the system."""
    _send(signals, signal.SIGHUP, signal.SIGHUP, signal.SIGHUP)
    assert len(signals.server.causes) == 1


@pytest.mark.parametrize("signals", [False], indirect=True)
def test_without_work_nothing_is_said(signals: _Signals) -> None:
    """Then Ctrl-C is the usual way to end it."""
    _send(signals, signal.SIGINT, signal.SIGINT)
    assert signals.said == []
