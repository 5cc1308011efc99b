"""The end of a command enters: a code or an error; the exit code of the process leaves."""

from __future__ import annotations

import importlib
import os
import signal
import sys
from typing import NoReturn

import pytest

from batch_renamer.cli import main, streams


class LeftError(Exception):
    """The process has ended at once."""


@pytest.fixture
def words(monkeypatch: pytest.MonkeyPatch) -> None:
    """Type a command, which is never reached."""
    monkeypatch.setattr(sys, "argv", ["batch-renamer", "runs"])


def let_it(monkeypatch: pytest.MonkeyPatch, end: BaseException | int | None) -> None:
    """Let the command end like this."""

    def app(**_: object) -> int | None:
        if isinstance(end, BaseException):
            raise end
        return end

    monkeypatch.setattr(importlib.import_module("batch_renamer.cli.main"), "app", app)


def broken_pipe() -> SystemExit:
    """Return typer's answer to a reader that has gone."""
    end = SystemExit(1)
    end.__context__ = BrokenPipeError()
    return end


@pytest.mark.usefixtures("words")
@pytest.mark.parametrize(
    ("end", "code", "said"),
    [
        (None, 0, ""),
        (10, 10, ""),
        (BrokenPipeError(), 141, ""),
        (broken_pipe(), 141, ""),
        (
            OSError(28, "No space left on device"),
            4,
            "The result could not be written to standard output: No space left on device.\n",
        ),
        (OSError("lost"), 4, "The result could not be written to standard output: lost.\n"),
        (ZeroDivisionError("secret"), 70, "A fault in batch-renamer: ZeroDivisionError.\n"),
        (SystemExit(1), 70, "A fault in batch-renamer: SystemExit.\n"),
    ],
    ids=["no code", "a code", "reader gone", "reader gone, typer's", "full disk", "an error", "a fault", "an exit"],
)
def test_the_exit_code_is_never_pythons_own(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    end: BaseException | int | None,
    code: int,
    said: str,
) -> None:
    """Python's 1 would say that rows are bad; what a fault says may hold anything, so it is not shown."""
    let_it(monkeypatch, end)
    with pytest.raises(SystemExit) as exit_:
        main()
    assert exit_.value.code == code
    assert capsys.readouterr() == ("", said)


@pytest.mark.usefixtures("words")
@pytest.mark.parametrize(
    ("end", "code"),
    [(KeyboardInterrupt(), 130), (130, 130), (143, 143), (129, 129)],
    ids=["a second Ctrl-C", "Ctrl-C", "SIGTERM", "SIGHUP"],
)
def test_a_stopped_command_ends_at_once(monkeypatch: pytest.MonkeyPatch, end: BaseException | int, code: int) -> None:
    """One more Ctrl-C while Python shuts down would print a traceback: it is passed over."""
    left: list[int] = []

    def leave(number: int) -> NoReturn:
        left.append(number)
        raise LeftError

    let_it(monkeypatch, end)
    monkeypatch.setattr(os, "_exit", leave)
    before = signal.getsignal(signal.SIGINT)
    try:
        with pytest.raises(LeftError):
            main()
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)
    assert left == [code]


def test_a_shell_that_asks_is_answered_without_the_command_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What could come next is printed; no command is run."""
    let_it(monkeypatch, AssertionError("not to be called"))
    monkeypatch.setattr(sys, "argv", ["batch-renamer", "__complete", "und"])
    with pytest.raises(SystemExit) as exit_:
        main()
    assert exit_.value.code == 0
    assert "undo" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["stdin", "stdout", "stderr"])
def test_a_stream_that_was_closed_is_opened(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Python has none in its place; the others stay what they are."""
    others = {other: getattr(sys, other) for other in ("stdin", "stdout", "stderr") if other != name}
    monkeypatch.setattr(sys, name, None)
    streams.open_closed_streams()
    opened = getattr(sys, name)
    assert opened.fileno() == ["stdin", "stdout", "stderr"].index(name)
    assert opened.readable() is (name == "stdin")
    assert all(getattr(sys, other) is stream for other, stream in others.items())


def test_a_stream_that_takes_nothing_any_more_is_given_up(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Its error is returned, and a second try finds nothing to be lost."""
    reader, writer = os.pipe()
    os.close(reader)
    with open(writer, "w", encoding="utf-8") as stream:  # noqa: PTH123 - a descriptor has no path
        stream.write("never read")
        monkeypatch.setattr(sys, "stdout", stream)
        assert isinstance(streams.let_go_of_lost_streams(), BrokenPipeError)
        assert streams.let_go_of_lost_streams() is None
    assert capfd.readouterr() == ("", "")
