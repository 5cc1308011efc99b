"""How a command ends that has no run to show: an error enters, a line or an object and an exit code leave."""

from __future__ import annotations

import json
import logging
import os
import sys
import tempfile
from pathlib import Path

import pytest

from batch_renamer.cli.ending import Ending, run_bare
from batch_renamer.cli.standard_output import OutputLostError, ReaderGoneError
from batch_renamer.commands import COMMANDS
from batch_renamer.errors import InputError, InterruptedRunError, JournalError, KeyRefusedError, LockedError
from batch_renamer.settings import resolve_settings

Capture = pytest.CaptureFixture[str]

AGAIN = "batch-renamer apply oak.csv"


@pytest.mark.parametrize(
    ("error", "code", "lines"),
    [
        pytest.param(InputError("No such file."), 2, ["Error: No such file."], id="wrong input"),
        pytest.param(InputError("One.\nTwo."), 2, ["Error: One.", "Error: Two."], id="two mistakes"),
        pytest.param(KeyRefusedError("Refused."), 3, ["Refused."], id="key refused"),
        pytest.param(JournalError("Full."), 4, ["Full.", "To begin again:", AGAIN], id="stopped early"),
        pytest.param(OutputLostError("Lost."), 4, ["Lost."], id="result lost"),
        pytest.param(KeyboardInterrupt(), 130, ["Stopped by Ctrl-C.", "To begin again:", AGAIN], id="Ctrl-C"),
        pytest.param(
            InterruptedRunError(15),
            143,
            ["Stopped by another program, or the system (SIGTERM).", "To begin again:", AGAIN],
            id="SIGTERM",
        ),
        pytest.param(ReaderGoneError(), 141, [], id="the reader has gone"),
    ],
)
def test_an_error_is_lines_and_an_exit_code(capsys: Capture, error: BaseException, code: int, lines: list[str]) -> None:
    """Only what can simply begin again says how."""
    assert Ending(command=COMMANDS["apply"], next_command=AGAIN).of(error) == code
    assert capsys.readouterr() == ("", "".join(f"{line}\n" for line in lines))


@pytest.mark.parametrize(
    ("error", "answer"),
    [
        pytest.param(LockedError("Run k3f9ab"), {"command": "apply", "exit_code": 5}, id="on standard output"),
        pytest.param(OutputLostError("Lost."), None, id="not where standard output is lost"),
    ],
)
def test_with_json_an_error_is_an_object(
    capsys: Capture, error: BaseException, answer: dict[str, object] | None
) -> None:
    """A program reads it where it reads results; a person reads what can't be written there."""
    Ending(command=COMMANDS["apply"], as_json=True).of(error)
    said = capsys.readouterr()
    if answer is None:
        assert said == ("", "Lost.\n")
    else:
        assert json.loads(said.out).items() >= (answer | {"error": str(error)}).items()
        assert said.err == ""


def test_an_object_that_can_not_be_written_is_said_as_a_line(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk behind standard output is full; the reason is not lost with it."""

    def refuse(_: object) -> int:
        raise OSError(28, "No space")

    monkeypatch.setattr(sys.stdout, "write", refuse)
    assert Ending(command=COMMANDS["apply"], as_json=True).of(InputError("No such file.")) == 2
    assert capsys.readouterr().err == "Error: No such file.\n"


@pytest.mark.parametrize(
    ("command", "logged"),
    [
        pytest.param("apply", True, id="a command that renames"),
        pytest.param("plan", True, id="a plan in a job of the night"),
        pytest.param("check", False, id="a check"),
        pytest.param("show", False, id="a look at the past"),
    ],
)
def test_a_mistyped_name_is_logged_only_where_it_matters(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, command: str, logged: bool
) -> None:
    """A log tells what became of the orders, not what was mistyped."""
    with Path(os.devnull).open(encoding="utf-8") as no_terminal, caplog.at_level(logging.INFO, "batch_renamer"):
        monkeypatch.setattr(sys, "stdin", no_terminal)
        Ending(command=COMMANDS[command]).of(InputError("No such file."))
    assert [record.getMessage() for record in caplog.records] == (
        [f"{COMMANDS[command].word}: No such file. (exit code 2)"] if logged else []
    )


def raised(text: str) -> ValueError:
    """Return an error with a traceback."""
    try:
        raise ValueError(text)
    except ValueError as error:
        return error


@pytest.mark.parametrize("state_is_usable", [True, False], ids=["beside the journal", "in the temporary folder"])
def test_the_traceback_of_a_fault_is_in_a_file_without_secrets(
    tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch, state_is_usable: bool
) -> None:
    """The line names the file; where the state directory can't be used, it is in the next place."""
    state, temporary = tmp_path / "state", tmp_path / "temporary"
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    if not state_is_usable:
        state.write_text("a file")
    ending = Ending(command=COMMANDS["apply"], state_dir=state, secrets=["key-1234567890"])
    assert ending.of(raised("the key-1234567890 is wrong")) == 70
    [kept] = (state if state_is_usable else temporary).iterdir()
    assert capsys.readouterr().err == f"A fault in batch-renamer: ValueError. What happened is in {kept}.\n"
    text = kept.read_text(encoding="utf-8")
    assert ("Traceback" in text, "is wrong" in text, "key-1234567890" in text) == (True, True, False)


def test_a_fault_is_said_where_no_file_can_be_written(
    tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither place can be a folder."""
    (tmp_path / "file").write_text("a file")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "file"))
    assert Ending(command=COMMANDS["apply"], state_dir=tmp_path / "file").of(raised("odd")) == 70
    assert capsys.readouterr().err == "A fault in batch-renamer: ValueError. Its log could not be written.\n"


def test_settings_say_where_errors_go(tmp_path: Path) -> None:
    """Those with a mistake, too, as far as they can be used."""
    given = {"json": True, "state_dir": str(tmp_path), "log_file": str(tmp_path / "log")}
    taken, guessed = Ending(command=COMMANDS["apply"]), Ending(command=COMMANDS["apply"])
    taken.take(resolve_settings(given, environ={}))
    guessed.guess(given | {"rate": "fast"}, {})
    for ending in (taken, guessed):
        assert (ending.as_json, ending.state_dir, ending.log_file) == (True, tmp_path, tmp_path / "log")


@pytest.mark.parametrize(
    ("error", "code"),
    [(None, 7), (InputError("No."), 2), (KeyboardInterrupt(), 130)],
    ids=["no error", "an error", "Ctrl-C"],
)
def test_a_command_without_settings_ends_in_the_same_way(
    capsys: Capture, error: BaseException | None, code: int
) -> None:
    """Its body's exit code is its own."""

    def body(_: Ending) -> int:
        if error is not None:
            raise error
        return 7

    assert run_bare(COMMANDS["init"], body) == code
    assert bool(capsys.readouterr().err) is (error is not None)
