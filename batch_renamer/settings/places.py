"""The usual places of the state directory and the configuration file, for a user who names none."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from batch_renamer.settings.shape import Settings
from batch_renamer.usual_places import usual_state_folder

__all__ = [
    "NOWHERE",
    "SANDBOX_FOLDER",
    "USUAL_PLACE",
    "default_state_dir",
    "is_found_config",
    "journal_path",
    "lacks_state_dir",
]

NOWHERE = Path(os.devnull) / "no home folder"
"""Stands for the state directory if the user named none and has no home folder; nothing can be created there."""

SANDBOX_FOLDER = "sandbox"
"""The folder of a state directory in which the sandbox has its orders and its journal."""

USUAL_PLACE = "its usual place"
"""The source of a configuration file that was found, not named."""


def default_state_dir(environ: Mapping[str, str]) -> Path:
    """Return the platform's folder for the state of this program; `NOWHERE` for a user without a home folder."""
    return usual_state_folder(environ) or NOWHERE


def journal_path(settings: Settings) -> Path:
    """Return where the journal is; the sandbox has its own.

    Example:
        >>> journal_path(Settings(state_dir=Path("/state"), sandbox=True)).as_posix()
        '/state/sandbox/journal.sqlite3'
    """
    folder = settings.state_dir / SANDBOX_FOLDER if settings.sandbox else settings.state_dir
    return folder / "journal.sqlite3"


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
