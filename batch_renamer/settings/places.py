"""The usual places of the state directory and the configuration file, for a user who names none."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import platformdirs

from batch_renamer.files import usual_state_folder
from batch_renamer.settings.shape import Settings

__all__ = [
    "NOWHERE",
    "USUAL_PLACE",
    "default_state_dir",
    "found_config",
    "is_found_config",
    "lacks_state_dir",
    "usual_config",
]

NOWHERE = Path(os.devnull) / "no home folder"
"""Stands for the state directory if the user named none and has no home folder; nothing can be created there."""

USUAL_PLACE = "its usual place"
"""The source of a configuration file that was found, not named."""

_NAME = "batch-renamer"


def default_state_dir(environ: Mapping[str, str]) -> Path:
    """Return the platform's folder for the state of this program; `NOWHERE` for a user without a home folder."""
    return usual_state_folder(environ) or NOWHERE


def usual_config(environ: Mapping[str, str]) -> Path | None:
    """Return the usual place of the configuration file, which need not exist; None for a user without a home folder.

    Example:
        >>> str(usual_config({"XDG_CONFIG_HOME": "/home/me/.config"}))
        '/home/me/.config/batch-renamer/config.toml'
    """
    asked_for = Path(environ.get("XDG_CONFIG_HOME", ""))
    if asked_for.is_absolute():
        return asked_for / _NAME / "config.toml"
    try:
        folder = Path(platformdirs.user_config_dir(_NAME, appauthor=False))
    except RuntimeError:  # the user has no home folder
        return None
    return folder / "config.toml" if folder.is_absolute() else None


def found_config(environ: Mapping[str, str]) -> Path | None:
    """Return this user's configuration file, if there is one at its usual place."""
    path = usual_config(environ)
    return path if path is not None and os.path.lexists(path) else None


def is_found_config(settings: Settings) -> bool:
    """Tell whether the configuration file was found at its usual place instead of being named.

    Example:
        >>> is_found_config(Settings(state_dir=Path("state")))
        False
    """
    return settings.config is not None and dict(settings.sources).get("config") == USUAL_PLACE


def lacks_state_dir(settings: Settings) -> bool:
    """Tell whether there is no place for the state: none was named, and the user has no home folder.

    Example:
        >>> lacks_state_dir(Settings(state_dir=Path("state")))
        False
    """
    return settings.state_dir == NOWHERE
