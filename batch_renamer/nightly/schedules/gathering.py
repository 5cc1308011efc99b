"""Gathers what a scheduler must know of the night of one configuration."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import time
from pathlib import Path
from zoneinfo import available_timezones

from batch_renamer.command_line import command_words, options_to_paste, program_words
from batch_renamer.commands import NIGHTLY
from batch_renamer.errors import SettingsError
from batch_renamer.nightly.checking import user_account
from batch_renamer.nightly.schedules.scheduled import ScheduledNight
from batch_renamer.settings import NIGHTLY_FOLDERS, Settings

__all__ = ["left_out_variables", "scheduled_night"]

_VARIABLES = ("HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "TZ")
"""What a night needs as this shell has it; a proxy may be set under the lower-case name, too."""

_LOCAL_TIME = Path("/etc/localtime")


def scheduled_night(
    settings: Settings,
    given: Mapping[str, object],
    *,
    at: time,
    environ: Mapping[str, str],
    image: str = "",
) -> ScheduledNight:
    """Gather what a scheduler must know.

    A scheduler starts the command in another folder and with few variables. So the command line has whole paths, and
    says by options what variables say now.

    Raises:
        SettingsError: a path has characters that no scheduler's file can hold.
    """
    options = options_to_paste(_of_settings(given), settings, environ)
    options["config"] = "none" if settings.config is None else str(settings.config)
    options["profile"] = settings.profile
    if "state_dir" not in dict(settings.sources):  # the default follows from HOME and XDG_STATE_HOME of this shell
        options["state_dir"] = str(settings.state_dir)
    options |= _named_by_flags(given, settings) | {"quiet": True, "no_progress": True}  # no person watches
    return ScheduledNight(
        program=tuple(program_words()),
        arguments=tuple(command_words(NIGHTLY, [], options, program=[])),
        at=at,
        user=user_account(environ),
        folders=_outermost(_written(settings)),
        profile=settings.profile,
        variables=_passed(environ),
        error_file=(settings.log_file.parent if settings.log_file else settings.state_dir) / "nightly-errors.txt",
        config=settings.config,
        config_text="" if settings.config is None else settings.config.read_text("utf-8"),
        secret_files=_secret_files(settings),
        python=Path(sys.executable).resolve(),
        zone=_local_zone(environ),
        image=image,
    )


def _of_settings(given: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in given.items() if name != "nightly"}


def _named_by_flags(given: Mapping[str, object], settings: Settings) -> dict[str, str]:
    """Return the folders that flags name, as whole paths."""
    flags = given.get("nightly")
    named = flags.keys() if isinstance(flags, Mapping) else ()
    return {name: str(_folder(settings, name)) for name in NIGHTLY_FOLDERS if name in named}


def _folder(settings: Settings, name: str) -> Path:
    night = settings.nightly
    found = night.inbox if name == "inbox" else night.folder(name)
    if found is None:
        raise SettingsError("There is no inbox: give --inbox DIR, or set inbox in [nightly] of the configuration.")
    return found


def _written(settings: Settings) -> dict[str, Path]:
    """Return the folders that the night writes in, by what they are for."""
    written = {name: _folder(settings, name) for name in NIGHTLY_FOLDERS}
    written["state"] = settings.state_dir
    if settings.log_file is not None:
        written["log"] = settings.log_file.parent
    if settings.nightly.metrics_file is not None:
        written["metrics"] = settings.nightly.metrics_file.parent
    return written


def _outermost(folders: Mapping[str, Path]) -> dict[str, Path]:
    """Leave out each folder that is inside another one, or the same.

    Example:
        >>> list(_outermost({"inbox": Path("/in"), "done": Path("/in/done"), "state": Path("/s"), "log": Path("/s")}))
        ['inbox', 'state']
    """
    kept: dict[str, Path] = {}
    for name, folder in folders.items():
        inside = any(folder != one and folder.is_relative_to(one) for one in folders.values())
        if not inside and folder not in kept.values():
            kept[name] = folder
    return kept


def _secret_files(settings: Settings) -> dict[str, Path]:
    key = settings.profile_api_key_file or settings.api_key_file
    named = {"key": key, "notify": settings.nightly.notify_file}
    return {name: path for name, path in named.items() if path is not None}


def left_out_variables(environ: Mapping[str, str]) -> tuple[str, ...]:
    """Return the variables that the night needs and that are not passed on, because they hold a password."""
    return tuple(name for name in _needed(environ) if "@" in environ[name])


def _passed(environ: Mapping[str, str]) -> dict[str, str]:
    return {name: environ[name] for name in _needed(environ) if "@" not in environ[name]}


def _needed(environ: Mapping[str, str]) -> list[str]:
    return [name for upper in _VARIABLES for name in (upper, upper.lower()) if environ.get(name)]


def _local_zone(environ: Mapping[str, str]) -> str:
    """Return the IANA name of the local time zone, as far as it can be told; else UTC's."""
    linked = str(_LOCAL_TIME.resolve()).partition("zoneinfo/")[2] if _LOCAL_TIME.is_symlink() else ""
    known = available_timezones()
    return next((zone for zone in (environ.get("TZ", "").lstrip(":"), linked) if zone in known), "Etc/UTC")
