"""Tonight's night as it is known so far, in memory and in the journal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from batch_renamer.journal import Journal
from batch_renamer.model import Night, NightFile, worst_exit_code

__all__ = ["NightRecord"]


class NightRecord:
    """Tonight's night. The journal has each file as soon as its end is known, so that a killed night loses nothing."""

    def __init__(self, night: Night, journal: Journal) -> None:
        self.night = journal.nights.begin(night)
        self._journal = journal

    def begun(self) -> None:
        """Note that the night has all that it needs and reads its inbox now."""
        self.night = replace(self.night, begun=True)

    def add(self, file: NightFile) -> int:
        """Add a file; return its position."""
        position = len(self.night.files)
        self._journal.nights.note_file(self.night, position, file)
        self.night = replace(self.night, files=(*self.night.files, file))
        return position

    def change(self, position: int, file: NightFile) -> None:
        """Replace what is known of the file at a position."""
        self._journal.nights.note_file(self.night, position, file)
        files = list(self.night.files)
        files[position] = file
        self.night = replace(self.night, files=tuple(files))

    def note(self, sentences: Sequence[str]) -> None:
        """Add notes, each once."""
        self.night = replace(self.night, notes=tuple(dict.fromkeys((*self.night.notes, *sentences))))

    def note_limit(self, limit_per_s: float | None) -> None:
        """Note the limit that the API has shown, if it has."""
        if limit_per_s is not None:
            self.night = replace(self.night, limit_per_s=limit_per_s)

    def ended(self, *, at: float, stopped: str = "", exit_code: int | None = None) -> Night:
        """Return the night with its end; without an exit code, with the worst of its files."""
        code = worst_exit_code([file.exit_code for file in self.night.files]) if exit_code is None else exit_code
        self.night = replace(self.night, ended_at=at, exit_code=code, stopped=stopped)
        return self.night
