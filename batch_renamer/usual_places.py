"""The platform's folders for the state and the configuration of this program, for a user who names none."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import platformdirs

__all__ = ["found_config", "usual_config", "usual_state_folder"]

_NAME = "batch-renamer"


def usual_state_folder(environ: Mapping[str, str]) -> Path | None:
    """Return the folder in which programs of this user store their state; None if the user has no home folder."""
    # platformdirs reads the environment of this process, and XDG not on every platform; ``environ`` goes first.
    asked_for = Path(environ.get("XDG_STATE_HOME", ""))
    if asked_for.is_absolute():  # the XDG Base Directory Specification (0.8) wants relative paths ignored
        return asked_for / _NAME
    try:
        found = Path(platformdirs.user_state_dir(_NAME, appauthor=False))
    except RuntimeError:  # platformdirs 4.11; older versions return a path with "~"
        return None
    return found if found.is_absolute() else None


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
