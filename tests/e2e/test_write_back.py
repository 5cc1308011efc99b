"""A spreadsheet enters the real command with --write-back; it leaves with what became of each row."""

from __future__ import annotations

import csv
import json
from pathlib import Path

from tests.support.served import Command


def cells_of(path: Path) -> list[list[str]]:
    """Return the cells of a CSV file."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def bytes_of(path: str) -> bytes:
    """Return what is in a file."""
    return Path(path).read_bytes()


async def test_results_stand_beside_the_columns_of_the_user(renamer: Command) -> None:
    """The backup is the spreadsheet as it was, and the command names both files."""
    rows = [*renamer.seed(2), ("order-9", "Nobody's")]
    sheet = renamer.sheet(rows)
    before = sheet.read_bytes()
    ended = await renamer.apply(sheet, "--write-back", "--json")
    answer = json.loads(ended.out)
    assert (ended.code, answer["workbook"]) == (1, str(sheet))
    assert bytes_of(answer["backup"]) == before
    heading, *results = cells_of(sheet)
    assert heading == ["order_id", "new_name", "result", "reason", "final_name", "renamed_at"]
    told = [(row["result"], row["reason"], row["final_name"] or "") for row in answer["rows"]]
    assert [tuple(cells[2:5]) for cells in results] == told
    assert [bool(cells[5]) for cells in results] == [True, True, False]


async def test_the_same_sheet_again_renames_nothing(renamer: Command) -> None:
    """The columns with results are not read, and change."""
    sheet = renamer.sheet(renamer.seed(3))
    await renamer.apply(sheet, "--write-back")
    patched = len(renamer.patched)
    ended = await renamer.apply(sheet, "--write-back")
    assert (ended.code, len(renamer.patched)) == (0, patched)
    assert "unused" not in ended.err
    assert [cells[2:] for cells in cells_of(sheet)[1:]] == [["unchanged", "", f"New name {n}", ""] for n in (1, 2, 3)]
