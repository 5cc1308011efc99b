"""What a night finds of the files of its inbox."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from batch_renamer.journal import Look

__all__ = ["PassedFile", "Scan", "SettledFile", "Snapshot", "WaitingFile"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SettledFile:
    """A file that is whole and was left alone; ``look`` is what the night will read."""

    path: Path
    look: Look

    @property
    def name(self) -> str:
        """Its name in the inbox."""
        return self.path.name


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingFile:
    """A file that is not read now; ``sentence`` says why and what happens next.

    ``since`` is when a night first found a file of this name, in seconds since the epoch.
    """

    path: Path
    sentence: str
    since: float

    @property
    def name(self) -> str:
        """Its name in the inbox."""
        return self.path.name


@dataclass(frozen=True, slots=True, kw_only=True)
class PassedFile:
    """A file or folder that no night will ever read as long as it is what it is; ``sentence`` says why."""

    path: Path
    sentence: str

    @property
    def name(self) -> str:
        """Its name in the inbox."""
        return self.path.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """The files of an inbox, each group in the order of their names.

    Numbers in names count as numbers and case does not matter: ``orders 2.xlsx`` comes before ``Orders 10.xlsx``.
    """

    settled: tuple[SettledFile, ...] = ()
    waiting: tuple[WaitingFile, ...] = ()
    passed: tuple[PassedFile, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """A private copy of a settled file, with its name and its times.

    ``inbox_path`` is the file that was copied, ``digest`` that of the content, ``mode`` its permissions.
    """

    path: Path
    inbox_path: Path
    digest: str
    mode: int

    @property
    def name(self) -> str:
        """The name of the file in the inbox."""
        return self.inbox_path.name
