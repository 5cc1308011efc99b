"""A night is shown at its beginning and at its end, with the nights that the journal knows."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from batch_renamer.journal import Journal
from batch_renamer.model import Night
from batch_renamer.nightly.pages import page_of
from batch_renamer.nightly.pages.updating import nights_before, update_pages


def a_night(date: str, folder: Path, **values: object) -> Night:
    """Return a night of an inbox."""
    return replace(Night(date=date, began_at=100.0, inbox="/in", reports=str(folder)), **values)  # type: ignore[arg-type]


def test_a_night_that_is_at_work_has_a_page_that_stays_true_if_it_is_cut_off(tmp_path: Path) -> None:
    """The computer may be switched off before the end, and no other night may come."""
    with Journal.open(tmp_path / "journal.sqlite3") as journal:
        night = journal.nights.begin(a_night("2026-11-26", tmp_path))
        assert update_pages(night, journal) == []
        for page in (page_of(night), tmp_path / "index.html"):
            assert "This night has not ended yet, or it was cut off." in page.read_text("utf-8")
        ended = replace(night, ended_at=160.0, exit_code=0, begun=True)
        journal.nights.end(ended)
        assert update_pages(ended, journal) == []
        assert "Nothing needs you" in page_of(night).read_text("utf-8")


def test_the_nights_before_are_those_of_the_inbox(tmp_path: Path) -> None:
    """Other inboxes have pages of their own; without a journal this night is shown alone."""
    with Journal.open(tmp_path / "journal.sqlite3") as journal:
        before = journal.nights.begin(a_night("2026-11-24", tmp_path))
        journal.nights.begin(a_night("2026-11-25", tmp_path, inbox="/other"))
        night = journal.nights.begin(a_night("2026-11-26", tmp_path))
        assert [one.number for one in nights_before(night, journal)] == [before.number]
    assert nights_before(night, None) == []


def test_a_night_whose_folders_are_not_known_has_no_page() -> None:
    """The configuration could not be read."""
    assert update_pages(Night(date="2026-11-26", began_at=0.0), None) == []
