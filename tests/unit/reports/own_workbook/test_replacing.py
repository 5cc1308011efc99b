"""A spreadsheet on a disk and results enter; it is replaced behind a backup, or left as it is, with the reason said."""

from __future__ import annotations

import itertools
import os
import signal
import stat
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from batch_renamer.errors import ReportTargetError, ReportWriteError, WriteBackError
from batch_renamer.files import digest_of
from batch_renamer.model import SheetPlace, WrittenBack
from batch_renamer.reports import remove_leftovers
from batch_renamer.reports.own_workbook import WriteBack, check_own_workbook, unfinished, write_back
from tests.support.workbooks import xls, xlsb, zipped
from tests.support.written_back import back

ROWS = (back(2, "unchanged", final_name="12 Elm"),)
BEFORE = b"order_id,new_name\na1,12 Elm\n"
AFTER = b"order_id,new_name,result,reason,final_name,renamed_at\na1,12 Elm,unchanged,,12 Elm,\n"


def never(_: Path) -> SheetPlace:
    """Fail: the spreadsheet has not changed."""
    raise AssertionError("it was read again")


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    """Make a spreadsheet."""
    path = tmp_path / "orders.csv"
    path.write_bytes(BEFORE)
    path.chmod(0o640)
    return path


def about(path: Path, **options: Any) -> WriteBack:
    """Return how results go into a spreadsheet that was just read."""
    place = SheetPlace(heading_row=1, encoding="utf-8", delimiter=",", digest=digest_of(path))
    usual = WriteBack(path=path, place=place, run_id="k3f9ab", look_again=never, note=lambda _: None)
    return replace(usual, **options)


def names_in(folder: Path) -> set[str]:
    """Return the names of all files in a folder."""
    return {path.name for path in folder.iterdir()}


def test_the_backup_is_the_file_as_it_was(sheet: Path) -> None:
    """With the same content, permissions and time; the new file has the same permissions."""
    os.utime(sheet, (1_000_000_000, 1_000_000_000))
    written, notes = write_back(about(sheet), ROWS)
    backup = Path(written.backup)
    assert (sheet.read_bytes(), backup.read_bytes(), notes) == (AFTER, BEFORE, ())
    assert {stat.S_IMODE(path.stat().st_mode) for path in (sheet, backup)} == {0o640}
    assert backup.stat().st_mtime == 1_000_000_000 != sheet.stat().st_mtime
    assert names_in(sheet.parent) == {"orders.csv", "orders.backup-k3f9ab.csv"}
    assert written.digest == digest_of(sheet)


def test_a_backup_replaces_no_other_file(sheet: Path) -> None:
    """It gets a number instead."""
    sheet.with_name("orders.backup-k3f9ab.csv").write_bytes(b"mine")
    written, _ = write_back(about(sheet), ROWS)
    assert Path(written.backup).name == "orders.backup-k3f9ab-2.csv"
    assert sheet.with_name("orders.backup-k3f9ab.csv").read_bytes() == b"mine"


def test_a_disk_without_hard_links_has_backups_too(sheet: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """There the copy is moved to its name."""

    def no_links(*_: object) -> None:
        raise PermissionError("not here")

    monkeypatch.setattr(os, "link", no_links)
    taken = sheet.with_name("orders.backup-k3f9ab.csv")
    taken.write_bytes(b"mine")
    written, _ = write_back(about(sheet), ROWS)
    assert (Path(written.backup).read_bytes(), taken.read_bytes()) == (BEFORE, b"mine")


def test_a_run_that_goes_on_keeps_its_first_backup(sheet: Path) -> None:
    """What it has written itself is not worth another one."""
    written, _ = write_back(about(sheet), ROWS)
    place = SheetPlace(heading_row=1, encoding="utf-8", delimiter=",", digest="that of the file before")
    again, notes = write_back(about(sheet, place=place, earlier=written), (back(2, "failed", "No."),))
    assert (again.backup, notes) == (written.backup, ())
    assert b"failed,No.,," in sheet.read_bytes()
    assert len(names_in(sheet.parent)) == 2


def test_the_same_results_again_change_nothing(sheet: Path) -> None:
    """A nightly job that finds nothing to do leaves no backup a night."""
    write_back(about(sheet), ROWS)
    found = sheet.stat()
    written, _ = write_back(about(sheet, run_id="m4g8cd"), ROWS)
    assert (written.backup, sheet.stat().st_ino) == ("", found.st_ino)
    assert len(names_in(sheet.parent)) == 2


@pytest.mark.parametrize(
    ("lock", "program"),
    [pytest.param("~$orders.csv", "Excel", id="Excel"), pytest.param(".~lock.orders.csv#", "LibreOffice", id="LO")],
)
def test_a_file_that_is_open_is_left_alone(sheet: Path, lock: str, program: str) -> None:
    """The program would write its own copy over the results."""
    sheet.with_name(lock).write_bytes(b"")
    written, notes = write_back(about(sheet), ROWS)
    assert (sheet.read_bytes(), Path(written.file).read_bytes(), written.backup) == (BEFORE, AFTER, "")
    assert notes == (f"orders.csv is open in {program}, so the results are beside it in orders.results-k3f9ab.csv.",)


def test_a_file_that_has_changed_is_left_alone(sheet: Path) -> None:
    """The results are written into a copy of it as it is now, if its rows are the same."""
    how = about(sheet, look_again=lambda _: SheetPlace(heading_row=2, encoding="utf-8", delimiter=","))
    sheet.write_bytes(b"November\n" + BEFORE)
    written, notes = write_back(how, (back(3, "unchanged", final_name="12 Elm"),))
    assert Path(written.file).read_bytes() == b"November\n" + AFTER
    assert (sheet.read_bytes(), written.backup) == (b"November\n" + BEFORE, "")
    assert "has changed since it was read" in notes[0]


def test_a_file_that_changes_at_the_last_moment_is_left_alone(sheet: Path) -> None:
    """What was saved while the results were written is not lost."""
    how = about(sheet, note=lambda _: sheet.write_bytes(b"saved meanwhile") and None)
    _, notes = write_back(how, ROWS)
    assert sheet.read_bytes() == b"saved meanwhile"
    assert "has changed since it was read" in notes[0]


def test_other_rows_are_refused(sheet: Path) -> None:
    """Nothing is left behind."""

    def other_rows(_: Path) -> SheetPlace:
        raise WriteBackError("Its rows are not those of run k3f9ab.")

    how = about(sheet, look_again=other_rows)
    sheet.write_bytes(b"other")
    with pytest.raises(WriteBackError, match=r"Results can't be written into orders\.csv\. Its rows are not those"):
        write_back(how, ROWS)
    assert names_in(sheet.parent) == {"orders.csv"}


def test_the_results_beside_are_asked_for(sheet: Path) -> None:
    """A practice run changes no file of the user's, and replaces no results of before."""
    sheet.with_name("orders.results-k3f9ab.csv").write_bytes(b"before")
    written, notes = write_back(about(sheet, beside="is left as it is"), ROWS)
    assert (sheet.read_bytes(), Path(written.file).name) == (BEFORE, "orders.results-k3f9ab-2.csv")
    assert notes[0].startswith("orders.csv is left as it is, so ")


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
def test_a_link_stays_a_link(sheet: Path, tmp_path: Path) -> None:
    """The file that it leads to is replaced, and the backup lies beside that."""
    (folder := tmp_path / "desk").mkdir()
    (link := folder / "link.csv").symlink_to(sheet)
    written, _ = write_back(about(link), ROWS)
    assert (link.is_symlink(), sheet.read_bytes()) == (True, AFTER)
    assert Path(written.backup).parent == sheet.parent


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX")
def test_a_second_name_is_said(sheet: Path, tmp_path: Path) -> None:
    """Under that name the file is as it was."""
    os.link(sheet, tmp_path / "second.csv")
    _, notes = write_back(about(sheet), ROWS)
    assert "a second name (a hard link)" in notes[0]
    assert (tmp_path / "second.csv").read_bytes() == BEFORE


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device that is always full")
def test_a_full_disk_leaves_the_file_as_it_was(sheet: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sentence says why, and no temporary file stays."""

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ReportWriteError, match="which is as it was: No space left on device"):
        write_back(about(sheet), ROWS)
    assert (sheet.read_bytes(), names_in(sheet.parent)) == (BEFORE, {"orders.csv"})


def test_a_file_that_can_not_be_replaced_is_left_alone(sheet: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On Windows that is how an open file shows."""

    def refused(*_: object) -> None:
        raise PermissionError("open")

    monkeypatch.setattr(Path, "replace", refused)
    written, notes = write_back(about(sheet), ROWS)
    assert (sheet.read_bytes(), Path(written.file).read_bytes()) == (BEFORE, AFTER)
    assert "is it open in another program?" in notes[0]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        pytest.param(xls({(0, 0): b""}), "an .xls workbook", id="xls"),
        pytest.param(xlsb([]), "an .xlsb workbook", id="xlsb"),
        pytest.param(zipped({"_xmlsignatures/sig1.xml": "", "xl/workbook.xml": ""}), "It is signed", id="signed"),
        pytest.param(zipped({"META-INF/documentsignatures.xml": ""}), "It is signed", id="signed ods"),
        pytest.param(b"PK\x03\x04 and no more", "It is damaged", id="damaged"),
    ],
)
def test_a_kind_that_can_not_be_written_is_known_at_once(sheet: Path, content: bytes, why: str) -> None:
    """Before the first request, not after the last."""
    sheet.write_bytes(content)
    with pytest.raises(WriteBackError, match=why):
        check_own_workbook(sheet)


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="permissions that hold")
def test_a_write_protected_file_is_known_at_once(sheet: Path) -> None:
    """The sentence says what helps."""
    sheet.chmod(0o400)
    with pytest.raises(ReportTargetError, match="it is write-protected"):
        check_own_workbook(sheet)


def test_a_missing_file_is_known_at_once(sheet: Path) -> None:
    """As a report's folder is."""
    with pytest.raises(ReportTargetError, match="No such file"):
        check_own_workbook(sheet.with_name("other.csv"))


BOUNDARIES = ((os, "open"), (os, "fsync"), (os, "link"), (os, "chown"), (Path, "replace"), (Path, "unlink"))
"""Where a write-back touches the disk; a killed process has done all before one of them, and nothing behind it."""


def armed(monkeypatch: pytest.MonkeyPatch, crossed: Callable[[], None]) -> None:
    """Have a function called on both sides of every boundary."""

    def mortal(really: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **options: Any) -> Any:
            crossed()
            try:
                return really(*args, **options)
            finally:
                crossed()

        return call

    for where, name in BOUNDARIES:
        monkeypatch.setattr(where, name, mortal(getattr(where, name)))


def killed_at(instant: int, sheet: Path) -> bool:
    """Write results in a child that is killed at an instant; tell whether it was."""
    how = about(sheet)
    if not (child := os.fork()):
        left = instant

        def crossed() -> None:
            nonlocal left
            left -= 1
            if not left:
                os.kill(os.getpid(), signal.SIGKILL)

        armed(pytest.MonkeyPatch(), crossed)
        write_back(how, ROWS)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


@pytest.mark.skipif(not hasattr(os, "fork"), reason="POSIX")
def test_a_write_back_that_is_killed_leaves_the_old_file_or_the_new_one(tmp_path: Path) -> None:
    """At every instant; where it is the new one there is a backup, and the next run removes what else was left."""
    found = set()
    for instant in itertools.count(1):
        (folder := tmp_path / str(instant)).mkdir()
        sheet = folder / "orders.csv"
        sheet.write_bytes(BEFORE)
        if not killed_at(instant, sheet):
            break
        backup = folder / "orders.backup-k3f9ab.csv"
        content = sheet.read_bytes()
        assert content == BEFORE or (content == AFTER and backup.read_bytes() == BEFORE), instant
        assert not backup.exists() or backup.read_bytes() == BEFORE, instant
        left = {path.name for path in folder.glob(".batch-renamer-*")}
        found.add((content == AFTER, backup.exists(), bool(left)))
        remove_leftovers(sheet, is_over=lambda run: run == "another")
        assert {path.name for path in folder.glob(".batch-renamer-*")} == left
        remove_leftovers(sheet, is_over=lambda run: run == "k3f9ab")
        earlier = WrittenBack(file="", digest=digest_of(sheet), backup=str(backup)) if content == AFTER else None
        write_back(about(sheet, earlier=earlier), ROWS)
        assert (sheet.read_bytes(), backup.read_bytes()) == (AFTER, BEFORE), instant
        assert names_in(folder) == {"orders.csv", "orders.backup-k3f9ab.csv"}, instant
    assert instant > 20
    assert {(False, False, True), (False, True, True), (True, True, False)} <= found


def test_the_names_of_other_files_are_no_leftovers(sheet: Path) -> None:
    """Only what a write-back of a run has named is removed, wherever the run's id stands in a name."""
    for name in (".batch-renamer-k3f9ab", ".batch-renamer-0123456-k3f9ab-01234567.csv", "orders.backup-k3f9ab.csv"):
        sheet.with_name(name).write_bytes(b"")
    before = names_in(sheet.parent)
    remove_leftovers(sheet, is_over=lambda _: True)
    assert names_in(sheet.parent) == before


def test_there_is_always_a_free_name_or_a_reason(sheet: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After many backups of one run the sentence says so."""
    monkeypatch.setattr(unfinished, "_MOST_NAMES", 1)
    sheet.with_name("orders.backup-k3f9ab.csv").write_bytes(b"mine")
    with pytest.raises(ReportWriteError, match="every name for it is taken"):
        write_back(about(sheet), ROWS)
    assert sheet.read_bytes() == BEFORE
