"""What is removed because of its age, and what stays whatever its age."""

from __future__ import annotations

import datetime
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from batch_renamer.errors import JournalError
from batch_renamer.files import digest_of
from batch_renamer.journal import Journal, Move, NewRun
from batch_renamer.model import RenameRequest
from batch_renamer.nightly.filing.retention import Removed, remove_leftovers, remove_old
from batch_renamer.settings import NightlySettings

TODAY = datetime.date(2026, 11, 26)
OLD, YOUNG = "2026-11-18", "2026-11-19"
"""Eight days ago, and seven: with 7 days to keep, the first is too old."""

PAGE = (
    '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
    '<meta name="generator" content="batch-renamer night">\n'
)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    """A journal without runs."""
    with Journal.open(tmp_path / "state" / "journal.sqlite3") as opened:
        yield opened


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    """An inbox with its folders."""
    for name in ("done", "problems", "reports"):
        for date in (OLD, YOUNG):
            (tmp_path / "in" / name / date).mkdir(parents=True)
    return tmp_path / "in"


def moved(journal: Journal, path: Path, content: str = "a1,12 Elm St\n") -> Path:
    """Put a spreadsheet into a folder, as a night moves it."""
    path.write_text(content, "utf-8")
    move = journal.moves.begin(
        Move(
            inbox=path.parents[2],
            name=path.name,
            snapshot=Path("gone"),
            digest=digest_of(path),
            mode=0o600,
            folder=path.parent,
        )
    )
    journal.moves.end(journal.moves.note_target(move, path.name))
    return path


def written(path: Path, text: str = "x") -> Path:
    """Write a file."""
    path.write_text(text, "utf-8")
    return path


def test_nothing_is_removed_by_default(journal: Journal, inbox: Path) -> None:
    """Without a setting everything is kept for ever."""
    kept = [moved(journal, inbox / "done" / OLD / "a.csv"), written(inbox / "reports" / OLD / "a.report-k3f9ab.xlsx")]
    removed = remove_old(journal, NightlySettings(inbox=inbox), today=TODAY)
    assert (removed, str(removed)) == (Removed(), "")
    assert all(path.exists() for path in kept)


def test_old_files_go_and_young_ones_stay(journal: Journal, inbox: Path) -> None:
    """Each folder by its own setting; a folder goes with its last file; problems stay at any age."""
    settings = NightlySettings(inbox=inbox, keep_done_days=7, keep_reports_days=7)
    rewritten = moved(journal, inbox / "done" / OLD / "b.csv")
    rewritten.write_text("results of the program", "utf-8")
    journal.moves.note_rewritten(rewritten, digest_of(rewritten))
    old = [
        moved(journal, inbox / "done" / OLD / "a.csv"),
        written(inbox / "done" / OLD / "a.report-k3f9ab.xlsx"),
        written(inbox / "done" / OLD / "b.backup-k3f9ab.csv"),
        rewritten,
        written(inbox / "reports" / OLD / "a.report-k3f9ab.html"),
        written(inbox / "reports" / OLD / "index.html", PAGE),
    ]
    young = [
        moved(journal, inbox / "done" / YOUNG / "a.csv"),
        written(inbox / "reports" / YOUNG / "a.report-k3f9ab.html"),
        moved(journal, inbox / "problems" / OLD / "a.csv"),
        written(inbox / "problems" / OLD / "a.report-k3f9ab.xlsx"),
        written(inbox / "reports" / "index.html", PAGE),
    ]
    removed = remove_old(journal, settings, today=TODAY)
    assert removed == Removed(spreadsheets=2, reports=4)
    assert str(removed) == "Removed because of their age: 2 finished spreadsheets, 4 reports and pages."
    assert [path for path in old if path.parent.exists()] == []
    assert [path for path in young if not path.exists()] == []
    assert journal.moves.into(inbox / "done" / OLD) == {}
    assert remove_old(journal, settings, today=TODAY) == Removed()


def test_what_no_night_has_put_there_stays(journal: Journal, inbox: Path, tmp_path: Path) -> None:
    """Files of people, files that were changed since, links, and folders that are not dates."""
    done, reports = inbox / "done" / OLD, inbox / "reports" / OLD
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    stays = [
        written(done / "note.txt"),
        moved(journal, done / "corrected.csv"),
        written(reports / "orders.xlsx"),
        written(reports / "orders.backup-k3f9ab.xlsx"),
        written(reports / "index.html.bak", PAGE),
        written(elsewhere / "a.report-k3f9ab.xlsx"),
    ][:4]
    written(done / "corrected.csv", "somebody's work")
    (inbox / "reports" / "2026-01-01").symlink_to(elsewhere)
    for name in ("20260101", "2026-13-01", "2026-01-01 old", "archive"):
        (inbox / "reports" / name).mkdir()
        stays.append(written(inbox / "reports" / name / "a.report-k3f9ab.xlsx"))
    (reports / "2026-01-01").mkdir()
    stays.append(written(reports / "2026-01-01" / "a.report-k3f9ab.xlsx"))
    (reports / "b.report-k3f9ab.xlsx").symlink_to(stays[0])
    written(reports / "a.report-k3f9ab.xlsx")
    removed = remove_old(journal, NightlySettings(inbox=inbox, keep_done_days=7, keep_reports_days=7), today=TODAY)
    assert removed.spreadsheets == 0
    assert [path for path in stays if not path.exists()] == []
    assert (elsewhere / "a.report-k3f9ab.xlsx").exists()
    assert (reports / "b.report-k3f9ab.xlsx").is_symlink()
    assert not (reports / "a.report-k3f9ab.xlsx").exists()


def test_the_folder_of_problems_is_safe_by_another_name(journal: Journal, inbox: Path) -> None:
    """If finished spreadsheets and problems share a folder, nothing in it is removed."""
    kept = moved(journal, inbox / "problems" / OLD / "a.csv")
    settings = NightlySettings(inbox=inbox, done=inbox / "problems", reports=inbox / "problems", keep_done_days=1)
    assert remove_old(journal, settings, today=TODAY) == Removed()
    assert kept.exists()


def test_the_report_of_an_unfinished_run_stays(journal: Journal, inbox: Path) -> None:
    """It belongs to a run that can be resumed; one of a forgotten run goes."""
    run = journal.runs.begin(NewRun(command="apply", base_url="u", account="a"))
    journal.rows.add(run, [RenameRequest(row=2, order_id="a1", new_name="12 Elm St")])
    journal.runs.commit(run)
    kept = written(inbox / "reports" / OLD / f"a.report-{run.id}.xlsx")
    gone = written(inbox / "reports" / OLD / "a.report-k3f9ab.xlsx")
    removed = remove_old(journal, NightlySettings(inbox=inbox, keep_reports_days=7), today=TODAY)
    assert removed == Removed(reports=1)
    assert (kept.exists(), gone.exists()) == (True, False)


@pytest.mark.parametrize(("retry_nights", "asked"), [(0, 2), (3, 4)], ids=["as set", "while rows are tried again"])
def test_runs_are_kept_while_their_rows_may_be_tried_again(
    journal: Journal, inbox: Path, monkeypatch: pytest.MonkeyPatch, retry_nights: int, asked: int
) -> None:
    """The journal is asked to forget what is older than the days of the setting, or than the nights of tries."""
    told: list[object] = []

    def prune(**options: object) -> int:
        told.append(options)
        return 3

    monkeypatch.setattr(journal.runs, "prune", prune)
    removed = remove_old(
        journal, NightlySettings(inbox=inbox, keep_runs_days=2, retry_nights=retry_nights), today=TODAY
    )
    assert told == [{"older_than_s": asked * 86_400.0}]
    assert str(removed) == "Removed because of their age: 3 runs."


def test_what_can_not_be_removed_is_said(journal: Journal, inbox: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sentence names the folder and the cause; the next night tries again."""
    kept = written(inbox / "reports" / OLD / "a.report-k3f9ab.xlsx")

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, os.strerror(13))

    monkeypatch.setattr(Path, "unlink", refuse)
    removed = remove_old(journal, NightlySettings(inbox=inbox, keep_reports_days=7), today=TODAY)
    assert removed.troubles == (f"Old files in {kept.parent} can't be removed: Permission denied.",)
    assert kept.exists()


def test_a_journal_that_can_not_be_written_is_said(
    journal: Journal, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The night ends all the same."""

    def refuse(**_: object) -> int:
        raise JournalError("The disk is full.")

    monkeypatch.setattr(journal.runs, "prune", refuse)
    removed = remove_old(journal, NightlySettings(inbox=inbox, keep_runs_days=7), today=TODAY)
    assert removed.troubles == ("What is old can't be removed. The disk is full.",)


def test_a_folder_that_is_missing_is_no_trouble(journal: Journal, tmp_path: Path) -> None:
    """There is nothing old in a folder that no night has made yet."""
    settings = NightlySettings(inbox=tmp_path / "none", keep_reports_days=7, keep_done_days=7, keep_runs_days=7)
    assert remove_old(journal, settings, today=TODAY) == Removed()


def test_what_killed_nights_have_left_is_removed(inbox: Path) -> None:
    """Unfinished reports and pages that are an hour old; young ones may be those of a night at work."""
    reports = inbox / "reports"
    left = [
        written(reports / ".batch-renamer-0123abcd-4567ef89.tmp"),
        written(reports / OLD / ".batch-renamer-0123abcd-4567ef89.tmp"),
        reports / YOUNG / ".batch-renamer-0123abcd-a_9xyz01",
    ]
    left[2].mkdir()
    written(left[2] / "rows")
    stays = [
        written(reports / OLD / ".batch-renamer-notes"),
        written(reports / OLD / ".hidden"),
        written(reports / OLD / "a.report-k3f9ab.xlsx"),
    ]
    now = left[0].stat().st_mtime
    remove_leftovers(reports, now=now + 60)
    assert all(path.exists() for path in left)
    remove_leftovers(reports, now=now + 4000)
    assert [path for path in left if path.exists()] == []
    assert all(path.exists() for path in stays)
    remove_leftovers(inbox / "none", now=now)
