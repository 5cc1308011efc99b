"""Names that were not quoted, and marks that have more than one reading: as typed, or invalid, and never cut."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from batch_renamer.errors import SheetError
from batch_renamer.loader import open_sheet
from batch_renamer.model import RenameRequest, RowProblem


def read(folder: Path, line: str, headings: str = "order_id,new_name") -> RenameRequest | RowProblem:
    """Read a sheet of one row."""
    path = folder / "orders.csv"
    path.write_text(f"{headings}\n{line}\n", encoding="utf-8", newline="")
    with open_sheet(path) as sheet:
        [[row]] = sheet.chunks()
    return row


@pytest.mark.parametrize(
    ("headings", "line"),
    [
        ("order_id,new_name", "A-1,12 Elm Street, Flat 3"),
        ("order_id,new_name", "A-1,12 Elm Street,Flat 3"),
        ("order_id,new_name,notes", "A-1,12 Elm Street, Flat 3,call owner"),
        ("order_id,new_name,,", "A-1,12 Elm Street,Flat 3,"),
        ("order_id;new_name", "A-1;12 Elm Street; Flat 3"),
        ("order_id|new_name", "A-1|12 Elm Street|Flat 3"),
        ("notes,order_id,new_name", "call, owner,A-1,12 Elm Street"),
    ],
)
def test_row_with_more_filled_cells_than_headings_is_invalid(tmp_path: Path, headings: str, line: str) -> None:
    """A comma in a name that was not quoted would cut the name or move the cells after it."""
    row = read(tmp_path, line, headings)
    assert isinstance(row, RowProblem)
    assert row.reason.startswith("The row has more cells than headings: put the name in quotes")


@pytest.mark.parametrize("line", ["A-1,12 Elm Street,", "A-1,12 Elm Street,,, ", "A-1,12 Elm Street,\u200b,\u3164"])
def test_blank_surplus_cells_are_fine(tmp_path: Path, line: str) -> None:
    """Spreadsheet programs write them for columns that were used once."""
    assert isinstance(read(tmp_path, line), RenameRequest)


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("A-3,Smith, John", None),
        ('A-3,Barn "North, South" side', None),
        ("A-3,Smith,John", "Smith"),
        ('A-3,Smith," John"', "Smith"),
        ("A-3, Smith, John", "Smith"),
        ("A-3,Smith, ", "Smith"),
        ('A-3,"Elm, 5", good', "Elm, 5"),
    ],
    ids=["split", "split in quotes", "two cells", "quoted", "spaces everywhere", "blank", "the name is quoted"],
)
def test_space_after_the_name_shows_that_it_was_split(tmp_path: Path, line: str, name: str | None) -> None:
    """There are as many cells as headings, and still the name would be cut."""
    row = read(tmp_path, line, "order_id,new_name,notes")
    if name is None:
        assert isinstance(row, RowProblem)
        assert "in quotes" in row.reason
    else:
        assert row.new_name == name
        assert isinstance(row, RenameRequest)


@pytest.mark.parametrize(
    ("headings", "line", "name"),
    [
        ("order_id,address,new_name,notes", "A-1,12 High St, London,12 Elm House", None),
        ("order_id,current_name,new_name,notes", "A-1,Smith, John,12 Elm House", None),
        ("order_id,agent,new_name", "A-1,Smith, J.", None),
        ("order_id,skip,new_name,notes", "A-1,no, later,12 Elm", None),
        ("order_id,address,agent,new_name,notes", "A-1,12 High St, London,Smith,12 Elm House", None),
        ("address,order_id,new_name,notes", "12 High St, London,A-1,12 Elm House", None),
        ("order_id,new_name,current_name,notes", "A-1,12 Elm House,Smith, John", None),
        ("order_id,agent, new_name,notes", "A-1,Smith, 12 Elm House,x", "12 Elm House"),
        ("order_id,agent,new_name,notes", 'A-1,Smith," 12 Elm House",x', "12 Elm House"),
        ("order_id, agent, new_name, notes", "A-1, Smith, 12 Elm House, x", "12 Elm House"),
        ("new_name,order_id,notes", "12 Elm House, A-1, x", "12 Elm House"),
        ("order_id,new_name,agent,notes", "A-1,12 Elm House,Smith, J.", "12 Elm House"),
        ("order_id,new_name,notes", "A-1, 12 Elm House,x", "12 Elm House"),
    ],
)
def test_space_before_the_name_shows_that_cells_were_moved(
    tmp_path: Path, headings: str, line: str, name: str | None
) -> None:
    """A comma that was not quoted in an earlier column would give the order another column's text as its name."""
    row = read(tmp_path, line, headings)
    assert isinstance(row, RowProblem if name is None else RenameRequest)
    assert "in quotes" in row.reason if isinstance(row, RowProblem) else row.new_name == name


@pytest.mark.parametrize("line", ["A-1,12 Elm, Flat 3", "A-1,12 Elm,later,Flat 3", 'A-1,Barn "North, South" side,x'])
def test_row_that_was_split_has_no_mark_and_no_guard(tmp_path: Path, line: str) -> None:
    """A piece of a name in the skip column would leave the row out when the report is fed back in."""
    row = read(tmp_path, line, "order_id,new_name,skip")
    assert isinstance(row, RowProblem)
    assert (row.skip, row.warning, row.new_name, row.current_name) == ("", "", "", None)


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ('"Garden" Flat 3', '"Garden" Flat 3'),
        ('The "Old" Mill', 'The "Old" Mill'),
        ('12" pipe', '12" pipe'),
        ('"12"" pipe, left"', '12" pipe, left'),
        ('"Old Mill, The"', "Old Mill, The"),
        ('""', ""),
        ('"12 \\"Elm\\" Street"', None),
        ('"Barn "North" side"', None),
        ('"5\\" pipe, left"', None),
        ('"say \\""hi\\"""', None),
        ('"Elm\\"', None),
        (' "Elm"', "Elm"),
        (' "Smith, John"', "Smith, John"),
        ('"Elm" and "Oak"', None),
        ('Barn "North,South" side', None),
    ],
)
def test_marks_are_read_as_typed_or_not_at_all(tmp_path: Path, typed: str, name: str | None) -> None:
    """Where there is one reading it is taken; no mark is dropped in silence."""
    row = read(tmp_path, f"A-1,{typed}")
    if name is None:
        assert isinstance(row, RowProblem)
    else:
        assert row.new_name == name
        assert isinstance(row, RenameRequest)


def test_mark_in_an_unused_cell_does_no_harm(tmp_path: Path) -> None:
    """A path that ends in a backslash, say, in a column that isn't read."""
    row = read(tmp_path, 'A-1,"12 Elm, Flat 3","C:\\new\\"', "order_id,new_name,folder")
    assert (type(row), row.new_name) == (RenameRequest, "12 Elm, Flat 3")


def test_bad_row_stays_bad_in_a_report(tmp_path: Path) -> None:
    """The name can't be known, so the report has none; what stood there is in the reason."""
    row = read(tmp_path, "A-1,12 Elm Street, Flat 3")
    assert isinstance(row, RowProblem)
    assert (row.order_id, row.new_name) == ("A-1", "")
    assert "12 Elm Street, Flat 3" in row.reason


CELL = st.text(alphabet="ab \"\\,'", max_size=8)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(CELL)
def test_name_is_what_was_typed_or_the_row_is_invalid(tmp_path: Path, typed: str) -> None:
    """Whatever stands after the first comma, nothing of it vanishes: it is the name, or what its quotes hold."""
    try:
        row = read(tmp_path, f"A-1,{typed}")
    except SheetError:
        return  # a mark that is opened and never closed, which may run rows together
    # Spaces around the cell don't count, nor do blank cells after it.
    cell = re.sub(r'(?: *,(?: *|" *"))* *$', "", typed.lstrip(" "))
    is_whole = cell.startswith('"') and cell.endswith('"') and len(cell) > 1
    if isinstance(row, RenameRequest):
        assert row.new_name == (cell[1:-1].replace('""', '"').strip() if is_whole else cell)


def test_column_whose_cells_mostly_begin_with_a_space_is_taken_as_it_is(tmp_path: Path) -> None:
    """Formulas and habits make such columns; a note says so."""
    path = tmp_path / "orders.csv"
    rows = "".join(f"A-{number},Bob, {number} Elm,x\n" for number in range(1, 6))
    path.write_text(f"order_id,agent,new_name,notes\n{rows}A-7,Smith,7 Elm,\n", encoding="utf-8")
    with open_sheet(path) as sheet:
        [rows_read] = sheet.chunks()
    assert [row.new_name for row in rows_read] == [*(f"{number} Elm" for number in range(1, 6)), "7 Elm"]
    assert sheet.warnings[0].startswith('Most cells in "new_name" begin with a space')


@pytest.mark.parametrize("line", ['A-1,"Elm, 5", good', 'A-1,"Elm, 5", "good"', 'A-1, "Elm, 5", "so, so"'])
def test_name_that_stands_in_quotes_is_whole(tmp_path: Path, line: str) -> None:
    """Whatever the cell after it begins with."""
    assert read(tmp_path, line, "order_id,new_name,notes").new_name == "Elm, 5"
