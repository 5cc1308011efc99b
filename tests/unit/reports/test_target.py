"""Where reports may go, and that a report is there whole or not at all."""

from __future__ import annotations

import datetime
import os
import re
import stat
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from batch_renamer.errors import ReportTargetError
from batch_renamer.model import COLUMNS, ReportLine, ReportRow, Result, RunSummary
from batch_renamer.reports import (
    FORMATS,
    check_names,
    check_writable,
    resolve_targets,
    write_report,
)

TODAY = datetime.date(2025, 11, 3)
SUMMARY = RunSummary(run_id="k3f9", command="apply", counts={Result.RENAMED: 1})
ROW = ReportRow(row=2, order_id="a1", new_name="b", result=Result.RENAMED)
LINE = ReportLine(ROW)
each_format = pytest.mark.parametrize("ending", FORMATS)


def resolve(*requested: str, sheet: Path | None = None, state_dir: Path = Path("state")) -> tuple[Path, ...]:
    """Resolve targets for run k3f9 on 2025-11-03."""
    return resolve_targets(requested, run_id="k3f9", date=TODAY, sheet=sheet, state_dir=state_dir)


def forbid(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Let no file be made in the folder, by any user."""
    really_open = Path.open

    def refusing(path: Path, *args: Any, **kwargs: Any) -> Any:
        if path.parent == folder:
            raise PermissionError(13, "Permission denied")
        return really_open(path, *args, **kwargs)

    monkeypatch.setattr(Path, "open", refusing)


# -- Wishes ----------------------------------------------------------------------------------------------------------


def test_date_and_id_are_filled_in() -> None:
    """Both placeholders may stand anywhere in the path."""
    assert resolve("{date}/out-{id}.csv") == (Path("2025-11-03/out-k3f9.csv"),)


def test_other_braces_are_left_alone() -> None:
    """Braces are legal in file names, and a path that was kept with a run is not looked at again."""
    assert resolve("{other}{}.csv") == (Path("{other}{}.csv"),)


def test_each_target_once_in_the_order_asked_for() -> None:
    """The same report asked for twice is written once."""
    assert resolve("b.csv", "a.json", "b.csv") == (Path("b.csv"), Path("a.json"))


def test_an_ending_may_be_in_capitals() -> None:
    """``.XLSX`` is ``.xlsx``."""
    assert resolve("A.XLSX") == (Path("A.XLSX"),)


@pytest.mark.parametrize("path", ["out.htm", "out.pdf", "out", "out.csv.gz", ".csv", ""])
def test_an_unknown_ending_is_refused_with_those_that_exist(path: str) -> None:
    """The message lists the endings that would do."""
    with pytest.raises(ReportTargetError, match=re.escape("must end in one of .csv, .html, .json, .xlsx")):
        resolve(path)


def test_a_report_never_overwrites_the_spreadsheet(tmp_path: Path) -> None:
    """Not by the same path, nor by another spelling of it."""
    sheet = tmp_path / "orders.csv"
    sheet.touch()
    (tmp_path / "sub").mkdir()
    with pytest.raises(ReportTargetError, match="overwrite the spreadsheet"):
        resolve(str(tmp_path / "sub" / ".." / "orders.csv"), sheet=sheet)


@pytest.mark.skipif(not hasattr(os, "link"), reason="this system has no links")
@pytest.mark.parametrize("spelling", ["nofolder/../in.csv", "link.csv", "hard.csv", "./in.csv"])
def test_the_spreadsheet_is_known_by_any_spelling(tmp_path: Path, spelling: str) -> None:
    """What is checked is the very file that would be written: through a missing folder, a link, a hard link."""
    sheet = tmp_path / "in.csv"
    sheet.write_text("order_id,new_name\n")
    (tmp_path / "link.csv").symlink_to(sheet)
    os.link(sheet, tmp_path / "hard.csv")
    with pytest.raises(ReportTargetError, match="overwrite the spreadsheet itself"):
        resolve(f"{tmp_path}/{spelling}", sheet=sheet)


@pytest.mark.parametrize("what", ["the log", "the key file"])
def test_a_report_never_overwrites_what_belongs_to_the_command(tmp_path: Path, what: str) -> None:
    """It is refused before the file is there, in other letters as well: disks may not tell them apart."""
    taken = {what: tmp_path / "night.json"}
    for refused in (tmp_path / "night.json", tmp_path / "Night.JSON"):
        with pytest.raises(ReportTargetError, match=f"would overwrite {what};"):
            check_names([str(refused)], taken=taken)
        with pytest.raises(ReportTargetError, match=f"would overwrite {what};"):
            resolve_targets([str(refused)], run_id="k3", date=TODAY, sheet=None, state_dir=tmp_path, taken=taken)


@pytest.mark.parametrize("template", ["{sheet}.csv", "{Date}/r.csv", "r-{}.csv"])
def test_an_unknown_placeholder_is_refused_with_those_there_are(template: str) -> None:
    """A report called ``{sheet}.csv`` is never what was meant."""
    with pytest.raises(ReportTargetError, match=r"which is unknown; \{date\} and \{id\} are filled in"):
        check_names([template])


def test_two_reports_in_one_file_are_refused(tmp_path: Path) -> None:
    """Where a disk takes two spellings for one name, the second would replace the first; one twice is written once."""
    (tmp_path / "sub").mkdir()
    once = resolve(f"{tmp_path}/r.csv", f"{tmp_path}/sub/../r.csv")
    assert once == (tmp_path / "r.csv",)
    with pytest.raises(ReportTargetError, match="would be one file"):
        resolve(f"{tmp_path}/r.csv", f"{tmp_path}/R.csv")


@each_format
def test_only_a_report_is_replaced(tmp_path: Path, ending: str) -> None:
    """An older report and an empty file give way; whatever else has the name is a person's work."""
    report, empty, foreign = (tmp_path / f"{name}{ending}" for name in ("report", "empty", "foreign"))
    write_report(report, [LINE], summary=SUMMARY)
    empty.touch()
    foreign.write_text("order_id;new_name\na1;b\n")
    for target in (report, empty):
        check_names([str(target)])
        assert resolve(str(target)) == (target,)
    for refuse in (check_names, lambda wishes: resolve(*wishes)):
        with pytest.raises(
            ReportTargetError, match="exists and is no report of batch-renamer, so it is not overwritten"
        ):
            refuse([str(foreign)])


@each_format
def test_a_report_of_another_format_is_no_report_here(tmp_path: Path, ending: str) -> None:
    """A file is what it is called, or it is not known."""
    other = tmp_path / ("other.json" if ending == ".csv" else "other.csv")
    write_report(other, [LINE], summary=SUMMARY)
    target = other.rename(tmp_path / f"r{ending}")
    with pytest.raises(ReportTargetError, match="is no report"):
        resolve(str(target))


def test_a_report_saved_by_a_spreadsheet_program_is_still_one(tmp_path: Path) -> None:
    """It moves the texts to a table of their own, or takes semicolons."""
    book = tmp_path / "r.xlsx"
    write_report(book, [ReportLine(ROW, ("Ann",))], summary=SUMMARY, other_headings=["Agent"])
    opened = openpyxl.load_workbook(book)
    opened.save(book)
    (tmp_path / "r.csv").write_text(";".join(COLUMNS) + "\r\n", encoding="utf-8-sig")
    assert len(resolve(str(book), str(tmp_path / "r.csv"))) == 2


@pytest.mark.parametrize(
    "heading",
    [
        ",".join(COLUMNS) + "\r,note",
        ",".join((*COLUMNS, "note")),
        ",".join(COLUMNS[1:]),
        f'{",".join(COLUMNS)},"{"x" * 200_000}',
    ],
    ids=["a return in it", "a column of one's own", "a column less", "no end"],
)
def test_a_sheet_made_of_a_report_is_no_report(tmp_path: Path, heading: str) -> None:
    """A person works on it: it has columns of its own, or was damaged by hand."""
    (tmp_path / "r.csv").write_bytes(heading.encode() + b"\r\n2,a1\r\n")
    with pytest.raises(ReportTargetError, match="is no report"):
        resolve(str(tmp_path / "r.csv"))


@pytest.mark.parametrize("damage", [b"PK\x03\x04 cut", b"\x00" * 5000])
def test_a_damaged_workbook_is_no_report(tmp_path: Path, damage: bytes) -> None:
    """What can't be read may be a person's work, too."""
    (tmp_path / "r.xlsx").write_bytes(damage)
    with pytest.raises(ReportTargetError, match="is no report"):
        resolve(str(tmp_path / "r.xlsx"))


def test_a_folder_with_too_long_a_name_is_one_sentence(tmp_path: Path) -> None:
    """The system can't even look for it."""
    for path in (tmp_path / ("x" * 300) / "r.csv", tmp_path / ("y/" * 3000) / "r.csv"):
        with pytest.raises(ReportTargetError, match="can't be written: File name too long"):
            check_names([str(path)])


@pytest.mark.skipif(os.name != "posix", reason="only POSIX removes the folder one is in")
def test_a_removed_working_directory_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A relative report has no place then."""
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    with pytest.raises(ReportTargetError, match="the folder that this command was started in has been removed"):
        check_names(["r.csv"])


def test_a_new_report_beside_the_spreadsheet_is_fine(tmp_path: Path) -> None:
    """Only the sheet itself is out of bounds, not what isn't there yet."""
    sheet = tmp_path / "orders.csv"
    sheet.touch()
    target = tmp_path / "orders.xlsx"
    assert resolve(str(target), sheet=sheet) == (target,)


def test_the_default_is_beside_the_sheet(tmp_path: Path) -> None:
    """Without a wish the report stands beside the sheet, and trying the folder leaves nothing there."""
    sheet = tmp_path / "orders.csv"
    assert resolve(sheet=sheet) == (tmp_path / "orders.report-k3f9.xlsx",)
    assert list(tmp_path.iterdir()) == []


def test_the_default_avoids_a_folder_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A read-only folder of spreadsheets sends the report to the state directory, which is made private."""
    state = tmp_path / "made" / "state"
    forbid(monkeypatch, tmp_path / "read-only")
    sheet = tmp_path / "read-only" / "orders.csv"
    assert resolve(sheet=sheet, state_dir=state) == (state / "orders.report-k3f9.xlsx",)
    assert stat.S_IMODE(state.stat().st_mode) == 0o700


def test_the_default_without_a_sheet_is_in_the_state_directory(tmp_path: Path) -> None:
    """Rows that came from no file have a report all the same."""
    assert resolve(state_dir=tmp_path) == (tmp_path / "report-k3f9.xlsx",)


def test_no_place_at_all_is_said(tmp_path: Path) -> None:
    """A state directory that can't be made is refused in one sentence."""
    (tmp_path / "file").touch()
    with pytest.raises(ReportTargetError, match="choose a place with --report"):
        resolve(state_dir=tmp_path / "file" / "state")


# -- Proof -----------------------------------------------------------------------------------------------------------


def test_proving_leaves_nothing_behind(tmp_path: Path) -> None:
    """Neither a probe nor the report itself is there afterwards, and an old report is untouched."""
    old = tmp_path / "old.csv"
    old.write_text("old")
    check_writable([old, tmp_path / "new.csv"])
    assert [path.name for path in tmp_path.iterdir()] == ["old.csv"]
    assert old.read_text() == "old"


def test_a_missing_folder_is_found_out(tmp_path: Path) -> None:
    """The message names the folder."""
    with pytest.raises(ReportTargetError, match=r"there is no folder .*nowhere"):
        check_writable([tmp_path / "nowhere" / "r.csv"])


def test_a_folder_whose_name_is_not_known_yet_is_not_missed(tmp_path: Path) -> None:
    """It is looked for when the run has its id."""
    check_names([str(tmp_path / "{date}" / "r.csv"), str(tmp_path / "{id}.csv")])


def test_a_folder_in_the_way_is_found_out(tmp_path: Path) -> None:
    """A folder called like the report can't be replaced by it."""
    (tmp_path / "r.csv").mkdir()
    with pytest.raises(ReportTargetError, match="a folder has that name"):
        check_writable([tmp_path / "r.csv"])


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_in_the_way_is_found_out(tmp_path: Path) -> None:
    """What is no ordinary file is not replaced."""
    os.mkfifo(tmp_path / "r.csv")
    with pytest.raises(ReportTargetError, match="no ordinary file"):
        check_writable([tmp_path / "r.csv"])


def test_a_folder_without_permission_is_found_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The system's own reason is in the sentence."""
    forbid(monkeypatch, tmp_path)
    with pytest.raises(ReportTargetError, match="Permission denied; choose another place"):
        check_writable([tmp_path / "r.csv"])


def test_a_write_protected_report_is_found_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that its owner protected is not replaced behind the owner's back."""
    protected = tmp_path / "r.csv"
    protected.touch()
    monkeypatch.setattr(os, "access", lambda path, mode: (path, mode) != (protected, os.W_OK))
    with pytest.raises(ReportTargetError, match="write-protected"):
        check_writable([protected])


def test_a_name_too_long_for_the_disk_is_found_out(tmp_path: Path) -> None:
    """The probe's own name is short, so the report's is looked at too."""
    with pytest.raises(ReportTargetError, match="can't be written"):
        check_writable([tmp_path / ("x" * 300 + ".csv")])


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.usefixtures("full_disk")
def test_a_full_disk_is_found_out(tmp_path: Path) -> None:
    """The probe writes, since a full disk often still makes empty files; and it is removed."""
    with pytest.raises(ReportTargetError, match="No space left"):
        check_writable([tmp_path / "r.csv"])
