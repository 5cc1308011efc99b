"""`init`: writes a first configuration and a private key file from answers or options. It sends nothing."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from batch_renamer.cli.at_words import to_terminal
from batch_renamer.cli.commands.set_up import (
    NotWantedError,
    SetUp,
    ask_for_key,
    ask_for_profile,
    ask_for_report,
    ask_yes_no,
    greet,
)
from batch_renamer.cli.ending import Ending, run_bare
from batch_renamer.command_line import command_line
from batch_renamer.commands import DOCTOR, EXPORT, INIT, PLAN
from batch_renamer.errors import SettingsError
from batch_renamer.files import write_private
from batch_renamer.progress import visible
from batch_renamer.reports import check_names
from batch_renamer.settings import (
    ApiKey,
    StarterConfig,
    check_profile_name,
    key_from_text,
    key_of_environment,
    resolve_settings,
)
from batch_renamer.usual_places import usual_config

__all__ = ["init"]

_KEY_LIMIT_CHARACTERS = 4_096


def init(given: Mapping[str, object]) -> int:
    """Write a first configuration and a key file; return the exit code."""

    def body(ending: Ending) -> int:
        config, asks = _place(given), not given.get("yes")
        if asks and not sys.stdin.isatty():
            raise SettingsError(
                "There is no terminal to ask on: give --yes, and the key in AUTOENHANCE_API_KEY or on standard input. "
                "Nothing was written."
            )
        _check(given)
        try:
            wanted = _asked(given, config) if asks else _unattended(given, config)
        except NotWantedError:
            sys.stderr.write("Nothing was written.\n")
            return 0
        except KeyboardInterrupt:
            sys.stderr.write("\nNothing was written. ")
            raise
        if wanted.key is not None:
            ending.secrets.append(wanted.key.reveal())
        _write(wanted, replace=asks)
        sys.stdout.write(_what_was_done(wanted))
        return 0

    return run_bare(INIT, body)


def _place(given: Mapping[str, object]) -> Path:
    """Return where to write the configuration; not asked for, because only at the usual place is it found later."""
    named = given.get("config") or os.environ.get("BATCH_RENAMER_CONFIG")
    if named:
        return Path(str(named)).expanduser().absolute()
    if (usual := usual_config(os.environ)) is None:
        raise SettingsError("There is no home folder to keep the configuration in: give --config FILE, or set HOME.")
    return usual


def _check(given: Mapping[str, object]) -> None:
    """Refuse options that no configuration could hold, before anything is asked."""
    options = {name: given[name] for name in ("base_url", "report") if given.get(name)}
    check_names(resolve_settings({**options, "config": "none"}, environ={}).report)
    if (profile := given.get("profile")) is not None:
        try:
            check_profile_name(str(profile))
        except ValueError as error:
            raise SettingsError(f"--profile {profile}: {error}.") from None


def _asked(given: Mapping[str, object], config: Path) -> SetUp:
    """Ask for everything that the options don't say.

    Raises:
        NotWantedError: a file that is there is not to be replaced.
    """
    greet(config)
    if os.path.lexists(config) and not ask_yes_no(f"There is a configuration already: {config}\nReplace it?"):
        return _with_asked_key(_kept(given, config))
    profile = given.get("profile") or ask_for_profile()
    starter = _starter(given, profile=profile, report=_report(given) or ask_for_report())
    wanted = SetUp.anew(config, starter)
    if os.path.lexists(wanted.key_path) and not ask_yes_no(f"There is a key already: {wanted.key_path}\nReplace it?"):
        return wanted
    return _with_asked_key(wanted)


def _kept(given: Mapping[str, object], config: Path) -> SetUp:
    """Ask whether the key alone is to be written, where the configuration that stays has it.

    Raises:
        NotWantedError: it is not, or the configuration names no file for a key.
    """
    profile = str(given["profile"]) if given.get("profile") else None
    try:
        settings = resolve_settings({"config": str(config), "profile": profile}, environ={})
    except SettingsError:  # of a file that can't be read as a configuration
        raise NotWantedError from None
    path = settings.profile_api_key_file or settings.api_key_file
    if path is None or not ask_yes_no(f"Keep it, and write only the key anew, in {path}?"):
        raise NotWantedError
    return SetUp(config=config, key_path=path, profile=profile)


def _with_asked_key(wanted: SetUp) -> SetUp:
    found = key_of_environment(os.environ)
    if found is not None:
        sys.stderr.write(f"The key in {found.place} is used.\n")
    return wanted.with_key(found.key if found is not None else ask_for_key())


def _unattended(given: Mapping[str, object], config: Path) -> SetUp:
    """Take everything from the options, the variable and standard input."""
    wanted = SetUp.anew(config, _starter(given, profile=given.get("profile"), report=_report(given)))
    for path in (wanted.config, wanted.key_path):
        if os.path.lexists(path):
            raise SettingsError(
                f"{path} is there already and was not replaced. Rename or remove it, name another place with --config, "
                "or leave out --yes to be asked. Nothing was written."
            )
    return wanted.with_key(_given_key())


def _given_key() -> ApiKey:
    if (found := key_of_environment(os.environ)) is not None:
        return found.key
    if sys.stdin.isatty() or not (text := sys.stdin.read(_KEY_LIMIT_CHARACTERS)).strip():
        raise SettingsError(
            "There is no key: set AUTOENHANCE_API_KEY, or give the key on standard input (init --yes < FILE). "
            "Nothing was written."
        )
    return key_from_text(text, "the key on standard input")


def _starter(given: Mapping[str, object], *, profile: object, report: str | None) -> StarterConfig:
    name = str(profile) if profile else None
    address = {"base_url": given["base_url"]} if given.get("base_url") else {}
    base_url = resolve_settings({**address, "config": "none"}, environ={}).base_url if address else None
    return StarterConfig(key_file=f"{name or 'autoenhance'}.key", profile=name, base_url=base_url, report=report)


def _report(given: Mapping[str, object]) -> str | None:
    """Return the report as an absolute path, because a relative one in the file would start at the file's folder."""
    asked_for = given.get("report")
    if not isinstance(asked_for, list) or not asked_for:
        return None
    if len(asked_for) > 1:
        raise SettingsError("init takes one --report; add others to the file that it writes.")
    return str(Path(asked_for[0]).expanduser().absolute())


def _write(wanted: SetUp, *, replace: bool) -> None:
    """Write both files, the key first: a configuration never names a key that isn't there."""
    files = []
    if wanted.key is not None:
        files.append((wanted.key_path, f"{wanted.key.reveal()}\n"))
    if wanted.starter is not None:
        files.append((wanted.config, wanted.starter.text()))
    for path, text in files:
        try:
            write_private(path, text, replace=replace)
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or "its name or text has characters that a file can't hold"
            raise SettingsError(f"{path} can't be written: {why}. Name another place with --config.") from None


def _what_was_done(wanted: SetUp) -> str:
    given = {
        "config": None if wanted.config == usual_config(os.environ) else str(wanted.config),
        "profile": wanted.profile,
    }
    configuration, key = ("kept" if part is None else "written" for part in (wanted.starter, wanted.key))
    said = [
        "",
        f"Configuration {configuration}: {visible(str(wanted.config))}",
        f"Key {key}, for you alone: {visible(str(wanted.key_path))}",
        "Nothing was sent.",
        "",
        "Next, check that everything is ready, get a spreadsheet of your orders, and see what would be renamed:",
    ]
    commands = [command_line(DOCTOR, [], given), command_line(EXPORT, [], given), command_line(PLAN, ["FILE"], given)]
    return "\n".join([*map(to_terminal, said), *commands]) + "\n"
