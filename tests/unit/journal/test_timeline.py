"""The seconds of a run in the journal."""

from __future__ import annotations

from pathlib import Path

import pytest

from batch_renamer.errors import JournalError
from batch_renamer.journal import Journal, NewRun, RunRecord
from batch_renamer.model import Second


def begun(journal: Journal) -> RunRecord:
    """Begin a run."""
    return journal.runs.begin(NewRun(command="apply", base_url="https://api.example.com", account="tests"))


def test_seconds_come_back_in_order(tmp_path: Path) -> None:
    """Each run has its own."""
    seconds = [Second(at=7, requests=3, throttled=1, limit_per_s=2.5), Second(at=9, outage=True)]
    with Journal.open(tmp_path / "journal.sqlite3") as journal:
        run, other = begun(journal), begun(journal)
        journal.timeline.add(run, seconds[::-1])
        journal.timeline.add(other, [Second(at=7, requests=1)])
        assert journal.timeline.of(run) == seconds


def test_a_second_that_was_written_is_added_to(tmp_path: Path) -> None:
    """A 429 may come after its second was written, and a run may be resumed in the second of its end."""
    with Journal.open(tmp_path / "journal.sqlite3") as journal:
        run = begun(journal)
        journal.timeline.add(run, [Second(at=7, requests=3, limit_per_s=300)])
        journal.timeline.add(run, [Second(at=7, requests=2, throttled=1, limit_per_s=120, outage=True)])
        assert journal.timeline.of(run) == [Second(at=7, requests=5, throttled=1, limit_per_s=300, outage=True)]


def test_the_seconds_go_with_their_run(tmp_path: Path) -> None:
    """A run that is forgotten leaves none, and takes no more."""
    with Journal.open(tmp_path / "journal.sqlite3") as journal:
        run = begun(journal)
        journal.timeline.add(run, [Second(at=7, requests=3)])
        journal.runs.discard(run)
        assert journal.timeline.of(run) == []
        with pytest.raises(JournalError):
            journal.timeline.add(run, [Second(at=8, requests=3)])
