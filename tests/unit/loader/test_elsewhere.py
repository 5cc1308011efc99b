"""A spreadsheet that is open in another program is read as it was saved, and that is said."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import Workbook

from batch_renamer.loader import open_sheet


@pytest.mark.parametrize(
    ("lock", "program"),
    [("~$new names{}", "Excel"), (".~lock.new names{}#", "LibreOffice")],
    ids=["Excel", "LibreOffice"],
)
@pytest.mark.parametrize("ending", [".csv", ".xlsx"])
def test_a_lock_file_beside_it_is_told(tmp_path: Path, lock: str, program: str, ending: str) -> None:
    """The warning names the program; without the lock file there is none."""
    path = tmp_path / f"new names{ending}"
    rows = [["order_id", "new_name"], ["o1", "12 Elm Street"]]
    if ending == ".csv":
        path.write_text("".join(f"{','.join(row)}\n" for row in rows), encoding="utf-8")
    else:
        book = Workbook()
        for row in rows:
            book.worksheets[0].append(row)
        book.save(path)
    with open_sheet(path) as sheet:
        assert [row.row for chunk in sheet.chunks() for row in chunk] == [2]
    assert sheet.warnings == ()
    (tmp_path / lock.format(ending)).touch()
    with open_sheet(path, label="new names") as sheet:
        assert [row.row for chunk in sheet.chunks() for row in chunk] == [2]
    assert sheet.warnings == (
        f"new names seems to be open in {program}: what is not saved there is not read. Save it first.",
    )
