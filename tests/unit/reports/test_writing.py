"""Report rows become files, each written beside its target and moved there."""

from __future__ import annotations

import datetime
import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from batch_renamer.errors import JournalError, ReportWriteError
from batch_renamer.model import ReportLine, ReportRow, Result, RunSummary
from batch_renamer.reports import (
    FORMATS,
    write_report,
    write_reports,
)

TODAY = datetime.date(2025, 11, 3)
SUMMARY = RunSummary(run_id="k3f9", command="apply", counts={Result.RENAMED: 1})
ROW = ReportRow(row=2, order_id="a1", new_name="b", result=Result.RENAMED)
LINE = ReportLine(ROW)
each_format = pytest.mark.parametrize("ending", FORMATS)


@each_format
def test_a_report_is_written(tmp_path: Path, ending: str) -> None:
    """It stands at its target, alone."""
    target = tmp_path / f"r{ending}"
    assert write_report(target, [LINE], summary=SUMMARY) == target
    assert list(tmp_path.iterdir()) == [target]


def test_every_report_that_can_be_written_is_written(tmp_path: Path) -> None:
    """One that fails keeps none of the others from being written; each failure is told."""
    targets = [tmp_path / "gone" / "a.csv", tmp_path / "b.csv", tmp_path / "gone" / "c.json", tmp_path / "d.xlsx"]
    written, failures = write_reports(targets, lambda: [LINE], summary=SUMMARY)
    assert written == [tmp_path / "b.csv", tmp_path / "d.xlsx"]
    assert [name in str(failure) for name, failure in zip(("a.csv", "c.json"), failures, strict=True)] == [True, True]


@each_format
def test_a_failure_midway_leaves_the_old_report(tmp_path: Path, ending: str) -> None:
    """If the rows end in an error, the error passes, the old report is as it was, and no other file is there."""
    target = tmp_path / f"r{ending}"
    target.write_text("old")

    def rows() -> Iterator[ReportLine]:
        yield LINE
        raise JournalError("The journal is damaged.")

    with pytest.raises(JournalError):
        write_report(target, rows(), summary=SUMMARY)
    assert [path.name for path in tmp_path.iterdir()] == [target.name]
    assert target.read_text() == "old"


@each_format
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.usefixtures("full_disk")
def test_a_full_disk_leaves_the_old_report(tmp_path: Path, ending: str) -> None:
    """A full disk is said in one sentence, the old report is as it was, and no other file is there."""
    target = tmp_path / f"r{ending}"
    target.write_text("old")
    with pytest.raises(ReportWriteError, match="could not be written: No space left"):
        write_report(target, [LINE], summary=SUMMARY)
    assert [path.name for path in tmp_path.iterdir()] == [target.name]
    assert target.read_text() == "old"


def test_a_folder_that_has_gone_is_said(tmp_path: Path) -> None:
    """The report can't be written, and the sentence says where."""
    with pytest.raises(ReportWriteError, match=re.escape("gone")):
        write_report(tmp_path / "gone" / "r.csv", [LINE], summary=SUMMARY)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no umask")
@pytest.mark.parametrize("umask", [0o022, 0o027, 0o077], ids=oct)
def test_a_report_follows_the_umask(tmp_path: Path, umask: int) -> None:
    """A report is as readable as any file that the user makes."""
    before = os.umask(umask)
    try:
        path = write_report(tmp_path / "r.csv", [LINE], summary=SUMMARY)
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o666 & ~umask


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    """Where the target is a link, what it points to is replaced."""
    (tmp_path / "data").mkdir()
    real, link = tmp_path / "data" / "r.csv", tmp_path / "latest.csv"
    real.write_text("old")
    link.symlink_to(real)
    assert write_report(link, [LINE], summary=SUMMARY) == link
    assert link.is_symlink()
    assert real.read_bytes().startswith(b"\xef\xbb\xbfrow,")


def refuse_to_replace(monkeypatch: pytest.MonkeyPatch, *refused: Path) -> None:
    """Behave as Windows does when one of these files is open in Excel."""
    really_replace = Path.replace

    def replace(path: Path, target: Path) -> Path:
        if target in refused:
            raise PermissionError(13, "The process cannot access the file")
        return really_replace(path, target)

    monkeypatch.setattr(Path, "replace", replace)


def test_a_report_that_cannot_be_replaced_gets_the_id_in_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The old one is untouched, and the caller learns the new one's name."""
    target = tmp_path / "r.csv"
    target.write_text("open in Excel")
    refuse_to_replace(monkeypatch, target)
    assert write_report(target, [LINE], summary=SUMMARY) == tmp_path / "r.k3f9.csv"
    assert target.read_text() == "open in Excel"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["r.csv", "r.k3f9.csv"]


def test_an_id_in_the_name_is_not_repeated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A default report, written again while it is open, gets a number instead."""
    target = tmp_path / "orders.report-k3f9.xlsx"
    target.write_text("open in Excel")
    refuse_to_replace(monkeypatch, target)
    assert write_report(target, [LINE], summary=SUMMARY) == tmp_path / "orders.report-k3f9-2.xlsx"


def test_no_other_report_is_overwritten_instead(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that is taken is passed over."""
    target, taken = tmp_path / "r.csv", tmp_path / "r.k3f9.csv"
    target.touch()
    taken.write_text("another")
    refuse_to_replace(monkeypatch, target)
    assert write_report(target, [LINE], summary=SUMMARY) == tmp_path / "r.k3f9-2.csv"
    assert taken.read_text() == "another"


def test_when_every_name_is_refused_it_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No free name, no report: an error, and nothing left behind."""
    names = ["r.csv", "r.k3f9.csv", *(f"r.k3f9-{number}.csv" for number in range(2, 11))]
    for name in names:
        (tmp_path / name).touch()
    refuse_to_replace(monkeypatch, tmp_path / "r.csv")
    with pytest.raises(ReportWriteError, match="cannot access"):
        write_report(tmp_path / "r.csv", [LINE], summary=SUMMARY)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(names)


def test_the_delimiter_is_the_inputs(tmp_path: Path) -> None:
    """A CSV report uses the delimiter of the sheet it answers."""
    path = write_report(tmp_path / "r.csv", [LINE], summary=SUMMARY, delimiter=";")
    assert path.read_text(encoding="utf-8-sig").startswith("row;order_id;")
