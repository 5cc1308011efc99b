"""The table of nights: what was noted comes back, and a night without an end is known as cut off."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from batch_renamer.journal import Journal
from batch_renamer.model import FileEnd, Night, NightFile, Result, SettledRow

INBOX = "/srv/orders"
BEGUN = Night(date="2026-11-26", began_at=5.0, inbox=INBOX, base_url="https://api.example", profile="office")
FILE = NightFile(
    name="Smith\nHouse \udcff.xlsx",
    end=FileEnd.PROBLEMS,
    sentence="2 rows failed.",
    run_id="k3f9ab",
    exit_code=1,
    counts={"renamed": 7, "failed": 2},
    reports=("/srv/orders/reports/a.xlsx",),
    moved_to="/srv/orders/problems/a.xlsx",
    tries_left=3,
)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    """Give an empty journal."""
    with Journal.open(tmp_path / "journal.sqlite3") as opened:
        yield opened


def test_night_comes_back_with_its_files(journal: Journal) -> None:
    """Whatever characters the names of files have."""
    begun = journal.nights.begin(BEGUN)
    journal.nights.note_file(begun, 0, replace(FILE, end=FileEnd.STOPPED))
    journal.nights.note_file(begun, 0, FILE)
    ended = replace(begun, ended_at=9.0, exit_code=1, begun=True, notes=("No message.",), files=(FILE,))
    journal.nights.end(ended)
    assert journal.nights.newest(5, inbox=INBOX) == [ended]
    assert journal.nights.of_run("k3f9ab") == [ended]
    assert journal.nights.newest(5, inbox="/elsewhere") == []


def test_night_without_an_end_is_cut_off_once(journal: Journal) -> None:
    """The night that finds it says so; the one after it does not say it again."""
    killed, tonight = journal.nights.begin(BEGUN), journal.nights.begin(BEGUN)
    assert journal.nights.note_cut_off(inbox=INBOX, but=tonight) == [replace(killed, cut_off=True)]
    assert journal.nights.note_cut_off(inbox=INBOX, but=tonight) == []


def test_the_last_success_is_that_of_its_inbox(journal: Journal) -> None:
    """A night with problems is none, whether it is newer or not."""
    assert journal.nights.last_success_at(inbox=INBOX) is None
    for inbox, ended_at, exit_code in ((INBOX, 9.5, 0), (INBOX, 12.0, 1), ("/elsewhere", 15.0, 0)):
        night = journal.nights.begin(replace(BEGUN, inbox=inbox))
        journal.nights.end(replace(night, ended_at=ended_at, exit_code=exit_code, begun=True))
    assert journal.nights.last_success_at(inbox=INBOX) == 9.5


def test_contradictions_of_another_inbox_are_kept(journal: Journal) -> None:
    """A killed night still needs them after the night of another inbox, with a file of the same name."""
    place = {"account": "office", "base_url": "https://api.example"}
    key, settled = (
        ("orders.csv", "c1"),
        {2: SettledRow(result=Result.INVALID, reason="Another file says another name.")},
    )
    killed = journal.nights.begin(BEGUN)
    journal.again.note_settled({key: settled}, **place, night=killed.number)
    elsewhere = journal.nights.begin(replace(BEGUN, inbox="/elsewhere"))
    journal.again.note_settled({("other.csv", "c2"): {}}, **place, night=elsewhere.number)
    journal.nights.note_file(elsewhere, 0, replace(FILE, name="orders.csv"))
    assert journal.again.settled(key, **place) == settled
    tonight = journal.nights.begin(BEGUN)
    journal.again.note_settled({("other.csv", "c2"): {}}, **place, night=tonight.number)
    assert journal.again.settled(key, **place) == {}
