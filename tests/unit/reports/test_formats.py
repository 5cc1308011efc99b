"""What stands in a .csv, .json and .xlsx report, read back by readers of other makes."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from batch_renamer.model import COLUMNS, ReportRow, Result, RunSummary
from batch_renamer.reports import row_as_json, write_json_result, write_refusal, write_report, xlsx_format
from batch_renamer.reports.csv_format import write_csv
from batch_renamer.reports.rows import WriteOptions, row_as_texts
from batch_renamer.reports.xlsx_format import write_xlsx
from batch_renamer.text import guarded

NASTY_NAMES = {
    "formula": "=1+1",
    "formula with a call": '=HYPERLINK("http://example.org","x")',
    "plus": "+1",
    "minus": "-1",
    "at": "@SUM(A1)",
    "tab": "\t=1+1",
    "return": "\r=1+1",
    "full-width equals": "\uff1d1+1",
    "full-width plus": "\uff0b1",
    "full-width minus": "\uff0d1",
    "full-width at": "\uff20SUM(A1)",
    "line break": "\n=1+1",
    "line break and full-width": "\r\n\uff1d1+1",
    "space": " =1+1",
    "apostrophe": "'12 Elm",
    "two apostrophes": "''",
    "NA": "NA",
    "null": "null",
    "leading zeros": "007",
    "exponent": "1e5",
    "beyond Latin": "Straße 5 · 山",
    "emoji family": "👨‍👩‍👧‍👦",
    "long": "x" * 10_000,
    "quotes": "the \"old\" mill, 5; 'new' | one",
    "line breaks": "a\nb\r\nc\rd",
    "markup": "[/]",
    "script": "<script>alert(1)</script>",
    "link": "https://example.org/",
    "xml of the format": "<r><t>x</t></r>",
    "broken xml of the format": "<r>a & b</r>",
    "escape of the format": "_x0041_",
    "spaces at the ends": "  a  ",
    "controls": "a\x00b\x07c\x1bd",
}
each_nasty_name = pytest.mark.parametrize("name", list(NASTY_NAMES.values()), ids=list(NASTY_NAMES))
any_text = st.text(st.characters(exclude_categories=["Cs"]))


def a_row(name: str = "b", *, row: int = 2, result: Result = Result.RENAMED) -> ReportRow:
    """Return a row that bears the name in all three places."""
    return ReportRow(row=row, order_id="007", old_name=name, new_name=name, final_name=name, result=result)


def summary(**counts: int) -> RunSummary:
    """Return the summary of a finished run."""
    by_result = {Result(result): count for result, count in counts.items()}
    return RunSummary(run_id="k3f9", command="apply", counts=by_result, exit_code=1)


def as_csv(rows: Iterable[ReportRow], *, delimiter: str = ",") -> bytes:
    """Return the bytes of a CSV report."""
    file = io.BytesIO()
    write_csv(file, rows, WriteOptions(summary=summary(), scratch=Path(), delimiter=delimiter))
    return file.getvalue()


def cells_of_csv(data: bytes, *, delimiter: str = ",") -> list[list[str]]:
    """Return the cells, the guard removed as the loader does it."""
    lines = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=delimiter)
    return [[cell.removeprefix("'") for cell in line] for line in lines]


def as_xlsx(folder: Path, rows: Iterable[ReportRow], *, rows_per_sheet: int = 1_048_575) -> Path:
    """Return the path of an xlsx report."""
    path = folder / "report.xlsx"
    with path.open("wb") as file:
        options = WriteOptions(summary=summary(), scratch=folder)
        write_xlsx(file, rows, options, rows_per_sheet=rows_per_sheet)
    return path


def sheet_of(path: Path) -> list[list[str]]:
    """Return the cells of the first sheet, as the reader behind the loader sees them."""
    return [
        [str(cell) for cell in line] for line in CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
    ]


# -- CSV -------------------------------------------------------------------------------------------------------------


def test_csv_starts_with_a_bom_and_exactly_the_heading_line() -> None:
    """The loader knows our own files by this line."""
    assert as_csv([]) == b"\xef\xbb\xbf" + ",".join(COLUMNS).encode() + b"\r\n"


@each_nasty_name
def test_csv_gives_nasty_names_back(name: str) -> None:
    """A name comes back unharmed once the guard is removed."""
    assert cells_of_csv(as_csv([a_row(name)]))[1][2:5] == [name, name, name]


@each_nasty_name
def test_no_csv_cell_starts_like_a_formula(name: str) -> None:
    """No cell starts with a character that makes a spreadsheet program calculate."""
    text = as_csv([a_row(name)]).decode("utf-8-sig")
    cells = [cell for line in csv.reader(io.StringIO(text, newline="")) for cell in line]
    signs = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
    assert not [cell for cell in cells if cell.lstrip().startswith(signs) or cell.startswith(("\t", "\r", "\n"))]


@pytest.mark.parametrize("text", ["\n=1+1", "\uff1d1+1", "\r\n\uff1dcmd"], ids=ascii)
def test_what_the_api_says_is_guarded_like_a_name(text: str) -> None:
    """Reason and status may hold words of the API."""
    cells = list(csv.reader(io.StringIO(as_csv([replace(a_row(), reason=text, status=text)]).decode("utf-8-sig"))))
    assert [cells[1][COLUMNS.index(column)] for column in ("reason", "status")] == [f"'{text}"] * 2


@given(name=any_text, delimiter=st.sampled_from([",", ";", "\t", "|"]))
def test_csv_gives_every_text_back(name: str, delimiter: str) -> None:
    """Whatever the text and the delimiter: writing, reading and removing the guard change nothing."""
    data = as_csv([a_row(name), a_row("next")], delimiter=delimiter)
    cells = cells_of_csv(data, delimiter=delimiter)
    assert [line[3] for line in cells] == ["new_name", name, "next"]


@given(text=any_text)
def test_the_guard_can_always_be_removed(text: str) -> None:
    """A guarded text starts with ``'`` exactly when one was added."""
    assert guarded(text).removeprefix("'") == text


def test_csv_survives_a_lone_surrogate() -> None:
    """A text that no encoding has is shown escaped, not dropped and not fatal."""
    assert b"a\\ud800b" in as_csv([a_row("a\ud800b")])


# -- JSON ------------------------------------------------------------------------------------------------------------


@each_nasty_name
def test_json_never_alters_a_name(name: str) -> None:
    """The JSON report holds exactly the row."""
    stream = io.StringIO()
    write_json_result(stream, [a_row(name)], summary=summary(renamed=1))
    assert json.loads(stream.getvalue())["rows"] == [row_as_json(a_row(name))]


def test_json_is_the_promised_object() -> None:
    """Command, run id, exit code, counts and rows, in this order; the counts in the order of the results."""
    stream = io.StringIO()
    write_json_result(stream, [a_row(row=2), a_row(row=3)], summary=summary(failed=1, renamed=2))
    found = json.loads(stream.getvalue())
    assert list(found) == [
        "command",
        "run_id",
        "exit_code",
        "stopped",
        "counts",
        "warnings",
        "reports",
        "seconds",
        "requests",
        "throttled",
        "rows",
    ]
    assert list(found["counts"].items()) == [("renamed", 2), ("failed", 1)]
    assert [row["row"] for row in found["rows"]] == [2, 3]


def test_json_without_rows_is_whole() -> None:
    """An empty run is a valid object too."""
    stream = io.StringIO()
    write_json_result(stream, [], summary=summary())
    assert json.loads(stream.getvalue())["rows"] == []


def test_json_keeps_letters_readable() -> None:
    """Letters beyond ASCII are not escaped where the stream can hold them."""
    stream = io.StringIO()
    write_json_result(stream, [a_row("山")], summary=summary())
    assert "山" in stream.getvalue()


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "latin-1"])
def test_json_reaches_a_stream_that_lacks_letters(encoding: str) -> None:
    """Where standard output is not UTF-8, the object is escaped and still the same."""
    binary = io.BytesIO()
    stream = io.TextIOWrapper(binary, encoding=encoding)
    write_json_result(stream, [a_row("Straße 山")], summary=summary())
    stream.flush()
    assert json.loads(binary.getvalue().decode("ascii"))["rows"][0]["new_name"] == "Straße 山"


def test_json_survives_a_lone_surrogate() -> None:
    """A lone surrogate is written as its JSON escape, and read back as itself."""
    binary = io.BytesIO()
    stream = io.TextIOWrapper(binary, encoding="utf-8")
    write_json_result(stream, [a_row("a\ud800b")], summary=summary())
    stream.flush()
    assert json.loads(binary.getvalue())["rows"][0]["new_name"] == "a\ud800b"


def test_the_json_report_is_the_same_object(tmp_path: Path) -> None:
    """The ``.json`` report and ``--json`` say the same; only which reports there are is not known within one."""
    stream = io.StringIO()
    write_json_result(stream, [a_row("山")], summary=summary(renamed=1))
    path = write_report(tmp_path / "r.json", [a_row("山")], summary=summary(renamed=1))
    assert path.read_text(encoding="utf-8") == stream.getvalue().replace('"reports": []', '"reports": null')


# -- xlsx ------------------------------------------------------------------------------------------------------------


@each_nasty_name
def test_xlsx_gives_nasty_names_back(tmp_path: Path, name: str) -> None:
    """The reader behind the loader finds the names unharmed."""
    assert sheet_of(as_xlsx(tmp_path, [a_row(name)]))[1][2:5] == [name, name, name]


def test_no_xlsx_cell_is_a_formula_a_link_or_a_number(tmp_path: Path) -> None:
    """Seen by openpyxl, every cell is text, and none has a link."""
    rows = [
        replace(a_row(name), attempts=1, http_status=200, total_images=2.5, is_deleted=False, seconds=0.5)
        for name in NASTY_NAMES.values()
    ]
    sheet = openpyxl.load_workbook(as_xlsx(tmp_path, rows))["report"]
    cells = [cell for line in sheet.iter_rows() for cell in line if cell.value is not None]
    assert {cell.data_type for cell in cells} <= {"s", "inlineStr"}
    assert not [cell for cell in cells if cell.hyperlink]


@given(name=any_text)
def test_xlsx_gives_every_text_back(tmp_path_factory: pytest.TempPathFactory, name: str) -> None:
    """Whatever the text, the workbook can be opened, and the next row is where it belongs."""
    cells = sheet_of(as_xlsx(tmp_path_factory.mktemp("xlsx"), [a_row(name), a_row("next", row=3)]))
    assert cells[2][0:5] == ["3", "007", "next", "next", "next"]
    if not set(name) & {"\ufffe", "\uffff"}:  # no XML can hold these; they stay visible as the format's escape
        assert cells[1][3] == name


def test_xlsx_survives_a_lone_surrogate(tmp_path: Path) -> None:
    """A text that no encoding has is shown escaped."""
    assert sheet_of(as_xlsx(tmp_path, [a_row("a\ud800b")]))[1][3] == "a\\ud800b"


@pytest.mark.parametrize("letter", ["x", "山", "👩", "\ud800"], ids=["ascii", "wide", "emoji", "surrogate"])
def test_xlsx_cuts_what_no_cell_can_hold_and_says_so(tmp_path: Path, letter: str) -> None:
    """A text beyond 32,767 UTF-16 units is cut with a mark; ``warning`` says so, and ``skip`` guards the order."""
    row = replace(a_row(), new_name=letter * 40_000, warning="an older warning")
    cells = dict(zip(COLUMNS, sheet_of(as_xlsx(tmp_path, [row]))[1], strict=True))
    assert cells["new_name"].endswith("… [cut: 40000 characters in all]")
    assert 32_700 < len(cells["new_name"].encode("utf-16-le")) // 2 <= 32_767
    assert cells["warning"].startswith("new_name is too long for a cell")
    assert cells["warning"].endswith("an older warning")
    assert cells["skip"] == "cut name"


def test_xlsx_leaves_the_longest_possible_text_alone(tmp_path: Path) -> None:
    """Exactly 32,767 units fit."""
    cells = dict(zip(COLUMNS, sheet_of(as_xlsx(tmp_path, [a_row("x" * 32_767)]))[1], strict=True))
    assert (cells["new_name"], cells["warning"]) == ("x" * 32_767, "")


def test_a_huge_xlsx_can_be_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond what a plain zip holds, the larger form is used, and read just as well."""
    monkeypatch.setattr(xlsx_format, "_MOST_IN_PLAIN_ZIP", 0)
    assert sheet_of(as_xlsx(tmp_path, [a_row("b")]))[1][3] == "b"


def test_xlsx_goes_on_on_a_second_sheet(tmp_path: Path) -> None:
    """Rows beyond a sheet's end stand on the next one, under the same heading."""
    book = openpyxl.load_workbook(as_xlsx(tmp_path, [a_row(row=n) for n in range(2, 7)], rows_per_sheet=2))
    found = {sheet.title: [line[0] for line in sheet.iter_rows(values_only=True)] for sheet in book}
    assert found == {"report": ["row", "2", "3"], "report 2": ["row", "4", "5"], "report 3": ["row", "6"]}


def test_xlsx_is_pleasant_to_look_at(tmp_path: Path) -> None:
    """The heading is bold and frozen, every column has a filter, results have colours, edited cells stay text."""
    sheet = openpyxl.load_workbook(as_xlsx(tmp_path, [a_row(), a_row(result=Result.FAILED)]))["report"]
    result = COLUMNS.index("result") + 1
    assert sheet.cell(1, 1).font.b
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:S3"
    assert sheet.cell(2, result).fill.fgColor.rgb != sheet.cell(3, result).fill.fgColor.rgb
    assert sheet.cell(2, 4).number_format == "@"


@pytest.mark.parametrize("ending", [".csv", ".json", ".xlsx"])
def test_rows_are_taken_one_at_a_time(tmp_path: Path, ending: str) -> None:
    """No format gathers the rows before it writes: earlier rows are gone when later ones are made."""
    alive: list[int] = []

    class Name(str):
        """A text that tells when it is let go."""

        __slots__ = ()

        def __del__(self) -> None:
            alive.remove(1)

    def rows() -> Iterator[ReportRow]:
        most = 0
        for number in range(200):
            alive.append(1)
            yield a_row(Name(f"name {number}"), row=number)
            most = max(most, len(alive))
        assert most <= 5

    write_report(tmp_path / f"r{ending}", rows(), summary=summary())


@pytest.mark.parametrize("result", list(Result), ids=str)
def test_every_result_can_be_reported(tmp_path: Path, result: Result) -> None:
    """Each result has its text, in a cell as in the row."""
    row = a_row(result=result)
    assert sheet_of(as_xlsx(tmp_path, [row]))[1] == [text or "" for text in row_as_texts(row)]


def test_json_can_not_steer_the_terminal_that_shows_it() -> None:
    """C1, DEL, marks of direction and characters of no width are escapes there; a reader gets the very same texts."""
    evil = "a\x9b31mb\u202ec\x7fd\u2028e\u200bf\x1b[0m"
    stream, refusal = io.StringIO(), io.StringIO()
    notes = replace(summary(renamed=1), warnings=(evil,), stopped=evil)
    write_json_result(stream, [a_row(evil)], summary=notes)
    write_refusal(refusal, command="apply", exit_code=2, error=evil)
    for written in (stream.getvalue(), refusal.getvalue()):
        assert all(character.isprintable() or character == "\n" for character in written)
    assert json.loads(stream.getvalue())["rows"][0]["new_name"] == evil
    assert json.loads(refusal.getvalue())["error"] == " ".join(evil.split())


def test_json_says_why_a_run_stopped_and_what_else_there_is_to_know() -> None:
    """A program reads it where the screen has it for people."""
    stream = io.StringIO()
    stopped = replace(summary(renamed=1), exit_code=4, stopped="The API is down.", warnings=("A note.",))
    write_json_result(stream, [a_row()], summary=stopped)
    found = json.loads(stream.getvalue())
    assert (found["stopped"], found["warnings"], found["exit_code"]) == ("The API is down.", ["A note."], 4)


def test_notes_of_a_run_are_on_a_sheet_of_their_own(tmp_path: Path) -> None:
    """No row is to blame for them; the first sheet is the report as ever."""
    target = tmp_path / "report.xlsx"
    write_report(target, [a_row()], summary=replace(summary(renamed=1), warnings=("=A note.", "Another.")))
    book = openpyxl.load_workbook(target)
    assert book.sheetnames == ["report", "notes"]
    assert [(cell.value, cell.data_type) for (cell,) in book["notes"].iter_rows()] == [
        ("=A note.", "s"),
        ("Another.", "s"),
    ]
