"""A sheet and a choice of its rows enter; chosen rows leave as they are, and the others are skipped."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from batch_renamer.errors import SheetError
from batch_renamer.loader import LoadOptions, open_frame, open_sheet
from batch_renamer.model import COLUMNS, ColumnText, RenameRequest, RowChoice, RowNumbers, RowProblem

_ONLY, _EXCEPT = "left out by --only", "left out by --except"
ORDERS = pd.DataFrame(
    {
        "order_id": ["a1", "a2", "", "a4", None, "a6"],
        "new_name": ["One", "Two", "no id", "Four", None, "Six"],
        "skip": ["", "x", "", "", None, ""],
    }
)


def chosen(only: str | None = None, except_rows: str | None = None) -> LoadOptions:
    """Return the options with this choice."""
    numbers = [None if typed is None else RowNumbers.parse(typed) for typed in (only, except_rows)]
    return LoadOptions(choice=RowChoice(only=numbers[0], except_rows=numbers[1]))


def load(frame: pd.DataFrame, options: LoadOptions) -> list[RenameRequest | RowProblem]:
    """Read a DataFrame to its end, two rows at a time."""
    return [row for chunk in open_frame(frame, options).chunks(2) for row in chunk]


def marks(rows: list[RenameRequest | RowProblem]) -> dict[int, str]:
    """Return the skip mark of each row."""
    return {row.row: row.skip for row in rows}


@pytest.mark.parametrize(
    ("options", "left"),
    [
        (chosen(only="2,7"), {2: "", 3: "x", 4: "left out by --only", 5: "left out by --only", 7: ""}),
        (chosen(except_rows="4-"), {2: "", 3: "x", **dict.fromkeys((4, 5, 7), "left out by --except")}),
        (
            chosen(only="2-5", except_rows="4"),
            {2: "", 3: "x", 4: "left out by --except", 5: "", 7: "left out by --only"},
        ),
    ],
    ids=["only", "except", "both"],
)
def test_rows_are_left_out_with_a_mark(options: LoadOptions, left: dict[int, str]) -> None:
    """A mark of the sheet itself stays, and nothing is wrong with a bad row that is left out."""
    rows = load(ORDERS, options)
    assert marks(rows) == left
    assert all(isinstance(row, RenameRequest) for row in rows)


def test_a_row_left_out_keeps_what_was_typed() -> None:
    """The report shows it, and says which option left it out."""
    _, _, bad, *_ = load(ORDERS, chosen(only="2"))
    assert (bad.order_id, bad.new_name) == ("", "no id")
    assert isinstance(bad, RenameRequest)
    assert bad.left_out == "Left out: --only does not name this row."


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (chosen(only="2,9"), "--only names row 9. The spreadsheet's rows are 2 to 7."),
        (chosen(only="3-9"), "--only names row 9. The spreadsheet's rows are 2 to 7."),
        (chosen(except_rows="8-"), "--except names row 8. The spreadsheet's rows are 2 to 7."),
        (chosen(only="6"), "--only names row 6, which is blank."),
        (chosen(only="1-4"), "--only names row 1, which has the headings. The rows below it are 2 to 7."),
        (chosen(except_rows="2-"), "with --except, no row is left to work on."),
        (chosen(only="3", except_rows="3"), "with --only and --except, no row is left to work on."),
    ],
    ids=["single", "end-of-span", "open-span", "blank", "headings", "none-left", "both"],
)
def test_a_choice_that_does_not_fit_the_sheet_is_refused(options: LoadOptions, says: str) -> None:
    """A wrong number may mean that it is the wrong sheet."""
    with pytest.raises(SheetError) as refused:
        load(ORDERS, options)
    assert str(refused.value) == f"The DataFrame: {says}"


def test_blank_rows_inside_a_span_do_not_matter() -> None:
    """Only a row that is named alone must be there."""
    assert marks(load(ORDERS, chosen(only="5-7")))[7] == ""


@pytest.mark.parametrize(
    "bad", [{"order_id": ""}, {"new_name": "a\x00b"}, {"order_id": "a/b"}], ids=["id", "name", "/"]
)
def test_a_row_left_out_stays_left_out_in_the_report(bad: dict[str, str]) -> None:
    """Fed back in, the report leaves out the same rows, whatever else is wrong with them."""
    report = pd.DataFrame([dict.fromkeys(COLUMNS, "") | {"order_id": "a1", "new_name": "b"} | bad])
    [row] = load(report.assign(skip="left out by --only"), LoadOptions())
    assert (row.skip, isinstance(row, RenameRequest)) == ("left out by --only", True)
    [row] = load(report.assign(skip="x"), LoadOptions())
    assert isinstance(row, RowProblem)


REGIONS = pd.DataFrame(
    {
        "order_id": ["a1", "a2", "a/3", "a4"],
        "new_name": ["One", "Two", "Three", "Four"],
        "Region": [" north", "South", "Caf\u00e9", None],
        "Agent": ["Ann", "Ann", "Bob", "Bob"],
    }
)


@pytest.mark.parametrize(
    ("where", "rows"),
    [
        ([("Region", "North")], [2]),
        ([("region", "CAFE\u0301")], [4]),
        ([("Region", "")], [5]),
        ([("Region", "north"), ("Region", "South")], [2, 3]),
        ([("Agent", "Ann"), ("Region", "south")], [3]),
        ([("order_id", "a4")], [5]),
    ],
    ids=["case", "accents", "blank", "any-of-one-column", "all-of-several", "a-used-column"],
)
def test_rows_are_chosen_by_what_a_column_has(where: list[tuple[str, str]], rows: list[int]) -> None:
    """Compared as a person does; a bad row that is left out is not examined, one that is chosen is."""
    loaded = load(REGIONS, LoadOptions(where=tuple(ColumnText(*one) for one in where)))
    assert [row.row for row in loaded if not row.skip] == rows
    assert {row.row for row in loaded if isinstance(row, RowProblem)} == {4} & set(rows)
    assert {row.skip for row in loaded if row.skip} == {"left out by --where"}


@pytest.mark.parametrize(
    ("where", "says"),
    [
        (
            ("Regoin", "North"),
            'The DataFrame has no heading "Regoin" (--where). Headings found in row 1: "order_id", "Title".',
        ),
        (
            ("Agent", "Cas"),
            'The DataFrame: with --where, no row is left to work on. The column "Agent" has "Ann", "Bob".',
        ),
    ],
    ids=["column", "text"],
)
def test_a_condition_that_does_not_fit_is_refused(where: tuple[str, str], says: str) -> None:
    """The sentence shows what is there."""
    frame = REGIONS[["order_id", "new_name"]].rename(columns={"new_name": "Title"}) if where[0] == "Regoin" else REGIONS
    with pytest.raises(SheetError) as refused:
        load(frame, LoadOptions(name_column="Title" if "Title" in frame else None, where=(ColumnText(*where),)))
    assert str(refused.value) == says


def test_a_condition_is_about_any_column_of_a_report() -> None:
    """What failed in an earlier run is chosen by its result, and its other columns are not kept."""
    report = pd.DataFrame([dict.fromkeys(COLUMNS, "") | {"order_id": f"a{n}", "new_name": "b"} for n in (1, 2)])
    report.loc[1, "result"] = "failed"
    loaded = load(report, LoadOptions(where=(ColumnText("result", "failed"),)))
    assert [(row.skip, row.other_cells) for row in loaded] == [("left out by --where", ()), ("", ())]


@pytest.mark.parametrize(
    ("line", "result"), [('a1,One,"N",x', "invalid"), ("a1,One,N", "chosen"), ("a1,One,S", "left out")]
)
def test_a_row_whose_cells_are_mixed_up_is_never_left_out_by_them(tmp_path: Path, line: str, result: str) -> None:
    """It is not known which cell belongs to which column, and that is said."""
    sheet = tmp_path / "o.csv"
    sheet.write_text(f"order_id,new_name,Region\na0,Zero,N\n{line}\n", encoding="utf-8")
    with open_sheet(sheet, LoadOptions(where=(ColumnText("C", "n"),))) as opened:
        _, row = [row for chunk in opened.chunks() for row in chunk]
    found = "invalid" if isinstance(row, RowProblem) else "left out" if row.skip else "chosen"
    assert found == result


CELLS = st.sampled_from(["", "a1", "a2", "b/c", "x"])
SHEETS = st.lists(st.tuples(CELLS, CELLS, st.sampled_from(["", "", "x"])), min_size=1, max_size=20)
NUMBERS = st.lists(st.tuples(st.integers(2, 22), st.integers(0, 6)), min_size=1, max_size=4).map(
    lambda spans: RowNumbers.parse(",".join(f"{first}-{first + more}" for first, more in spans))
)


@given(sheet=SHEETS, only=st.none() | NUMBERS, except_rows=st.none() | NUMBERS)
def test_every_row_is_chosen_or_left_out_once(
    sheet: Any, only: RowNumbers | None, except_rows: RowNumbers | None
) -> None:
    """For any sheet and any choice, chosen and left-out rows are together the rows of the sheet."""
    frame = pd.DataFrame(sheet, columns=["order_id", "new_name", "skip"])
    choice = RowChoice(only=only, except_rows=except_rows)
    whole = {row.row: row for row in load(frame, LoadOptions())}
    try:
        rows = load(frame, LoadOptions(choice=choice))
    except SheetError:
        return
    assert Counter(row.row for row in rows) == Counter(whole.keys())
    for row in rows:
        if choice.leaves_out(row.row) is None:
            assert row == whole[row.row]
        else:
            assert isinstance(row, RenameRequest)
            assert row.skip
