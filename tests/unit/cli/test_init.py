"""Answers, options and files that are there enter `init`; what it asks, writes and refuses leaves."""

from __future__ import annotations

import getpass
import io
import stat
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from batch_renamer.cli.commands.init import init
from batch_renamer.settings import resolve_settings

KEY = "sk-live-4Zq8TtR2vXw9"
posix_only = pytest.mark.skipif(sys.platform == "win32", reason="permission bits mean this only on POSIX")


class Typed(io.StringIO):
    """Standard input with lines to be read, on a terminal or not."""

    def __init__(self, text: str, *, on_a_terminal: bool) -> None:
        super().__init__(text)
        self._on_a_terminal = on_a_terminal

    def isatty(self) -> bool:
        """Whether a person types."""
        return self._on_a_terminal


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Name a configuration of the test's own, on a screen that breaks no line."""
    monkeypatch.setenv("COLUMNS", "1000")
    return tmp_path / "own" / "config.toml"


@pytest.fixture
def answering(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Let lines be typed on a terminal, and keys where they are not shown; after the last one the input ends."""

    def type_in(*lines: str, keys: tuple[str | type[BaseException], ...] = ()) -> None:
        hidden = iter(keys)

        def next_key(_prompt: str, **_: Any) -> str:
            typed = next(hidden)
            if isinstance(typed, str):
                return typed
            raise typed

        monkeypatch.setattr(sys, "stdin", Typed("".join(f"{line}\n" for line in lines), on_a_terminal=True))
        monkeypatch.setattr(getpass, "getpass", next_key)

    return type_in


def pipe(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """Let a text stand on standard input, which is no terminal."""
    monkeypatch.setattr(sys, "stdin", Typed(text, on_a_terminal=False))


def key_beside(config: Path, name: str = "autoenhance.key") -> str:
    """Return what the key file beside the configuration holds."""
    return config.with_name(name).read_text("utf-8")


def set_up(config: Path, *, text: str = "rate = 5\n", key: str | None = None) -> None:
    """Write a configuration, and a key beside it."""
    config.parent.mkdir(mode=0o700)
    config.write_text(text, encoding="utf-8")
    if key is not None:
        config.with_name("autoenhance.key").write_text(key, encoding="utf-8")


def test_enter_alone_and_a_key_are_enough(
    config: Path, answering: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    """The next two commands are printed, with what they need to find the file."""
    answering("", "", keys=(KEY,))
    assert init({"config": str(config)}) == 0
    shown = capsys.readouterr()
    assert key_beside(config) == f"{KEY}\n"
    assert resolve_settings({"config": str(config)}, environ={}).report == ()
    assert shown.out.splitlines()[-3:] == [
        f"batch-renamer doctor --config {config}",
        f"batch-renamer export --config {config}",
        f"batch-renamer plan FILE --config {config}",
    ]
    assert "Configuration written" in shown.out
    assert "Key written" in shown.out
    assert KEY not in shown.out + shown.err


@posix_only
def test_the_usual_place_needs_no_option_later(
    home: Path, answering: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    """Both files are for this user alone."""
    answering("office", "", keys=(KEY,))
    assert init({}) == 0
    written = sorted((home / "xdg_config_home" / "batch-renamer").iterdir())
    assert [path.name for path in written] == ["config.toml", "office.key"]
    assert {stat.S_IMODE(path.stat().st_mode) for path in written} == {0o600}
    assert capsys.readouterr().out.splitlines()[-3:] == [
        "batch-renamer doctor --profile office",
        "batch-renamer export --profile office",
        "batch-renamer plan FILE --profile office",
    ]


def test_an_answer_that_can_not_be_used_is_asked_for_again(
    config: Path, tmp_path: Path, answering: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    """What is wrong with it is said, and the answers that were good are kept."""
    answering("our office", "None", "no/such/folder", str(tmp_path), keys=("", f'"{KEY}"', KEY))
    assert init({"config": str(config)}) == 0
    said = capsys.readouterr().err
    assert "must be 1 to 40 letters" in said
    assert "There is no folder no/such/folder." in said
    assert "Nothing was typed." in said
    assert "is in quotes" in said
    assert f"A key of {len(KEY)} characters." in said
    settings = resolve_settings({"config": str(config)}, environ={})
    assert settings.report == (str(tmp_path / "{date}-{id}.xlsx"),)
    assert settings.profile is None


def test_what_the_options_say_is_not_asked_for(
    config: Path, tmp_path: Path, answering: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the key in its variable no question is left."""
    answering()
    monkeypatch.setenv("AUTOENHANCE_API_KEY", KEY)
    monkeypatch.chdir(tmp_path)
    given = {"config": str(config), "profile": "office", "report": ["out.csv"], "base_url": "http://127.0.0.1:9"}
    assert init(given) == 0
    settings = resolve_settings({"config": str(config), "profile": "office"}, environ={})
    assert (settings.base_url, settings.report) == ("http://127.0.0.1:9", (str(tmp_path / "out.csv"),))
    assert key_beside(config, "office.key") == f"{KEY}\n"


def test_the_variable_names_the_place(
    config: Path, answering: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is where every other command looks."""
    answering("", "", keys=(KEY,))
    monkeypatch.setenv("BATCH_RENAMER_CONFIG", str(config))
    assert init({}) == 0
    assert config.is_file()


@pytest.mark.parametrize(
    "answers",
    [["n"], [""], [], ["perhaps", "no"]],
    ids=["no", "Enter", "end of input", "no, asked twice"],
)
def test_without_a_yes_nothing_is_replaced(
    config: Path, answering: Callable[..., None], capsys: pytest.CaptureFixture[str], answers: list[str]
) -> None:
    """The configuration that is there names no key file, so nothing is left to write; that is no error."""
    set_up(config)
    answering(*answers)
    assert init({"config": str(config)}) == 0
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.endswith("Nothing was written.\n")
    assert ("Please answer y or n." in shown.err) == ("perhaps" in answers)
    assert [path.name for path in config.parent.iterdir()] == ["config.toml"]
    assert config.read_text("utf-8") == "rate = 5\n"


def test_a_file_that_is_no_configuration_is_left_alone(
    config: Path, answering: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    """Where its key would be can't be read, so no key is asked for."""
    set_up(config, text="= no TOML")
    answering("n")
    assert init({"config": str(config)}) == 0
    assert capsys.readouterr().err.endswith("Nothing was written.\n")


@pytest.mark.parametrize(
    ("answers", "key", "said", "stays"),
    [
        (["n", "y"], f"{KEY}\n", "Key written", True),
        (["n", "n"], "old\n", "Nothing was written.", True),
        (["y", "", "", "n"], "old\n", "Key kept", False),
        (["y", "", "", "y"], f"{KEY}\n", "Key written", False),
    ],
    ids=["the key alone", "neither", "the configuration alone", "both"],
)
def test_of_two_files_that_are_there_each_is_replaced_only_after_a_yes(
    *,
    config: Path,
    answering: Callable[..., None],
    capsys: pytest.CaptureFixture[str],
    answers: list[str],
    key: str,
    said: str,
    stays: bool,
) -> None:
    """What is kept stays to the letter."""
    text = 'api_key_file = "autoenhance.key"\nrate = 5\n'
    set_up(config, text=text, key="old\n")
    answering(*answers, keys=(KEY,))
    assert init({"config": str(config)}) == 0
    shown = capsys.readouterr()
    assert said in shown.out + shown.err
    assert key_beside(config) == key
    assert (config.read_text("utf-8") == text) is stays


@pytest.mark.parametrize(
    ("stop", "code", "said"),
    [(EOFError, 0, "Nothing was written."), (KeyboardInterrupt, 130, "Nothing was written. ")],
    ids=["end of input", "Ctrl-C"],
)
def test_a_stop_at_the_key_writes_nothing(
    *,
    config: Path,
    answering: Callable[..., None],
    capsys: pytest.CaptureFixture[str],
    stop: type[BaseException],
    code: int,
    said: str,
) -> None:
    """Neither file is there; no half of a set-up is left."""
    answering("", "", keys=(stop,))
    assert init({"config": str(config)}) == code
    assert said in capsys.readouterr().err
    assert not config.parent.exists()


@pytest.mark.parametrize(
    ("given", "text", "said"),
    [
        ({"yes": False}, KEY, "There is no terminal to ask on: give --yes"),
        ({}, " \n", "There is no key: set AUTOENHANCE_API_KEY"),
        ({}, f"export KEY={KEY}", "leave only the key itself"),
        ({"base_url": "http://api.example.com"}, KEY, "must begin with https://"),
        ({"profile": "our office"}, KEY, "--profile our office: must be 1 to 40 letters"),
        ({"report": ["out.doc"]}, KEY, "must end in one of"),
        ({"report": ["a.csv", "b.csv"]}, KEY, "takes one --report"),
    ],
    ids=["no terminal", "no key", "no bare key", "address", "profile", "report", "two reports"],
)
def test_what_can_not_be_set_up_writes_nothing(
    *,
    config: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    given: dict[str, object],
    text: str,
    said: str,
) -> None:
    """2 and a sentence, without the key in it."""
    pipe(monkeypatch, text)
    assert init({"config": str(config), "yes": True, **given}) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert said in shown.err
    assert KEY not in shown.err
    assert not config.parent.exists()


@pytest.mark.parametrize("there", ["config.toml", "autoenhance.key"])
def test_unattended_nothing_is_replaced(
    config: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], there: str
) -> None:
    """The file that is there is named, and is the only one afterwards."""
    config.parent.mkdir()
    config.with_name(there).write_text("mine", encoding="utf-8")
    pipe(monkeypatch, KEY)
    assert init({"config": str(config), "yes": True}) == 2
    assert f"{config.with_name(there)} is there already and was not replaced." in capsys.readouterr().err
    assert [path.read_text("utf-8") for path in config.parent.iterdir()] == ["mine"]


@pytest.mark.parametrize("by_variable", [False, True], ids=["standard input", "variable"])
def test_unattended_the_key_comes_from_outside(
    config: Path, monkeypatch: pytest.MonkeyPatch, by_variable: bool
) -> None:
    """With both, the variable goes before what is piped."""
    pipe(monkeypatch, "sk-live-from-standard-input\n")
    if by_variable:
        monkeypatch.setenv("AUTOENHANCE_API_KEY", KEY)
    assert init({"config": str(config), "yes": True}) == 0
    assert key_beside(config) == (f"{KEY}\n" if by_variable else "sk-live-from-standard-input\n")


def test_a_file_in_the_place_of_the_folder_is_named(
    config: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """2, with the option that helps."""
    config.parent.write_text("", encoding="utf-8")
    pipe(monkeypatch, KEY)
    assert init({"config": str(config), "yes": True}) == 2
    assert "can't be written: " in (said := capsys.readouterr().err)
    assert "Name another place with --config." in said


def test_without_a_home_the_place_must_be_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is written into the folder that the command happens to run in."""
    monkeypatch.setattr("batch_renamer.cli.commands.init.usual_config", lambda _: None)
    pipe(monkeypatch, KEY)
    assert init({"yes": True}) == 2
    assert "There is no home folder to keep the configuration in" in capsys.readouterr().err
