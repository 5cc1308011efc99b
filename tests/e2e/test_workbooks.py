"""The command renames from workbooks what a person sees in them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.support.served import Command
from tests.support.workbooks import xlsx, xlsx_row

CASES = Path(__file__).parents[1] / "data" / "cases"


@pytest.mark.parametrize(
    ("case", "names"),
    [
        ("number-formats-ids.xlsx", {"000123": "House 2", "ORD-0045": "House 3", "123": "Old", "45": "Old"}),
        ("skip-tick-boxes.xlsx", {"A-1": "12 Elm Street", "A-2": "48 Harbour View", "A-3": "Old"}),
        ("zip-backslashes.xlsx", {"A-1": "12 Elm Street"}),
    ],
)
async def test_cases_are_renamed_as_their_sheets_show(renamer: Command, case: str, names: dict[str, str]) -> None:
    """A box that is not ticked leaves no row out, and 000123 is not order 123."""
    renamer.sandbox.store.seed_many((order_id, "Old") for order_id in names)
    sheet = Path(shutil.copy(CASES / case, renamer.folder))
    ran = await renamer.apply(sheet)
    assert (ran.code, renamer.sandbox.store.names()) == (0, names)


async def test_hidden_rows_are_said_and_left_out_on_request(renamer: Command) -> None:
    """They were renamed without a word."""
    sheet = renamer.folder / "orders.xlsx"
    hidden = xlsx_row(3, "order-2", "New name 2").replace('<row r="3"', '<row r="3" hidden="1"')
    rows = xlsx_row(1, "order_id", "new_name") + xlsx_row(2, "order-1", "New name 1") + hidden
    sheet.write_bytes(xlsx({"Orders": rows}))
    renamer.seed(2)
    left_out = await renamer.apply(sheet, "--hidden-rows", "skip", "--json")
    assert left_out.results == ["renamed", "skipped"]
    assert left_out.rows[1]["reason"] == "Left out as a row that is hidden in the workbook (--hidden-rows skip)."
    assert "1 row hidden" in left_out.err
    included = await renamer.apply(sheet, "--json")
    assert included.results == ["unchanged", "renamed"]
    assert "1 row hidden" in included.err


async def test_word_that_hidden_rows_does_not_know_is_refused(renamer: Command) -> None:
    """The two that it knows are named."""
    ran = await renamer.run("check", "orders.xlsx", "--hidden-rows", "maybe")
    assert ran.code == 2
    assert "must be 'include' or 'skip'" in ran.err
