"""The line that says what a spreadsheet was taken for."""

from __future__ import annotations

from pathlib import Path

import pytest

from batch_renamer.loader import LoadOptions, open_frame, open_sheet
from batch_renamer.loader.sheet import Sheet
from batch_renamer.model import COLUMNS, Understood
from batch_renamer.progress import understood_line


def line_of(sheet: Sheet) -> str:
    """Read the sheet and return its line."""
    for _ in sheet.chunks():
        pass
    return understood_line(sheet.understood())


@pytest.mark.parametrize(
    ("heading", "line"),
    [
        ("order_id,new_name", 'Using: id "order_id" · new name "new_name"'),
        (
            "Order ID,Old name,New name,Skip?,Agent,,Address",
            (
                'Using: id "Order ID" · new name "New name" · current name "Old name" · skip "Skip?"'
                " · unused: Agent, Address"
            ),
        ),
        ("id,rename to,Skip row", 'Using: id "id" · new name "rename to" · unused: Skip row'),
        (",".join(COLUMNS), 'Using: id "order_id" · new name "new_name" · current name "old_name" · skip "skip"'),
    ],
    ids=["two columns", "all", "a near miss", "a report"],
)
def test_line_names_what_is_used_and_what_is_not(tmp_path: Path, heading: str, line: str) -> None:
    """Headings are shown as typed, so that a person finds them in the sheet."""
    path = tmp_path / "orders.csv"
    path.write_text(f"{heading}\na1,x,x\n")
    with open_sheet(path) as sheet:
        assert line_of(sheet) == line


def test_line_names_sheet_hidden_rows_and_a_guessed_encoding(tmp_path: Path) -> None:
    """What was assumed beside the columns stands in the same line."""
    understood = Understood(order_id="id", new_name="n", sheet="Orders", hidden_rows=1, encoding="X")
    assert understood_line(understood) == 'Using: sheet "Orders" · id "id" · new name "n" · encoding X · 1 row hidden'
    path = tmp_path / "orders.csv"
    path.write_bytes("order_id,new_name\na1,Café\n".encode("cp1252"))
    with open_sheet(path, LoadOptions()) as sheet:
        assert line_of(sheet).endswith(" · encoding Windows-1252 (guessed)")


def test_line_stays_a_line() -> None:
    """A sheet may have hundreds of columns, and headings as long as a letter."""
    unused = tuple(f"{number} {'x' * 500}" for number in range(300))
    line = understood_line(Understood(order_id="id\x1b[31m", new_name="n", unused=unused))
    assert len(line) < 700
    assert line.isprintable()
    assert line.endswith(" and 288 more")


def test_data_frame_is_understood_too() -> None:
    """Its columns are headings."""
    import pandas as pd  # noqa: PLC0415 - heavy, and needed here only

    frame = pd.DataFrame({"order_id": ["a1"], "new_name": ["12 Elm St"], "agent": ["x"]})
    assert line_of(open_frame(frame)) == 'Using: id "order_id" · new name "new_name" · unused: agent'
