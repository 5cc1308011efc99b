"""What stands in the sheets of rows of an .xlsx report, read back by readers of other makes."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from openpyxl.worksheet.worksheet import Worksheet
from python_calamine import CalamineWorkbook

from batch_renamer.loader import LoadOptions, open_sheet
from batch_renamer.model import COLUMNS, ReportLine, ReportRow, Result
from batch_renamer.reports.rows import WriteOptions
from batch_renamer.reports.xlsx import write_xlsx
from tests.unit.reports.samples import NASTY_NAMES, a_row, any_text, each_nasty_name, summary


def as_xlsx(
    folder: Path,
    rows: Iterable[ReportRow],
    *,
    headings: Sequence[str] = (),
    cells: Sequence[str] = (),
    rows_per_sheet: int = 1_048_575,
) -> Path:
    """Return the path of an xlsx report; each row has the same cells in the user's own columns."""
    path = folder / "report.xlsx"
    with path.open("wb") as file:
        options = WriteOptions(summary=summary(), scratch=folder, other_headings=tuple(headings))
        write_xlsx(file, [ReportLine(row, tuple(cells)) for row in rows], options, rows_per_sheet=rows_per_sheet)
    return path


def sheet_of(path: Path) -> list[list[object]]:
    """Return the cells of the first sheet, as the reader behind the loader sees them."""
    return [list(line) for line in CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()]


def named_cells(path: Path) -> dict[str, str]:
    """Return the first row of the report by its headings, as texts."""
    headings, row = sheet_of(path)
    return {str(heading): str(cell) for heading, cell in zip(headings, row, strict=True)}


def width_of_column(sheet: Worksheet, name: str) -> float:
    """Return the width of one of our columns."""
    place = COLUMNS.index(name) + 1
    return next(float(one.width) for one in sheet.column_dimensions.values() if one.min <= place <= one.max)


def seen_by_openpyxl(path: Path) -> Worksheet:
    """Return the first sheet."""
    sheet = openpyxl.load_workbook(path)["report"]
    assert isinstance(sheet, Worksheet)
    return sheet


FULL = ReportRow(
    row=12,
    order_id="007",
    old_name="=1+1",
    new_name="12",
    final_name="12",
    result=Result.RENAMED,
    status="processed",
    is_processing=False,
    is_merging=True,
    is_deleted=None,
    total_images=2.5,
    last_updated_at="2026-05-01T12:34:56.123Z",
    attempts=1,
    http_status=200,
    started_at="2026-11-26T08:01:02.500Z",
    seconds=0.123,
)


@each_nasty_name
def test_xlsx_gives_nasty_names_back(tmp_path: Path, name: str) -> None:
    """The reader behind the loader finds the names unharmed, and the cells of the user's own columns as well."""
    found = sheet_of(as_xlsx(tmp_path, [a_row(name)], headings=["Agent"], cells=[name]))[1]
    assert [*found[2:5], found[len(COLUMNS)]] == [name] * 4


def test_no_cell_is_a_formula_or_a_link(tmp_path: Path) -> None:
    """Seen by openpyxl, ids, names and the user's own cells are text, whatever they look like."""
    rows = [replace(FULL, old_name=name, new_name=name, reason=name, status=name) for name in NASTY_NAMES.values()]
    path = as_xlsx(tmp_path, rows, headings=list(NASTY_NAMES.values()), cells=list(NASTY_NAMES.values()))
    cells = [cell for line in seen_by_openpyxl(path).iter_rows() for cell in line if cell.value is not None]
    typed = {"row", "total_images", "attempts", "http_status", "seconds", "is_processing", "is_merging"}
    typed |= {"last_updated_at", "started_at"}
    names = {place: name for place, name in enumerate(COLUMNS, start=1) if name in typed}
    texts = [cell for cell in cells if cell.row == 1 or cell.column not in names]
    assert {cell.data_type for cell in texts} <= {"s", "inlineStr"}
    assert not [cell for cell in cells if cell.hyperlink or cell.data_type == "f"]


@pytest.mark.usefixtures("in_berlin")
def test_numbers_booleans_and_times_have_their_types(tmp_path: Path) -> None:
    """A person can sort and add them up; times are those of the clock where the report is written."""
    found = {
        str(name.value): cell.value
        for name, cell in zip(*seen_by_openpyxl(as_xlsx(tmp_path, [FULL])).iter_rows(), strict=True)
    }
    assert found == {
        "row": 12,
        "order_id": "007",
        "old_name": "=1+1",
        "new_name": "12",
        "final_name": "12",
        "skip": None,
        "result": "renamed",
        "reason": None,
        "warning": None,
        "status": "processed",
        "is_processing": False,
        "is_merging": True,
        "is_deleted": None,
        "total_images": 2.5,
        "last_updated_at": datetime.datetime(2026, 5, 1, 14, 34, 56, 123000),  # noqa: DTZ001 - a workbook has no zones
        "attempts": 1,
        "http_status": 200,
        "started_at": datetime.datetime(2026, 11, 26, 9, 1, 2, 500000),  # noqa: DTZ001
        "seconds": 0.123,
    }


@pytest.mark.parametrize(
    "text",
    ["yesterday", "2026-05-01", "2026-05-01T12:00:00", "1899-01-01T00:00:00Z", "9999-12-31T23:59:59.9-23:59", ""],
    ids=["word", "day", "no zone", "too early", "too late", "blank"],
)
def test_what_is_no_moment_stays_the_text_that_the_api_sent(tmp_path: Path, text: str) -> None:
    """Nothing is made up: without a zone, it could be any of a day's moments."""
    found = sheet_of(as_xlsx(tmp_path, [replace(FULL, last_updated_at=text)]))[1][COLUMNS.index("last_updated_at")]
    assert found == text


@pytest.mark.parametrize("number", [10**15, -(10**20), 10**400], ids=["16 digits", "negative", "beyond any"])
def test_a_number_beyond_what_a_cell_can_hold_is_text(tmp_path: Path, number: int) -> None:
    """Spreadsheet programs would replace its last digits with zeros."""
    found = sheet_of(as_xlsx(tmp_path, [replace(FULL, total_images=number)]))[1][COLUMNS.index("total_images")]
    assert found == str(number)


@given(name=any_text)
def test_xlsx_gives_every_text_back(tmp_path_factory: pytest.TempPathFactory, name: str) -> None:
    """Whatever the text, the workbook can be opened, and the next row is where it belongs."""
    cells = sheet_of(as_xlsx(tmp_path_factory.mktemp("xlsx"), [a_row(name), a_row("next", row=3)]))
    assert cells[2][0:5] == [3, "007", "next", "next", "next"]
    if not set(name) & {"\ufffe", "\uffff"}:  # no XML can hold these; they stay visible as the format's escape
        assert cells[1][3] == name


def test_xlsx_survives_a_lone_surrogate(tmp_path: Path) -> None:
    """A text that no encoding has is shown escaped."""
    assert sheet_of(as_xlsx(tmp_path, [a_row("a\ud800b")]))[1][3] == "a\\ud800b"


@pytest.mark.parametrize("letter", ["x", "山", "👩", "\ud800"], ids=["ascii", "wide", "emoji", "surrogate"])
def test_xlsx_cuts_what_no_cell_can_hold_and_says_so(tmp_path: Path, letter: str) -> None:
    """A text beyond 32,767 UTF-16 units is cut with a mark; ``warning`` says so, and ``skip`` guards the order."""
    row = replace(a_row(), new_name=letter * 40_000, warning="an older warning")
    cells = named_cells(as_xlsx(tmp_path, [row]))
    assert cells["new_name"].endswith("… [cut: 40000 characters in all]")
    assert 32_700 < len(cells["new_name"].encode("utf-16-le")) // 2 <= 32_767
    assert cells["warning"].startswith("new_name is too long for a cell")
    assert cells["warning"].endswith("an older warning")
    assert cells["skip"] == "cut name"


def test_xlsx_leaves_the_longest_possible_text_alone(tmp_path: Path) -> None:
    """Exactly 32,767 units fit."""
    cells = named_cells(as_xlsx(tmp_path, [a_row("x" * 32_767)]))
    assert (cells["new_name"], cells["warning"]) == ("x" * 32_767, "")


def test_xlsx_goes_on_on_a_second_sheet(tmp_path: Path) -> None:
    """Rows beyond a sheet's end stand on the next one, under the same heading."""
    found = openpyxl.load_workbook(as_xlsx(tmp_path, [a_row(row=n) for n in range(2, 7)], rows_per_sheet=2))
    assert found.sheetnames == ["report", "report 2", "report 3", "summary"]
    rows = {name: [line[0] for line in found[name].iter_rows(values_only=True)] for name in found.sheetnames[:3]}
    assert rows == {"report": ["row", 2, 3], "report 2": ["row", 4, 5], "report 3": ["row", 6]}


def test_xlsx_is_pleasant_to_look_at(tmp_path: Path) -> None:
    """Headings, row numbers and ids stay in sight, every column has a filter, results have colours and bold words."""
    sheet = seen_by_openpyxl(as_xlsx(tmp_path, [a_row(), a_row(result=Result.FAILED)]))
    good, bad = (sheet.cell(line, COLUMNS.index("result") + 1) for line in (2, 3))
    assert sheet.cell(1, 1).font.b
    assert sheet.freeze_panes == "C2"
    assert sheet.auto_filter.ref == "A1:S3"
    assert good.fill.fgColor.rgb != bad.fill.fgColor.rgb
    assert (good.font.b, bad.font.b) == (False, True)
    assert sheet.cell(2, 4).number_format == "@"  # an edited cell stays text


def test_technical_columns_are_folded_away(tmp_path: Path) -> None:
    """One click opens the group; what a person reads first, and the user's own columns, are in sight."""
    sheet = seen_by_openpyxl(as_xlsx(tmp_path, [FULL], headings=["Agent"], cells=["Ann"]))
    folded = [letter for letter, column in sheet.column_dimensions.items() if column.hidden]
    groups = {column.outlineLevel for column in sheet.column_dimensions.values() if column.hidden}
    first, last = sheet.column_dimensions[folded[0]].min, sheet.column_dimensions[folded[-1]].max
    assert COLUMNS[first - 1] == "status"
    assert COLUMNS[last - 1] == "seconds"
    assert groups == {1}
    assert sheet.column_dimensions["T"].collapsed
    assert not sheet.column_dimensions["T"].hidden


def test_the_sheet_prints_on_landscape_pages_one_page_wide(tmp_path: Path) -> None:
    """Each page has the headings and its number."""
    sheet = seen_by_openpyxl(as_xlsx(tmp_path, [FULL], headings=["Agent"], cells=["Ann"]))
    assert sheet.page_setup.orientation == "landscape"
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) in {(1, 0), (None, 0)}
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.print_title_rows == "$1:$1"
    assert sheet.print_area == "'report'!$A$1:$T$2"
    assert sheet.oddFooter.right.text == "Page &P of &N"


def test_columns_that_could_not_be_read_side_by_side_are_not_printed(tmp_path: Path) -> None:
    """Forty columns on one page would be a grey smear; the sheet itself has all of them."""
    headings = [f"A column of the office {n}" for n in range(40)]
    sheet = seen_by_openpyxl(as_xlsx(tmp_path, [FULL], headings=headings, cells=["x"] * 40))
    assert sheet.max_column == len(COLUMNS) + 40
    assert 19 < openpyxl.utils.cell.range_boundaries(sheet.print_area.partition("!")[2])[2] < len(COLUMNS) + 40


def test_columns_fit_what_they_hold_within_bounds(tmp_path: Path) -> None:
    """A short name leaves room for others; a long one goes on in the next line of its cell."""
    short, long = (
        seen_by_openpyxl(as_xlsx(tmp_path, [replace(a_row(name), reason=name)])) for name in ("12 Elm", "x" * 500)
    )
    assert width_of_column(short, "new_name") < 15
    assert 36 <= width_of_column(long, "new_name") <= 37
    assert 52 <= width_of_column(long, "reason") <= 53
    assert long["H2"].alignment.wrap_text
    assert not short["H2"].alignment.wrap_text


def test_a_row_is_as_high_as_its_longest_text_but_not_higher_than_the_screen(tmp_path: Path) -> None:
    """LibreOffice does not find the height itself; a text of thousands of characters would hide all other rows."""
    rows = [replace(FULL, reason="x" * length) for length in (20, 200, 9_000)]
    sheet = seen_by_openpyxl(as_xlsx(tmp_path, rows))
    assert [sheet.row_dimensions[line].height for line in (2, 3, 4)] == [None, 60, 300]


# -- The user's own columns ------------------------------------------------------------------------------------------


def test_the_users_own_columns_stand_right_of_ours(tmp_path: Path) -> None:
    """Their headings are told apart from ours and from each other, as the loader compares headings."""
    headings = ["Agent", "Order ID", "order-id", "Agent", "agent", "New name", "山路"]
    cells = sheet_of(as_xlsx(tmp_path, [FULL], headings=headings, cells=["a", "=b", "007", "", "x"]))
    assert tuple(cells[0][: len(COLUMNS)]) == COLUMNS
    own = [line[len(COLUMNS) :] for line in cells]
    assert own[0] == [
        "Agent",
        "Order ID (sheet)",
        "order-id (sheet 2)",
        "Agent (sheet)",
        "agent (sheet 2)",
        "New name (sheet)",
        "山路",
    ]
    assert own[1] == ["a", "=b", "007", "", "x", "", ""]


def test_a_cell_that_no_cell_can_hold_is_cut_with_a_mark(tmp_path: Path) -> None:
    """It is the user's own note, so no row is to be looked at because of it."""
    cells = sheet_of(as_xlsx(tmp_path, [a_row()], headings=["Note"], cells=["x" * 40_000]))[1]
    assert str(cells[len(COLUMNS)]).endswith("… [cut: 40000 characters in all]")
    assert cells[COLUMNS.index("warning")] == ""


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    ("heading", "length"),
    [("x" * 40_000, 40_000), ("😀" * 20_000, 20_000), (f"<r>{'x' * 40_000}</r>", 40_007)],
    ids=["letters", "two units each", "xml of the format"],
)
def test_a_heading_that_no_cell_can_hold_is_cut_with_a_mark(tmp_path: Path, heading: str, length: int) -> None:
    """Excel would repair the workbook, and XlsxWriter leaves some of them out."""
    shown = str(sheet_of(as_xlsx(tmp_path, [a_row()], headings=[heading], cells=["a"]))[0][len(COLUMNS)])
    assert shown.endswith(f"… [cut: {length} characters in all]")
    assert len(shown.encode("utf-16-le")) <= 2 * 32_767


# -- Used as a spreadsheet -------------------------------------------------------------------------------------------


@settings(max_examples=10)  # each is read by a process of its own
@given(name=any_text, cell=any_text)
def test_a_report_with_the_users_own_columns_can_be_fed_back_in(
    tmp_path_factory: pytest.TempPathFactory, name: str, cell: str
) -> None:
    """Ids, names and guards are those of the report, whatever the user's own columns are called and hold."""
    headings = ["Current name", "order_id", "New Name", "skip", "Agent"]
    row_as_given = replace(FULL, old_name="Elm", warning=name)
    path = as_xlsx(tmp_path_factory.mktemp("xlsx"), [row_as_given], headings=headings, cells=[cell] * 5)
    with open_sheet(path, LoadOptions()) as sheet:
        assert sheet.columns.is_report
        [[row]] = sheet.chunks()
    assert (row.row, row.order_id, row.new_name, row.current_name, row.skip) == (2, "007", "12", "Elm", "")
    assert sheet.other_headings == (*(f"{heading} (sheet)" for heading in headings[:4]), "Agent")


@pytest.mark.parametrize("result", list(Result), ids=str)
def test_every_result_can_be_reported(tmp_path: Path, result: Result) -> None:
    """Each result has its text, in a cell as in the row."""
    assert sheet_of(as_xlsx(tmp_path, [a_row(result=result)]))[1][COLUMNS.index("result")] == result.value
