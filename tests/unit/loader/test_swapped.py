"""Columns that hold each other's texts, and headings that stand again in the middle."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest

from batch_renamer.errors import SheetError
from batch_renamer.loader import open_sheet
from batch_renamer.loader.sheet import Sheet
from batch_renamer.model import RenameRequest, RowProblem

IDS = [str(uuid.UUID(int=number)) for number in range(6)]
NAMES = [f"{number} Elm Street" for number in range(6)]


def load(folder: Path, *lines: str) -> tuple[Sheet, list[RenameRequest | RowProblem]]:
    """Read a sheet of these lines."""
    path = folder / "orders.csv"
    path.write_text("\n".join([*lines, ""]), encoding="utf-8")
    with open_sheet(path) as sheet:
        return sheet, [row for chunk in sheet.chunks(2) for row in chunk]


def test_ids_in_the_name_column_are_refused(tmp_path: Path) -> None:
    """Every order would be asked for by its name; a few blank or odd rows don't hide it."""
    rows = [f"{name},{order_id.upper()}" for name, order_id in zip(NAMES, IDS, strict=True)]
    with pytest.raises(SheetError) as refused:
        load(tmp_path, "Order ID,New name", *rows, ",", "Oak Lane,", "Villa,Villa 2")
    assert 'the column "New name" for new names holds order ids' in str(refused.value)
    assert "--id-column and --name-column" in str(refused.value)


def test_other_ids_in_the_name_column_are_warned_about(tmp_path: Path) -> None:
    """Customers may choose ids, and these may have spaces: so it is only a question."""
    sheet, rows = load(tmp_path, "order_id,new_name", "12 Elm Street,A-1", "14 Elm Street,A-2", "B-3,Old Mill")
    assert len(rows) == 3
    assert sheet.warnings[0].startswith('Are two columns swapped? The ids in "order_id" read like names')


def test_order_ids_as_names_are_warned_about(tmp_path: Path) -> None:
    """The ids are right, and the names may be those of another column."""
    sheet, _ = load(tmp_path, "order_id,new_name", *(f"{order_id},{order_id}" for order_id in IDS))
    assert sheet.warnings == ('Most new names in "new_name" are order ids: is it the right column?',)


@pytest.mark.parametrize(
    "rows",
    [
        [f"{order_id},{name}" for order_id, name in zip(IDS, NAMES, strict=True)],
        ["Order 1,12 Elm Street", "Order 2,14 Elm Street"],
        ["A-1,Oak", "A-2,Elm"],
        [f"{IDS[0]},{IDS[1]}", *(f"A-{number},Elm" for number in range(3))],
    ],
    ids=["uuids", "ids with spaces", "names without spaces", "one name that is an id"],
)
def test_usual_columns_pass_without_a_word(tmp_path: Path, rows: list[str]) -> None:
    """Each text is where it belongs."""
    assert load(tmp_path, "order_id,new_name", *rows)[0].warnings == ()


@pytest.mark.parametrize(
    "again", ["order_id,new_name", "\ufefforder_id,new_name", '\ufeff"Order ID","New Name"', "ORDER-ID,New name:"]
)
def test_second_heading_line_is_no_order(tmp_path: Path, again: str) -> None:
    """Two files were joined; the rows of both are read."""
    _, rows = load(tmp_path, "order_id,new_name", "A-1,12 Elm Street", again, "A-2,14 Elm Street")
    assert [(row.row, row.order_id) for row in rows if not row.skip] == [(2, "A-1"), (4, "A-2")]
    [left_out] = [row for row in rows if row.skip]
    assert isinstance(left_out, RenameRequest)
    assert (left_out.row, left_out.left_out) == (3, "Left out: the headings are repeated here.")
    assert "two spreadsheets had been joined" in left_out.warning


@pytest.mark.parametrize("again", ["new_name,order_id", "current_name,order_id", "Order ID,Skip?"])
def test_second_heading_line_in_another_order_is_refused(tmp_path: Path, again: str) -> None:
    """The rows after it would be read with their cells in the wrong place."""
    with pytest.raises(SheetError, match="row 3: the headings are repeated here in another order"):
        load(tmp_path, "order_id,new_name,skip,current_name", "A-1,12 Elm Street", again, "14 Elm Street,A-2")


def test_order_that_is_called_like_a_heading_is_an_order(tmp_path: Path) -> None:
    """One of the two cells alone is no heading line."""
    _, rows = load(tmp_path, "order_id,new_name", "order,12 Elm Street", "A-2,New name")
    assert [row.skip for row in rows] == ["", ""]
