"""Command lines that are printed for the next step: each works in a shell that has neither PATH nor variables."""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path

import pytest

from batch_renamer.command_line import carried_options, command_line, options_to_paste
from batch_renamer.commands import APPLY, AUDIT, RUNS
from batch_renamer.settings import resolve_settings

PROGRAM = Path(sys.executable).with_name("batch-renamer")


def program_of(line: str) -> list[str]:
    """Return the words before the command."""
    words = shlex.split(line)
    return words[: words.index("runs")]


def test_program_on_path_is_named_as_people_type_it() -> None:
    """Short, where that works."""
    assert program_of(command_line(RUNS, [], {})) == ["batch-renamer"]


def test_program_of_an_active_environment_is_named_by_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its folder is on the PATH of this shell alone."""
    monkeypatch.setenv("VIRTUAL_ENV", str(PROGRAM.parents[1]))
    assert program_of(command_line(RUNS, [], {})) == [str(PROGRAM)]


@pytest.mark.parametrize("path", ["", "/nowhere"], ids=["no PATH", "another PATH"])
def test_program_that_is_not_on_path_is_named_by_its_place(monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    """A nightly job's mail is read in another shell."""
    monkeypatch.setenv("PATH", path)
    assert program_of(command_line(RUNS, [], {})) == [str(PROGRAM)]


@pytest.mark.skipif(os.name != "posix", reason="an executable file is told by its mode")
def test_another_program_of_this_name_on_path_is_not_taken_for_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A second installation may know other options."""
    other = tmp_path / "batch-renamer"
    other.touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert program_of(command_line(RUNS, [], {})) == [str(PROGRAM)]


def test_program_started_as_a_module_is_named_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A checkout that was never installed has no script."""
    python = tmp_path / "python"
    monkeypatch.setattr(sys, "executable", str(python))
    assert program_of(command_line(RUNS, [], {})) == [str(python), "-m", "batch_renamer"]


def test_settings_of_the_environment_are_said_as_flags(tmp_path: Path) -> None:
    """The flag still goes first, and a switch that is off has no flag."""
    environ = {
        "BATCH_RENAMER_RATE": "20",
        "BATCH_RENAMER_WORKERS": "3",
        "BATCH_RENAMER_STRICT": "yes",
        "BATCH_RENAMER_JSON": "no",
        "BATCH_RENAMER_STATE_DIR": str(tmp_path / "my state"),
        "BATCH_RENAMER_REPORT": f"a.csv{os.pathsep}b.csv",
        "AUTOENHANCE_API_KEY": "sk-marker",
    }
    flags = {"workers": "4"}
    carried = options_to_paste(flags, resolve_settings(flags, environ=environ), environ)
    line = command_line(APPLY, [Path("orders.csv")], carried, program=["renamer"])
    assert shlex.split(line)[:5] == ["renamer", "apply", str(Path("orders.csv").absolute()), "--workers", "4"]
    assert {"--strict", "--state-dir", str(tmp_path / "my state"), "--rate", "20"} <= set(shlex.split(line))
    assert line.count("--report") == 2
    assert "--json" not in line
    assert "sk-marker" not in line


def test_address_of_the_environment_is_none_of_the_sandbox(tmp_path: Path) -> None:
    """The two together would be refused."""
    environ = {"BATCH_RENAMER_BASE_URL": "https://example.invalid", "BATCH_RENAMER_STATE_DIR": str(tmp_path)}
    flags = {"sandbox": True}
    carried = options_to_paste(flags, resolve_settings(flags, environ=environ), environ)
    assert "base_url" not in carried


def test_paths_are_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The line may be pasted in another folder."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "c.toml").touch()
    flags = {"config": "c.toml", "log_file": "l.jsonl", "state_dir": "s", "report": ["a.csv", "/in/b.csv"], "rate": "2"}
    assert options_to_paste(flags, resolve_settings(flags, environ={}), {}) == {
        "config": str(tmp_path / "c.toml"),
        "log_file": str(tmp_path / "l.jsonl"),
        "state_dir": str(tmp_path / "s"),
        "report": [str(tmp_path / "a.csv"), "/in/b.csv"],
        "rate": "2",
    }


def test_no_configuration_stays_none(tmp_path: Path) -> None:
    """It is a word, not a path."""
    flags = {"config": "none", "state_dir": str(tmp_path)}
    assert options_to_paste(flags, resolve_settings(flags, environ={}), {})["config"] == "none"


def test_option_that_a_command_does_not_take_is_left_out() -> None:
    """An audit has no lock to wait for, and no spreadsheet."""
    given = {"wait": "5", "sheet": "2", "rate": "7", "log_file": "night.jsonl"}
    assert command_line(AUDIT, ["k3"], given, program=["renamer"]) == "renamer audit k3 --rate 7 --log-file night.jsonl"


def test_next_command_keeps_the_account_and_the_log() -> None:
    """What is about this one command stays behind."""
    given = {
        "profile": "office",
        "config": "c.toml",
        "log_file": "l",
        "first": "3",
        "json": True,
        "sandbox_reset": True,
    }
    assert carried_options(given) == {"profile": "office", "config": "c.toml", "log_file": "l"}
