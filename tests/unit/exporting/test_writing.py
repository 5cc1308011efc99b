"""Orders become a file beside its target, which is moved there whole."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest

from batch_renamer.errors import JournalError, ReportWriteError
from batch_renamer.exporting import write_export, write_template
from batch_renamer.model import EXPORT_COLUMNS, Order

ORDER = Order(
    order_id="007",
    name="=1+1",
    status="processed",
    total_images=3.0,
    created_at="2026-11-20T08:00:00Z",
    last_updated_at="soon",
)
each_format = pytest.mark.parametrize("ending", [".csv", ".xlsx"])


def target(folder: Path, ending: str) -> Path:
    """Return a file in the folder."""
    return folder / f"orders{ending}"


def test_a_csv_has_a_guard_before_what_looks_like_a_formula(tmp_path: Path) -> None:
    """It begins with a BOM, and is otherwise what the API said."""
    path = write_export(target(tmp_path, ".csv"), [ORDER], delimiter=";")
    assert path.read_bytes().decode("utf-8-sig").splitlines() == [
        ";".join(EXPORT_COLUMNS),
        "007;'=1+1;;;processed;3;2026-11-20T08:00:00Z;soon",
    ]


def test_a_workbook_is_ready_to_fill_in(tmp_path: Path) -> None:
    """Ids and names are text; the heading stays in sight and filters, and skip offers its mark."""
    path = write_export(target(tmp_path, ".xlsx"), [ORDER] * 2)
    sheet = openpyxl.load_workbook(path)["orders"]
    assert tuple(cell.value for cell in sheet[1]) == EXPORT_COLUMNS
    cells = sheet[2]
    assert [cell.value for cell in cells[:6]] == ["007", "=1+1", None, None, "processed", 3]
    assert [cell.data_type for cell in cells] == ["s", "s", "n", "n", "s", "n", "d", "s"]
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A2", "A1:H3")
    [validation] = sheet.data_validations.dataValidation
    assert (str(validation.sqref), validation.formula1, validation.showErrorMessage) == ("D2:D3", '"x"', False)
    assert "keep the name" in sheet["C1"].comment.text
    assert cells[2].fill.fgColor.rgb != cells[1].fill.fgColor.rgb


def test_a_name_that_is_too_long_for_a_cell_is_never_used(tmp_path: Path) -> None:
    """It is cut, and its row is marked, so that half a name guards nothing."""
    path = write_export(target(tmp_path, ".xlsx"), [Order(order_id="a1", name="\U0001f600" * 20_000)])
    cells = openpyxl.load_workbook(path)["orders"][2]
    assert cells[1].value.endswith("… [cut: 20000 characters in all]")
    assert cells[3].value == "too long for a cell"


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59-12:00", "1900-01-01T12:00:00Z", "soon"])
def test_a_moment_that_no_workbook_knows_stays_a_text(tmp_path: Path, text: str) -> None:
    """Nothing is made up, and nothing fails."""
    path = write_export(target(tmp_path, ".xlsx"), [Order(order_id="a1", name="b", created_at=text)])
    assert openpyxl.load_workbook(path)["orders"]["G2"].value == text


@each_format
def test_a_failure_midway_leaves_nothing(tmp_path: Path, ending: str) -> None:
    """If the orders end in an error, no file is there."""

    def orders() -> Iterator[Order]:
        yield ORDER
        raise JournalError("Stopped.")

    with pytest.raises(JournalError):
        write_export(target(tmp_path, ending), orders())
    assert [*tmp_path.iterdir()] == []


@each_format
def test_a_folder_that_has_gone_is_a_sentence(tmp_path: Path, ending: str) -> None:
    """It names the file."""
    with pytest.raises(ReportWriteError, match=r"orders\.\w+\" could not be written: No such file"):
        write_export(target(tmp_path / "gone", ending), [ORDER])


@each_format
@pytest.mark.parametrize("links", [True, False], ids=["links", "no links"])
def test_a_file_that_was_made_meanwhile_is_never_replaced(
    tmp_path: Path, ending: str, links: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The export gets a number instead, also where the file system has no hard links."""

    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    if not links:
        monkeypatch.setattr(Path, "hardlink_to", refuse)
    place = target(tmp_path, ending)

    def orders() -> Iterator[Order]:
        place.write_text("mine")
        yield ORDER

    assert write_export(target(tmp_path, ending), orders()) == tmp_path / f"orders-2{ending}"
    assert place.read_text() == "mine"
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([place.name, f"orders-2{ending}"])


@each_format
def test_a_template_has_one_row_that_is_skipped(tmp_path: Path, ending: str) -> None:
    """It has the four columns that a person fills in."""
    path = write_template(target(tmp_path, ending))
    assert path is not None
    if ending == ".csv":
        heading, example = path.read_text("utf-8-sig").splitlines()
        assert (heading, example[-2:]) == (",".join(EXPORT_COLUMNS[:4]), ",x")
        return
    rows = [[cell.value for cell in row] for row in openpyxl.load_workbook(path)["orders"]]
    assert (rows[0], rows[1][3], len(rows)) == ([*EXPORT_COLUMNS[:4]], "x", 2)
    assert zipfile.ZipFile(path).testzip() is None
