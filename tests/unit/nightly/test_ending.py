"""A night ends; what it was is in the journal, and people are told."""

from __future__ import annotations

from pathlib import Path

import pytest

from batch_renamer.journal import Journal
from batch_renamer.model import Night
from batch_renamer.nightly import ending
from batch_renamer.nightly.messages import tell
from batch_renamer.settings import Settings


class Killed(BaseException):
    """Stands for a process that ends here."""


def test_a_night_that_is_killed_while_it_tells_people_has_no_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So the next night takes it for cut off, and tells what this one could not tell."""
    settings = Settings(state_dir=tmp_path)
    with Journal.open(tmp_path / "journal.sqlite3") as journal:
        begun = journal.nights.begin(Night(date="2026-11-26", began_at=0.0, inbox=str(tmp_path)))
    night = Night(number=begun.number, id=begun.id, date="2026-11-26", began_at=0.0, ended_at=9.0, exit_code=1)

    def killed(*_: object, **__: object) -> None:
        raise Killed

    monkeypatch.setattr(ending, "tell", killed)
    with pytest.raises(Killed):
        ending.conclude_night(night, settings, attended=False)
    monkeypatch.setattr(ending, "tell", tell)
    with Journal.open(tmp_path / "journal.sqlite3") as journal:
        assert journal.nights.get(begun.number).ended_at is None
    ending.conclude_night(night, settings, attended=False)
    with Journal.open(tmp_path / "journal.sqlite3") as journal:
        assert journal.nights.get(begun.number).ended_at == 9.0


def test_a_night_that_could_not_begin_is_noted_with_its_end(tmp_path: Path) -> None:
    """It is a night like others: `runs` shows it, and it was no kill."""
    night = Night(date="2026-11-26", began_at=0.0, ended_at=1.0, exit_code=2, stopped="The inbox is no folder.")
    concluded = ending.conclude_night(night, Settings(state_dir=tmp_path), attended=False)
    with Journal.open(tmp_path / "journal.sqlite3") as journal:
        [noted] = journal.nights.newest(9)
    assert (noted.id, noted.ended_at, noted.exit_code, noted.stopped) == (concluded.id, 1.0, 2, night.stopped)
