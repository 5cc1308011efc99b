"""What a scheduler must know of a night: the command, the hour, the user, and the files that the command uses."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import time
from pathlib import Path

from batch_renamer.errors import SettingsError
from batch_renamer.nightly.checking import UserAccount

__all__ = ["ScheduledNight", "parse_time"]

_HIDDEN_HOMES = tuple(map(Path, ("/home", "/root", "/run/user")))
"""What systemd's ProtectHome= hides."""
_SHARED_TMP = tuple(map(Path, ("/tmp", "/var/tmp")))  # noqa: S108 - what PrivateTmp= hides
_LONGEST_NAME = 52
"""Kubernetes makes the name of each night's job from it."""
_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduledNight:
    """The nightly command with everything that it uses.

    Attributes:
        program: How the program is started, by its whole path.
        arguments: The rest of the command line; each path in it is a whole one.
        at: The time of day, local.
        user: Who starts it.
        folders: What it writes in, by what it is for; none is inside another.
        error_file: Where a scheduler may write what the program says on standard error.
        variables: The variables of the environment that it needs.
        config: The configuration file, and ``config_text`` what it says.
        secret_files: The private files that it reads, by what they hold: ``key``, ``notify`` (addresses of messages).
        python: The interpreter itself, which a virtual environment only links to.
        zone: The IANA name of the time zone.
        image: The image, for a scheduler of containers.

    Raises:
        SettingsError: a text has characters that no scheduler's file can hold.
    """

    program: tuple[str, ...]
    arguments: tuple[str, ...]
    at: time
    user: UserAccount
    folders: Mapping[str, Path]
    error_file: Path
    profile: str | None = None
    variables: Mapping[str, str]
    config: Path | None = None
    config_text: str = ""
    secret_files: Mapping[str, Path]
    python: Path
    zone: str = "Etc/UTC"
    image: str = ""

    def __post_init__(self) -> None:
        for text in (*self.words, *map(str, self._paths), *self.variables.values(), self.image):
            if not text.isprintable():
                raise SettingsError(
                    f"{text!r} has characters that a scheduler's file can't hold. Rename it, or name another."
                )

    @property
    def words(self) -> tuple[str, ...]:
        """The command line, the program first."""
        return (*self.program, *self.arguments)

    @property
    def name(self) -> str:
        """What the scheduler calls it, in characters that each of them takes."""
        parts = ("batch-renamer-nightly", self.profile or "")
        return re.sub(r"[^a-z0-9]+", "-", " ".join(parts).lower())[:_LONGEST_NAME].strip("-")

    @property
    def in_home(self) -> bool:
        """Whether it uses a file in a home folder."""
        return _any_below(self._paths, _HIDDEN_HOMES)

    @property
    def in_shared_tmp(self) -> bool:
        """Whether it uses a file in the folder for temporary files."""
        return _any_below(self._paths, _SHARED_TMP)

    @property
    def _paths(self) -> tuple[Path, ...]:
        read = [self.python, *self.secret_files.values()]
        if self.config is not None:
            read.append(self.config)
        return (Path(self.program[0]), *read, *self.folders.values())


def _any_below(paths: Iterable[Path], folders: Sequence[Path]) -> bool:
    return any(path.is_relative_to(folder) for path in paths for folder in folders)


def parse_time(text: str) -> time:
    """Return a time of day that was typed.

    Raises:
        SettingsError: it is none.

    Example:
        >>> parse_time("03:30")
        datetime.time(3, 30)
    """
    if (found := _TIME.fullmatch(text.strip())) is None:
        raise SettingsError(f"--at {text}: give a time of day, such as 03:30.")
    return time(int(found[1]), int(found[2]))
