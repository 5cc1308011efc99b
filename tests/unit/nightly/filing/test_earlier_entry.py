"""A spreadsheet whose run comes again: its place, its rows and its reports are as they are now."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from batch_renamer.journal import Journal
from batch_renamer.model import FileEnd, Night, NightFile
from batch_renamer.nightly.filing.earlier_entry import EarlierEntry, earlier_entry_of

RUN = "k3f9ab"


@pytest.fixture
def journal() -> Iterator[Journal]:
    """Open a journal in memory."""
    with Journal.temporary() as opened:
        yield opened


def noted(journal: Journal, *files: NightFile) -> None:
    """Let a night note files."""
    night = journal.nights.begin(Night(date="2027-03-01", began_at=0.0, inbox="/in"))
    for position, file in enumerate(files):
        journal.nights.note_file(night, position, file)


def a_file(folder: Path) -> NightFile:
    """Return the entry of a spreadsheet with problems; its report lies in ``reports``, and a copy beside it."""
    for place in ("reports", "problems/2027-03-01"):
        (folder / place).mkdir(parents=True)
        (folder / place / "a.report-k3f9ab.xlsx").write_text("1 failed", encoding="utf-8")
    return NightFile(
        name="a.xlsx",
        end=FileEnd.PROBLEMS,
        run_id=RUN,
        counts={"renamed": 8, "failed": 1},
        reports=(str(folder / "reports" / "a.report-k3f9ab.xlsx"),),
        moved_to=str(folder / "problems" / "2027-03-01" / "a.xlsx"),
    )


def test_nothing_is_known_of_a_run_that_no_night_has_told(journal: Journal) -> None:
    """As that of a night that was killed before the end of its first file."""
    noted(journal, NightFile(name="same.xlsx", end=FileEnd.SAME, run_id=RUN, moved_to="/in/done/same.xlsx"))
    assert earlier_entry_of(RUN, journal) == EarlierEntry()


def test_the_newest_counts_and_the_last_place_count(journal: Journal, tmp_path: Path) -> None:
    """A later night has counted anew, and has not moved the file again."""
    first = a_file(tmp_path)
    noted(journal, replace(first, counts={"renamed": 5, "failed": 4}))
    noted(journal, replace(first, moved_to=None))
    noted(journal, NightFile(name="b.xlsx", end=FileEnd.SAME, run_id=RUN, moved_to="/in/done/b.xlsx"))
    known = earlier_entry_of(RUN, journal)
    assert (known.moved_to, dict(known.counted)) == (first.moved_to, {"renamed": 8, "failed": 1})


def test_what_is_done_at_last_counts_once_and_its_reports_are_made_anew(journal: Journal, tmp_path: Path) -> None:
    """The copy says what the report says, and the sentence where the spreadsheet still is."""
    first = a_file(tmp_path)
    noted(journal, first)
    known = earlier_entry_of(RUN, journal)
    Path(first.reports[0]).write_text("9 renamed", encoding="utf-8")
    file = known.added_to(replace(first, end=FileEnd.DONE, counts={"renamed": 9}, moved_to=None))
    assert (file.again, file.moved_to, file.new_counts) == (True, first.moved_to, {"renamed": 1})
    assert (tmp_path / "problems" / "2027-03-01" / "a.report-k3f9ab.xlsx").read_text("utf-8") == "9 renamed"
    assert (
        file.sentence == "All its rows are done now. It is still in problems/2027-03-01; you can remove it from there."
    )


def test_copy_that_a_person_has_changed_is_left_as_it_is(journal: Journal, tmp_path: Path) -> None:
    """Their notes stay."""
    first = a_file(tmp_path)
    noted(journal, first)
    copy = tmp_path / "problems" / "2027-03-01" / "a.report-k3f9ab.xlsx"
    copy.write_text("1 failed, asked Ben", encoding="utf-8")
    earlier_entry_of(RUN, journal).added_to(first)
    assert copy.read_text("utf-8") == "1 failed, asked Ben"


def test_copy_that_can_not_be_replaced_is_said(journal: Journal, tmp_path: Path) -> None:
    """The report has gone meanwhile."""
    first = a_file(tmp_path)
    noted(journal, first)
    known = earlier_entry_of(RUN, journal)
    Path(first.reports[0]).unlink()
    assert "is that of an earlier night: it can't be replaced" in known.added_to(first).sentence
