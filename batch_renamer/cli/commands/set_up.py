"""Asks the questions of `init` on standard error; a `SetUp` is what its answers have it write."""

from __future__ import annotations

import getpass
import sys
from dataclasses import dataclass, replace
from pathlib import Path

from batch_renamer.cli.at_words import to_terminal
from batch_renamer.errors import ReportTargetError, SettingsError
from batch_renamer.reports import check_names
from batch_renamer.settings import ApiKey, StarterConfig, check_profile_name, key_from_text

__all__ = [
    "NotWantedError",
    "SetUp",
    "ask_for_key",
    "ask_for_profile",
    "ask_for_report",
    "ask_yes_no",
    "greet",
]

_REPORT = "{date}-{id}.xlsx"


class NotWantedError(Exception):
    """The user answered no, or ended the input."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetUp:
    """What is to be written: a configuration and its key.

    If ``starter`` is None, the existing configuration stays; if ``key`` is None, the existing key file does.
    """

    config: Path
    key_path: Path
    profile: str | None
    starter: StarterConfig | None = None
    key: ApiKey | None = None

    @classmethod
    def anew(cls, config: Path, starter: StarterConfig) -> SetUp:
        """Return what writes this configuration, without a key yet."""
        return cls(config=config, key_path=starter.key_path(config), profile=starter.profile, starter=starter)

    def with_key(self, key: ApiKey) -> SetUp:
        """Return a copy that writes this key, too."""
        return replace(self, key=key)


_SHORT_NAME = 16  # characters


def greet(config: Path) -> None:
    """Say what is about to happen, and what is needed."""
    _say(
        "This writes two files for you: a configuration and your API key. Nothing is sent.",
        f"They go to {config.parent}",
        "You need the API key of your account: sign in at https://app.autoenhance.ai and look for the API settings.",
        "The key is asked for last.",
        "Press Enter to take what stands in [brackets]. Ctrl-C stops.",
        "",
    )


def ask_for_profile() -> str | None:
    """Ask for the account's name, which only users with several accounts need."""
    while True:
        name = _line("If you have several accounts, a short name for this one [none]:")
        if not name or name.lower() == "none":
            return None
        if len(name) > _SHORT_NAME:  # It may be the key, and would be shown with every run.
            _say("This is long for a name. The key is asked for last. Press Enter, or type a short name.")
            continue
        try:
            return check_profile_name(name)
        except ValueError as error:
            _say(f"A name {error}.")


def ask_for_report() -> str | None:
    """Ask for the folder of the reports; return the value of ``report``, or None: beside each spreadsheet."""
    while True:
        answer = _line("A folder for the reports [beside each spreadsheet]:")
        if not answer:
            return None
        try:
            folder = Path(answer).expanduser().absolute()
            report = str(folder / _REPORT)
            check_names([report])
        except (ReportTargetError, RuntimeError, ValueError):
            _say(f"There is no folder {answer}. Make it first, or press Enter.")
        else:
            return report


def ask_for_key() -> ApiKey:
    """Ask for the key without showing what is typed; ask again until the text can be a key."""
    while True:
        try:
            text = getpass.getpass(
                _prompt("The API key (it is not shown when you paste or type it):"), stream=sys.stderr
            )
        except EOFError:
            raise NotWantedError from None
        if not text.strip():
            _say("Nothing was typed. Paste the key and press Enter, or press Ctrl-C to stop.")
            continue
        try:
            key = key_from_text(text, "the key")
        except SettingsError as error:
            _say(str(error))
            continue
        _say(f"A key of {len(key.reveal())} characters.")
        return key


def ask_yes_no(question: str) -> bool:
    """Ask until the answer is yes or no; Enter alone is no."""
    while True:
        answer = _line(f"{question} [y/N]").lower()
        if answer in ("y", "yes"):
            return True
        if answer in ("", "n", "no"):
            return False
        _say("Please answer y or n.")


def _line(question: str) -> str:
    """Ask for a line of text.

    Raises:
        NotWantedError: the input has ended.
    """
    sys.stderr.write(_prompt(question))
    sys.stderr.flush()
    if not (answer := sys.stdin.readline()):
        sys.stderr.write("\n")
        raise NotWantedError
    return answer.strip()


def _prompt(question: str) -> str:
    return f"{to_terminal(question)} "


def _say(*lines: str) -> None:
    sys.stderr.write("".join(f"{to_terminal(line)}\n" for line in lines))
